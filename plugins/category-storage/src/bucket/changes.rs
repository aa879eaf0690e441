//! From the answers about a bucket to the files that hold them.

use amplify_sdk::prelude::*;
use amplify_sdk::random::Random;
use serde_json::{Value, json};

use super::{
    SERVICE, TEMPLATE_FILE,
    access::{Access, GroupAccess},
    groups, parameters,
    questions::TriggerAnswer,
    template, trigger,
};
use crate::{
    error::StorageError,
    service::{self, CATEGORY, PARAMETERS_FILE, STORAGE_PARAMS_FILE},
};

/// A bucket to be.
#[derive(Clone, Debug)]
pub struct NewBucket {
    /// Name of the resource.
    pub resource: String,
    /// Name of the bucket, without the parts that tell environments apart.
    pub bucket: String,
    /// Eight digits for the names of policies.
    pub id: String,
    /// Who may do what.
    pub access: Access,
    /// The auth resource, for the access of groups.
    pub auth: Option<String>,
    /// The function that is called for every change of a file.
    pub trigger: Option<String>,
}

impl NewBucket {
    /// Its template.
    ///
    /// # Errors
    /// Access for groups without an auth resource.
    pub fn template(&self) -> Result<Value, StorageError> {
        let mut template = template::new();
        if let Some(auth) = auth_for(&self.access.groups, self.auth.as_deref())? {
            groups::apply(&mut template, auth, &[], &self.access.groups);
        }
        if let Some(function) = &self.trigger {
            trigger::attach(&mut template, function);
        }
        Ok(template)
    }

    /// All that is written for it.
    ///
    /// # Errors
    /// Access for groups without an auth resource.
    pub fn changes(&self, random: &dyn Random) -> Result<Changes, StorageError> {
        let template = self.template()?;
        let mut parameters = parameters::new(&self.bucket, &self.id);
        parameters::set_access(&mut parameters, &self.access, random);
        parameters::set_trigger(&mut parameters, self.trigger.as_deref());
        let mut storage_params = JsonMap::new();
        parameters::set_groups(&mut storage_params, &self.access.groups);
        let mut depends_on = groups::dependencies(self.auth.as_deref().unwrap_or_default(), &self.access.groups);
        depends_on.extend(self.trigger.as_deref().map(trigger::dependency));
        let name = &self.resource;
        Ok(Changes::new()
            .add_resource(CATEGORY, name, service::entry(SERVICE, depends_on))
            .json(CATEGORY, name, TEMPLATE_FILE, template)
            .json(CATEGORY, name, PARAMETERS_FILE, parameters.into())
            .json(CATEGORY, name, STORAGE_PARAMS_FILE, storage_params.into()))
    }
}

/// A bucket as the project has it.
#[derive(Clone, Debug)]
pub struct RecordedBucket {
    /// Name of the resource.
    pub resource: String,
    /// Its template.
    pub template: Value,
    /// `parameters.json`.
    pub parameters: JsonMap,
    /// `storage-params.json`.
    pub storage_params: JsonMap,
}

impl RecordedBucket {
    /// Who may do what.
    pub fn access(&self) -> Access {
        parameters::access(&self.parameters, &self.storage_params)
    }

    /// The function that is called for every change of a file.
    pub fn trigger(&self) -> Option<String> {
        parameters::trigger(&self.parameters)
    }

    /// Whether questions can change it: its template must take the parameters that hold the answers.
    ///
    /// # Errors
    /// The template does not.
    pub fn check(&self) -> Result<(), StorageError> {
        let wanted =
            ["/Parameters/s3PermissionsAuthenticatedPublic", "/Parameters/GuestAllowList", "/Resources/S3Bucket"];
        match wanted.into_iter().find(|pointer| self.template.pointer(pointer).is_none()) {
            None => Ok(()),
            Some(missing) => Err(StorageError::TemplateShape {
                path: service::path(&self.resource, TEMPLATE_FILE),
                missing: missing.trim_start_matches('/').replace('/', "."),
            }),
        }
    }

    /// What new answers change. Files that stay the same are left out.
    ///
    /// # Errors
    /// Access for groups without an auth resource.
    pub fn changes(
        &self,
        project: &ProjectView,
        access: &Access,
        answer: &TriggerAnswer,
        auth: Option<&str>,
        random: &dyn Random,
    ) -> Result<Changes, StorageError> {
        let (old_access, old_trigger) = (self.access(), self.trigger());
        let trigger = match answer {
            TriggerAnswer::Keep => old_trigger.clone(),
            TriggerAnswer::Remove => None,
            TriggerAnswer::Call(function) => Some(function.clone()),
        };
        let mut template = self.template.clone();
        auth_for(&access.groups, auth)?;
        groups::apply(&mut template, auth.unwrap_or_default(), &old_access.groups, &access.groups);
        let mut parameters = self.parameters.clone();
        if *access != old_access {
            parameters::set_access(&mut parameters, access, random);
        }
        if trigger != old_trigger {
            if let Some(function) = &old_trigger {
                trigger::detach(&mut template, function);
            }
            if let Some(function) = &trigger {
                trigger::attach(&mut template, function);
            }
            parameters::set_trigger(&mut parameters, trigger.as_deref());
        }
        let mut storage_params = self.storage_params.clone();
        parameters::set_groups(&mut storage_params, &access.groups);

        let name = &self.resource;
        let mut changes = Changes::new();
        let mut depends_on = groups::dependencies(auth.unwrap_or_default(), &access.groups);
        depends_on.extend(trigger.as_deref().map(trigger::dependency));
        let ours = |each: &Value| {
            groups::is_dependency(each, &old_access.groups)
                || (each["category"] == json!("function")
                    && old_trigger.as_deref().is_some_and(|old| each["resourceName"] == json!(old)))
        };
        if let Some(patch) = service::dependency_patch(project, name, ours, depends_on) {
            changes = changes.patch_resource(CATEGORY, name, [("dependsOn", patch)]);
        }
        if template != self.template {
            changes = changes.json(CATEGORY, name, TEMPLATE_FILE, template);
        }
        if parameters != self.parameters {
            changes = changes.json(CATEGORY, name, PARAMETERS_FILE, parameters.into());
        }
        if storage_params != self.storage_params {
            changes = changes.json(CATEGORY, name, STORAGE_PARAMS_FILE, storage_params.into());
        }
        Ok(changes)
    }
}

fn auth_for<'a>(groups: &[GroupAccess], auth: Option<&'a str>) -> Result<Option<&'a str>, StorageError> {
    match auth {
        _ if groups.is_empty() => Ok(None),
        Some(auth) => Ok(Some(auth)),
        None => Err(StorageError::NoAuthForGroups),
    }
}
