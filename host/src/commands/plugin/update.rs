//! `amplify plugin update`: locks the newest versions that will do, and installs them.

use std::collections::BTreeMap;

use amplify_plugin_store::{Resolved, each, resolve};
use amplify_project::Project;
use serde_json::{Value, json};

use super::add::document;
use crate::{
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    error::Error,
    exit::Exit,
    host::Host,
    installing::{self, Fetching},
    open,
    team::{Team, warn_unknown},
};

/// The command.
pub struct Update;

impl Command for Update {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["plugin", "update"], "Locks and installs the newest plugins that the project's requirements allow.")
            .argument(Argument::positional("name", "The plugins; all of them if none is named").repeated())
            .argument(installing::trust_option())
            .details(
                "The newest version that `amplify/plugins.toml` allows, that speaks this amplify's protocol and that has a build \
                 for this machine is locked. Newer ones that are passed over are named with the reason.",
            )
            .example("amplify plugin update category-queue", "The newest one that will do")
            .asks()
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let project = Project::find(&host.settings.folder)?;
        let root = project.root();
        let held = open::lock(&project, "plugin update")?;
        if call.flag("locked") {
            let error = Error::usage("locked", "`--locked` allows no change of what is locked");
            return Err(error.hint("type `amplify plugin install --locked`"));
        }
        let Team { requirements, mut lock, .. } = Team::read(root)?.unwrap_or_default();
        warn_unknown(&requirements, host.output);
        let named = |name: &String| call.arguments.is_empty() || call.arguments.contains(name);
        if let Some(unknown) = call.arguments.iter().find(|name| !requirements.plugins().contains_key(*name)) {
            let error = Error::failed("plugin-not-added", format!("the project has not added the plugin `{unknown}`"));
            return Err(error.hint(format!("type `amplify plugin add {unknown} --from <source>`")));
        }
        let fetching = Fetching::new(host);
        let finder = fetching.finder(root);
        let names: Vec<&String> = requirements.plugins().keys().filter(|name| named(name)).collect();
        let resolved: Vec<Resolved> = each(&names, |name| {
            resolve(&finder, &requirements, name, &requirements.plugins()[*name], &fetching.machine)
        })?;
        let before = lock.clone();
        for one in &resolved {
            installing::tell_passed_over(host, &one.name, &one.passed_over);
            lock.plugins.insert(one.name.clone(), one.locked.clone());
        }
        let missing = installing::missing(host, &lock);
        let wanted: BTreeMap<_, _> = resolved
            .iter()
            .filter(|one| missing.contains(&one.name.as_str()))
            .map(|one| (one.name.as_str(), (&one.locked, Some(&one.offer))))
            .collect();
        installing::agree(host, call, &requirements, &wanted)?;
        installing::install(host, &fetching, root, &requirements, &wanted)?;
        installing::write(&held, &requirements, &lock)?;
        let mut changed: Vec<Value> = Vec::new();
        for one in &resolved {
            let old = before.plugins.get(&one.name);
            if old == Some(&one.locked) {
                continue;
            }
            let was = old.map_or_else(|| "none".to_owned(), |old| old.version.to_string());
            host.output.answer(&format!("{}: {was} -> {}", one.name, one.locked.version))?;
            changed.push(json!({ "from": old.map(|old| old.version.to_string()), "to": document(one) }));
        }
        if changed.is_empty() {
            host.output.answer("Every plugin is the newest one that will do.")?;
        }
        host.output.document(&json!({ "changed": changed }))?;
        Ok(Exit::Done)
    }
}
