//! Makes locked plugins out of wanted ones, and installs what is locked: several at once.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use amplify_plugin_package::Release;
use semver::VersionReq;

use crate::{
    Error, Finder, Lock, Locked, Machine, Requirements, Source, Store, Wanted, Watch,
    find::{Choice, Offer, choose},
    store::Build,
};

/// How many sources and archives are fetched at once.
const AT_ONCE: usize = 4;

/// What became of a wanted plugin.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// Its name.
    pub name: String,
    /// What is to be locked.
    pub locked: Locked,
    /// Newer versions that would do, and why they were passed over.
    pub passed_over: Vec<String>,
    /// What its source offers, so that it can be installed without asking again.
    pub offer: Offer,
}

/// Chooses the newest version of a plugin that will do, from the source that is asked for.
///
/// # Errors
/// The source cannot be used, has no such version, or its signature is wrong.
pub fn resolve(
    finder: &Finder<'_>,
    requirements: &Requirements,
    name: &str,
    wanted: &Wanted,
    machine: &Machine,
) -> Result<Resolved, Error> {
    let text = requirements.source_of(wanted).ok_or_else(|| Error::NoSource { plugin: name.to_owned() })?;
    let source = Source::detect(text, finder.root)?;
    let offers = finder.offers(&source, Some(name))?;
    let Choice { offer, passed_over } = choose(offers, name, &wanted.requirement, machine)?;
    if let Some(key) = requirements.key_of(wanted) {
        finder.check_signature(&offer, key)?;
    }
    let locked = Locked::of(&offer.release, &source.to_string(), source.has_archives());
    let locked = locked.ok_or_else(|| Error::NoRelease {
        plugin: name.to_owned(),
        wanted: wanted.requirement.to_string(),
        passed_over: vec![format!(
            "{} is of the kind `{}`, which this amplify does not know",
            offer.release.version, offer.release.kind
        )],
    })?;
    Ok(Resolved { name: name.to_owned(), locked, passed_over, offer })
}

/// What a source offers of a locked release. It must be the same, to the last hash.
///
/// # Errors
/// The source cannot be used, does not have the release any more, or has another one.
pub fn offer_of(finder: &Finder<'_>, name: &str, locked: &Locked, key: Option<&str>) -> Result<Offer, Error> {
    let source = Source::parse(&locked.source)?;
    let offers = finder.offers(&source, Some(name))?;
    let there: Vec<String> = offers.iter().map(|offer| format!("it has {}", offer.release.version)).collect();
    let offer = offers.into_iter().find(|offer| offer.release.version == locked.version).ok_or_else(|| {
        Error::NoRelease { plugin: name.to_owned(), wanted: format!("={}", locked.version), passed_over: there }
    })?;
    let differences = differences(&offer.release, locked, source.has_archives());
    if !differences.is_empty() {
        let (version, origin) = (locked.version.to_string(), source.place.to_string());
        return Err(Error::Tampered { plugin: name.to_owned(), version, origin, differences });
    }
    if let Some(key) = key {
        finder.check_signature(&offer, key)?;
    }
    Ok(offer)
}

/// In what a release differs from what is locked. A target that was added since is none.
fn differences(release: &Release, locked: &Locked, archives: bool) -> Vec<String> {
    let mut found = Vec::new();
    let Some(now) = Locked::of(release, &locked.source, archives) else {
        return vec![format!("its kind is `{}` now", release.kind)];
    };
    if now.protocol != locked.protocol {
        found.push(format!("the protocol is locked as {} and is {}", locked.protocol, now.protocol));
    }
    if now.kind != locked.kind {
        let (was, is) = (&locked.kind, &now.kind);
        found.push(format!(
            "it is locked as the {} `{}` and is the {} `{}`",
            was.label(),
            was.word(),
            is.label(),
            is.word()
        ));
    }
    for (target, was) in &locked.targets {
        match now.targets.get(target) {
            Some(is) if is == was => {}
            Some(is) if is.library != was.library => {
                found.push(format!("the library for {target} is locked as {} and is {}", was.library, is.library));
            }
            Some(is) if is.archive != was.archive => found.push(format!("the archive for {target} is another one")),
            Some(_) => found.push(format!("what {target} needs is something else")),
            None => found.push(format!("it has no build for {target} any more")),
        }
    }
    found
}

/// One plugin to install.
pub struct Job<'a> {
    /// Its name.
    pub name: &'a str,
    /// What is locked.
    pub locked: &'a Locked,
    /// What its source offers, if that was asked already.
    pub offer: Option<&'a Offer>,
    /// The key that its release must be signed with.
    pub key: Option<&'a str>,
}

/// Installs builds for this machine, several at once, and returns the names of those that were not there yet. When one
/// fails the others are stopped; what is installed by then stays, since a store may hold more than is used.
///
/// # Errors
/// The first failure.
pub fn install_all(
    store: &Store,
    finder: &Finder<'_>,
    jobs: &[Job<'_>],
    machine: &Machine,
    watch: &dyn Watch,
) -> Result<Vec<String>, Error> {
    let watch = &Stopping { watch, stop: AtomicBool::new(false) };
    each(jobs, |job| {
        let build = Build { name: job.name, locked: job.locked, target: &machine.target };
        let result = install_one(store, finder, job, &build, machine, watch);
        if result.is_err() {
            watch.stop.store(true, Ordering::SeqCst);
        }
        result.map(|fetched| fetched.then(|| job.name.to_owned()))
    })
    .map(|installed| installed.into_iter().flatten().collect())
}

fn install_one(
    store: &Store,
    finder: &Finder<'_>,
    job: &Job<'_>,
    build: &Build<'_>,
    machine: &Machine,
    watch: &Stopping<'_>,
) -> Result<bool, Error> {
    if watch.cancelled() {
        return Err(Error::Cancelled);
    }
    if store.holds(build)? {
        return Ok(false);
    }
    let asked;
    let offer = match job.offer {
        Some(offer) => offer,
        None => {
            asked = offer_of(finder, job.name, job.locked, job.key)?;
            &asked
        }
    };
    match offer.unusable(machine) {
        Some(error) => Err(error),
        None => store.install(build, offer, finder, watch),
    }
}

struct Stopping<'a> {
    watch: &'a dyn Watch,
    stop: AtomicBool,
}

impl Watch for Stopping<'_> {
    fn arrived(&self, plugin: &str, bytes: u64, of: u64) {
        self.watch.arrived(plugin, bytes, of);
    }

    fn note(&self, text: &str) {
        self.watch.note(text);
    }

    fn cancelled(&self) -> bool {
        self.stop.load(Ordering::SeqCst) || self.watch.cancelled()
    }
}

/// Does the same with each of many, a few at a time, and keeps their order.
///
/// # Errors
/// The first failure that is not a mere consequence of another.
pub fn each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> Result<R, Error> + Sync) -> Result<Vec<R>, Error> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, Result<R, Error>)>> = Mutex::default();
    std::thread::scope(|scope| {
        let worker = || {
            while let Some((at, item)) =
                Some(next.fetch_add(1, Ordering::SeqCst)).and_then(|at| Some((at, items.get(at)?)))
            {
                let result = work(item);
                results.lock().unwrap_or_else(PoisonError::into_inner).push((at, result));
            }
        };
        for _ in 1..AT_ONCE.min(items.len()) {
            scope.spawn(worker);
        }
        worker();
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(at, result)| (!matches!(result, Err(error) if !matches!(error, Error::Cancelled)), *at));
    if results.first().is_some_and(|(_, result)| matches!(result, Err(error) if !matches!(error, Error::Cancelled))) {
        if let Some((_, Err(error))) = results.into_iter().next() {
            return Err(error);
        }
        return Ok(Vec::new());
    }
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

/// The plugins that must be chosen anew so that a lock matches: those that are asked for and not locked as asked.
pub fn stale(requirements: &Requirements, lock: &Lock) -> Vec<String> {
    let mut names: Vec<String> =
        crate::check::differences(requirements, lock).iter().map(|difference| difference.plugin().to_owned()).collect();
    names.retain(|name| requirements.plugins().contains_key(name));
    names
}

/// A requirement as it is written when a user names none: everything that is compatible with the chosen version.
pub fn caret(release: &Release) -> VersionReq {
    let version = &release.version;
    let comparator = semver::Comparator {
        op: semver::Op::Caret,
        major: version.major,
        minor: Some(version.minor),
        patch: Some(version.patch),
        pre: version.pre.clone(),
    };
    VersionReq { comparators: vec![comparator] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_keep_their_order_and_the_first_failure_counts() {
        let items: Vec<usize> = (0..50).collect();
        assert_eq!(each(&items, |item| Ok(item * 2)).unwrap()[..3], [0, 2, 4]);
        assert!(each(&[] as &[usize], |_| Ok(())).unwrap().is_empty());
        let error = each(&items, |item| match item {
            7 => Err(Error::NoSource { plugin: "seven".into() }),
            0 | 8.. => Err(Error::Cancelled),
            _ => Ok(()),
        });
        assert_eq!(error.unwrap_err().code(), "plugin-source-missing");
        let error = each(&items, |item| if *item > 3 { Err(Error::Cancelled) } else { Ok(()) });
        assert_eq!(error.unwrap_err().code(), "interrupted");
    }
}
