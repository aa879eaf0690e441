//! Requests of the host, responses of the plugin, and the documents of the callbacks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{JsonMap, change::Changes, error::PluginError, frontend, project::ProjectView, provider};

/// What the host asks a plugin to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "body", rename_all = "camelCase")]
#[non_exhaustive]
pub enum Request {
    /// Run one of the commands of the manifest; answered by [`Response::Changes`].
    Command(CommandRequest),
    /// Turn a headless payload into answers; answered by [`Response::Answers`].
    Headless(HeadlessRequest),
    /// Take note of a lifecycle event; answered by [`Response::Changes`].
    Event(EventRequest),
    /// Another plugin calls a method; answered by [`Response::Call`].
    Call(CallRequest),
    /// Make the deployable artifact of one resource; answered by [`Response::Build`].
    Build(BuildRequest),
    /// Make the files that one resource is deployed from out of those that its user keeps; answered by
    /// [`Response::Compile`].
    Compile(CompileRequest),
    /// Say what an app needs to know of the category's resources; answered by [`Response::Exports`]. Sent to plugins with
    /// the hook [`crate::manifest::Hook::Exports`].
    Exports(ExportsRequest),
    /// Serve the category's resources on loopback until cancelled; answered by [`Response::Mocked`]. Sent to plugins with
    /// the hook [`crate::manifest::Hook::Mock`].
    Mock(MockRequest),
    /// For providers.
    Provider(Box<provider::ProviderRequest>),
    /// For frontends.
    Frontend(Box<frontend::FrontendRequest>),
}

/// What a plugin answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "body", rename_all = "camelCase")]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "one value exists at a time")]
pub enum Response {
    /// What a command or event changes.
    Changes(Changes),
    /// Answers taken from a headless payload: keys of questions with their values.
    Answers(JsonMap),
    /// The value that a called method returns, and what it changes.
    Call(CallReply),
    /// A built artifact.
    Build(BuildReply),
    /// Compiled files.
    Compile(CompileReply),
    /// Keys and values for the app's configuration file.
    Exports(JsonMap),
    /// Serving has ended.
    Mocked,
    /// A provider's answer.
    Provider(Box<provider::ProviderReply>),
    /// A frontend's answer.
    Frontend(Box<frontend::FrontendReply>),
    /// It failed; nothing is changed.
    Error(PluginError),
}

/// Run a command of the manifest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CommandRequest {
    /// The command's name as the manifest has it (aliases are resolved).
    pub command: String,
    /// Positional arguments after the command.
    pub arguments: Vec<String>,
    /// Options of the manifest that were given: name without dashes, and the value or `true`.
    pub options: JsonMap,
    /// The project; absent for a command that needs nothing.
    pub project: Option<ProjectView>,
}

/// Turn the payload of `--headless` into answers.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HeadlessRequest {
    /// The command it is meant for.
    pub command: String,
    /// The payload as read.
    pub payload: Value,
    /// The project.
    pub project: Option<ProjectView>,
}

/// A lifecycle event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EventRequest {
    /// Which one.
    pub event: LifecycleEvent,
    /// Facts about it, such as the plan for `PrePush`; may be null.
    #[serde(default)]
    pub data: Value,
    /// The project; before `PreInit` there is none.
    #[serde(default)]
    pub project: Option<ProjectView>,
}

/// The events in a project's life. Each is raised once around the command of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the names say it")]
pub enum LifecycleEvent {
    PreInit,
    PostInit,
    PreAdd,
    PostAdd,
    PreUpdate,
    PostUpdate,
    PreRemove,
    PostRemove,
    PrePush,
    PostPush,
    PrePull,
    PostPull,
    PreDelete,
    PostDelete,
    PreEnvAdd,
    PostEnvAdd,
    PreEnvCheckout,
    PostEnvCheckout,
}

/// The plugin to call for what the host itself does. A host that does not know a method of its own answers with an error.
pub const HOST: &str = "amplify";

/// A method of [`HOST`]: takes a [`crate::change::FileContent`] and returns the number for
/// [`crate::change::FileContent::Kept`]. The host keeps it on disk until the command ends, so that thousands of files are
/// not one document in memory.
pub const KEEP: &str = "keep";

/// A call of one plugin's method by another, through the host.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CallRequest {
    /// The word of the plugin called, such as `function`.
    pub plugin: String,
    /// A method of its manifest.
    pub method: String,
    /// What the method takes.
    pub parameters: Value,
    /// The project, filled in by the host.
    pub project: Option<ProjectView>,
}

/// The answer of a called method.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CallReply {
    /// What the method returns.
    pub value: Value,
    /// What it changes. The host keeps these with the caller's changes; the caller sees an empty value.
    pub changes: Changes,
    /// The project with those changes, filled in by the host.
    pub project: Option<ProjectView>,
}

/// Make the artifact of one resource.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BuildRequest {
    /// Name of the resource.
    pub resource: String,
    /// Absolute path of the resource's folder. Tools may write their output there (`node_modules`, `dist`).
    pub folder: String,
    /// Build even if nothing changed.
    pub force: bool,
    /// The project.
    pub project: ProjectView,
}

/// A built artifact.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BuildReply {
    /// Absolute path of the artifact, or empty where the resource has none.
    pub artifact: String,
    /// File name under which it is uploaded, such as `hello-4e4e64767a6f71597277-build.zip`: the same for the same input.
    pub upload_name: String,
    /// SHA-256 of the artifact, lower-case hex.
    pub sha256: String,
    /// Whether the tools ran (`false`: the earlier build was still good).
    pub rebuilt: bool,
    /// Whether the artifact was packed anew.
    pub packaged: bool,
}

/// Make the files that a resource is deployed from. Nothing is written for it: a plan works with the answer alone, and a push
/// deploys it and records it afterwards.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CompileRequest {
    /// Name of the resource.
    pub resource: String,
    /// Whether the folder is as it was deployed last, so that what is deployed is still good if nothing else asks for a
    /// change.
    pub unchanged: bool,
    /// The project.
    pub project: ProjectView,
}

/// The files that a resource is deployed from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CompileReply {
    /// Start from the folder as it was deployed last, not from the folder as it is; what is given below comes on top.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub deployed: bool,
    /// Folders below the resource's folder that hold nothing but the files given here, such as `build`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub folders: Vec<String>,
    /// Files by their path below the resource's folder.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<CompiledFile>,
    /// Why this resource cannot be deployed from here, if it cannot. The others are deployed without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
}

/// A compiled file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CompiledFile {
    /// Path below the resource's folder, with forward slashes and no `..`.
    pub path: String,
    /// What it holds.
    pub content: crate::change::FileContent,
}

/// What an app needs to know of a category's resources.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExportsRequest {
    /// The project; its `meta` has the outputs of what is deployed.
    pub project: ProjectView,
    /// Services of the environment that are served on this machine, by name (`cognito`), with the address of each. Empty
    /// where the app is to talk to what is deployed.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub endpoints: BTreeMap<String, String>,
}

/// Serve a category's resources on loopback. Addresses are reported as [`Progress::Message`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MockRequest {
    /// The project.
    pub project: ProjectView,
    /// The one resource to serve; empty for all of the category.
    pub resource: String,
    /// A folder for data that are to outlive this run. Git ignores it.
    pub data_dir: String,
    /// First port to use; each further service takes the next one. 0 takes free ports.
    pub port: u16,
}

/// Progress of long work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "progress", rename_all = "camelCase")]
#[non_exhaustive]
pub enum Progress {
    /// A named step began; the earlier one is done.
    Step {
        /// Such as `Uploading templates`.
        text: String,
    },
    /// A resource of a stack changed its state.
    #[serde(rename_all = "camelCase")]
    Resource {
        /// Logical ids from the root stack down, joined by `/`, such as `storagephotos/S3Bucket`.
        path: String,
        /// CloudFormation type.
        resource_type: String,
        /// Such as `CREATE_COMPLETE`.
        status: String,
        /// Why, on failure.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// A line for the user, such as the address a server listens at.
    Message {
        /// The line.
        text: String,
    },
    /// Services that are served from now on until the request ends, so that the app's configuration file can lead there.
    Serving {
        /// By name, such as `cognito`: the address, such as `http://127.0.0.1:20005`.
        endpoints: BTreeMap<String, String>,
    },
}

/// A line of the log (`--debug`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogRecord {
    /// How much it matters.
    pub level: LogLevel,
    /// The line.
    pub text: String,
}

/// How much a log line matters. Warnings are always shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say it")]
pub enum LogLevel {
    Warning,
    Info,
    Debug,
}

/// What a callback returns: a document, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CallbackReply {
    /// It went well.
    Ok(Value),
    /// It failed.
    Error(PluginError),
}
