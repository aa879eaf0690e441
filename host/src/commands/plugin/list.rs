//! `amplify plugin list`: the plugins found, and those that cannot be used.

use amplify_plugin_host::{Broken, Entry, LoadError, check_library};
use serde_json::{Value, json};

use crate::{
    command::{Call, Command},
    descriptor::Descriptor,
    error::Error,
    exit::Exit,
    host::Host,
    table,
    team::Team,
};

/// The command.
pub struct List;

impl Command for List {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["plugin", "list"], "Lists the plugins found, where they lie, and whether they can be used.")
            .details(
                "`Source` is where a plugin came from: `amplify` for those that come with the program, the project's source for \
                 those it has locked, `found` for others that lie on the search path.",
            )
    }

    fn run(&self, host: &Host<'_>, _call: &Call) -> Result<Exit, Error> {
        let registry = host.catalog.examined();
        // The list is where other errors send the user, so a lock that cannot be read does not keep it from being shown.
        let (team, unreadable) = match host.catalog.team() {
            Ok(team) => (team, None),
            Err(error) => (None, Some(error)),
        };
        let listing = Listing { host, team };
        let hashes = host.hashes();
        let spoiled = |entry: &Entry| {
            let error = check_library(entry, &hashes).err()?;
            Some(Broken {
                folder: entry.folder.clone(),
                manifest: Some(Box::new(entry.manifest.head().outline())),
                error,
            })
        };
        // It looks closer than routing does.
        let spoiled: Vec<Broken> = registry.plugins.iter().filter_map(spoiled).collect();
        let broken: Vec<&Broken> = registry.broken.iter().chain(&spoiled).collect();
        let mut rows = Rows::default();
        for entry in registry.plugins.iter().filter(|entry| spoiled.iter().all(|broken| broken.folder != entry.folder))
        {
            rows.add(&listing.row(entry, "ok"), json!({}));
        }
        for broken in &broken {
            rows.add(&listing.broken(broken), json!({ "error": Error::from(&broken.error).document()["error"] }));
        }
        for shadowed in &registry.shadowed {
            rows.add(&listing.row(&shadowed.entry, "shadowed"), json!({ "by": shadowed.by }));
        }
        let heading = ["Name", "Kind", "Version", "State", "Source", "Path"];
        host.output.answer(&table::markdown(&heading, &rows.cells))?;
        let errors = broken.iter().map(|broken| {
            let error = Error::from(&broken.error);
            (format!("{}: {}", broken.folder.display(), error.message), error)
        });
        // What cannot be read is named in the message.
        for (text, error) in errors.chain(unreadable.map(|error| (error.message.to_string(), error))) {
            host.output.answer(&format!("\n{text}"))?;
            for cause in error.causes {
                host.output.answer(&format!("  cause: {cause}"))?;
            }
            for hint in error.hints {
                host.output.answer(&format!("  hint: {hint}"))?;
            }
        }
        if let Some(team) = team {
            team.warn(host.output);
        }
        host.output.document(&json!({ "plugins": rows.documents }))?;
        Ok(Exit::Done)
    }
}

struct Listing<'a> {
    host: &'a Host<'a>,
    team: Option<&'a Team>,
}

/// One plugin as it is listed.
struct Row {
    name: String,
    kind: Option<String>,
    word: Option<String>,
    version: Option<String>,
    summary: Option<String>,
    state: &'static str,
    source: String,
    path: std::path::PathBuf,
}

impl Listing<'_> {
    fn row(&self, entry: &Entry, state: &'static str) -> Row {
        let manifest = entry.manifest.head();
        Row {
            name: manifest.name.clone(),
            kind: Some(manifest.kind.label().into()),
            word: Some(manifest.kind.word().into()),
            version: Some(manifest.version.clone()),
            summary: Some(manifest.summary.clone()),
            state,
            source: self.source(&manifest.name, &entry.folder, state != "shadowed"),
            path: entry.folder.clone(),
        }
    }

    fn broken(&self, broken: &Broken) -> Row {
        let manifest = broken.manifest.as_deref();
        let folder = broken.folder.file_name().map_or_else(|| "?".into(), |name| name.to_string_lossy().into_owned());
        let name = manifest.map_or(folder, |manifest| manifest.name.clone());
        let missing = matches!(broken.error, LoadError::NotInstalled { .. } | LoadError::NoBuild { .. });
        Row {
            kind: manifest.map(|manifest| manifest.kind.label().into()),
            word: manifest.map(|manifest| manifest.kind.word().into()),
            version: manifest.map(|manifest| manifest.version.clone()),
            summary: None,
            state: if missing { "missing" } else { "broken" },
            source: self.source(&name, &broken.folder, true),
            path: broken.folder.clone(),
            name,
        }
    }

    /// Where it came from. A shadowed plugin of a locked name is another build, and not from the lock's source.
    fn source(&self, name: &str, folder: &std::path::Path, used: bool) -> String {
        let locked = self.team.and_then(|team| team.lock.plugins.get(name)).filter(|_| used);
        let bundled = || self.host.surroundings.bundled_folders.iter().any(|bundled| folder.starts_with(bundled));
        match locked {
            Some(locked) => locked.source.clone(),
            None if bundled() => "amplify".into(),
            None => "found".into(),
        }
    }
}

#[derive(Default)]
struct Rows {
    cells: Vec<Vec<String>>,
    documents: Vec<Value>,
}

impl Rows {
    fn add(&mut self, row: &Row, more: Value) {
        let cell = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
        self.cells.push(vec![
            row.name.clone(),
            cell(&row.kind),
            cell(&row.version),
            row.state.into(),
            row.source.clone(),
            row.path.display().to_string(),
        ]);
        let mut document = json!({
            "name": row.name,
            "kind": row.kind,
            "word": row.word,
            "version": row.version,
            "summary": row.summary,
            "state": row.state,
            "source": row.source,
            "path": row.path,
        });
        if let (Value::Object(document), Value::Object(more)) = (&mut document, more) {
            document.extend(more);
        }
        self.documents.push(document);
    }
}
