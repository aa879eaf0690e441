//! `amplify env import`: makes an environment that exists in the cloud known to the project.

use amplify_project::{LocalAwsInfo, names, paths::relative};
use serde_json::{Map, Value, json};

use crate::{
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    error::Error,
    exit::Exit,
    host::Host,
    open,
    pending::Pending,
};

/// The command.
pub struct Import;

impl Command for Import {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(
            &["env", "import"],
            "Imports an already existing Amplify project environment stack to your local backend",
        )
        .needs_project()
        .asks()
        .argument(Argument::option("--name", "name", "The environment's name").required())
        .argument(
            Argument::option("--config", "json", "What `team-provider-info.json` says of it: {\"<provider>\": {...}}")
                .required(),
        )
        .argument(
            Argument::option("--aws-info", "json", "How this machine finds its credentials, as in `local-aws-info.json`")
                .aliases(&["awsInfo"]),
        )
        .details("Nothing in the cloud is asked or changed, and the current environment stays.")
        .example(
            "amplify env import --name dev --config '{\"awscloudformation\": {...}}' --awsInfo '{\"configLevel\": \"general\"}' --yes",
            "Make `dev` known",
        )
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let name = call.value("name").unwrap_or_default();
        let config = provider_map(call)?;
        let local = object(call, "aws-info")?;
        let (project, lock, state) = open::change_on_any_branch(host, "env import")?;
        names::environment(name)?;
        if state.team.environment(name).is_some() {
            let text =
                "We found an environment with the same name. Do you want to overwrite existing environment config?";
            if !host.ask_confirm("env.import.overwrite", text, true)? {
                host.questions.finish(host.output)?;
                host.output.info("Nothing was changed.");
                return Ok(Exit::Done);
            }
        }
        host.questions.finish(host.output)?;
        let mut pending = Pending::new(&project, &lock, state);
        for (provider, recorded) in config {
            if let Value::Object(recorded) = recorded {
                pending.state.team.set_provider_state(name, &provider, recorded);
            }
        }
        if let Some(local) = local {
            let mut file = project.local_aws_info()?.unwrap_or_else(LocalAwsInfo::new);
            file.set_environment(name, local);
            pending.transaction.write_document(relative::LOCAL_AWS_INFO, file.document())?;
        }
        pending.commit(host)?;
        host.output.answer(&host.output.style().success("Successfully added environment from your project"))?;
        host.output.info(&format!("Type `amplify env checkout {name}` to work on it."));
        host.output.document(&json!({ "env": name }))?;
        Ok(Exit::Done)
    }
}

/// One provider, with at least the name of a stack.
fn provider_map(call: &Call) -> Result<Map<String, Value>, Error> {
    let config = object(call, "config")?.unwrap_or_default();
    let mut providers = config.iter().filter(|(key, _)| *key != "categories");
    let stack =
        |recorded: &Value| recorded.get("StackName").and_then(Value::as_str).is_some_and(|name| !name.is_empty());
    match (providers.next(), providers.next()) {
        (Some((_, recorded)), None) if stack(recorded) => Ok(config),
        _ => {
            let error = Error::usage("option-syntax", "`--config` does not hold one provider with its `StackName`");
            Err(error.hint("it looks like this: --config '{\"awscloudformation\": {\"StackName\": \"...\", ...}}'"))
        }
    }
}

fn object(call: &Call, option: &str) -> Result<Option<Map<String, Value>>, Error> {
    let Some(text) = call.value(option) else { return Ok(None) };
    let wrong = |cause: String| {
        let error = Error::usage("option-syntax", format!("the value of `--{option}` is not a JSON object"));
        error.cause(cause).hint(format!("quote it for your shell: --{option} '{{\"...\": \"...\"}}'"))
    };
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Ok(Some(object)),
        Ok(_) => Err(wrong("it is JSON of another kind".into())),
        Err(error) => Err(wrong(error.to_string())),
    }
}
