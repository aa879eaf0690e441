//! `amplify add function`, also as other plugins start it.

use amplify_sdk::prelude::*;

use crate::{
    ask::{self, template},
    documents::{CATEGORY, Documents},
    names::{MAX_FUNCTION_NAME, free_name},
    runtime::Runtime,
};

/// The question that offers the source for editing.
pub const EDIT: &str = "Do you want to edit the local lambda function now?";

/// Templates of functions that stand on their own.
const TEMPLATES: [&str; 4] = ["crud", "hello-world", "trigger", "serverless-express"];

/// What whoever wants a function has decided already.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// The templates to choose from.
    pub templates: &'a [&'a str],
    /// Where an API will have it.
    pub path: &'a str,
}

impl Default for Wanted<'_> {
    fn default() -> Self {
        Self { templates: &TEMPLATES, path: "/item" }
    }
}

/// The command.
///
/// # Errors
/// As [`Context::ask`].
pub fn run(context: &mut Context<'_>) -> Result<Changes, PluginError> {
    say(context, "Using service: Lambda, provided by: awscloudformation");
    let Added { resource, runtime, mut changes } = ask(context, &Wanted::default())?;
    let source = format!("{}/amplify/backend/function/{resource}/src", context.project().root);
    changes = changes
        .message(format!("Successfully added resource {resource} locally."))
        .next_step(format!("Check out sample function code generated in {source}"))
        .next_step(r#""amplify function build" builds all of your functions currently in the project"#);
    if runtime.runs_here() {
        changes = changes.next_step(format!(r#""amplify mock function {resource}" runs your function locally"#));
    }
    Ok(changes
        .next_step(r#""amplify push" builds all of your local backend resources and provisions them in the cloud"#))
}

/// A new function.
pub struct Added {
    /// Its name in the project.
    pub resource: String,
    /// Its language.
    pub runtime: Runtime,
    /// What makes it.
    pub changes: Changes,
}

/// Asks for everything that makes a new function.
///
/// # Errors
/// As [`Context::ask`].
pub fn ask(context: &mut Context<'_>, wanted: &Wanted<'_>) -> Result<Added, PluginError> {
    let project = context.project().clone();
    let proposed = free_name(&project, &project.name);
    let resource_name = Validation {
        pattern: Some("[a-zA-Z0-9]+".to_owned()),
        max_length: Some(MAX_FUNCTION_NAME),
        message: format!("Resource name should be alphanumeric, and at most {MAX_FUNCTION_NAME} characters long"),
        ..Validation::default()
    }
    .not_taken(project.resources(CATEGORY));
    let text = "Provide a friendly name for your resource to be used as a label for this category in the project:";
    let resource = context.input("function.resourceName", text, Some(proposed), Some(resource_name))?;

    let name = Validation {
        pattern: Some("[a-zA-Z0-9._-]+".to_owned()),
        max_length: Some(MAX_FUNCTION_NAME),
        message: format!("You can use the following characters: a-z A-Z 0-9 . - _, and at most {MAX_FUNCTION_NAME}"),
        ..Validation::default()
    };
    let text = "Provide the AWS Lambda function name:";
    let function_name = context.input("function.functionName", text, Some(resource.clone()), Some(name))?;

    let choices = Runtime::ALL.map(|runtime| Choice::new(runtime.name(), runtime.label())).to_vec();
    let text = "Choose the function runtime that you want to use:";
    let runtime = context.select("function.runtime", text, choices, Some(Runtime::NodeJs.name()))?;
    let runtime = Runtime::by_name(&runtime).unwrap_or(Runtime::NodeJs);
    let chosen = template::ask(context, runtime, wanted.templates)?;
    // A table that was made now is part of the project from here on.
    let project = context.project().clone();
    let mut function = Documents::new(&project, &resource, &function_name, runtime);
    function.set_purpose(&chosen);

    if ask::access::possible(context, None)? {
        let text = "Do you want to access other resources created in this project from your Lambda function?";
        if context.confirm(ask::access::KEY, text, true)? {
            let grants = ask::access::ask(context, None, &[])?;
            function.set_access(&[], &grants);
        }
    }
    let text = "Do you want to invoke this function on a recurring schedule?";
    if context.confirm(ask::schedule::KEY, text, false)? {
        let schedule = ask::schedule::ask(context)?;
        function.set_schedule(Some(&schedule.expression()));
    }
    let text = "Do you want to configure environment variables for this function?";
    if context.confirm(ask::environment::KEY, text, false)? {
        ask::environment::ask(context, &mut function)?;
    }
    let mut changes = function.creation(&chosen, &function_name, runtime, wanted.path);
    if chosen.new_table {
        // Told with everything else that is made, since later questions may end the command. Spelt as the original spells it.
        changes = changes.message("Succesfully added DynamoDb table locally");
    }
    if function.is_listed() {
        changes = changes.message(function.listing());
    }
    let file = chosen.starter.editor_file(runtime, &function_name);
    let changes = open(changes, &resource, &file, EDIT);
    Ok(Added { resource, runtime, changes })
}

/// Offers the source for editing, once it is on disk.
pub fn open(changes: Changes, resource: &str, file: &str, text: impl Into<String>) -> Changes {
    changes.open_file(CATEGORY, resource, file, Question::confirm("function.edit", text, true))
}

fn say(context: &mut Context<'_>, text: &str) {
    context.progress(&Progress::Message { text: text.to_owned() });
}
