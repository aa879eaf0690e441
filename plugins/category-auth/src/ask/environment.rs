//! What a new environment needs of its own: ids and secrets at identity providers.

use amplify_sdk::prelude::*;
use serde_json::{Value, json};

use super::{Draft, hosted_pages::TOGETHER, is_kept, known, reply::answer_text};
use crate::{
    federation,
    settings::Settings,
    social::{self, Credential, Social},
    template,
};

/// Something that each environment has for itself.
struct Own {
    key: String,
    text: &'static str,
    secret: bool,
}

/// Asks for what the current environment lacks; `functions_for_pages` as in [`Draft`]. `given` holds answers by parameter, as
/// `--categories` has them. Whoever answers nothing leaves it for later, so the second value lists what is still lacking.
///
/// # Errors
/// An answer that does not fit.
pub fn complete(
    context: &mut Context<'_>,
    settings: &Settings,
    functions_for_pages: bool,
    given: &Value,
) -> Result<(Draft, Vec<String>), PluginError> {
    let mut draft = Draft { settings: settings.clone(), functions_for_pages, ..Draft::default() };
    let mut lacking = Vec::new();
    for own in federated(settings) {
        if known(context, settings, &own.key).is_none() {
            let answer = answer(context, &own, given)?;
            keep(&mut draft, &mut lacking, own, answer);
        }
    }
    if functions_for_pages {
        together(context, &mut draft, &mut lacking, given)?;
        return Ok((draft, lacking));
    }
    for own in template::socials(settings).into_iter().flat_map(of_pages) {
        let present = if own.secret {
            is_kept(context, settings, &own.key)
        } else {
            known(context, settings, &own.key).is_some()
        };
        if !present {
            let answer = answer(context, &own, given)?;
            keep(&mut draft, &mut lacking, own, answer);
        }
    }
    Ok((draft, lacking))
}

/// What the original's functions take all at once.
fn together(
    context: &mut Context<'_>,
    draft: &mut Draft,
    lacking: &mut Vec<String>,
    given: &Value,
) -> Result<(), PluginError> {
    let socials = template::socials(&draft.settings);
    let present = known(context, &draft.settings, TOGETHER).is_some() || is_kept(context, &draft.settings, TOGETHER);
    if present || socials.is_empty() {
        return Ok(());
    }
    let mut entries = Vec::new();
    let before = lacking.len();
    for social in socials {
        let mut entry = json!({ "ProviderName": social.name() });
        for (own, credential) in of_pages(social).into_iter().zip(social.credentials()) {
            let answer = answer(context, &own, given)?;
            if answer.is_empty() {
                lacking.push(own.key);
            }
            entry[credential.detail] = answer.into();
        }
        entries.push(entry);
    }
    if lacking.len() == before {
        draft.secrets.push((TOGETHER.into(), Value::Array(entries).to_string()));
    }
    Ok(())
}

fn answer(context: &mut Context<'_>, own: &Own, given: &Value) -> Result<String, PluginError> {
    let answer = match given[&own.key].as_str() {
        Some(given) => given.to_owned(),
        None => {
            let key = format!("auth.{}", own.key);
            // Empty is an answer: whoever has no id yet still gets an environment.
            let question = if own.secret {
                Question::secret(key, own.text).kept(true)
            } else {
                Question::input(key, own.text).default_text("")
            };
            answer_text(context, question)?
        }
    };
    Ok(if own.key.ends_with("PrivateKeyUserPool") { social::bare_key(&answer) } else { answer })
}

fn keep(draft: &mut Draft, lacking: &mut Vec<String>, own: Own, answer: String) {
    match answer.as_str() {
        "" => lacking.push(own.key),
        _ if own.secret => draft.secrets.push((own.key, answer)),
        _ => draft.values.push((own.key, answer.into())),
    }
}

fn federated(settings: &Settings) -> Vec<Own> {
    let mut wanted = Vec::new();
    let native = federation::native(settings);
    for provider in federation::chosen(settings) {
        wanted.push(Own { key: provider.key.into(), text: provider.text, secret: false });
        for (_, key, _, text) in federation::NATIVE {
            if provider.name == federation::GOOGLE && native.iter().any(|(each, _)| *each == key) {
                wanted.push(Own { key: key.into(), text, secret: false });
            }
        }
    }
    wanted
}

fn of_pages(social: Social) -> Vec<Own> {
    let own = |one: &Credential| Own { key: social.key(one), text: one.text, secret: one.secret };
    social.credentials().iter().map(own).collect()
}
