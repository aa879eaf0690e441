//! `amplify add function`.

use amplify_sdk::{message::Progress, prelude::*};

use crate::{
    ask,
    documents::{CATEGORY, Documents},
    names::{MAX_FUNCTION_NAME, free_name},
    runtime::Runtime,
    starter::Starter,
};

/// Asks for everything that makes a new function.
///
/// # Errors
/// As [`Context::ask`].
pub fn run(context: &mut Context<'_>) -> Result<Changes, PluginError> {
    say(context, "Using service: Lambda, provided by: awscloudformation");
    let project = context.project().clone();
    let proposed = free_name(&project, &project.name);
    let wanted = Validation {
        pattern: Some("[a-zA-Z0-9]+".to_owned()),
        max_length: Some(MAX_FUNCTION_NAME),
        message: format!("Resource name should be alphanumeric, and at most {MAX_FUNCTION_NAME} characters long"),
        ..Validation::default()
    }
    .not_taken(project.resources(CATEGORY));
    let text = "Provide a friendly name for your resource to be used as a label for this category in the project:";
    let resource = context.input("function.resourceName", text, Some(proposed), Some(wanted))?;

    let wanted = Validation {
        pattern: Some("[a-zA-Z0-9._-]+".to_owned()),
        max_length: Some(MAX_FUNCTION_NAME),
        message: format!("You can use the following characters: a-z A-Z 0-9 . - _, and at most {MAX_FUNCTION_NAME}"),
        ..Validation::default()
    };
    let text = "Provide the AWS Lambda function name:";
    let function_name = context.input("function.functionName", text, Some(resource.clone()), Some(wanted))?;

    let choices = Runtime::ALL.map(|runtime| Choice::new(runtime.name(), runtime.label())).to_vec();
    let text = "Choose the function runtime that you want to use:";
    let runtime = context.select("function.runtime", text, choices, Some(Runtime::NodeJs.name()))?;
    let runtime = Runtime::by_name(&runtime).unwrap_or(Runtime::NodeJs);
    say(context, "Only one template found - using Hello World by default.");

    let mut function = Documents::new(&project, &resource, &function_name, runtime);
    if ask::access::possible(context, None) {
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

    let mut changes = function.creation(Starter::HelloWorld, runtime);
    if !function.memory.is_empty() {
        changes = changes.message(function.listing());
    }
    let source = format!("{}/amplify/backend/function/{resource}/src", project.root);
    Ok(changes
        .message(format!("Successfully added resource {resource} locally."))
        .next_step(format!("Check out sample function code generated in {source}"))
        .next_step(r#""amplify function build" builds all of your functions currently in the project"#)
        .next_step(format!(r#""amplify mock function {resource}" runs your function locally"#))
        .next_step(r#""amplify push" builds all of your local backend resources and provisions them in the cloud"#))
}

fn say(context: &mut Context<'_>, text: &str) {
    context.progress(&Progress::Message { text: text.to_owned() });
}
