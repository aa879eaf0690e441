//! The sources that a user has looked at and agreed to, on this machine.

use std::{
    collections::BTreeSet,
    io::Write,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::Error;

/// The file that remembers them.
#[derive(Clone, Debug)]
pub struct KnownSources {
    file: PathBuf,
}

#[derive(Default, Serialize, Deserialize)]
struct File {
    sources: BTreeSet<String>,
}

impl KnownSources {
    /// Remembers in `file`, which need not exist. A damaged one knows none.
    pub fn at(file: impl Into<PathBuf>) -> Self {
        Self { file: file.into() }
    }

    fn read(&self) -> File {
        fs_err::read(&self.file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    /// Whether somebody agreed to a source, as a lock records it.
    pub fn know(&self, source: &str) -> bool {
        self.read().sources.contains(source)
    }

    /// Remembers a source.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn add(&self, source: &str) -> Result<(), Error> {
        let mut known = self.read();
        if !known.sources.insert(source.to_owned()) {
            return Ok(());
        }
        let write = || -> std::io::Result<()> {
            let folder = self.file.parent().unwrap_or(Path::new("."));
            fs_err::create_dir_all(folder)?;
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(&serde_json::to_vec_pretty(&known)?)?;
            file.persist(&self.file).map_err(|error| error.error)?;
            Ok(())
        };
        write().map_err(Error::files("write", &self.file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_agreed_to_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let known = KnownSources::at(folder.path().join("deep/known-sources.json"));
        assert!(!known.know("index+https://x"));
        known.add("index+https://x").unwrap();
        known.add("folder+../y").unwrap();
        assert!(known.know("index+https://x") && known.know("folder+../y") && !known.know("index+https://y"));
        fs_err::write(folder.path().join("deep/known-sources.json"), "{").unwrap();
        assert!(!known.know("index+https://x"));
    }
}
