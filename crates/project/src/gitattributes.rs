//! The block of `.gitattributes` that says which files git merges by key.

/// What git's settings and attributes call the way to merge.
pub const DRIVER: &str = "amplify-json";

const MARK: &str = "#amplify: `amplify git setup` teaches a clone to merge these by key";

/// Files that the program writes and that several branches change.
const FILES: [&str; 5] = [
    "amplify/.config/project-config.json",
    "amplify/backend/*/*/*.json",
    "amplify/backend/backend-config.json",
    "amplify/cli.json",
    "amplify/team-provider-info.json",
];

/// The file with the lines that it lacks at its end. Pass nothing if there is no file yet.
pub fn with_block(existing: Option<&str>) -> String {
    let existing = existing.unwrap_or_default();
    let has = |wanted: &str| existing.lines().any(|line| line.trim() == wanted);
    let lines = FILES.map(|file| format!("{file} merge={DRIVER}"));
    let missing: Vec<&str> = lines.iter().map(String::as_str).filter(|line| !has(line)).collect();
    if missing.is_empty() {
        return existing.to_owned();
    }
    let mut text = existing.to_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    for line in (!has(MARK)).then_some(MARK).into_iter().chain(missing) {
        text.push_str(line);
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_missing_is_added() {
        let whole = with_block(None);
        assert!(whole.starts_with("#amplify") && whole.ends_with("team-provider-info.json merge=amplify-json\n"));
        assert_eq!(with_block(Some(&whole)), whole);
        assert_eq!(with_block(Some("*.png binary")), format!("*.png binary\n{whole}"));
        let older: String =
            whole.lines().filter(|line| !line.contains("cli.json")).map(|line| format!("{line}\n")).collect();
        assert_eq!(with_block(Some(&older)), format!("{older}amplify/cli.json merge=amplify-json\n"));
    }
}
