//! The category `queue`: SQS queues with a dead-letter queue, wired to a function.

mod ask;
mod mock;
mod template;

use amplify_sdk::prelude::*;

/// The plugin.
pub struct Queue;

impl Category for Queue {
    fn manifest(&self) -> Manifest {
        let kind = PluginKind::category("queue");
        Manifest::new(env!("CARGO_PKG_NAME"), kind, env!("CARGO_PKG_VERSION"), env!("CARGO_PKG_DESCRIPTION"))
            .command(
                Command::new("add", "Adds a message queue to your local backend")
                    .details("A message that fails too often goes to the dead-letter queue beside it.")
                    .example("amplify add queue", "Ask for everything"),
            )
            .command(Command::new("update", "Changes a message queue of your local backend"))
            .service("SQS", "Message queue")
            .method("describe", "Returns the settings of the queue `name`")
            .hook(Hook::Exports)
            .hook(Hook::Mock)
    }

    fn run(&self, context: &mut Context<'_>, request: &CommandRequest) -> Result<Changes, PluginError> {
        match request.command.as_str() {
            "add" => add(context),
            "update" => update(context),
            other => Err(PluginError::unsupported(format_args!("the command `{other}`"))),
        }
    }

    /// A payload has the version of its form, and the answers without their `queue.`: `{"version": 1, "name": "jobs"}`.
    fn headless(&self, _: &mut Context<'_>, request: &HeadlessRequest) -> Result<JsonMap, PluginError> {
        if request.payload["version"] != 1 {
            return Err(PluginError::usage("queue-payload", "the payload is of a version other than 1"));
        }
        let answers = request.payload.as_object().into_iter().flatten().filter(|(key, _)| *key != "version");
        Ok(answers.map(|(key, value)| (format!("queue.{key}"), value.clone())).collect())
    }

    fn call(
        &self,
        context: &mut Context<'_>,
        request: &amplify_sdk::message::CallRequest,
    ) -> Result<CallReply, PluginError> {
        if request.method != "describe" {
            return Err(PluginError::unsupported(format_args!("the method `{}`", request.method)));
        }
        let name = request.parameters["name"].as_str().unwrap_or_default();
        Ok(CallReply { value: ask::settings(context, name)?.into(), ..CallReply::default() })
    }

    /// The address of each deployed queue, for the app.
    fn exports(&self, context: &mut Context<'_>) -> Result<JsonMap, PluginError> {
        let queues = context.project().meta.get("queue").and_then(Value::as_object).into_iter().flatten();
        let deployed = queues.filter_map(|(name, entry)| Some((name.clone(), entry["output"].get("Url")?.clone())));
        let urls: JsonMap = deployed.collect();
        Ok([("aws_queues".to_owned(), Value::Object(urls))].into_iter().collect())
    }

    fn mock(&self, context: &mut Context<'_>, request: &MockRequest) -> Result<(), PluginError> {
        mock::serve(context, request)
    }
}

fn add(context: &mut Context<'_>) -> Result<Changes, PluginError> {
    let name = ask::name(context)?;
    let settings = ask::ask(context, &JsonMap::new())?;
    let function = ask::function(context)?;
    let mut entry = JsonMap::from_iter([
        ("service".to_owned(), "SQS".into()),
        ("providerPlugin".to_owned(), "awscloudformation".into()),
    ]);
    if let Some(function) = &function {
        let attributes = json!(["Name", "Arn", "LambdaExecutionRole"]);
        entry.insert(
            "dependsOn".into(),
            json!([{ "category": "function", "resourceName": function, "attributes": attributes }]),
        );
    }
    Ok(written(&name, settings, Changes::new())
        .add_resource("queue", &name, entry)
        .json("queue", &name, "queue-template.json", template::of(&name, function.as_deref()))
        .message(format!("Successfully added queue {name} locally"))
        .next_step("\"amplify push\" builds all of your local backend resources and provisions them in the cloud"))
}

fn update(context: &mut Context<'_>) -> Result<Changes, PluginError> {
    let name = ask::existing(context)?;
    let now = ask::settings(context, &name)?;
    let settings = ask::ask(context, &now)?;
    Ok(written(&name, settings, Changes::new()).message(format!("Successfully updated queue {name} locally")))
}

/// How often a message is tried is the same in every environment; how long a try may take is the environment's own.
fn written(name: &str, mut settings: JsonMap, changes: Changes) -> Changes {
    let seconds = settings.remove(ask::VISIBILITY).unwrap_or(30.into());
    changes.json("queue", name, "parameters.json", Value::Object(settings)).environment_value(
        "queue",
        name,
        ask::VISIBILITY,
        seconds,
    )
}

amplify_sdk::export_plugin!(category: Queue);
