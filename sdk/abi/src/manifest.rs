//! What a plugin is and what it offers.

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{IntoDeserializer, value::StringDeserializer},
};

use crate::message::LifecycleEvent;

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
    /// Lifecycle events it wants to hear. Those that the reader does not know yet are left out: it never raises them.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "known")]
    pub events: Vec<LifecycleEvent>,
    /// Further requests that it answers. Those that the reader does not know yet are left out: it never sends them.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "known")]
    pub hooks: Vec<Hook>,
    /// The library's file name, beside the manifest. Absent in what `describe` returns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub library: Option<String>,
    /// SHA-256 of the library, lower-case hex. Absent in what `describe` returns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// A request that the host sends only to plugins that ask for it, so that it opens no library for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Hook {
    /// [`crate::message::Request::Exports`], when the app's configuration file is written and the category has resources.
    Exports,
    /// [`crate::message::Request::Mock`], for `amplify mock <category>`.
    Mock,
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

/// The names of a list that the reader knows.
fn known<'de, D: Deserializer<'de>, T: Deserialize<'de>>(source: D) -> Result<Vec<T>, D::Error> {
    let names = Vec::<String>::deserialize(source)?;
    let known = |name: String| {
        let name: StringDeserializer<serde::de::value::Error> = name.into_deserializer();
        T::deserialize(name).ok()
    };
    Ok(names.into_iter().filter_map(known).collect())
}

impl Manifest {
    /// A manifest without commands, made for the protocol, the ABI version and the target that the caller is compiled
    /// for. A plugin passes its own `env!("CARGO_PKG_VERSION")` as the version.
    pub fn new(
        name: impl Into<String>,
        kind: PluginKind,
        version: impl Into<String>,
        summary: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            kind,
            version: version.into(),
            summary: summary.into(),
            protocol: crate::PROTOCOL,
            abi: crate::ABI_VERSION.into(),
            target: crate::TARGET.into(),
            commands: Vec::new(),
            services: Vec::new(),
            methods: Vec::new(),
            events: Vec::new(),
            hooks: Vec::new(),
            library: None,
            sha256: None,
        }
    }

    /// Adds a command.
    #[must_use]
    pub fn command(mut self, command: Command) -> Self {
        self.commands.push(command);
        self
    }

    /// Adds a service: its name in `backend-config.json`, and how it is called in a list of choices.
    #[must_use]
    pub fn service(mut self, name: impl Into<String>, label: impl Into<String>) -> Self {
        self.services.push(Service { name: name.into(), label: label.into(), compiled: false });
        self
    }

    /// Adds a service whose resources are compiled before they are planned and deployed
    /// ([`crate::message::Request::Compile`]).
    #[must_use]
    pub fn compiled_service(mut self, name: impl Into<String>, label: impl Into<String>) -> Self {
        self.services.push(Service { name: name.into(), label: label.into(), compiled: true });
        self
    }

    /// Adds a method that other plugins may call.
    #[must_use]
    pub fn method(mut self, name: impl Into<String>, summary: impl Into<String>) -> Self {
        self.methods.push(Method { name: name.into(), summary: summary.into() });
        self
    }

    /// Subscribes to a lifecycle event.
    #[must_use]
    pub fn event(mut self, event: LifecycleEvent) -> Self {
        self.events.push(event);
        self
    }

    /// Asks for a further request.
    #[must_use]
    pub fn hook(mut self, hook: Hook) -> Self {
        self.hooks.push(hook);
        self
    }
}

/// What a plugin's `describe` function returns: its manifest, or `{"error": ...}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[allow(clippy::large_enum_variant, reason = "one value exists at a time")]
pub enum Description {
    /// It could not describe itself.
    Failed {
        /// Why.
        error: crate::error::PluginError,
    },
    /// The manifest without the facts about the library file.
    Manifest(Manifest),
}

impl PluginKind {
    /// A category plugin.
    pub fn category(category: impl Into<String>) -> Self {
        Self::Category { category: category.into() }
    }

    /// A provider plugin.
    pub fn provider(provider: impl Into<String>) -> Self {
        Self::Provider { provider: provider.into() }
    }

    /// A frontend plugin.
    pub fn frontend(frontend: impl Into<String>) -> Self {
        Self::Frontend { frontend: frontend.into() }
    }

    /// A util plugin.
    pub fn util(word: impl Into<String>) -> Self {
        Self::Util { word: word.into() }
    }

    /// The kind of a label, as [`PluginKind::label`] gives it; none for a label that there is not.
    pub fn labelled(label: &str, word: impl Into<String>) -> Option<Self> {
        match label {
            "category" => Some(Self::category(word)),
            "provider" => Some(Self::provider(word)),
            "frontend" => Some(Self::frontend(word)),
            "util" => Some(Self::util(word)),
            _ => None,
        }
    }

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

impl Command {
    /// A command that needs a project.
    pub fn new(name: impl Into<String>, summary: impl Into<String>) -> Self {
        Self { name: name.into(), summary: summary.into(), ..Self::default() }
    }

    /// Adds another word for the command.
    #[must_use]
    pub fn alias(mut self, word: impl Into<String>) -> Self {
        self.aliases.push(word.into());
        self
    }

    /// Sets the paragraphs of the command's help page.
    #[must_use]
    pub fn details(mut self, text: impl Into<String>) -> Self {
        self.details = text.into();
        self
    }

    /// Adds an argument.
    #[must_use]
    pub fn argument(mut self, argument: Argument) -> Self {
        self.arguments.push(argument);
        self
    }

    /// Adds an example: the whole command line, and what it does.
    #[must_use]
    pub fn example(mut self, command: impl Into<String>, summary: impl Into<String>) -> Self {
        self.examples.push(Example { command: command.into(), summary: summary.into() });
        self
    }

    /// Sets what must exist before the command makes sense.
    #[must_use]
    pub fn needs(mut self, needs: Needs) -> Self {
        self.needs = needs;
        self
    }
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

impl Argument {
    /// A positional argument.
    pub fn positional(name: impl Into<String>, summary: impl Into<String>) -> Self {
        Self { name: name.into(), summary: summary.into(), ..Self::default() }
    }

    /// An option that takes a value, such as `--name`.
    pub fn option(name: impl Into<String>, summary: impl Into<String>) -> Self {
        Self { takes_value: true, ..Self::positional(name, summary) }
    }

    /// An option without a value, such as `--force`.
    pub fn flag(name: impl Into<String>, summary: impl Into<String>) -> Self {
        Self::positional(name, summary)
    }

    /// Makes the command refuse to run without it.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }
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
    /// Whether its resources are compiled before they are planned and deployed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub compiled: bool,
}

/// A method that other plugins may call through the host.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Method {
    /// Its name, such as `addTrigger`.
    pub name: String,
    /// One line, no final period.
    pub summary: String,
}
