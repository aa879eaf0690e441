//! `amplify plugin add`: asks for a plugin, locks it, and installs it.

use std::collections::BTreeMap;

use amplify_plugin_store::{Requirements, Resolved, Source, Wanted, caret, check_key, resolve, written};
use amplify_project::Project;
use semver::VersionReq;
use serde_json::{Value, json};

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
pub struct Add;

impl Command for Add {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["plugin", "add"], "Explicitly adds a plugin for the Amplify CLI to use.")
            .argument(Argument::positional("name", "The plugin, with the versions that will do: `category-queue@^1.2`"))
            .argument(Argument::option(
                "--from",
                "source",
                "A folder, an archive, a release description, or an index, on disk or on the web",
            ))
            .argument(Argument::option("--key", "minisign key", "The public key that its releases are signed with"))
            .argument(installing::trust_option())
            .details(
                "The plugin is written into `amplify/plugins.toml` (what the project asks for) and `amplify/plugins.lock` \
                 (the exact version, and the SHA-256 of every build of it). Keep both in git: a colleague types \
                 `amplify plugin install` and has the same plugins. Without `--from` the plugin comes from the index that \
                 `amplify plugin configure` has set. A source that is new on this machine is shown and must be agreed to.",
            )
            .example("amplify plugin add category-queue --from ../queue/dist/category-queue-1.0.0.json", "From a release")
            .example("amplify plugin add category-queue@^1.2 --from https://plugins.example.com", "From an index")
            .asks()
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let project = Project::find(&host.settings.folder)?;
        let held = open::lock(&project, "plugin add")?;
        let team = Team::read(project.root())?.unwrap_or_else(Team::begun);
        warn_unknown(&team.requirements, host.output);
        if call.flag("locked") {
            let error = Error::usage("locked", "`--locked` allows no change of what is locked");
            return Err(error.hint("type the command without it"));
        }
        let (mut requirements, mut lock) = (team.requirements, team.lock);
        let fetching = Fetching::new(host);
        let finder = fetching.finder(project.root());
        let (name, requirement) = split(call.argument(0))?;
        let from = call.value("from").map(|from| written(from, &host.settings.folder, project.root()));
        let name = match (name, &from) {
            (Some(name), _) => name.to_owned(),
            (None, Some(from)) => {
                let offers = finder.offers(&Source::detect(from, project.root())?, None)?;
                offers.into_iter().next().map(|offer| offer.release.name).unwrap_or_default()
            }
            (None, None) => {
                let error = Error::usage("missing-argument", "`plugin add` needs the name of a plugin, or `--from`");
                return Err(error.hint("type `amplify plugin add <name> --from <source>`"));
            }
        };
        if let Some(key) = call.value("key") {
            check_key(key)?;
        }
        let mut wanted = asked(&requirements, &name, requirement.as_ref(), from, call.value("key"));
        let resolved = resolve(&finder, &requirements, &name, &wanted, &fetching.machine)?;
        let unchosen = requirement.is_none() && !requirements.plugins().contains_key(&name);
        if unchosen {
            wanted.requirement = caret(&resolved.offer.release);
        }
        requirements.set(&name, &wanted);
        installing::tell_passed_over(host, &name, &resolved.passed_over);
        let jobs = BTreeMap::from([(name.as_str(), (&resolved.locked, Some(&resolved.offer)))]);
        installing::agree(host, call, &requirements, &jobs)?;
        installing::install(host, &fetching, project.root(), &requirements, &jobs)?;
        lock.plugins.insert(name.clone(), resolved.locked.clone());
        installing::write(&held, &requirements, &lock)?;
        let kind = &resolved.locked.kind;
        host.output.answer(&host.output.style().success("Successfully added plugin package."))?;
        host.output.answer(&format!("{name} {} ({} `{}`)", resolved.locked.version, kind.label(), kind.word()))?;
        host.output.answer("Commit `amplify/plugins.toml` and `amplify/plugins.lock`.")?;
        host.output.document(&document(&resolved))?;
        Ok(Exit::Done)
    }
}

/// What is asked for of a plugin now: what is new, and what was asked for before.
fn asked(
    requirements: &Requirements,
    name: &str,
    requirement: Option<&VersionReq>,
    from: Option<String>,
    key: Option<&str>,
) -> Wanted {
    let before = requirements.plugins().get(name).cloned().unwrap_or_else(Wanted::any);
    // Another source has other versions and another key.
    let moved = from.is_some() && from != before.from;
    Wanted {
        requirement: requirement.cloned().unwrap_or(before.requirement),
        key: key.map(str::to_owned).or_else(|| before.key.filter(|_| !moved)),
        from: from.or(before.from),
    }
}

/// A name, and the versions behind an `@`.
fn split(argument: Option<&str>) -> Result<(Option<&str>, Option<VersionReq>), Error> {
    let Some(argument) = argument else { return Ok((None, None)) };
    let (name, versions) = match argument.split_once('@') {
        Some((name, versions)) => (name, Some(versions)),
        None => (argument, None),
    };
    if !amplify_plugin_abi::check::plugin_name(name) {
        let error = Error::usage("plugin-name", format!("`{name}` is no name of a plugin"));
        return Err(error.hint("a source goes behind `--from`: `amplify plugin add --from <source>`"));
    }
    let versions = match versions {
        None => None,
        Some(text) => Some(VersionReq::parse(text).map_err(|error| {
            Error::usage("plugin-versions", format!("`{text}` is no version of a plugin"))
                .cause(error)
                .hint(format!("type for example `{name}@^1.2`, `{name}@1.2.3` or `{name}@>=1, <3`"))
        })?),
    };
    Ok((Some(name), versions))
}

/// What `--json` says of a plugin that was resolved.
pub fn document(resolved: &Resolved) -> Value {
    let locked = &resolved.locked;
    json!({
        "name": resolved.name,
        "version": locked.version.to_string(),
        "kind": locked.kind.label(),
        "word": locked.kind.word(),
        "source": locked.source,
        "protocol": locked.protocol,
        "targets": locked.targets.keys().collect::<Vec<_>>(),
        "passedOver": resolved.passed_over,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_stand_behind_the_name() {
        let (name, versions) = split(Some("category-queue@>=1.2, <2")).unwrap();
        assert_eq!((name, versions.unwrap().to_string().as_str()), (Some("category-queue"), ">=1.2, <2"));
        assert_eq!(split(Some("a")).unwrap(), (Some("a"), None));
        assert_eq!(&*split(Some("a@one")).unwrap_err().code, "plugin-versions");
        assert_eq!(&*split(Some("./a.tar.gz")).unwrap_err().code, "plugin-name");
    }

    #[test]
    fn another_source_forgets_the_key_of_the_old_one() {
        let requirements =
            Requirements::parse("[plugins]\na = { version = \"^1\", from = \"../a\", key = \"RW\" }").unwrap();
        let same = asked(&requirements, "a", None, None, None);
        assert_eq!(same, requirements.plugins()["a"]);
        let moved = asked(&requirements, "a", None, Some("../b".into()), None);
        assert_eq!((moved.from.as_deref(), moved.key, moved.requirement), (Some("../b"), None, same.requirement));
    }
}
