//! Asks for environment variables.

use amplify_sdk::prelude::*;

use crate::{
    documents::Documents,
    environment::{MAX_TOTAL, NAME_PATTERN, refusal, remembered},
};

/// The list of names and values.
pub const KEY: &str = "function.environment";

const HELP: &str = "The values are kept in the function's `parameters.json`, which git tracks. Keep secrets out of it.";

/// Asks which variables go (if there are any), and for new or changed ones, and applies the answers.
///
/// # Errors
/// As [`Context::ask`], and names that belong to others.
pub fn ask(context: &mut Context<'_>, function: &mut Documents) -> Result<Vec<String>, PluginError> {
    let known = remembered(&function.memory);
    let mut gone = Vec::new();
    if !known.is_empty() {
        let choices = known.iter().map(|variable| Choice::same(&*variable.name)).collect();
        let text = "Select the environment variables that you want to remove:";
        for name in context.multi_select("function.removeEnvironment", text, choices, Vec::new(), 0)? {
            gone.extend(function.remove_variable(&name));
        }
    }
    if !known.is_empty() && !context.confirm(KEY, "Do you want to add or change environment variables?", false)? {
        return Ok(gone);
    }
    let mut position = 0;
    loop {
        let key = format!("{KEY}[{position}]");
        let message = "Write a letter, then letters, digits and _. Names that begin with AWS_ belong to Lambda";
        let wanted = Validation::pattern(NAME_PATTERN, message);
        let question = "Enter the environment variable name:";
        let name = context.input_read(&format!("{key}.name"), question, None, Some(wanted), |name| {
            if let Some(why) = refusal(name) {
                return Err(PluginError::usage("function-variable", format!("`{name}` cannot be set: {why}")));
            }
            let mut own = remembered(&function.memory).into_iter().chain(known.iter().cloned());
            if function.variable_names().iter().any(|taken| taken == name) && !own.any(|own| own.name == name) {
                return Err(PluginError::usage("function-variable", format!("`{name}` is in the template already"))
                    .hint("choose another name"));
            }
            Ok(name.to_owned())
        })?;
        let question = Question::input(format!("{key}.value"), "Enter the environment variable value:").help(HELP);
        let value = text(context.ask(question)?);
        function.set_variable(&name, &value);
        if !context.another(KEY, position, "Do you want to add another environment variable?", false)? {
            break;
        }
        position += 1;
    }
    let total: usize = remembered(&function.memory)
        .iter()
        .map(|variable| {
            let value = function.parameters.get(&variable.parameter).and_then(serde_json::Value::as_str);
            variable.name.len() + value.map_or(0, str::len)
        })
        .sum();
    if total > MAX_TOTAL {
        return Err(PluginError::usage(
            "function-variables-size",
            format!("the environment variables take {total} bytes, and Lambda takes {MAX_TOTAL}"),
        )
        .hint("keep large settings in a file beside the function's source"));
    }
    Ok(gone)
}

fn text(answer: serde_json::Value) -> String {
    answer.as_str().unwrap_or_default().to_owned()
}
