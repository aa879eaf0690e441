//! The plugin: which request leads where.

use amplify_sdk::{
    error::ErrorKind,
    frontend::{FrontendReply, FrontendRequest, RootFile},
    prelude::*,
};
use serde_json::Value;

use crate::{
    exports::{self, current},
    framework::Framework,
    settings, source_dir,
};

/// The file that the app imports.
const FILE: &str = "aws-exports.js";
/// Where a file goes that cannot be understood.
const BACKUP: &str = "aws-exports.js.bak";

/// The frontend for JavaScript apps.
#[derive(Clone, Copy, Debug, Default)]
pub struct JavaScript;

impl Frontend for JavaScript {
    fn manifest(&self) -> Manifest {
        Manifest::new(
            "frontend-javascript",
            PluginKind::frontend("javascript"),
            env!("CARGO_PKG_VERSION"),
            "JavaScript apps: framework, settings and aws-exports.js",
        )
    }

    fn handle(&self, context: &mut Context<'_>, request: FrontendRequest) -> Result<FrontendReply, PluginError> {
        match request {
            FrontendRequest::Detect { .. } => {
                let score = if context.read_text("package.json")?.is_some() { 90 } else { 10 };
                Ok(FrontendReply::Detected { score })
            }
            FrontendRequest::Configure { options, .. } => {
                Ok(FrontendReply::Configured { settings: settings::configure(context, &options)? })
            }
            FrontendRequest::Exports { values, previous, .. } => {
                Ok(FrontendReply::Files { files: export(context, values, previous)? })
            }
            FrontendRequest::OwnedFiles { .. } => {
                let path = path(context.project(), FILE);
                let files = path.map(|path| RootFile { path, text: None }).into_iter().collect();
                Ok(FrontendReply::Files { files })
            }
            _ => Err(PluginError {
                kind: ErrorKind::Unsupported,
                ..PluginError::new("unsupported", "the javascript frontend does not know this request")
            }),
        }
    }
}

fn export(context: &mut Context<'_>, values: JsonMap, previous: JsonMap) -> Result<Vec<RootFile>, PluginError> {
    let path = match path(context.project(), FILE) {
        Ok(path) => path,
        // The backend is deployed by now; a wrong setting must not make that a failure.
        Err(error) => {
            context.log(LogLevel::Warning, format!("{FILE} was not written: {error}"));
            for hint in error.hints() {
                context.log(LogLevel::Warning, hint);
            }
            return Ok(Vec::new());
        }
    };
    let mut files = Vec::new();
    let mut current = JsonMap::new();
    if let Some(text) = context.read_text(&path)? {
        match current::parse(&text) {
            Ok(map) => current = map,
            Err(reason) => {
                let backup = self::path(context.project(), BACKUP)?;
                context.log(
                    LogLevel::Warning,
                    format!(
                        "`{path}` could not be understood ({reason}), so keys that you added to it are not carried over; it was kept as `{backup}`"
                    ),
                );
                files.push(RootFile { path: backup, text: Some(text) });
            }
        }
    }
    let project = context.project();
    let region = project.environment.as_ref().and_then(|environment| environment.provider_state.get("Region"));
    let region = region.and_then(Value::as_str);
    // What a category says of itself comes after what this plugin knows, and never instead of it.
    let with = |mut object: JsonMap, values: JsonMap| {
        for (key, value) in values {
            object.entry(key).or_insert(value);
        }
        object
    };
    let mut object = with(exports::object(&project.meta, region), values);
    let before = with(exports::object(&project.deployed_meta, region), previous);
    current::carry_over(&mut object, &before, current);
    files.push(RootFile { path, text: Some(exports::render(&object)) });
    Ok(files)
}

fn path(project: &ProjectView, file: &str) -> Result<String, crate::error::FrontendError> {
    let settings = &project.frontend_settings;
    let framework = settings["framework"].as_str().and_then(Framework::from_name).unwrap_or(Framework::None);
    let [default, ..] = framework.defaults();
    source_dir::file(settings["config"]["SourceDir"].as_str().unwrap_or(default), file)
}
