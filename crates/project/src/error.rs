//! What can go wrong with the folder on disk, each with a stable code and hints.

use std::{
    io,
    path::{Path, PathBuf},
};

/// A failure of the project store. The first line (`Display`) says what failed; causes follow through `source`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Another process holds the folder for longer than we wait.
    #[error("`{path}` is in use by another command")]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// The environment that is in use cannot be removed.
    #[error("`{name}` is the current environment")]
    CurrentEnvironment {
        /// Its name.
        name: String,
    },
    /// Resources that depend on each other in a circle.
    #[error("resources depend on each other in a circle: {}", cycle.join(" -> "))]
    Cycle {
        /// `category/name` of each resource on the way; the first is repeated at the end.
        cycle: Vec<String>,
    },
    /// An environment of that name exists already.
    #[error("the environment `{name}` exists already")]
    EnvironmentExists {
        /// Its name.
        name: String,
    },
    /// A resource that others need cannot be removed.
    #[error("`{category}/{name}` is needed by {}", quoted(dependants))]
    HasDependants {
        /// Category of the resource.
        category: String,
        /// Its name.
        name: String,
        /// `category/name` of each resource that depends on it.
        dependants: Vec<String>,
    },
    /// The file system refused.
    #[error("could not {action} `{path}`")]
    Io {
        /// What was tried, such as `write`.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The journal of an interrupted command cannot be used.
    #[error("the journal of an interrupted command is damaged: `{path}`: {reason}")]
    Journal {
        /// The journal.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Another command works in the same project.
    #[error("another command is running in this project: {}", holder(*pid, command, since))]
    Locked {
        /// Its process id, where it could be read.
        pid: Option<u32>,
        /// Its command line words, such as `push`; empty if unknown.
        command: String,
        /// When it began (ISO 8601, UTC); empty if unknown.
        since: String,
    },
    /// A file that the project cannot do without.
    #[error("`{path}` is missing")]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A name that cannot be used.
    #[error("`{}` is not a valid {kind} name: {reason}", shortened(name))]
    Name {
        /// What it would name, such as `resource`.
        kind: &'static str,
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No environment has been chosen on this machine.
    #[error("no environment is checked out")]
    NoEnvironment {
        /// The environments that the project has.
        known: Vec<String>,
    },
    /// No project at or above a folder.
    #[error("no Amplify project found at or above `{start}`")]
    NotFound {
        /// Where the search began.
        start: PathBuf,
    },
    /// A file that is not JSON.
    #[error("`{path}` is not valid JSON: {reason} at line {line}, column {column}")]
    Parse {
        /// The file.
        path: PathBuf,
        /// Line of the first mistake, from 1.
        line: usize,
        /// Column of the first mistake, from 1.
        column: usize,
        /// What the parser says.
        reason: String,
    },
    /// A record of a deployment that cannot be used.
    #[error("the record of what is deployed cannot be used: `{entry}`: {reason}")]
    Record {
        /// The file or folder in it.
        entry: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A resource of that name exists already.
    #[error("`{category}/{name}` exists already")]
    ResourceExists {
        /// Category of the resource.
        category: String,
        /// Its name.
        name: String,
    },
    /// JSON of another shape than the file has.
    #[error("`{path}`: `{pointer}` {reason}")]
    Shape {
        /// The file.
        path: PathBuf,
        /// Keys from the top, joined by dots; `.` is the whole document.
        pointer: String,
        /// What it should be and is, such as `should be an object, but is a string`.
        reason: String,
    },
    /// A folder tree that has no end, such as a symbolic link to its own parent.
    #[error("`{path}` is nested too deep")]
    TooDeep {
        /// Where we gave up.
        path: PathBuf,
    },
    /// The project has no such environment.
    #[error("the project has no environment `{name}`")]
    UnknownEnvironment {
        /// The name asked for.
        name: String,
        /// The environments that the project has.
        known: Vec<String>,
    },
    /// The project has no such resource.
    #[error("the project has no resource `{category}/{name}`")]
    UnknownResource {
        /// Category asked for.
        category: String,
        /// Name asked for.
        name: String,
        /// Names of the resources in that category.
        known: Vec<String>,
    },
    /// A path that a transaction must not write to.
    #[error("`{path}` cannot be written: {reason}")]
    UnsafePath {
        /// The path as it was given.
        path: String,
        /// Why not.
        reason: &'static str,
    },
}

impl Error {
    /// A stable kebab-case code, for scripts and tests.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Busy { .. } => "project-busy",
            Self::CurrentEnvironment { .. } => "environment-current",
            Self::Cycle { .. } => "dependency-cycle",
            Self::EnvironmentExists { .. } => "environment-exists",
            Self::HasDependants { .. } => "resource-in-use",
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "disk-full",
                io::ErrorKind::PermissionDenied => "permission-denied",
                io::ErrorKind::ReadOnlyFilesystem => "read-only-file-system",
                _ => "file-system",
            },
            Self::Journal { .. } => "journal-damaged",
            Self::Locked { .. } => "project-locked",
            Self::Missing { .. } => "project-file-missing",
            Self::Name { .. } => "invalid-name",
            Self::NoEnvironment { .. } => "no-environment",
            Self::NotFound { .. } => "project-not-found",
            Self::Parse { .. } => "project-file-invalid",
            Self::Record { .. } => "record-damaged",
            Self::ResourceExists { .. } => "resource-exists",
            Self::Shape { .. } => "project-file-malformed",
            Self::TooDeep { .. } => "folder-too-deep",
            Self::UnknownEnvironment { .. } => "environment-not-found",
            Self::UnknownResource { .. } => "resource-not-found",
            Self::UnsafePath { .. } => "unsafe-path",
        }
    }

    /// What the user may type or do next, one entry a line.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Busy { .. } => vec!["try again when the other command has ended".into()],
            Self::CurrentEnvironment { .. } => vec!["first run `amplify env checkout <another>`".into()],
            Self::EnvironmentExists { name } => vec![format!("use it with `amplify env checkout {name}`")],
            Self::Cycle { .. } => {
                vec!["remove one of these `dependsOn` entries with `amplify update <category>`".into()]
            }
            Self::HasDependants { dependants, .. } => dependants
                .iter()
                .filter_map(|dependant| dependant.split_once('/'))
                .map(|(category, name)| {
                    format!(
                        "first let `{category}/{name}` do without it (`amplify update {category}`), or remove that as well (`amplify remove {category} {name}`)"
                    )
                })
                .collect(),
            Self::Io { source, path, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    vec!["free some disk space and run the command again; nothing was changed".into()]
                }
                io::ErrorKind::PermissionDenied => {
                    // The nearest folder that exists is the one that refuses.
                    let folder = path.ancestors().skip(1).find(|folder| folder.exists()).unwrap_or(path);
                    vec![format!("check who may write there: `ls -ld '{}'`", folder.display())]
                }
                io::ErrorKind::ReadOnlyFilesystem => vec!["the file system is mounted read-only".into()],
                _ => Vec::new(),
            },
            Self::Journal { path, .. } => vec![format!(
                "look at `git status`, put right what is half-written, then delete `{}`",
                path.parent().unwrap_or(path).display()
            )],
            Self::Locked { pid, .. } => match pid {
                Some(pid) => vec![format!("wait for it to end, or stop it with `kill {pid}`")],
                None => vec!["wait for it to end".into()],
            },
            Self::Missing { path } | Self::Parse { path, .. } | Self::Shape { path, .. } => restore_hints(path),
            Self::Name { .. } | Self::UnsafePath { .. } | Self::TooDeep { .. } => Vec::new(),
            Self::Record { .. } => {
                vec!["a push from a folder that holds the whole backend publishes a new one".into()]
            }
            Self::NoEnvironment { known } => match known.as_slice() {
                [] => vec!["run `amplify init`".into()],
                [first, ..] => vec![format!("run `amplify env checkout {first}`")],
            },
            Self::NotFound { .. } => vec!["run `amplify init` in the folder of your app".into()],
            Self::ResourceExists { category, .. } => {
                vec![format!("choose another name, or run `amplify update {category}`")]
            }
            Self::UnknownEnvironment { known, .. } => known_hint("environments", known),
            Self::UnknownResource { known, .. } => known_hint("resources", known),
        }
    }

    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}

fn restore_hints(path: &Path) -> Vec<String> {
    let text = path.to_string_lossy();
    if text.contains("#current-cloud-backend") || text.ends_with("amplify-meta.json") {
        vec![
            "delete the file and run `amplify env checkout <environment>`, which makes it again from what was deployed"
                .into(),
        ]
    } else if text.contains("local-") {
        vec!["delete the file and run `amplify env checkout <environment>`".into()]
    } else {
        vec![format!("mend it by hand, or get the committed version back with `git checkout -- '{text}'`")]
    }
}

fn known_hint(what: &str, known: &[String]) -> Vec<String> {
    if known.is_empty() { Vec::new() } else { vec![format!("{what} here: {}", known.join(", "))] }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn holder(pid: Option<u32>, command: &str, since: &str) -> String {
    let command = if command.is_empty() { "amplify".to_owned() } else { format!("`amplify {command}`") };
    let pid = pid.map(|pid| format!(" (process {pid})")).unwrap_or_default();
    let since = if since.is_empty() { String::new() } else { format!(", since {since}") };
    format!("{command}{pid}{since}")
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= 60 { name.to_owned() } else { name.chars().take(57).chain("...".chars()).collect() }
}
