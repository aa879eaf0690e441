//! `amplify plugin package`: the archives of a plugin, and the description of their release.

use std::path::PathBuf;

use amplify_plugin_author::package;
use serde_json::json;

use super::{build, rendering, verify};
use crate::{
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    error::Error,
    exit::Exit,
    host::Host,
};

/// The command.
pub struct Package;

impl Command for Package {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["plugin", "package"], "Builds and verifies the plugin in the working folder, and packs it for others.")
            .argument(Argument::option("--target", "triple", "Pack for this target, as cargo calls it; this machine's if not given").repeated())
            .argument(Argument::option("--out", "folder", "Where to write; dist if not given"))
            .argument(Argument::option("--merge", "file", "Merge this release description with the others named, instead of building").repeated())
            .details(
                "Writes <name>-<version>-<target>.tar.gz for each target, and <name>-<version>.json, which describes them with \
                 their hashes. The same library makes the same bytes, wherever and whenever it is packed. Descriptions made on several machines are merged into one: \
                 name each with --merge.",
            )
            .example("amplify plugin package", "Pack for this machine")
            .example(
                "amplify plugin package --target x86_64-unknown-linux-gnu --target aarch64-unknown-linux-gnu",
                "Pack for two targets whose compilers and linkers are installed",
            )
            .example("amplify plugin package --merge linux/queue-1.0.0.json --merge macos/queue-1.0.0.json", "One release of two machines")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let out = host.settings.folder.join(call.value("out").unwrap_or("dist"));
        let merged: Vec<PathBuf> = call.values("merge").iter().map(|file| host.settings.folder.join(file)).collect();
        let (archives, description, release) = if merged.is_empty() {
            let built = build::made(host, &host.settings.folder)?;
            let (entry, report) = verify::tried(host, &built.folder)?;
            rendering::passed(&entry, &report)?;
            let made = package::package(&host.settings.folder, &built, &call.values("target"), &out, host.quiet())?;
            (made.archives, made.description, made.release)
        } else {
            if !call.values("target").is_empty() {
                let error =
                    Error::usage("option-misplaced", "`--target` is for building, and `--merge` does not build");
                return Err(error.hint("package each target first, then merge the descriptions"));
            }
            let (description, release) = package::merge(&merged, &out)?;
            (Vec::new(), description, release)
        };
        for path in archives.iter().chain([&description]) {
            host.output.answer(&path.display().to_string())?;
        }
        let targets: Vec<String> = release
            .targets
            .iter()
            .map(|(triple, target)| match target.libc {
                Some(libc) => format!("{triple} (glibc {libc} or newer)"),
                None => triple.clone(),
            })
            .collect();
        host.output.info(&format!("{} {} for {}", release.name, release.version, targets.join(", ")));
        host.output.document(&json!({
            "archives": archives,
            "description": description,
            "release": serde_json::from_slice::<serde_json::Value>(&release.to_bytes()).unwrap_or_default(),
        }))?;
        Ok(Exit::Done)
    }
}
