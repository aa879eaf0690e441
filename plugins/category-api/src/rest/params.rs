//! `api-params.json`: the answers that an API's template is made from.

use amplify_sdk::{JsonMap, prelude::*};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{access::Privacy, file};
use crate::{error::ApiError, plugin::CATEGORY};

/// The file.
pub const PARAMS_FILE: &str = "api-params.json";

/// The auth resource that keeps the groups.
pub const GROUPS_RESOURCE: &str = "userPoolGroups";

/// What is recorded of an API.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Params {
    /// Its paths.
    pub paths: Vec<ApiPath>,
    /// The resource.
    pub resource_name: String,
    /// The API's name, which is also a logical id.
    pub api_name: String,
    /// The auth resource with the user pool, where groups have access.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_resource_name: Option<String>,
    /// The functions, each once.
    pub function_arns: Vec<FunctionArn>,
    /// How many paths people have access to, and by which roles.
    pub privacy: JsonMap,
    /// What its stack needs of other stacks, as in `backend-config.json`.
    pub depends_on: Vec<Value>,
    /// Tells one deployment of the API from the next, from the first update on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// What other versions record.
    #[serde(flatten)]
    pub other: JsonMap,
}

/// A path.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ApiPath {
    /// Such as `/book/{isbn}`.
    pub name: String,
    /// The function behind it: a resource, or any name where there is an ARN.
    pub lambda_function: String,
    /// A function outside the project, in projects of older versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lambda_arn: Option<String>,
    /// Who may call it.
    pub privacy: Privacy,
    /// What other versions record.
    #[serde(flatten)]
    pub other: JsonMap,
}

/// A function.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FunctionArn {
    /// The resource, or any name where there is an ARN.
    pub lambda_function: String,
    /// A function outside the project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lambda_arn: Option<String>,
}

impl Params {
    /// The record of a new API.
    pub fn new(resource: &str) -> Self {
        Self { resource_name: resource.into(), api_name: resource.into(), ..Self::default() }
    }

    /// Reads what is recorded of an API.
    ///
    /// # Errors
    /// No such file, or one that is not understood.
    pub fn read(context: &mut Context<'_>, resource: &str) -> Result<Self, PluginError> {
        let path = file(resource, PARAMS_FILE);
        let wrong = |reason: String| ApiError::Params { path: path.clone(), reason };
        let document = context.read_json(&path)?.ok_or_else(|| wrong("there is no such file".into()))?;
        let mut params: Self = serde_json::from_value(document).map_err(|error| wrong(error.to_string()))?;
        resource.clone_into(&mut params.resource_name);
        if params.api_name.is_empty() {
            resource.clone_into(&mut params.api_name);
        }
        if let Some(bad) =
            params.paths.iter().find(|path| !path.name.starts_with('/') || path.lambda_function.is_empty())
        {
            return Err(wrong(format!("the path `{}` is not complete", bad.name)).into());
        }
        Ok(params)
    }

    /// Makes what follows from the paths: the functions, the counts and the dependencies.
    pub fn settle(&mut self, project: &ProjectView, auth: Option<&str>) {
        let groups = self.paths.iter().any(|path| !path.privacy.groups().is_empty());
        match auth {
            Some(auth) if groups => self.auth_resource_name = Some(auth.to_owned()),
            _ if !groups => self.auth_resource_name = None,
            _ => {}
        }
        self.function_arns.clear();
        for path in &self.paths {
            let function =
                FunctionArn { lambda_function: path.lambda_function.clone(), lambda_arn: path.lambda_arn.clone() };
            if !self.function_arns.iter().any(|known| known.lambda_function == function.lambda_function) {
                self.function_arns.push(function);
            }
        }
        let count = |has: fn(&Privacy) -> bool| self.paths.iter().filter(|path| has(&path.privacy)).count();
        let counts = [count(|privacy| privacy.signed_in().is_some()), count(|privacy| privacy.guests().is_some())];
        self.privacy.insert("auth".into(), counts[0].into());
        self.privacy.insert("unauth".into(), counts[1].into());
        let environment = project.environment.as_ref();
        for (key, recorded) in [("authRoleName", "AuthRoleName"), ("unAuthRoleName", "UnauthRoleName")] {
            if let Some(name) = environment.and_then(|environment| environment.provider_state.get(recorded)) {
                self.privacy.insert(key.into(), name.clone());
            }
        }
        self.depends_on = self.dependencies();
    }

    fn dependencies(&self) -> Vec<Value> {
        let mut all: Vec<Value> = Vec::new();
        let mut add = |one: Value| {
            if !all.contains(&one) {
                all.push(one);
            }
        };
        for path in &self.paths {
            if path.lambda_arn.is_none() {
                let resource = &path.lambda_function;
                add(json!({ "category": "function", "resourceName": resource, "attributes": ["Name", "Arn"] }));
            }
            let groups = path.privacy.groups();
            if let (Some(auth), false) = (&self.auth_resource_name, groups.is_empty()) {
                add(json!({ "category": "auth", "resourceName": auth, "attributes": ["UserPoolId"] }));
            }
            for (group, _) in groups {
                let role = format!("{group}GroupRole");
                add(json!({ "category": "auth", "resourceName": GROUPS_RESOURCE, "attributes": [role] }));
            }
        }
        all
    }

    /// The names of the paths.
    pub fn names(&self) -> Vec<&str> {
        self.paths.iter().map(|path| path.name.as_str()).collect()
    }

    /// As it is written.
    ///
    /// # Errors
    /// None that is known.
    pub fn document(&self) -> Result<Value, ApiError> {
        serde_json::to_value(self).map_err(|error| ApiError::Params {
            path: file(&self.resource_name, PARAMS_FILE),
            reason: error.to_string(),
        })
    }
}

/// The way from a function back to an API, over what each resource depends on, if there is one.
pub fn circle(project: &ProjectView, function: &str, api: &str) -> Option<Vec<String>> {
    let goal = format!("{CATEGORY}/{api}");
    let mut ways = vec![vec![format!("function/{function}")]];
    let mut seen: Vec<String> = Vec::new();
    while let Some(way) = ways.pop() {
        let Some(last) = way.last().cloned() else { continue };
        if last == goal {
            return Some(way);
        }
        if seen.contains(&last) {
            continue;
        }
        let (category, resource) = last.split_once('/').unwrap_or_default();
        let entry = project.resource(category, resource);
        for on in entry.and_then(|entry| entry.get("dependsOn")).and_then(Value::as_array).into_iter().flatten() {
            let text = |key: &str| on[key].as_str().unwrap_or_default();
            let mut longer = way.clone();
            longer.push(format!("{}/{}", text("category"), text("resourceName")));
            ways.push(longer);
        }
        seen.push(last);
    }
    None
}
