//! Changes that stay within the plugin's own folder.

use crate::{
    change::{Changes, ResourceChange},
    frontend::{FrontendReply, RootFile},
    manifest::PluginKind,
    message::{CompileReply, Response},
};

/// Checks that a response changes only what belongs to a plugin of its kind. Returns what is wrong.
pub fn response(kind: &PluginKind, response: &Response) -> Vec<String> {
    let category = match kind {
        PluginKind::Category { category } => Some(category.as_str()),
        _ => None,
    };
    match response {
        Response::Changes(found) => changes(found, category),
        Response::Call(reply) => changes(&reply.changes, category),
        Response::Compile(reply) => compiled(reply),
        Response::Frontend(reply) => match &**reply {
            FrontendReply::Files { files } => root_files(files),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

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
    for file in &changes.open {
        check(&format!("the file to open `{}`", file.path), &file.category, &file.resource);
    }
    let paths = changes.files.iter().map(|file| (&file.path, &file.resource));
    for (path, resource) in paths.chain(changes.open.iter().map(|file| (&file.path, &file.resource))) {
        if !path.split('/').all(component) {
            wrong.push(format!("the file `{path}` lies outside the folder of `{resource}`"));
        }
    }
    wrong
}

/// Checks that compiled files lie in the resource's folder. Returns what is wrong.
fn compiled(reply: &CompileReply) -> Vec<String> {
    let paths = reply.folders.iter().chain(reply.files.iter().map(|file| &file.path));
    let outside = paths.filter(|path| !path.split('/').all(component));
    outside.map(|path| format!("`{path}` lies outside the folder of the resource")).collect()
}

/// Checks that a frontend's files lie below the project's root, and neither in `amplify/` nor in `.git/`, which belong to
/// the host and to git. Returns what is wrong.
pub fn root_files(files: &[RootFile]) -> Vec<String> {
    let mut wrong = Vec::new();
    for file in files {
        let first = file.path.split('/').next().unwrap_or_default();
        if !file.path.split('/').all(component) {
            wrong.push(format!("the file `{}` lies outside the project", file.path));
        } else if ["amplify", ".git"].iter().any(|taken| first.eq_ignore_ascii_case(taken)) {
            wrong.push(format!("the file `{}` lies in `{first}`, which is not the frontend's", file.path));
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
    fn compiled_files_stay_in_the_folder() {
        let file = |path: &str| crate::message::CompiledFile {
            path: path.into(),
            content: crate::change::FileContent::Text(String::new()),
        };
        let reply =
            CompileReply { folders: vec!["build".into()], files: vec![file("build/a.json")], ..Default::default() };
        assert_eq!(compiled(&reply), Vec::<String>::new());
        let reply =
            CompileReply { folders: vec!["..".into()], files: vec![file("../a"), file("/a")], ..Default::default() };
        assert_eq!(compiled(&reply).len(), 3);
    }

    #[test]
    fn frontends_write_below_the_root() {
        let check = |path: &str| root_files(&[RootFile { path: path.into(), text: None }]).len();
        assert_eq!(check("src/aws-exports.js"), 0);
        assert_eq!(check(".gitignore"), 0);
        for path in ["../x", "/etc/x", "", "amplify/backend/x", "Amplify/x", ".git/config", "src/../../x"] {
            assert_eq!(check(path), 1, "{path}");
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
