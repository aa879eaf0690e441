//! Runs one function once, with an event.

use std::path::{Path, PathBuf};

use amplify_planner::{Options, assemble, function_properties};
use amplify_plugin_abi::{
    message::{Request, Response},
    provider::{InvokeReply, InvokeRequest, ProviderReply, ProviderRequest},
};
use amplify_project::{Project, ProjectState};
use serde_json::{Value, json};

use crate::{
    command::Call,
    environment::provider::{self, answered_wrongly},
    error::Error,
    exit::Exit,
    host::Host,
    view,
};

/// Whether all resources of a category are functions, which are run one by one instead of being served.
///
/// # Errors
/// Templates that cannot be read.
pub fn are_functions(project: &Project, state: &ProjectState, category: &str) -> Result<bool, Error> {
    let names = state.meta.names(category);
    if names.is_empty() {
        return Ok(false);
    }
    let assembly = assemble(project, state, &Options::default())?;
    for name in names {
        if function_properties(&assembly, state, category, name)?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Nobody said which function to run.
pub fn not_named(state: &ProjectState, category: &str) -> Error {
    let error = Error::usage("missing-argument", format!("`amplify mock {category}` needs the name of a resource"));
    state
        .meta
        .names(category)
        .into_iter()
        .take(5)
        .fold(error, |error, name| error.hint(format!("type `amplify mock {category} {name}`")))
}

/// Runs it.
///
/// # Errors
/// No such function, an event that is no JSON, or a run that fails.
pub fn run(
    host: &Host<'_>,
    project: &Project,
    state: &ProjectState,
    category: &str,
    name: &str,
    call: &Call,
) -> Result<Exit, Error> {
    let environment = state.environment()?;
    let entry = provider::installed(host, &state.provider().unwrap_or_default())?;
    let folder = project.paths().resource(category, name);
    let event = event(&host.settings.folder, &folder, call.value("event"))?;
    let timeout_ms = timeout(call.value("timeout"))?;
    let assembly = assemble(project, state, &Options::default())?;
    let Some(properties) = function_properties(&assembly, state, category, name)? else {
        let error = Error::failed("no-function", format!("`{category}/{name}` has no function that could be run"));
        return Err(match assembly.skipped(category, name) {
            Some(skipped) => error.cause(&skipped.reason),
            None => error.hint("`amplify status` lists the resources that there are"),
        });
    };
    let request = InvokeRequest {
        project: view::of(project.root(), state),
        data_dir: project.paths().local_data(environment).to_string_lossy().into_owned(),
        resource: name.to_owned(),
        code_dir: folder.join("src").to_string_lossy().into_owned(),
        properties,
        event,
        timeout_ms,
    };
    let request = Request::Provider(Box::new(ProviderRequest::Invoke(request)));
    let reply = match host.invoke(entry, &request, None)? {
        Response::Provider(reply) => match *reply {
            ProviderReply::Invoked(reply) => reply,
            _ => return Err(answered_wrongly(entry)),
        },
        _ => return Err(answered_wrongly(entry)),
    };
    tell(host, name, &reply)
}

fn tell(host: &Host<'_>, name: &str, reply: &InvokeReply) -> Result<Exit, Error> {
    let log = reply.log.trim_end();
    if !log.is_empty() {
        host.output.info(log);
    }
    host.output.document(&json!({
        "result": reply.result,
        "error": reply.error,
        "log": reply.log,
        "durationMs": reply.duration_ms,
    }))?;
    let Some(error) = &reply.error else {
        host.output.answer(&format!("{:#}", reply.result))?;
        host.output.info(&format!("Finished execution in {} ms.", reply.duration_ms));
        return Ok(Exit::Done);
    };
    if host.output.json() {
        return Ok(Exit::Failed);
    }
    let text = |key: &str| error.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut failed =
        Error::failed("function-failed", format!("the function `{name}` failed: {}", text("errorMessage")));
    failed = failed.cause(text("errorType"));
    // The trace begins with the error again.
    let again = format!("{}: {}", text("errorType"), text("errorMessage"));
    for line in error
        .get("trace")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .filter(|line| *line != again)
    {
        failed = failed.cause(line.trim());
    }
    Err(failed)
}

/// The event's file lies in the working folder, or in the function's.
fn event(working: &Path, function: &Path, given: Option<&str>) -> Result<Value, Error> {
    let candidates: Vec<PathBuf> = match given {
        Some(file) => vec![working.join(file), function.join(file)],
        None => vec![function.join("src").join("event.json")],
    };
    let Some(path) = candidates.iter().find(|path| path.is_file()) else {
        if given.is_none() {
            return Ok(json!({}));
        }
        let error = Error::usage("no-event", format!("there is no event file `{}`", candidates[0].display()));
        return Err(error.hint("name a JSON file in the working folder or the function's folder"));
    };
    let text = fs_err::read_to_string(path)?;
    serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
        let error = Error::failed("bad-event", format!("`{}` is not valid JSON", path.display())).cause(error);
        error.hint("put it right, or name another file: `--event <file>`")
    })
}

fn timeout(given: Option<&str>) -> Result<u64, Error> {
    let Some(text) = given else { return Ok(0) };
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= 900.0 =>
        {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "checked to be small and positive"
            )]
            Ok((seconds * 1000.0).ceil() as u64)
        }
        _ => {
            Err(Error::usage("bad-timeout", format!("`{text}` is not a time limit in seconds"))
                .hint("0.1 to 900 seconds"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_limits_are_seconds() {
        assert_eq!(timeout(None).unwrap(), 0);
        assert_eq!(timeout(Some("1.5")).unwrap(), 1500);
        for wrong in ["0", "-1", "x", "1e9", "NaN"] {
            assert_eq!(&*timeout(Some(wrong)).unwrap_err().code, "bad-timeout", "{wrong}");
        }
    }

    #[test]
    fn the_event_is_found_in_either_folder() {
        let folder = tempfile::tempdir().unwrap();
        let function = folder.path().join("f");
        fs_err::create_dir_all(function.join("src")).unwrap();
        assert_eq!(event(folder.path(), &function, None).unwrap(), json!({}));
        fs_err::write(function.join("src/event.json"), "{\"a\": 1}").unwrap();
        assert_eq!(event(folder.path(), &function, None).unwrap(), json!({"a": 1}));
        assert_eq!(event(folder.path(), &function, Some("src/event.json")).unwrap(), json!({"a": 1}));
        assert_eq!(&*event(folder.path(), &function, Some("none.json")).unwrap_err().code, "no-event");
        fs_err::write(folder.path().join("b.json"), "{").unwrap();
        assert_eq!(&*event(folder.path(), &function, Some("b.json")).unwrap_err().code, "bad-event");
    }
}
