//! An environment that was made: what is recorded of it, and the way to its account.

use amplify_sdk::{
    JsonMap,
    environment::Target,
    provider::{DeployRequest, DestroyRequest},
};
use serde_json::Value;

use crate::{
    access::Access,
    error::Error,
    session::{Identity, Session},
};

/// What a request says of its environment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'p> {
    pub environment: &'p str,
    pub state: Option<&'p JsonMap>,
    pub local: &'p Value,
    pub data_dir: &'p str,
}

impl<'p> From<&'p Target> for Place<'p> {
    fn from(target: &'p Target) -> Self {
        Self {
            environment: &target.environment,
            state: Some(&target.state),
            local: &target.local,
            data_dir: &target.data_dir,
        }
    }
}

impl<'p> From<&'p DeployRequest> for Place<'p> {
    fn from(request: &'p DeployRequest) -> Self {
        let environment = request.project.environment.as_ref();
        Self {
            environment: environment.map_or("", |environment| &environment.name),
            state: environment.map(|environment| &environment.provider_state),
            local: &request.local,
            data_dir: &request.data_dir,
        }
    }
}

impl<'p> From<&'p DestroyRequest> for Place<'p> {
    fn from(request: &'p DestroyRequest) -> Self {
        Self {
            environment: &request.environment,
            state: Some(&request.state),
            local: &request.local,
            data_dir: &request.data_dir,
        }
    }
}

impl<'p> Place<'p> {
    /// A recorded text.
    pub fn get(&self, key: &str) -> Option<&'p str> {
        self.state?.get(key)?.as_str()
    }

    /// A recorded text that every environment has.
    pub fn recorded(&self, key: &'static str) -> Result<&'p str, Error> {
        self.get(key).ok_or_else(|| Error::NotRecorded { environment: self.environment.to_owned(), key })
    }

    /// The deployment bucket.
    pub fn bucket(&self) -> Result<&'p str, Error> {
        self.recorded("DeploymentBucketName")
    }

    /// The root stack: its id, or its name where no id is recorded.
    pub fn stack(&self) -> Result<&'p str, Error> {
        self.get("StackId").map_or_else(|| self.recorded("StackName"), Ok)
    }

    /// Clients for its region, with its credentials. Nothing is called yet.
    pub async fn session(&self) -> Result<Session, Error> {
        Session::open(&Access::from_local(self.local)?, Some(self.recorded("Region")?)).await
    }

    /// The same, and whose credentials these are: those of the account that the environment was made in.
    pub async fn open(&self) -> Result<(Session, Identity), Error> {
        let stack = self.stack()?;
        let session = self.session().await?;
        let identity = session.identity_for(self.environment, Some(stack)).await?;
        Ok((session, identity))
    }
}
