//! The two functions that a plugin library exports, in safe terms: bytes in, bytes out, never a panic.

use amplify_plugin_abi::{
    error::{ErrorKind, PluginError},
    manifest::{Description, Manifest},
    message::{LogLevel, LogRecord, Request, Response},
    module::HostTableRef,
};
use serde::Serialize;

use crate::{
    HostConnection,
    connection::TableConnection,
    dispatch::{self, Handler},
    panics,
};

/// A plugin as the export macro defines it.
pub trait Export: 'static {
    /// The crate's name, for errors of a plugin that cannot even say its own name.
    const CRATE: &'static str;
    /// The plugin, made at the first call.
    fn handler() -> &'static dyn Handler;
}

/// Returns a [`Description`].
pub(crate) fn describe<E: Export>() -> Vec<u8> {
    panics::silence();
    let description = match panics::catch(|| E::handler().manifest()) {
        Ok(manifest) => Description::Manifest(Manifest { library: None, sha256: None, ..manifest }),
        Err(caught) => Description::Failed { error: panicked(E::CRATE, "describing itself", caught) },
    };
    encode(&description, |error| Description::Failed { error })
}

/// Returns a [`Response`].
pub(crate) fn invoke<E: Export>(request: &[u8], host: HostTableRef) -> Vec<u8> {
    panics::silence();
    let mut host = TableConnection::new(host);
    let response = match serde_json::from_slice::<Request>(request) {
        Ok(request) => {
            let task = task(&request);
            panics::catch(|| dispatch::invoke(E::handler(), &mut host, request))
                .unwrap_or_else(|caught| Response::Error(panicked(&name::<E>(), &task, caught)))
        }
        Err(error) => Response::Error(not_understood(&name::<E>(), &error)),
    };
    for text in panics::foreign() {
        host.log(&LogRecord { level: LogLevel::Warning, text: format!("plugin `{}`: {text}", name::<E>()) });
    }
    encode(&response, Response::Error)
}

fn name<E: Export>() -> String {
    panics::catch(|| E::handler().manifest().name).unwrap_or_else(|_| E::CRATE.to_owned())
}

/// What the plugin was doing, for the message of a panic.
fn task(request: &Request) -> String {
    match request {
        Request::Command(request) => format!("running `{}`", request.command),
        Request::Headless(request) => format!("reading the payload for `{}`", request.command),
        Request::Event(request) => format!("handling `{:?}`", request.event),
        Request::Call(request) => format!("answering `{}`", request.method),
        Request::Build(request) => format!("building `{}`", request.resource),
        Request::Provider(_) => "working for the environment".to_owned(),
        Request::Frontend(_) => "working for the app".to_owned(),
        _ => "working".to_owned(),
    }
}

fn panicked(plugin: &str, task: &str, caught: panics::Caught) -> PluginError {
    let place = caught.place.map(|place| format!("at {place}: ")).unwrap_or_default();
    PluginError {
        kind: ErrorKind::Panicked,
        ..PluginError::new("plugin-panicked", format!("the plugin `{plugin}` panicked while {task}"))
            .cause(format!("{place}{}", caught.message))
            .hint("this is a fault of the plugin; nothing was changed".to_owned())
            .hint(format!("tell its authors, or look for a newer version of `{plugin}`"))
    }
}

/// A request that this version of the SDK does not know is no fault of anybody.
fn not_understood(plugin: &str, error: &serde_json::Error) -> PluginError {
    let text = error.to_string();
    if text.starts_with("unknown variant") {
        return PluginError {
            kind: ErrorKind::Unsupported,
            ..PluginError::new("unknown-request", format!("the plugin `{plugin}` does not know this request"))
                .cause(text)
                .hint(format!("look for a newer version of `{plugin}`"))
        };
    }
    PluginError::new("bad-request", format!("the plugin `{plugin}` cannot read the host's request"))
        .cause(text)
        .hint(format!("use versions of amplify and of `{plugin}` that belong together"))
}

fn encode<T: Serialize>(document: &T, failed: impl FnOnce(PluginError) -> T) -> Vec<u8> {
    serde_json::to_vec(document)
        .or_else(|error| {
            serde_json::to_vec(&failed(
                PluginError::new("bad-reply", "the plugin's reply cannot be encoded").cause(error),
            ))
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(request: &str) -> ErrorKind {
        let error = serde_json::from_str::<Request>(request).expect_err("no such request");
        not_understood("storage", &error).kind
    }

    #[test]
    fn a_newer_request_is_unsupported() {
        assert_eq!(kind_of(r#"{"type": "dream", "body": {}}"#), ErrorKind::Unsupported);
        assert_eq!(kind_of(r#"{"type": "provider", "body": {"operation": "dream"}}"#), ErrorKind::Unsupported);
        assert_eq!(kind_of(r#"{"type": "event", "body": {"event": "PreDream"}}"#), ErrorKind::Unsupported);
    }

    #[test]
    fn a_request_that_is_none_is_a_failure() {
        for request in ["", "{", "[]", r#"{"type": "command", "body": 7}"#, r#"{"body": {}}"#] {
            assert_eq!(kind_of(request), ErrorKind::Failed, "{request}");
        }
    }
}
