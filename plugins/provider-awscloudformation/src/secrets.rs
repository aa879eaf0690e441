//! Secrets of an environment: encrypted parameters of Systems Manager, read only to be handed to the stack.
//!
//! They lie below the id of the application, or the root stack's name where there is none: other than a project's name,
//! both are one environment's alone in an account and region, so deleting it deletes nobody else's secrets.

use amplify_sdk::environment::{SecretParameter, SecretsRequest};
use aws_sdk_cloudformation::types::Parameter;
use aws_sdk_ssm::{Client, types::ParameterType};

use crate::{error::Error, failure::failed, place::Place, session::Session};

/// How many parameters one call reads or deletes.
const BATCH: usize = 10;

/// Keeps and forgets what is asked.
pub(crate) async fn run(request: &SecretsRequest) -> Result<(), Error> {
    let place = Place::from(&request.target);
    let (session, _) = place.open().await?;
    let vault = Vault::of(&session, &place)?;
    for secret in &request.set {
        vault.keep(&secret.name, &secret.value).await?;
    }
    vault.forget(request.remove.iter().map(|name| vault.path(name)).collect()).await
}

/// Parameters of the root stack that are kept secrets, with their values.
pub(crate) async fn parameters(
    session: &Session,
    place: &Place<'_>,
    wanted: &[SecretParameter],
) -> Result<Vec<Parameter>, Error> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    Vault::of(session, place)?.parameters(wanted).await
}

/// Whether an environment is known to have none.
pub(crate) async fn has_none(session: &Session, place: &Place<'_>) -> bool {
    match Vault::of(session, place) {
        Ok(vault) => vault.names().await.is_ok_and(|names| names.is_empty()),
        Err(_) => false,
    }
}

/// Forgets all secrets of an environment that is deleted; returns what remains of them, and why.
pub(crate) async fn forget_all(session: &Session, place: &Place<'_>) -> Option<String> {
    let vault = Vault::of(session, place).ok()?;
    let forgotten = async { vault.forget(vault.names().await?).await };
    let error = forgotten.await.err()?;
    let causes = error.causes().join(": ");
    Some(format!("the secrets below `{}`: {error}: {causes}", vault.folder))
}

/// The secrets of one environment.
struct Vault<'v> {
    client: &'v Client,
    environment: &'v str,
    /// Where they lie, with a slash at the end.
    folder: String,
}

impl<'v> Vault<'v> {
    fn of(session: &'v Session, place: &Place<'v>) -> Result<Self, Error> {
        let app = place.get("AmplifyAppId").filter(|id| !id.is_empty());
        let owner = app.map_or_else(|| place.recorded("StackName"), Ok)?;
        let environment = place.environment;
        Ok(Self { client: &session.ssm, environment, folder: format!("/amplify/{owner}/{environment}/") })
    }

    /// The parameter for the secret `<category>/<resource>/<key>`.
    fn path(&self, secret: &str) -> String {
        format!("{}AMPLIFY_{}", self.folder, secret.replace('/', "_"))
    }

    async fn keep(&self, secret: &str, value: &str) -> Result<(), Error> {
        let put = self.client.put_parameter().name(self.path(secret)).value(value);
        let sent = put.r#type(ParameterType::SecureString).overwrite(true).send().await;
        match sent.map_err(failed("PutParameter")) {
            // A refusal may repeat what it refuses.
            Err(Error::Service { operation, code, message }) if !value.is_empty() => {
                Err(Error::Service { operation, code, message: message.replace(value, "(hidden)") })
            }
            other => other.map(drop),
        }
    }

    async fn parameters(&self, wanted: &[SecretParameter]) -> Result<Vec<Parameter>, Error> {
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for batch in wanted.chunks(BATCH) {
            let paths: Vec<String> = batch.iter().map(|wanted| self.path(&wanted.secret)).collect();
            let get = self.client.get_parameters().set_names(Some(paths)).with_decryption(true);
            let reply = get.send().await.map_err(failed("GetParameters"))?;
            for wanted in batch {
                let path = self.path(&wanted.secret);
                let kept = reply.parameters().iter().find(|parameter| parameter.name() == Some(&path));
                match kept.and_then(|parameter| parameter.value()) {
                    Some(value) => {
                        let parameter = Parameter::builder().parameter_key(&wanted.parameter);
                        found.push(parameter.parameter_value(value).build());
                    }
                    None => missing.push(wanted.secret.clone()),
                }
            }
        }
        if missing.is_empty() {
            return Ok(found);
        }
        Err(Error::SecretsMissing { environment: self.environment.to_owned(), names: missing })
    }

    /// Every parameter below the folder.
    async fn names(&self) -> Result<Vec<String>, Error> {
        let mut pages = self.client.get_parameters_by_path().path(&self.folder).recursive(true).into_paginator().send();
        let mut names = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(failed("GetParametersByPath"))?;
            names.extend(page.parameters().iter().filter_map(|parameter| parameter.name().map(str::to_owned)));
        }
        Ok(names)
    }

    /// One that is not there is no error.
    async fn forget(&self, paths: Vec<String>) -> Result<(), Error> {
        for batch in paths.chunks(BATCH) {
            let delete = self.client.delete_parameters().set_names(Some(batch.to_vec()));
            delete.send().await.map_err(failed("DeleteParameters"))?;
        }
        Ok(())
    }
}
