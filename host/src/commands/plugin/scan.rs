//! `amplify plugin scan`: reads every manifest and hashes every library anew.

use amplify_plugin_host::{KnownHashes, Registry, check_library};
use serde_json::json;

use crate::{
    command::{Call, Command},
    descriptor::Descriptor,
    error::Error,
    exit::Exit,
    host::Host,
    team,
};

/// The command.
pub struct Scan;

impl Command for Scan {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["plugin", "scan"], "Explicitly starts a scan/search for new and existing plugins.")
            .details(
                "Plugins are found without a scan. This one trusts nothing that was remembered: every manifest is read and every \
                 library hashed again, and the status is 1 if a plugin cannot be used. What was remembered is forgotten.",
            )
            .example("amplify plugin scan", "Check every plugin")
    }

    fn run(&self, host: &Host<'_>, _call: &Call) -> Result<Exit, Error> {
        host.output.info("Scanning for plugins...");
        let team = host.catalog.team()?;
        let root = team.map(|team| team.root.as_path());
        let remembered = [host.surroundings.registry_file(root), host.surroundings.hashes_file()];
        for file in remembered.into_iter().flatten() {
            // One that is not there, or cannot be removed, is not read below either.
            let _ = fs_err::remove_file(file);
        }
        let pins = team.map(|team| team::pins(&team.lock, host.surroundings)).unwrap_or_default();
        let registry = Registry::load_pinned(&host.catalog.search_path(), &pins, None);
        let hashes = KnownHashes::never();
        let mut broken: Vec<Error> = registry.broken.iter().map(|broken| Error::from(&broken.error)).collect();
        let mut sound = Vec::new();
        for entry in &registry.plugins {
            match check_library(entry, &hashes) {
                Ok(()) => sound.push(entry.manifest.name.clone()),
                Err(error) => broken.push(Error::from(error)),
            }
        }
        for error in &broken {
            host.output.warning(&error.message);
            error.causes.iter().for_each(|cause| host.output.info(&format!("  cause: {cause}")));
            error.hints.iter().for_each(|hint| host.output.info(&format!("  hint: {hint}")));
        }
        let errors: Vec<_> = broken.iter().map(|error| error.document()["error"].clone()).collect();
        let text = match broken.len() {
            0 => host.output.style().success(&format!("Plugin scan successful: {} plugins.", sound.len())),
            count => format!("Plugin scan: {} plugins, and {count} that cannot be used.", sound.len()),
        };
        host.output.answer(&text)?;
        host.output.document(&json!({ "plugins": sound, "broken": errors }))?;
        Ok(if broken.is_empty() { Exit::Done } else { Exit::Failed })
    }
}
