//! The environment that is deployed to, as far as templates depend on it.

use amplify_project::ProjectState;
use serde_json::{Map, Value};

use crate::{
    Secret, boundary,
    kept_secrets::{self, Everywhere},
    resource::Entry,
    retention, root,
};

/// The name that stands in for an environment where the project has none yet.
const STAND_IN: &str = "dev";
/// The region that stands in for the provider's.
const STAND_IN_REGION: &str = "us-east-1";
/// The account that stands in for the provider's.
const STAND_IN_ACCOUNT: &str = "123456789012";

/// The environment that is deployed to.
#[derive(Clone, Debug, PartialEq)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// Whether a provider has made it. If not, the names below are those that a new one could get.
    pub initialized: bool,
    /// The provider that deploys it.
    pub provider: Option<String>,
    /// The project's name.
    pub project_name: String,
    /// Name of the root stack.
    pub stack_name: String,
    /// Id of the root stack.
    pub stack_id: String,
    /// The deployment bucket.
    pub bucket: String,
    /// Region of the stack.
    pub region: String,
    /// Account of the stack.
    pub account_id: String,
    /// The root stack's parameters.
    pub parameters: Map<String, Value>,
    /// A policy that limits every role, where the environment was made with one.
    pub boundary: Option<String>,
    /// Whether it is protected, so that what it holds outlives its stack.
    pub protected: bool,
    /// Environment-specific values of resources: category, then resource, then parameter.
    pub values: Map<String, Value>,
    /// The names of secrets that resources have in any environment of the project.
    pub(crate) secrets: Everywhere,
}

impl Environment {
    /// The current environment of a project; a stand-in, if it has none.
    pub fn of(state: &ProjectState) -> Self {
        let name = match state.environment() {
            Ok(name) => name.to_owned(),
            // A fresh clone has no current environment; the first is the best guess.
            Err(_) => state.team.environments().first().map_or(STAND_IN, |name| *name).to_owned(),
        };
        let provider = state.team.provider(&name).map(str::to_owned);
        let values = state.team.values(&name).cloned().unwrap_or_default();
        let project_name = state.config.project_name().to_owned();
        let environment = Self::from_record(project_name, name.clone(), state.team.provider_state(&name));
        let protected = retention::is_asked(state, &name);
        Self { provider, values, protected, secrets: kept_secrets::everywhere(state), ..environment }
    }

    fn from_record(project_name: String, name: String, recorded: Option<&Map<String, Value>>) -> Self {
        let text = |key: &str| recorded.and_then(|map| map.get(key)?.as_str()).map(str::to_owned);
        let stack_name = text("StackName").unwrap_or_else(|| {
            format!(
                "amplify-{}-{name}-000000",
                project_name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "")
            )
        });
        let mut parameters = root::root_parameters(&stack_name);
        for key in ["DeploymentBucketName", "AuthRoleName", "UnauthRoleName"] {
            if let Some(value) = text(key) {
                parameters.insert(key.to_owned(), value.into());
            }
        }
        let bucket = parameters["DeploymentBucketName"].as_str().unwrap_or_default().to_owned();
        let region = text("Region").unwrap_or_else(|| STAND_IN_REGION.to_owned());
        let account_id = text("StackId")
            .or_else(|| text("AuthRoleArn"))
            .and_then(|arn| arn.split(':').nth(4).filter(|account| !account.is_empty()).map(str::to_owned))
            .unwrap_or_else(|| STAND_IN_ACCOUNT.to_owned());
        let stack_id = text("StackId")
            .unwrap_or_else(|| format!("arn:aws:cloudformation:{region}:{account_id}:stack/{stack_name}/planned"));
        Self {
            name,
            initialized: recorded.is_some_and(|map| map.contains_key("StackName")),
            provider: None,
            project_name,
            stack_name,
            stack_id,
            bucket,
            region,
            account_id,
            parameters,
            boundary: text(boundary::RECORDED),
            protected: false,
            values: Map::new(),
            secrets: Everywhere::new(),
        }
    }

    /// The secrets that this environment has for a resource.
    pub(crate) fn secrets_of(&self, entry: &Entry) -> Vec<Secret> {
        kept_secrets::of_resource(self.values_of(&entry.category, &entry.name), &entry.category, &entry.name)
    }

    /// The values that this environment has for a resource.
    pub fn values_of(&self, category: &str, resource: &str) -> Option<&Map<String, Value>> {
        self.values.get(category)?.get(resource)?.as_object()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_provider_recorded_wins_over_derived_names() {
        let recorded = json!({
            "Region": "eu-west-1", "StackName": "amplify-app-dev-1", "DeploymentBucketName": "elsewhere",
            "StackId": "arn:aws:cloudformation:eu-west-1:222233334444:stack/amplify-app-dev-1/x"
        });
        let environment = Environment::from_record("app".into(), "dev".into(), recorded.as_object());
        assert!(environment.initialized);
        assert_eq!(environment.bucket, "elsewhere");
        assert_eq!(environment.account_id, "222233334444");
        assert_eq!(environment.parameters["AuthRoleName"], "amplify-app-dev-1-authRole");
    }

    #[test]
    fn an_environment_that_is_not_made_yet_gets_names_of_the_usual_form() {
        let environment = Environment::from_record("My App".into(), "dev".into(), None);
        assert!(!environment.initialized);
        assert_eq!(environment.stack_name.split('-').count(), 4);
        assert_eq!(environment.region, "us-east-1");
    }
}
