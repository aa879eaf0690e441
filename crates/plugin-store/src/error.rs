//! Why a plugin cannot be found, fetched, trusted or kept.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::{check::Difference, index::MARKER};

/// Why a plugin cannot be found, fetched, trusted or kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder of ours cannot be used.
    #[error("cannot {action} `{}`", .path.display())]
    Files {
        /// What was tried, such as `write`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// `plugins.toml` is not what it should be.
    #[error("`{file}` cannot be understood")]
    Requirements {
        /// The file as the user knows it.
        file: &'static str,
        /// What is wrong, with its place.
        reason: String,
        /// Whether a merge left it half done.
        conflict: bool,
    },
    /// `plugins.lock` is not what it should be.
    #[error("`{file}` cannot be understood")]
    Lock {
        /// The file as the user knows it.
        file: &'static str,
        /// What is wrong, with its place.
        reason: String,
        /// Whether a merge left it half done.
        conflict: bool,
    },
    /// `plugins.lock` was written by a newer amplify, in a form that this one does not know.
    #[error("`{file}` was written by a newer amplify")]
    NewerLock {
        /// The file as the user knows it.
        file: &'static str,
        /// Its form.
        form: u32,
        /// The form that is known here.
        known: u32,
    },
    /// What is asked for and what is locked differ.
    #[error("`amplify/plugins.lock` does not match `amplify/plugins.toml`")]
    Differs {
        /// In what.
        differences: Vec<Difference>,
    },
    /// A text says where plugins come from, and cannot be used.
    #[error("`{text}` is no source of plugins")]
    Source {
        /// The text.
        text: String,
        /// Why not.
        reason: String,
    },
    /// Nobody said where a plugin comes from.
    #[error("nothing says where the plugin `{plugin}` comes from")]
    NoSource {
        /// The plugin.
        plugin: String,
    },
    /// A source does not have the plugin at all.
    #[error("`{origin}` has no plugin `{plugin}`")]
    UnknownPlugin {
        /// The plugin.
        plugin: String,
        /// The source.
        origin: String,
        /// What else it has, where that is known.
        others: Vec<String>,
    },
    /// A source has the plugin, in no version that can be used.
    #[error("no release of `{plugin}` can be used")]
    NoRelease {
        /// The plugin.
        plugin: String,
        /// What was asked for.
        wanted: String,
        /// Each version there is, and why it is not taken.
        passed_over: Vec<String>,
    },
    /// An index is not what it should be.
    #[error("the index `{index}` cannot be used")]
    Index {
        /// The file.
        index: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A source says something else of a locked release than the lock.
    #[error("`{origin}` offers another `{plugin}` {version} than `amplify/plugins.lock` names")]
    Tampered {
        /// The plugin.
        plugin: String,
        /// The version.
        version: String,
        /// The source.
        origin: String,
        /// What differs.
        differences: Vec<String>,
    },
    /// What arrived is not what was promised.
    #[error("what `{origin}` holds is not what was promised")]
    WrongBytes {
        /// The archive.
        origin: String,
        /// The size or the hash promised.
        promised: String,
        /// What was found.
        found: String,
    },
    /// A release for this machine does not exist.
    #[error("the plugin `{plugin}` {version} has no build for `{target}`")]
    NoBuild {
        /// The plugin.
        plugin: String,
        /// The version.
        version: String,
        /// This machine's target.
        target: String,
        /// The targets there are.
        targets: Vec<String>,
    },
    /// The library needs a newer C library.
    #[error("the plugin `{plugin}` {version} needs glibc {needed}, and this machine has {running}")]
    OldSystem {
        /// The plugin.
        plugin: String,
        /// The version.
        version: String,
        /// What its library needs.
        needed: String,
        /// What runs here.
        running: String,
    },
    /// The signature of a release is missing or wrong.
    #[error("the release `{plugin}` {version} is not signed by the pinned key")]
    Signature {
        /// The plugin.
        plugin: String,
        /// The version.
        version: String,
        /// Why not.
        reason: String,
    },
    /// A pinned key is no key.
    #[error("the pinned key `{key}` is no minisign public key")]
    Key {
        /// The key as it is written.
        key: String,
    },
    /// A download failed.
    #[error("cannot fetch `{url}`")]
    Network {
        /// The address.
        url: String,
        /// Why.
        reason: String,
        /// Whether the network, rather than the server's answer, is to blame.
        connection: bool,
    },
    /// Certificates or a proxy are set up wrongly.
    #[error("the network settings cannot be used")]
    Settings {
        /// Which one, and why.
        reason: String,
    },
    /// Another install is at work on the same plugin and does not end.
    #[error("another install is fetching the same plugin")]
    Busy {
        /// The file that it holds.
        path: PathBuf,
    },
    /// Somebody asked to stop.
    #[error("interrupted; the plugins are as they were")]
    Cancelled,
    /// A version is there already, and is another one.
    #[error("the index has another `{plugin}` {version} already")]
    Published {
        /// The plugin.
        plugin: String,
        /// The version.
        version: String,
    },
    /// A folder that is to be changed as an index is none.
    #[error("`{}` is no index of plugins", .index.display())]
    NotAnIndex {
        /// The folder.
        index: PathBuf,
    },
    /// An index does not have the version that is to be withdrawn, or offered again.
    #[error("the index has no `{plugin}` {version}")]
    NotPublished {
        /// The plugin.
        plugin: String,
        /// The version.
        version: String,
        /// The versions that it has.
        there: Vec<String>,
    },
    /// An archive or a release description is bad.
    #[error(transparent)]
    Package(#[from] amplify_plugin_package::Error),
}

impl Error {
    /// For `map_err`: what was tried with which path.
    pub(crate) fn files(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Files { action, path, source }
    }

    /// A stable code in kebab case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Files { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "disk-full",
                io::ErrorKind::PermissionDenied => "permission-denied",
                io::ErrorKind::ReadOnlyFilesystem => "read-only-file-system",
                _ => "file-system",
            },
            Self::Requirements { .. } => "plugins-toml-invalid",
            Self::Lock { .. } | Self::NewerLock { .. } => "plugins-lock-invalid",
            Self::Differs { .. } => "plugins-lock-differs",
            Self::Source { .. } => "plugin-source-invalid",
            Self::NoSource { .. } => "plugin-source-missing",
            Self::UnknownPlugin { .. } => "plugin-unknown",
            Self::NoRelease { .. } => "plugin-no-release",
            Self::Index { .. } => "plugin-index-invalid",
            Self::Tampered { .. } => "plugin-release-tampered",
            Self::WrongBytes { .. } => "plugin-hash-mismatch",
            Self::NoBuild { .. } => "plugin-no-build",
            Self::OldSystem { .. } => "plugin-needs-newer-libc",
            Self::Signature { .. } => "plugin-signature-wrong",
            Self::Key { .. } => "plugin-key-invalid",
            Self::Network { .. } => "plugin-download-failed",
            Self::Settings { .. } => "network-settings",
            Self::Busy { .. } => "plugin-store-busy",
            Self::Cancelled => "interrupted",
            Self::Published { .. } => "plugin-already-published",
            Self::NotAnIndex { .. } => "plugin-index-missing",
            Self::NotPublished { .. } => "plugin-not-published",
            Self::Package(error) => error.code(),
        }
    }

    /// The facts behind the first line, in order.
    pub fn causes(&self) -> Vec<String> {
        match self {
            Self::Files { source, .. } => vec![source.to_string()],
            Self::Requirements { reason, .. }
            | Self::Lock { reason, .. }
            | Self::Source { reason, .. }
            | Self::Index { reason, .. }
            | Self::Signature { reason, .. }
            | Self::Network { reason, .. }
            | Self::Settings { reason } => vec![reason.clone()],
            Self::NewerLock { form, known, .. } => {
                vec![format!("it has the form {form}, and this amplify knows form {known}")]
            }
            Self::Differs { differences } => differences.iter().map(ToString::to_string).collect(),
            Self::NoRelease { wanted, passed_over, .. } => {
                std::iter::once(format!("wanted: {wanted}")).chain(passed_over.iter().cloned()).collect()
            }
            Self::Tampered { differences, .. } => differences.clone(),
            Self::WrongBytes { promised, found, .. } => {
                vec![format!("promised: {promised}"), format!("found: {found}")]
            }
            Self::NoBuild { targets, .. } => vec![format!("there are: {}", targets.join(", "))],
            Self::Busy { path } => vec![format!("it holds `{}`", path.display())],
            Self::NotAnIndex { .. } => vec![format!("it has no `{MARKER}`")],
            Self::NotPublished { plugin, there, .. } if there.is_empty() => {
                vec![format!("it has no `{plugin}` at all")]
            }
            Self::NotPublished { there, .. } => vec![format!("it has {}", there.join(", "))],
            Self::Package(error) => error.causes(),
            _ => Vec::new(),
        }
    }

    /// What to type or do next.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Files { source, path, .. } if source.kind() == io::ErrorKind::StorageFull => {
                vec![format!("make room on the disk of `{}`, and type the command again", path.display())]
            }
            Self::Files { source, path, .. } if source.kind() == io::ErrorKind::NotFound => {
                vec![format!("check that `{}` exists", path.display())]
            }
            Self::Files { source, path, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                vec![format!("check the permissions of `{}`", path.display())]
            }
            Self::Files { path, .. } => vec![format!("check what `{}` is", path.display())],
            Self::Requirements { conflict: true, file, .. } => vec![
                format!(
                    "keep one line for each plugin in `{file}`, delete the lines with <<<<<<<, ======= and >>>>>>>"
                ),
                "then type `amplify plugin install`, which locks whatever else is asked for".into(),
            ],
            Self::Requirements { file, .. } => vec![format!(
                "put `{file}` right in an editor: below `[plugins]` stand lines such as `category-queue = \"^1.2\"`"
            )],
            Self::NewerLock { .. } => vec!["update amplify".into()],
            Self::Lock { conflict: true, file, .. } => vec![
                format!(
                    "keep one block for each plugin in `{file}`, delete the lines with <<<<<<<, ======= and >>>>>>>"
                ),
                format!("or, while the merge is not over, take one side: `git checkout --ours {file}`"),
                "then type `amplify plugin install`, which locks whatever else is asked for".into(),
            ],
            Self::Lock { file, .. } => {
                vec![format!("take `{file}` from git, or delete it and type `amplify plugin install`")]
            }
            Self::Differs { .. } => vec!["type `amplify plugin install` to mend the lock, and commit it".into()],
            Self::Source { .. } => {
                vec![
                    "a source is a folder, an archive, the address of one, or an index (a folder or an address)".into(),
                ]
            }
            Self::NoSource { plugin } => vec![
                format!("type `amplify plugin add {plugin} --from <folder, archive, address or index>`"),
                "or name an index for the project with `amplify plugin configure --index <address>`".into(),
            ],
            Self::UnknownPlugin { others, .. } if others.is_empty() => {
                vec!["check the plugin's name and the source".into()]
            }
            Self::UnknownPlugin { others, .. } => vec![format!("it has: {}", others.join(", "))],
            Self::NoRelease { .. } => vec!["ask for another version, or for a build of the authors".into()],
            Self::Index { .. } => vec!["tell whoever keeps the index".into()],
            Self::Tampered { plugin, .. } => vec![
                "a release never changes: find out who changed it before you go on".into(),
                format!("if the new one is right, type `amplify plugin update {plugin}` and have the lock reviewed"),
            ],
            Self::WrongBytes { .. } => {
                vec!["type the command again; if it happens again, tell whoever keeps the source".into()]
            }
            Self::NoBuild { plugin, .. } => vec![format!("ask the authors of `{plugin}` for a build")],
            Self::OldSystem { plugin, .. } => {
                vec![format!("use a newer system, or ask the authors of `{plugin}` for a build on an older one")]
            }
            Self::Signature { .. } => vec!["do not use it until its authors say which key they sign with".into()],
            Self::Key { .. } => vec!["it is the second line of the authors' `minisign.pub`".into()],
            Self::Network { connection: true, .. } => {
                vec![
                    "check the network, `HTTPS_PROXY`, `NO_PROXY` and `AWS_CA_BUNDLE`, and type the command again"
                        .into(),
                ]
            }
            Self::Network { .. } => vec!["check the address".into()],
            Self::Settings { .. } => vec!["put the variable right, or unset it".into()],
            Self::Busy { .. } => vec!["type the command again when the other install has ended".into()],
            Self::Cancelled => Vec::new(),
            Self::Published { .. } => vec!["publish a new version: one that is out never changes".into()],
            Self::NotAnIndex { .. } => vec!["name the folder that `amplify plugin publish` has begun".into()],
            Self::NotPublished { .. } => vec!["name a version that it has".into()],
            Self::Package(error) => error.hints(),
        }
    }
}
