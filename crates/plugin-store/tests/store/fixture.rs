//! Releases of plugins whose libraries nobody could open, and the folders around them.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use amplify_plugin_abi::{
    TARGET,
    manifest::{Command, FILE_NAME, Manifest, PluginKind},
};
use amplify_plugin_package::{Digest, Release, pack};
use amplify_plugin_store::{
    Error, Finder, Job, Lock, Locked, Machine, Network, NetworkSettings, Requirements, Silent, Store, Wanted,
    install_all, offer_of, publish, resolve,
};
use tempfile::TempDir;

/// Another target than this machine's.
pub const OTHER: &str = "riscv64gc-unknown-none-elf";

/// The bytes of a library: different for each version and target, and large enough for more than one read.
pub fn library(version: &str, target: &str) -> Vec<u8> {
    let mut bytes = format!("library {version} {target}").into_bytes();
    let mut state = 7_u32;
    while bytes.len() < 300_000 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes
}

pub fn manifest(version: &str, target: &str) -> Manifest {
    let kind = PluginKind::category("queue");
    let mut manifest =
        Manifest::new("category-queue", kind, version, "Queues").command(Command::new("add", "Adds one"));
    manifest.target = target.into();
    manifest.library = Some("libcategory_queue.so".into());
    manifest.sha256 = Some(Digest::of(&library(version, target)).sha256);
    manifest
}

/// Writes a release for this machine and another one into a folder, and returns its description's path.
pub fn release(folder: &Path, version: &str, change: impl Fn(&mut Manifest)) -> PathBuf {
    fs_err::create_dir_all(folder).unwrap();
    let mut whole: Option<Release> = None;
    for target in [TARGET, OTHER] {
        let mut manifest = manifest(version, target);
        change(&mut manifest);
        let archive = pack(&manifest, &library(version, target), &BTreeMap::new()).unwrap();
        let one = Release::new(&manifest, &Digest::of(&archive), None).unwrap();
        fs_err::write(folder.join(&one.targets[target].archive), archive).unwrap();
        match &mut whole {
            Some(whole) => whole.merge(&one).unwrap(),
            None => whole = Some(one),
        }
    }
    let whole = whole.unwrap();
    let path = folder.join(whole.file_name());
    fs_err::write(&path, whole.to_bytes()).unwrap();
    path
}

/// A project's root, an index, and the store of a user.
pub struct World {
    folder: TempDir,
    pub network: Network,
}

impl World {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for part in ["app/amplify", "index", "dist"] {
            fs_err::create_dir_all(folder.path().join(part)).unwrap();
        }
        Self { folder, network: Network::new(NetworkSettings::default()) }
    }

    pub fn path(&self, part: &str) -> PathBuf {
        self.folder.path().join(part)
    }

    pub fn store(&self) -> Store {
        Store::at(self.path("home/store"))
    }

    pub fn finder(&self) -> Finder<'_> {
        Finder { root: Box::leak(self.path("app").into_boxed_path()), network: &self.network }
    }

    /// Publishes versions to the index.
    pub fn publish(&self, versions: &[&str]) {
        for version in versions {
            publish(&self.path("index"), &release(&self.path("dist"), version, |_| {})).unwrap();
        }
    }

    /// Locks the newest version that will do.
    pub fn lock(&self, requirement: &str, from: &str) -> Result<Locked, Error> {
        let wanted = Wanted { requirement: requirement.parse().unwrap(), from: Some(from.into()), key: None };
        let machine = Machine::this();
        resolve(&self.finder(), &Requirements::new(), "category-queue", &wanted, &machine).map(|found| found.locked)
    }

    /// Installs what is locked; tells whether it was not there yet.
    pub fn install(&self, locked: &Locked) -> Result<bool, Error> {
        let jobs = [Job { name: "category-queue", locked, offer: None, key: None }];
        install_all(&self.store(), &self.finder(), &jobs, &Machine::this(), &Silent).map(|new| !new.is_empty())
    }

    /// Where what is locked lies once it is installed.
    pub fn place(&self, locked: &Locked) -> PathBuf {
        let library = &locked.targets[TARGET].library;
        self.store().place("category-queue", &locked.version.to_string(), TARGET, library)
    }

    /// What lies in the store besides whole builds.
    pub fn unfinished(&self) -> Vec<String> {
        let folder = self.path("home/store/.unfinished");
        let Ok(entries) = fs_err::read_dir(folder) else { return Vec::new() };
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }

    pub fn assert_installed(&self, locked: &Locked) {
        let place = self.place(locked);
        assert!(place.join(FILE_NAME).is_file() && place.join("libcategory_queue.so").is_file(), "{}", place.display());
        assert_eq!(fs_err::read_dir(&place).unwrap().count(), 2);
    }

    /// Everything below the store, and nothing of it outside.
    pub fn assert_nothing_installed(&self) {
        let store = self.path("home/store/category-queue");
        let mut left = Vec::new();
        if store.exists() {
            collect(&store, &mut left);
        }
        assert!(left.is_empty(), "{left:?}");
    }

    pub fn offer_is_the_locked_one(&self, locked: &Locked) -> Result<(), Error> {
        offer_of(&self.finder(), "category-queue", locked, None).map(drop)
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

/// A lock as text and back, as another machine gets it.
pub fn through_git(locked: &Locked) -> Locked {
    let plugins = [("category-queue".to_owned(), locked.clone())].into();
    let read = Lock::parse(&Lock { plugins }.to_string()).unwrap();
    read.plugins["category-queue"].clone()
}
