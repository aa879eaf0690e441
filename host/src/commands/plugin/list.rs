//! `amplify plugin list`: the plugins found, and those that cannot be used.

use amplify_plugin_host::{Broken, Entry, check_library};
use serde_json::json;

use crate::{
    command::{Call, Command},
    descriptor::Descriptor,
    error::Error,
    exit::Exit,
    host::Host,
    table,
};

/// The command.
pub struct List;

impl Command for List {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["plugin", "list"], "Lists the plugins found, where they lie, and whether they can be used.")
    }

    fn run(&self, host: &Host<'_>, _call: &Call) -> Result<Exit, Error> {
        let registry = host.catalog.registry();
        let mut rows = Vec::new();
        let mut list = Vec::new();
        // This is where other errors send the user to see what is wrong, so it looks closer than routing does.
        let spoiled: Vec<Broken> = registry.plugins.iter().filter_map(spoiled).collect();
        let broken: Vec<&Broken> = registry.broken.iter().chain(&spoiled).collect();
        for entry in registry.plugins.iter().filter(|entry| spoiled.iter().all(|broken| broken.folder != entry.folder))
        {
            let manifest = &entry.manifest;
            let path = entry.folder.display().to_string();
            rows.push(vec![
                manifest.name.clone(),
                manifest.kind.label().into(),
                manifest.version.clone(),
                "ok".into(),
                path,
            ]);
            list.push(json!({
                "name": manifest.name,
                "kind": manifest.kind.label(),
                "word": manifest.kind.word(),
                "version": manifest.version,
                "summary": manifest.summary,
                "state": "ok",
                "path": entry.folder,
            }));
        }
        for broken in &broken {
            let manifest = broken.manifest.as_deref();
            let folder = broken.folder.file_name().map_or_else(|| "?".into(), |name| name.to_string_lossy());
            let name = manifest.map_or_else(|| folder.into_owned(), |manifest| manifest.name.clone());
            let kind = manifest.map(|manifest| manifest.kind.label());
            let version = manifest.map(|manifest| manifest.version.clone());
            let path = broken.folder.display().to_string();
            let cell = |text: Option<&str>| text.unwrap_or("-").to_owned();
            rows.push(vec![name.clone(), cell(kind), cell(version.as_deref()), "broken".into(), path]);
            list.push(json!({
                "name": name,
                "kind": kind,
                "version": version,
                "state": "broken",
                "path": broken.folder,
                "error": Error::from(&broken.error).document()["error"],
            }));
        }
        for shadowed in &registry.shadowed {
            let manifest = &shadowed.entry.manifest;
            let path = shadowed.entry.folder.display().to_string();
            rows.push(vec![
                manifest.name.clone(),
                manifest.kind.label().into(),
                manifest.version.clone(),
                "shadowed".into(),
                path,
            ]);
            list.push(json!({
                "name": manifest.name,
                "kind": manifest.kind.label(),
                "word": manifest.kind.word(),
                "version": manifest.version,
                "state": "shadowed",
                "path": shadowed.entry.folder,
                "by": shadowed.by,
            }));
        }
        host.output.answer(&table::markdown(&["Name", "Kind", "Version", "State", "Path"], &rows))?;
        for broken in &broken {
            let error = Error::from(&broken.error);
            host.output.answer(&format!("\n{}: {}", broken.folder.display(), error.message))?;
            for cause in error.causes {
                host.output.answer(&format!("  cause: {cause}"))?;
            }
            for hint in error.hints {
                host.output.answer(&format!("  hint: {hint}"))?;
            }
        }
        host.output.document(&json!({ "plugins": list }))?;
        Ok(Exit::Done)
    }
}

/// A plugin whose manifest is good, and whose library is not.
fn spoiled(entry: &Entry) -> Option<Broken> {
    let error = check_library(entry).err()?;
    Some(Broken { folder: entry.folder.clone(), manifest: Some(Box::new(entry.manifest.clone())), error })
}
