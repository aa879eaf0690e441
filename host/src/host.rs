//! What a running command holds: its settings, its output, its questions, and the plugins.

use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::BTreeSet,
    sync::Arc,
    time::Instant,
};

use amplify_plugin_abi::{
    message::{Progress, Request, Response},
    question::Question,
};
use amplify_plugin_host::{Entry, KnownHashes, Loader, Plugin};
use amplify_project::Project;

use serde_json::Value;

use crate::{
    catalog::Catalog,
    command::Call,
    environment::served::Serving,
    error::Error,
    interrupt,
    output::Output,
    pending::Pending,
    progress::Telling,
    questions::{Editor, Questions},
    services::Services,
    settings::Settings,
    surroundings::Surroundings,
};

/// Everything a command may use.
pub struct Host<'a> {
    /// What was typed and what is around, merged.
    pub settings: Settings,
    /// Prints.
    pub output: &'a Output,
    /// Answers questions.
    pub questions: Questions,
    /// All commands and plugins.
    pub catalog: &'a Catalog<'a>,
    /// What the process found around it.
    pub surroundings: &'a Surroundings,
    /// How progress is told.
    pub telling: Cell<Telling>,
    /// When the first report came.
    reporting: OnceCell<Instant>,
    /// What this process serves, if the app is led there.
    pub serving: RefCell<Option<Serving>>,
    /// Warnings of plugins that were shown; one that is asked twice says the same again.
    warned: RefCell<BTreeSet<String>>,
    loader: Loader,
    /// Whether the user was told that the lock does not match.
    told_of_lock: Cell<bool>,
}

impl<'a> Host<'a> {
    /// Resolves the settings for one call.
    pub fn new(surroundings: &'a Surroundings, catalog: &'a Catalog<'a>, output: &'a Output, call: &Call) -> Self {
        let settings = Settings::resolve(surroundings, call);
        let paranoid = settings.paranoid;
        let editor = Editor { command: surroundings.editor.clone(), folder: settings.folder.clone() };
        let questions = Questions::new(settings.mode, settings.sources.clone(), editor);
        Self {
            settings,
            output,
            questions,
            catalog,
            surroundings,
            telling: Cell::new(Telling::Lines),
            reporting: OnceCell::new(),
            serving: RefCell::default(),
            warned: RefCell::default(),
            loader: Loader::with_hashes(hashes(surroundings, paranoid)),
            told_of_lock: Cell::new(false),
        }
    }

    /// Opens a plugin's library, once.
    ///
    /// # Errors
    /// One code a cause.
    pub fn open(&self, entry: &Entry) -> Result<Arc<Plugin>, Error> {
        // What the registry remembers of the lock was sound when it was read, and nothing was to be told of it.
        let sound = self.catalog.registry().remembered && !self.settings.locked;
        if !sound && let Some(team) = self.catalog.team()? {
            if self.settings.locked {
                team.check_entry(entry, self.surroundings)?;
            } else if !self.told_of_lock.replace(true) {
                team.warn(self.output);
            }
        }
        self.output.debug(&format!("opening {}", entry.library.display()));
        Ok(self.loader.open(entry)?)
    }

    /// Checks that the plugins are exactly those that the project has locked, if that is asked for.
    ///
    /// # Errors
    /// They are not.
    pub fn check_locked(&self) -> Result<(), Error> {
        if !self.settings.locked {
            return Ok(());
        }
        let team = self.catalog.team()?;
        team.map_or(Ok(()), |team| team.check(&self.catalog.examined(), self.surroundings, &self.hashes()))
    }

    /// The hashes of libraries, remembered unless `--paranoid` was given.
    pub fn hashes(&self) -> KnownHashes {
        hashes(self.surroundings, self.settings.paranoid)
    }

    /// Sends a plugin a request. While it works, Ctrl-C asks it to stop.
    ///
    /// # Errors
    /// The plugin's own, those of missing answers, and the user's wish to stop.
    pub fn invoke(
        &self,
        entry: &Entry,
        request: &Request,
        pending: Option<&mut Pending<'_>>,
    ) -> Result<Response, Error> {
        let response = self.invoke_whole(entry, request, pending)?;
        if interrupt::requested() {
            return Err(Error::interrupted());
        }
        Ok(response)
    }

    /// Sends a plugin a request that changes nothing, over a project on disk.
    ///
    /// # Errors
    /// As [`Host::invoke`].
    pub fn invoke_reading(&self, entry: &Entry, request: &Request, project: &Project) -> Result<Response, Error> {
        let plugin = self.open(entry)?;
        let _working = interrupt::cancellable();
        let result = plugin.invoke(request, &mut Services::reading(self, entry, project)).map_err(Error::from);
        if interrupt::requested() {
            return Err(Error::interrupted());
        }
        self.questions.outcome(result)
    }

    /// The same for a request whose answer counts even if Ctrl-C came too late to stop it.
    ///
    /// # Errors
    /// The plugin's own, and those of missing answers.
    pub fn invoke_whole(
        &self,
        entry: &Entry,
        request: &Request,
        pending: Option<&mut Pending<'_>>,
    ) -> Result<Response, Error> {
        let plugin = self.open(entry)?;
        let mut services = Services::new(self, entry, pending);
        let _working = interrupt::cancellable();
        let result = plugin.invoke(request, &mut services).map_err(|error| match Error::from(error) {
            _ if interrupt::requested() => Error::interrupted(),
            error => error,
        });
        self.questions.outcome(result)
    }

    /// Asks a question of the host's own and returns the text of the answer.
    ///
    /// # Errors
    /// A wrong answer, nobody to give one, or Ctrl-C.
    pub fn ask_text(&self, question: &Question) -> Result<String, Error> {
        let answer = self.questions.ask(question, self.output)?;
        Ok(answer.value.as_str().unwrap_or_default().to_owned())
    }

    /// Asks the host's own yes or no.
    ///
    /// # Errors
    /// A wrong answer, nobody to give one, or Ctrl-C.
    pub fn ask_confirm(&self, key: &str, text: &str, default: bool) -> Result<bool, Error> {
        let answer = self.questions.ask(&Question::confirm(key, text, default), self.output)?;
        Ok(answer.value == Value::Bool(true))
    }

    /// Whether tools that speak to standard error are to be told to be quiet.
    pub fn quiet(&self) -> bool {
        self.output.quiet() || self.output.json()
    }

    /// Shows a warning, once in a command.
    pub fn warn(&self, text: &str) {
        if self.warned.borrow_mut().insert(text.to_owned()) {
            self.output.warning(text);
        }
    }

    /// Shows what a plugin reports.
    pub fn show_progress(&self, progress: &Progress) {
        let elapsed = self.reporting.get_or_init(Instant::now).elapsed();
        crate::progress::show(self.output, self.telling.get(), progress, elapsed);
    }
}

fn hashes(surroundings: &Surroundings, paranoid: bool) -> KnownHashes {
    match surroundings.hashes_file() {
        Some(file) if !paranoid => KnownHashes::new(file),
        _ => KnownHashes::never(),
    }
}
