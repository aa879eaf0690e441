//! Why a plugin cannot be used: one variant a cause.

use std::path::{Path, PathBuf};

use amplify_plugin_abi::error::PluginError;
use amplify_plugin_package::Glibc;

/// Why a plugin cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The plugin answered `describe` with an error that is no panic.
    #[error("the plugin `{plugin}` cannot describe itself")]
    DescribeFailed {
        /// Its name, as far as known.
        plugin: String,
        /// The library.
        library: PathBuf,
        /// What it said.
        #[source]
        error: Box<PluginError>,
    },
    /// The plugin's answer to `describe` is no manifest.
    #[error("the library `{}` describes itself in a way that is not understood", .library.display())]
    DescriptionGarbled {
        /// The library.
        library: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The library is not the one that the manifest was written for.
    #[error("the library of the plugin `{plugin}` is not the one that its manifest describes")]
    HashMismatch {
        /// Name in the manifest.
        plugin: String,
        /// The library.
        library: PathBuf,
        /// SHA-256 in the manifest.
        recorded: String,
        /// SHA-256 of the file.
        found: String,
    },
    /// The tables of functions have another layout than the host's.
    #[error("the plugin `{plugin}` was built against another ABI")]
    LayoutMismatch {
        /// Name in the manifest.
        plugin: String,
        /// The library.
        library: PathBuf,
        /// Version of `amplify-plugin-abi` it was built with, as far as known.
        plugin_abi: String,
        /// The host's version.
        host_abi: String,
        /// What differs.
        details: String,
    },
    /// The file that the manifest names is not there.
    #[error("the library of the plugin `{plugin}` is missing")]
    LibraryMissing {
        /// Name in the manifest.
        plugin: String,
        /// Where it should be.
        library: PathBuf,
    },
    /// The library is there, but cannot be read.
    #[error("cannot read the library `{}`", .library.display())]
    LibraryUnreadable {
        /// The library.
        library: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Manifest and library contradict each other.
    #[error("the manifest of the plugin `{plugin}` does not say what its library says")]
    ManifestDisagrees {
        /// Name in the manifest.
        plugin: String,
        /// The library.
        library: PathBuf,
        /// `field: manifest says ..., library says ...`, one a field.
        differences: Vec<String>,
    },
    /// The manifest breaks rules.
    #[error("the manifest `{}` is not valid", .path.display())]
    ManifestInvalid {
        /// The manifest (or the library whose description it is).
        path: PathBuf,
        /// What is wrong, one sentence a fault.
        faults: Vec<String>,
    },
    /// The manifest is not a JSON document of the right shape.
    #[error("the manifest `{}` cannot be understood", .path.display())]
    ManifestGarbled {
        /// The manifest.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The manifest cannot be read or written.
    #[error("cannot access `{}`", .path.display())]
    ManifestUnreadable {
        /// The manifest.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A locked release has no build for this machine.
    #[error("the plugin `{plugin}` {version} has no build for `{target}`")]
    NoBuild {
        /// The plugin's name.
        plugin: String,
        /// The version that is locked.
        version: String,
        /// This machine's target triple.
        target: String,
    },
    /// The library can be opened, but is no plugin.
    #[error("the library `{}` is not an amplify plugin", .library.display())]
    NotAPlugin {
        /// The library.
        library: PathBuf,
    },
    /// What lies where a locked plugin should is another one.
    #[error("the installed plugin `{plugin}` is not the one that `amplify/plugins.lock` names")]
    NotAsLocked {
        /// The plugin's name.
        plugin: String,
        /// The folder.
        folder: PathBuf,
        /// Name, version and hash that are locked.
        locked: String,
        /// Those found.
        found: String,
    },
    /// A locked plugin is not there.
    #[error("the plugin `{plugin}` {version} is not installed")]
    NotInstalled {
        /// The plugin's name.
        plugin: String,
        /// The version that is locked.
        version: String,
        /// Where it would be.
        folder: PathBuf,
    },
    /// The system refuses to open the library.
    #[error("the library `{}` cannot be opened", .library.display())]
    NotLoadable {
        /// The library.
        library: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The plugin panicked while it was opened.
    #[error("the plugin `{plugin}` panicked while it was loaded")]
    PanicAtLoad {
        /// Its name, as far as known.
        plugin: String,
        /// The library.
        library: PathBuf,
        /// The panic's place and message.
        message: String,
    },
    /// The library was built on a system with a newer C library than this one's.
    #[error("the plugin `{plugin}` needs glibc {needed}, this system has {found}")]
    WrongLibc {
        /// Its name, as far as known.
        plugin: String,
        /// The library.
        library: PathBuf,
        /// The oldest glibc that it works with.
        needed: Glibc,
        /// The glibc that runs here.
        found: Glibc,
        /// What the system says.
        reason: String,
    },
    /// The plugin speaks a protocol that this host does not.
    #[error("the plugin `{plugin}` speaks protocol {found}, amplify {}", protocols(.oldest, .newest))]
    WrongProtocol {
        /// Its name, as far as known.
        plugin: String,
        /// Its manifest or library.
        path: PathBuf,
        /// The plugin's protocol.
        found: u32,
        /// The oldest protocol the host accepts.
        oldest: u32,
        /// The newest one.
        newest: u32,
    },
    /// The plugin was built for another kind of machine.
    #[error("the plugin `{plugin}` was built for `{found}`, amplify for `{wanted}`")]
    WrongTarget {
        /// Name in the manifest.
        plugin: String,
        /// The manifest.
        path: PathBuf,
        /// The plugin's target triple.
        found: String,
        /// The host's.
        wanted: String,
    },
}

fn protocols(oldest: &u32, newest: &u32) -> String {
    if oldest == newest { format!("{newest}") } else { format!("{oldest} to {newest}") }
}

impl LoadError {
    /// A stable code in kebab case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::DescribeFailed { .. } => "plugin-describe-failed",
            Self::DescriptionGarbled { .. } => "plugin-description-garbled",
            Self::HashMismatch { .. } => "plugin-hash-mismatch",
            Self::LayoutMismatch { .. } => "plugin-layout-mismatch",
            Self::LibraryMissing { .. } => "plugin-library-missing",
            Self::LibraryUnreadable { .. } => "plugin-library-unreadable",
            Self::ManifestDisagrees { .. } => "plugin-manifest-disagrees",
            Self::ManifestInvalid { .. } => "plugin-manifest-invalid",
            Self::ManifestGarbled { .. } => "plugin-manifest-garbled",
            Self::ManifestUnreadable { .. } => "plugin-manifest-unreadable",
            Self::NoBuild { .. } => "plugin-no-build",
            Self::NotAPlugin { .. } => "not-a-plugin",
            Self::NotAsLocked { .. } => "plugin-not-as-locked",
            Self::NotInstalled { .. } => "plugin-not-installed",
            Self::NotLoadable { .. } => "plugin-not-loadable",
            Self::PanicAtLoad { .. } => "plugin-panicked-at-load",
            Self::WrongLibc { .. } => "plugin-wrong-libc",
            Self::WrongProtocol { .. } => "plugin-wrong-protocol",
            Self::WrongTarget { .. } => "plugin-wrong-target",
        }
    }

    /// The facts behind the first line, both sides named, in order.
    pub fn causes(&self) -> Vec<String> {
        match self {
            Self::DescribeFailed { library, error, .. } => {
                let mut causes = vec![format!("`{}` says: {error}", library.display())];
                causes.extend(error.causes.clone());
                causes
            }
            Self::DescriptionGarbled { reason, .. } | Self::ManifestGarbled { reason, .. } => vec![reason.clone()],
            Self::HashMismatch { library, recorded, found, .. } => {
                vec![format!("the manifest records SHA-256 {recorded}"), format!("`{}` has {found}", library.display())]
            }
            Self::LayoutMismatch { library, plugin_abi, host_abi, details, .. } => vec![
                format!("`{}` was built with amplify-plugin-abi {plugin_abi}", library.display()),
                format!("this amplify was built with amplify-plugin-abi {host_abi}"),
                details.clone(),
            ],
            Self::LibraryMissing { library, .. } => vec![format!("`{}` does not exist", library.display())],
            Self::LibraryUnreadable { source, .. } | Self::ManifestUnreadable { source, .. } => {
                vec![source.to_string()]
            }
            Self::ManifestDisagrees { differences, .. } => differences.clone(),
            Self::ManifestInvalid { faults, .. } => faults.clone(),
            Self::NotAPlugin { .. } => vec!["it does not export what `amplify_sdk::export_plugin!` makes".into()],
            Self::NoBuild { .. } => {
                vec!["its release, as locked in `amplify/plugins.lock`, has other targets only".into()]
            }
            Self::NotAsLocked { folder, locked, found, .. } => {
                vec![format!("`amplify/plugins.lock` names {locked}"), format!("`{}` holds {found}", folder.display())]
            }
            Self::NotInstalled { .. } => vec!["`amplify/plugins.lock` names it".into()],
            Self::NotLoadable { reason, .. } => vec![reason.clone()],
            Self::PanicAtLoad { library, message, .. } => vec![format!("`{}`: {message}", library.display())],
            Self::WrongLibc { library, reason, .. } => {
                vec![format!("`{}` was built on a newer system than this one", library.display()), reason.clone()]
            }
            Self::WrongProtocol { path, .. } | Self::WrongTarget { path, .. } => {
                vec![format!("found in `{}`", path.display())]
            }
        }
    }

    /// What to do about it.
    pub fn hints(&self) -> Vec<String> {
        let reinstall = |plugin: &str| format!("install `{plugin}` again");
        match self {
            Self::HashMismatch { plugin, .. } => vec![
                reinstall(plugin),
                "if you built it yourself, write its manifest again after each build: `amplify plugin build` does"
                    .into(),
            ],
            Self::LayoutMismatch { plugin, plugin_abi, host_abi, .. } if plugin_abi == host_abi => {
                vec![format!("its build is not one of amplify-plugin-abi {host_abi}; install `{plugin}` again")]
            }
            Self::LayoutMismatch { plugin, host_abi, .. } => {
                vec![format!("install a version of `{plugin}` that was built with amplify-plugin-abi {host_abi}")]
            }
            Self::LibraryMissing { plugin, library } => {
                vec![reinstall(plugin), format!("or remove the folder `{}`", folder(library))]
            }
            Self::ManifestDisagrees { .. } => {
                vec!["write the manifest again after each build: `amplify plugin build` does".into()]
            }
            Self::ManifestGarbled { path, .. } | Self::ManifestInvalid { path, .. } => {
                vec![format!("install the plugin again, or remove the folder `{}`", folder(path))]
            }
            Self::ManifestUnreadable { path, source } if source.kind() == std::io::ErrorKind::NotFound => {
                vec![format!("install the plugin again, or remove the folder `{}`", folder(path))]
            }
            Self::ManifestUnreadable { path, .. } | Self::LibraryUnreadable { library: path, .. } => {
                vec![format!("check the permissions of `{}`", path.display())]
            }
            Self::NoBuild { plugin, .. } => {
                vec![format!("ask the authors of `{plugin}` for one, then type `amplify plugin update {plugin}`")]
            }
            Self::NotAsLocked { plugin, .. } | Self::NotInstalled { plugin, .. } => {
                vec![format!("type `amplify plugin install {plugin}`")]
            }
            Self::NotAPlugin { .. } => {
                vec!["a plugin is a `cdylib` crate that calls `amplify_sdk::export_plugin!`".into()]
            }
            Self::NotLoadable { library, .. } if cfg!(target_os = "linux") => {
                vec![format!("`ldd {}` lists the libraries that it needs", library.display())]
            }
            Self::NotLoadable { .. } => vec!["install the plugin again".into()],
            Self::DescribeFailed { plugin, .. } | Self::PanicAtLoad { plugin, .. } => {
                vec![format!("tell the authors of `{plugin}`, or install another version of it")]
            }
            Self::DescriptionGarbled { .. } => {
                vec!["tell the authors of the plugin, or install another version".into()]
            }
            Self::WrongProtocol { plugin, found, oldest, newest, .. } => {
                if found > newest {
                    vec![format!("update amplify, or install a version of `{plugin}` for protocol {newest}")]
                } else {
                    vec![format!("install a version of `{plugin}` for protocol {oldest} or newer")]
                }
            }
            Self::WrongLibc { plugin, found, .. } => vec![
                format!("install a version of `{plugin}` that was built for glibc {found} or older"),
                "or use a newer system; its authors can build on an older one".to_owned(),
            ],
            Self::WrongTarget { plugin, wanted, .. } => vec![format!("install the build of `{plugin}` for `{wanted}`")],
        }
    }
}

fn folder(path: &Path) -> std::path::Display<'_> {
    path.parent().unwrap_or(path).display()
}
