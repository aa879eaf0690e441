//! What `init`, `env add` and `pull` ask of a project that is made, and the payloads by which scripts answer.

use std::path::Path;

use amplify_plugin_abi::{
    JsonMap,
    question::{Choice, Question},
};
use amplify_project::{Project, ProjectConfig, ProjectLock, ProjectState};
use serde_json::{Value, json};

use super::frontend;
use crate::{
    command::Call,
    descriptor::{Argument, Descriptor},
    editor::EDITORS,
    error::Error,
    host::Host,
    pending::Pending,
    view,
};

/// The payloads that cannot be a name.
const ONLY_OBJECTS: [&str; 2] = ["amplify", "categories"];

/// The arguments by which a project is described beforehand.
pub fn arguments(descriptor: Descriptor) -> Descriptor {
    let json = |name: &str, summary: &str| Argument::option(name, "json", summary);
    descriptor
        .asks()
        .argument(
            Argument::option("--providers", "name|json", "The provider, by its name or as {\"<name>\": {<options>}}")
                .short('p')
                .aliases(&["provider", "providers-config", "providersConfig"]),
        )
        .argument(
            json("--amplify", "{\"projectName\", \"envName\", \"defaultEditor\", \"appId\"}")
                .short('a')
                .aliases(&["amplify-config", "amplifyConfig"]),
        )
        .argument(
            json("--frontend", "{\"frontend\", \"framework\", \"config\": {...}}, or the frontend's name")
                .short('f')
                .aliases(&["frontend-config", "frontendConfig"]),
        )
}

/// Hands the original's payloads to the questions, after what the user answers otherwise.
///
/// # Errors
/// A payload that is no JSON.
pub fn supply(host: &Host<'_>, call: &Call) -> Result<(), Error> {
    check(call)?;
    if let Some(name) = &host.settings.environment {
        host.questions.supply("init.environment", json!(name));
    }
    for (key, question) in [("projectName", "init.projectName"), ("envName", "init.environment")] {
        if let Some(value) = of_amplify(call, key) {
            host.questions.supply(question, value);
        }
    }
    let editor = match of_amplify(call, "defaultEditor").as_ref().and_then(Value::as_str) {
        Some("code" | "Code") => Some("vscode"),
        Some("idea14ce") => Some("intellij"),
        Some(other) => EDITORS.iter().map(|(value, ..)| *value).find(|value| *value == other),
        None => None,
    };
    if let Some(editor) = editor {
        host.questions.supply("init.editor", json!(editor));
    }
    let frontend = match parsed(call, "frontend") {
        Value::String(name) => Some(name),
        Value::Object(object) => {
            object.get("frontend").or_else(|| object.get("type")).and_then(Value::as_str).map(str::to_owned)
        }
        _ => None,
    };
    if let Some(frontend) = frontend {
        host.questions.supply("init.appType", json!(frontend));
    }
    Ok(())
}

/// A key of `--amplify`.
pub fn of_amplify(call: &Call, key: &str) -> Option<Value> {
    parsed(call, "amplify").as_object().and_then(|amplify| amplify.get(key)).cloned()
}

/// An option's value as JSON where it is, else as text.
pub fn parsed(call: &Call, option: &str) -> Value {
    let Some(text) = call.value(option) else { return Value::Null };
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

/// What begins like JSON was meant to be JSON, and is not taken for a name.
fn check(call: &Call) -> Result<(), Error> {
    for option in ["amplify", "frontend", "providers", "categories"] {
        let Some(text) = call.value(option) else { continue };
        let shape = match serde_json::from_str(text) {
            Ok(Value::Object(_)) => continue,
            Ok(Value::String(_)) if !ONLY_OBJECTS.contains(&option) => continue,
            Ok(_) => None,
            Err(error) if ONLY_OBJECTS.contains(&option) || text.trim_start().starts_with(['{', '[', '"']) => {
                Some(error.to_string())
            }
            Err(_) => continue,
        };
        let or_name = if ONLY_OBJECTS.contains(&option) { "" } else { ", and no name either" };
        let error = Error::usage("option-syntax", format!("the value of `--{option}` is not a JSON object{or_name}"));
        let error = match shape {
            Some(cause) => error.cause(cause),
            None => error,
        };
        return Err(error.hint(format!("quote it for your shell: --{option} '{{\"...\": \"...\"}}'")));
    }
    Ok(())
}

/// Asks for the editor; the present one is preselected.
///
/// # Errors
/// A wrong or missing answer.
pub fn ask_editor(host: &Host<'_>, present: Option<&str>) -> Result<Option<String>, Error> {
    let choices = EDITORS.iter().map(|(value, label, _)| Choice::new(*value, *label)).collect();
    let present = EDITORS.iter().map(|(value, ..)| *value).find(|value| Some(*value) == present);
    let question = Question::select("init.editor", "Choose your default editor:", choices);
    host.ask_text(&question.default_text(present.unwrap_or(EDITORS[0].0))).map(Some)
}

/// Asks for the app's type and its settings.
///
/// # Errors
/// No frontend is installed; a wrong or missing answer.
pub fn ask_frontend(
    host: &Host<'_>,
    call: &Call,
    project: &Project,
    lock: &ProjectLock,
    name: &str,
) -> Result<ProjectConfig, Error> {
    let root: &Path = project.root();
    // Nothing of this is kept: it lets the frontend read the folder.
    let mut folder = Pending::new(project, lock, ProjectState::new(ProjectConfig::new(name, "", None)));
    let frontends = frontend::scored(host, root, &mut folder)?;
    let Some((best, _)) = frontends.first() else {
        let error = Error::failed("no-frontend", "no frontend is installed");
        return Err(error.hint("type `amplify plugin list` to see where plugins are searched"));
    };
    let mut words: Vec<&String> = frontends.iter().map(|(name, _)| name).collect();
    words.sort();
    let question = Question::select(
        "init.appType",
        "Choose the type of app that you're building",
        words.into_iter().map(Choice::same).collect(),
    )
    .default_text(best);
    let app_type = host.ask_text(&question)?;
    let options: JsonMap = parsed(call, "frontend").as_object().cloned().unwrap_or_default();
    let mut view = view::of_folder(root);
    name.clone_into(&mut view.name);
    view.frontend.clone_from(&app_type);
    let settings = frontend::configure(host, &app_type, view, options, &mut folder)?;
    Ok(ProjectConfig::new(name, &app_type, settings.as_object().cloned()))
}
