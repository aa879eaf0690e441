//! Compiles plugins with cargo, and lays each out as a host finds it.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use amplify_plugin_host::{Entry, Loader, Registry, SearchPath, hash, write_manifest};
use serde_json::Value;

use crate::Error;

/// A plugin that is in its place: a folder of its name with library and manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// The plugin's name.
    pub name: String,
    /// The folder that holds it.
    pub folder: PathBuf,
    /// The library in that folder.
    pub library: PathBuf,
    /// Whether it was laid out anew; `false` where library and manifest were there already.
    pub changed: bool,
}

/// A shared library that cargo has made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Library {
    /// The crate.
    pub package: String,
    /// The file.
    pub path: PathBuf,
}

/// Where `amplify plugin build` lays out the plugin of a crate, below the crate's folder.
pub const PLACE: &str = "target/plugins";

/// Builds the plugin of a crate for release and lays it out in [`PLACE`].
///
/// # Errors
/// There is no crate, it does not compile, or what it makes is no plugin.
pub fn build(folder: &Path, quiet: bool) -> Result<Built, Error> {
    let library = release(folder, None, quiet)?;
    lay_out(&library, &folder.join(PLACE))
}

/// Compiles the crate of a folder for release, for a target other than this machine's if one is named.
///
/// # Errors
/// There is no crate, it does not compile, or it makes no shared library.
pub fn release(folder: &Path, target: Option<&str>, quiet: bool) -> Result<Library, Error> {
    if !folder.join("Cargo.toml").is_file() {
        return Err(Error::NoCrate { folder: folder.to_owned() });
    }
    let package = package_name(folder)?;
    let mut arguments = vec!["--release"];
    if let Some(target) = target {
        arguments.extend(["--target", target]);
    }
    if quiet {
        arguments.push("--quiet");
    }
    let mut libraries = compile(folder, std::slice::from_ref(&package), &arguments, target)?;
    libraries.pop().ok_or(Error::NoLibrary { package })
}

/// The name of the package whose manifest lies in a folder.
fn package_name(folder: &Path) -> Result<String, Error> {
    let metadata = metadata(folder)?;
    let manifest = fs_err::canonicalize(folder.join("Cargo.toml"))?;
    let of_folder = |package: &&Value| {
        package["manifest_path"]
            .as_str()
            .and_then(|path| fs_err::canonicalize(path).ok())
            .is_some_and(|path| path == manifest)
    };
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let name = packages.iter().find(of_folder).and_then(|package| package["name"].as_str());
    name.map(str::to_owned).ok_or_else(|| Error::NoCrate { folder: folder.to_owned() })
}

/// What cargo knows of the crates of a folder.
///
/// # Errors
/// Cargo fails.
pub fn metadata(folder: &Path) -> Result<Value, Error> {
    let output = run(cargo(folder).args(["metadata", "--no-deps", "--format-version", "1"]))?;
    serde_json::from_slice(&output).map_err(|error| Error::CargoGarbled(error.to_string()))
}

/// Compiles crates, with further arguments of cargo, and returns those that make a shared library for a target (this
/// machine's if none is named).
///
/// # Errors
/// A crate that does not compile.
pub fn compile(
    root: &Path,
    packages: &[String],
    arguments: &[&str],
    target: Option<&str>,
) -> Result<Vec<Library>, Error> {
    let mut command = cargo(root);
    command.args(["build", "--lib", "--message-format", "json-render-diagnostics"]).args(arguments);
    for package in packages {
        command.args(["--package", package]);
    }
    let output = run(&mut command)?;
    let mut libraries: Vec<Library> = Vec::new();
    for line in output.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"{")) {
        let message: Value = serde_json::from_slice(line).map_err(|error| Error::CargoGarbled(error.to_string()))?;
        if message["reason"] != "compiler-artifact" || !is_cdylib(&message["target"]) {
            continue;
        }
        // Crates name their library with underscores.
        let made = message["target"]["name"].as_str().unwrap_or_default().replace('-', "_");
        let manifest = message["manifest_path"].as_str().unwrap_or_default();
        let of_package = |package: &&String| {
            made == package.replace('-', "_") || (packages.len() == 1 && Path::new(manifest).parent() == Some(root))
        };
        let Some(package) = packages.iter().find(of_package) else { continue };
        let mut files =
            message["filenames"].as_array().into_iter().flatten().filter_map(Value::as_str).map(PathBuf::from);
        if let Some(path) = files.find(|file| is_shared(file, target)) {
            libraries.push(Library { package: package.clone(), path });
        }
    }
    Ok(libraries)
}

/// Whether a target of a crate, as cargo describes it, is a shared library.
pub fn is_cdylib(target: &Value) -> bool {
    target["crate_types"].as_array().is_some_and(|types| types.iter().any(|kind| kind == "cdylib"))
}

fn is_shared(file: &Path, target: Option<&str>) -> bool {
    let wanted = match target {
        None => std::env::consts::DLL_EXTENSION,
        Some(triple) if triple.contains("windows") => "dll",
        Some(triple) if triple.contains("apple") => "dylib",
        Some(_) => "so",
    };
    file.extension().is_some_and(|extension| extension == wanted)
}

/// Puts a library and its manifest into the plugin's folder below `place`, unless they are there.
///
/// # Errors
/// The library is no plugin, or the folder cannot be written to.
pub fn lay_out(library: &Library, place: &Path) -> Result<Built, Error> {
    let sha256 = hash::file(&library.path)?;
    if let Some(there) = in_place(place, &library.path, &sha256) {
        return Ok(there);
    }
    fs_err::create_dir_all(place)?;
    // The plugin's name is known only once it has described itself.
    let staging = tempfile::Builder::new().prefix(".new-").tempdir_in(place)?;
    let file_name = library.path.file_name().unwrap_or_default();
    let staged = staging.path().join(file_name);
    fs_err::copy(&library.path, &staged)?;
    let manifest = write_manifest(&staged).map_err(|error| Error::NotAPlugin {
        package: library.package.clone(),
        error: Box::new(error),
        tried: staging.path().to_owned(),
        made: library.path.parent().unwrap_or(place).to_owned(),
    })?;
    let folder = place.join(&manifest.name);
    if folder.exists() {
        fs_err::remove_dir_all(&folder)?;
    }
    fs_err::rename(staging.path(), &folder)?;
    Ok(Built { name: manifest.name, library: folder.join(file_name), folder, changed: true })
}

/// The plugin that was laid out from this very library before, with the manifest that the library describes.
fn in_place(place: &Path, library: &Path, sha256: &str) -> Option<Built> {
    let registry = Registry::load(&SearchPath::new([place]), None);
    let name = library.file_name()?;
    let same = |entry: &&Entry| {
        entry.library.file_name() == Some(name)
            && entry.manifest.sha256.as_deref() == Some(sha256)
            && hash::file(&entry.library).is_ok_and(|found| found == sha256)
    };
    let entry = registry.plugins.iter().find(same)?;
    // Opening compares the two; a manifest that somebody has edited is written anew.
    Loader::new().open(entry).ok()?;
    Some(Built {
        name: entry.manifest.name.clone(),
        folder: entry.folder.clone(),
        library: entry.library.clone(),
        changed: false,
    })
}

fn cargo(folder: &Path) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(folder).stdin(Stdio::null()).stderr(Stdio::inherit());
    command
}

fn run(command: &mut Command) -> Result<Vec<u8>, Error> {
    let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
    match command.stdout(Stdio::piped()).output() {
        Ok(output) if output.status.success() => Ok(output.stdout),
        Ok(_) => Err(Error::Cargo { command: format!("cargo {}", words.join(" ")) }),
        Err(source) => Err(Error::CargoMissing { source }),
    }
}
