//! The questions, in the original's words and order.

mod environment;
mod federation;
mod groups;
mod hosted_pages;
mod manual;
mod reply;
mod sign_in;
mod update;

pub use environment::complete;
pub use groups::groups;
pub use reply::{answer_text, say, several, yes_or_no};
pub use update::update;

use amplify_sdk::{prelude::*, random::Random};
use serde_json::Value;

use self::reply::choose;
use crate::{
    admin::{self, Wanted},
    names::Names,
    settings::Settings,
    triggers::{self, Chosen},
};

/// What the answers come to.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The settings.
    pub settings: Settings,
    /// The groups of users in order of preference, where the answers speak of them.
    pub groups: Option<Vec<String>>,
    /// Values of this environment alone: parameter and value.
    pub values: Vec<(String, Value)>,
    /// Secrets: parameter and value; an empty value forgets it.
    pub secrets: Vec<(String, String)>,
    /// Functions of the original look after this resource's hosted pages, and take what they need in a form of their own.
    pub functions_for_pages: bool,
    /// The triggers with their modules, where the answers speak of them.
    pub triggers: Option<Chosen>,
    /// What becomes of the admin queries, where the answers speak of them.
    pub admin: Option<Wanted>,
}

/// Where an environment's values name the secrets that are kept elsewhere.
const SECRET_NAMES: &str = "secretNames";

/// What the current environment has for the resource under a key.
fn known(context: &Context<'_>, settings: &Settings, key: &str) -> Option<String> {
    values(context.project(), settings)?.get(key)?.as_str().map(Into::into)
}

/// Whether the current environment keeps a secret for the resource under a key.
fn is_kept(context: &Context<'_>, settings: &Settings, key: &str) -> bool {
    let names = values(context.project(), settings).and_then(|values| values.get(SECRET_NAMES)?.as_array());
    names.is_some_and(|names| names.iter().any(|name| name == key))
}

fn values<'p>(project: &'p ProjectView, settings: &Settings) -> Option<&'p JsonMap> {
    project.environment.as_ref()?.values.get("auth")?.get(settings.text("resourceName"))?.as_object()
}

const DEFAULT: &str = "default";
const SOCIAL: &str = "defaultSocial";
const MANUAL: &str = "manual";

/// Asks for a new auth resource.
///
/// # Errors
/// An answer that is missing or does not fit.
pub fn add(context: &mut Context<'_>, random: &dyn Random) -> Result<Draft, PluginError> {
    let names = Names::new(&context.project().name, random.hex(8));
    reply::say(context, &[" The current configured provider is Amazon Cognito. "]);
    let mode = choose(
        context,
        "auth.useDefault",
        "Do you want to use the default authentication and security configuration?",
        vec![
            Choice::new(DEFAULT, "Default configuration"),
            Choice::new(SOCIAL, "Default configuration with Social Provider (Federation)"),
            Choice::new(MANUAL, "Manual configuration"),
        ],
        DEFAULT,
        Some(
            "This utility allows you to set up Amazon Cognito User Pools and Identity Pools for your application.\n\
             A User Pool is a directory of users: it handles sign-up and sign-in and can use social providers.\n\
             An Identity Pool gives users AWS credentials, with which they use services such as Amazon S3.",
        ),
    )?;
    let mut draft = Draft { settings: Settings::defaults(&names), ..Draft::default() };
    draft.settings.set("useDefault", mode.clone());
    if mode == MANUAL {
        manual::all(context, &names, &mut draft)?;
        return Ok(draft);
    }
    sign_in::username_attributes(context, &mut draft.settings)?;
    let more = more_settings(context)?;
    if more {
        sign_in::required_attributes(context, &mut draft.settings)?;
        triggers::ask::capabilities(context, &mut draft)?;
    }
    if mode == SOCIAL {
        draft.settings.set("hostedUI", true);
        hosted_pages::all(context, &names, &mut draft, hosted_pages::Flow::Default)?;
    }
    if more {
        // The original does not ask here; whoever has prepared its answers has none for this, and none is needed.
        admin::ask::whether(context, &mut draft, &[], false)?;
    }
    Ok(draft)
}

fn more_settings(context: &mut Context<'_>) -> Result<bool, PluginError> {
    let choices =
        vec![Choice::new("no", "No, I am done."), Choice::new("yes", "Yes, I want to make some additional changes.")];
    let key = "auth.additionalQuestions";
    Ok(choose(context, key, "Do you want to configure advanced settings?", choices, "no", None)? == "yes")
}
