//! What a plugin is and what it offers.

use serde::{Deserialize, Serialize};

/// The file name of a manifest beside its library.
pub const FILE_NAME: &str = "amplify-plugin.json";

/// The description of a plugin: returned by its `describe` function, and written beside the library with the facts of the
/// library file filled in. Routing, help and completion read nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The plugin's unique name, `[a-z][a-z0-9-]*`, such as `category-storage`.
    pub name: String,
    /// What kind of plugin this is, and the word it is addressed by.
    #[serde(flatten)]
    pub kind: PluginKind,
    /// The plugin's own version (semver).
    pub version: String,
    /// One line for `plugin list` and help.
    pub summary: String,
    /// The message protocol, see [`crate::PROTOCOL`].
    pub protocol: u32,
    /// Version of `amplify-plugin-abi` it was built with.
    pub abi: String,
    /// Target triple of the library.
    pub target: String,
    /// Commands it offers, in the order of the help page.
    #[serde(default)]
    pub commands: Vec<Command>,
    /// Services whose resources it keeps, as recorded under `service` in `backend-config.json`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
    /// Methods that other plugins may call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<Method>,
    /// Lifecycle events it wants to hear.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<crate::message::LifecycleEvent>,
    /// The library's file name, beside the manifest. Absent in what `describe` returns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub library: Option<String>,
    /// SHA-256 of the library, lower-case hex. Absent in what `describe` returns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// The four kinds of plugin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[non_exhaustive]
pub enum PluginKind {
    /// Keeps resources of one category: `amplify <category> <command>`.
    Category {
        /// The word of the category, such as `storage`; also the folder under `amplify/backend`.
        category: String,
    },
    /// Deploys to a cloud.
    Provider {
        /// The provider's name, such as `local` or `awscloudformation`.
        provider: String,
    },
    /// Knows an app framework and writes its configuration files.
    Frontend {
        /// The frontend's name, such as `javascript`.
        frontend: String,
    },
    /// Adds commands of its own: `amplify <name> <command>`, and may subscribe to events.
    Util {
        /// The word its commands are addressed by.
        word: String,
    },
}

impl PluginKind {
    /// The word that addresses the plugin on the command line.
    pub fn word(&self) -> &str {
        match self {
            PluginKind::Category { category } => category,
            PluginKind::Provider { provider } => provider,
            PluginKind::Frontend { frontend } => frontend,
            PluginKind::Util { word } => word,
        }
    }

    /// `category`, `provider`, `frontend` or `util`.
    pub fn label(&self) -> &'static str {
        match self {
            PluginKind::Category { .. } => "category",
            PluginKind::Provider { .. } => "provider",
            PluginKind::Frontend { .. } => "frontend",
            PluginKind::Util { .. } => "util",
        }
    }
}

/// A command of a plugin, as help, completion and the reference show it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Command {
    /// The word after the plugin's word, such as `add`.
    pub name: String,
    /// Other words for the same command.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// One line, no final period.
    pub summary: String,
    /// Paragraphs for the command's own help page; may be empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub details: String,
    /// Positional arguments and options beyond the host's own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<Argument>,
    /// Command lines with a word on what they do; tests execute them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
    /// What must exist before the command makes sense.
    pub needs: Needs,
}

/// What a command needs before it can run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Needs {
    /// Nothing: runs anywhere.
    Nothing,
    /// A project with a current environment.
    #[default]
    Project,
}

/// An argument of a plugin's command.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Argument {
    /// `name` for a positional argument, `--name` for an option.
    pub name: String,
    /// Whether the option takes a value; ignored for a positional argument.
    pub takes_value: bool,
    /// Whether the command refuses to run without it.
    pub required: bool,
    /// One line, no final period.
    pub summary: String,
}

/// An example in a command's help.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// The whole command line.
    pub command: String,
    /// What it does.
    pub summary: String,
}

/// A service whose resources a category plugin keeps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Service {
    /// The value of `service` in `backend-config.json`, such as `DynamoDB`.
    pub name: String,
    /// How it is called in a list of choices.
    pub label: String,
}

/// A method that other plugins may call through the host.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Method {
    /// Its name, such as `addTrigger`.
    pub name: String,
    /// One line, no final period.
    pub summary: String,
}
