//! `amplify help`: the page of the program, of a category, or of one command.

use crate::{
    catalog::Route,
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    error::Error,
    exit::Exit,
    help,
    host::Host,
};

/// The command.
pub struct Help;

impl Command for Help {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["help"], "Shows the commands there are, or what one of them takes.")
            .alias("h")
            .argument(Argument::positional("words", "The words of a command, in either order").repeated())
            .example("amplify help add storage", "What `amplify add storage` takes")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let words: Vec<&str> = call.arguments.iter().map(String::as_str).collect();
        // Help for a category without plugin is help for the host's own command.
        match host.catalog.route(&words, &|_| true)? {
            Route::Page(path) => help::print(host.catalog, host.output, &path),
            Route::Command { command, .. } => help::print_command(host.output, &command.descriptor()),
        }
    }
}
