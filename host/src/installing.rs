//! What `plugin add`, `install` and `update` share: agreeing to a source, fetching, and writing the project's two files.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use amplify_plugin_abi::TARGET;
use amplify_plugin_host::{Registry, check_library};
use amplify_plugin_store::{
    Finder, Job, KnownSources, LOCK, Lock, Locked, Machine, Network, Offer, REQUIREMENTS, Requirements, Source, Watch,
    install_all,
};
use amplify_project::{ProjectLock, Transaction};

use crate::{command::Call, descriptor::Argument, error::Error, host::Host, interrupt, output::Output, team};

/// The option by which a script agrees to a source that is new on its machine.
pub fn trust_option() -> Argument {
    Argument::flag("--trust", "Agree to sources that are new on this machine")
}

/// What is needed to look into sources.
pub struct Fetching {
    network: Network,
    /// What this machine can use.
    pub machine: Machine,
}

impl Fetching {
    /// With the proxies and certificates around.
    pub fn new(host: &Host<'_>) -> Self {
        Self { network: Network::new(host.surroundings.network.clone()), machine: Machine::this() }
    }

    /// A finder for the project at a root.
    pub fn finder<'a>(&'a self, root: &'a Path) -> Finder<'a> {
        Finder { root, network: &self.network }
    }
}

/// Plugins to install, by name, with what their source offers if it was asked already.
pub type Wanted<'a> = BTreeMap<&'a str, (&'a Locked, Option<&'a Offer>)>;

/// Of what is locked, the plugins that are not on this machine: neither came with the program nor lie in the store.
pub fn missing<'l>(host: &Host<'_>, lock: &'l Lock) -> Vec<&'l str> {
    let pins = team::pins(lock, host.surroundings);
    let registry = Registry::load_pinned(&host.catalog.search_path(), &pins, None);
    let hashes = host.hashes();
    let there = |name: &str| registry.by_name(name).is_some_and(|entry| check_library(entry, &hashes).is_ok());
    lock.plugins.keys().map(String::as_str).filter(|name| !there(name)).collect()
}

/// Shows the sources that are new on this machine, and asks whether to go on.
///
/// # Errors
/// Nobody agrees.
pub fn agree(host: &Host<'_>, call: &Call, requirements: &Requirements, wanted: &Wanted<'_>) -> Result<(), Error> {
    if wanted.is_empty() {
        return Ok(());
    }
    let Some(own) = &host.surroundings.own else {
        let error = Error::failed("no-home-folder", "there is no home folder, and plugins are installed below it");
        return Err(error.hint("set `HOME`, or `AMPLIFY_HOME` to a folder for amplify's own files"));
    };
    let known = KnownSources::at(own.join("known-sources.json"));
    let mut new: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, (locked, offer)) in wanted {
        if !known.know(&locked.source) {
            let key = requirements.plugins().get(*name).and_then(|wanted| requirements.key_of(wanted));
            new.entry(&locked.source).or_default().extend(describe(name, locked, *offer, key));
        }
    }
    for (source, lines) in new {
        if !call.flag("trust") {
            host.output.info(&format!("The source `{source}` is new on this machine:"));
            lines.iter().for_each(|line| host.output.info(&format!("  {line}")));
            let text = format!("Install from `{source}`? A plugin runs with all your rights.");
            let agreed = host.ask_confirm("plugin.trust", &text, false)?;
            host.questions.finish(host.output)?;
            if !agreed {
                let error =
                    Error::failed("plugin-source-not-trusted", format!("nobody agreed to the source `{source}`"));
                let error = lines.into_iter().fold(error, Error::cause);
                return Err(error.hint("if it is what you expect, type the command again with `--trust`"));
            }
        }
        known.add(source)?;
    }
    Ok(())
}

/// What a person should know before agreeing.
fn describe(name: &str, locked: &Locked, offer: Option<&Offer>, key: Option<&str>) -> Vec<String> {
    let kind = &locked.kind;
    let mut lines = vec![format!("{name} {}, {} `{}`", locked.version, kind.label(), kind.word())];
    if let Some(offer) = offer {
        lines.push(format!("what it says of itself: {}", offer.release.summary));
    }
    if let Some(build) = locked.targets.get(TARGET) {
        lines.push(format!("SHA-256 of its library: {}", build.library));
    }
    lines.push(match key {
        Some(key) => format!("signed by the pinned key {key}"),
        None => "no key is pinned, so no signature is checked".to_owned(),
    });
    if Source::parse(&locked.source).is_ok_and(|source| source.place.is_open()) {
        lines.push("the address is not encrypted: anybody on the way could have changed what it offers".to_owned());
    }
    lines
}

/// Installs plugins for this machine, and returns the names of those that were not there.
///
/// # Errors
/// One cannot be fetched, or is not what is locked.
pub fn install(
    host: &Host<'_>,
    fetching: &Fetching,
    root: &Path,
    requirements: &Requirements,
    wanted: &Wanted<'_>,
) -> Result<Vec<String>, Error> {
    let _working = interrupt::cancellable();
    let jobs: Vec<Job<'_>> = wanted
        .iter()
        .map(|(name, (locked, offer))| Job {
            name,
            locked,
            offer: *offer,
            key: requirements.plugins().get(*name).and_then(|wanted| requirements.key_of(wanted)),
        })
        .collect();
    let telling = Telling { output: host.output, last: Mutex::new(None) };
    let store = team::store(host.surroundings);
    Ok(install_all(&store, &fetching.finder(root), &jobs, &fetching.machine, &telling)?)
}

struct Telling<'a> {
    output: &'a Output,
    last: Mutex<Option<Instant>>,
}

impl Watch for Telling<'_> {
    fn arrived(&self, plugin: &str, bytes: u64, of: u64) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        // A line for each chunk would be a flood in a log, and a flicker in a terminal.
        let pause = Duration::from_millis(if self.output.redraws() { 100 } else { 5000 });
        if bytes < of && last.is_some_and(|told| told.elapsed() < pause) {
            return;
        }
        *last = Some(Instant::now());
        self.output.progress(&format!("{plugin}: {} of {}", megabytes(bytes), megabytes(of)));
    }

    fn note(&self, text: &str) {
        self.output.info(text);
    }

    fn cancelled(&self) -> bool {
        interrupt::requested()
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10)
}

/// Writes the project's two files as one change; those that are the same already are left alone.
///
/// # Errors
/// They cannot be written.
pub fn write(held: &ProjectLock, requirements: &Requirements, lock: &Lock) -> Result<(), Error> {
    let mut transaction = Transaction::begin(held);
    for (file, text) in [(REQUIREMENTS, requirements.to_string()), (LOCK, lock.to_string())] {
        if transaction.read(file)?.as_deref() != Some(text.as_bytes()) {
            transaction.write(file, text)?;
        }
    }
    Ok(transaction.commit()?)
}

/// A line for what a resolution passed over.
pub fn tell_passed_over(host: &Host<'_>, name: &str, passed_over: &[String]) {
    for reason in passed_over {
        host.output.info(&format!("{name}: {reason}; an older version is used"));
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn sizes_have_one_digit() {
        assert_eq!(super::megabytes(1_250_000), "1.2 MB");
        assert_eq!(super::megabytes(0), "0.0 MB");
    }
}
