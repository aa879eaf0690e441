//! The settings of a project: framework, folders and commands.

use amplify_sdk::prelude::*;
use serde_json::Value;

use crate::{error::FrontendError, framework::Framework, source_dir};

/// The settings in the order in which they are asked for and written: key of the setting, key of the question, text.
const SETTINGS: [(&str, &str, &str); 4] = [
    ("SourceDir", "init.sourceDir", "Source Directory Path: "),
    ("DistributionDir", "init.distributionDir", "Distribution Directory Path:"),
    ("BuildCommand", "init.buildCommand", "Build Command: "),
    ("StartCommand", "init.startCommand", "Start Command:"),
];

/// Takes the settings from the payload of `--frontend`, and asks for what it leaves open.
///
/// The present settings of a project and its `package.json` give the defaults.
///
/// # Errors
/// A payload that is incomplete, a source folder outside the project, or an answer that is missing.
pub fn configure(context: &mut Context<'_>, options: &JsonMap) -> Result<Value, PluginError> {
    let given = given_config(options)?;
    let mut settings = context.project().frontend_settings.as_object().cloned().unwrap_or_default();
    let present = settings.get("framework").and_then(Value::as_str).and_then(Framework::from_name);
    let framework = match options.get("framework").and_then(Value::as_str) {
        Some(name) => named(context, name),
        None => ask_framework(context, present)?,
    };
    // Settings of another framework say nothing about this one.
    let present = settings.get("config").and_then(Value::as_object).filter(|_| present == Some(framework));
    let mut config = present.cloned().unwrap_or_default();
    for ((setting, question, text), default) in SETTINGS.into_iter().zip(framework.defaults()) {
        let value = match &given {
            Some(given) => given.get(setting).and_then(Value::as_str).unwrap_or(default).to_string(),
            None => {
                let default = config.get(setting).and_then(Value::as_str).unwrap_or(default).to_string();
                context.input(question, text, Some(default), None)?
            }
        };
        config.insert(setting.into(), portable(&value).into());
    }
    source_dir::normalize(config.get("SourceDir").and_then(Value::as_str).unwrap_or_default())?;
    settings.insert("framework".into(), framework.name().into());
    settings.insert("config".into(), config.into());
    Ok(settings.into())
}

/// The `config` of the payload, which must be whole.
fn given_config(options: &JsonMap) -> Result<Option<JsonMap>, FrontendError> {
    let Some(config) = options.get("config").filter(|config| !config.is_null()) else { return Ok(None) };
    let Some(config) = config.as_object() else { return Err(FrontendError::NotText { key: "config".into() }) };
    let mut missing = Vec::new();
    for (setting, ..) in SETTINGS {
        match config.get(setting) {
            Some(Value::String(text)) if !text.is_empty() => {}
            None | Some(Value::Null | Value::String(_)) => missing.push(setting.to_string()),
            Some(_) => return Err(FrontendError::NotText { key: setting.into() }),
        }
    }
    if missing.is_empty() { Ok(Some(config.clone())) } else { Err(FrontendError::IncompleteConfig { missing }) }
}

fn named(context: &mut Context<'_>, name: &str) -> Framework {
    Framework::from_name(name).unwrap_or_else(|| {
        context.log(LogLevel::Warning, format!("Unsupported javascript framework: {name}"));
        Framework::None
    })
}

fn ask_framework(context: &mut Context<'_>, present: Option<Framework>) -> Result<Framework, PluginError> {
    context.progress(&Progress::Message { text: "Please tell us about your project".into() });
    let default = match present {
        Some(framework) => framework,
        None => guess(context)?,
    };
    let choices = Framework::ALL.iter().map(|framework| Choice::same(framework.name())).collect();
    let text = "What javascript framework are you using";
    let name = context.select("init.framework", text, choices, Some(default.name()))?;
    Ok(Framework::from_name(&name).unwrap_or(Framework::None))
}

fn guess(context: &mut Context<'_>) -> Result<Framework, PluginError> {
    let Some(text) = context.read_text("package.json")? else { return Ok(Framework::None) };
    match serde_json::from_str(text.trim_start_matches('\u{feff}')) {
        Ok(package) => Ok(Framework::guess(&package)),
        Err(error) => {
            context.log(LogLevel::Info, format!("`package.json` gives no framework away: {error}"));
            Ok(Framework::None)
        }
    }
}

/// Settings are shared with people on other systems, where npm has its plain name.
fn portable(command: &str) -> String {
    match command.strip_prefix("npm.cmd") {
        Some(rest) if rest.is_empty() || rest.starts_with(' ') => format!("npm{rest}"),
        _ => command.into(),
    }
}
