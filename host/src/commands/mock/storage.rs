//! `amplify mock storage`: serves the environment's buckets on loopback, until Ctrl-C.

use super::serve;
use crate::{
    command::{Call, Command},
    descriptor::Descriptor,
    error::Error,
    exit::Exit,
    host::Host,
    open,
};

/// The command.
pub struct Storage;

impl Command for Storage {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["mock", "storage"], "Run Storage Mock Endpoint")
            .needs_project()
            .argument(serve::port())
            .example("amplify mock storage --port 20005", "Serve the buckets on a port of your choice")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let (project, state) = open::read(host)?;
        if state.meta.names("storage").is_empty() {
            let error = Error::failed("no-storage", "storage has not yet been added to this project");
            return Err(error.hint("type `amplify add storage`, and then `amplify push`"));
        }
        serve::serve(host, &project, &state, vec!["s3".into()], call)
    }
}
