//! Access to an account, set up by asking: for the machine, for a new environment, for one that exists.

mod browser;
mod environment;
mod machine;
mod profile_file;
pub(crate) mod questions;

use amplify_sdk::{
    environment::{ConfigureReply, ConfigureRequest},
    prelude::*,
};

use crate::error::Error;

pub(crate) async fn run(context: &mut Context<'_>, request: &ConfigureRequest) -> Result<ConfigureReply, Error> {
    if request.target.environment.is_empty() {
        machine::run(context, request)
    } else {
        environment::run(context, request).await
    }
}
