//! Finds the releases that a source has of a plugin, and chooses among them.

use std::path::{Path, PathBuf};

use amplify_plugin_abi::{OLDEST_PROTOCOL, PROTOCOL, manifest::FILE_NAME};
use amplify_plugin_package::{Digest, Glibc, Package, Release, release_name};
use semver::{Version, VersionReq};

use crate::{
    Error, Network,
    index::{self, Versions},
    network::Found,
    signature::{self, SIGNATURE},
    source::{Kind, Place, Source, on_disk},
};

/// The largest archive that is looked into before its release is known, in bytes.
const MAX_UNKNOWN: u64 = 256 * 1024 * 1024;

/// A release that a source offers.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// It.
    pub release: Release,
    /// Whether it was withdrawn.
    pub yanked: bool,
    /// Where it lies.
    pub(crate) place: Lies,
}

/// Where the files of a release lie.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Lies {
    /// The folder with manifest and library.
    Folder(PathBuf),
    /// The folder with the archives.
    Archives(Place),
}

/// What this machine can use.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Its target triple.
    pub target: String,
    /// The oldest protocol that this amplify speaks.
    pub oldest_protocol: u32,
    /// The newest one.
    pub newest_protocol: u32,
    /// The glibc that runs here.
    pub libc: Option<Glibc>,
}

impl Machine {
    /// This one.
    pub fn this() -> Self {
        Self {
            target: amplify_plugin_abi::TARGET.to_owned(),
            oldest_protocol: OLDEST_PROTOCOL,
            newest_protocol: PROTOCOL,
            libc: Glibc::running(),
        }
    }
}

/// Looks into sources.
#[derive(Clone, Copy, Debug)]
pub struct Finder<'a> {
    /// The project's root, from which relative paths count.
    pub root: &'a Path,
    /// Fetches.
    pub network: &'a Network,
}

/// What was chosen, and what was not although it is newer.
#[derive(Clone, Debug)]
pub struct Choice {
    /// It.
    pub offer: Offer,
    /// Newer versions that would do, each with the reason why it was passed over.
    pub passed_over: Vec<String>,
}

impl Finder<'_> {
    /// A whole small file; `None` if it is not there.
    pub(crate) fn read(&self, place: &Place, most: u64) -> Result<Option<Vec<u8>>, Error> {
        match place {
            Place::Url(url) => match self.network.get(url, most)? {
                Found::Bytes(bytes) => Ok(Some(bytes)),
                Found::Absent => Ok(None),
            },
            Place::Path(path) => {
                let path = on_disk(path, self.root);
                match fs_err::metadata(&path) {
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                    Err(error) => Err(Error::files("read", &path)(error)),
                    Ok(metadata) if metadata.len() > most => Err(Error::files("read", &path)(std::io::Error::other(
                        format!("it has more than {most} bytes"),
                    ))),
                    Ok(_) => fs_err::read(&path).map(Some).map_err(Error::files("read", &path)),
                }
            }
        }
    }

    /// The releases of a plugin; without a name, of the only plugin that the source has.
    ///
    /// # Errors
    /// The source cannot be read, or does not have the plugin.
    pub fn offers(&self, source: &Source, name: Option<&str>) -> Result<Vec<Offer>, Error> {
        let offers = match source.kind {
            Kind::Index => {
                let name = name.ok_or_else(|| Error::Source {
                    text: source.place.to_string(),
                    reason: "it is an index of many plugins, and none is named".into(),
                })?;
                return self.of_index(source, name);
            }
            Kind::Release => vec![self.of_release(&source.place)?],
            Kind::Archive => vec![self.of_archive(&source.place)?],
            Kind::Folder => vec![self.of_folder(&source.place)?],
        };
        match name {
            Some(name) if offers.iter().all(|offer| offer.release.name != name) => Err(Error::UnknownPlugin {
                plugin: name.to_owned(),
                origin: source.place.to_string(),
                others: offers.into_iter().map(|offer| offer.release.name).collect(),
            }),
            _ => Ok(offers),
        }
    }

    fn of_index(&self, source: &Source, name: &str) -> Result<Vec<Offer>, Error> {
        let file = index::file_of(&source.place, name);
        let Some(bytes) = self.read(&file, index::MAX_BYTES)? else {
            let (plugin, origin) = (name.to_owned(), source.place.to_string());
            return Err(Error::UnknownPlugin { plugin, origin, others: self.names(&source.place) });
        };
        let versions = Versions::parse(&bytes, name, &file.to_string())?;
        if versions.lines.is_empty() {
            let reason = versions.unread.first().cloned().unwrap_or_else(|| "it is empty".into());
            return Err(Error::Index { index: file.to_string(), reason });
        }
        let offer = |line: index::Line| Offer {
            place: Lies::Archives(index::folder_of(&source.place, name, &line.release.version)),
            release: line.release,
            yanked: line.yanked,
        };
        Ok(versions.lines.into_iter().map(offer).collect())
    }

    /// The plugins of an index in a folder.
    fn names(&self, index: &Place) -> Vec<String> {
        let Place::Path(path) = index else { return Vec::new() };
        let Ok(entries) = fs_err::read_dir(on_disk(path, self.root).join("plugins")) else { return Vec::new() };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter_map(|name| name.strip_suffix(".jsonl").map(str::to_owned)).collect();
        names.sort();
        names
    }

    fn of_release(&self, place: &Place) -> Result<Offer, Error> {
        let missing = || Error::Source { text: place.to_string(), reason: "there is no release description".into() };
        let bytes = self.read(place, index::MAX_BYTES)?.ok_or_else(missing)?;
        let release = Release::parse(&bytes, &place.to_string())?;
        Ok(Offer { release, yanked: false, place: Lies::Archives(place.parent()) })
    }

    /// One archive stands for its whole release, if the description beside it names it.
    fn of_archive(&self, place: &Place) -> Result<Offer, Error> {
        let missing = || Error::Source { text: place.to_string(), reason: "there is no archive".into() };
        let bytes = self.read(place, MAX_UNKNOWN)?.ok_or_else(missing)?;
        let package = Package::read(bytes.as_slice(), &place.to_string())?;
        let alone = Release::new(&package.manifest, &Digest::of(&bytes), Glibc::needed_by(&package.library))?;
        let beside = place.parent().join(&[&alone.file_name()]);
        let whole = match self.read(&beside, index::MAX_BYTES)? {
            Some(bytes) => Some(Release::parse(&bytes, &beside.to_string())?),
            None => None,
        };
        let names_it =
            |release: &Release| alone.targets.iter().all(|(triple, build)| release.targets.get(triple) == Some(build));
        let release = whole.filter(|whole| whole.name == alone.name && names_it(whole)).unwrap_or(alone);
        Ok(Offer { release, yanked: false, place: Lies::Archives(place.parent()) })
    }

    fn of_folder(&self, place: &Place) -> Result<Offer, Error> {
        let folder = on_disk(&place.to_string(), self.root);
        let path = folder.join(FILE_NAME);
        let wrong = |reason: String| Error::Source { text: place.to_string(), reason };
        let text = fs_err::read(&path).map_err(Error::files("read", &path))?;
        let manifest: amplify_plugin_abi::manifest::Manifest =
            serde_json::from_slice(&text).map_err(|error| wrong(format!("`{FILE_NAME}`: {error}")))?;
        let file = manifest.library.clone().ok_or_else(|| wrong(format!("`{FILE_NAME}` names no library")))?;
        if Path::new(&file).components().count() != 1 {
            return Err(wrong(format!("`{FILE_NAME}` names a library elsewhere")));
        }
        let library = fs_err::read(folder.join(&file)).map_err(Error::files("read", &folder.join(&file)))?;
        let digest = Digest::of(&library);
        if manifest.sha256.as_ref() != Some(&digest.sha256) {
            return Err(wrong(format!("`{FILE_NAME}` describes another library; build the plugin again")));
        }
        let release = Release::new(&manifest, &digest, Glibc::needed_by(&library))?;
        Ok(Offer { release, yanked: false, place: Lies::Folder(folder) })
    }

    /// Checks that a release is signed by a key.
    ///
    /// # Errors
    /// It is not, or its signature cannot be fetched.
    pub fn check_signature(&self, offer: &Offer, key: &str) -> Result<(), Error> {
        let (plugin, version) = (offer.release.name.as_str(), offer.release.version.to_string());
        let wrong = |reason: &str| Error::Signature {
            plugin: plugin.to_owned(),
            version: version.clone(),
            reason: reason.into(),
        };
        signature::check_key(key)?;
        let Lies::Archives(folder) = &offer.place else {
            return Err(wrong("a folder has no signature; install it from an archive or an index"));
        };
        let file = release_name(plugin, &version);
        let description = self.read(&folder.join(&[&file]), index::MAX_BYTES)?;
        let signed = self.read(&folder.join(&[&format!("{file}{SIGNATURE}")]), 64 * 1024)?;
        let (Some(description), Some(signed)) = (description, signed) else {
            return Err(wrong("it has no signature"));
        };
        signature::verify(key, &description, &String::from_utf8_lossy(&signed), plugin, &version)?;
        if Release::parse(&description, &file)? != offer.release {
            return Err(wrong("the source offers something else than what is signed"));
        }
        Ok(())
    }
}

impl Offer {
    /// Why this machine cannot use it.
    pub fn unusable(&self, machine: &Machine) -> Option<Error> {
        let Release { name, version, protocol, targets, .. } = &self.release;
        let (plugin, version) = (name.clone(), version.to_string());
        if !(machine.oldest_protocol..=machine.newest_protocol).contains(protocol) {
            let speaks = if machine.oldest_protocol == machine.newest_protocol {
                machine.newest_protocol.to_string()
            } else {
                format!("{} to {}", machine.oldest_protocol, machine.newest_protocol)
            };
            let reason = format!("{version} speaks protocol {protocol}, and this amplify {speaks}");
            return Some(Error::NoRelease { plugin, wanted: version, passed_over: vec![reason] });
        }
        let Some(build) = targets.get(&machine.target) else {
            let targets = targets.keys().cloned().collect();
            return Some(Error::NoBuild { plugin, version, target: machine.target.clone(), targets });
        };
        match (build.libc, machine.libc) {
            (Some(needed), Some(running)) if needed > running => {
                Some(Error::OldSystem { plugin, version, needed: needed.to_string(), running: running.to_string() })
            }
            _ => None,
        }
    }

    fn passed_over(&self, machine: &Machine) -> Option<String> {
        let version = &self.release.version;
        if self.yanked {
            return Some(format!("{version} was withdrawn"));
        }
        Some(match self.unusable(machine)? {
            Error::NoRelease { passed_over, .. } => passed_over.join("; "),
            Error::NoBuild { target, .. } => format!("{version} has no build for {target}"),
            Error::OldSystem { needed, running, .. } => {
                format!("{version} needs glibc {needed}, and this machine has {running}")
            }
            other => other.to_string(),
        })
    }
}

/// The newest version that will do and that this machine can use.
///
/// # Errors
/// There is none; each version and the reason against it are listed.
pub fn choose(offers: Vec<Offer>, name: &str, wanted: &VersionReq, machine: &Machine) -> Result<Choice, Error> {
    let mut offers = offers;
    offers.sort_by(|a, b| b.release.version.cmp(&a.release.version));
    let (fitting, others): (Vec<Offer>, Vec<Offer>) =
        offers.into_iter().partition(|offer| wanted.matches(&offer.release.version));
    if let [only] = &fitting[..]
        && others.is_empty()
        && !only.yanked
        && let Some(error) = only.unusable(machine)
    {
        return Err(error);
    }
    let mut passed_over = Vec::new();
    for offer in fitting {
        match offer.passed_over(machine) {
            Some(reason) => passed_over.push(reason),
            None => return Ok(Choice { offer, passed_over }),
        }
    }
    passed_over.extend(others.iter().take(10).map(|offer| format!("{} is not {wanted}", offer.release.version)));
    Err(Error::NoRelease { plugin: name.to_owned(), wanted: wanted.to_string(), passed_over })
}

/// The newest version of all, usable or not, withdrawn ones and trial versions aside.
pub fn newest(offers: &[Offer]) -> Option<&Version> {
    let counted = offers.iter().filter(|offer| !offer.yanked && offer.release.version.pre.is_empty());
    counted.map(|offer| &offer.release.version).max()
}
