//! Asks what a new function is for, and what it works with.

use amplify_sdk::prelude::*;
use serde_json::json;

use crate::{
    models,
    runtime::Runtime,
    source::Source,
    starter::Starter,
    table::{self, Table},
};

/// The question for the template.
pub const KEY: &str = "function.template";

const NO_TABLES: &str = "There are no DynamoDB resources configured in your project currently";

/// What an ARN of a stream looks like.
const ARN: &str = "arn:aws[a-zA-Z0-9-]*:SERVICE:[a-z]{2}(-[a-z]+)+-[0-9]:[0-9]{12}:[a-zA-Z0-9/:_.-]+";

/// What a new function is made of, as far as its template asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Its files.
    pub starter: Starter,
    /// The table that it keeps.
    pub table: Option<Table>,
    /// Whether that table is made by the same command.
    pub new_table: bool,
    /// What starts it.
    pub source: Option<Source>,
}

impl Chosen {
    /// A function that needs no further answers.
    pub fn plain(starter: Starter) -> Self {
        Self { starter, table: None, new_table: false, source: None }
    }
}

/// Asks for the template and what belongs to it. `offered` are the templates to choose from.
///
/// # Errors
/// As [`Context::ask`], and something that the project does not have.
pub fn ask(context: &mut Context<'_>, runtime: Runtime, offered: &[&str]) -> Result<Chosen, PluginError> {
    let labels = [
        ("crud", "CRUD function for DynamoDB (Integration with API Gateway)", Starter::Crud),
        ("hello-world", "Hello World", Starter::HelloWorld),
        ("trigger", "Lambda trigger", Starter::DynamoDbTrigger),
        (
            "serverless-express",
            "Serverless ExpressJS function (Integration with API Gateway)",
            Starter::ServerlessExpress,
        ),
    ];
    let known = labels.iter().filter(|(word, _, starter)| offered.contains(word) && starter.is_for(runtime));
    let choices: Vec<Choice> = known.map(|(word, label, _)| Choice::new(*word, *label)).collect();
    let word = match &choices[..] {
        [] => return Err(no_template(runtime, offered)),
        [only] => {
            let text = format!("Only one template found - using {} by default.", only.label);
            context.progress(&Progress::Message { text });
            only.value.clone()
        }
        _ => {
            let text = "Choose the function template that you want to use:";
            // Enter takes the first, as in the original; with `--yes` a function is the one that needs no answers.
            let unattended = choices.iter().find(|choice| choice.value == "hello-world").unwrap_or(&choices[0]);
            let unattended = json!(unattended.value);
            let first = choices[0].value.clone();
            let question = Question::select(KEY, text, choices).default_text(first).unattended(unattended);
            context.ask(question)?.as_str().unwrap_or_default().to_owned()
        }
    };
    match word.as_str() {
        "crud" => {
            let (table, new_table) = table(context)?;
            Ok(Chosen { table: Some(Table::load(context, &table)?), new_table, ..Chosen::plain(Starter::Crud) })
        }
        "trigger" => trigger(context),
        "serverless-express" => Ok(Chosen::plain(Starter::ServerlessExpress)),
        _ => Ok(Chosen::plain(Starter::HelloWorld)),
    }
}

fn no_template(runtime: Runtime, offered: &[&str]) -> PluginError {
    let message = format!("there is no template for {} among: {}", runtime.label(), offered.join(", "));
    PluginError::usage("function-template-language", message).hint("choose the runtime `nodejs`")
}

/// A table of the project, or one that is made now, and whether it is.
fn table(context: &mut Context<'_>) -> Result<(String, bool), PluginError> {
    let tables: Vec<String> = tables(context);
    let text = "Choose a DynamoDB data source option";
    let choices = vec![
        Choice::new("project", "Use DynamoDB table configured in the current Amplify project"),
        Choice::new("new", "Create a new DynamoDB table"),
    ];
    let question = Question::select("function.table.source", text, choices)
        .default_text("project")
        .unattended(if tables.is_empty() { "new".into() } else { json!("project") });
    let source = context.ask_read(&question, |answer| match answer.as_str() {
        Some("project") if tables.is_empty() => Err(no_tables("function.table.source", "new")),
        _ => Ok(answer.clone()),
    })?;
    if source == "project" {
        return Ok((project_table(context, "function.table.resource")?, false));
    }
    let reply = context.call("storage", "addTable", json!({})).map_err(|error| {
        if error.code == "no-plugin" { error.hint("the plugin for `storage` makes tables") } else { error }
    })?;
    let made = reply["resource"].as_str().ok_or_else(|| {
        PluginError::new("function-table", "the plugin for `storage` does not say which table it made")
    })?;
    Ok((made.to_owned(), true))
}

fn tables(context: &Context<'_>) -> Vec<String> {
    context.project().resources_of_service("storage", table::SERVICE).into_iter().map(str::to_owned).collect()
}

fn no_tables(key: &str, other: &str) -> PluginError {
    PluginError::usage("no-table", NO_TABLES)
        .hint(format!("add a table with `amplify add storage`, or answer `{key}` with `{other}`"))
}

fn project_table(context: &mut Context<'_>, key: &str) -> Result<String, PluginError> {
    let tables = tables(context);
    let first = tables.first().cloned().unwrap_or_default();
    let text = "Choose from one of the already configured DynamoDB tables";
    context.select(key, text, tables.into_iter().map(Choice::same).collect(), Some(&first))
}

fn trigger(context: &mut Context<'_>) -> Result<Chosen, PluginError> {
    let text = "What event source do you want to associate with Lambda trigger?";
    let choices =
        vec![Choice::new("dynamodb", "Amazon DynamoDB Stream"), Choice::new("kinesis", "Amazon Kinesis Stream")];
    let key = "function.trigger";
    let kind = context.select(&format!("{key}.eventSource"), text, choices, Some("dynamodb"))?;
    let (starter, source) = match kind.as_str() {
        "kinesis" => (Starter::KinesisTrigger, kinesis(context, key)?),
        _ => (Starter::DynamoDbTrigger, dynamodb(context, key)?),
    };
    Ok(Chosen { source: Some(source), ..Chosen::plain(starter) })
}

fn dynamodb(context: &mut Context<'_>, key: &str) -> Result<Source, PluginError> {
    let choices = vec![
        Choice::new("model", "Use API category graphql @model backed DynamoDB table(s) in the current Amplify project"),
        Choice::new("storage", "Use storage category DynamoDB table configured in the current Amplify project"),
        Choice::new("arn", "Provide the ARN of DynamoDB stream directly"),
    ];
    let text = "Choose a DynamoDB event source option";
    let key_source = format!("{key}.source");
    let question = Question::select(&key_source, text, choices).default_text("model");
    let (apis, tables) = (graphql_apis(context), tables(context));
    let source = context.ask_read(&question, |answer| match answer.as_str() {
        Some("model") if apis.is_empty() => Err(no_graphql_api()),
        Some("storage") if tables.is_empty() => Err(no_tables(&key_source, "arn")),
        _ => Ok(answer.as_str().unwrap_or_default().to_owned()),
    })?;
    match source.as_str() {
        "model" => models(context, key),
        "storage" => Ok(Source::Table(project_table(context, &format!("{key}.table"))?)),
        _ => {
            let wanted = Validation::pattern(
                ARN.replace("SERVICE", "dynamodb")
                    .replace("[a-zA-Z0-9/:_.-]+", "table/[a-zA-Z0-9_.-]+/stream/[0-9T:.-]+"),
                "ARN format is invalid",
            );
            let text = "Provide the ARN of Amazon DynamoDB stream";
            Ok(Source::DynamoDbArn(context.input(&format!("{key}.arn"), text, None, Some(wanted))?))
        }
    }
}

fn graphql_apis(context: &Context<'_>) -> Vec<String> {
    context.project().resources_of_service("api", models::SERVICE).into_iter().map(str::to_owned).collect()
}

fn no_graphql_api() -> PluginError {
    let message = "No AppSync resources have been configured in API category.";
    let hint = "Please use \"amplify add api\" command to create a new appsync resource";
    PluginError::usage("no-graphql-api", message).hint(hint)
}

fn models(context: &mut Context<'_>, key: &str) -> Result<Source, PluginError> {
    let apis = graphql_apis(context);
    let api = match &apis[..] {
        [] => return Err(no_graphql_api()),
        [only] => {
            context.progress(&Progress::Message { text: format!("Selected resource {only}") });
            only.clone()
        }
        [first, ..] => {
            let choices = apis.iter().map(Choice::same).collect();
            context.select(&format!("{key}.api"), "Choose an API resource to associate with", choices, Some(first))?
        }
    };
    let names = models::of(context, &api)?;
    let models = match &names[..] {
        [] => {
            return Err(PluginError::usage("no-model", format!("the schema of `{api}` has no type with @model"))
                .hint(format!("write one in `amplify/backend/api/{api}/schema.graphql`")));
        }
        [only] => {
            context.progress(&Progress::Message { text: format!("Selected @model {only}") });
            names.clone()
        }
        _ => {
            let choices = names.iter().map(Choice::same).collect();
            let question = Question::multi_select(format!("{key}.models"), "Choose the graphql @model(s)", choices, 1)
                .min_message("You need to select at least one @model");
            let answer = context.ask(question)?;
            answer.as_array().into_iter().flatten().filter_map(|name| name.as_str()).map(Into::into).collect()
        }
    };
    Ok(Source::Models { api, models })
}

fn kinesis(context: &mut Context<'_>, key: &str) -> Result<Source, PluginError> {
    let choices = vec![
        Choice::new("analytics", "Use Analytics category kinesis stream in the current Amplify project"),
        Choice::new("arn", "Provide the ARN of Kinesis stream directly"),
    ];
    let text = "Choose a Kinesis event source option";
    let streams: Vec<String> =
        context.project().resources_of_service("analytics", "Kinesis").into_iter().map(str::to_owned).collect();
    let key_source = format!("{key}.source");
    let question = Question::select(&key_source, text, choices).default_text("analytics");
    let source = context.ask_read(&question, |answer| match answer.as_str() {
        Some("analytics") if streams.is_empty() => {
            let message = "No Kinesis streams resource to select";
            Err(PluginError::usage("no-kinesis-stream", message).hint(format!("answer `{key_source}` with `arn`")))
        }
        _ => Ok(answer.clone()),
    })?;
    if source == "arn" {
        let wanted = Validation::pattern(ARN.replace("SERVICE", "kinesis"), "Invalid ARN format");
        let text = "Provide the ARN of Amazon Kinesis data stream or a stream consumer";
        return Ok(Source::KinesisArn(context.input(&format!("{key}.arn"), text, None, Some(wanted))?));
    }
    match &streams[..] {
        [only] => {
            context.progress(&Progress::Message { text: format!("Selected resource {only}") });
            Ok(Source::Stream(only.clone()))
        }
        _ => {
            let text = "Select an Analytics resource Kinesis stream to associate with";
            let choices = streams.iter().map(Choice::same).collect();
            let first = streams.first().map(String::as_str);
            Ok(Source::Stream(context.select(&format!("{key}.stream"), text, choices, first)?))
        }
    }
}
