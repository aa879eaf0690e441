//! All documents of a project, read at one moment.

use serde_json::{Map, Value};

use crate::{
    AmplifyMeta, BackendConfig, Document, Error, LocalEnvInfo, Paths, ProjectConfig, TeamProviderInfo, Transaction,
    paths::relative,
};

/// What the project's files say. Change it through its parts and the functions of [`crate::resources`],
/// [`crate::environments`] and [`crate::deployment`]; [`ProjectState::store`] puts all of it into a transaction.
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectState {
    /// `project-config.json`.
    pub config: ProjectConfig,
    /// `local-env-info.json`; absent on a fresh clone.
    pub local_env: Option<LocalEnvInfo>,
    /// `team-provider-info.json`; without environments if there is no such file.
    pub team: TeamProviderInfo,
    /// `backend-config.json`.
    pub backend_config: BackendConfig,
    /// `amplify-meta.json`, in step with `backend-config.json`: resources that came in through git are there, those that
    /// went through git are not. Seeded from the other files if there is no such file.
    pub meta: AmplifyMeta,
    /// `#current-cloud-backend/amplify-meta.json`: what was deployed last.
    pub cloud_meta: Option<AmplifyMeta>,
    /// `#current-cloud-backend/backend-config.json`.
    pub cloud_backend_config: Option<BackendConfig>,
}

impl ProjectState {
    /// A project before its first environment.
    pub fn new(config: ProjectConfig) -> Self {
        Self {
            config,
            local_env: None,
            team: TeamProviderInfo::new(),
            backend_config: BackendConfig::new(),
            meta: AmplifyMeta::new(),
            cloud_meta: None,
            cloud_backend_config: None,
        }
    }

    /// The current environment.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`] on a machine where none was checked out.
    pub fn environment(&self) -> Result<&str, Error> {
        self.local_env
            .as_ref()
            .and_then(LocalEnvInfo::env_name)
            .ok_or_else(|| Error::NoEnvironment { known: self.environments() })
    }

    /// The provider that deploys the current environment, such as `local`.
    pub fn provider(&self) -> Option<String> {
        let environment = self.environment().ok()?;
        let recorded = self.team.provider(environment);
        recorded.or_else(|| self.meta.providers().first().copied()).map(str::to_owned)
    }

    /// What the current environment's provider recorded of it.
    pub fn provider_state(&self) -> Option<&Map<String, Value>> {
        let environment = self.environment().ok()?;
        self.team
            .provider_state(environment)
            .or_else(|| self.meta.provider_state(self.meta.providers().first().copied()?))
    }

    /// Puts every document that differs from what is on disk into a transaction.
    ///
    /// # Errors
    /// A path that cannot be written.
    pub fn store(&self, transaction: &mut Transaction<'_>) -> Result<(), Error> {
        transaction.write_document(relative::PROJECT_CONFIG, self.config.document())?;
        if let Some(local_env) = &self.local_env {
            transaction.write_document(relative::LOCAL_ENV_INFO, local_env.document())?;
        }
        let worth_a_file = |document: &Document| document.is_from_file() || !document.object().is_empty();
        if worth_a_file(self.team.document()) {
            transaction.write_document(relative::TEAM_PROVIDER_INFO, self.team.document())?;
        }
        transaction.write_document(relative::BACKEND_CONFIG, self.backend_config.document())?;
        transaction.write_document(relative::AMPLIFY_META, self.meta.document())?;
        if let Some(meta) = &self.cloud_meta {
            transaction.write_document(relative::CLOUD_META, meta.document())?;
        }
        if let Some(config) = &self.cloud_backend_config {
            transaction.write_document(relative::CLOUD_BACKEND_CONFIG, config.document())?;
        }
        Ok(())
    }

    pub(crate) fn environments(&self) -> Vec<String> {
        self.team.environments().into_iter().map(str::to_owned).collect()
    }

    /// The error that a resource is none of the project's.
    pub fn unknown_resource(&self, category: &str, name: &str) -> Error {
        Error::UnknownResource {
            category: category.to_owned(),
            name: name.to_owned(),
            known: self.meta.names(category).into_iter().map(str::to_owned).collect(),
        }
    }

    /// Brings `meta` in step with `backend_config`, which git shares while `meta` stays on the machine.
    pub(crate) fn reconcile(&mut self, paths: &Paths) {
        if !self.backend_config.document().is_from_file() {
            return;
        }
        let gone: Vec<(String, String)> = self
            .meta
            .resources()
            .filter(|resource| !self.backend_config.contains(resource.category, resource.name))
            .filter(|resource| !paths.resource(resource.category, resource.name).exists())
            .map(|resource| (resource.category.to_owned(), resource.name.to_owned()))
            .collect();
        for (category, name) in gone {
            self.meta.remove(&category, &name);
        }
        for resource in self.backend_config.resources() {
            match self.meta.entry_mut(resource.category, resource.name) {
                None => {
                    self.meta.insert(resource.category, resource.name, resource.entry.clone());
                    let deployed = self.cloud_meta.as_ref();
                    if let Some(entry) = deployed.and_then(|meta| meta.entry(resource.category, resource.name)) {
                        self.meta.take_over(resource.category, resource.name, entry);
                    }
                }
                Some(entry) => {
                    for key in ["service", "dependsOn"] {
                        if let Some(value) = resource.entry.get(key)
                            && entry.get(key) != Some(value)
                        {
                            entry.insert(key.to_owned(), value.clone());
                        }
                    }
                }
            }
        }
    }
}
