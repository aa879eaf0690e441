//! `amplify function build [name]`.

use std::path::Path;

use amplify_sdk::{
    message::{BuildRequest, CommandRequest, Progress},
    prelude::*,
};

use crate::{
    documents::{CATEGORY, folder, unknown},
    package,
};

/// Builds one function, or all that are built.
///
/// # Errors
/// An unknown function, or as [`package::build`].
pub fn run(context: &mut Context<'_>, request: &CommandRequest) -> Result<Changes, PluginError> {
    let project = context.project().clone();
    let names: Vec<String> = match request.arguments.first() {
        Some(name) if project.resource(CATEGORY, name).is_some() => vec![name.clone()],
        Some(name) => return Err(unknown(&project, name)),
        None => {
            project.resources(CATEGORY).into_iter().filter(|name| is_built(&project, name)).map(Into::into).collect()
        }
    };
    if names.is_empty() {
        return Ok(Changes::new().message("There are no functions to build."));
    }
    let text = "Are you sure you want to continue building the resources?";
    if !context.confirm("function.build", text, true)? {
        return Ok(Changes::new().message("Nothing was built."));
    }
    context.check_answered()?;
    context.step("Building resources. This may take a few minutes");
    for name in names {
        let at = Path::new(&project.root).join(folder(&name));
        let request = BuildRequest {
            resource: name.clone(),
            folder: at.to_string_lossy().into_owned(),
            force: false,
            project: project.clone(),
        };
        let reply = package::build(context, &request)?;
        let text = match (reply.artifact.is_empty(), reply.rebuilt || reply.packaged) {
            (true, _) => continue,
            (false, true) => format!("{name}: {}", reply.upload_name),
            (false, false) => format!("{name}: {} (unchanged)", reply.upload_name),
        };
        context.progress(&Progress::Message { text });
    }
    Ok(Changes::new().message("All resources are built."))
}

fn is_built(project: &ProjectView, name: &str) -> bool {
    let build = project.resource(CATEGORY, name).and_then(|entry| entry.get("build"));
    build.and_then(serde_json::Value::as_bool).unwrap_or(false)
}
