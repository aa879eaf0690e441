//! The questions of `add` and `update`.

use amplify_sdk::prelude::*;

/// The environment's own parameter: for how many seconds a message is hidden while it is handled.
pub const VISIBILITY: &str = "visibilityTimeout";
/// The parameter that all environments share: after how many tries a message goes to the dead-letter queue.
pub const TRIES: &str = "maxReceiveCount";

/// Asks for the name of a new queue.
pub fn name(context: &mut Context<'_>) -> Result<String, PluginError> {
    let form = Validation::pattern(
        "[a-z][a-z0-9]{2,19}",
        "Use 3 to 20 lower-case letters and digits, and no name that is taken",
    );
    let wanted = form.not_taken(context.project().resources("queue"));
    context.input("queue.name", "Name of the queue:", Some("jobs".into()), Some(wanted))
}

/// Asks which queue is meant.
pub fn existing(context: &mut Context<'_>) -> Result<String, PluginError> {
    let choices: Vec<Choice> = context.project().resources("queue").into_iter().map(Choice::same).collect();
    if choices.is_empty() {
        return Err(PluginError::new("queue-none", "there is no queue to update").hint("type `amplify add queue`"));
    }
    context.select("queue.name", "Which queue?", choices, None)
}

/// Asks for the numbers; what holds now is preset.
pub fn ask(context: &mut Context<'_>, now: &JsonMap) -> Result<JsonMap, PluginError> {
    let mut settings = JsonMap::new();
    let questions = [
        (VISIBILITY, "Seconds that handling a message may take:", 30, "[1-9][0-9]{0,3}|[1-3][0-9]{4}|4[0-2][0-9]{3}"),
        (TRIES, "Tries before a message goes to the dead-letter queue:", 3, "[1-9][0-9]{0,2}"),
    ];
    for (key, text, usual, pattern) in questions {
        let preset = now.get(key).and_then(Value::as_u64).unwrap_or(usual).to_string();
        let form = Validation::pattern(pattern, "Use a whole number, not too large");
        let answer = context.input(&format!("queue.{key}"), text, Some(preset), Some(form))?;
        settings.insert(key.into(), answer.parse::<u64>().unwrap_or(usual).into());
    }
    Ok(settings)
}

/// Asks which function is to handle the messages, if there is any.
pub fn function(context: &mut Context<'_>) -> Result<Option<String>, PluginError> {
    let functions = context.project().resources_of_service("function", "Lambda");
    let mut choices = vec![Choice::new("none", "None: the app reads the queue itself")];
    choices.extend(functions.into_iter().map(Choice::same));
    if choices.len() == 1 {
        return Ok(None);
    }
    let chosen = context.select("queue.function", "Which function handles the messages?", choices, Some("none"))?;
    Ok(Some(chosen).filter(|chosen| chosen != "none"))
}

/// The settings of a queue as they are now.
pub fn settings(context: &mut Context<'_>, name: &str) -> Result<JsonMap, PluginError> {
    let parameters = context.read_json(&format!("amplify/backend/queue/{name}/parameters.json"))?;
    let Some(Value::Object(mut settings)) = parameters else {
        return Err(PluginError::usage("queue-unknown", format!("there is no queue `{name}`")));
    };
    let environment = context.project().environment.as_ref();
    let own = environment.and_then(|environment| environment.values.get("queue")?.get(name)?.get(VISIBILITY).cloned());
    settings.insert(VISIBILITY.into(), own.unwrap_or(30.into()));
    Ok(settings)
}
