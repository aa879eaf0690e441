//! What is done for each resource type: one handler a type, and one that only records.

mod bucket;
mod function;
mod recorded;
pub(crate) mod shapes;
mod table;
mod table_request;
mod users;

pub(crate) use function::CODE;
use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::{
    Upload,
    identity::Identity,
    paths::Paths,
    state::{Discarded, State},
    tables::Tables,
};

/// The type of nested stacks, which the engine deploys itself.
pub(crate) const STACK: &str = "AWS::CloudFormation::Stack";

/// A resource as the template wants it.
pub(crate) struct Request<'r> {
    pub(crate) stack_name: &'r str,
    pub(crate) stack_id: &'r str,
    pub(crate) logical_id: &'r str,
    /// Logical ids from the root stack down.
    pub(crate) path: &'r str,
    pub(crate) resource_type: &'r str,
    /// Evaluated.
    pub(crate) properties: &'r Value,
    pub(crate) generation: u32,
    pub(crate) region: &'r str,
    pub(crate) account_id: &'r str,
}

impl Request<'_> {
    pub(crate) fn identity(&self) -> Identity {
        Identity::of(self.stack_id, self.logical_id, self.generation)
    }
}

/// What a handler made, or made of an existing resource.
#[derive(Default)]
pub(crate) struct Made {
    /// What `Ref` gives.
    pub(crate) reference: Value,
    /// What `Fn::GetAtt` gives.
    pub(crate) attributes: Map<String, Value>,
    /// Facts for later, such as where the code lies.
    pub(crate) facts: Map<String, Value>,
}

/// Whether a deletion may take data with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deletion {
    /// As CloudFormation does: a bucket must be empty.
    Careful,
    /// The whole environment goes, or what a failed deployment had just made.
    Everything,
}

/// What handlers work on.
pub(crate) struct Workshop {
    pub(crate) paths: Paths,
    pub(crate) tables: Tables,
    /// Files for the deployment bucket.
    pub(crate) uploads: Vec<Upload>,
    /// The bucket the uploads belong to.
    pub(crate) deployment_bucket: Option<String>,
}

impl Workshop {
    /// The file behind an object: an upload of this deployment, or what the bucket holds.
    pub(crate) fn object(&self, bucket: &str, key: &str) -> Option<PathBuf> {
        if self.deployment_bucket.as_deref() == Some(bucket)
            && let Some(upload) = self.uploads.iter().find(|upload| upload.key == key)
        {
            return Some(upload.path.clone());
        }
        let file = crate::objects::place(&self.paths.bucket(bucket), key)?.file();
        file.is_file().then_some(file)
    }

    /// Whether a bucket is one of this environment's.
    pub(crate) fn knows(&self, bucket: &str) -> bool {
        self.deployment_bucket.as_deref() == Some(bucket) || self.paths.bucket(bucket).is_dir()
    }

    /// Puts the uploads into the deployment bucket, if it exists yet.
    pub(crate) fn store_uploads(&self) -> Result<(), crate::Error> {
        let Some(bucket) = &self.deployment_bucket else { return Ok(()) };
        let folder = self.paths.bucket(bucket);
        if !folder.is_dir() {
            return Ok(());
        }
        Ok(crate::uploads::store(&folder, &self.uploads)?)
    }
}

/// A handler's error: why, in one or more lines.
pub(crate) type Reason = String;

/// Makes, changes and deletes the resources of one type.
pub(crate) trait ResourceHandler: Sync {
    /// What the resource will be called in its service.
    fn physical_id(&self, request: &Request<'_>) -> Result<String, Reason>;

    /// Whether something of this name is there already. Recorded resources never are.
    fn exists(&self, workshop: &mut Workshop, physical_id: &str) -> Result<bool, Reason>;

    /// Makes it.
    fn create(&self, workshop: &mut Workshop, request: &Request<'_>, physical_id: &str) -> Result<Made, Reason>;

    /// Brings what exists to what the template wants; by itself, as if it were made.
    fn update(&self, workshop: &mut Workshop, request: &Request<'_>, physical_id: &str) -> Result<Made, Reason> {
        self.create(workshop, request, physical_id)
    }

    /// Takes an update back; by itself there is nothing outside the records to take back.
    fn restore(&self, workshop: &mut Workshop, physical_id: &str, properties: &Value) -> Result<(), Reason> {
        let _ = (workshop, physical_id, properties);
        Ok(())
    }

    /// Deletes it; fine if it is gone already.
    fn delete(&self, workshop: &mut Workshop, physical_id: &str, deletion: Deletion) -> Result<(), Reason>;

    /// Whether the resource only stands in the records.
    fn recorded(&self) -> bool {
        false
    }
}

/// The handler of a type.
pub(crate) fn handler(resource_type: &str) -> &'static dyn ResourceHandler {
    match resource_type {
        "AWS::Cognito::IdentityPool" | "AWS::Cognito::UserPool" => &users::Pool,
        "AWS::Cognito::IdentityPoolRoleAttachment" | "AWS::Cognito::UserPoolClient" | "AWS::Cognito::UserPoolGroup" => {
            &users::Part
        }
        "AWS::DynamoDB::Table" => &table::Table,
        "AWS::Lambda::Function" => &function::Function,
        "AWS::S3::Bucket" => &bucket::Bucket,
        _ => &recorded::Recorded,
    }
}

/// The property by which a template names a resource of this type itself.
pub(crate) fn has_own_name(resource_type: &str, properties: &Value) -> bool {
    let property = match resource_type {
        "AWS::DynamoDB::Table" => "TableName",
        "AWS::Lambda::Function" => "FunctionName",
        "AWS::S3::Bucket" => "BucketName",
        "AWS::IAM::Role" => "RoleName",
        _ => return false,
    };
    properties.get(property).and_then(Value::as_str).is_some_and(|name| !name.is_empty())
}

/// Whether a resource was kept by policy earlier and may be taken up again.
pub(crate) fn take_retained(state: &mut State, resource_type: &str, physical_id: &str) -> Option<Discarded> {
    let index = state
        .retained
        .iter()
        .position(|kept| kept.resource_type == resource_type && kept.physical_id == physical_id)?;
    Some(state.retained.remove(index))
}
