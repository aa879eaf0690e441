//! Identity providers that an identity pool trusts directly.

use amplify_sdk::prelude::*;
use serde_json::Value;

use super::{
    Draft, known,
    reply::{answer_text, say, several, yes_or_no},
};
use crate::federation::{GOOGLE, NATIVE, NATIVE_IDS, PROVIDERS};

/// Asks which, and for their ids.
pub fn all(context: &mut Context<'_>, draft: &mut Draft, exists: bool) -> Result<(), PluginError> {
    let wanted = yes_or_no(
        context,
        "auth.thirdPartyAuth",
        "Do you want to enable 3rd party authentication providers in your identity pool?",
        !exists || draft.settings.flag("thirdPartyAuth"),
        "Users who signed in to Facebook, Google, Amazon or Apple get AWS credentials from the identity pool directly.",
    )?;
    draft.settings.set("thirdPartyAuth", wanted);
    if !wanted {
        none(draft);
        return Ok(());
    }
    let choices = PROVIDERS.iter().map(|provider| Choice::new(provider.name, provider.label)).collect();
    let text = "Select the third party identity providers you want to configure for your identity pool:";
    let question = Question::multi_select("auth.authProviders", text, choices, 0);
    let before = draft.settings.list("authProviders");
    let chosen = several(context, question, &before)?;
    let native = NATIVE.into_iter().find(|(frontend, ..)| *frontend == context.project().frontend);
    draft.settings.remove(NATIVE_IDS);
    for provider in PROVIDERS {
        if chosen.iter().any(|each| each == provider.name) {
            say(
                context,
                &[&format!(" Users can sign in with {}: {} gives your app an id. ", provider.label, provider.place)],
            );
            id(context, draft, provider.key, provider.text)?;
            if let Some((_, key, _, text)) = native.filter(|_| provider.name == GOOGLE) {
                id(context, draft, key, text)?;
                draft.settings.set(NATIVE_IDS, vec![key]);
            }
        } else if before.iter().any(|each| each == provider.name) {
            draft.values.push((provider.key.into(), Value::Null));
        }
    }
    draft.settings.set("authProviders", chosen);
    Ok(())
}

/// Takes them all away.
pub fn none(draft: &mut Draft) {
    for provider in crate::federation::chosen(&draft.settings) {
        draft.values.push((provider.key.into(), Value::Null));
    }
    for (key, _) in crate::federation::native(&draft.settings) {
        draft.values.push((key.into(), Value::Null));
    }
    for key in ["authProviders", "audiences", NATIVE_IDS] {
        draft.settings.remove(key);
    }
}

fn id(context: &mut Context<'_>, draft: &mut Draft, key: &str, text: &str) -> Result<(), PluginError> {
    let wanted = Validation::length(1, 128, "The id has 1 to 128 characters");
    let mut question = Question::input(format!("auth.{key}"), text).validation(wanted);
    if let Some(present) = known(context, &draft.settings, key) {
        question = question.default_text(present);
    }
    let id = answer_text(context, question)?;
    draft.values.push((key.into(), id.into()));
    Ok(())
}
