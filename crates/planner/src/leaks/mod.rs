//! Secrets in files that git tracks, or would track: found by their form, and named without being shown.

mod patterns;

use std::path::Path;

use ignore::WalkBuilder;

use crate::Error;

/// The folder that is looked at.
const FOLDER: &str = "amplify";
/// Larger files are data, not something that was typed.
const LARGEST: u64 = 2_000_000;

/// A secret in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    /// The file, relative to the project's root.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What it is, such as `a GitHub token`.
    pub kind: &'static str,
}

/// Looks for secrets in what git does not ignore below `amplify/`, and in the files of `tracked`, which it tracks although
/// they are ignored (relative to the root).
///
/// # Errors
/// Files that cannot be read.
pub fn leaks(root: &Path, tracked: &[String]) -> Result<Vec<Leak>, Error> {
    let mut files: Vec<String> = tracked.iter().filter(|file| file.starts_with("amplify/")).cloned().collect();
    let walk = WalkBuilder::new(root.join(FOLDER))
        .hidden(false)
        .require_git(false)
        .git_global(false)
        .filter_entry(|entry| entry.file_name() != "node_modules")
        .build();
    for entry in walk {
        let entry = entry.map_err(std::io::Error::other)?;
        if entry.file_type().is_some_and(|kind| kind.is_file()) {
            let path = entry.path().strip_prefix(root).unwrap_or(entry.path());
            files.push(path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/"));
        }
    }
    files.sort();
    files.dedup();
    let mut found = Vec::new();
    for file in files {
        let path = root.join(&file);
        // What git tracks may be gone.
        let Ok(metadata) = fs_err::metadata(&path) else { continue };
        if !metadata.is_file() || metadata.len() > LARGEST {
            continue;
        }
        let Ok(text) = String::from_utf8(fs_err::read(&path)?) else { continue };
        found.extend(patterns::find(&text).into_iter().map(|(line, kind)| Leak { file: file.clone(), line, kind }));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made here, so that no file of this repository holds one.
    fn token() -> String {
        format!("ghp_{}", "a1B2".repeat(9))
    }

    #[test]
    fn ignored_files_count_only_when_git_tracks_them() {
        let home = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let file = home.path().join(path);
            fs_err::create_dir_all(file.parent().unwrap()).unwrap();
            fs_err::write(file, text).unwrap();
        };
        write(".gitignore", "amplify/private\n*.local\n");
        write("amplify/backend/function/a/src/index.js", &format!("\nconst token = '{}';\n", token()));
        write("amplify/private/notes.txt", &token());
        write("amplify/x.local", &token());
        write("amplify/backend/function/a/src/node_modules/x/index.js", &token());
        write("src/index.js", &token());
        let found = leaks(home.path(), &[]).unwrap();
        let leak = |file: &str, line| Leak { file: file.into(), line, kind: "a GitHub token" };
        let source = leak("amplify/backend/function/a/src/index.js", 2);
        assert_eq!(found, std::slice::from_ref(&source));
        let tracked = ["amplify/x.local", "amplify/gone.txt", "src/index.js"].map(str::to_owned);
        assert_eq!(leaks(home.path(), &tracked).unwrap(), [source, leak("amplify/x.local", 1)]);
    }
}
