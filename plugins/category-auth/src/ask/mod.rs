//! The questions, in the original's words and order.

mod federation;
mod groups;
mod hosted_pages;
mod manual;
mod reply;
mod sign_in;
mod update;

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
    /// Secrets: parameter and value.
    pub secrets: Vec<(String, String)>,
    /// The triggers with their modules, where the answers speak of them.
    pub triggers: Option<Chosen>,
    /// What becomes of the admin queries, where the answers speak of them.
    pub admin: Option<Wanted>,
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
        admin::ask::whether(context, &mut draft, false)?;
    }
    Ok(draft)
}

fn more_settings(context: &mut Context<'_>) -> Result<bool, PluginError> {
    let choices =
        vec![Choice::new("no", "No, I am done."), Choice::new("yes", "Yes, I want to make some additional changes.")];
    let key = "auth.additionalQuestions";
    Ok(choose(context, key, "Do you want to configure advanced settings?", choices, "no", None)? == "yes")
}
