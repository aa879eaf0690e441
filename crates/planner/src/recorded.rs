//! The root template as it was deployed last, `amplify/backend/awscloudformation/nested-cloudformation-stack.yml`.

use amplify_project::Project;
use serde_json::{Map, Value};

use crate::{Environment, Error, folder::Folder};

const FILE: &str = "nested-cloudformation-stack.yml";

/// The recorded root template. It is JSON in spite of its name.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    /// The whole template.
    pub template: Value,
}

impl Recorded {
    /// Reads the record, if there is one and it is of this environment: the file does not follow `env checkout`.
    pub fn read(project: &Project, environment: &Environment) -> Result<Option<Self>, Error> {
        let path = project.paths().root_template();
        let Some(parent) = path.parent() else { return Ok(None) };
        let Some(map) = Folder::new(project.root(), parent.to_owned()).object(FILE)? else { return Ok(None) };
        let recorded = Self { template: Value::Object(map) };
        Ok(Some(recorded).filter(|recorded| recorded.is_of(environment)))
    }

    fn is_of(&self, environment: &Environment) -> bool {
        let bucket = format!("/{}/", environment.bucket);
        let mut urls = self
            .resources()
            .filter_map(|(_, resource)| resource.get("Properties")?.get("TemplateURL")?.as_str())
            .peekable();
        urls.peek().is_some() && urls.all(|url| url.contains(&bucket))
    }

    /// The resources of the root.
    pub fn resources(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.template.get("Resources").and_then(Value::as_object).into_iter().flatten()
    }

    /// One resource of the root.
    pub fn resource(&self, logical_id: &str) -> Option<&Value> {
        self.template.get("Resources")?.get(logical_id)
    }

    /// The parameters that a nested stack was given; `None` if it is not in the record.
    pub fn parameters(&self, logical_id: &str) -> Option<Map<String, Value>> {
        let properties = self.resource(logical_id)?.get("Properties")?;
        Some(properties.get("Parameters").and_then(Value::as_object).cloned().unwrap_or_default())
    }
}
