//! Cognito's own sign-in pages: domain, addresses, OAuth, social providers.

use amplify_sdk::prelude::*;
use serde_json::{Value, json};

use super::{
    Draft, is_kept, known,
    reply::{answer_text, choose, say, several},
};
use crate::{
    names::Names,
    settings::Settings,
    social::{self, Credential, Social},
    template,
};

/// How much is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Domain, addresses and providers; OAuth as most apps need it.
    Default,
    /// Everything.
    Manual,
}

const SCOPES: [(&str, &str); 5] = [
    ("phone", "Phone"),
    ("email", "Email"),
    ("openid", "OpenID"),
    ("profile", "Profile"),
    ("aws.cognito.signin.user.admin", "aws.cognito.signin.user.admin"),
];

/// Asks for all of it.
pub fn all(context: &mut Context<'_>, names: &Names, draft: &mut Draft, flow: Flow) -> Result<(), PluginError> {
    domain(context, names, &mut draft.settings)?;
    let mut metadata = draft.settings.nested("oAuthMetadata");
    if !metadata.is_object() {
        metadata = json!({ "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": SCOPES.map(|(value, _)| value) });
    }
    for side in [Side::SignIn, Side::SignOut] {
        let present = addresses(&metadata, side);
        metadata[side.key()] = if present.is_empty() {
            new_addresses(context, side, false)?
        } else {
            edited_addresses(context, side, present)?.into()
        };
    }
    if flow == Flow::Manual {
        oauth(context, &mut metadata)?;
    }
    draft.settings.set_nested("oAuthMetadata", &metadata);
    providers(context, draft)
}

/// Takes the hosted pages away, with the social providers that need them.
pub fn none(context: &Context<'_>, draft: &mut Draft) {
    for social in template::socials(&draft.settings) {
        forget(context, draft, social);
    }
    if draft.functions_for_pages {
        forget_together(context, draft);
    }
    for key in ["hostedUIDomainName", "oAuthMetadata", "hostedUIProviderMeta", "authProvidersUserPool"] {
        draft.settings.remove(key);
    }
}

/// One end of a visit to the hosted pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Where a user comes back to after signing in.
    SignIn,
    /// Where a user comes back to after signing out.
    SignOut,
}

impl Side {
    fn key(self) -> &'static str {
        match self {
            Self::SignIn => "CallbackURLs",
            Self::SignOut => "LogoutURLs",
        }
    }

    fn list(self) -> &'static str {
        match self {
            Self::SignIn => "auth.newCallbackURLs",
            Self::SignOut => "auth.newLogoutURLs",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::SignIn => "signin",
            Self::SignOut => "signout",
        }
    }
}

fn addresses(metadata: &Value, side: Side) -> Vec<String> {
    metadata[side.key()].as_array().into_iter().flatten().filter_map(|each| each.as_str().map(Into::into)).collect()
}

fn domain(context: &mut Context<'_>, names: &Names, settings: &mut Settings) -> Result<(), PluginError> {
    let present = settings.text("hostedUIDomainName");
    let default = if present.is_empty() { names.domain() } else { present.to_owned() };
    let text = "What domain name prefix do you want to use?";
    let question = Question::input("auth.hostedUIDomainName", text).default_text(default);
    let prefix = answer_text(context, question.validation(domain_rule()))?;
    settings.set("hostedUIDomainName", prefix);
    Ok(())
}

/// What Cognito allows, less the room that the environment's name takes.
fn domain_rule() -> Validation {
    let rule = "The domain prefix must have 1 to 62 lower-case letters, digits and inner hyphens, and must not contain \
                `aws`, `amazon` or `cognito`.";
    Validation::pattern("[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?", rule).excluding("aws|amazon|cognito")
}

/// An address that Cognito may send users to.
fn address_rule() -> Validation {
    let rule = "The value must be a valid URI with a trailing forward slash. HTTPS must be used instead of HTTP unless \
                you are using localhost.";
    let secure = r"https://[^\s#/][^\s#]*/";
    let here = r"http://localhost(?::[0-9]+)?/(?:[^\s#]*/)?";
    // A scheme of the app's own, which does not begin as those two do.
    let scheme = "(?:[a-gi-z]|h[a-su-z0-9+.-]|ht[a-su-z0-9+.-]|htt[a-oq-z0-9+.-])[a-z0-9+.-]*";
    Validation::pattern(format!(r"{secure}|{here}|{scheme}://[^\s#]*"), rule)
}

fn new_addresses(context: &mut Context<'_>, side: Side, more: bool) -> Result<Value, PluginError> {
    let mut list = Vec::new();
    let new = if more { "new " } else { "" };
    loop {
        let key = format!("{}[{}]", side.list(), list.len());
        let question = Question::input(key, format!("Enter your {new}redirect {} URI:", side.word()));
        list.push(answer_text(context, question.validation(address_rule()))?);
        let text = format!("Do you want to add another redirect {} URI", side.word());
        if !context.another(side.list(), list.len() - 1, &text, false)? {
            return Ok(list.into());
        }
    }
}

/// Changes the addresses that are there, and asks for more.
pub fn edit_addresses(context: &mut Context<'_>, settings: &mut Settings) -> Result<(), PluginError> {
    let mut metadata = settings.nested("oAuthMetadata");
    for side in [Side::SignIn, Side::SignOut] {
        let present = addresses(&metadata, side);
        metadata[side.key()] = if present.is_empty() {
            new_addresses(context, side, false)?
        } else {
            edited_addresses(context, side, present)?.into()
        };
    }
    settings.set_nested("oAuthMetadata", &metadata);
    Ok(())
}

fn edited_addresses(context: &mut Context<'_>, side: Side, mut list: Vec<String>) -> Result<Vec<String>, PluginError> {
    let word = side.word();
    let choices = list.iter().map(Choice::same).collect();
    let text = format!("Which redirect {word} URIs do you want to edit?");
    let chosen = several(context, Question::multi_select(format!("auth.edit.{word}"), text, choices, 0), &[])?;
    for (position, address) in list.iter_mut().enumerate() {
        if chosen.contains(address) {
            let question = Question::input(format!("auth.edit.{word}URIs[{position}]"), format!("Update {address}"));
            *address = answer_text(context, question.default_text(address.clone()).validation(address_rule()))?;
        }
    }
    let text = format!("Do you want to add redirect {word} URIs?");
    if context.confirm(&format!("auth.edit.add.{word}"), &text, false)? {
        let new = new_addresses(context, side, true)?;
        list.extend(new.as_array().into_iter().flatten().filter_map(|each| each.as_str().map(Into::into)));
    }
    let mut kept: Vec<String> = Vec::new();
    for address in list {
        if !kept.contains(&address) {
            kept.push(address);
        }
    }
    Ok(kept)
}

fn oauth(context: &mut Context<'_>, metadata: &mut Value) -> Result<(), PluginError> {
    // An app that is no web page is never given tokens in an address.
    if context.project().frontend == "javascript" {
        let choices = vec![Choice::new("code", "Authorization code grant"), Choice::new("implicit", "Implicit grant")];
        let present = metadata["AllowedOAuthFlows"][0].as_str().unwrap_or("code").to_owned();
        let text = "Select the OAuth flows enabled for this project.";
        let flow = choose(context, "auth.AllowedOAuthFlows", text, choices, &present, None)?;
        metadata["AllowedOAuthFlows"] = json!([flow]);
    }
    let choices = SCOPES.iter().map(|(value, label)| Choice::new(*value, *label)).collect();
    let present: Vec<String> = metadata["AllowedOAuthScopes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|each| each.as_str().map(Into::into))
        .collect();
    let text = "Select the OAuth scopes enabled for this project.";
    let question = Question::multi_select("auth.AllowedOAuthScopes", text, choices, 1)
        .min_message("You must select at least one OAuth scope.");
    metadata["AllowedOAuthScopes"] = several(context, question, &present)?.into();
    Ok(())
}

/// Asks which social providers, and for their ids and secrets.
pub fn providers(context: &mut Context<'_>, draft: &mut Draft) -> Result<(), PluginError> {
    let required = draft.settings.list("requiredAttributes");
    let present: Vec<String> =
        template::socials(&draft.settings).iter().map(|social| social.name().to_owned()).collect();
    let text = if present.is_empty() {
        "Select the social providers you want to configure for your user pool:"
    } else {
        "Select the identity providers you want to configure for your user pool:"
    };
    let mut choices = Social::choices(&required);
    if draft.functions_for_pages {
        // The original's function knows nothing of what Apple wants.
        choices.retain(|choice| choice.value != Social::Apple.name());
    }
    let chosen = if choices.is_empty() {
        say(context, &["No social provider supplies every attribute that is required for signing up."]);
        Vec::new()
    } else {
        several(context, Question::multi_select("auth.authProvidersUserPool", text, choices, 0), &present)?
    };
    let mut metas = Vec::new();
    let mut together = Vec::new();
    for social in chosen.iter().filter_map(|name| Social::of(name)) {
        say(
            context,
            &[&format!(" Users can sign in with {}: {} gives your app an id. ", social.label(), social.place())],
        );
        let mut entry = json!({ "ProviderName": social.name() });
        for one in social.credentials() {
            let value = credential(context, draft, social, one)?;
            entry[one.detail] = value.into();
        }
        together.push(entry);
        metas.push(social.meta(&required));
    }
    for gone in Social::ALL.iter().filter(|social| !chosen.iter().any(|name| name == social.name())) {
        if present.iter().any(|name| name == gone.name()) {
            forget(context, draft, *gone);
        }
    }
    if draft.functions_for_pages {
        draft.secrets.push((TOGETHER.into(), Value::Array(together).to_string()));
        draft.values.push((TOGETHER.into(), Value::Null));
    }
    draft.settings.set("authProvidersUserPool", chosen);
    draft.settings.set_nested("hostedUIProviderMeta", &Value::Array(metas));
    Ok(())
}

/// Where the original's function finds the ids and secrets of all providers, as JSON text.
pub const TOGETHER: &str = "hostedUIProviderCreds";

fn credential(
    context: &mut Context<'_>,
    draft: &mut Draft,
    social: Social,
    one: &Credential,
) -> Result<String, PluginError> {
    let key = social.key(one);
    let earlier = earlier(context, &draft.settings, social, one);
    if !one.secret {
        let wanted = Validation::length(1, 256, "The id has 1 to 256 characters");
        let mut question = Question::input(format!("auth.{key}"), one.text).validation(wanted);
        if let Some(present) = known(context, &draft.settings, &key).or(earlier) {
            question = question.default_text(present);
        }
        let id = answer_text(context, question)?;
        if !draft.functions_for_pages {
            draft.values.push((key, id.clone().into()));
        }
        return Ok(id);
    }
    let wanted = Validation::length(1, 4096, "The secret has 1 to 4096 characters");
    // What is kept cannot be read again, so it can stay only where it is kept by itself.
    let is_kept = if draft.functions_for_pages { earlier.is_some() } else { is_kept(context, &draft.settings, &key) };
    let question = Question::secret(format!("auth.{key}"), one.text).validation(wanted).kept(is_kept);
    let mut secret = answer_text(context, question)?;
    if one.detail == "private_key" {
        secret = social::bare_key(&secret);
    }
    if draft.functions_for_pages {
        return Ok(if secret.is_empty() { earlier.unwrap_or_default() } else { secret });
    }
    if !secret.is_empty() {
        draft.secrets.push((key, secret.clone()));
    }
    Ok(secret)
}

/// What the original kept of a credential, in clear text among the environment's values.
fn earlier(context: &Context<'_>, settings: &Settings, social: Social, one: &Credential) -> Option<String> {
    let entries: Value = serde_json::from_str(&known(context, settings, TOGETHER)?).ok()?;
    let entry = entries.as_array()?.iter().find(|entry| entry["ProviderName"] == social.name())?;
    entry[one.detail].as_str().map(Into::into)
}

fn forget(context: &Context<'_>, draft: &mut Draft, social: Social) {
    for one in social.credentials() {
        let key = social.key(one);
        if !one.secret {
            draft.values.push((key, Value::Null));
        } else if is_kept(context, &draft.settings, &key) {
            draft.secrets.push((key, String::new()));
        }
    }
}

fn forget_together(context: &Context<'_>, draft: &mut Draft) {
    draft.values.push((TOGETHER.into(), Value::Null));
    if is_kept(context, &draft.settings, TOGETHER) {
        draft.secrets.push((TOGETHER.into(), String::new()));
    }
}

#[cfg(test)]
mod tests {
    use amplify_sdk::check;

    use super::*;

    fn fits(rule: Validation, text: &str) -> bool {
        check::answer(&Question::input("k", "?").validation(rule), &text.into()).is_ok()
    }

    #[test]
    fn addresses_are_safe_places_to_send_users_to() {
        for good in [
            "https://example.com/",
            "https://example.com:8443/in/?a=b&c/",
            "http://localhost:3000/",
            "http://localhost/",
            "http://localhost/in/",
            "myapp://",
            "my.app://in/",
            "hello://",
        ] {
            assert!(fits(address_rule(), good), "{good}");
        }
        for bad in [
            "",
            "example.com/",
            "http://example.com/",
            "https://example.com",
            "https:///",
            "http://localhost.evil.com/",
            "http://localhost:3000",
            "https://a b/",
            "https://example.com/#x/",
            "1app://",
            "://x",
        ] {
            assert!(!fits(address_rule(), bad), "{bad}");
        }
    }

    #[test]
    fn a_domain_prefix_follows_cognitos_rules() {
        for good in ["shop", "shop-1", "a", &"a".repeat(62)] {
            assert!(fits(domain_rule(), good), "{good}");
        }
        for bad in ["", "-a", "a-", "Shop", "my.shop", "amazonia", "cognito1", "awsome", &"a".repeat(63)] {
            assert!(!fits(domain_rule(), bad), "{bad}");
        }
    }
}
