//! What dispatch knows of a command, built in or of a plugin: its descriptor, and how to run it.

use amplify_plugin_abi::JsonMap;
use serde_json::Value;

use crate::{descriptor::Descriptor, error::Error, exit::Exit, host::Host};

/// A command. Built-in ones are unit types, one to a file; [`crate::commands::PluginCommand`] stands for all the others.
pub trait Command {
    /// What it is called, what it takes, and what it is for. Must be cheap.
    fn descriptor(&self) -> Descriptor;

    /// Runs it.
    ///
    /// # Errors
    /// Whatever makes it fail. The project is unchanged then.
    fn run(&self, host: &Host, call: &Call) -> Result<Exit, Error>;
}

/// What was typed after the words of a command.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Call {
    /// Positional arguments in order.
    pub arguments: Vec<String>,
    /// Options by name without dashes: `true`, a text, or a list of texts.
    pub options: JsonMap,
}

impl Call {
    /// The positional argument at a place.
    pub fn argument(&self, place: usize) -> Option<&str> {
        self.arguments.get(place).map(String::as_str)
    }

    /// Whether an option without value was given.
    pub fn flag(&self, name: &str) -> bool {
        self.options.get(name) == Some(&Value::Bool(true))
    }

    /// The value of an option.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.options.get(name).and_then(Value::as_str)
    }

    /// The values of an option that may be given several times.
    pub fn values(&self, name: &str) -> Vec<&str> {
        match self.options.get(name) {
            Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }
}
