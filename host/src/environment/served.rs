//! While an environment is served on this machine, the app's configuration file leads there. Afterwards it leads to what is
//! deployed again, also if the server was killed: then the next command that changes the project, or the next server, sees to it.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    path::PathBuf,
};

use amplify_project::{Project, ProjectLock, paths::relative};
use fs4::fs_std::FileExt;

use super::frontend;
use crate::{error::Error, host::Host, interrupt, open, pending::Pending};

/// Name of each service that is served, and its address.
pub type Endpoints = BTreeMap<String, String>;

/// What is held while something is served: the note that says so, locked.
#[derive(Debug)]
pub struct Serving(#[expect(dead_code, reason = "the lock goes with it")] File);

/// Leads the app to what is served. Whatever is in the way of that is said; it is served all the same.
pub fn begin(host: &Host<'_>, endpoints: &Endpoints) {
    let begun = Project::find(&host.settings.folder).map_err(Error::from).and_then(|project| {
        let lock = open::lock(&project, "mock")?;
        restore(host, &project, &lock)?;
        let mut pending = Pending::new(&project, &lock, project.load()?);
        frontend::write_served(host, &mut pending, &Endpoints::new(), endpoints)?;
        let note = serde_json::to_vec_pretty(endpoints).map_err(|error| Error::internal(error.to_string()))?;
        pending.transaction.write(relative::LOCAL_SERVED, note)?;
        pending.record()?;
        let file = lock_file(&project)?;
        if !FileExt::try_lock_exclusive(&file)? {
            return Err(Error::internal("the note of what is served is somebody else's"));
        }
        Ok(Serving(file))
    });
    match begun {
        Ok(serving) => drop(host.serving.replace(Some(serving))),
        Err(error) => host.warn(&format!("the app's configuration file stays as it is: {}", error.message)),
    }
}

/// Leads the app to what is deployed, if it was led elsewhere by this process.
pub fn end(host: &Host<'_>, project: &Project) {
    let Some(serving) = host.serving.take() else { return };
    drop(serving);
    // Ctrl-C is how a server is ended, and this is a part of its end.
    let _end = interrupt::postpone();
    let ended = open::lock(project, "mock").and_then(|lock| restore(host, project, &lock));
    if let Err(error) = ended {
        let next = "the next command that changes the project leads it back";
        host.warn(&format!("the app's configuration file still leads to this machine: {}; {next}", error.message));
    }
}

/// Leads the app to what is deployed, if it leads to a server that is gone.
///
/// # Errors
/// Files that cannot be read or written, and the frontend's own.
pub fn restore(host: &Host<'_>, project: &Project, lock: &ProjectLock) -> Result<(), Error> {
    let Some(endpoints) = noted(project)? else { return Ok(()) };
    if is_served(project)? {
        return Ok(());
    }
    let mut pending = Pending::new(project, lock, project.load()?);
    frontend::write_served(host, &mut pending, &endpoints, &Endpoints::new())?;
    pending.transaction.delete_file(relative::LOCAL_SERVED)?;
    let _ = pending.record()?;
    // Whoever serves next makes it again.
    let _ = fs_err::remove_file(lock_path(project));
    Ok(())
}

/// What is served at the moment, by whichever process.
///
/// # Errors
/// A note that cannot be read.
pub fn endpoints(host: &Host<'_>, pending: &Pending<'_>) -> Result<Endpoints, Error> {
    let Some(note) = pending.transaction.read(relative::LOCAL_SERVED)? else { return Ok(Endpoints::new()) };
    let project = Project::find(&host.settings.folder)?;
    if is_served(&project)? { Ok(serde_json::from_slice(&note).unwrap_or_default()) } else { Ok(Endpoints::new()) }
}

fn noted(project: &Project) -> Result<Option<Endpoints>, Error> {
    // A note that nobody understands is of no use; with it goes nothing but the addresses.
    Ok(project.read_file(relative::LOCAL_SERVED)?.map(|note| serde_json::from_slice(&note).unwrap_or_default()))
}

fn is_served(project: &Project) -> Result<bool, Error> {
    Ok(!FileExt::try_lock_exclusive(&lock_file(project)?)?)
}

/// The file that is locked while something is served. It is beside the note, which is replaced whole.
fn lock_file(project: &Project) -> Result<File, Error> {
    let path = lock_path(project);
    Ok(OpenOptions::new().create(true).truncate(false).write(true).open(path)?)
}

fn lock_path(project: &Project) -> PathBuf {
    project.root().join(relative::LOCAL_SERVED).with_extension("lock")
}
