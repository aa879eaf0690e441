//! Environments whose data nobody loses by accident: what deletes or replaces it needs a second, specific word.

use amplify_planner::{Guarded, Plan};
use amplify_project::{ProjectConfig, ProjectState};
use serde_json::{Value, json};

use crate::{command::Call, descriptor::Argument, error::Error};

/// Where `project-config.json` names them, so that all of a team know.
const KEY: &str = "protectedEnvironments";
/// The option that allows it.
const OPTION: &str = "allow-protected";

/// The names of the protected environments.
pub fn names(config: &ProjectConfig) -> Vec<String> {
    let names = config.document().object().get(KEY).and_then(Value::as_array).into_iter().flatten();
    names.filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

/// Protects an environment, or does no longer.
pub fn set(config: &mut ProjectConfig, name: &str, protected: bool) {
    let mut names = names(config);
    names.retain(|known| known != name);
    if protected {
        names.push(name.to_owned());
    }
    let document = config.document_mut().object_mut();
    if names.is_empty() {
        document.shift_remove(KEY);
    } else {
        document.insert(KEY.to_owned(), json!(names));
    }
}

/// The option of commands that delete or replace.
pub fn argument() -> Argument {
    let summary = "Delete or replace data of this protected environment; may be given several times";
    Argument::option(&format!("--{OPTION}"), "env", summary).repeated()
}

/// Refuses to delete protected environments that are not named.
///
/// # Errors
/// One is not.
pub fn check<'n>(state: &ProjectState, call: &Call, doomed: impl IntoIterator<Item = &'n str>) -> Result<(), Error> {
    let (names, allowed) = (names(&state.config), call.values(OPTION));
    let refused = |name: &&str| names.iter().any(|known| known == name) && !allowed.contains(name);
    match doomed.into_iter().find(refused) {
        Some(name) => Err(refusal(name)),
        None => Ok(()),
    }
}

/// Refuses a push that loses data of a protected environment, or leaves it where no stack knows it, if that is not named.
///
/// # Errors
/// It is not.
pub fn check_plan(state: &ProjectState, call: &Call, plan: &Plan) -> Result<(), Error> {
    let loss = |guarded: Guarded| {
        let verb = if guarded.replaced { "replacing" } else { "deleting" };
        format!("{verb} `{}` loses {}", guarded.path, guarded.loss)
    };
    let left = plan.left_behind().map(|change| format!("`{}` would stay without its stack", change.path));
    let causes: Vec<String> = plan.guarded().into_iter().map(loss).chain(left).collect();
    if causes.is_empty() {
        return Ok(());
    }
    check(state, call, state.environment().ok()).map_err(|error| causes.into_iter().fold(error, Error::cause))
}

/// Refuses to delete a protected environment of which something would go that it is to keep: it was protected after it was
/// deployed, so what is deployed does not know.
///
/// # Errors
/// There is something.
pub fn check_deployed(state: &ProjectState, name: &str, unkept: Vec<String>) -> Result<(), Error> {
    if unkept.is_empty() || !names(&state.config).iter().any(|known| known == name) {
        return Ok(());
    }
    let message = format!("the protection of `{name}` was not deployed, so what it is to keep would go");
    let error = Error::failed("protection-not-deployed", message);
    let error = unkept.into_iter().fold(error, |error, line| error.cause(format!("{line} would be deleted")));
    let push = match state.environment().is_ok_and(|current| current == name) {
        true => "`amplify push`".to_owned(),
        false => format!("`amplify env checkout {name}` and `amplify push`"),
    };
    Err(error
        .hint(format!("type {push} first: then these stay when the environment is deleted"))
        .hint(format!("if they may go, `amplify env protect {name} --off` lifts the protection")))
}

fn refusal(name: &str) -> Error {
    Error::failed("environment-protected", format!("the environment `{name}` is protected; nothing was changed"))
        .hint(format!("if its data may go, add --{OPTION} {name}"))
        .hint(format!("`amplify env protect {name} --off` lifts the protection for everybody"))
}
