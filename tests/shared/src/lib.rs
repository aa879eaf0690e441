//! A provider for tests of teams: its cloud is a folder outside the project, so several clones of a project share it, and it
//! keeps records of deployments. It needs no account and no network.
//!
//! Every request is noted in `<folder>/calls.log`. A file in an environment's folder asks for a fault: `refuse-publish`
//! and `stranger` (other credentials than the environment's).

mod cloud;
mod record;

use std::io::Write;

use amplify_sdk::{
    error::ErrorKind,
    prelude::*,
    provider::{ProviderReply, ProviderRequest},
};

/// The provider.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shared;

impl Provider for Shared {
    fn manifest(&self) -> Manifest {
        Manifest::new(
            "provider-shared",
            PluginKind::provider("shared"),
            "1.0.0",
            "Deploys into a folder that several share",
        )
    }

    fn handle(&self, context: &mut Context<'_>, request: ProviderRequest) -> Result<ProviderReply, PluginError> {
        match request {
            ProviderRequest::Initialize(request) => cloud::initialize(context, request).map(ProviderReply::Initialized),
            ProviderRequest::Deploy(request) => cloud::deploy(context, request).map(ProviderReply::Deployed),
            ProviderRequest::Destroy(request) => cloud::destroy(context, &request).map(ProviderReply::Destroyed),
            ProviderRequest::Publish(request) => record::publish(&request).map(ProviderReply::Published),
            ProviderRequest::Fetch(request) => record::fetch(&request).map(ProviderReply::Fetched),
            ProviderRequest::Discover(request) => record::discover(&request).map(ProviderReply::Discovered),
            ProviderRequest::Identify(request) => record::identify(&request).map(ProviderReply::Identified),
            _ => Err(PluginError {
                kind: ErrorKind::Unsupported,
                ..PluginError::new("unsupported", "the provider `shared` does not know this request")
            }),
        }
    }
}

/// An environment's folder in the shared one, noted as asked for `what`.
fn place(state: &JsonMap, project: &str, environment: &str, what: &str) -> Result<std::path::PathBuf, PluginError> {
    let folder = state.get("Folder").or_else(|| state.get("folder")).and_then(|folder| folder.as_str());
    let folder = folder.ok_or_else(|| PluginError::new("no-folder", "no folder is recorded"))?;
    note(folder, &format!("{what} {environment}"))?;
    Ok(std::path::Path::new(folder).join(project).join(environment))
}

fn note(folder: &str, line: &str) -> Result<(), PluginError> {
    let log = std::path::Path::new(folder).join("calls.log");
    let opened = fs_err::OpenOptions::new().create(true).append(true).open(log);
    opened.and_then(|mut log| writeln!(log, "{line}")).map_err(io)
}

#[expect(clippy::needless_pass_by_value, reason = "it is used as a function for `map_err`")]
fn io(error: std::io::Error) -> PluginError {
    PluginError::new("io", error.to_string())
}

amplify_sdk::export_plugin!(provider: Shared);
