//! The traits that a plugin author implements.

use amplify_plugin_abi::{
    JsonMap,
    change::Changes,
    error::PluginError,
    frontend::{FrontendReply, FrontendRequest},
    manifest::Manifest,
    message::{
        BuildReply, BuildRequest, CallReply, CallRequest, CommandRequest, CompileReply, CompileRequest, EventRequest,
        HeadlessRequest, MockRequest,
    },
    provider::{ProviderReply, ProviderRequest},
};

use crate::Context;

/// A plugin that keeps resources of one category.
pub trait Category: Send + Sync + 'static {
    /// What the plugin is and offers. Called before anything else; must be cheap and always return the same.
    fn manifest(&self) -> Manifest;

    /// Runs one of the manifest's commands.
    ///
    /// # Errors
    /// Whatever makes the command fail. Nothing is changed then.
    fn run(&self, context: &mut Context<'_>, request: &CommandRequest) -> Result<Changes, PluginError>;

    /// Turns the payload of `--headless` into answers to the questions that `run` asks.
    ///
    /// # Errors
    /// A payload that is not understood.
    fn headless(&self, context: &mut Context<'_>, request: &HeadlessRequest) -> Result<JsonMap, PluginError> {
        let _ = context;
        Err(PluginError::unsupported(format_args!("headless payloads for `{}`", request.command))
            .hint("give the answers with `--answers FILE` or `--answer key=value`"))
    }

    /// Answers a call of another plugin.
    ///
    /// # Errors
    /// An unknown method, or whatever makes it fail.
    fn call(&self, context: &mut Context<'_>, request: &CallRequest) -> Result<CallReply, PluginError> {
        let _ = context;
        Err(PluginError::unsupported(format_args!("the method `{}`", request.method)))
    }

    /// Takes note of a lifecycle event that the manifest subscribes to.
    ///
    /// # Errors
    /// An error in a `Pre` event stops the command.
    fn event(&self, context: &mut Context<'_>, request: &EventRequest) -> Result<Changes, PluginError> {
        let _ = (context, request);
        Ok(Changes::default())
    }

    /// Makes the deployable artifact of a resource whose entry says `"build": true`.
    ///
    /// # Errors
    /// A tool that is missing or failed.
    fn build(&self, context: &mut Context<'_>, request: &BuildRequest) -> Result<BuildReply, PluginError> {
        let _ = (context, request);
        Ok(BuildReply::default())
    }

    /// Makes the files that a resource of a compiled service is deployed from. Pure: it reads, and writes nothing.
    ///
    /// # Errors
    /// Whatever is wrong with what the user keeps; plan and push stop.
    fn compile(&self, context: &mut Context<'_>, request: &CompileRequest) -> Result<CompileReply, PluginError> {
        let _ = (context, request);
        Ok(CompileReply::default())
    }

    /// Says what an app needs to know of the category's resources: keys and values for its configuration file. The outputs
    /// of what is deployed are in [`Context::project`]; [`Context::endpoint`] has the addresses of what is served on this
    /// machine instead. For manifests with [`Hook::Exports`](crate::manifest::Hook).
    ///
    /// # Errors
    /// Whatever makes it fail; what was deployed stays deployed.
    fn exports(&self, context: &mut Context<'_>) -> Result<JsonMap, PluginError> {
        let _ = context;
        Err(PluginError::unsupported("exports"))
    }

    /// Serves the category's resources on loopback until [`Context::cancelled`] says to stop, and tells the addresses as
    /// [`Progress::Message`](crate::message::Progress). For manifests with [`Hook::Mock`](crate::manifest::Hook).
    ///
    /// # Errors
    /// A port that is taken, or whatever makes it fail.
    fn mock(&self, context: &mut Context<'_>, request: &MockRequest) -> Result<(), PluginError> {
        let _ = (context, request);
        Err(PluginError::unsupported("`amplify mock`"))
    }
}

/// A plugin that deploys.
pub trait Provider: Send + Sync + 'static {
    /// What the plugin is and offers.
    fn manifest(&self) -> Manifest;

    /// Answers one request.
    ///
    /// # Errors
    /// Whatever makes it fail; a failed deployment leaves what was there before.
    fn handle(&self, context: &mut Context<'_>, request: ProviderRequest) -> Result<ProviderReply, PluginError>;

    /// Runs one of the manifest's commands.
    ///
    /// # Errors
    /// Whatever makes the command fail.
    fn run(&self, context: &mut Context<'_>, request: &CommandRequest) -> Result<Changes, PluginError> {
        let _ = context;
        Err(PluginError::unsupported(format_args!("the command `{}`", request.command)))
    }

    /// Takes note of a lifecycle event.
    ///
    /// # Errors
    /// An error in a `Pre` event stops the command.
    fn event(&self, context: &mut Context<'_>, request: &EventRequest) -> Result<Changes, PluginError> {
        let _ = (context, request);
        Ok(Changes::default())
    }
}

/// A plugin that knows an app framework.
pub trait Frontend: Send + Sync + 'static {
    /// What the plugin is and offers.
    fn manifest(&self) -> Manifest;

    /// Answers one request.
    ///
    /// # Errors
    /// Whatever makes it fail.
    fn handle(&self, context: &mut Context<'_>, request: FrontendRequest) -> Result<FrontendReply, PluginError>;

    /// Takes note of a lifecycle event.
    ///
    /// # Errors
    /// An error in a `Pre` event stops the command.
    fn event(&self, context: &mut Context<'_>, request: &EventRequest) -> Result<Changes, PluginError> {
        let _ = (context, request);
        Ok(Changes::default())
    }
}

/// A plugin with commands and event handlers of its own.
pub trait Util: Send + Sync + 'static {
    /// What the plugin is and offers.
    fn manifest(&self) -> Manifest;

    /// Runs one of the manifest's commands.
    ///
    /// # Errors
    /// Whatever makes the command fail.
    fn run(&self, context: &mut Context<'_>, request: &CommandRequest) -> Result<Changes, PluginError>;

    /// Answers a call of another plugin.
    ///
    /// # Errors
    /// An unknown method, or whatever makes it fail.
    fn call(&self, context: &mut Context<'_>, request: &CallRequest) -> Result<CallReply, PluginError> {
        let _ = context;
        Err(PluginError::unsupported(format_args!("the method `{}`", request.method)))
    }

    /// Takes note of a lifecycle event.
    ///
    /// # Errors
    /// An error in a `Pre` event stops the command.
    fn event(&self, context: &mut Context<'_>, request: &EventRequest) -> Result<Changes, PluginError> {
        let _ = (context, request);
        Ok(Changes::default())
    }
}
