//! Makes the archives and the description of a release.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use amplify_plugin_host::replace_file;
use amplify_plugin_package::{Digest, Glibc, Release, archive_name, is_text, pack};
use amplify_sdk::{
    TARGET,
    manifest::{FILE_NAME, Manifest},
};

use crate::{Error, build};

/// What was written.
#[derive(Clone, Debug)]
pub struct Packaged {
    /// The archives, in the order of their targets.
    pub archives: Vec<PathBuf>,
    /// The description of the release.
    pub description: PathBuf,
    /// The same in memory.
    pub release: Release,
}

/// Packages the plugin of a crate that was laid out by [`build::build`], and writes archives and description to a folder.
///
/// A target that is not this machine's is compiled for; its manifest is this machine's with that target and that library,
/// since a library of another machine cannot be asked. Without targets, this machine's is packaged.
///
/// # Errors
/// A target that does not compile, or a folder that cannot be written to.
pub fn package(
    folder: &Path,
    built: &build::Built,
    targets: &[&str],
    out: &Path,
    quiet: bool,
) -> Result<Packaged, Error> {
    let text = fs_err::read(built.folder.join(FILE_NAME))?;
    let manifest = amplify_plugin_host::parse_manifest(&text, &built.folder.join(FILE_NAME))?;
    let texts = texts(folder)?;
    let mut targets = targets.to_vec();
    targets.sort_unstable();
    targets.dedup();
    if targets.is_empty() {
        targets.push(TARGET);
    }
    let mut release: Option<Release> = None;
    let mut files = Vec::new();
    for target in targets {
        let (manifest, library) = if target == TARGET {
            (manifest.clone(), fs_err::read(&built.library)?)
        } else {
            let path = build::release(folder, Some(target), quiet)?.path;
            let library = fs_err::read(&path)?;
            (for_target(&manifest, target, &path, &library), library)
        };
        let bytes = pack(&manifest, &library, &texts)?;
        let one = Release::new(&manifest, &Digest::of(&bytes), Glibc::needed_by(&library))?;
        match &mut release {
            Some(all) => all.merge(&one)?,
            None => release = Some(one),
        }
        files.push((archive_name(&manifest.name, &manifest.version, target), bytes));
    }
    let release = release.ok_or_else(|| Error::NoLibrary { package: built.name.clone() })?;
    fs_err::create_dir_all(out)?;
    let mut archives = Vec::new();
    for (name, bytes) in files {
        let path = out.join(name);
        replace_file(&path, &bytes)?;
        archives.push(path);
    }
    let description = out.join(release.file_name());
    replace_file(&description, &release.to_bytes())?;
    Ok(Packaged { archives, description, release })
}

/// Merges descriptions of one release, each made on a machine of its own, and writes the one of them all to a folder.
///
/// # Errors
/// A file that is no description, or descriptions that are not of one release.
pub fn merge(descriptions: &[PathBuf], out: &Path) -> Result<(PathBuf, Release), Error> {
    let mut all: Option<Release> = None;
    for path in descriptions {
        let one = Release::parse(&fs_err::read(path)?, &path.display().to_string())?;
        match &mut all {
            Some(all) => all.merge(&one)?,
            None => all = Some(one),
        }
    }
    let all = all.ok_or_else(|| std::io::Error::other("no release description is named"))?;
    fs_err::create_dir_all(out)?;
    let path = out.join(all.file_name());
    replace_file(&path, &all.to_bytes())?;
    Ok((path, all))
}

/// The texts of a crate's folder that go into a package.
fn texts(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    let mut texts = BTreeMap::new();
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_text(&name) && entry.file_type()?.is_file() {
            texts.insert(name, fs_err::read(entry.path())?);
        }
    }
    Ok(texts)
}

fn for_target(manifest: &Manifest, target: &str, path: &Path, library: &[u8]) -> Manifest {
    Manifest {
        target: target.to_owned(),
        library: path.file_name().map(|name| name.to_string_lossy().into_owned()),
        sha256: Some(Digest::of(library).sha256),
        ..manifest.clone()
    }
}
