//! The record of an environment at its provider: fetched, compared with what this folder knows, and published.

use std::path::{Path, PathBuf};

use amplify_plugin_abi::{
    JsonMap,
    environment::{
        BackUpReply, BackUpRequest, FetchRequest, IdentifyRequest, InventoryRequest, PublishRequest, Target,
    },
    provider::{ProviderReply, ProviderRequest, Upload},
};
use amplify_plugin_host::Entry;
use amplify_project::{
    Project, ProjectLock, ProjectState, Record, Transaction, failpoint,
    paths::relative,
    record::{ARCHIVE, ROOT_TEMPLATE},
};
use serde_json::Value;

use super::{
    make, protected,
    provider::{self, answered_wrongly},
    target,
};
use crate::{error::Error, host::Host};

/// An environment at its provider.
pub struct Remote<'h> {
    host: &'h Host<'h>,
    entry: &'h Entry,
    target: Target,
}

/// A record that was fetched.
pub struct Fetched {
    /// Its revision.
    pub revision: String,
    /// What it says.
    pub record: Record,
    /// The root template that the provider has, for a record without one.
    pub root_template: Option<Vec<u8>>,
}

/// How this folder stands to the record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether the provider keeps records at all.
    pub keeps: bool,
    /// The revision that `#current-cloud-backend` is the same as; empty if there is no record.
    pub revision: String,
}

impl<'h> Remote<'h> {
    /// An environment of a project.
    ///
    /// # Errors
    /// Its provider is not installed.
    pub fn of(host: &'h Host<'_>, project: &Project, state: &ProjectState, name: &str) -> Result<Self, Error> {
        let (entry, target) = target::of(host, project, state, name)?;
        Ok(Self { host, entry, target })
    }

    /// An environment by what is known of it.
    pub fn at(
        host: &'h Host<'_>,
        entry: &'h Entry,
        project: &Project,
        project_name: &str,
        name: &str,
        state: JsonMap,
        local: Value,
    ) -> Self {
        let target = Target {
            project_name: project_name.to_owned(),
            environment: name.to_owned(),
            state,
            local,
            data_dir: make::text(&project.paths().local_data(name)),
        };
        Self { host, entry, target }
    }

    /// Shows whose credentials are used, if the provider has any.
    ///
    /// # Errors
    /// Credentials that are missing or do not fit the environment.
    pub fn identify(&self) -> Result<(), Error> {
        let request = IdentifyRequest { target: self.target.clone() };
        match self.ask(ProviderRequest::Identify(request))? {
            Some(ProviderReply::Identified(reply)) if reply.summary.is_empty() => Ok(()),
            Some(ProviderReply::Identified(reply)) => {
                self.host.output.info(&format!("\nEnvironment {}: {}", self.target.environment, reply.summary));
                Ok(())
            }
            Some(_) => Err(answered_wrongly(self.entry)),
            None => Ok(()),
        }
    }

    /// Lists what a deletion of the environment would delete, as far as the provider can say.
    ///
    /// # Errors
    /// The environment is protected, and what it is to keep would go, because it was not deployed since; the provider's own.
    pub fn list_doomed(&self, state: &ProjectState) -> Result<(), Error> {
        let request = InventoryRequest { target: self.target.clone() };
        let reply = match self.ask(ProviderRequest::Inventory(request))? {
            Some(ProviderReply::Inventory(reply)) => reply,
            Some(_) => return Err(answered_wrongly(self.entry)),
            None => return Ok(()),
        };
        for (title, lines) in [("What goes:", reply.going), ("What stays:", reply.staying)] {
            if !lines.is_empty() {
                self.host.output.info(title);
            }
            for line in lines {
                self.host.output.info(&format!("  {line}"));
            }
        }
        if !reply.unkept.is_empty() {
            self.host.output.info("What users fill goes, too; --backup backs up the tables among it first.");
        }
        protected::check_deployed(state, &self.target.environment, reply.unkept)
    }

    /// Has what a deployment loses copied, or asks what could be. Nothing from a provider that has no copies of anything.
    ///
    /// # Errors
    /// The provider's own.
    pub fn back_up(&self, paths: Vec<String>, make: bool) -> Result<Option<BackUpReply>, Error> {
        let request = BackUpRequest { target: self.target.clone(), paths, make };
        match self.ask(ProviderRequest::BackUp(request))? {
            Some(ProviderReply::BackedUp(reply)) => Ok(Some(reply)),
            Some(_) => Err(answered_wrongly(self.entry)),
            None => Ok(None),
        }
    }

    /// The record's revision: nothing if the provider keeps no records, empty if there is none yet.
    ///
    /// # Errors
    /// The provider's own.
    pub fn revision(&self) -> Result<Option<String>, Error> {
        let request =
            FetchRequest { target: self.target.clone(), files: vec![ARCHIVE.to_owned()], into: String::new() };
        match self.ask(ProviderRequest::Fetch(request))? {
            Some(ProviderReply::Fetched(reply)) => Ok(Some(reply.revision)),
            Some(_) => Err(answered_wrongly(self.entry)),
            None => Ok(None),
        }
    }

    /// The record; nothing if there is none, or the provider keeps none.
    ///
    /// # Errors
    /// The provider's own, or a record that cannot be used.
    pub fn fetch(&self) -> Result<Option<Fetched>, Error> {
        let folder = tempfile::Builder::new().prefix("amplify-fetch-").tempdir()?;
        let request = FetchRequest {
            target: self.target.clone(),
            files: vec![ARCHIVE.to_owned(), ROOT_TEMPLATE.to_owned()],
            into: make::text(folder.path()),
        };
        let reply = match self.ask(ProviderRequest::Fetch(request))? {
            Some(ProviderReply::Fetched(reply)) => reply,
            Some(_) => return Err(answered_wrongly(self.entry)),
            None => return Ok(None),
        };
        let file = |key: &str| reply.files.iter().find(|file| file.key == key).map(|file| fs_err::read(&file.path));
        let Some(archive) = file(ARCHIVE).filter(|_| !reply.revision.is_empty()).transpose()? else { return Ok(None) };
        let record = Record::from_archive(&archive)?;
        record.deployed()?;
        Ok(Some(Fetched { revision: reply.revision, record, root_template: file(ROOT_TEMPLATE).transpose()? }))
    }

    /// Compares what this folder knows with the record. A record that says the same under a revision not known here is
    /// adopted.
    ///
    /// # Errors
    /// `pull-first` if somebody else has deployed since; the provider's own.
    pub fn standing(&self, project: &Project) -> Result<Standing, Error> {
        let Some(revision) = self.revision()? else { return Ok(Standing::default()) };
        let known = project.revisions()?.revision(&self.target.environment).to_owned();
        if revision == known || revision.is_empty() {
            return Ok(Standing { keeps: true, revision });
        }
        let Some(fetched) = self.fetch()? else { return Ok(Standing { keeps: true, revision: String::new() }) };
        if fetched.record.says_the_same_as(&recorded(project)?) {
            return Ok(Standing { keeps: true, revision: fetched.revision });
        }
        let environment = &self.target.environment;
        let message = match known.is_empty() {
            true => format!("what is deployed in `{environment}` is not what this folder was pulled from"),
            false => format!("`{environment}` was deployed from elsewhere since this folder was pulled or pushed"),
        };
        Err(Error::failed("pull-first", message)
            .hint("type `amplify pull` to take over what is deployed; your own changes stay, and can be pushed then"))
    }

    /// Publishes `#current-cloud-backend` as it is on disk now, and notes the revision.
    ///
    /// # Errors
    /// The provider's own; the folder's record counts as unpublished then, and the next push tries again.
    pub fn publish(&self, project: &Project, lock: &ProjectLock, based_on: &str) -> Result<(), Error> {
        let environment = &self.target.environment;
        match self.send(project, based_on) {
            Ok(Some(revision)) => {
                failpoint::hit("published")?;
                note(project, lock, |revisions| revisions.set(environment, &revision))
            }
            Ok(None) => note(project, lock, |revisions| revisions.remove(environment)),
            Err(error) => {
                note(project, lock, |revisions| revisions.set_unpublished(environment))?;
                Err(error)
            }
        }
    }

    fn send(&self, project: &Project, based_on: &str) -> Result<Option<String>, Error> {
        let folder = tempfile::Builder::new().prefix("amplify-publish-").tempdir()?;
        let record = recorded(project)?;
        let mut files = Vec::new();
        let mut add = |key: &str, bytes: &[u8]| -> Result<(), Error> {
            let path = folder.path().join(key);
            fs_err::write(&path, bytes)?;
            files.push(Upload { key: key.to_owned(), path: make::text(&path) });
            Ok(())
        };
        add(ARCHIVE, &record.to_archive()?)?;
        for document in ["amplify-meta.json", "backend-config.json"] {
            record.file(document).map(|bytes| add(document, bytes)).transpose()?;
        }
        let request = PublishRequest { target: self.target.clone(), based_on: based_on.to_owned(), files };
        match self.ask(ProviderRequest::Publish(request))? {
            Some(ProviderReply::Published(reply)) => Ok(Some(reply.revision).filter(|revision| !revision.is_empty())),
            Some(_) => Err(answered_wrongly(self.entry)),
            None => Ok(None),
        }
    }

    /// Nothing for a provider that does not know the request.
    fn ask(&self, request: ProviderRequest) -> Result<Option<ProviderReply>, Error> {
        match provider::request(self.host, self.entry, request) {
            Ok(reply) => Ok(Some(reply)),
            Err(error) if provider::is_unsupported(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// What this folder knows of the current environment's deployment.
///
/// # Errors
/// Files that cannot be read.
pub fn recorded(project: &Project) -> Result<Record, Error> {
    let paths = project.paths();
    let read = |path: PathBuf| if path.is_file() { fs_err::read(path).map(Some) } else { Ok(None) };
    let template = read(paths.root_template())?;
    let values = read(paths.join(relative::DEPLOYED_VALUES))?;
    Ok(Record::of_folder(&paths.cloud_backend(), template)?.with_values(values))
}

fn note(
    project: &Project,
    lock: &ProjectLock,
    change: impl FnOnce(&mut amplify_project::Revisions),
) -> Result<(), Error> {
    let mut transaction = Transaction::begin(lock);
    write_revisions(project, &mut transaction, change)?;
    Ok(transaction.commit()?)
}

/// Changes `local-revisions.json`; a file that would be empty is not made.
///
/// # Errors
/// A file that cannot be read.
pub fn write_revisions(
    project: &Project,
    transaction: &mut Transaction<'_>,
    change: impl FnOnce(&mut amplify_project::Revisions),
) -> Result<(), Error> {
    let mut revisions = match transaction.read(relative::LOCAL_REVISIONS)? {
        Some(bytes) => amplify_project::Revisions::parse(&bytes, Path::new(relative::LOCAL_REVISIONS))?,
        None => project.revisions()?,
    };
    let before = revisions.clone();
    change(&mut revisions);
    if revisions != before {
        transaction.write_document(relative::LOCAL_REVISIONS, revisions.document())?;
    }
    Ok(())
}
