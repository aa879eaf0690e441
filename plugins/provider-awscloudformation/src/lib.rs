//! The provider `awscloudformation`: deploys an environment as one root stack with nested stacks into an AWS account.
//!
//! Everything that asks the cloud is asynchronous inside and owned by one runtime a request; nothing of it crosses to the host.

mod access;
mod app;
mod attempt;
mod boundary;
mod bucket;
mod console;
mod deploy;
mod destroy;
mod discover;
mod error;
mod failure;
mod fetch;
mod identify;
mod initialize;
mod inventory;
mod lease;
mod marks;
mod partition;
mod place;
mod publish;
mod published;
mod record;
mod secrets;
mod session;
mod stack;
mod uploads;
mod watch;

use std::future::Future;

use amplify_sdk::{
    error::ErrorKind,
    prelude::*,
    provider::{ProviderReply, ProviderRequest},
};

use crate::error::Error;

/// The provider.
#[derive(Clone, Copy, Debug, Default)]
pub struct AwsCloudFormation;

impl Provider for AwsCloudFormation {
    fn manifest(&self) -> Manifest {
        Manifest::new(
            "provider-awscloudformation",
            PluginKind::provider("awscloudformation"),
            env!("CARGO_PKG_VERSION"),
            "Deploys into an AWS account with CloudFormation",
        )
    }

    fn handle(&self, context: &mut Context<'_>, request: ProviderRequest) -> Result<ProviderReply, PluginError> {
        match request {
            ProviderRequest::Initialize(request) => {
                complete(initialize::run(context, &request)).map(ProviderReply::Initialized)
            }
            ProviderRequest::Deploy(request) => complete(deploy::run(context, &request)).map(ProviderReply::Deployed),
            ProviderRequest::Destroy(request) => {
                complete(destroy::run(context, &request)).map(ProviderReply::Destroyed)
            }
            ProviderRequest::Publish(request) => complete(publish::run(&request)).map(ProviderReply::Published),
            ProviderRequest::Fetch(request) => complete(fetch::run(&request)).map(ProviderReply::Fetched),
            ProviderRequest::Discover(request) => {
                complete(discover::run(context, &request)).map(ProviderReply::Discovered)
            }
            ProviderRequest::Identify(request) => complete(identify::run(&request)).map(ProviderReply::Identified),
            ProviderRequest::Console(request) => {
                console::run(&request).map(ProviderReply::Console).map_err(PluginError::from)
            }
            ProviderRequest::Inventory(request) => complete(inventory::run(&request)).map(ProviderReply::Inventory),
            ProviderRequest::Secrets(request) => complete(secrets::run(&request)).map(|()| ProviderReply::SecretsKept),
            ProviderRequest::Serve(_) | ProviderRequest::Invoke(_) => Err(local_only()),
            _ => Err(unsupported("the provider `awscloudformation` does not know this request")),
        }
    }
}

/// Runs one request to its end on a runtime of its own.
fn complete<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, PluginError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        PluginError::new("runtime", "the provider `awscloudformation` cannot start its runtime").cause(error)
    })?;
    runtime.block_on(work).map_err(PluginError::from)
}

fn unsupported(message: &str) -> PluginError {
    PluginError { kind: ErrorKind::Unsupported, ..PluginError::new("unsupported", message) }
}

fn local_only() -> PluginError {
    unsupported("an environment in the cloud does not run on this machine")
        .hint("`amplify env add --provider local` makes an environment that does")
}

amplify_sdk::export_plugin!(provider: AwsCloudFormation);
