//! `amplify version`: the program's version.

use serde_json::json;

use crate::{
    command::{Call, Command},
    descriptor::Descriptor,
    error::Error,
    exit::Exit,
    host::Host,
    run::VERSION,
};

/// The command.
pub struct Version;

impl Command for Version {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["version"], "Prints the version of the program.").alias("v")
    }

    fn run(&self, host: &Host<'_>, _call: &Call) -> Result<Exit, Error> {
        host.output.answer(VERSION)?;
        host.output.document(&json!({ "version": VERSION }))?;
        Ok(Exit::Done)
    }
}
