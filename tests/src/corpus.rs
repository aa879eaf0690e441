//! Real projects' `amplify/` folders, kept beside the repository, not in it.

use std::path::{Path, PathBuf};

use crate::workspace;

/// The folder of real projects.
pub struct Corpus {
    folder: PathBuf,
}

/// The corpus, or `None` (and a line saying so) where it is missing.
pub fn corpus() -> Option<Corpus> {
    let folder = std::env::var_os("AMPLIFY_CORPUS").map_or_else(|| workspace().join("../shared/corpus"), PathBuf::from);
    if folder.is_dir() {
        return Some(Corpus { folder });
    }
    eprintln!("skipped: no corpus at {}", folder.display());
    None
}

impl Corpus {
    /// The names of its projects, sorted.
    pub fn projects(&self) -> Vec<String> {
        let mut names: Vec<String> = fs_err::read_dir(&self.folder)
            .expect("the corpus is readable")
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| self.folder.join(name).join("amplify").is_dir())
            .collect();
        names.sort();
        names
    }

    /// Copies a project into a folder, writable.
    pub fn copy(&self, project: &str, to: &Path) {
        copy_folder(&self.folder.join(project), to);
    }
}

/// Copies a folder with everything in it; the copies are writable whatever the originals are.
pub fn copy_folder(from: &Path, to: &Path) {
    fs_err::create_dir_all(to).expect("a test folder can be made");
    for entry in fs_err::read_dir(from).expect("a test folder is readable") {
        let entry = entry.expect("a test folder is readable");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("it has a type").is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            let bytes = fs_err::read(entry.path()).expect("a test file is readable");
            fs_err::write(target, bytes).expect("a test file can be written");
        }
    }
}
