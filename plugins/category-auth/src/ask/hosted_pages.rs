//! Cognito's own sign-in pages: domain, addresses, OAuth, social providers.

use amplify_sdk::prelude::*;
use serde_json::{Value, json};

use super::{
    Draft,
    reply::{answer_text, checked, choose, say, several},
};
use crate::{names::Names, settings::Settings, social::Social, template};

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
        metadata[side.key()] = if present.is_empty() { new_addresses(context, side)? } else { present.into() };
    }
    if flow == Flow::Manual {
        oauth(context, &mut metadata)?;
    }
    draft.settings.set_nested("oAuthMetadata", &metadata);
    providers(context, draft)
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
    let prefix = checked(context, question, check_domain)?;
    settings.set("hostedUIDomainName", prefix);
    Ok(())
}

/// What Cognito allows, less the room that the environment's name takes.
pub fn check_domain(prefix: &str) -> Result<(), String> {
    let rule = "The domain prefix must have 1 to 62 lower-case letters, digits and inner hyphens.";
    let plain = prefix.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if prefix.is_empty() || prefix.len() > 62 || !plain || prefix.starts_with('-') || prefix.ends_with('-') {
        return Err(rule.into());
    }
    match ["aws", "amazon", "cognito"].into_iter().find(|word| prefix.contains(word)) {
        Some(word) => Err(format!("The domain prefix must not contain `{word}`.")),
        None => Ok(()),
    }
}

/// An address that Cognito may send users to.
pub fn check_address(address: &str) -> Result<(), String> {
    let rule = "The value must be a valid URI with a trailing forward slash. HTTPS must be used instead of HTTP unless \
                you are using localhost.";
    let fits = match address.split_once("://") {
        _ if address.chars().any(|c| c.is_whitespace() || c.is_control()) || address.contains('#') => false,
        Some(("https", rest)) => rest.ends_with('/') && !rest.starts_with('/'),
        Some(("http", rest)) => {
            let host = rest.split(['/', ':']).next().unwrap_or_default();
            host == "localhost" && rest.ends_with('/')
        }
        Some((scheme, _)) => {
            scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
                && scheme.to_ascii_lowercase() == scheme
        }
        None => false,
    };
    if fits { Ok(()) } else { Err(rule.into()) }
}

fn new_addresses(context: &mut Context<'_>, side: Side) -> Result<Value, PluginError> {
    let mut list = Vec::new();
    loop {
        let key = format!("{}[{}]", side.list(), list.len());
        let question = Question::input(key, format!("Enter your redirect {} URI:", side.word()));
        list.push(checked(context, question, check_address)?);
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
        let mut list = addresses(&metadata, side);
        let word = side.word();
        let choices = list.iter().map(Choice::same).collect();
        let text = format!("Which redirect {word} URIs do you want to edit?");
        let chosen = several(context, Question::multi_select(format!("auth.edit.{word}"), text, choices, 0), &[])?;
        for (position, address) in list.iter_mut().enumerate() {
            if chosen.contains(address) {
                let question =
                    Question::input(format!("auth.edit.{word}URIs[{position}]"), format!("Update {address}"));
                *address = checked(context, question.default_text(address.clone()), check_address)?;
            }
        }
        let text = format!("Do you want to add redirect {word} URIs?");
        if context.confirm(&format!("auth.edit.add.{word}"), &text, false)? {
            let new = new_addresses(context, side)?;
            list.extend(new.as_array().into_iter().flatten().filter_map(|each| each.as_str().map(Into::into)));
        }
        let mut kept: Vec<String> = Vec::new();
        for address in list {
            if !kept.contains(&address) {
                kept.push(address);
            }
        }
        metadata[side.key()] = kept.into();
    }
    settings.set_nested("oAuthMetadata", &metadata);
    Ok(())
}

fn oauth(context: &mut Context<'_>, metadata: &mut Value) -> Result<(), PluginError> {
    let choices = vec![Choice::new("code", "Authorization code grant"), Choice::new("implicit", "Implicit grant")];
    let present = metadata["AllowedOAuthFlows"][0].as_str().unwrap_or("code").to_owned();
    let text = "Select the OAuth flows enabled for this project.";
    let flow = choose(context, "auth.AllowedOAuthFlows", text, choices, &present, None)?;
    metadata["AllowedOAuthFlows"] = json!([flow]);
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
    let choices = Social::choices(&required);
    let chosen = if choices.is_empty() {
        say(context, &["No social provider supplies every attribute that is required for signing up."]);
        Vec::new()
    } else {
        several(context, Question::multi_select("auth.authProvidersUserPool", text, choices, 0), &present)?
    };
    let mut metas = Vec::new();
    for social in chosen.iter().filter_map(|name| Social::of(name)) {
        let (id_text, secret_text) = social.questions();
        let wanted = Validation::length(1, 256, "The id has 1 to 256 characters");
        let id = Question::input(format!("auth.{}", social.id_key()), id_text).validation(wanted);
        let id = answer_text(context, id)?;
        let wanted = Validation::length(1, 1024, "The secret has 1 to 1024 characters");
        let secret = Question::secret(format!("auth.{}", social.secret_key()), secret_text).validation(wanted);
        let secret = answer_text(context, secret)?;
        draft.values.push((social.id_key(), id.into()));
        draft.secrets.push((social.secret_key(), secret));
        metas.push(social.meta(&required));
    }
    for gone in Social::ALL.iter().filter(|social| !chosen.iter().any(|name| name == social.name())) {
        if present.iter().any(|name| name == gone.name()) {
            draft.values.push((gone.id_key(), Value::Null));
        }
    }
    draft.settings.set("authProvidersUserPool", chosen);
    draft.settings.set_nested("hostedUIProviderMeta", &Value::Array(metas));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_safe_places_to_send_users_to() {
        for good in ["https://example.com/", "http://localhost:3000/", "http://localhost/", "myapp://", "my.app://in/"]
        {
            assert_eq!(check_address(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "example.com/",
            "http://example.com/",
            "https://example.com",
            "https:///",
            "http://localhost.evil.com/",
            "https://a b/",
            "https://example.com/#x/",
            "1app://",
            "://x",
        ] {
            assert!(check_address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_domain_prefix_follows_cognitos_rules() {
        for good in ["shop", "shop-1", "a"] {
            assert_eq!(check_domain(good), Ok(()), "{good}");
        }
        for bad in ["", "-a", "a-", "Shop", "my.shop", "amazonia", "cognito1", "awsome", &"a".repeat(63)] {
            assert!(check_domain(bad).is_err(), "{bad}");
        }
    }
}
