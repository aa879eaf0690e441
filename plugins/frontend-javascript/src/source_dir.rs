//! The folder of `aws-exports.js`, from the setting `SourceDir`.

use crate::error::FrontendError;

/// The folder relative to the project's root, with forward slashes; empty for the root itself.
///
/// A leading slash means the root, not the machine's: settings have `/` for apps without a source folder.
///
/// # Errors
/// A folder outside the project.
pub fn normalize(setting: &str) -> Result<String, FrontendError> {
    let outside = || FrontendError::OutsideProject { folder: setting.into() };
    let mut parts: Vec<&str> = Vec::new();
    for part in setting.trim().split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or_else(outside)?;
            }
            drive if drive.contains(':') => return Err(outside()),
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

/// The path of a file in that folder.
///
/// # Errors
/// A folder outside the project.
pub fn file(setting: &str, name: &str) -> Result<String, FrontendError> {
    let folder = normalize(setting)?;
    Ok(if folder.is_empty() { name.into() } else { format!("{folder}/{name}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_mean_the_project() {
        for (setting, path) in [
            ("src", "src/x"),
            ("/", "x"),
            ("", "x"),
            (".", "x"),
            ("./src/", "src/x"),
            ("/src/app", "src/app/x"),
            ("src\\app", "src/app/x"),
            ("a/../b", "b/x"),
        ] {
            assert_eq!(file(setting, "x").as_deref(), Ok(path), "{setting:?}");
        }
    }

    #[test]
    fn folders_elsewhere_are_refused() {
        for setting in ["..", "../web", "a/../../b", "C:\\app", "/.."] {
            let error = file(setting, "x").unwrap_err();
            assert_eq!(error.code(), "javascript-source-outside", "{setting:?}");
        }
    }
}
