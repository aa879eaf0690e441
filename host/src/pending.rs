//! What a command has changed so far: checked, visible to whoever reads on, and on disk only once it is committed.

use std::path::Path;

use amplify_plugin_abi::{
    JsonMap,
    change::{Changes, FileChange, FileContent, FileToOpen, ResourceChange},
    check,
    manifest::{Manifest, PluginKind},
    project::ProjectView,
};
use amplify_project::{Document, Indent, Project, ProjectLock, ProjectState, Transaction, paths::relative, resources};
use serde_json::{Value, json};

use crate::{contents, environment::secrets, error::Error, host::Host, interrupt, view};

/// Changes of one command, before they are committed as one transaction.
pub struct Pending<'l> {
    project: &'l Project,
    lock: &'l ProjectLock,
    base: ProjectState,
    log: Vec<Changes>,
    secrets: secrets::Changed,
    /// Resources that go. Nobody may depend on them once all changes are known; in between somebody does.
    removed: Vec<Removed>,
    /// What the files will say.
    pub state: ProjectState,
    /// The files that will be written.
    pub transaction: Transaction<'l>,
}

/// A resource that goes.
struct Removed {
    category: String,
    name: String,
    /// The plugin that wants it so; none if it is the command itself.
    plugin: Option<String>,
}

/// What was said and changed, for the command to tell.
#[derive(Debug, Default)]
pub struct Told {
    /// What was done.
    pub messages: Vec<String>,
    /// What to type next.
    pub next_steps: Vec<String>,
    /// Resources added, updated and removed.
    pub resources: Vec<Value>,
    /// Files to offer for editing.
    pub open: Vec<FileToOpen>,
}

impl<'l> Pending<'l> {
    /// Nothing changed yet.
    pub fn new(project: &'l Project, lock: &'l ProjectLock, state: ProjectState) -> Self {
        let transaction = Transaction::begin(lock);
        let (base, secrets) = (state.clone(), secrets::Changed::default());
        Self { project, lock, base, log: Vec::new(), secrets, removed: Vec::new(), state, transaction }
    }

    /// The project with the changes so far.
    pub fn view(&self) -> ProjectView {
        view::of(self.project.root(), &self.state)
    }

    /// The files to offer for editing so far.
    pub fn files_to_open(&self) -> impl Iterator<Item = &FileToOpen> {
        self.log.iter().flat_map(|changes| &changes.open)
    }

    /// How many changes there are, for [`Pending::take_back`].
    pub fn mark(&self) -> usize {
        self.log.len()
    }

    /// Forgets the changes since a mark: whoever made them failed.
    ///
    /// # Errors
    /// An unreadable file.
    pub fn take_back(&mut self, mark: usize) -> Result<(), Error> {
        if mark == self.log.len() {
            return Ok(());
        }
        let log: Vec<Changes> = self.log.drain(..).take(mark).collect();
        self.state = self.base.clone();
        self.secrets = secrets::Changed::default();
        self.removed.clear();
        self.transaction = Transaction::begin(self.lock);
        for changes in log {
            self.keep(changes)?;
        }
        Ok(())
    }

    /// Adds what a plugin wants changed, if it may change that.
    ///
    /// # Errors
    /// Changes beyond the plugin's own category, and names that cannot be used.
    pub fn apply(&mut self, plugin: &Manifest, changes: Changes) -> Result<(), Error> {
        refuse_foreign(plugin, &changes)?;
        let before = self.removed.len();
        let valued = valued(&changes);
        self.keep(changes).map_err(|error| asked_by(&plugin.name, error))?;
        // A value of a resource that there is not would stay in git, or with the provider, and reach no template.
        if let Some((category, name)) = valued.iter().find(|(category, name)| !self.state.meta.contains(category, name))
        {
            return Err(asked_by(&plugin.name, self.state.unknown_resource(category, name).into()));
        }
        for removed in self.removed.iter_mut().skip(before) {
            removed.plugin = Some(plugin.name.clone());
        }
        Ok(())
    }

    /// Fails if something that goes is needed by something that stays.
    ///
    /// # Errors
    /// What is needed, and by whom.
    pub fn check(&self) -> Result<(), Error> {
        for Removed { category, name, plugin } in &self.removed {
            // It may have come back since.
            if !self.state.meta.contains(category, name) {
                let refused = resources::unneeded(&self.state, category, name).map_err(Error::from);
                refused.map_err(|error| match plugin {
                    Some(plugin) => asked_by(plugin, error),
                    None => error,
                })?;
            }
        }
        Ok(())
    }

    /// The resources that go so far: category and name.
    pub fn removed(&self) -> impl Iterator<Item = (&str, &str)> {
        self.removed.iter().map(|each| (each.category.as_str(), each.name.as_str()))
    }

    /// Adds what the host itself changes.
    ///
    /// # Errors
    /// As [`Pending::apply`].
    pub fn keep(&mut self, changes: Changes) -> Result<(), Error> {
        for change in &changes.resources {
            self.resource(change)?;
        }
        for file in &changes.files {
            self.file(file)?;
        }
        for value in &changes.environment {
            let environment = self.state.environment()?.to_owned();
            if value.value.is_null() {
                let values = self.state.team.resource_values_mut(&environment, &value.category, &value.resource);
                values.shift_remove(&value.key);
            } else {
                let (category, resource) = (&value.category, &value.resource);
                self.state.team.set_value(&environment, category, resource, &value.key, value.value.clone());
            }
        }
        for secret in &changes.secrets {
            self.secrets.note(&mut self.state, secret)?;
        }
        self.log.push(changes);
        Ok(())
    }

    fn resource(&mut self, change: &ResourceChange) -> Result<(), Error> {
        match change {
            ResourceChange::Add { category, resource, entry } => {
                Ok(resources::add(&mut self.state, category, resource, entry.clone())?)
            }
            ResourceChange::Patch { category, resource, entry } => {
                Ok(resources::patch(&mut self.state, category, resource, entry)?)
            }
            ResourceChange::Remove { category, resource } => {
                self.secrets.note_removal(&self.state, category, resource);
                resources::forget(&mut self.state, category, resource)?;
                let (category, resource) = (category.clone(), resource.clone());
                self.removed.push(Removed { category: category.clone(), name: resource.clone(), plugin: None });
                Ok(self.transaction.delete_dir(&relative::resource(&category, &resource))?)
            }
            _ => Err(Error::failed("unknown-change", "a change is of a kind that this version does not know")),
        }
    }

    fn file(&mut self, file: &FileChange) -> Result<(), Error> {
        let path = format!("{}/{}", relative::resource(&file.category, &file.resource), file.path);
        let Some(content) = &file.content else { return Ok(self.transaction.delete_file(&path)?) };
        let content = match content {
            FileContent::Json(value) => self.json(&path, value, Indent::Spaces(4))?.into(),
            FileContent::JsonTabs(value) => self.json(&path, value, Indent::Tabs)?.into(),
            other => contents::content(&path, other)?,
        };
        Ok(self.transaction.write(&path, content)?)
    }

    /// The layout of the file that is replaced is kept, so that git shows only what changed.
    fn json(&self, path: &str, value: &Value, new: Indent) -> Result<Vec<u8>, Error> {
        let existing = self.transaction.read(path)?;
        let document = existing.and_then(|bytes| Document::parse(&bytes, Path::new(path)).ok());
        Ok(match document {
            Some(mut document) if value.is_object() => {
                document.value = value.clone();
                document.to_bytes()
            }
            _ => Document::new(value.clone(), new).to_bytes(),
        })
    }

    /// Puts the documents into the transaction, which then holds all that a commit writes.
    ///
    /// # Errors
    /// A path that cannot be written.
    pub fn store(&mut self) -> Result<(), Error> {
        Ok(self.state.store(&mut self.transaction)?)
    }

    /// Puts everything on disk, and returns what there is to tell. Secrets go to the provider first.
    ///
    /// # Errors
    /// Something that goes is needed, the user stopped, the provider does not take a secret, or the file system refuses. The
    /// project is unchanged then.
    pub fn commit(mut self, host: &Host<'_>) -> Result<Told, Error> {
        self.check()?;
        let secrets::Changed { set, forget } = std::mem::take(&mut self.secrets);
        if interrupt::requested() {
            return Err(Error::interrupted());
        }
        secrets::keep(host, self.project, &self.state, set)?;
        let (project, state) = (self.project, self.state.clone());
        let told = self.record()?;
        secrets::forget(host, project, &state, forget);
        Ok(told)
    }

    /// The same for what has happened already, whether the user wants to stop now or not.
    ///
    /// # Errors
    /// The file system refuses. The project is unchanged then.
    pub fn record(mut self) -> Result<Told, Error> {
        if !self.secrets.is_empty() {
            return Err(Error::internal("secrets were to be recorded without a store"));
        }
        self.check()?;
        let _whole = interrupt::cancellable();
        let mut told = Told::default();
        for changes in self.log {
            told.resources.extend(changes.resources.iter().map(shown));
            told.messages.extend(changes.messages);
            told.next_steps.extend(changes.next_steps);
            told.open.extend(changes.open);
        }
        self.state.store(&mut self.transaction)?;
        self.transaction.commit()?;
        Ok(told)
    }
}

/// The resources that are given a value or a secret: category and name.
fn valued(changes: &Changes) -> Vec<(String, String)> {
    let values = changes.environment.iter().filter(|value| !value.value.is_null());
    let values = values.map(|value| (value.category.clone(), value.resource.clone()));
    let secrets = changes.secrets.iter().filter(|secret| !secret.value.is_empty());
    values.chain(secrets.map(|secret| (secret.category.clone(), secret.resource.clone()))).collect()
}

fn asked_by(plugin: &str, error: Error) -> Error {
    if error.message.contains(&format!("`{plugin}`")) {
        return error;
    }
    error.cause(format!("the plugin `{plugin}` asked for it"))
}

/// A plugin changes resources of its own category only, and a plugin of another kind none at all.
pub fn refuse_foreign(plugin: &Manifest, changes: &Changes) -> Result<(), Error> {
    let own = match &plugin.kind {
        PluginKind::Category { category } => Some(category.as_str()),
        _ => None,
    };
    let mut wrong = check::changes(changes, own);
    if wrong.is_empty() {
        return Ok(());
    }
    wrong.truncate(5);
    let message = format!("the plugin `{}` wants to change what is not its own; nothing was changed", plugin.name);
    let error = wrong.into_iter().fold(Error::failed("plugin-changes-refused", message), Error::cause);
    Err(error.hint("report this to the plugin's author"))
}

fn shown(change: &ResourceChange) -> Value {
    let of = |word: &str, category: &str, name: &str, entry: Option<&JsonMap>| {
        let service = entry.and_then(|entry| entry.get("service")).cloned();
        json!({ "change": word, "category": category, "name": name, "service": service })
    };
    match change {
        ResourceChange::Add { category, resource, entry } => of("add", category, resource, Some(entry)),
        ResourceChange::Patch { category, resource, entry } => of("update", category, resource, Some(entry)),
        ResourceChange::Remove { category, resource } => of("remove", category, resource, None),
        _ => Value::Null,
    }
}
