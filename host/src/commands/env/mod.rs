//! `amplify env`: the environments of a project.

use amplify_project::ProjectState;

use crate::{command::Call, error::Error};

mod add;
mod bind;
mod checkout;
mod get;
mod import;
mod list;
mod protect;
mod pull;
mod remove;
mod secret;

pub use add::Add;
pub use bind::Bind;
pub use checkout::Checkout;
pub use get::Get;
pub use import::Import;
pub use list::List;
pub use protect::Protect;
pub use pull::Pull;
pub use remove::Remove;
pub use secret::Secret;

/// The environment that a command's first argument names; without it the current one.
fn named(call: &Call, state: &ProjectState) -> Result<String, Error> {
    let name = match call.argument(0) {
        Some(name) => name.to_owned(),
        None => state.environment()?.to_owned(),
    };
    check(state, &name).map(|()| name)
}

/// Fails if the project has no environment of this name.
fn check(state: &ProjectState, name: &str) -> Result<(), Error> {
    if state.team.environment(name).is_some() {
        return Ok(());
    }
    let known = state.team.environments().into_iter().map(str::to_owned).collect();
    Err(amplify_project::Error::UnknownEnvironment { name: name.to_owned(), known }.into())
}
