//! Valid manifests.

use std::collections::BTreeSet;

use crate::manifest::{Command, Manifest, PluginKind};

/// The longest name or word.
const MAX_NAME: usize = 64;

/// Checks what a manifest says of itself: names, version, commands without duplicates. Returns what is wrong.
///
/// Protocol, target and library are for the host to judge, since they depend on where the plugin is loaded.
pub fn manifest(manifest: &Manifest) -> Vec<String> {
    let mut wrong = Vec::new();
    if !plugin_name(&manifest.name) {
        wrong.push(format!("the name `{}` is not of the form `[a-z][a-z0-9-]*`", manifest.name));
    }
    if !plugin_name(manifest.kind.word()) {
        wrong.push(format!(
            "the {} `{}` is not of the form `[a-z][a-z0-9-]*`",
            word_of(manifest),
            manifest.kind.word()
        ));
    }
    if !semver(&manifest.version) {
        wrong.push(format!("the version `{}` is not of the form `1.2.3`", manifest.version));
    }
    if manifest.summary.trim().is_empty() {
        wrong.push("it has no summary".to_owned());
    }
    one_line("the summary", &manifest.summary, &mut wrong);
    let mut words = BTreeSet::new();
    for command in &manifest.commands {
        check_command(command, &mut words, &mut wrong);
    }
    unique("service", manifest.services.iter().map(|service| service.name.as_str()), &mut wrong);
    unique("method", manifest.methods.iter().map(|method| method.name.as_str()), &mut wrong);
    let events: BTreeSet<_> = manifest.events.iter().collect();
    if events.len() != manifest.events.len() {
        wrong.push("it subscribes twice to one event".to_owned());
    }
    let hooks: BTreeSet<_> = manifest.hooks.iter().collect();
    if hooks.len() != manifest.hooks.len() {
        wrong.push("it asks twice for one hook".to_owned());
    }
    for library in manifest.library.iter().filter(|library| !file_name(library)) {
        wrong.push(format!("the library `{library}` is not a file name"));
    }
    if manifest.sha256.as_deref().is_some_and(|hash| !sha256(hash)) {
        wrong.push("`sha256` is not 64 lower-case hex digits".to_owned());
    }
    wrong
}

fn check_command<'a>(command: &'a Command, words: &mut BTreeSet<&'a str>, wrong: &mut Vec<String>) {
    let name = &command.name;
    for word in std::iter::once(name).chain(&command.aliases) {
        if !command_word(word) {
            wrong.push(format!("the command word `{word}` is not of the form `[a-z][A-Za-z0-9-]*`"));
        }
        if !words.insert(word) {
            wrong.push(format!("the command word `{word}` occurs twice"));
        }
    }
    if command.summary.trim().is_empty() {
        wrong.push(format!("the command `{name}` has no summary"));
    }
    one_line(&format!("the summary of `{name}`"), &command.summary, wrong);
    let mut arguments = BTreeSet::new();
    let mut optional_seen = false;
    for argument in &command.arguments {
        let plain = argument.name.strip_prefix("--").unwrap_or(&argument.name);
        if !command_word(plain) {
            wrong.push(format!("the argument `{}` of `{name}` is no name", argument.name));
        }
        if !arguments.insert(plain) {
            wrong.push(format!("the argument `{}` of `{name}` occurs twice", argument.name));
        }
        if !argument.name.starts_with("--") {
            if argument.required && optional_seen {
                wrong.push(format!("the argument `{}` of `{name}` is required after an optional one", argument.name));
            }
            optional_seen |= !argument.required;
        }
    }
}

fn word_of(manifest: &Manifest) -> &'static str {
    match manifest.kind {
        PluginKind::Util { .. } => "word",
        _ => manifest.kind.label(),
    }
}

fn unique<'a>(what: &str, names: impl Iterator<Item = &'a str>, wrong: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for name in names {
        if name.trim().is_empty() {
            wrong.push(format!("a {what} has no name"));
        } else if !seen.insert(name) {
            wrong.push(format!("the {what} `{name}` occurs twice"));
        }
    }
}

fn one_line(what: &str, text: &str, wrong: &mut Vec<String>) {
    if text.chars().any(char::is_control) {
        wrong.push(format!("{what} is not one line of plain text"));
    }
}

/// Whether a text can name a plugin or be the word that addresses it: `[a-z][a-z0-9-]*`, at most 64 characters.
pub fn plugin_name(name: &str) -> bool {
    name.len() <= MAX_NAME
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// Whether a text is the name of a file, in no folder.
pub fn file_name(name: &str) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\\', '\0'])
}

fn sha256(hash: &str) -> bool {
    hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn command_word(word: &str) -> bool {
    word.len() <= MAX_NAME
        && word.starts_with(|first: char| first.is_ascii_lowercase())
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Whether a text has the form of a semantic version: three numbers, then perhaps a pre-release and build data.
pub fn semver(version: &str) -> bool {
    let (core, tail) = version.split_at(version.find(['-', '+']).unwrap_or(version.len()));
    let number = |part: &str| {
        !part.is_empty()
            && part.len() <= 19
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'))
    };
    let part = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let (pre, build) = tail.split_once('+').map_or((tail, None), |(pre, build)| (pre, Some(build)));
    core.split('.').count() == 3
        && core.split('.').all(number)
        && (pre.is_empty() || pre.strip_prefix('-').is_some_and(|pre| pre.split('.').all(part)))
        && build.is_none_or(|build| build.split('.').all(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{Argument, Command};

    fn storage() -> Manifest {
        Manifest::new("category-storage", PluginKind::category("storage"), "1.0.0", "Buckets and tables")
            .command(Command::new("add", "Add a bucket or a table").alias("create"))
            .service("S3", "Content")
    }

    #[test]
    fn a_good_manifest_passes() {
        assert_eq!(manifest(&storage()), Vec::<String>::new());
    }

    #[test]
    fn each_fault_is_named() {
        let faults: [(&str, Manifest); 9] = [
            ("name", Manifest { name: "../evil".into(), ..storage() }),
            ("category", Manifest { kind: PluginKind::category("Sto rage"), ..storage() }),
            ("version", Manifest { version: "1.0".into(), ..storage() }),
            ("summary", Manifest { summary: "two\nlines".into(), ..storage() }),
            ("twice", storage().command(Command::new("create", "Clashes with an alias"))),
            ("twice", storage().service("S3", "Again")),
            ("no summary", storage().command(Command::new("update", ""))),
            ("library", Manifest { library: Some("../libevil.so".into()), ..storage() }),
            ("sha256", Manifest { sha256: Some("ABC".into()), ..storage() }),
        ];
        for (word, broken) in faults {
            let wrong = manifest(&broken);
            assert_eq!(wrong.len(), 1, "{word}: {wrong:?}");
            assert!(wrong[0].contains(word), "{word}: {wrong:?}");
        }
    }

    #[test]
    fn a_required_argument_comes_first() {
        let command = Command::new("run", "Run it")
            .argument(Argument::positional("first", "May be left out"))
            .argument(Argument::positional("second", "May not").required());
        assert_eq!(manifest(&storage().command(command)).len(), 1);
    }

    #[test]
    fn versions() {
        for good in ["0.1.0", "1.2.3-beta.1", "1.2.3+build.5", "1.2.3-rc-1+a"] {
            assert!(semver(good), "{good}");
        }
        for bad in ["", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.x", "1.2.3-", "1.2.3+", "v1.2.3", "1.2.3-a..b"] {
            assert!(!semver(bad), "{bad}");
        }
    }
}
