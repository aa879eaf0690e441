//! The category `function`: Lambda functions in JavaScript, Python, Go, Java and C#.

mod access;
mod ask;
mod cognito;
mod commands;
mod documents;
mod environment;
mod grant;
mod headless;
mod managed;
mod manifest;
mod methods;
mod models;
mod names;
mod package;
mod params_block;
mod runtime;
mod schedule;
mod source;
mod starter;
mod table;
mod template;
mod trigger;
pub mod variants;

use amplify_sdk::{
    JsonMap,
    message::{CallRequest, CommandRequest},
    prelude::*,
};

/// The plugin.
pub struct FunctionCategory;

impl Category for FunctionCategory {
    fn manifest(&self) -> Manifest {
        manifest::manifest()
    }

    fn run(&self, context: &mut Context<'_>, request: &CommandRequest) -> Result<Changes, PluginError> {
        match request.command.as_str() {
            "add" => commands::add::run(context),
            "update" => commands::update::run(context, request),
            "build" => commands::build::run(context, request),
            other => Err(PluginError::usage("unknown-command", format!("`function` has no command `{other}`"))),
        }
    }

    fn headless(&self, context: &mut Context<'_>, request: &HeadlessRequest) -> Result<JsonMap, PluginError> {
        headless::answers(request, context.project())
    }

    fn call(&self, context: &mut Context<'_>, request: &CallRequest) -> Result<CallReply, PluginError> {
        methods::call(context, request)
    }

    fn build(&self, context: &mut Context<'_>, request: &BuildRequest) -> Result<BuildReply, PluginError> {
        package::build(context, request)
    }
}

amplify_sdk::export_plugin!(category: FunctionCategory);
