//! The groups of a user pool: the resource `userPoolGroups`.
//!
//! Its file of names and their order is meant to be edited by hand: `customPolicies` of a group are policies of its role.
//! So it is read, never written anew from the answers; and its template is compiled from it for every plan and push.

mod template;

pub use template::updated;

use amplify_sdk::{change::ResourceChange, prelude::*};
use serde_json::{Value, json};

use crate::{error::AuthError, settings::Settings};

/// The resource's name.
pub const RESOURCE: &str = "userPoolGroups";
/// Its service.
pub const SERVICE: &str = "Cognito-UserPool-Groups";
/// Its template.
pub const TEMPLATE_FILE: &str = "template.json";

const FILE: &str = "user-pool-group-precedence.json";
/// How an old documentation page spells it. A project that has it keeps it.
const FILE_MISSPELLED: &str = "user-pool-group-precidence.json";

/// The groups as their file has them.
#[derive(Clone, Debug, PartialEq)]
pub struct Groups {
    /// The file's name.
    pub file: &'static str,
    /// One object a group, with `groupName` and `precedence`, in the file's order.
    pub entries: Vec<Value>,
}

impl Groups {
    /// Reads the groups of a project; none if it has none.
    ///
    /// # Errors
    /// A file that is no list of groups.
    pub fn read(context: &mut Context<'_>) -> Result<Option<Self>, PluginError> {
        for file in [FILE, FILE_MISSPELLED] {
            let path = path(file);
            let Some(value) = context.read_json(&path)? else { continue };
            let Value::Array(entries) = value else {
                return Err(AuthError::FileInvalid { path, cause: "it is no list of groups".into() }.into());
            };
            check(&entries, &path)?;
            return Ok(Some(Self { file, entries }));
        }
        Ok(None)
    }

    /// The names in the order of precedence.
    pub fn names(&self) -> Vec<String> {
        let mut entries: Vec<&Value> = self.entries.iter().collect();
        entries.sort_by_key(|entry| entry["precedence"].as_u64().unwrap_or(u64::MAX));
        entries.into_iter().filter_map(|entry| entry["groupName"].as_str().map(Into::into)).collect()
    }

    /// The same groups, less those not named, more those that are new, in the order of the names.
    pub fn arranged(present: Option<&Self>, names: &[String]) -> Self {
        let old = present.map(|present| present.entries.as_slice()).unwrap_or_default();
        let entries = names
            .iter()
            .zip(1..)
            .map(|(name, precedence)| {
                let known = old.iter().find(|entry| entry["groupName"] == json!(name)).cloned();
                let mut entry = known.unwrap_or_else(|| json!({ "groupName": name }));
                entry["precedence"] = json!(precedence);
                entry
            })
            .collect();
        Self { file: present.map_or(FILE, |present| present.file), entries }
    }

    /// Adds to `changes` what makes these the groups of a project whose auth resource has these settings.
    ///
    /// # Errors
    /// A template that is not understood.
    pub fn write(
        &self,
        context: &mut Context<'_>,
        settings: &Settings,
        mut changes: Changes,
    ) -> Result<Changes, PluginError> {
        let exists = context.project().resource("auth", RESOURCE).is_some();
        let (category, resource) = (String::from("auth"), String::from(RESOURCE));
        if self.entries.is_empty() {
            if exists {
                changes.resources.push(ResourceChange::Remove { category, resource });
            }
            return Ok(changes);
        }
        let template = self.template(context, settings)?;
        let mut put = |path: &str, content: FileContent| {
            changes.files.push(FileChange {
                category: category.clone(),
                resource: resource.clone(),
                path: path.into(),
                content: Some(content),
            });
        };
        put(self.file, FileContent::Json(Value::Array(self.entries.clone())));
        put(TEMPLATE_FILE, FileContent::Json(template));
        if !exists {
            put(
                "parameters.json",
                FileContent::Json(json!({
                    "AuthRoleArn": { "Fn::GetAtt": ["AuthRole", "Arn"] },
                    "UnauthRoleArn": { "Fn::GetAtt": ["UnauthRole", "Arn"] }
                })),
            );
        }
        let entry = entry(settings);
        changes.resources.push(if exists {
            let entry = entry.into_iter().filter(|(key, _)| key == "dependsOn").collect();
            ResourceChange::Patch { category, resource, entry }
        } else {
            ResourceChange::Add { category, resource, entry }
        });
        Ok(changes)
    }

    /// The resource's template for these groups: the present one with what is different.
    ///
    /// # Errors
    /// A present template that is not understood.
    pub fn template(&self, context: &mut Context<'_>, settings: &Settings) -> Result<Value, PluginError> {
        Ok(updated(settings, &self.entries, present_template(context)?.as_ref()))
    }
}

/// The groups' template, if there is one.
///
/// # Errors
/// One that is not understood.
pub fn present_template(context: &mut Context<'_>) -> Result<Option<Value>, PluginError> {
    let path = path(TEMPLATE_FILE);
    match context.read_text(&path)? {
        Some(text) => Ok(Some(crate::template::parse(&text, &path)?)),
        None => Ok(None),
    }
}

fn check(entries: &[Value], path: &str) -> Result<(), AuthError> {
    let invalid = |cause: String| AuthError::FileInvalid { path: path.into(), cause };
    let mut seen: Vec<&str> = Vec::new();
    for entry in entries {
        let Some(name) = entry["groupName"].as_str().filter(|name| !name.is_empty()) else {
            return Err(invalid("an entry has no `groupName`".into()));
        };
        if name.len() > 128 || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
            return Err(invalid(format!("the group `{name}` must have a name of 1 to 128 letters and digits")));
        }
        if seen.iter().any(|other| other.eq_ignore_ascii_case(name)) {
            return Err(AuthError::GroupTwice { group: name.into() });
        }
        if !entry["precedence"].is_null() && entry["precedence"].as_u64().is_none() {
            return Err(invalid(format!("`precedence` of `{name}` must be a whole number")));
        }
        seen.push(name);
    }
    Ok(())
}

fn path(file: &str) -> String {
    format!("amplify/backend/auth/{RESOURCE}/{file}")
}

fn entry(settings: &Settings) -> JsonMap {
    let mut attributes = vec!["UserPoolId", "AppClientIDWeb", "AppClientID"];
    if settings.has_identity_pool() {
        attributes.push("IdentityPoolId");
    }
    let mut entry = JsonMap::new();
    entry.insert("service".into(), SERVICE.into());
    entry.insert("providerPlugin".into(), "awscloudformation".into());
    entry.insert(
        "dependsOn".into(),
        json!([{ "category": "auth", "resourceName": settings.text("resourceName"), "attributes": attributes }]),
    );
    entry
}
