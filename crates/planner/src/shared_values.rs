//! The values of an environment that a colleague needs: which of a deployment's may be shown, what a recorded root template
//! says of them, and which a project lacks.

use serde_json::{Map, Value};

use crate::{
    Assembly, Error, NestedStack, SECRET_NAMES, SECRET_REVISION, StagedTemplate, code, parameters::joined,
    references::references, secrets,
};

/// Parameters whose values each deployment makes itself.
pub const MADE_VALUES: [&str; 6] =
    ["env", code::BUCKET_PARAMETER, code::KEY_PARAMETER, "S3DeploymentBucket", "S3DeploymentRootKey", "CreateAPIKey"];

/// The values of an environment that a resource was deployed with, without what nobody is to see: a parameter with `NoEcho`,
/// and what is no parameter and is named like a secret.
///
/// # Errors
/// A template that cannot be parsed.
pub fn shown_values(stack: &NestedStack, values: &Map<String, Value>) -> Result<Map<String, Value>, Error> {
    let declared = &stack.template.parse()?.parameters;
    let may_be_seen = |key: &str| match declared.get(key) {
        Some(parameter) => !parameter.no_echo,
        None => matches!(key, SECRET_NAMES | SECRET_REVISION) || !secrets::is_telling(key),
    };
    let seen = values.iter().filter(|(key, _)| may_be_seen(key));
    Ok(seen.map(|(key, value)| (key.clone(), value.clone())).collect())
}

/// What a root template says of an environment's values for one resource: the parameters that its stack was given as they are,
/// that the resource's own documents do not have, and that can be seen. `own` is its `parameters.json`. A template that cannot be read tells nothing.
pub fn recovered_values(
    root: &Value,
    logical_id: &str,
    template: &StagedTemplate,
    own: &Map<String, Value>,
) -> Map<String, Value> {
    let Ok(template) = template.parse() else { return Map::new() };
    let given = root
        .get("Resources")
        .and_then(|resources| resources.get(logical_id)?.get("Properties")?.get("Parameters")?.as_object());
    let is_own = |key: &str, value: &Value| {
        template.parameters.get(key).is_some_and(|parameter| !parameter.no_echo)
            && !MADE_VALUES.contains(&key)
            && references(value).is_empty()
            && !value.is_object()
            && own.get(key).is_none_or(|own| as_text(own) != as_text(value))
    };
    let own_values = given.into_iter().flatten().filter(|(key, value)| is_own(key, value));
    own_values.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// A value as a stack has it: CloudFormation knows texts alone.
pub fn as_text(value: &Value) -> String {
    match value {
        Value::Array(items) => joined(items),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Parameters of a deployment without value or default: category, resource and parameter.
///
/// # Errors
/// A template that cannot be parsed.
pub fn missing_values(assembly: &Assembly) -> Result<Vec<(String, String, String)>, Error> {
    let mut missing = Vec::new();
    for stack in assembly.stacks.iter().filter(|stack| !stack.kept) {
        for (name, parameter) in &stack.template.parse()?.parameters {
            if parameter.default.is_none() && !stack.parameters.contains_key(name) {
                missing.push((stack.category.clone(), stack.resource.clone(), name.clone()));
            }
        }
    }
    Ok(missing)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::references::Origins;

    fn template() -> Value {
        json!({ "Parameters": {
            "env": { "Type": "String" }, "delay": { "Type": "Number" }, "tries": { "Type": "Number" },
            "password": { "Type": "String", "NoEcho": true }, "accessKey": { "Type": "String" },
            "kinds": { "Type": "CommaDelimitedList" }, "arn": { "Type": "String" }
        }, "Resources": { "Queue": { "Type": "AWS::SQS::Queue" } } })
    }

    fn stack() -> NestedStack {
        NestedStack {
            category: "queue".into(),
            resource: "jobs".into(),
            service: "SQS".into(),
            logical_id: "queuejobs".into(),
            template_key: String::new(),
            template_url: String::new(),
            template: StagedTemplate::new("x", template().to_string().into_bytes()),
            parameters: Map::new(),
            code: None,
            children: std::collections::BTreeMap::new(),
            kept: false,
            origins: Origins::new(),
        }
    }

    #[test]
    fn what_nobody_may_see_is_left_out() {
        let values = json!({
            "delay": 30, "password": "hunter2", "accessKey": "a parameter that anybody sees", "hostedUIProviderCreds": "x",
            "clientSecret": "y", "secretNames": ["clientSecret"], "secretRevision": "1", "colour": "red"
        });
        let shown = shown_values(&stack(), values.as_object().unwrap()).unwrap();
        assert_eq!(shown.keys().collect::<Vec<_>>(), ["delay", "accessKey", "secretNames", "secretRevision", "colour"]);
    }

    #[test]
    fn a_root_template_tells_what_no_document_of_the_resource_has() {
        let root = json!({ "Resources": { "queuejobs": { "Properties": { "Parameters": {
            "env": "dev", "delay": 30, "tries": "3", "password": "hunter2", "kinds": "a,b",
            "arn": { "Fn::GetAtt": ["functionhello", "Outputs.Arn"] }, "unknown": "x"
        } } } } });
        let template = stack().template;
        let own = json!({ "tries": 3, "kinds": ["a", "b"] });
        let found = recovered_values(&root, "queuejobs", &template, own.as_object().unwrap());
        assert_eq!(Value::Object(found), json!({ "delay": 30 }));
        let other = json!({ "tries": 5, "kinds": ["a", "b"] });
        let found = recovered_values(&root, "queuejobs", &template, other.as_object().unwrap());
        assert_eq!(
            Value::Object(found),
            json!({ "delay": 30, "tries": "3" }),
            "the environment's own wins over the document"
        );
        assert!(recovered_values(&root, "queuemail", &template, &Map::new()).is_empty());
        let broken = StagedTemplate::new("x", b"[".to_vec());
        assert!(recovered_values(&root, "queuejobs", &broken, &Map::new()).is_empty());
        assert!(recovered_values(&json!([]), "queuejobs", &template, &Map::new()).is_empty());
    }
}
