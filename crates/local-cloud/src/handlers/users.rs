//! Cognito's types. What is deployed stands in the environment's state, where the service reads it; users lie in a store.

use amplify_local_identity::Store;
use serde_json::Value;

use super::{Deletion, Made, Reason, Request, ResourceHandler, Workshop, shapes};

/// `AWS::Cognito::UserPool` and `AWS::Cognito::IdentityPool`.
pub(super) struct Pool;

/// What belongs to a pool: its clients, its groups, its roles.
pub(super) struct Part;

fn store(workshop: &Workshop) -> Store {
    Store::at(&workshop.paths.identities())
}

fn reason(error: &dyn std::error::Error) -> Reason {
    error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}

fn describe(request: &Request<'_>, physical_id: &str) -> Made {
    let mut attributes = shapes::attributes(request, physical_id);
    if !is_set(request.properties, "GenerateSecret") {
        attributes.shift_remove("ClientSecret");
    }
    Made { reference: shapes::reference(request, physical_id), attributes, ..Made::default() }
}

/// Whether a property is true, which parameters may have made a text of.
fn is_set(properties: &Value, key: &str) -> bool {
    match properties.get(key) {
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        value => value.and_then(Value::as_bool).unwrap_or(false),
    }
}

fn has(properties: &Value, key: &str) -> bool {
    properties.get(key).and_then(Value::as_array).is_some_and(|list| !list.is_empty())
}

impl ResourceHandler for Pool {
    fn physical_id(&self, request: &Request<'_>) -> Result<String, Reason> {
        Ok(shapes::physical_id(request))
    }

    fn exists(&self, workshop: &mut Workshop, physical_id: &str) -> Result<bool, Reason> {
        if !Store::exists(&workshop.paths.identities()) {
            return Ok(false);
        }
        store(workshop).knows(physical_id).map_err(|error| reason(&error))
    }

    fn create(&self, workshop: &mut Workshop, request: &Request<'_>, physical_id: &str) -> Result<Made, Reason> {
        if has(request.properties, "UsernameAttributes") && has(request.properties, "AliasAttributes") {
            return Err("Only one of aliasAttributes or usernameAttributes can be set in a user pool.".into());
        }
        store(workshop).begin(physical_id).map_err(|error| reason(&error))?;
        Ok(describe(request, physical_id))
    }

    fn delete(&self, workshop: &mut Workshop, physical_id: &str, _: Deletion) -> Result<(), Reason> {
        if !Store::exists(&workshop.paths.identities()) {
            return Ok(());
        }
        store(workshop).forget(physical_id).map_err(|error| reason(&error))
    }
}

impl ResourceHandler for Part {
    fn physical_id(&self, request: &Request<'_>) -> Result<String, Reason> {
        Ok(shapes::physical_id(request))
    }

    fn exists(&self, _: &mut Workshop, _: &str) -> Result<bool, Reason> {
        Ok(false)
    }

    fn create(&self, _: &mut Workshop, request: &Request<'_>, physical_id: &str) -> Result<Made, Reason> {
        Ok(describe(request, physical_id))
    }

    fn delete(&self, workshop: &mut Workshop, physical_id: &str, _: Deletion) -> Result<(), Reason> {
        // A group leaves nobody behind who would be in the next one of its name.
        match physical_id.split_once('/') {
            Some((pool, group)) if Store::exists(&workshop.paths.identities()) => {
                store(workshop).dissolve(pool, group).map_err(|failure| failure.message)
            }
            _ => Ok(()),
        }
    }
}
