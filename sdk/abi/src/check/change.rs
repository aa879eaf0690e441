//! Changes that stay within the plugin's own folder.

use crate::change::{Changes, ResourceChange};

/// Checks that changes stay where the plugin may write: in the folders of resources of its own category. Returns what is
/// wrong.
///
/// `category` is the plugin's own; a plugin of another kind has none and may change nothing (its messages aside).
pub fn changes(changes: &Changes, category: Option<&str>) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut check = |what: &str, of: &str, resource: &str| {
        if category != Some(of) {
            let own = category.map_or("has no resources of its own".to_owned(), |own| format!("keeps only `{own}`"));
            wrong.push(format!("{what} belongs to the category `{of}`, but the plugin {own}"));
        } else if !component(resource) {
            wrong.push(format!("{what} names the resource `{resource}`, which cannot be the name of a folder"));
        }
    };
    for file in &changes.files {
        check(&format!("the file `{}`", file.path), &file.category, &file.resource);
    }
    for change in &changes.resources {
        let (ResourceChange::Add { category, resource, .. }
        | ResourceChange::Patch { category, resource, .. }
        | ResourceChange::Remove { category, resource }) = change;
        check(&format!("the entry `{resource}`"), category, resource);
    }
    for value in &changes.environment {
        check(&format!("the environment value `{}`", value.key), &value.category, &value.resource);
    }
    for secret in &changes.secrets {
        check(&format!("the secret `{}`", secret.key), &secret.category, &secret.resource);
    }
    for file in &changes.files {
        if !file.path.split('/').all(component) {
            wrong.push(format!("the file `{}` lies outside the folder of `{}`", file.path, file.resource));
        }
    }
    wrong
}

/// Whether a text is the name of one file or folder on every system: no separator, no drive, not `.` or `..`.
fn component(name: &str) -> bool {
    !name.is_empty()
        && name != "."
        && name != ".."
        && name.len() <= 255
        && !name.chars().any(|part| matches!(part, '/' | '\\' | ':') || part.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_own_category_pass() {
        let fine = Changes::new()
            .add_resource("storage", "photos", [("service", "S3".into())])
            .text("storage", "photos", "src/a b.txt", "")
            .environment_value("storage", "photos", "size", 1.into());
        assert_eq!(changes(&fine, Some("storage")), Vec::<String>::new());
        assert_eq!(changes(&Changes::new().message("hello"), None), Vec::<String>::new());
    }

    #[test]
    fn paths_that_leave_the_folder_are_refused() {
        for path in ["../x", "a/../../x", "/etc/passwd", "", "a//b", "./a", "a/", "..\\x", "C:x", "a\0", "a\nb"] {
            let outside = Changes::new().text("storage", "photos", path, "");
            assert_eq!(changes(&outside, Some("storage")).len(), 1, "{path:?}");
        }
        for resource in ["..", ".", "", "a/b", "a\\b"] {
            let outside = Changes::new().text("storage", resource, "a", "");
            assert_eq!(changes(&outside, Some("storage")).len(), 1, "{resource:?}");
        }
    }

    #[test]
    fn other_categories_are_refused() {
        let all = Changes::new()
            .remove_resource("function", "hello")
            .patch_resource("function", "hello", [("build", true.into())])
            .text("function", "hello", "a", "")
            .secret("function", "hello", "k", "v");
        assert_eq!(changes(&all, Some("storage")).len(), 4);
        assert_eq!(changes(&all, None).len(), 4);
    }
}
