//! Messages about an environment that exists: what is recorded of it in the cloud, who may use it, how it is mended.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{JsonMap, provider::Upload};

/// The environment that a request is about, and what is known of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Target {
    /// The project's name.
    pub project_name: String,
    /// The environment's name.
    pub environment: String,
    /// What was recorded of it in `team-provider-info.json`.
    pub state: JsonMap,
    /// What the provider recorded on this machine alone; null for nothing.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub local: Value,
    /// The provider's folder of this environment.
    pub data_dir: String,
}

/// Put the record of a deployment beside it, so that others can fetch it. Comes after a deployment that succeeded, under
/// the same hold of the environment, and ends that hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PublishRequest {
    /// The environment.
    pub target: Target,
    /// The revision that the deployment was based on; empty if there was no record. The provider refuses with the code
    /// `pull-first` if the record is another one by now.
    pub based_on: String,
    /// The files of the record: `#current-cloud-backend.zip`, `amplify-meta.json`, ... The first one carries the revision.
    pub files: Vec<Upload>,
}

/// The record was put there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PublishReply {
    /// Names this record, and no other; empty if the provider keeps none.
    pub revision: String,
}

/// Fetch the record of the last deployment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FetchRequest {
    /// The environment.
    pub target: Target,
    /// The files wanted, by the names they were published under. The first one carries the revision.
    pub files: Vec<String>,
    /// An existing empty folder that takes them. Empty: only the revision is asked for.
    pub into: String,
}

/// What was fetched.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FetchReply {
    /// The record's revision; empty if there is no record, or the provider keeps none.
    pub revision: String,
    /// The files that exist, with where they lie now.
    pub files: Vec<Upload>,
}

/// List the projects and environments that the credentials reach, for a folder that has none.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DiscoverRequest {
    /// The provider's part of `--providers`, or an empty object.
    pub options: JsonMap,
    /// Only the application with this id; empty for all.
    pub app_id: String,
}

/// The projects and environments found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DiscoverReply {
    /// The projects, in the order to be shown.
    pub apps: Vec<App>,
    /// What this machine is to record of an environment of these ([`crate::provider::InitializeReply::local`]).
    pub local: Value,
}

/// A project that the provider knows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct App {
    /// Its id, such as the Amplify app's.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its environments.
    pub environments: Vec<AppEnvironment>,
}

/// An environment that the provider knows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AppEnvironment {
    /// Its name.
    pub name: String,
    /// What `team-provider-info.json` records of it.
    pub state: JsonMap,
}

/// Say whose credentials are used, and check that they fit the environment. Nothing is written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IdentifyRequest {
    /// The environment.
    pub target: Target,
}

/// Whose credentials are used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IdentifyReply {
    /// One line for the user before a confirmation, such as `account 123456789012 (eu-west-1), profile shop`; empty for none.
    pub summary: String,
    /// The account; empty if the provider has none.
    pub account: String,
    /// The region; empty if the provider has none.
    pub region: String,
}

/// Set up access for this machine, or change that of one environment (`amplify configure`). The provider asks.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ConfigureRequest {
    /// The environment whose access is changed; its name is empty for the machine as a whole.
    pub target: Target,
    /// The provider's part of `--providers`, or an empty object.
    pub options: JsonMap,
    /// The user's home folder, for shared credential files.
    pub home: String,
    /// No browser is to be opened: links are told.
    pub no_browser: bool,
}

/// What was set up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ConfigureReply {
    /// What this machine records of the environment from now on; null for no change.
    pub local: Value,
    /// Lines for the user.
    pub messages: Vec<String>,
}

/// Find out what keeps an environment from being deployed, and mend it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RecoverRequest {
    /// The environment.
    pub target: Target,
    /// What to do.
    pub action: RecoverAction,
}

/// A way to mend an environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "camelCase")]
#[non_exhaustive]
pub enum RecoverAction {
    /// Look only.
    #[default]
    Inspect,
    /// Go on with a roll back that failed.
    ContinueRollback {
        /// Resources to leave as they are: logical ids from the root stack down, joined by `/`.
        skip: Vec<String>,
    },
    /// Roll back an operation that runs without end.
    Cancel,
    /// Delete a stack whose first creation failed, and make it anew as an empty environment.
    Recreate,
    /// Take the hold of a push that no longer runs.
    TakeHold,
}

/// The state of an environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RecoverReply {
    /// Its state as the provider calls it, such as `UPDATE_ROLLBACK_FAILED`.
    pub status: String,
    /// Whether it can be deployed to.
    pub usable: bool,
    /// Resources that are stuck.
    pub stuck: Vec<StuckResource>,
    /// What can be done about it, the most careful one first.
    pub actions: Vec<RecoverAction>,
    /// One line about who holds it, and since when; empty if nobody does.
    pub holder: String,
    /// What `team-provider-info.json` records of it from now on; empty for no change.
    #[serde(skip_serializing_if = "JsonMap::is_empty")]
    pub state: JsonMap,
}

/// A resource that keeps a stack from going on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StuckResource {
    /// Logical ids from the root stack down, joined by `/`.
    pub path: String,
    /// CloudFormation type.
    pub resource_type: String,
    /// Its state.
    pub status: String,
    /// Why, as the provider says.
    pub reason: String,
}

/// Say what [`crate::provider::DestroyRequest`] would delete, for a person to confirm. Nothing is changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InventoryRequest {
    /// The environment.
    pub target: Target,
}

/// What an environment owns.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InventoryReply {
    /// What would be deleted, a line each, such as `storagephotos/S3Bucket (AWS::S3::Bucket photos-dev)`.
    pub going: Vec<String>,
    /// What would stay, and why.
    pub staying: Vec<String>,
    /// Those of `going` that users fill and that a deployment of the environment as a protected one would have kept.
    pub unkept: Vec<String>,
}

/// Copy what a deployment or a deletion is about to lose, so that it can be had again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BackUpRequest {
    /// The environment.
    pub target: Target,
    /// What loses its data: logical ids from the root stack down, joined by `/`. Empty: all that goes with the environment.
    pub paths: Vec<String>,
    /// Whether copies are made. Otherwise the answer only says of what they could be.
    pub make: bool,
}

/// What is or could be copied.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BackUpReply {
    /// Copies, all of them there.
    pub backups: Vec<Backup>,
    /// What the provider has no copies of.
    pub without: Vec<NoBackup>,
}

/// A copy of what a resource holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Backup {
    /// The resource: logical ids from the root stack down, joined by `/`.
    pub path: String,
    /// Its name in the cloud.
    pub resource: String,
    /// The copy's own name; empty for one that was not made.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What a user types to have it again; empty for one that was not made.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub restore: String,
}

/// A resource that the provider cannot copy.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NoBackup {
    /// The resource: logical ids from the root stack down, joined by `/`.
    pub path: String,
    /// CloudFormation type.
    pub resource_type: String,
    /// Its name in the cloud.
    pub resource: String,
    /// What a user types to copy it; empty if there is no such command.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub instead: String,
}

/// Where a person can look at an environment, a category or a resource.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ConsoleRequest {
    /// The environment.
    pub target: Target,
    /// The category; empty for the environment.
    pub category: String,
    /// The resource; empty for the category.
    pub resource: String,
    /// `amplify-meta.json` without `providers`: the deployed resources with their outputs.
    pub meta: JsonMap,
}

/// Where to look.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ConsoleReply {
    /// The address.
    pub url: String,
}

/// Keep or forget secrets of an environment. They are never written to the project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SecretsRequest {
    /// The environment.
    pub target: Target,
    /// Secrets to keep; one that is there is replaced.
    pub set: Vec<NamedSecret>,
    /// Names of secrets to forget; one that is not there is no error.
    pub remove: Vec<String>,
}

/// A secret and its name.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NamedSecret {
    /// `<category>/<resource>/<key>`.
    pub name: String,
    /// The secret.
    pub value: String,
}

impl std::fmt::Debug for NamedSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NamedSecret({}: hidden)", self.name)
    }
}

/// A parameter of the root stack whose value is a kept secret. The template declares it with `NoEcho`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SecretParameter {
    /// The parameter's name.
    pub parameter: String,
    /// The secret's name, `<category>/<resource>/<key>`.
    pub secret: String,
}
