//! Why a plugin cannot be made, built or packaged.

use std::path::PathBuf;

use amplify_plugin_host::LoadError;

/// Why a plugin cannot be made, built or packaged.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Cargo cannot be run, or says no; what it says stands on standard error already.
    #[error("`{command}` failed")]
    Cargo {
        /// The command line.
        command: String,
    },
    /// Cargo is not installed.
    #[error("`cargo` cannot be started")]
    CargoMissing {
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Cargo's messages are not understood.
    #[error("cannot understand what cargo says: {0}")]
    CargoGarbled(String),
    /// There is no crate.
    #[error("`{}` is not the folder of a crate", .folder.display())]
    NoCrate {
        /// The folder.
        folder: PathBuf,
    },
    /// The crate makes no shared library.
    #[error("the crate `{package}` makes no shared library")]
    NoLibrary {
        /// The crate.
        package: String,
    },
    /// A library is no plugin.
    #[error("the crate `{package}` does not make a plugin")]
    NotAPlugin {
        /// The crate.
        package: String,
        /// Why.
        #[source]
        error: Box<LoadError>,
        /// The folder in which it was tried, which is gone by now.
        tried: PathBuf,
        /// The folder in which cargo has left it.
        made: PathBuf,
    },
    /// A folder is there already, and holds something.
    #[error("`{}` exists already", .folder.display())]
    FolderTaken {
        /// The folder.
        folder: PathBuf,
    },
    /// The archive or the description is not taken.
    #[error(transparent)]
    Package(#[from] amplify_plugin_package::Error),
    /// The library or its manifest is not taken.
    #[error(transparent)]
    Load(Box<LoadError>),
    /// A file cannot be read or written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl From<LoadError> for Error {
    fn from(error: LoadError) -> Self {
        Self::Load(Box::new(error))
    }
}

impl Error {
    /// A stable code in kebab case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Cargo { .. } => "cargo-failed",
            Self::CargoMissing { .. } => "cargo-missing",
            Self::CargoGarbled(_) => "cargo-garbled",
            Self::NoCrate { .. } => "no-crate",
            Self::NoLibrary { .. } => "no-library",
            Self::NotAPlugin { error, .. } | Self::Load(error) => error.code(),
            Self::FolderTaken { .. } => "folder-taken",
            Self::Package(error) => error.code(),
            Self::Io(_) => "io",
        }
    }

    /// The facts behind the first line, in order.
    pub fn causes(&self) -> Vec<String> {
        match self {
            Self::NotAPlugin { error, tried, made, .. } => {
                let (tried, made) = (tried.display().to_string(), made.display().to_string());
                let first = match &**error {
                    // Nobody has seen that file; the faults say it all.
                    LoadError::ManifestInvalid { .. } => None,
                    error => Some(error.to_string()),
                };
                first.into_iter().chain(error.causes()).map(|text| text.replace(&tried, &made)).collect()
            }
            Self::Load(error) => error.causes(),
            Self::Package(error) => error.causes(),
            Self::CargoMissing { source } => vec![source.to_string()],
            _ => Vec::new(),
        }
    }

    /// What to type or do next.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Cargo { .. } => vec!["what cargo said stands above".to_owned()],
            Self::CargoMissing { .. } => vec!["install Rust 1.85 or newer from https://rustup.rs".to_owned()],
            Self::CargoGarbled(_) => vec!["update cargo".to_owned()],
            Self::NoCrate { .. } => {
                vec!["change to the plugin's folder, or make one with `amplify plugin init`".to_owned()]
            }
            Self::NoLibrary { .. } => {
                vec!["put `crate-type = [\"cdylib\", \"rlib\"]` below `[lib]` in its Cargo.toml".to_owned()]
            }
            Self::NotAPlugin { error, tried, made, .. } => match &**error {
                LoadError::ManifestInvalid { .. } => vec![
                    "put it right in `manifest()`; the name, the version and the summary are usually those of Cargo.toml: \
                     `name`, `version` and `description`"
                        .to_owned(),
                ],
                LoadError::PanicAtLoad { .. } | LoadError::DescribeFailed { .. } => {
                    vec!["put `manifest()` right: it is asked when the plugin is built".to_owned()]
                }
                error => {
                    let (tried, made) = (tried.display().to_string(), made.display().to_string());
                    error.hints().into_iter().map(|hint| hint.replace(&tried, &made)).collect()
                }
            },
            Self::Load(error) => error.hints(),
            Self::FolderTaken { folder } => {
                vec![format!("choose another name, or remove `{}`", folder.display())]
            }
            Self::Package(error) => error.hints(),
            Self::Io(_) => Vec::new(),
        }
    }
}
