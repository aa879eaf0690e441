//! `amplify env add`: a new environment in a project that exists.

use crate::{
    command::{Call, Command},
    commands::init::{self, Purpose},
    descriptor::{Argument, Descriptor},
    error::Error,
    exit::Exit,
    host::Host,
};

/// The command.
pub struct Add;

impl Command for Add {
    fn descriptor(&self) -> Descriptor {
        init::arguments(Descriptor::new(&["env", "add"], "Adds a new environment to your Amplify Project"))
            .argument(Argument::option("--env", "name", "Name of the new environment").aliases(&["envName"]))
            .details(
                "The same as `amplify init` in a project that exists. The new environment becomes the current one.",
            )
            .example("amplify env add --yes --env test", "An environment `test`")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        init::run(host, call, Purpose::Add)
    }
}
