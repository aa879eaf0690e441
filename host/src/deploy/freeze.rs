//! A frozen copy of the backend folder. A push reads, uploads and records only this, so that what is edited meanwhile is
//! pending afterwards and not lost.

use std::path::{Path, PathBuf};

use super::staging::Staging;
use crate::error::Error;
use amplify_project::{Project, hash, paths::relative};

/// Folders whose content no deployment reads from here: tools put it there, and can do so again.
const LEFT_OUT: [&str; 3] = ["node_modules", "dist", ".git"];

/// The copy. It is gone when dropped.
pub struct Frozen {
    folder: Staging,
    /// The copy as a project.
    pub project: Project,
}

impl Frozen {
    /// Copies the backend folder and what is known of the last deployment.
    ///
    /// # Errors
    /// Files that cannot be read, or no room for the copy.
    pub fn take(project: &Project) -> Result<Self, Error> {
        let _guard = project.read()?;
        let folder = Staging::make(&tempfile::env::temp_dir())?;
        let root = folder.path().join("project");
        for part in [relative::BACKEND, relative::CLOUD_BACKEND] {
            copy(&project.root().join(part), &root.join(part), &|_| false)?;
        }
        Ok(Self { project: Project::at(&root), folder })
    }

    /// Copies one resource anew if it was edited since; says whether it was.
    ///
    /// # Errors
    /// As [`Frozen::take`].
    pub fn renew(&self, project: &Project, category: &str, name: &str) -> Result<bool, Error> {
        let (from, to) = (project.paths().resource(category, name), self.project.paths().resource(category, name));
        if hash::status(&from)? == hash::status(&to)? {
            return Ok(false);
        }
        fs_err::remove_dir_all(&to)?;
        copy(&from, &to, &|_| false)?;
        Ok(true)
    }

    /// A file of the deployment, kept with the copy.
    ///
    /// # Errors
    /// No room for it.
    pub fn keep(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, Error> {
        let path = self.place(name)?;
        fs_err::write(&path, bytes)?;
        Ok(path)
    }

    /// The same for a file that exists.
    ///
    /// # Errors
    /// It cannot be read, or no room for it.
    pub fn keep_file(&self, name: &str, from: &Path) -> Result<PathBuf, Error> {
        let path = self.place(name)?;
        fs_err::copy(from, &path)?;
        Ok(path)
    }

    fn place(&self, name: &str) -> Result<PathBuf, Error> {
        let folder = self.folder.path().join("files");
        fs_err::create_dir_all(&folder)?;
        Ok(folder.join(name))
    }

    /// The files of a resource, as paths below its folder with where the copies lie.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn files(&self, category: &str, name: &str) -> Result<Vec<(String, PathBuf)>, Error> {
        let mut files = Vec::new();
        collect(&self.project.paths().resource(category, name), "", &mut files)?;
        Ok(files)
    }
}

/// Copies a folder without what tools made, and without the folders that `without` names.
pub(super) fn copy(from: &Path, to: &Path, without: &dyn Fn(&Path) -> bool) -> Result<(), Error> {
    if !from.is_dir() {
        return Ok(());
    }
    fs_err::create_dir_all(to)?;
    for entry in fs_err::read_dir(from)? {
        let entry = entry?;
        let (name, path) = (entry.file_name(), entry.path());
        let target = to.join(&name);
        // A link to a file or folder is followed, as the hash of a folder does.
        if path.is_dir() {
            if !LEFT_OUT.iter().any(|left_out| name == *left_out) && !without(&path) {
                copy(&path, &target, without)?;
            }
        } else if path.is_file() {
            fs_err::copy(&path, &target)?;
        }
    }
    Ok(())
}

fn collect(folder: &Path, below: &str, files: &mut Vec<(String, PathBuf)>) -> Result<(), Error> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        if entry.path().is_dir() {
            collect(&entry.path(), &path, files)?;
        } else {
            files.push((path, entry.path()));
        }
    }
    files.sort();
    Ok(())
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn project() -> (TempDir, Project) {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in [
            ("amplify/.config/project-config.json", "{}"),
            ("amplify/backend/function/hello/src/index.js", "one"),
            ("amplify/backend/function/hello/src/node_modules/x/index.js", "x"),
            ("amplify/backend/function/hello/dist/latest-build.zip", "zip"),
        ] {
            let file = folder.path().join(path);
            fs_err::create_dir_all(file.parent().unwrap()).unwrap();
            fs_err::write(file, text).unwrap();
        }
        let project = Project::at(folder.path());
        (folder, project)
    }

    #[test]
    fn edits_after_the_copy_do_not_show_in_it() {
        let (folder, project) = project();
        let frozen = Frozen::take(&project).unwrap();
        let source = "amplify/backend/function/hello/src/index.js";
        fs_err::write(folder.path().join(source), "two").unwrap();
        assert_eq!(fs_err::read_to_string(frozen.project.root().join(source)).unwrap(), "one");
        assert!(frozen.renew(&project, "function", "hello").unwrap());
        assert_eq!(fs_err::read_to_string(frozen.project.root().join(source)).unwrap(), "two");
        assert!(!frozen.renew(&project, "function", "hello").unwrap());
    }

    #[test]
    fn what_tools_made_is_left_out() {
        let (_folder, project) = project();
        let frozen = Frozen::take(&project).unwrap();
        let files: Vec<String> = frozen.files("function", "hello").unwrap().into_iter().map(|(path, _)| path).collect();
        assert_eq!(files, ["src/index.js"]);
    }
}
