//! Builds the plugins and lays them out as the host finds them.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use amplify_plugin_host::{LoadError, SearchPath, hash, write_manifest};
use serde_json::Value;

/// A plugin that is in its place: `target/<profile>/plugins/<name>/` with library and manifest.
#[derive(Clone, Debug)]
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

/// Why the plugins are not in their place.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Cargo cannot be run, or says no.
    #[error("`{command}` failed")]
    Cargo {
        /// The command line.
        command: String,
    },
    /// What cargo says of the workspace is not understood.
    #[error("cannot understand what cargo says: {0}")]
    Metadata(String),
    /// A library is no plugin.
    #[error("the crate `{package}` does not make a plugin: {error}{}", .error.causes().iter().map(|cause| format!("\n  {cause}")).collect::<String>())]
    Plugin {
        /// The crate.
        package: String,
        /// Why.
        error: Box<LoadError>,
    },
    /// A file cannot be read or written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Builds every plugin of the folder `plugins/` for a cargo profile (`dev`, `release`, `dist`) and lays it out beside the
/// program of that profile. A plugin that is no longer built is removed from there.
///
/// `root` is the workspace's root.
///
/// # Errors
/// A plugin that does not compile, or does not load.
pub fn build(root: &Path, profile: &str) -> Result<Vec<Built>, Error> {
    let packages = packages(root)?;
    let libraries = compile(root, profile, &packages)?;
    let mut built = Vec::new();
    for (package, library) in &libraries {
        built.push(lay_out(package, library)?);
    }
    built.sort_by(|a, b| a.name.cmp(&b.name));
    let places: BTreeSet<&Path> = built.iter().filter_map(|plugin| plugin.folder.parent()).collect();
    for place in places {
        remove_others(place, &built)?;
    }
    Ok(built)
}

/// The crates in `plugins/` that make a shared library.
fn packages(root: &Path) -> Result<Vec<String>, Error> {
    let output = run(cargo(root).args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_slice(&output).map_err(|error| Error::Metadata(error.to_string()))?;
    let folder = root.join("plugins");
    let mut names = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let below = package["manifest_path"].as_str().is_some_and(|path| Path::new(path).starts_with(&folder));
        let mut targets = package["targets"].as_array().into_iter().flatten();
        if below && targets.any(is_cdylib) {
            names.extend(package["name"].as_str().map(str::to_owned));
        }
    }
    if names.is_empty() {
        return Err(Error::Metadata(format!("there is no plugin below `{}`", folder.display())));
    }
    Ok(names)
}

fn is_cdylib(target: &Value) -> bool {
    target["crate_types"].as_array().is_some_and(|types| types.iter().any(|kind| kind == "cdylib"))
}

/// Compiles crates and returns each with its library.
fn compile(root: &Path, profile: &str, packages: &[String]) -> Result<Vec<(String, PathBuf)>, Error> {
    let mut command = cargo(root);
    command.args(["build", "--lib", "--message-format", "json-render-diagnostics", "--profile", profile]);
    for package in packages {
        command.args(["--package", package]);
    }
    let output = run(&mut command)?;
    let mut libraries = Vec::new();
    for line in output.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"{")) {
        let message: Value = serde_json::from_slice(line).map_err(|error| Error::Metadata(error.to_string()))?;
        if message["reason"] != "compiler-artifact" || !is_cdylib(&message["target"]) {
            continue;
        }
        // Crates name their library with underscores.
        let target = message["target"]["name"].as_str().unwrap_or_default();
        let Some(package) = packages.iter().find(|package| package.replace('-', "_") == target.replace('-', "_"))
        else {
            continue;
        };
        let mut files =
            message["filenames"].as_array().into_iter().flatten().filter_map(Value::as_str).map(PathBuf::from);
        let shared =
            |file: &PathBuf| file.extension().is_some_and(|extension| extension == std::env::consts::DLL_EXTENSION);
        libraries.extend(files.find(shared).map(|file| (package.clone(), file)));
    }
    match packages.iter().find(|package| !libraries.iter().any(|(built, _)| built == *package)) {
        Some(missing) => Err(Error::Metadata(format!("cargo built no library of `{missing}`"))),
        None => Ok(libraries),
    }
}

/// Puts a library and its manifest into the plugin's folder, unless they are there.
fn lay_out(package: &str, library: &Path) -> Result<Built, Error> {
    let plugins = library.with_file_name("plugins");
    let sha256 = hash::file(library)?;
    if let Some(there) = in_place(&plugins, library, &sha256) {
        return Ok(there);
    }
    fs_err::create_dir_all(&plugins)?;
    // The plugin's name is known only once it has described itself.
    let staging = tempfile::Builder::new().prefix(".new-").tempdir_in(&plugins)?;
    let file_name = library.file_name().unwrap_or_default();
    let staged = staging.path().join(file_name);
    fs_err::copy(library, &staged)?;
    let manifest = write_manifest(&staged)
        .map_err(|error| Error::Plugin { package: package.to_owned(), error: Box::new(error) })?;
    let folder = plugins.join(&manifest.name);
    if folder.exists() {
        fs_err::remove_dir_all(&folder)?;
    }
    fs_err::rename(staging.path(), &folder)?;
    Ok(Built { name: manifest.name, library: folder.join(file_name), folder, changed: true })
}

/// The plugin that was laid out from this very library before.
fn in_place(plugins: &Path, library: &Path, sha256: &str) -> Option<Built> {
    let registry = amplify_plugin_host::Registry::load(&SearchPath::new([plugins]), None);
    let name = library.file_name()?;
    let same = |entry: &&amplify_plugin_host::Entry| {
        entry.library.file_name() == Some(name)
            && entry.manifest.sha256.as_deref() == Some(sha256)
            && hash::file(&entry.library).is_ok_and(|found| found == sha256)
    };
    let entry = registry.plugins.iter().find(same)?;
    Some(Built {
        name: entry.manifest.name.clone(),
        folder: entry.folder.clone(),
        library: entry.library.clone(),
        changed: false,
    })
}

fn remove_others(place: &Path, built: &[Built]) -> Result<(), Error> {
    for entry in fs_err::read_dir(place)? {
        let path = entry?.path();
        if path.is_dir() && !built.iter().any(|plugin| plugin.folder == path) {
            fs_err::remove_dir_all(path)?;
        }
    }
    Ok(())
}

fn cargo(root: &Path) -> Command {
    let mut command = Command::new(option_env!("CARGO").unwrap_or("cargo"));
    command.current_dir(root).stdin(Stdio::null()).stderr(Stdio::inherit());
    command
}

fn run(command: &mut Command) -> Result<Vec<u8>, Error> {
    let line = || {
        let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
        format!("cargo {}", words.join(" "))
    };
    let line = line();
    match command.stdout(Stdio::piped()).output() {
        Ok(output) if output.status.success() => Ok(output.stdout),
        _ => Err(Error::Cargo { command: line }),
    }
}
