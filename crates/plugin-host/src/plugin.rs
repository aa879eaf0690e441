//! An open plugin.

use abi_stable::std_types::RSlice;
use amplify_plugin_abi::{
    check,
    manifest::Manifest,
    message::{Request, Response},
    module::PluginModuleRef,
};

use crate::{HostServices, InvokeError, callbacks, departure::Within};

/// The largest answer that is accepted, in bytes.
pub const MAX_REPLY: usize = 64 * 1024 * 1024;

/// A plugin whose library is open.
pub struct Plugin {
    manifest: Manifest,
    module: PluginModuleRef,
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Plugin({} {})", self.manifest.name, self.manifest.version)
    }
}

impl Plugin {
    pub(crate) fn new(manifest: Manifest, module: PluginModuleRef) -> Self {
        Self { manifest, module }
    }

    /// Its manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.manifest.name
    }

    /// Sends a request and waits for the answer. Meanwhile the plugin may use the services, from this thread only.
    ///
    /// # Errors
    /// The plugin failed or panicked ([`InvokeError::Plugin`]), its answer is none, or it wants to change what is not its
    /// own ([`check::response`]).
    ///
    /// # Panics
    /// If a service panics, the panic goes on here once the plugin has returned.
    pub fn invoke(&self, request: &Request, services: &mut dyn HostServices) -> Result<Response, InvokeError> {
        let document = serde_json::to_vec(request)
            .map_err(|source| InvokeError::RequestUnencodable { plugin: self.name().into(), source })?;
        let within = Within::enter(self.name(), request);
        let reply =
            callbacks::serve(services, |host| self.module.invoke()(RSlice::from_slice(document.as_slice()), host));
        drop(within);
        if reply.len() > MAX_REPLY {
            return Err(InvokeError::ReplyTooLarge {
                plugin: self.name().into(),
                bytes: reply.len(),
                limit: MAX_REPLY,
            });
        }
        let response: Response = serde_json::from_slice(reply.as_slice()).map_err(|error| {
            let head = &reply.as_slice()[..reply.len().min(60)];
            let excerpt = String::from_utf8_lossy(head).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            InvokeError::ReplyGarbled { plugin: self.name().into(), reason: error.to_string(), excerpt }
        })?;
        if let Response::Error(error) = response {
            return Err(InvokeError::Plugin { plugin: self.name().into(), error: Box::new(error) });
        }
        let (wanted, found) = (wanted(request), kind(&response));
        if wanted != found {
            return Err(InvokeError::ReplyUnexpected { plugin: self.name().into(), found, wanted });
        }
        let faults = check::response(&self.manifest.kind, &response);
        if !faults.is_empty() {
            return Err(InvokeError::ChangesRefused { plugin: self.name().into(), faults });
        }
        Ok(response)
    }
}

fn wanted(request: &Request) -> &'static str {
    match request {
        Request::Command(_) | Request::Event(_) => "changes",
        Request::Headless(_) => "answers",
        Request::Call(_) => "call",
        Request::Build(_) => "build",
        Request::Compile(_) => "compile",
        Request::Exports(_) => "exports",
        Request::Mock(_) => "mocked",
        Request::Provider(_) => "provider",
        Request::Frontend(_) => "frontend",
        _ => "unknown",
    }
}

fn kind(response: &Response) -> &'static str {
    match response {
        Response::Changes(_) => "changes",
        Response::Answers(_) => "answers",
        Response::Call(_) => "call",
        Response::Build(_) => "build",
        Response::Compile(_) => "compile",
        Response::Exports(_) => "exports",
        Response::Mocked => "mocked",
        Response::Provider(_) => "provider",
        Response::Frontend(_) => "frontend",
        Response::Error(_) => "error",
        _ => "unknown",
    }
}
