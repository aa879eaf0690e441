//! `amplify plugin outdated`: what is locked, beside what could be.

use amplify_plugin_store::{Source, choose, each, newest};
use amplify_project::Project;
use serde_json::json;

use crate::{
    command::{Call, Command},
    descriptor::Descriptor,
    error::Error,
    exit::Exit,
    host::Host,
    installing::Fetching,
    table,
    team::Team,
};

/// The command.
pub struct Outdated;

/// What is found of one plugin.
struct Found {
    wanted: Option<String>,
    latest: Option<String>,
    notes: Vec<String>,
}

impl Command for Outdated {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["plugin", "outdated"], "Lists the locked plugins of which there are newer versions.")
            .details(
                "`Wanted` is the version that `amplify plugin update` would lock; `Latest` is the newest there is, whether the \
                 requirements allow it or not. Nothing is changed.",
            )
            .example("amplify plugin outdated", "See what an update would bring")
    }

    fn run(&self, host: &Host<'_>, _call: &Call) -> Result<Exit, Error> {
        let project = Project::find(&host.settings.folder)?;
        let Team { requirements, lock, .. } = Team::read(project.root())?.unwrap_or_default();
        let fetching = Fetching::new(host);
        let finder = fetching.finder(project.root());
        let names: Vec<&String> = requirements.plugins().keys().collect();
        let found = each(&names, |name| {
            let wanted = &requirements.plugins()[*name];
            let Some(source) = requirements.source_of(wanted) else {
                return Err(amplify_plugin_store::Error::NoSource { plugin: (*name).clone() });
            };
            let offers = finder.offers(&Source::detect(source, project.root())?, Some(name))?;
            let latest = newest(&offers).map(ToString::to_string);
            Ok(match choose(offers, name, &wanted.requirement, &fetching.machine) {
                Ok(choice) => {
                    let wanted = Some(choice.offer.release.version.to_string());
                    Found { wanted, latest, notes: choice.passed_over }
                }
                Err(error) => Found { wanted: None, latest, notes: vec![error.to_string()] },
            })
        })?;
        let (mut rows, mut list) = (Vec::new(), Vec::new());
        for (name, found) in names.iter().zip(found) {
            let locked = lock.plugins.get(*name).map(|locked| locked.version.to_string());
            if locked.is_some() && locked == found.wanted && locked == found.latest {
                continue;
            }
            let cell = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
            rows.push(vec![
                (*name).clone(),
                cell(&locked),
                cell(&found.wanted),
                cell(&found.latest),
                found.notes.join("; "),
            ]);
            list.push(json!({
                "name": name,
                "locked": locked,
                "wanted": found.wanted,
                "latest": found.latest,
                "notes": found.notes,
            }));
        }
        match rows.is_empty() {
            true => host.output.answer("Every plugin is the newest there is.")?,
            false => host.output.answer(&table::markdown(&["Name", "Locked", "Wanted", "Latest", "Note"], &rows))?,
        }
        host.output.document(&json!({ "plugins": list }))?;
        Ok(Exit::Done)
    }
}
