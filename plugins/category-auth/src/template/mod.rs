//! The template of an auth resource, made from its settings.
//!
//! Names of resources, parameters and outputs are the original's. What the original does with functions of its own
//! (identity providers, domain, client settings, MFA, the client's secret) are CloudFormation's own resources and
//! properties here. A project in which the original's functions do it already keeps them: see [`Elsewhere`].

mod client;
mod identity_pool;
mod parameters;
mod triggers;
mod user_pool;

pub use amplify_cfn::merge;

use amplify_sdk::JsonMap;
use serde_json::{Value, json};

use crate::{error::AuthError, settings::Settings, social::Social};

/// What an existing template of the original leaves to functions of its own, so that it must not be set beside them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Elsewhere {
    /// The domain, the social providers and the OAuth settings of the clients.
    pub hosted_ui: bool,
    /// The kinds of MFA.
    pub mfa: bool,
    /// The roles of groups. The functions lie in the groups' template.
    pub group_roles: bool,
    /// Google's OpenID Connect provider.
    pub open_id: bool,
}

impl Elsewhere {
    /// Looks into the templates of auth and of its groups.
    pub fn of(auth: &Value, groups: Option<&Value>) -> Self {
        let has = |template: &Value, id: &str| template["Resources"].get(id).is_some();
        Self {
            hosted_ui: has(auth, "HostedUICustomResource") || has(auth, "OAuthCustomResource"),
            mfa: has(auth, "MFALambda"),
            open_id: has(auth, "OpenIdLambda"),
            group_roles: groups.is_some_and(|groups| has(groups, "RoleMapFunction")),
        }
    }
}

/// The whole template.
pub fn build(settings: &Settings, elsewhere: Elsewhere) -> Value {
    let mut resources = JsonMap::new();
    let mut outputs = JsonMap::new();
    if settings.has_user_pool() {
        resources.insert("SNSRole".into(), user_pool::sns_role(settings));
        resources.insert("UserPool".into(), user_pool::user_pool(settings, elsewhere));
        triggers::add(settings, &mut resources);
        if !elsewhere.hosted_ui {
            user_pool::hosted_pages(settings, &mut resources);
        }
        resources.insert("UserPoolClientWeb".into(), client::web(settings, elsewhere));
        resources.insert("UserPoolClient".into(), client::native(settings, elsewhere));
    }
    let mut conditions = JsonMap::new();
    conditions.insert("ShouldNotCreateEnvResources".into(), json!({ "Fn::Equals": [reference("env"), "NONE"] }));
    if settings.has_identity_pool() {
        identity_pool::open_id(settings, elsewhere, &mut resources, &mut conditions);
        resources.insert("IdentityPool".into(), identity_pool::identity_pool(settings, elsewhere));
        resources.insert("IdentityPoolRoleMap".into(), identity_pool::roles(settings, elsewhere));
        identity_pool::outputs(settings, &mut outputs);
    }
    if settings.has_user_pool() {
        user_pool::outputs(settings, &mut outputs);
        client::outputs(settings, &mut outputs);
    }
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": parameters::declared(settings, elsewhere),
        "Conditions": conditions,
        "Resources": resources,
        "Outputs": outputs
    })
}

/// The template after an update: `present` with what differs between what the two settings would write.
pub fn updated(old: &Settings, new: &Settings, present: &Value, groups: Option<&Value>) -> Value {
    let elsewhere = Elsewhere::of(present, groups);
    let mut updated = merge(&build(old, elsewhere), &build(new, elsewhere), present);
    if elsewhere.hosted_ui && !new.flag("hostedUI") {
        // The original's functions would ask for settings that are no more.
        if let Some(resources) = updated["Resources"].as_object_mut() {
            resources.retain(|id, _| !FOR_PAGES.iter().any(|start| id.starts_with(start)));
        }
    }
    updated
}

/// What the names of resources begin with that the original makes for the hosted pages.
const FOR_PAGES: [&str; 2] = ["HostedUI", "OAuthCustomResource"];

/// Reads a template of either style of text.
///
/// # Errors
/// A text that is no template.
pub fn parse(text: &str, path: &str) -> Result<Value, AuthError> {
    amplify_cfn::Template::parse(text, path)
        .map(|template| template.document)
        .map_err(|error| AuthError::FileInvalid { path: path.into(), cause: error.to_string() })
}

/// A template as the text of a `.yml` file.
///
/// # Errors
/// None for the documents made here; the writer has them nevertheless.
pub fn text(template: &Value, path: &str) -> Result<String, AuthError> {
    serde_yaml_ng::to_string(template)
        .map_err(|error| AuthError::FileInvalid { path: path.into(), cause: error.to_string() })
}

/// The social providers that are configured.
pub fn socials(settings: &Settings) -> Vec<Social> {
    settings.list("authProvidersUserPool").iter().filter_map(|name| Social::of(name)).collect()
}

fn reference(name: &str) -> Value {
    json!({ "Ref": name })
}

fn attribute(resource: &str, name: &str) -> Value {
    json!({ "Fn::GetAtt": [resource, name] })
}

/// One name where there are no environments, another one where there are.
fn named(alone: impl Into<Value>, parts: Vec<Value>) -> Value {
    json!({ "Fn::If": ["ShouldNotCreateEnvResources", alone.into(), { "Fn::Join": ["", parts] }] })
}

/// The part of the root stack's name that tells one environment's stack from another's.
fn stack_part() -> Value {
    json!({ "Fn::Select": [3, { "Fn::Split": ["-", { "Ref": "AWS::StackName" }] }] })
}

fn output(value: Value, description: &str) -> Value {
    if description.is_empty() {
        return json!({ "Value": value });
    }
    json!({ "Value": value, "Description": description })
}
