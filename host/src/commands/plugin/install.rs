//! `amplify plugin install`: puts what is locked onto this machine, and mends a lock that does not match.

use std::collections::BTreeMap;

use amplify_plugin_store::{Lock, Requirements, Resolved, check_key, each, resolve, stale};
use amplify_project::Project;
use serde_json::json;

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
pub struct Install;

impl Command for Install {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["plugin", "install"], "Installs the plugins that the project has locked, exactly those.")
            .argument(Argument::positional("name", "The plugins; all of them if none is named").repeated())
            .argument(installing::trust_option())
            .details(
                "Whatever `amplify/plugins.lock` names is fetched from its source and checked against the hashes there; what is \
                 on this machine already is not fetched again. Where the lock does not match `amplify/plugins.toml`, it is \
                 mended first: only the plugins that do not match are chosen anew. With `--locked`, or where `CI` is set, that is \
                 an error instead.",
            )
            .example("amplify plugin install", "After cloning a project, or when a colleague has changed its plugins")
            .example("amplify plugin install --locked --trust", "On a build machine")
            .asks()
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let project = Project::find(&host.settings.folder)?;
        let root = project.root();
        // With a lock that must not change, nothing of the project is written.
        let held = if host.settings.locked { None } else { Some(open::lock(&project, "plugin install")?) };
        let Some(Team { requirements, mut lock, .. }) = Team::read(root)? else {
            host.output.answer("The project asks for no plugins beyond those that come with amplify.")?;
            host.output.document(&json!({ "installed": [], "locked": [] }))?;
            return Ok(Exit::Done);
        };
        warn_unknown(&requirements, host.output);
        check_keys(&requirements)?;
        let before = lock.clone();
        let fetching = Fetching::new(host);
        let mended = match &held {
            None => {
                let team = Team { root: root.to_owned(), requirements: requirements.clone(), lock: lock.clone() };
                team.check_requirements()?;
                Vec::new()
            }
            Some(_) => mend(host, &fetching, &project, &requirements, &mut lock)?,
        };
        if let Some(unknown) = call.arguments.iter().find(|name| !lock.plugins.contains_key(*name)) {
            let error = Error::failed("plugin-not-added", format!("the project has not added the plugin `{unknown}`"));
            return Err(error.hint(format!("type `amplify plugin add {unknown} --from <source>`")));
        }
        let mut wanted = BTreeMap::new();
        for name in installing::missing(host, &lock) {
            if call.arguments.is_empty() || call.arguments.iter().any(|named| named == name) {
                let offer = mended.iter().find(|resolved| resolved.name == name).map(|resolved| &resolved.offer);
                wanted.insert(name, (&lock.plugins[name], offer));
            }
        }
        installing::agree(host, call, &requirements, &wanted)?;
        let installed = installing::install(host, &fetching, root, &requirements, &wanted)?;
        if let Some(held) = held.filter(|_| lock != before) {
            installing::write(&held, &requirements, &lock)?;
        }
        for resolved in &mended {
            let old =
                before.plugins.get(&resolved.name).map(|old| format!(" (was {})", old.version)).unwrap_or_default();
            host.output.answer(&format!("Locked {} {}{old}.", resolved.name, resolved.locked.version))?;
        }
        for name in before.plugins.keys().filter(|name| !lock.plugins.contains_key(*name)) {
            host.output.answer(&format!("Unlocked {name}, which nobody asks for."))?;
        }
        for name in &installed {
            host.output.answer(&format!("Installed {name} {}.", lock.plugins[name].version))?;
        }
        if installed.is_empty() {
            host.output.answer("Every plugin is there.")?;
        }
        let locked: Vec<&str> = mended.iter().map(|resolved| resolved.name.as_str()).collect();
        host.output.document(&json!({ "installed": installed, "locked": locked }))?;
        Ok(Exit::Done)
    }
}

/// What is installed already is not checked against a key again, so one that is none is told here.
fn check_keys(requirements: &Requirements) -> Result<(), Error> {
    let of_plugins = requirements.plugins().values().filter_map(|wanted| wanted.key.as_deref());
    of_plugins.chain(requirements.index_key()).try_for_each(|key| Ok(check_key(key)?))
}

/// Makes a lock match: what nobody asks for goes, what does not match is chosen anew, and all else stays.
fn mend(
    host: &Host<'_>,
    fetching: &Fetching,
    project: &Project,
    requirements: &Requirements,
    lock: &mut Lock,
) -> Result<Vec<Resolved>, Error> {
    let names = stale(requirements, lock);
    let finder = fetching.finder(project.root());
    let resolved =
        each(&names, |name| resolve(&finder, requirements, name, &requirements.plugins()[name], &fetching.machine))?;
    lock.plugins.retain(|name, _| requirements.plugins().contains_key(name));
    for one in &resolved {
        installing::tell_passed_over(host, &one.name, &one.passed_over);
        lock.plugins.insert(one.name.clone(), one.locked.clone());
    }
    Ok(resolved)
}
