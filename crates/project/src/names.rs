//! Which names may be used for what, and names made from others.

use jiff::civil::Time;

use crate::Error;

/// The longest file name that a resource's name becomes part of: `<name>-cloudformation-template.json`.
const LONGEST_SUFFIX: &str = "-cloudformation-template.json";
const LONGEST_FILE_NAME: usize = 255;

/// Checks the name of a new resource: letters and digits of ASCII, and usable as a file name on every system.
///
/// # Errors
/// [`Error::Name`].
pub fn resource(name: &str) -> Result<(), Error> {
    alphanumeric("resource", name)?;
    component("resource", name)?;
    if name.len() + LONGEST_SUFFIX.len() > LONGEST_FILE_NAME {
        return Err(invalid(
            "resource",
            name,
            format!("longer than {} characters", LONGEST_FILE_NAME - LONGEST_SUFFIX.len()),
        ));
    }
    Ok(())
}

/// Checks the name of a new category, such as that of a custom stack.
///
/// # Errors
/// [`Error::Name`].
pub fn category(name: &str) -> Result<(), Error> {
    alphanumeric("category", name)?;
    component("category", name)
}

/// Checks the name of a new environment: 2 to 10 lower-case letters.
///
/// # Errors
/// [`Error::Name`].
pub fn environment(name: &str) -> Result<(), Error> {
    if !(2..=10).contains(&name.len()) || !name.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Err(invalid("environment", name, "must be 2 to 10 lower-case letters, such as `dev`"));
    }
    component("environment", name)
}

/// Checks the name of a new project: 3 to 20 letters and digits of ASCII.
///
/// # Errors
/// [`Error::Name`].
pub fn project(name: &str) -> Result<(), Error> {
    if !(3..=20).contains(&name.len()) || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(invalid("project", name, "must be 3 to 20 letters and digits"));
    }
    Ok(())
}

/// A project name made from any text, such as a folder's name: other characters dropped, cut at 20. A text that leaves
/// less than 3 gets `filler` (random letters and digits) appended.
pub fn project_from(text: &str, filler: &str) -> String {
    let clean = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    let mut name = clean(text);
    if name.len() < 3 {
        name.push_str(&clean(filler));
    }
    name.truncate(20);
    name
}

/// Name of an environment's root stack, made at a local time of day: `amplify-<project>-<env>-<Hmmss>`.
pub fn stack_name(project: &str, environment: &str, time: Time) -> String {
    let stamp = format!("{}{:02}{:02}", time.hour(), time.minute(), time.second());
    let mut name: String = format!("amplify-{project}-{environment}-{stamp}")
        .to_lowercase()
        .chars()
        .filter(|c| matches!(c, 'a'..='z' | '0'..='9' | '-'))
        .collect();
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        name.insert(0, 'a');
    }
    name
}

/// Checks that a name from a file can be one part of a path: nothing that leaves the folder, nothing that a file system refuses.
///
/// # Errors
/// [`Error::Name`].
pub fn component(kind: &'static str, name: &str) -> Result<(), Error> {
    let reason = if name.is_empty() {
        "it is empty"
    } else if name == "." || name == ".." || name.contains(['/', '\\', '\0']) {
        "it must not lead to another folder"
    } else if name.len() > LONGEST_FILE_NAME {
        "longer than 255 bytes"
    } else if name.chars().any(|c| c.is_control() || "<>:\"|?*".contains(c)) || name.ends_with(['.', ' ']) {
        "it has characters that some file systems refuse"
    } else if is_reserved(name) {
        "Windows reserves it for a device"
    } else {
        return Ok(());
    };
    Err(invalid(kind, name, reason))
}

fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).to_ascii_lowercase();
    let device = |prefix: &str| {
        stem.strip_prefix(prefix)
            .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|byte| (b'1'..=b'9').contains(&byte)))
    };
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") || device("com") || device("lpt")
}

fn alphanumeric(kind: &'static str, name: &str) -> Result<(), Error> {
    if name.contains(['/', '\\']) {
        return component(kind, name);
    }
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(invalid(kind, name, "only letters and digits are allowed"));
    }
    Ok(())
}

fn invalid(kind: &'static str, name: &str, reason: impl Into<String>) -> Error {
    Error::Name { kind, name: name.to_owned(), reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources() {
        assert!(resource("photos").is_ok());
        assert!(resource("S3AndCloudFront").is_ok());
        assert!(resource(&"a".repeat(226)).is_ok());
        for bad in ["", "../x", "a/b", "a-b", "ünï", "con", "Lpt1", &"a".repeat(227), "a b"] {
            assert!(resource(bad).is_err(), "{bad}");
        }
        assert_eq!(
            resource("../x").unwrap_err().to_string(),
            "`../x` is not a valid resource name: it must not lead to another folder"
        );
    }

    #[test]
    fn long_names_are_not_printed_whole() {
        let message = resource(&"a".repeat(1000)).unwrap_err().to_string();
        assert!(message.len() < 150, "{message}");
    }

    #[test]
    fn environments_and_projects() {
        assert!(environment("dev").is_ok());
        for bad in ["d", "Dev", "dev1", "abcdefghijk", "con", ""] {
            assert!(environment(bad).is_err(), "{bad}");
        }
        assert!(project("app").is_ok());
        for bad in ["ap", "my-app", "abcdefghijklmnopqrstu"] {
            assert!(project(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn project_names_from_folders() {
        assert_eq!(project_from("my-app", "x"), "myapp");
        assert_eq!(project_from("!a", "b1c2d"), "ab1c2d");
        assert_eq!(project_from("abcdefghijklmnopqrstuvwxyz", ""), "abcdefghijklmnopqrst");
    }

    #[test]
    fn names_in_files_may_have_dashes_but_lead_nowhere() {
        assert!(component("resource", "my-table_1").is_ok());
        for bad in ["..", ".", "a/b", "a\\b", "a\0", "nul.txt", "x:y", "dot."] {
            assert!(component("resource", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn stack_names() {
        let at = |hour, minute, second| jiff::civil::time(hour, minute, second, 0);
        assert_eq!(stack_name("app4", "dev", at(6, 20, 55)), "amplify-app4-dev-62055");
        assert_eq!(stack_name("My_App", "prod", at(0, 5, 9)), "amplify-myapp-prod-00509");
        assert_eq!(stack_name("App", "dev", at(23, 0, 0)), "amplify-app-dev-230000");
    }
}
