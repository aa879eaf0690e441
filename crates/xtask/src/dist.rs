//! `cargo xtask dist`: the release archive, laid out as it is installed.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

use crate::{sdk, shell, test};

/// What a release may weigh, unpacked, and how many files it may have.
const MOST_BYTES: u64 = 60 * 1024 * 1024;
const MOST_FILES: usize = 100;

#[derive(clap::Args, Default)]
pub struct Arguments {
    /// Lay out the folder, but make no archive
    #[arg(long)]
    pub no_archive: bool,
}

/// Builds the release and returns its folder.
pub fn run(arguments: &Arguments) -> Result<PathBuf> {
    let version = env!("CARGO_PKG_VERSION");
    let target = amplify_plugin_abi::TARGET;
    let name = format!("amplify-{version}-{target}");
    let out = shell::root().join("dist");
    let folder = out.join(&name);
    if folder.exists() {
        fs_err::remove_dir_all(&folder)?;
    }
    fs_err::create_dir_all(folder.join("bin"))?;
    shell::run(shell::cargo().args(["build", "--quiet", "--profile", "dist", "--package", "amplify"]))?;
    let program = format!("amplify{}", std::env::consts::EXE_SUFFIX);
    fs_err::copy(shell::target().join("dist").join(&program), folder.join("bin").join(&program))?;
    test::install_plugins("dist", &folder, &[])?;
    sdk::install(&folder)?;
    for text in ["LICENSE", "README.md", "CHANGELOG.md"] {
        fs_err::copy(shell::root().join(text), folder.join(text))?;
    }

    let mut files = Vec::new();
    collect(&folder, &mut files)?;
    let bytes: u64 = files.iter().map(|(_, size)| size).sum();
    println!("{}: {} files, {:.1} MB", folder.display(), files.len(), bytes as f64 / 1e6);
    for (file, size) in &files {
        println!("  {:>9.2} MB  {}", *size as f64 / 1e6, file.strip_prefix(&folder)?.display());
    }
    if bytes > MOST_BYTES || files.len() > MOST_FILES {
        bail!("a release has at most {MOST_FILES} files and {} MB", MOST_BYTES / 1024 / 1024);
    }
    if !arguments.no_archive {
        let archive = archive(&out, &name, &folder, &files)?;
        println!("{}", archive.display());
    }
    Ok(folder)
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, u64)>) -> Result<()> {
    let mut entries: Vec<_> = fs_err::read_dir(folder)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(|entry| entry.file_name());
    for entry in entries {
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), files)?;
        } else {
            files.push((entry.path(), entry.metadata()?.len()));
        }
    }
    Ok(())
}

/// The same files make the same archive: sorted, with fixed times and owners.
fn archive(out: &Path, name: &str, folder: &Path, files: &[(PathBuf, u64)]) -> Result<PathBuf> {
    let path = out.join(format!("{name}.tar.gz"));
    let mut builder = tar::Builder::new(GzEncoder::new(fs_err::File::create(&path)?, Compression::best()));
    builder.mode(tar::HeaderMode::Deterministic);
    for (file, _) in files {
        builder.append_path_with_name(file, Path::new(name).join(file.strip_prefix(folder)?))?;
    }
    builder.into_inner()?.finish()?;
    let digest = hex::encode(Sha256::digest(fs_err::read(&path)?));
    fs_err::write(out.join(format!("{name}.tar.gz.sha256")), format!("{digest}  {name}.tar.gz\n"))?;
    Ok(path)
}
