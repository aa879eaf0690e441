//! Installs the dependencies of a function in Python beside its source.

use std::path::{Path, PathBuf};

use amplify_sdk::prelude::*;
use fs_err as fs;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    io,
    process::{Failure, run},
    read_json,
};

/// Where the packages are installed, below the function's folder.
const PACKAGES: &str = "dist/python-packages";

const MARKER: &str = ".amplify-install";

const HINT: &str = "install Python 3 with pip, and make sure that `python3` is on the PATH";

/// What a function wants installed: lines of a requirements file, and the folder that paths in it start from.
#[derive(Debug, PartialEq)]
struct Wanted {
    text: String,
    folder: PathBuf,
}

/// Installs what the function needs into `dist/python-packages`, unless nothing changed since the last time, and returns
/// that folder and whether pip ran. `None` if the function needs nothing.
///
/// The first of these counts, in `src` before the function's own folder: `requirements.txt`, `Pipfile.lock`, `Pipfile`.
///
/// # Errors
/// A file that is not understood, or Python is missing or pip fails.
pub fn install(
    context: &mut Context<'_>,
    resource: &str,
    folder: &Path,
    force: bool,
) -> Result<Option<(PathBuf, bool)>, PluginError> {
    let packages = folder.join(PACKAGES);
    let Some(wanted) = wanted(folder)? else {
        if packages.exists() {
            fs::remove_dir_all(&packages).map_err(|error| io("remove", &packages, &error))?;
        }
        return Ok(None);
    };
    let marker = packages.join(MARKER);
    let inputs = hex::encode(Sha256::digest(wanted.text.as_bytes()));
    let fresh = fs::read_to_string(&marker).is_ok_and(|known| known == inputs);
    if fresh && !force && !is_local(&wanted.text) {
        return Ok(Some((packages, false)));
    }
    context.step(format!("Installing the dependencies of `{resource}`"));
    let staging = folder.join("dist/python-packages.new");
    if staging.exists() {
        fs::remove_dir_all(&staging).map_err(|error| io("remove", &staging, &error))?;
    }
    fs::create_dir_all(&staging).map_err(|error| io("make", &staging, &error))?;
    let list = folder.join("dist/requirements.txt");
    fs::write(&list, &wanted.text).map_err(|error| io("write", &list, &error))?;
    pip(context, &list, &staging, &wanted.folder).map_err(|(program, failure)| {
        failure.into_error(program, &format!("install the dependencies of `{resource}`"), HINT)
    })?;
    // Start scripts name this machine's interpreter; a function imports, it does not start them.
    let scripts = staging.join("bin");
    if scripts.is_dir() {
        fs::remove_dir_all(&scripts).map_err(|error| io("remove", &scripts, &error))?;
    }
    fs::write(staging.join(MARKER), inputs).map_err(|error| io("write", &staging, &error))?;
    if packages.exists() {
        fs::remove_dir_all(&packages).map_err(|error| io("remove", &packages, &error))?;
    }
    fs::rename(&staging, &packages).map_err(|error| io("rename", &staging, &error))?;
    Ok(Some((packages, true)))
}

fn pip(context: &mut Context<'_>, list: &Path, target: &Path, folder: &Path) -> Result<(), (&'static str, Failure)> {
    let (list, target) = (list.to_string_lossy(), target.to_string_lossy());
    let arguments: Vec<&str> = vec![
        "-m",
        "pip",
        "install",
        "--requirement",
        &list,
        "--target",
        &target,
        // Byte code carries times and paths, and would make each machine's package another one.
        "--no-compile",
        "--no-input",
        "--disable-pip-version-check",
        "--quiet",
    ];
    match run(context, "python3", &arguments, folder) {
        Err(Failure::Missing) => run(context, "python", &arguments, folder).map_err(|failure| ("python3", failure)),
        other => other.map_err(|failure| ("python3", failure)),
    }
}

fn wanted(folder: &Path) -> Result<Option<Wanted>, PluginError> {
    for folder in [folder.join("src"), folder.to_owned()] {
        let requirements = folder.join("requirements.txt");
        if requirements.is_file() {
            let text = with_included(&requirements, 0)?;
            return Ok(non_empty(text, folder));
        }
        let lock = folder.join("Pipfile.lock");
        if lock.is_file() {
            return Ok(non_empty(from_lock(&read_json(&lock)?), folder));
        }
        let pipfile = folder.join("Pipfile");
        if pipfile.is_file() {
            let text = fs::read_to_string(&pipfile).map_err(|error| io("read", &pipfile, &error))?;
            let document: toml::Table = text.parse().map_err(|error: toml::de::Error| {
                // With the line.
                PluginError::new("invalid-toml", format!("`{}` is not valid TOML", pipfile.display()))
                    .cause(error.to_string().trim_end())
                    .hint("put it right, or run `pipenv lock`, which writes a file that is read instead")
            })?;
            let packages = document.get("packages").and_then(toml::Value::as_table);
            let lines = packages
                .into_iter()
                .flatten()
                .filter_map(|(name, wanted)| line(name, &serde_json::to_value(wanted).unwrap_or_default()));
            return Ok(non_empty(lines.collect::<Vec<_>>().join("\n"), folder));
        }
    }
    Ok(None)
}

fn non_empty(text: String, folder: PathBuf) -> Option<Wanted> {
    let needs_something = text.lines().any(|line| !line.trim().is_empty() && !line.trim().starts_with('#'));
    needs_something.then_some(Wanted { text, folder })
}

/// The lines of a requirements file, with files that it includes in place of the lines that include them.
fn with_included(path: &Path, depth: usize) -> Result<String, PluginError> {
    let text = fs::read_to_string(path).map_err(|error| io("read", path, &error))?;
    if depth > 8 {
        let error = PluginError::new("requirements-circle", format!("`{}` includes itself", path.display()));
        return Err(error.hint("take out a line with `-r` that leads back"));
    }
    let folder = path.parent().unwrap_or(path);
    let mut lines = Vec::new();
    for line in text.lines() {
        let included =
            ["-r ", "--requirement ", "--requirement="].iter().find_map(|word| line.trim().strip_prefix(word));
        match included {
            Some(name) => lines.push(with_included(&folder.join(name.trim()), depth + 1)?),
            None => lines.push(line.to_owned()),
        }
    }
    Ok(lines.join("\n"))
}

/// The production packages of a `Pipfile.lock`, sorted as the file has them.
fn from_lock(document: &Value) -> String {
    let packages = document.get("default").and_then(Value::as_object);
    packages.into_iter().flatten().filter_map(|(name, wanted)| line(name, wanted)).collect::<Vec<_>>().join("\n")
}

/// A requirement as pip reads it; `None` for an entry that is the function's own source.
fn line(name: &str, wanted: &Value) -> Option<String> {
    let text = |key: &str| wanted.get(key).and_then(Value::as_str);
    let extras: Vec<&str> =
        wanted.get("extras").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let name = if extras.is_empty() { name.to_owned() } else { format!("{name}[{}]", extras.join(",")) };
    let markers = text("markers").map(|markers| format!(" ; {markers}")).unwrap_or_default();
    if let Some(path) = text("path").or_else(|| text("file")) {
        let own = matches!(path.trim_start_matches("./").trim_end_matches('/'), "src" | "" | ".");
        return (!own).then(|| format!("{path}{markers}"));
    }
    if let Some(repository) = text("git") {
        let reference = text("ref").map(|name| format!("@{name}")).unwrap_or_default();
        return Some(format!("{name} @ git+{repository}{reference}{markers}"));
    }
    let version = wanted.as_str().or_else(|| text("version")).unwrap_or("*");
    Some(format!("{name}{}{markers}", if version == "*" { "" } else { version }))
}

/// Whether something is installed from this machine, whose changes a hash of the list does not show.
fn is_local(text: &str) -> bool {
    text.lines().map(str::trim).any(|line| {
        line.starts_with('.')
            || line.starts_with('/')
            || line.starts_with("-e")
            || line.starts_with("file:")
            || line.contains("@ file:")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn locked_packages_become_requirements() {
        let lock = json!({
            "default": {
                "requests": {"version": "==2.32.0", "extras": ["socks"], "hashes": ["sha256:0"], "markers": "python_version >= '3.8'"},
                "mine": {"path": "./src", "editable": true},
                "lib": {"path": "./lib"},
                "tool": {"git": "https://example.com/tool.git", "ref": "main"}
            },
            "develop": {"pytest": {"version": "==8.0"}}
        });
        assert_eq!(
            from_lock(&lock),
            "requests[socks]==2.32.0 ; python_version >= '3.8'\n./lib\ntool @ git+https://example.com/tool.git@main"
        );
    }

    #[test]
    fn the_first_file_with_packages_counts() {
        let dir = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            fs::create_dir_all(dir.path().join(path).parent().unwrap()).unwrap();
            fs::write(dir.path().join(path), text).unwrap();
        };
        let text = || wanted(dir.path()).unwrap().map(|wanted| wanted.text);
        assert_eq!(text(), None);
        write("Pipfile", "[packages]\n\n[dev-packages]\npytest = '*'\n");
        assert_eq!(text(), None, "dev packages are not installed");
        write(
            "Pipfile",
            "[packages]\nrequests = '*'\nsix = {version = '==1.16.0'}\nsrc = {path = './src', editable = true}\n",
        );
        assert_eq!(text().as_deref(), Some("requests\nsix==1.16.0"));
        write("src/common.txt", "six\n");
        write("src/requirements.txt", "# ours\n-r common.txt\n");
        assert_eq!(text().as_deref(), Some("# ours\nsix"));
        write("src/requirements.txt", "# nothing\n");
        assert_eq!(text(), None);
        write("src/requirements.txt", "-r requirements.txt\n");
        assert_eq!(wanted(dir.path()).unwrap_err().code, "requirements-circle");
    }

    #[test]
    fn local_packages_are_seen() {
        assert!(is_local("six\n./lib"));
        assert!(is_local("lib @ file:///x"));
        assert!(!is_local("six\n# ./lib is gone"));
    }
}
