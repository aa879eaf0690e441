//! `amplify plugin build`: compiles the plugin of the working folder and lays it out with its manifest.

use std::path::Path;

use amplify_plugin_author::build::{self, Built};
use serde_json::json;

use crate::{
    command::{Call, Command},
    descriptor::Descriptor,
    error::Error,
    exit::Exit,
    host::Host,
};

/// The command.
pub struct Build;

impl Command for Build {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(
            &["plugin", "build"],
            "Compiles the plugin in the working folder, and writes its manifest from what it says of itself.",
        )
        .details(
            "Runs `cargo build --release` and puts the library with its manifest into target/plugins/<name>. \
                 AMPLIFY_PLUGIN_PATH=<crate>/target/plugins lets any project use it.",
        )
        .example("amplify plugin build", "Build the plugin")
    }

    fn run(&self, host: &Host<'_>, _call: &Call) -> Result<Exit, Error> {
        let built = made(host, &host.settings.folder)?;
        host.output.answer(&built.folder.display().to_string())?;
        host.output.document(&json!({
            "name": built.name,
            "folder": built.folder,
            "library": built.library,
            "changed": built.changed,
        }))?;
        Ok(Exit::Done)
    }
}

/// Builds the plugin of a crate.
///
/// # Errors
/// There is no crate, it does not compile, or it makes no plugin.
pub fn made(host: &Host<'_>, folder: &Path) -> Result<Built, Error> {
    Ok(build::build(folder, host.quiet())?)
}
