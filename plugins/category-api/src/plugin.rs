//! The plugin: which command leads where.

use amplify_sdk::{
    message::{CallRequest, HeadlessRequest},
    prelude::*,
};

use crate::{
    clock::{Clock, SystemClock},
    error::ApiError,
    graphql, managed,
};

/// The category's word.
pub const CATEGORY: &str = "api";

/// The API category.
pub struct Api {
    clock: Box<dyn Clock>,
}

impl Default for Api {
    fn default() -> Self {
        Self::with_clock(SystemClock)
    }
}

impl Api {
    /// A plugin that takes the time from the given clock.
    pub fn with_clock(clock: impl Clock + 'static) -> Self {
        Self { clock: Box::new(clock) }
    }
}

impl Category for Api {
    fn manifest(&self) -> Manifest {
        Manifest::new("category-api", PluginKind::category(CATEGORY), env!("CARGO_PKG_VERSION"), "GraphQL APIs for an app")
            .compiled_service(graphql::SERVICE, graphql::LABEL)
            .method(
                "put",
                "Make an API whose template the caller brings: {resource, service, dependsOn?, templateFile, template, parameters?} gives {resource, added}",
            )
            .method("discard", "Take an API out of the project: {resource} gives {removed}")
            .command(
                Command::new("add", "Takes you through a CLI flow to add a api resource to your local backend").details(
                    "Asks how clients prove who they are, and for a schema: your own file, or one of three to start from. \
The schema is compiled at once; nothing is deployed until `amplify push`.",
                ),
            )
            .command(
                Command::new("update", "Takes you through steps in the CLI to update an api resource")
                    .alias("configure")
                    .details("Asks again how clients prove who they are, or takes another schema."),
            )
            .command(
                Command::new("gql-compile", "Compiles the GraphQL schema and shows everything that is wrong with it")
                    .details(
                        "Writes what is deployed to `build/` in the API's folder. `amplify plan` and `amplify push` compile by \
themselves; this shows the result.",
                    )
                    .argument(Argument::flag("--minify", "Leave the blanks out of the templates"))
                    .example("amplify api gql-compile", "Check the schema"),
            )
    }

    fn run(&self, context: &mut Context<'_>, request: &CommandRequest) -> Result<Changes, PluginError> {
        let clock = &*self.clock;
        match request.command.as_str() {
            "add" => graphql::add(context, clock),
            "update" => graphql::update(context, clock),
            "gql-compile" => graphql::gql_compile(context, clock, request.options.contains_key("minify")),
            command => Err(ApiError::UnknownCommand { command: command.into() }.into()),
        }
    }

    fn call(&self, context: &mut Context<'_>, request: &CallRequest) -> Result<CallReply, PluginError> {
        managed::call(context, &request.method, &request.parameters)
    }

    fn headless(&self, context: &mut Context<'_>, request: &HeadlessRequest) -> Result<JsonMap, PluginError> {
        Ok(graphql::headless(&request.command, &request.payload, context.project())?)
    }

    fn compile(&self, context: &mut Context<'_>, request: &CompileRequest) -> Result<CompileReply, PluginError> {
        graphql::compile_for_deployment(context, &*self.clock, request)
    }
}
