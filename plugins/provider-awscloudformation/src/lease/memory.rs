//! The leases that this project folder took, in the provider's folder of the environment.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// The file that remembers.
pub(super) struct Memory {
    folder: PathBuf,
}

/// What is remembered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Remembered {
    /// Leases that this folder wrote, or was about to write.
    ids: Vec<String>,
    /// One that was not given back, because a later request goes on with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<Handed>,
}

/// A lease on its way from one request to the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Handed {
    pub id: String,
    pub owner: String,
    pub since: String,
    pub expires: String,
    pub tag: String,
    pub bucket: String,
}

impl Remembered {
    /// The same and one more.
    pub fn and(mut self, id: &str) -> Self {
        self.ids.push(id.to_owned());
        self
    }

    pub fn knows(&self, id: &str) -> bool {
        self.ids.iter().any(|known| known == id)
    }
}

impl Memory {
    pub fn in_folder(data_dir: &str) -> Self {
        Self { folder: data_dir.into() }
    }

    fn file(&self) -> PathBuf {
        self.folder.join("lease.json")
    }

    pub fn read(&self) -> Option<Remembered> {
        serde_json::from_slice(&fs_err::read(self.file()).ok()?).ok()
    }

    pub fn write(&self, remembered: &Remembered) -> Result<(), Error> {
        fs_err::create_dir_all(&self.folder)?;
        let text = serde_json::to_vec(remembered).map_err(|error| Error::File(error.into()))?;
        Ok(fs_err::write(self.file(), text)?)
    }

    /// Puts back what was remembered before; nothing leaves no file, and no folder that holds nothing else.
    pub fn restore(&self, earlier: Option<&Remembered>) {
        if earlier.is_some_and(|earlier| self.write(earlier).is_ok()) {
            return;
        }
        // A file too many does no harm: it names a lease that no bucket holds.
        let _ = fs_err::remove_file(self.file());
        remove_if_empty(&self.folder);
    }
}

/// Removes a folder of the provider, and the one above it, where they are empty.
pub(crate) fn remove_if_empty(folder: &Path) {
    if fs_err::remove_dir(folder).is_ok()
        && let Some(above) = folder.parent()
    {
        let _ = fs_err::remove_dir(above);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_remembers_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory { folder: folder.path().join("mock-data/dev") };
        assert_eq!(memory.read(), None);
        let remembered = Remembered::default().and("a").and("b");
        memory.write(&remembered).unwrap();
        assert_eq!(memory.read(), Some(remembered.clone()));
        assert!(remembered.knows("a") && remembered.knows("b") && !remembered.knows("c"));
        memory.restore(Some(&Remembered::default()));
        assert_eq!(memory.read(), Some(Remembered::default()));
        memory.restore(None);
        assert!(!folder.path().join("mock-data").exists());
    }
}
