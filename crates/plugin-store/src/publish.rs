//! Adds a release to an index in a folder.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use amplify_plugin_package::{Digest, Package, Release};
use fs_err as fs;
use semver::Version;

use crate::{
    Error,
    index::{self, FORMAT, Line, MARKER, Marker, Versions},
    signature::SIGNATURE,
    source::Place,
};

/// What was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The release.
    pub release: Release,
    /// The file of the plugin in the index.
    pub file: PathBuf,
    /// Whether the very same release was there before.
    pub again: bool,
}

/// Adds a release to an index: its description, its archives, its signature if there is one, and last its line. Every archive
/// is looked into first. An index that does not exist is begun.
///
/// # Errors
/// The description or an archive is bad, the index has another release of that version, or a file cannot be written.
pub fn publish(index: &Path, description: &Path) -> Result<Published, Error> {
    let named = description.display().to_string();
    let text = fs::read(description).map_err(Error::files("read", description))?;
    let release = Release::parse(&text, &named)?;
    let beside = description.parent().unwrap_or(Path::new("."));
    let mut archives = Vec::new();
    for (triple, target) in &release.targets {
        let path = beside.join(&target.archive);
        let bytes = fs::read(&path).map_err(Error::files("read", &path))?;
        check(&release, triple, &path, &bytes)?;
        archives.push((target.archive.clone(), bytes));
    }
    begin(index)?;
    let place = Place::Path(index.display().to_string());
    let file = PathBuf::from(index::file_of(&place, &release.name).to_string());
    let mut versions = read(&file, &release.name)?;
    let line = Line { release: release.clone(), yanked: false };
    let again = match versions.find(&release.version) {
        Some(there) if there.release == release => true,
        Some(_) => return Err(Error::Published { plugin: release.name, version: release.version.to_string() }),
        None => false,
    };
    let folder = PathBuf::from(index::folder_of(&place, &release.name, &release.version).to_string());
    fs::create_dir_all(&folder).map_err(Error::files("create", &folder))?;
    for (name, bytes) in &archives {
        write(&folder.join(name), bytes)?;
    }
    let signature = PathBuf::from(format!("{named}{SIGNATURE}"));
    if signature.exists() {
        let bytes = fs::read(&signature).map_err(Error::files("read", &signature))?;
        write(&folder.join(format!("{}{SIGNATURE}", release.file_name())), &bytes)?;
    }
    write(&folder.join(release.file_name()), &text)?;
    if !again {
        versions.lines.push(line);
        rewrite(&file, &mut versions)?;
    }
    Ok(Published { release, file, again })
}

/// Withdraws a version, or takes that back: it stays for those who have locked it, and is offered to nobody else.
///
/// # Errors
/// The index does not have it, or cannot be written.
pub fn yank(index: &Path, name: &str, version: &Version, yanked: bool) -> Result<(), Error> {
    if !index.join(MARKER).is_file() {
        return Err(Error::NotAnIndex { index: index.to_owned() });
    }
    let place = Place::Path(index.display().to_string());
    let file = PathBuf::from(index::file_of(&place, name).to_string());
    let mut versions = read(&file, name)?;
    let there: Vec<String> = versions.lines.iter().map(|line| line.release.version.to_string()).collect();
    let Some(line) = versions.lines.iter_mut().find(|line| line.release.version == *version) else {
        return Err(Error::NotPublished { plugin: name.to_owned(), version: version.to_string(), there });
    };
    line.yanked = yanked;
    rewrite(&file, &mut versions)
}

fn begin(index: &Path) -> Result<(), Error> {
    let marker = index.join(MARKER);
    match fs::read(&marker) {
        Ok(bytes) => {
            let wrong = |reason: String| Error::Index { index: marker.display().to_string(), reason };
            let found: Marker = serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
            if found.format != FORMAT {
                return Err(wrong(format!("it has the form {}, and this amplify writes {FORMAT}", found.format)));
            }
            Ok(())
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            fs::create_dir_all(index.join("plugins")).map_err(Error::files("create", index))?;
            let text = serde_json::json!({ "format": FORMAT }).to_string() + "\n";
            write(&marker, text.as_bytes())
        }
        Err(error) => Err(Error::files("read", &marker)(error)),
    }
}

/// Checks that an archive is the one that a description promises.
fn check(release: &Release, triple: &str, path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let origin = path.display().to_string();
    let promised = &release.targets[triple];
    let found = Digest::of(bytes);
    if (found.size, &found.sha256) != (promised.size, &promised.sha256) {
        return Err(Error::WrongBytes {
            origin,
            promised: format!("{} bytes with SHA-256 {}", promised.size, promised.sha256),
            found: format!("{} bytes with SHA-256 {}", found.size, found.sha256),
        });
    }
    let package = Package::read(bytes, &origin)?;
    let mut alone = Release::new(&package.manifest, &found, promised.libc)?;
    // A summary may be worded anew; everything that a lock records must be the same.
    alone.summary.clone_from(&release.summary);
    alone.merge(release)?;
    Ok(())
}

fn read(file: &Path, name: &str) -> Result<Versions, Error> {
    let shown = file.display().to_string();
    match fs::read(file) {
        Ok(bytes) => {
            let versions = Versions::parse(&bytes, name, &shown)?;
            // Writing the file would drop them.
            match versions.unread.first() {
                Some(reason) => Err(Error::Index { index: shown, reason: reason.clone() }),
                None => Ok(versions),
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Versions::default()),
        Err(error) => Err(Error::files("read", file)(error)),
    }
}

fn rewrite(file: &Path, versions: &mut Versions) -> Result<(), Error> {
    versions.lines.sort_by(|a, b| a.release.version.cmp(&b.release.version));
    let bytes = versions.to_bytes().map_err(|error| Error::files("write", file)(error.into()))?;
    write(file, &bytes)
}

/// Writes a file in one step, so that whoever reads it meanwhile sees the old one or the new one.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let write = || -> std::io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // A web server reads it as somebody else.
            file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
        }
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(Error::files("write", path))
}
