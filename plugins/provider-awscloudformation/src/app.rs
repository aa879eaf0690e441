//! The Amplify service: an app for each project, and in it a backend environment for each environment.
//!
//! The service only lists what there is; nothing is deployed by it. So where a region, a partition or an endpoint lacks it,
//! an environment goes without, and says so.

use std::time::Duration;

use amplify_sdk::prelude::*;
use aws_sdk_amplify::{
    Client,
    config::timeout::TimeoutConfig,
    types::{App, BackendEnvironment},
};

use crate::{
    error::Error,
    failure::{code, failed},
    partition::has_amplify,
};

/// The tag of an app that says for which root stack it was made, so that it is found if its id was never recorded.
const MADE_FOR: &str = "amplify-stack";
/// The longest that a service which is not needed may hold up an `init`.
const PATIENCE: Duration = Duration::from_secs(15);
const CONNECTING: Duration = Duration::from_secs(4);

/// The service in one region.
#[derive(Clone)]
pub(crate) struct Apps {
    client: Client,
}

/// An environment as the service knows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backend<'b> {
    pub environment: &'b str,
    pub stack_name: &'b str,
    pub bucket: &'b str,
}

impl Apps {
    /// The service in a region; `None` if its partition has none.
    pub fn new(config: &aws_config::SdkConfig, region: &str) -> Option<Self> {
        let timeouts = TimeoutConfig::builder().operation_timeout(PATIENCE).connect_timeout(CONNECTING).build();
        let config = aws_sdk_amplify::config::Builder::from(config).timeout_config(timeouts).build();
        has_amplify(region).then(|| Self { client: Client::from_conf(config) })
    }

    /// Makes the app of a project, or finds the one that an `init` made which was cut off. Joins `sibling`'s instead, if it
    /// is there. Then adds the environment; returns the app's id.
    pub async fn register(
        &self,
        context: &mut Context<'_>,
        project: &str,
        sibling: Option<&str>,
        backend: Backend<'_>,
        resumed: bool,
    ) -> Result<String, Error> {
        let joined = match sibling {
            Some(id) => {
                let found = self.get(id).await?;
                if found.is_none() {
                    let text = format!(
                        "the Amplify app `{id}` of the project's other environments is not in this \
                                        account and region, so this environment gets one of its own"
                    );
                    context.log(LogLevel::Warning, text);
                }
                found
            }
            None => None,
        };
        let found = match joined {
            Some(app) => Some(app),
            None if resumed => self.made_for(backend.stack_name).await?,
            None => None,
        };
        let id = match found {
            Some(app) => app.app_id,
            None => self.create(project, backend.stack_name).await?,
        };
        let create = self.client.create_backend_environment().app_id(&id).environment_name(backend.environment);
        let create = create.stack_name(backend.stack_name).deployment_artifacts(backend.bucket);
        match create.send().await {
            Ok(_) => Ok(id),
            Err(error) => {
                let error = failed("CreateBackendEnvironment")(error);
                match self.backend(&id, backend.environment).await? {
                    // It was made by a call whose answer was lost, or before an `init` was cut off.
                    Some(there) if there.stack_name.as_deref() == Some(backend.stack_name) => Ok(id),
                    _ => Err(error),
                }
            }
        }
    }

    async fn create(&self, project: &str, stack_name: &str) -> Result<String, Error> {
        let create = self.client.create_app().name(project).tags(MADE_FOR, stack_name);
        let reply = create.send().await.map_err(failed("CreateApp"))?;
        Ok(reply.app.map(|app| app.app_id).unwrap_or_default())
    }

    async fn made_for(&self, stack_name: &str) -> Result<Option<App>, Error> {
        let made_for =
            |app: &App| app.tags().and_then(|tags| tags.get(MADE_FOR)).is_some_and(|name| name == stack_name);
        Ok(self.list().await?.into_iter().find(made_for))
    }

    /// All apps.
    pub async fn list(&self) -> Result<Vec<App>, Error> {
        let mut apps = Vec::new();
        let mut pages = self.client.list_apps().into_paginator().send();
        while let Some(page) = pages.next().await {
            apps.extend(page.map_err(failed("ListApps"))?.apps);
        }
        Ok(apps)
    }

    /// One app; `None` if there is none with this id.
    pub async fn get(&self, id: &str) -> Result<Option<App>, Error> {
        match self.client.get_app().app_id(id).send().await {
            Ok(reply) => Ok(reply.app),
            Err(error) if code(&error) == Some(MISSING) => Ok(None),
            Err(error) => Err(failed("GetApp")(error)),
        }
    }

    /// The environments of an app; none if there is no such app.
    pub async fn backends(&self, id: &str) -> Result<Vec<BackendEnvironment>, Error> {
        let mut backends = Vec::new();
        let mut token = None;
        loop {
            let list = self.client.list_backend_environments().app_id(id).set_next_token(token);
            let page = match list.send().await {
                Ok(page) => page,
                Err(error) if code(&error) == Some(MISSING) => return Ok(backends),
                Err(error) => return Err(failed("ListBackendEnvironments")(error)),
            };
            backends.extend(page.backend_environments);
            token = page.next_token;
            if token.is_none() {
                return Ok(backends);
            }
        }
    }

    async fn backend(&self, id: &str, environment: &str) -> Result<Option<BackendEnvironment>, Error> {
        let get = self.client.get_backend_environment().app_id(id).environment_name(environment);
        match get.send().await {
            Ok(reply) => Ok(reply.backend_environment),
            Err(error) if code(&error) == Some(MISSING) => Ok(None),
            Err(error) => Err(failed("GetBackendEnvironment")(error)),
        }
    }

    /// Removes an environment, if it is that of this stack, and its app when it was the last one and hosts nothing.
    /// Returns what remains, and why.
    pub async fn unregister(&self, id: &str, environment: &str, stack_name: &str) -> Result<Vec<String>, Error> {
        match self.backend(id, environment).await? {
            Some(found) if found.stack_name.as_deref() != Some(stack_name) => {
                let other = found.stack_name.unwrap_or_default();
                let kept = format!(
                    "the environment `{environment}` of the Amplify app `{id}`: it is that of the stack \
                                    `{other}`"
                );
                return Ok(vec![kept]);
            }
            Some(_) => {
                let delete = self.client.delete_backend_environment().app_id(id).environment_name(environment);
                match delete.send().await {
                    Ok(_) => {}
                    Err(error) if code(&error) == Some(MISSING) => {}
                    Err(error) => return Err(failed("DeleteBackendEnvironment")(error)),
                }
            }
            None => {}
        }
        if !self.backends(id).await?.is_empty() {
            return Ok(Vec::new());
        }
        let branches = match self.client.list_branches().app_id(id).send().await {
            Ok(reply) => reply.branches,
            Err(error) if code(&error) == Some(MISSING) => return Ok(Vec::new()),
            Err(error) => return Err(failed("ListBranches")(error)),
        };
        if let Some(branch) = branches.first() {
            return Ok(vec![format!("the Amplify app `{id}`: it hosts the branch `{}`", branch.branch_name())]);
        }
        match self.client.delete_app().app_id(id).send().await {
            Ok(_) => Ok(Vec::new()),
            Err(error) if code(&error) == Some(MISSING) => Ok(Vec::new()),
            Err(error) => Err(failed("DeleteApp")(error)),
        }
    }
}

/// The code of what is not there.
const MISSING: &str = "NotFoundException";
