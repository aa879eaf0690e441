//! What a new environment needs of its own: ids and secrets at identity providers.

use amplify_sdk::prelude::*;
use serde_json::Value;

use super::{Draft, is_kept, known, reply::answer_text};
use crate::{federation, settings::Settings, social, template};

/// Something that each environment has for itself.
struct Own {
    key: String,
    text: &'static str,
    secret: bool,
}

/// Asks for what the current environment lacks. `given` holds answers by parameter, as `--categories` has them. Whoever
/// answers nothing leaves it for later, so the second value lists what is still lacking.
///
/// # Errors
/// An answer that does not fit.
pub fn complete(
    context: &mut Context<'_>,
    settings: &Settings,
    given: &Value,
) -> Result<(Draft, Vec<String>), PluginError> {
    let mut draft = Draft { settings: settings.clone(), ..Draft::default() };
    let mut lacking = Vec::new();
    for own in wanted(settings) {
        let present = if own.secret {
            is_kept(context, settings, &own.key)
        } else {
            known(context, settings, &own.key).is_some()
        };
        if present {
            continue;
        }
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
        let answer = if own.key.ends_with("PrivateKeyUserPool") { social::bare_key(&answer) } else { answer };
        match answer.as_str() {
            "" => lacking.push(own.key),
            _ if own.secret => draft.secrets.push((own.key, answer)),
            _ => draft.values.push((own.key, answer.into())),
        }
    }
    Ok((draft, lacking))
}

fn wanted(settings: &Settings) -> Vec<Own> {
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
    for social in template::socials(settings) {
        for one in social.credentials() {
            wanted.push(Own { key: social.key(one), text: one.text, secret: one.secret });
        }
    }
    wanted
}
