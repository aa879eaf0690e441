//! A plugin that ends the process instead of answering. That must not pass for the end of a command that went well.

use std::sync::OnceLock;

use crate::{
    error::Error,
    exit::Exit,
    interrupt,
    output::{Manner, Output},
};

static MANNER: OnceLock<Manner> = OnceLock::new();

/// From now on it is told in this manner.
pub fn watch(manner: Manner) {
    if MANNER.set(manner).is_ok() {
        amplify_plugin_host::on_departure(departed);
    }
}

fn departed(plugin: &str, request: &str) -> i32 {
    interrupt::remove_lock();
    let message = format!("the plugin `{plugin}` ended amplify instead of answering {request}");
    let error = Error::failed("plugin-ended-process", message)
        .cause("what it was to change is not recorded")
        .hint("tell its author that a plugin returns an error instead of ending the process");
    Output::new(MANNER.get().copied().unwrap_or_default()).error(&error);
    Exit::Failed as i32
}
