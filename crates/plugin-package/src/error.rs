//! Why an archive or a release description is not taken.

/// Why an archive or a release description is not taken.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It holds something that no package holds: a path outside, a link, a device, a file too many.
    #[error("the archive `{archive}` holds what no plugin package holds")]
    ArchiveHostile {
        /// The archive, as the caller calls it.
        archive: String,
        /// The entry and what is wrong with it.
        reason: String,
    },
    /// It is no gzipped tar archive, or ends too early.
    #[error("the archive `{archive}` cannot be read")]
    ArchiveDamaged {
        /// The archive, as the caller calls it.
        archive: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Its parts do not fit together: no manifest, no library, another library than the manifest's.
    #[error("the archive `{archive}` is not a plugin package")]
    ArchiveInvalid {
        /// The archive, as the caller calls it.
        archive: String,
        /// What is wrong, one sentence a fault.
        faults: Vec<String>,
    },
    /// The release description is no JSON document of the right shape.
    #[error("the release description `{release}` cannot be understood")]
    ReleaseGarbled {
        /// The description, as the caller calls it.
        release: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The release description breaks rules.
    #[error("the release description `{release}` is not valid")]
    ReleaseInvalid {
        /// The description, as the caller calls it.
        release: String,
        /// What is wrong, one sentence a fault.
        faults: Vec<String>,
    },
    /// Two descriptions are not of one release.
    #[error("the packages of `{plugin}` cannot be one release")]
    ReleaseConflict {
        /// The plugin's name.
        plugin: String,
        /// In what they differ, one sentence each.
        faults: Vec<String>,
    },
    /// A file of our own cannot be read or written.
    #[error("cannot access the files of a plugin package")]
    Files(#[from] std::io::Error),
}

impl Error {
    /// A stable code in kebab case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::ArchiveHostile { .. } => "plugin-archive-hostile",
            Self::ArchiveDamaged { .. } => "plugin-archive-damaged",
            Self::ArchiveInvalid { .. } => "plugin-archive-invalid",
            Self::ReleaseGarbled { .. } => "plugin-release-garbled",
            Self::ReleaseInvalid { .. } => "plugin-release-invalid",
            Self::ReleaseConflict { .. } => "plugin-release-conflict",
            Self::Files(_) => "plugin-package-files",
        }
    }

    /// The facts behind the first line, in order.
    pub fn causes(&self) -> Vec<String> {
        match self {
            Self::ArchiveHostile { reason, .. } | Self::ReleaseGarbled { reason, .. } => vec![reason.clone()],
            Self::ArchiveDamaged { source, .. } | Self::Files(source) => vec![source.to_string()],
            Self::ArchiveInvalid { faults, .. }
            | Self::ReleaseInvalid { faults, .. }
            | Self::ReleaseConflict { faults, .. } => faults.clone(),
        }
    }

    /// What to do about it.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::ArchiveHostile { .. } => {
                vec!["do not use this archive; tell whoever gave it to you".to_owned()]
            }
            Self::ArchiveDamaged { .. } => vec!["fetch the archive again".to_owned()],
            Self::ArchiveInvalid { .. } => vec!["make the archive with `amplify plugin package`".to_owned()],
            Self::ReleaseGarbled { .. } | Self::ReleaseInvalid { .. } => {
                vec!["make the description with `amplify plugin package`".to_owned()]
            }
            Self::ReleaseConflict { .. } => {
                vec!["package every target from the same sources with `amplify plugin package`".to_owned()]
            }
            Self::Files(_) => vec!["check the permissions and the space of the folder".to_owned()],
        }
    }
}
