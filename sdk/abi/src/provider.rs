//! Messages for provider plugins. A provider is given a finished deployment: templates, parameters and files.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{JsonMap, environment, project::ProjectView};

/// What the host asks of a provider.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "operation", rename_all = "camelCase")]
#[non_exhaustive]
pub enum ProviderRequest {
    /// Make a new environment; answered by [`ProviderReply::Initialized`].
    Initialize(InitializeRequest),
    /// Bring an environment to a given state; answered by [`ProviderReply::Deployed`].
    Deploy(DeployRequest),
    /// Delete everything an environment owns; answered by [`ProviderReply::Destroyed`].
    Destroy(DestroyRequest),
    /// Serve the environment's services on loopback until cancelled; answered by [`ProviderReply::Served`].
    Serve(ServeRequest),
    /// Run one function once; answered by [`ProviderReply::Invoked`].
    Invoke(InvokeRequest),
    /// Keep the record of a deployment; answered by [`ProviderReply::Published`].
    Publish(environment::PublishRequest),
    /// Fetch the record of the last deployment; answered by [`ProviderReply::Fetched`].
    Fetch(environment::FetchRequest),
    /// List projects and environments; answered by [`ProviderReply::Discovered`].
    Discover(environment::DiscoverRequest),
    /// Say whose credentials are used; answered by [`ProviderReply::Identified`].
    Identify(environment::IdentifyRequest),
    /// Set up access; answered by [`ProviderReply::Configured`].
    Configure(environment::ConfigureRequest),
    /// Mend an environment; answered by [`ProviderReply::Recovered`].
    Recover(environment::RecoverRequest),
    /// Say where to look at it; answered by [`ProviderReply::Console`].
    Console(environment::ConsoleRequest),
    /// Say what a deletion would delete; answered by [`ProviderReply::Inventory`].
    Inventory(environment::InventoryRequest),
    /// Keep or forget secrets; answered by [`ProviderReply::SecretsKept`].
    Secrets(environment::SecretsRequest),
    /// Ask the cloud itself what a deployment would do, and deploy nothing; answered by [`ProviderReply::Foreseen`].
    Foresee(DeployRequest),
    /// Copy data before a deployment or a deletion loses it; answered by [`ProviderReply::BackedUp`].
    BackUp(environment::BackUpRequest),
}

/// What a provider answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "operation", rename_all = "camelCase")]
#[non_exhaustive]
#[allow(missing_docs, reason = "one for each request")]
pub enum ProviderReply {
    Initialized(InitializeReply),
    Deployed(DeployReply),
    Destroyed(DestroyReply),
    Served,
    Invoked(InvokeReply),
    Published(environment::PublishReply),
    Fetched(environment::FetchReply),
    Discovered(environment::DiscoverReply),
    Identified(environment::IdentifyReply),
    Configured(environment::ConfigureReply),
    Recovered(environment::RecoverReply),
    Console(environment::ConsoleReply),
    Inventory(environment::InventoryReply),
    SecretsKept,
    Foreseen(ForeseeReply),
    BackedUp(environment::BackUpReply),
}

/// Make a new environment.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InitializeRequest {
    /// The project's name.
    pub project_name: String,
    /// The environment's name.
    pub environment: String,
    /// Name of the root stack, `amplify-<project>-<env>-<time>`.
    pub stack_name: String,
    /// The root template of an empty environment: deployment bucket and the two roles.
    pub template: Value,
    /// Its parameters.
    pub parameters: JsonMap,
    /// A folder for the provider's own files of this environment. Git ignores it.
    pub data_dir: String,
    /// The provider's part of `--providers`, or an empty object.
    pub options: JsonMap,
    /// Tags of the stack and everything in it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The state of another environment of the same project, whose application the new one joins; empty for the first.
    #[serde(skip_serializing_if = "JsonMap::is_empty")]
    pub sibling: JsonMap,
}

/// A new environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InitializeReply {
    /// What is recorded of it in `team-provider-info.json`: `Region`, `StackName`, `StackId`, `DeploymentBucketName`,
    /// `AuthRoleArn`, `UnauthRoleArn`, `AuthRoleName`, `UnauthRoleName`, and what else the provider needs.
    pub state: JsonMap,
    /// What this machine alone records (`local-aws-info.json`); null for nothing.
    pub local: Value,
}

/// Bring an environment to a given state.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeployRequest {
    /// The project, with the environment and what was recorded of it.
    pub project: ProjectView,
    /// What the provider recorded on this machine alone ([`InitializeReply::local`]); null for nothing.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub local: Value,
    /// The provider's folder of this environment.
    pub data_dir: String,
    /// The root template. Nested stacks name theirs by `https://s3.amazonaws.com/<deployment bucket>/<key>`.
    pub template: Value,
    /// The root stack's parameters.
    pub parameters: JsonMap,
    /// Files that go to the deployment bucket before the stack is touched. They are frozen copies.
    pub uploads: Vec<Upload>,
    /// The revision of the record that this deployment was planned from ([`environment::PublishReply::revision`]). The
    /// provider refuses with the code `pull-first` if the record has another one by now. Empty: none is known; if the
    /// deployment publishes, that means there was no record, and the provider refuses if there is one by now.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub based_on: String,
    /// Whether the record is published afterwards. The provider holds the environment until then.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub publishes: bool,
    /// Tags of the stack and everything in it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Parameters of the root stack that are kept secrets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<environment::SecretParameter>,
    /// What the user was shown and has confirmed. A provider that can ask its cloud beforehand stops where that would
    /// lose data which this does not say. Missing: nobody says what was shown, and nothing is compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<DeployPlan>,
    /// What is recorded of another environment of the same project at the same provider; empty if there is none.
    #[serde(skip_serializing_if = "JsonMap::is_empty")]
    pub sibling: JsonMap,
}

/// What the user was shown of a deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeployPlan {
    /// Every change that was shown. Where a plan takes several deployments, each is given all of them.
    pub changes: Vec<PlannedChange>,
    /// The project's resources in the plan.
    pub resources: Vec<PlannedResource>,
}

/// A change that was shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PlannedChange {
    /// Logical ids from the root stack down, joined by `/`. A nested stack stands for all that is in it.
    pub path: String,
    /// What happens: `create`, `update`, `replace`, `delete` or `retain`.
    pub action: String,
    /// Whether it was said that data is lost.
    pub loses_data: bool,
}

/// A resource of the project in a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PlannedResource {
    /// Logical id of its nested stack.
    pub logical_id: String,
    /// The name by which the user allows what loses data (`--allow-replace`, `--allow-delete`).
    pub name: String,
    /// Whether what holds data in it may be replaced.
    pub may_replace: bool,
    /// Whether what holds data in it may be deleted.
    pub may_delete: bool,
}

/// A file for the deployment bucket.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Upload {
    /// Key in the bucket.
    pub key: String,
    /// Absolute path of the file.
    pub path: String,
}

/// A deployed environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeployReply {
    /// Outputs of each nested stack of the root: logical id, then output, then value.
    pub outputs: BTreeMap<String, JsonMap>,
    /// Resources that were recorded but do not run here (the local provider), such as `authapp/UserPool`, with their type.
    pub recorded: Vec<RecordedResource>,
    /// How many resources were created, updated, replaced and deleted.
    pub counts: DeployCounts,
    /// What is to be recorded of the environment beside what is there, such as an id that it has only now; usually nothing.
    #[serde(skip_serializing_if = "JsonMap::is_empty")]
    pub state: JsonMap,
}

/// What the cloud says that a deployment would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ForeseeReply {
    /// Every change; empty if nothing would change. An updated nested stack is told by what changes in it.
    pub changes: Vec<ForeseenChange>,
    /// What of it the plan ([`DeployRequest::plan`]) does not say, and a deployment would stop or ask for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unplanned: Vec<UnplannedChange>,
    /// The cloud cannot look into nested stacks here, so it says nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub blind: bool,
}

/// A change that the cloud foresees.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ForeseenChange {
    /// Logical ids from the root stack down, joined by `/`.
    pub path: String,
    /// CloudFormation type.
    pub resource_type: String,
    /// What happens: `create`, `update`, `replace`, `delete`, `retain`, or `mayReplace` where that is known later only.
    pub action: String,
    /// The properties that are the cause.
    pub properties: Vec<String>,
}

/// A change that the plan does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UnplannedChange {
    /// What would happen, in words.
    pub text: String,
    /// What would be lost by it; empty if nothing is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub loss: String,
    /// The option of `amplify push` that allows the loss; empty if there is none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub option: String,
}

/// A resource that was recorded only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RecordedResource {
    /// Logical ids from the root stack down, joined by `/`.
    pub path: String,
    /// CloudFormation type.
    pub resource_type: String,
}

/// What a deployment did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "the names say it")]
pub struct DeployCounts {
    pub created: u32,
    pub updated: u32,
    pub replaced: u32,
    pub deleted: u32,
}

/// Delete everything an environment owns.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DestroyRequest {
    /// The environment's name.
    pub environment: String,
    /// What was recorded of it.
    pub state: JsonMap,
    /// What the provider recorded on this machine alone ([`InitializeReply::local`]); null for nothing.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub local: Value,
    /// The provider's folder of this environment.
    pub data_dir: String,
}

/// What a deletion left behind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DestroyReply {
    /// What remains, and why; empty if nothing does.
    pub remaining: Vec<String>,
}

/// Serve an environment's services on loopback.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServeRequest {
    /// The project.
    pub project: ProjectView,
    /// The provider's folder of this environment.
    pub data_dir: String,
    /// Which services: `s3`, `dynamodb`; empty means all.
    pub services: Vec<String>,
    /// First port to use; each further service takes the next one. 0 takes free ports.
    pub port: u16,
}

/// Run one function once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InvokeRequest {
    /// The project.
    pub project: ProjectView,
    /// The provider's folder of this environment.
    pub data_dir: String,
    /// Name of the function resource, such as `hello`.
    pub resource: String,
    /// The folder holding its code, so that it runs before it was ever deployed.
    pub code_dir: String,
    /// The function's properties, evaluated from its template (`Handler`, `Runtime`, `Timeout`, `Environment`, ...).
    pub properties: Value,
    /// The event passed to the handler.
    pub event: Value,
    /// Stop it after so many milliseconds; 0 means the function's own timeout.
    pub timeout_ms: u64,
}

/// What a function returned.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InvokeReply {
    /// What the handler returned; null if it failed.
    pub result: Value,
    /// The handler's error (`errorType`, `errorMessage`, `trace`), if it failed.
    pub error: Option<Value>,
    /// What it wrote to its standard output and error.
    pub log: String,
    /// How long the handler ran, in milliseconds.
    pub duration_ms: u64,
}
