//! Identity providers that an identity pool trusts directly.

use amplify_sdk::prelude::*;

use super::{
    Draft,
    reply::{answer_text, several, yes_or_no},
};

/// Provider, label, parameter and question of its id.
const PROVIDERS: [(&str, &str, &str, &str); 3] = [
    ("graph.facebook.com", "Facebook", "facebookAppId", "Enter your Facebook App ID for your identity pool: "),
    ("accounts.google.com", "Google", "googleClientId", "Enter your Google Web Client ID for your identity pool: "),
    ("www.amazon.com", "Amazon", "amazonAppId", "Enter your Amazon App ID for your identity pool: "),
];

/// Asks which, and for their ids.
pub fn all(context: &mut Context<'_>, draft: &mut Draft) -> Result<(), PluginError> {
    let wanted = yes_or_no(
        context,
        "auth.thirdPartyAuth",
        "Do you want to enable 3rd party authentication providers in your identity pool?",
        true,
        "Users who signed in to Facebook, Google or Amazon get AWS credentials from the identity pool directly.",
    )?;
    draft.settings.set("thirdPartyAuth", wanted);
    if !wanted {
        draft.settings.remove("authProviders");
        return Ok(());
    }
    let choices = PROVIDERS.iter().map(|(provider, label, ..)| Choice::new(*provider, *label)).collect();
    let text = "Select the third party identity providers you want to configure for your identity pool:";
    let question = Question::multi_select("auth.authProviders", text, choices, 0);
    let chosen = several(context, question, &draft.settings.list("authProviders"))?;
    for (provider, _, key, text) in PROVIDERS {
        if chosen.iter().any(|each| each == provider) {
            let wanted = Validation::length(1, 128, "The id has 1 to 128 characters");
            let id = answer_text(context, Question::input(format!("auth.{key}"), text).validation(wanted))?;
            draft.values.push((key.into(), id.into()));
        }
    }
    draft.settings.set("authProviders", chosen);
    Ok(())
}
