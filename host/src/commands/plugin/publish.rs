//! `amplify plugin publish`: adds a release to a static index.

use std::path::PathBuf;

use amplify_plugin_store::{Published, publish, yank};
use serde_json::json;

use crate::{
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    error::Error,
    exit::Exit,
    host::Host,
};

/// The command.
pub struct Publish;

impl Command for Publish {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["plugin", "publish"], "Adds a release of a plugin to an index in a folder.")
            .argument(Argument::positional("release", "The release description that `amplify plugin package` has made"))
            .argument(Argument::option("--index", "folder", "The folder of the index; it is begun if it is not there").required())
            .argument(Argument::option("--yank", "name@version", "Withdraw a version: it is offered to nobody new"))
            .argument(Argument::option("--unyank", "name@version", "Take a withdrawal back"))
            .details(
                "The archives beside the description are checked and copied into the index, together with its signature \
                 (`<description>.minisig`) if there is one. Then upload the folder to any web server or bucket. A version that \
                 is out never changes: publish a new one.",
            )
            .example("amplify plugin publish dist/category-queue-1.0.0.json --index ../plugins", "Add a release")
            .example("amplify plugin publish --index ../plugins --yank category-queue@1.0.0", "Withdraw it")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let index = folder(host, call.value("index").unwrap_or_default())?;
        let mut withdrawals = Vec::new();
        for (option, yanked) in [("yank", true), ("unyank", false)] {
            if let Some(text) = call.value(option) {
                let (name, version) = split(text)?;
                withdrawals.push((name, version, yanked));
            }
        }
        if call.argument(0).is_none() && withdrawals.is_empty() {
            let error = Error::usage("missing-argument", "`plugin publish` needs a release description");
            return Err(error.hint("type `amplify plugin publish <name>-<version>.json --index <folder>`"));
        }
        // The new version comes first: nobody is to be left without the old one because the new one was not taken.
        let published = match call.argument(0) {
            Some(release) => Some(publish(&index, &host.settings.folder.join(release))?),
            None => None,
        };
        if let Some(Published { release, file, again }) = &published {
            let word = if *again { "is in the index already" } else { "is in the index now" };
            host.output.answer(&format!("{} {} {word}: {}", release.name, release.version, file.display()))?;
        }
        let mut withdrawn = Vec::new();
        for (name, version, yanked) in withdrawals {
            yank(&index, name, &version, yanked)?;
            host.output
                .answer(&format!("{name} {version} is {}.", if yanked { "withdrawn" } else { "offered again" }))?;
            withdrawn.push(json!({ "name": name, "version": version.to_string(), "yanked": yanked }));
        }
        let document = published.map(|Published { release, file, again }| {
            json!({
                "name": release.name,
                "version": release.version.to_string(),
                "targets": release.targets.keys().collect::<Vec<_>>(),
                "file": file,
                "again": again,
            })
        });
        host.output.document(&json!({ "published": document, "yanked": withdrawn }))?;
        Ok(Exit::Done)
    }
}

/// The folder of an index, which is written on disk and uploaded by other means.
fn folder(host: &Host<'_>, typed: &str) -> Result<PathBuf, Error> {
    if typed.contains("://") {
        let error = Error::usage("index-not-a-folder", format!("`{typed}` is an address, and an index is a folder"));
        return Err(error.hint("publish into a folder, then upload it: first `releases/`, then `plugins/`"));
    }
    Ok(host.settings.folder.join(typed))
}

fn split(text: &str) -> Result<(&str, semver::Version), Error> {
    let found = text.split_once('@').and_then(|(name, version)| Some((name, version.parse().ok()?)));
    found.filter(|(name, _)| amplify_plugin_abi::check::plugin_name(name)).ok_or_else(|| {
        Error::usage("plugin-version", format!("`{text}` is no version of a plugin"))
            .hint("type for example `category-queue@1.0.0`")
    })
}
