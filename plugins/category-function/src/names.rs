//! Names that are proposed or made up: resources, roles, parameters.

use std::collections::BTreeSet;

use amplify_sdk::project::ProjectView;
use sha2::{Digest, Sha256};

/// The longest function name that still has room for `-<env>` within Lambda's 64 characters.
pub const MAX_FUNCTION_NAME: usize = 53;

/// Eight hex digits that stand for `parts`: the same for the same parts.
pub fn short_id(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    hex::encode(digest.finalize())[..8].to_owned()
}

/// A free resource name: `prefix` and eight hex digits.
pub fn free_name(project: &ProjectView, prefix: &str) -> String {
    let taken: BTreeSet<String> = project.resources("function").into_iter().map(str::to_lowercase).collect();
    let mut round = 0_u32;
    loop {
        let name = format!("{prefix}{}", short_id(&[&project.root, &project.name, prefix, &round.to_string()]));
        if !taken.contains(&name.to_lowercase()) {
            return name;
        }
        round += 1;
    }
}

/// The name of a function's role, without `-<env>`.
pub fn role_name(project: &ProjectView, resource: &str) -> String {
    format!("{}LambdaRole{}", project.name, short_id(&[&project.root, &project.name, resource]))
}

/// The template parameter that carries an output of another resource.
pub fn parameter(category: &str, resource: &str, attribute: &str) -> String {
    format!("{category}{resource}{attribute}")
}

/// The environment variable that carries an output of another resource.
pub fn variable(category: &str, resource: &str, attribute: &str) -> String {
    format!("{category}_{resource}_{attribute}").to_uppercase()
}

/// Whether `name` can be a resource name.
pub fn is_resource_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= MAX_FUNCTION_NAME && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_proposed_name_is_steady_and_free() {
        let mut project = ProjectView { root: "/p".into(), name: "shop".into(), ..ProjectView::default() };
        let first = free_name(&project, "shop");
        assert_eq!(first, free_name(&project, "shop"));
        assert!(first.starts_with("shop") && first.len() == 12, "{first}");
        project.backend_config.insert("function".into(), json!({ first.clone(): {} }));
        assert_ne!(free_name(&project, "shop"), first);
    }

    #[test]
    fn names_follow_the_recorded_form() {
        assert_eq!(parameter("storage", "photos", "BucketName"), "storagephotosBucketName");
        assert_eq!(variable("storage", "photos", "BucketName"), "STORAGE_PHOTOS_BUCKETNAME");
    }
}
