//! The method `ensure`: other categories need users, or guests, and say so.

use amplify_sdk::{prelude::*, question::QuestionKind, random::Random};
use serde_json::{Value, json};

use crate::{
    ask::{self, Draft},
    change::{self, Present},
    error::AuthError,
    names::Names,
    settings::Services,
};

/// Makes sure that there is what is asked for. `parameters`: `authSelections`, `allowUnauthenticatedIdentities`, and
/// `question`, which is asked before anything is added where there is no auth.
///
/// # Errors
/// An answer that is missing, files that are not understood.
pub fn ensure(context: &mut Context<'_>, random: &dyn Random, parameters: &Value) -> Result<CallReply, PluginError> {
    let wrong = || AuthError::Parameters { method: "ensure", wanted: "an object with `authSelections`" };
    let identity_pool = match parameters["authSelections"].as_str() {
        Some("identityPoolAndUserPool") => true,
        Some("userPoolOnly") => false,
        _ => return Err(wrong().into()),
    };
    let guests = parameters["allowUnauthenticatedIdentities"] == json!(true);
    let Some(present) = Present::read(context)? else {
        return add(context, random, &parameters["question"], identity_pool, guests);
    };
    let names = Names::new(&context.project().name, present.settings.text("sharedId").to_owned());
    let mut settings = present.settings.clone();
    if identity_pool && settings.services() == Services::UserPoolOnly {
        settings.set("authSelections", Services::IdentityPoolAndUserPool.word());
        settings.set("identityPoolName", names.identity_pool());
        settings.set("allowUnauthenticatedIdentities", false);
    }
    if guests && !settings.flag("allowUnauthenticatedIdentities") {
        settings.set("allowUnauthenticatedIdentities", true);
    }
    let value = json!({ "resource": present.resource });
    if settings == present.settings {
        return Ok(CallReply { value, ..CallReply::default() });
    }
    let changes = change::updated(context, random, &present, Draft { settings, ..Draft::default() })?
        .message("Successfully updated auth resource locally.");
    Ok(CallReply { value, changes, ..CallReply::default() })
}

fn add(
    context: &mut Context<'_>,
    random: &dyn Random,
    question: &Value,
    identity_pool: bool,
    guests: bool,
) -> Result<CallReply, PluginError> {
    if !question.is_null() {
        let question: Question = serde_json::from_value(question.clone()).map_err(|error| {
            PluginError::from(AuthError::Parameters { method: "ensure", wanted: "a question as `question`" })
                .cause(error)
        })?;
        let yes_or_no = matches!(question.kind, QuestionKind::Confirm { .. });
        if yes_or_no && context.ask(question)? == json!(false) {
            return Ok(CallReply { value: json!({ "declined": true }), ..CallReply::default() });
        }
    }
    let mut draft = ask::add(context, random)?;
    if identity_pool && draft.settings.services() == Services::UserPoolOnly {
        let names = Names::new(&context.project().name, draft.settings.text("sharedId").to_owned());
        draft.settings.set("authSelections", Services::IdentityPoolAndUserPool.word());
        draft.settings.set("identityPoolName", names.identity_pool());
        draft.settings.set("allowUnauthenticatedIdentities", guests);
    }
    if guests {
        draft.settings.set("allowUnauthenticatedIdentities", true);
    }
    let value = json!({ "resource": draft.settings.text("resourceName") });
    let changes = change::added(context, random, draft)?.message("Successfully added auth resource");
    Ok(CallReply { value, changes, ..CallReply::default() })
}
