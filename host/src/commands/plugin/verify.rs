//! `amplify plugin verify`: tries a plugin's whole contract.

use std::path::Path;

use amplify_plugin_author::{
    build::PLACE,
    verify::{self, Report, Setting},
};
use amplify_plugin_host::{Entry, Registry, SearchPath};

use super::{build, rendering};
use crate::{
    catalog,
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    error::Error,
    exit::Exit,
    host::Host,
    words,
};

/// The command.
pub struct Verify;

impl Command for Verify {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["plugin", "verify"], "Tries a plugin's whole contract: manifest, help, every command, method and event.")
            .asks()
            .argument(Argument::positional("folder", "A folder with a built plugin; the crate in the working folder, built anew, if not given"))
            .details(
                "Each command runs once in a project in memory, with the answers given, else with defaults and examples. Nothing is \
                 written, and no cloud is asked. Ends with status 1 if anything breaks the contract.",
            )
            .example("amplify plugin verify", "Build and try the plugin in the working folder")
            .example("amplify plugin verify --answer queue.name=jobs", "Try it with an answer of your own")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let folder = match call.argument(0) {
            Some(folder) => host.settings.folder.join(folder),
            None => build::made(host, &host.settings.folder)?.folder,
        };
        let (entry, report) = tried(host, &folder)?;
        if host.output.json() {
            host.output.document(&rendering::document(&entry, &report))?;
            return Ok(if report.passed() { Exit::Done } else { Exit::Failed });
        }
        rendering::tell(host, &report)?;
        rendering::passed(&entry, &report)?;
        let Entry { manifest, .. } = &entry;
        host.output.answer(&format!(
            "The plugin `{}` {} keeps the contract ({} requests)",
            manifest.name, manifest.version, report.requests
        ))?;
        Ok(Exit::Done)
    }
}

/// Tries the plugin in a folder.
///
/// # Errors
/// There is none, or it cannot be loaded.
pub fn tried(host: &Host<'_>, folder: &Path) -> Result<(Entry, Report), Error> {
    let mut found = Registry::load(&SearchPath::new([folder, &folder.join(PLACE)]), None);
    if let Some(broken) = found.broken.first() {
        return Err(Error::from(&broken.error));
    }
    if found.plugins.is_empty() {
        let error = Error::failed("no-plugin-here", format!("there is no built plugin in `{}`", folder.display()));
        return Err(error.hint("type `amplify plugin build` in the plugin's crate"));
    }
    if let [one, other, ..] = &found.plugins[..] {
        let text = format!("there are {} plugins in `{}`", found.plugins.len(), folder.display());
        let error = [one, other].iter().fold(Error::failed("several-plugins-here", text), |error, entry| {
            error.cause(format!("`{}` in `{}`", entry.manifest.head().name, entry.folder.display()))
        });
        let folder = words::quoted(&one.folder.to_string_lossy());
        return Err(error.hint(format!("name the folder of one: `amplify plugin verify {folder}`")));
    }
    let entry = found.plugins.remove(0);
    let others =
        host.catalog.registry().plugins.iter().filter(|other| other.manifest.head().name != entry.manifest.head().name);
    let setting = Setting {
        others: others.cloned().collect(),
        reserved: catalog::reserved(),
        answers: host.questions.document()?,
    };
    let report = verify::verify(&entry, &setting, &mut |place| host.output.progress(&format!("trying {place}")))?;
    host.output.end_live();
    Ok((entry, report))
}
