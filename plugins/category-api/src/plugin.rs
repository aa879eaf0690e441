//! The plugin: which command leads where.

use amplify_sdk::{
    message::{CallRequest, HeadlessRequest},
    prelude::*,
    random::{Random, SystemRandom},
};

use crate::{
    clock::{Clock, SystemClock},
    error::ApiError,
    graphql, managed, rest,
};

/// The category's word.
pub const CATEGORY: &str = "api";

/// The API category.
pub struct Api {
    clock: Box<dyn Clock>,
    random: Box<dyn Random>,
}

impl Default for Api {
    fn default() -> Self {
        Self::with_clock(SystemClock)
    }
}

impl Api {
    /// A plugin that takes the time from the given clock.
    pub fn with_clock(clock: impl Clock + 'static) -> Self {
        Self { clock: Box::new(clock), random: Box::new(SystemRandom) }
    }

    /// The same with names from the given source.
    #[must_use]
    pub fn with_random(self, random: impl Random + 'static) -> Self {
        Self { random: Box::new(random), ..self }
    }
}

impl Category for Api {
    fn manifest(&self) -> Manifest {
        Manifest::new("category-api", PluginKind::category(CATEGORY), env!("CARGO_PKG_VERSION"), "GraphQL and REST APIs for an app")
            .compiled_service(graphql::SERVICE, graphql::LABEL)
            .service(rest::SERVICE, rest::LABEL)
            .method(
                "put",
                "Make an API whose template the caller brings: {resource, service, dependsOn?, templateFile, template, parameters?} gives {resource, added}",
            )
            .method("discard", "Take an API out of the project: {resource} gives {removed}")
            .command(
                Command::new("add", "Takes you through a CLI flow to add a api resource to your local backend").details(
                    "For GraphQL, asks how clients prove who they are, and for a schema: your own file, or one of three to start from. \
The schema is compiled at once. For REST, asks for paths, for the function behind each, and who may call it. Nothing is deployed \
until `amplify push`.",
                ),
            )
            .command(
                Command::new("update", "Takes you through steps in the CLI to update an api resource")
                    .alias("configure")
                    .details(
                        "Asks again how clients prove who they are, or takes another schema. For REST, adds, changes and removes paths.",
                    ),
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
            "add" => match add_service(context)?.as_str() {
                rest::SERVICE => rest::add(context, &*self.random),
                _ => graphql::add(context, clock),
            },
            "update" => match update_service(context)?.as_str() {
                rest::SERVICE => rest::update(context),
                _ => graphql::update(context, clock),
            },
            "gql-compile" => graphql::gql_compile(context, clock, request.options.contains_key("minify")),
            command => Err(ApiError::UnknownCommand { command: command.into() }.into()),
        }
    }

    fn call(&self, context: &mut Context<'_>, request: &CallRequest) -> Result<CallReply, PluginError> {
        managed::call(context, &request.method, &request.parameters)
    }

    fn headless(&self, context: &mut Context<'_>, request: &HeadlessRequest) -> Result<JsonMap, PluginError> {
        let section = if request.command == "add" { "serviceConfiguration" } else { "serviceModification" };
        let rest = request.payload[section]["serviceName"] == rest::SERVICE;
        let mut answers = if rest {
            rest::headless(&request.command, &request.payload, context.project())?
        } else {
            graphql::headless(&request.command, &request.payload, context.project())?
        };
        if request.command == "add" || has_both(context.project()) {
            let service = if rest { rest::SERVICE } else { graphql::SERVICE };
            answers.insert("api.service".into(), service.into());
        }
        Ok(answers)
    }

    fn compile(&self, context: &mut Context<'_>, request: &CompileRequest) -> Result<CompileReply, PluginError> {
        graphql::compile_for_deployment(context, &*self.clock, request)
    }
}

fn add_service(context: &mut Context<'_>) -> Result<String, PluginError> {
    let choices = vec![Choice::new(graphql::SERVICE, graphql::LABEL), Choice::new(rest::SERVICE, rest::LABEL)];
    let text = "Please select from one of the below mentioned services:";
    context.select("api.service", text, choices, Some(graphql::SERVICE))
}

/// The kind of API that is updated; asked only where the project has both.
fn update_service(context: &mut Context<'_>) -> Result<String, PluginError> {
    if has_both(context.project()) {
        return add_service(context);
    }
    let rest = !context.project().resources_of_service(CATEGORY, rest::SERVICE).is_empty();
    Ok(if rest { rest::SERVICE } else { graphql::SERVICE }.into())
}

fn has_both(project: &ProjectView) -> bool {
    [graphql::SERVICE, rest::SERVICE].iter().all(|service| !project.resources_of_service(CATEGORY, service).is_empty())
}
