//! From a resource whose deployment failed to the file of the project that declares it.

use amplify_planner::Assembly;
use amplify_plugin_abi::error::RESOURCE_FAILED;
use serde_json::Value;

use crate::error::Error;

/// The template of the root stack, which the host writes itself.
const ROOT: &str = "amplify/backend/awscloudformation/nested-cloudformation-stack.yml";

/// Adds the file to an error that says which resource failed.
pub fn told(error: Error, assembly: &Assembly) -> Error {
    let resource = (&*error.code == RESOURCE_FAILED).then(|| error.message.split('`').nth(1)).flatten();
    let Some(file) = resource.and_then(|resource| file(assembly, resource)) else { return error };
    error.hint(format!("the resource is declared in `{file}`"))
}

/// The file, relative to the project's root. `resource` names the stacks from the root down, and then itself.
fn file<'a>(assembly: &'a Assembly, resource: &str) -> Option<&'a str> {
    let (stacks, _) = resource.rsplit_once('/').unwrap_or_default();
    let mut stacks = stacks.split('/').filter(|stack| !stack.is_empty());
    let Some(first) = stacks.next() else { return Some(ROOT) };
    let nested = assembly.stacks.iter().find(|stack| stack.logical_id == first)?;
    let mut template = &nested.template;
    for stack in stacks {
        let url = template.parse().ok()?.resources.get(stack)?.properties.get("TemplateURL")?;
        let name = last_text(url)?.rsplit('/').next()?;
        let child = |key: &str| key.rsplit('/').next() == Some(name);
        template = nested.children.iter().find(|(key, _)| child(key)).map(|(_, child)| child)?;
    }
    Some(&template.path)
}

/// The text that a value ends with: itself, or the last one in what joins or substitutes.
fn last_text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        Value::Array(parts) => parts.iter().rev().find_map(last_text),
        Value::Object(function) => function.values().rev().find_map(last_text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_name_of_a_template_ends_its_address() {
        let bucket = json!({ "Ref": "S3DeploymentBucket" });
        let joined = json!({ "Fn::Join": ["/", ["https://s3.amazonaws.com", bucket, "stacks", "Blog.json"]] });
        for url in [json!("https://s3.amazonaws.com/b/k/Blog.json"), joined] {
            assert_eq!(last_text(&url).and_then(|text| text.rsplit('/').next()), Some("Blog.json"));
        }
    }
}
