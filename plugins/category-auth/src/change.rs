//! What the answers write.

use amplify_sdk::{
    change::{EnvironmentValue, ResourceChange, SecretValue},
    prelude::*,
    random::Random,
};
use serde_json::{Value, json};

use crate::{
    admin,
    ask::Draft,
    error::AuthError,
    groups::{self, Groups},
    settings::Settings,
    template::{self, Elsewhere},
    triggers,
};

/// The category's word.
pub const CATEGORY: &str = "auth";
/// The service of the resource with the pools.
pub const SERVICE: &str = "Cognito";

const PARAMETERS_FILE: &str = "parameters.json";

/// An auth resource as it is in the project.
#[derive(Clone, Debug)]
pub struct Present {
    /// Its name.
    pub resource: String,
    /// Its settings.
    pub settings: Settings,
    /// Its template.
    pub template: Value,
    /// The template's file, below the resource's folder.
    pub file: String,
}

impl Present {
    /// The resource with the user pool; none if the project has none.
    ///
    /// # Errors
    /// Files that are missing or not understood.
    pub fn read(context: &mut Context<'_>) -> Result<Option<Self>, PluginError> {
        let Some(resource) = name(context.project()) else { return Ok(None) };
        let folder = format!("amplify/backend/{CATEGORY}/{resource}");
        let settings = match context.read_json(&format!("{folder}/{PARAMETERS_FILE}"))? {
            Some(Value::Object(map)) => Settings::read(map),
            _ if context.read_text(&format!("{folder}/cli-inputs.json"))?.is_some() => {
                return Err(AuthError::NewerFormat { resource }.into());
            }
            _ => return Err(AuthError::FileMissing { path: format!("{folder}/{PARAMETERS_FILE}") }.into()),
        };
        let file = file(&resource);
        let path = format!("{folder}/{file}");
        let Some(text) = context.read_text(&path)? else { return Err(AuthError::FileMissing { path }.into()) };
        let template = template::parse(&text, &path)?;
        Ok(Some(Self { resource, settings, template, file }))
    }
}

/// The name of the resource with the user pool, if the project has one.
pub fn name(project: &ProjectView) -> Option<String> {
    project.resources_of_service(CATEGORY, SERVICE).first().map(|name| (*name).to_string())
}

fn file(resource: &str) -> String {
    format!("{resource}-cloudformation-template.yml")
}

/// A new resource.
///
/// # Errors
/// A groups' template that is not understood.
pub fn added(context: &mut Context<'_>, random: &dyn Random, draft: Draft) -> Result<Changes, PluginError> {
    let Draft { mut settings, groups, values, secrets, triggers, admin, .. } = draft;
    let triggers = triggers.unwrap_or_default();
    let told = triggers::apply(context, random, None, &mut settings, &triggers)?;
    if let Some(groups) = &groups {
        settings.set("userPoolGroupList", groups.clone());
    }
    let resource = settings.text("resourceName").to_owned();
    let mut changes = Changes { messages: told, ..Changes::new() };
    let file = file(&resource);
    let text = template::text(&template::build(&settings, Elsewhere::default()), &file)?;
    changes.files.push(put(&resource, &file, FileContent::Text(text)));
    changes.files.push(put(&resource, PARAMETERS_FILE, FileContent::Json(settings.document())));
    let mut entry = JsonMap::new();
    entry.insert("service".into(), SERVICE.into());
    // The original knows its one provider by this name, whichever provider deploys an environment.
    entry.insert("providerPlugin".into(), "awscloudformation".into());
    entry.insert("dependsOn".into(), settings.get("dependsOn").cloned().unwrap_or_else(|| json!([])));
    entry.insert("customAuth".into(), json!(triggers.custom_sign_in()));
    changes.resources.push(ResourceChange::Add { category: CATEGORY.into(), resource: resource.clone(), entry });
    apart(context, &mut changes, &resource, values, secrets);
    if let Some(names) = groups {
        changes = Groups::arranged(None, &names).write(context, &settings, changes)?;
    }
    if let Some(wanted) = admin {
        changes.messages.extend(admin::apply(context, &settings, &wanted)?);
    }
    Ok(changes)
}

/// An update of a resource.
///
/// # Errors
/// A groups' template that is not understood.
pub fn updated(
    context: &mut Context<'_>,
    random: &dyn Random,
    present: &Present,
    draft: Draft,
) -> Result<Changes, PluginError> {
    let Draft { mut settings, groups: names, values, secrets, triggers, admin, .. } = draft;
    let mut changes = Changes::new();
    if let Some(chosen) = &triggers {
        changes.messages = triggers::apply(context, random, Some(&present.settings), &mut settings, chosen)?;
    }
    let before = Groups::read(context)?;
    if let Some(names) = &names {
        settings.set("userPoolGroupList", names.clone());
    }
    let groups_template = groups::present_template(context)?;
    let new = template::updated(&present.settings, &settings, &present.template, groups_template.as_ref());
    if new != present.template {
        let text = template::text(&new, &present.file)?;
        changes.files.push(put(&present.resource, &present.file, FileContent::Text(text)));
    }
    if settings != present.settings {
        changes.files.push(put(&present.resource, PARAMETERS_FILE, FileContent::Json(settings.document())));
    }
    if settings.get("dependsOn") != present.settings.get("dependsOn") {
        let custom = triggers.is_some_and(|chosen| chosen.custom_sign_in());
        let depends_on = settings.get("dependsOn").cloned().unwrap_or_default();
        changes = changes.patch_resource(
            CATEGORY,
            &present.resource,
            [("dependsOn", depends_on), ("customAuth", json!(custom))],
        );
    }
    if let Some(wanted) = admin {
        changes.messages.extend(admin::apply(context, &settings, &wanted)?);
    }
    apart(context, &mut changes, &present.resource, values, secrets);
    let wanted = match (names, &before) {
        (Some(names), _) => Some(Groups::arranged(before.as_ref(), &names)),
        // The groups hang on the pools: with an identity pool they get roles.
        (None, Some(before)) if settings.services() != present.settings.services() => Some(before.clone()),
        _ => None,
    };
    match wanted {
        Some(groups) => groups.write(context, &settings, changes),
        None => Ok(changes),
    }
}

/// What a new environment has been given.
pub fn completed(context: &Context<'_>, resource: &str, draft: Draft) -> Changes {
    let mut changes = Changes::new();
    apart(context, &mut changes, resource, draft.values, draft.secrets);
    changes
}

/// What belongs to this environment alone.
fn apart(
    context: &Context<'_>,
    changes: &mut Changes,
    resource: &str,
    values: Vec<(String, Value)>,
    secrets: Vec<(String, String)>,
) {
    let present = context.project().environment.as_ref().and_then(|of| of.values.get(CATEGORY)?.get(resource));
    // What is not there need not be taken away, and what is there not written again.
    let differs =
        |key: &str, value: &Value| present.and_then(|present| present.get(key)).unwrap_or(&Value::Null) != value;
    let values: Vec<(String, Value)> = values.into_iter().filter(|(key, value)| differs(key, value)).collect();
    changes.environment.extend(values.into_iter().map(|(key, value)| EnvironmentValue {
        category: CATEGORY.into(),
        resource: resource.into(),
        key,
        value,
    }));
    changes.secrets.extend(secrets.into_iter().map(|(key, value)| SecretValue {
        category: CATEGORY.into(),
        resource: resource.into(),
        key,
        value,
    }));
}

fn put(resource: &str, path: &str, content: FileContent) -> FileChange {
    FileChange { category: CATEGORY.into(), resource: resource.into(), path: path.into(), content: Some(content) }
}
