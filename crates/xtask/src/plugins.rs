//! Builds the plugins and lays them out as the host finds them: `target/<profile>/plugins/<name>/` with library and manifest.

use std::{collections::BTreeSet, path::Path};

use amplify_plugin_author::build::{self, Built, is_cdylib};
use anyhow::{Result, anyhow, bail};

/// Builds the plugins of the folder `plugins/` for a cargo profile (`dev`, `release`, `dist`) and lays them out beside the
/// program of that profile: those of `only`, or all where it is empty. After all were built, one that is no longer among them
/// is removed from there.
///
/// `root` is the workspace's root.
///
/// # Errors
/// `only` names a plugin that is not there, or one does not compile, or does not load.
pub fn build(root: &Path, profile: &str, only: &[&str]) -> Result<Vec<Built>> {
    let mut packages = packages(root)?;
    if let Some(missing) = only.iter().find(|name| !packages.iter().any(|package| package == *name)) {
        bail!("there is no plugin `{missing}`");
    }
    packages.retain(|package| only.is_empty() || only.contains(&package.as_str()));
    // Two runs at once would take each other's folders away.
    let _turn = crate::shell::turn("plugins")?;
    let libraries = build::compile(root, &packages, &["--profile", profile], None).map_err(told)?;
    if let Some(missing) = packages.iter().find(|package| !libraries.iter().any(|built| built.package == **package)) {
        bail!("cargo built no library of `{missing}`");
    }
    let mut built = Vec::new();
    for library in &libraries {
        built.push(build::lay_out(library, &library.path.with_file_name("plugins")).map_err(told)?);
    }
    built.sort_by(|a, b| a.name.cmp(&b.name));
    if !only.is_empty() {
        return Ok(built);
    }
    let places: BTreeSet<&Path> = built.iter().filter_map(|plugin| plugin.folder.parent()).collect();
    for place in places {
        remove_others(place, &built)?;
    }
    Ok(built)
}

/// An error with its causes, a line each.
fn told(error: amplify_plugin_author::Error) -> anyhow::Error {
    let causes: String = error.causes().iter().map(|cause| format!("\n  {cause}")).collect();
    anyhow!("{error}{causes}")
}

/// The crates in `plugins/` that make a shared library.
fn packages(root: &Path) -> Result<Vec<String>> {
    let metadata = build::metadata(root).map_err(told)?;
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
        bail!("there is no plugin below `{}`", folder.display());
    }
    Ok(names)
}

fn remove_others(place: &Path, built: &[Built]) -> Result<()> {
    for entry in fs_err::read_dir(place)? {
        let path = entry?.path();
        if path.is_dir() && !built.iter().any(|plugin| plugin.folder == path) {
            fs_err::remove_dir_all(path)?;
        }
    }
    Ok(())
}
