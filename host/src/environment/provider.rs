//! Which provider deploys an environment.

use amplify_plugin_abi::message::{Request, Response};
use amplify_plugin_abi::{
    JsonMap,
    provider::{ProviderReply, ProviderRequest},
    question::{Choice, Question},
};
use amplify_plugin_host::Entry;
use serde_json::Value;

use crate::{error::Error, host::Host, questions::Mode};

/// The provider of this machine.
pub const LOCAL: &str = "local";
/// The provider that the original has.
pub const AWS: &str = "awscloudformation";

/// A provider, and what was given for it.
pub struct Chosen<'h> {
    /// Its plugin.
    pub entry: &'h Entry,
    /// Its name.
    pub name: String,
    /// Its part of `--providers`.
    pub options: JsonMap,
}

/// The provider for a new environment: the one given, else the cloud's if there are credentials and its plugin, else this
/// machine.
///
/// # Errors
/// It is not installed, or what was given names none.
pub fn choose<'h>(host: &'h Host<'_>, given: Option<&str>) -> Result<Chosen<'h>, Error> {
    let (name, options) = match given.map(parse).transpose()? {
        Some(found) => found,
        None => {
            let aws = host.catalog.registry().provider(AWS).is_some() && host.surroundings.aws_credentials();
            (ask(host, if aws { AWS } else { LOCAL })?, JsonMap::new())
        }
    };
    Ok(Chosen { entry: installed(host, &name)?, name, options })
}

/// Lets a person choose where there is a choice; anybody else gets the preselected one.
fn ask(host: &Host<'_>, preselected: &str) -> Result<String, Error> {
    let mut names: Vec<&str> =
        host.catalog.registry().providers().map(|entry| entry.manifest.head().kind.word()).collect();
    names.sort_unstable();
    if host.settings.mode != Mode::Terminal || names.len() < 2 || !names.contains(&preselected) {
        return Ok(preselected.to_owned());
    }
    let choices = names.into_iter().map(Choice::same).collect();
    let question = Question::select("init.provider", "Choose the provider that deploys the environment", choices);
    host.ask_text(&question.default_text(preselected))
}

/// The provider that `--providers` names, with its options: `local`, or `{"awscloudformation": {...}}`.
///
/// # Errors
/// It names none.
pub fn parse(text: &str) -> Result<(String, JsonMap), Error> {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(object)) => {
            let Some((name, options)) = object.into_iter().next() else {
                let error = Error::usage("no-provider", "`--providers` names no provider");
                return Err(error.hint("name one, as in `--providers local`"));
            };
            Ok((name, options.as_object().cloned().unwrap_or_default()))
        }
        Ok(Value::String(name)) => Ok((name, JsonMap::new())),
        _ => Ok((text.to_owned(), JsonMap::new())),
    }
}

/// The plugin of a provider.
///
/// # Errors
/// It is not installed, or cannot be used.
pub fn installed<'h>(host: &'h Host<'_>, name: &str) -> Result<&'h Entry, Error> {
    let registry = host.catalog.registry();
    if let Some(entry) = registry.provider(name) {
        return Ok(entry);
    }
    let error = Error::failed("provider-missing", format!("the provider `{name}` is not installed"));
    let error = match registry.broken_by_word(name) {
        Some(broken) => {
            let broken = Error::from(&broken.error);
            let error = error.cause(&broken.message);
            return Err(broken.causes.into_iter().fold(Error { hints: broken.hints, ..error }, Error::cause));
        }
        None => error,
    };
    let others: Vec<&str> = registry.providers().map(|entry| entry.manifest.head().kind.word()).collect();
    let error = if others.is_empty() {
        error.hint("no provider is installed; type `amplify plugin list` to see where plugins are searched")
    } else {
        error.hint(format!("these are: {}", others.join(", ")))
    };
    if name != LOCAL && others.contains(&LOCAL) {
        return Err(error.hint("`amplify init --provider local` makes an environment on this machine"));
    }
    Err(error)
}

/// Sends a provider a request. Its answer counts, even if Ctrl-C came too late to stop it.
///
/// # Errors
/// The provider's own.
pub fn request(host: &Host<'_>, entry: &Entry, request: ProviderRequest) -> Result<ProviderReply, Error> {
    match host.invoke_whole(entry, &Request::Provider(Box::new(request)), None)? {
        Response::Provider(reply) => Ok(*reply),
        _ => Err(answered_wrongly(entry)),
    }
}

/// Whether a provider does not know a request: it has nothing of the kind, or is older than this program.
pub fn is_unsupported(error: &Error) -> bool {
    matches!(&*error.code, "unsupported" | "unknown-request")
}

/// The provider answered another question than the one asked.
pub fn answered_wrongly(entry: &Entry) -> Error {
    Error::failed("plugin-reply-unexpected", format!("the plugin `{}` answered another request", entry.manifest.name))
        .hint("report this to the plugin's author")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_named_or_given_with_its_options() {
        assert_eq!(parse("local").unwrap(), ("local".into(), JsonMap::new()));
        assert_eq!(parse("\"local\"").unwrap().0, "local");
        let (name, options) = parse(r#"{"awscloudformation": {"useProfile": true}}"#).unwrap();
        assert_eq!((name.as_str(), &options["useProfile"]), ("awscloudformation", &Value::Bool(true)));
        assert_eq!(&*parse("{}").unwrap_err().code, "no-provider");
    }
}
