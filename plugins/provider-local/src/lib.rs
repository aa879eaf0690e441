//! The provider `local`: deploys into a folder of the project with `amplify-local-cloud`, serves what it deployed, and runs
//! functions. Needs no account and no network.

mod deploy;
mod error;
mod initialize;
mod invoke;
mod recover;
mod secrets;
mod serve;
mod watch;

use amplify_local_cloud::LocalCloud;
use amplify_sdk::{
    prelude::*,
    provider::{DestroyReply, DestroyRequest, ProviderReply, ProviderRequest},
};

/// The provider.
#[derive(Clone, Copy, Debug, Default)]
pub struct Local;

impl Provider for Local {
    fn manifest(&self) -> Manifest {
        Manifest::new(
            "provider-local",
            PluginKind::provider("local"),
            env!("CARGO_PKG_VERSION"),
            "Deploys into a folder of the project, without an account",
        )
    }

    fn handle(&self, context: &mut Context<'_>, request: ProviderRequest) -> Result<ProviderReply, PluginError> {
        match request {
            ProviderRequest::Initialize(request) => initialize::run(context, request).map(ProviderReply::Initialized),
            ProviderRequest::Deploy(request) => deploy::run(context, request).map(ProviderReply::Deployed),
            ProviderRequest::Destroy(request) => destroy(context, &request).map(ProviderReply::Destroyed),
            ProviderRequest::Serve(request) => serve::run(context, &request).map(|()| ProviderReply::Served),
            ProviderRequest::Invoke(request) => invoke::run(context, request).map(ProviderReply::Invoked),
            ProviderRequest::Recover(request) => recover::run(context, &request).map(ProviderReply::Recovered),
            ProviderRequest::Secrets(request) => secrets::run(&request).map(|()| ProviderReply::SecretsKept),
            _ => Err(error::unknown_request()),
        }
    }
}

fn destroy(context: &mut Context<'_>, request: &DestroyRequest) -> Result<DestroyReply, PluginError> {
    let cloud = LocalCloud::open(request.data_dir.as_ref());
    cloud.destroy(&mut watch::Watch(context)).map_err(|error| error::convert(&error))?;
    Ok(DestroyReply::default())
}

amplify_sdk::export_plugin!(provider: Local);
