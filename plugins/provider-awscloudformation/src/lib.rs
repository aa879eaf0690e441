//! The provider `awscloudformation`: deploys an environment as one root stack with nested stacks into an AWS account.
//!
//! Everything that asks the cloud is asynchronous inside and owned by one runtime a request; nothing of it crosses to the host.

mod access;
mod access_error;
mod agreement;
mod app;
mod attempt;
mod backup;
mod boundary;
mod bucket;
mod change_set;
mod configure;
mod console;
mod creation;
mod credentials;
mod deploy;
mod destroy;
mod discover;
mod error;
mod failure;
mod fetch;
mod identify;
mod initialize;
mod inventory;
mod keys;
mod lease;
mod machine;
mod marks;
mod mfa;
mod network;
mod partition;
mod patience;
mod place;
mod private;
mod publish;
mod published;
mod record;
mod recover;
mod secrets;
mod session;
mod stack;
mod stuck;
mod update;
mod uploads;
mod waiting;
mod watch;

use amplify_sdk::{
    error::ErrorKind,
    prelude::*,
    provider::{ProviderReply, ProviderRequest},
};

use crate::{access_error::AccessError, error::Error};

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
        if matches!(request, ProviderRequest::Serve(_) | ProviderRequest::Invoke(_)) {
            return Err(local_only());
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
            PluginError::new("runtime", "the provider `awscloudformation` cannot start its runtime").cause(error)
        })?;
        runtime.block_on(signed_in(context, &request)).map_err(PluginError::from)
    }
}

/// Completes a request. A role that asks for a token stops it before it has done anything; then it begins again.
async fn signed_in(context: &mut Context<'_>, request: &ProviderRequest) -> Result<ProviderReply, Error> {
    for _ in 0..mfa::TOKENS {
        match answer(context, request).await {
            Err(Error::Access(AccessError::TokenNeeded(challenge))) => challenge.answer(context).await?,
            other => return other,
        }
    }
    answer(context, request).await
}

async fn answer(context: &mut Context<'_>, request: &ProviderRequest) -> Result<ProviderReply, Error> {
    Ok(match request {
        ProviderRequest::Initialize(request) => ProviderReply::Initialized(initialize::run(context, request).await?),
        ProviderRequest::Deploy(request) => ProviderReply::Deployed(deploy::run(context, request).await?),
        ProviderRequest::Destroy(request) => ProviderReply::Destroyed(destroy::run(context, request).await?),
        ProviderRequest::Publish(request) => ProviderReply::Published(publish::run(request).await?),
        ProviderRequest::Fetch(request) => ProviderReply::Fetched(fetch::run(request).await?),
        ProviderRequest::Recover(request) => ProviderReply::Recovered(recover::run(context, request).await?),
        ProviderRequest::Discover(request) => ProviderReply::Discovered(discover::run(context, request).await?),
        ProviderRequest::Identify(request) => ProviderReply::Identified(identify::run(request).await?),
        ProviderRequest::Console(request) => ProviderReply::Console(console::run(request)?),
        ProviderRequest::Inventory(request) => ProviderReply::Inventory(inventory::run(request).await?),
        ProviderRequest::Secrets(request) => {
            secrets::run(request).await?;
            ProviderReply::SecretsKept
        }
        ProviderRequest::Foresee(request) => ProviderReply::Foreseen(deploy::foresee(context, request).await?),
        ProviderRequest::BackUp(request) => ProviderReply::BackedUp(backup::run(context, request).await?),
        ProviderRequest::Configure(request) => ProviderReply::Configured(configure::run(context, request).await?),
        _ => return Err(Error::UnknownRequest),
    })
}

fn unsupported(message: &str) -> PluginError {
    PluginError { kind: ErrorKind::Unsupported, ..PluginError::new("unsupported", message) }
}

fn local_only() -> PluginError {
    unsupported("an environment in the cloud does not run on this machine")
        .hint("`amplify env add --provider local` makes an environment that does")
}

amplify_sdk::export_plugin!(provider: AwsCloudFormation);
