//! The user's store: every build of every version that was installed, side by side, each in a folder that never changes.

use std::{
    io::{self, Seek},
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

use amplify_plugin_abi::manifest::{FILE_NAME, Manifest};
use amplify_plugin_host::hash;
use amplify_plugin_package::{is_text, unpack};
use amplify_project::failpoint;
use fs_err as fs;
use fs4::fs_std::FileExt;

use crate::{
    Error, Finder, Locked, LockedTarget, Watch,
    find::{Lies, Offer},
    network::Wanted,
    source::{Place, on_disk},
};

/// Where work that is not finished lies, beside the plugins.
const UNFINISHED: &str = ".unfinished";

/// How long another install of the same archive is waited for.
const PATIENCE: Duration = Duration::from_secs(600);

/// Staging folders older than this belong to nobody any more.
const FORGOTTEN: Duration = Duration::from_secs(24 * 60 * 60);

/// A folder of installed plugins: `<name>/<version>/<target>/<beginning of the library's hash>/`.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

/// One build to install.
#[derive(Clone, Copy, Debug)]
pub struct Build<'a> {
    /// The plugin's name.
    pub name: &'a str,
    /// What is locked of it.
    pub locked: &'a Locked,
    /// The target triple.
    pub target: &'a str,
}

impl<'a> Build<'a> {
    fn hashes(&self) -> Result<&'a LockedTarget, Error> {
        self.locked.targets.get(self.target).ok_or_else(|| Error::NoBuild {
            plugin: self.name.to_owned(),
            version: self.locked.version.to_string(),
            target: self.target.to_owned(),
            targets: self.locked.targets.keys().cloned().collect(),
        })
    }
}

impl Store {
    /// The store in a folder, which need not exist.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The folder that holds a build once it is installed. `library` is the SHA-256 of its library.
    pub fn place(&self, name: &str, version: &str, target: &str, library: &str) -> PathBuf {
        // Two builds may share a version: those of a plugin under development.
        let library = library.get(..16).unwrap_or(library);
        let mut place =
            PathBuf::with_capacity(self.folder.as_os_str().len() + 64 + name.len() + version.len() + target.len());
        place.push(&self.folder);
        [name, version, target, library].iter().for_each(|part| place.push(part));
        place
    }

    /// Whether a build is there, whole and unchanged.
    ///
    /// # Errors
    /// The release has no such build.
    pub fn holds(&self, build: &Build<'_>) -> Result<bool, Error> {
        let wanted = build.hashes()?;
        let place = self.place(build.name, &build.locked.version.to_string(), build.target, &wanted.library);
        let Ok(text) = fs::read(place.join(FILE_NAME)) else { return Ok(false) };
        let Ok(manifest) = serde_json::from_slice::<Manifest>(&text) else { return Ok(false) };
        let library = place.join(manifest.library.as_deref().unwrap_or_default());
        Ok(faults(build, wanted, &manifest).is_empty()
            && hash::file(&library).is_ok_and(|found| found == wanted.library))
    }

    /// Installs a build that an offer has; `false` if it was there already.
    ///
    /// What arrives is checked before it is unpacked, unpacked beside the store, and put in place with one rename. Whoever
    /// installs the same build at the same time is waited for. An install that was interrupted leaves at most the
    /// beginning of a download, with which the next one goes on.
    ///
    /// # Errors
    /// It cannot be fetched, is not what is locked, or the store cannot be written to.
    pub fn install(
        &self,
        build: &Build<'_>,
        offer: &Offer,
        finder: &Finder<'_>,
        watch: &dyn Watch,
    ) -> Result<bool, Error> {
        let wanted = build.hashes()?;
        if self.holds(build)? {
            return Ok(false);
        }
        let unfinished = self.folder.join(UNFINISHED);
        failpoint::hit("store-folder")
            .and_then(|()| fs::create_dir_all(&unfinished))
            .map_err(Error::files("create", &unfinished))?;
        sweep(&unfinished);
        let part = unfinished.join(format!("{}.part", wanted.archive.as_ref().unwrap_or(&wanted.library)));
        let mut file = hold(&part, watch)?;
        if self.holds(build)? {
            // Whoever held it has finished. What was opened here may be an empty file of that name.
            let _ = fs::remove_file(&part);
            return Ok(false);
        }
        let staging = failpoint::hit("store-stage")
            .and_then(|()| tempfile::Builder::new().prefix("new-").tempdir_in(&unfinished))
            .map_err(Error::files("create", &unfinished))?;
        let manifest = match (&offer.place, &wanted.archive) {
            (Lies::Folder(folder), None) => copy(folder, staging.path())?,
            (Lies::Archives(place), Some(promised)) => {
                let archive = archive(build, offer, place)?;
                self.fetch(build, offer, &archive, &mut file, promised, finder, watch)?;
                file.rewind().map_err(Error::files("read", &part))?;
                failpoint::hit("store-unpack").map_err(Error::files("write", staging.path()))?;
                unpack(&mut file, &archive.to_string(), staging.path())?.manifest
            }
            _ => return Err(tampered(build, offer, vec!["one is a folder, the other an archive".into()])),
        };
        let faults = faults(build, wanted, &manifest);
        if !faults.is_empty() {
            let _ = fs::remove_file(&part);
            return Err(tampered(build, offer, faults));
        }
        let place = self.place(build.name, &build.locked.version.to_string(), build.target, &wanted.library);
        put(staging, &place, &unfinished)?;
        // From here on the next one finds the build; what is left of the download is of no use.
        let _ = failpoint::hit("store-part-remove").and_then(|()| fs::remove_file(&part));
        Ok(true)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one install")]
    fn fetch(
        &self,
        build: &Build<'_>,
        offer: &Offer,
        archive: &Place,
        file: &mut fs::File,
        promised: &str,
        finder: &Finder<'_>,
        watch: &dyn Watch,
    ) -> Result<(), Error> {
        let size = offer.release.targets.get(build.target).map_or(0, |target| target.size);
        match archive {
            Place::Url(url) => finder.network.download(url, file, &Wanted { plugin: build.name, size }, watch)?,
            Place::Path(path) => {
                let from = on_disk(path, finder.root);
                let mut from = fs::File::open(&from).map_err(Error::files("read", &from))?;
                let path = file.path().to_owned();
                failpoint::hit("store-part-write")
                    .and_then(|()| file.set_len(0))
                    .and_then(|()| file.rewind())
                    .and_then(|()| io::copy(&mut from, file))
                    .map_err(Error::files("write", &path))?;
                watch.arrived(build.name, size, size);
            }
        }
        file.rewind().map_err(Error::files("read", file.path()))?;
        let found = amplify_plugin_package::digest(&mut *file).map_err(Error::files("read", file.path()))?;
        if found.sha256 != promised {
            // Going on from these bytes would fail for ever.
            let _ = file.set_len(0);
            let _ = fs::remove_file(file.path());
            return Err(Error::WrongBytes {
                origin: archive.to_string(),
                promised: format!("SHA-256 {promised}"),
                found: format!("SHA-256 {}", found.sha256),
            });
        }
        Ok(())
    }
}

/// Where the archive of a build lies.
fn archive(build: &Build<'_>, offer: &Offer, place: &Place) -> Result<Place, Error> {
    let version = build.locked.version.to_string();
    match offer.release.targets.get(build.target) {
        Some(target) => Ok(place.join(&[&target.archive])),
        None => Err(Error::NoBuild {
            plugin: build.name.to_owned(),
            version,
            target: build.target.to_owned(),
            targets: offer.release.targets.keys().cloned().collect(),
        }),
    }
}

fn tampered(build: &Build<'_>, offer: &Offer, differences: Vec<String>) -> Error {
    let origin = match &offer.place {
        Lies::Folder(folder) => folder.display().to_string(),
        Lies::Archives(place) => place.to_string(),
    };
    Error::Tampered { plugin: build.name.to_owned(), version: build.locked.version.to_string(), origin, differences }
}

/// In what a manifest is not that of a build.
fn faults(build: &Build<'_>, wanted: &LockedTarget, manifest: &Manifest) -> Vec<String> {
    let locked = build.locked;
    let hash = manifest.sha256.clone().unwrap_or_default();
    let pairs = [
        ("name", build.name.to_owned(), manifest.name.clone()),
        ("version", locked.version.to_string(), manifest.version.clone()),
        ("protocol", locked.protocol.to_string(), manifest.protocol.to_string()),
        ("kind", locked.kind.label().to_owned(), manifest.kind.label().to_owned()),
        ("word", locked.kind.word().to_owned(), manifest.kind.word().to_owned()),
        ("target", build.target.to_owned(), manifest.target.clone()),
        ("library's SHA-256", wanted.library.clone(), hash),
    ];
    let differing = pairs.into_iter().filter(|(_, locked, found)| locked != found);
    differing.map(|(what, locked, found)| format!("the {what} is locked as {locked} and is {found}")).collect()
}

/// Opens a partial download and holds it. Whoever else holds it is waited for.
fn hold(part: &Path, watch: &dyn Watch) -> Result<fs::File, Error> {
    let start = Instant::now();
    let mut told = false;
    loop {
        let opened = failpoint::hit("store-part-create")
            .and_then(|()| fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(part));
        let file = opened.map_err(Error::files("create", part))?;
        match FileExt::try_lock_exclusive(file.file()) {
            Ok(true) => return Ok(file),
            // A file system without locks: the rename at the end still puts a whole folder in place.
            Err(error) if error.kind() == io::ErrorKind::Unsupported => return Ok(file),
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(Error::files("lock", part)(error)),
            _ => {}
        }
        if watch.cancelled() {
            return Err(Error::Cancelled);
        }
        if start.elapsed() > PATIENCE {
            return Err(Error::Busy { path: part.to_owned() });
        }
        if !std::mem::replace(&mut told, true) {
            watch.note("waiting for another install of the same plugin");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Copies a built plugin: its manifest, its library, its texts.
fn copy(from: &Path, to: &Path) -> Result<Manifest, Error> {
    let manifest = fs::read(from.join(FILE_NAME)).map_err(Error::files("read", from))?;
    let read: Manifest = serde_json::from_slice(&manifest)
        .map_err(|error| Error::Source { text: from.display().to_string(), reason: error.to_string() })?;
    let library = read.library.clone().unwrap_or_default();
    let names = fs::read_dir(from).map_err(Error::files("read", from))?;
    for name in names.filter_map(|entry| entry.ok()?.file_name().into_string().ok()) {
        if name != library && name != FILE_NAME && !is_text(&name) {
            continue;
        }
        failpoint::hit("store-copy")
            .and_then(|()| fs::copy(from.join(&name), to.join(&name)))
            .and_then(|_| fs::File::open(to.join(&name))?.sync_all())
            .map_err(Error::files("write", &to.join(&name)))?;
    }
    let copied = hash::file(&to.join(&library)).map_err(Error::files("read", &to.join(&library)))?;
    // It may have been built anew in the meantime.
    Ok(Manifest { sha256: Some(copied), ..read })
}

/// Puts a staged folder in its place. A damaged build that lies there is taken away first.
fn put(staging: tempfile::TempDir, place: &Path, unfinished: &Path) -> Result<(), Error> {
    let parent = place.parent().unwrap_or(place);
    failpoint::hit("store-parent").and_then(|()| fs::create_dir_all(parent)).map_err(Error::files("create", parent))?;
    if place.exists() {
        let old = tempfile::Builder::new()
            .prefix("old-")
            .tempdir_in(unfinished)
            .map_err(Error::files("write", unfinished))?;
        failpoint::hit("store-take-away")
            .and_then(|()| fs::rename(place, old.path().join("build")))
            .map_err(Error::files("write", place))?;
    }
    failpoint::hit("store-sync")
        .and_then(|()| sync_folder(staging.path()))
        .map_err(Error::files("write", staging.path()))?;
    failpoint::hit("store-rename")
        .and_then(|()| fs::rename(staging.path(), place))
        .map_err(Error::files("write", place))?;
    // It has another name now.
    let _ = staging.keep();
    failpoint::hit("store-sync-parent").and_then(|()| sync_folder(parent)).map_err(Error::files("write", parent))
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

/// A folder cannot be flushed there.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Removes the staging folders of installs that died long ago. Failing to costs only their space.
fn sweep(unfinished: &Path) {
    let Ok(entries) = fs::read_dir(unfinished) else { return };
    for entry in entries.filter_map(Result::ok) {
        let old = entry
            .metadata()
            .and_then(|metadata| metadata.modified())
            .is_ok_and(|time| SystemTime::now().duration_since(time).is_ok_and(|age| age > FORGOTTEN));
        if old {
            let path = entry.path();
            let _ = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        }
    }
}
