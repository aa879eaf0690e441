//! Secrets: handed to the environment's provider, and named in the project.

use amplify_planner::{Assembly, SECRET_NAMES, SECRET_REVISION};
use amplify_plugin_abi::{
    change::SecretValue,
    environment::{NamedSecret, SecretsRequest},
    provider::{ProviderReply, ProviderRequest},
};
use amplify_project::{Project, ProjectState};
use rand::Rng;
use serde_json::{Value, json};

use super::{
    provider::{self, answered_wrongly},
    target,
};
use crate::{error::Error, host::Host};

/// What a command changes of an environment's secrets.
#[derive(Debug, Default)]
pub struct Changed {
    /// Secrets to keep.
    pub set: Vec<NamedSecret>,
    /// Names of secrets to forget, once the project no longer has them.
    pub forget: Vec<String>,
}

impl Changed {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.forget.is_empty()
    }

    /// Notes what a plugin wants: the name goes to the project's state, the value nowhere but here.
    ///
    /// # Errors
    /// No current environment.
    pub fn note(&mut self, state: &mut ProjectState, secret: &SecretValue) -> Result<(), Error> {
        let SecretValue { category, resource, key, value } = secret;
        let environment = state.environment()?.to_owned();
        let name = format!("{category}/{resource}/{key}");
        self.set.retain(|other| other.name != name);
        self.forget.retain(|other| *other != name);
        let values = state.team.resource_values_mut(&environment, category, resource);
        let mut keys = keys(values.get(SECRET_NAMES));
        if value.is_empty() {
            keys.retain(|known| known != key);
            self.forget.push(name);
        } else {
            if !keys.contains(key) {
                keys.push(key.clone());
            }
            values.insert(SECRET_REVISION.to_owned(), format!("{:08x}", rand::rng().random::<u32>()).into());
            self.set.push(NamedSecret { name, value: value.clone() });
        }
        if keys.is_empty() {
            values.shift_remove(SECRET_NAMES);
            values.shift_remove(SECRET_REVISION);
            if values.is_empty() {
                state.team.remove_values(&environment, category, resource);
            }
        } else {
            values.insert(SECRET_NAMES.to_owned(), json!(keys));
        }
        Ok(())
    }

    /// Notes that a resource goes. What is deployed of it needs its secrets until it is deleted there, too.
    pub fn note_removal(&mut self, state: &ProjectState, category: &str, resource: &str) {
        let Ok(environment) = state.environment() else { return };
        let folder = format!("{category}/{resource}/");
        self.set.retain(|secret| !secret.name.starts_with(&folder));
        if state.cloud_meta.as_ref().is_some_and(|meta| meta.contains(category, resource)) {
            return;
        }
        let values = state.team.resource_values(environment, category, resource);
        let keys = keys(values.and_then(|values| values.get(SECRET_NAMES)));
        self.forget.extend(keys.into_iter().map(|key| format!("{folder}{key}")));
    }
}

fn keys(names: Option<&Value>) -> Vec<String> {
    let names = names.and_then(Value::as_array).into_iter().flatten();
    names.filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

/// Hands secrets to the provider of the current environment.
///
/// # Errors
/// It keeps none, or refuses.
pub fn keep(host: &Host<'_>, project: &Project, state: &ProjectState, set: Vec<NamedSecret>) -> Result<(), Error> {
    let Some(first) = set.first().map(|secret| secret.name.clone()) else { return Ok(()) };
    let (entry, target) = target::current(host, project, state)?;
    let request = SecretsRequest { target, set, remove: Vec::new() };
    match provider::request(host, entry, ProviderRequest::Secrets(request)) {
        Ok(ProviderReply::SecretsKept) => Ok(()),
        Ok(_) => Err(answered_wrongly(entry)),
        Err(error) if provider::is_unsupported(&error) => {
            let provider = entry.manifest.kind.word();
            let message = format!("the provider `{provider}` has no store for the secret `{first}`");
            Err(Error::failed("no-secret-store", message).hint("nothing was changed; update the provider's plugin"))
        }
        Err(error) => Err(error),
    }
}

/// Has the provider forget secrets that nothing uses any more. They do no harm, so a refusal is a warning.
pub fn forget(host: &Host<'_>, project: &Project, state: &ProjectState, names: Vec<String>) {
    if names.is_empty() {
        return;
    }
    let text = names.join(", ");
    let forgotten = target::current(host, project, state).and_then(|(entry, target)| {
        let request = SecretsRequest { target, set: Vec::new(), remove: names };
        provider::request(host, entry, ProviderRequest::Secrets(request))
    });
    if let Err(error) = forgotten {
        host.output
            .warning(&format!("secrets that nothing uses any more were not forgotten ({text}): {}", error.message));
    }
}

/// Names of secrets that were deployed and are not any more.
pub fn unused(deployed: Option<&Assembly>, wanted: &Assembly) -> Vec<String> {
    let deployed = deployed.map(|deployed| deployed.secrets.as_slice()).unwrap_or_default();
    let wanted = |name: &str| wanted.secrets.iter().any(|secret| secret.name == name);
    deployed.iter().map(|secret| secret.name.clone()).filter(|name| !wanted(name)).collect()
}
