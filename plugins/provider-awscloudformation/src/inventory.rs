//! What an environment owns: the resources of its stack and of those nested in it, and what becomes of them when the stack
//! is deleted.

use std::collections::BTreeMap;

use amplify_cfn::Template;
use amplify_sdk::environment::{InventoryReply, InventoryRequest};
use aws_sdk_cloudformation::{Client, types::TemplateStage};
use serde_json::Value;

use crate::{
    error::Error,
    failure::{failed, message},
    marks,
    place::Place,
    stack::{self, BUCKET, Resource, STACK, Stack, Verdict},
};

/// Files of the app's users. Their bucket goes with the environment although its policy keeps it, as the original has it.
const USER_FILES: &str = "storage";
/// Where the root template says that its environment was protected when it was deployed. Then these stay, too.
const RETAINS: &str = "/Metadata/AmplifyRetains";
/// What users fill, and a protected environment keeps.
const FILLED: [&str; 3] = ["AWS::Cognito::UserPool", "AWS::DynamoDB::Table", BUCKET];
/// The deployment bucket, which nothing uses without the stack.
const DEPLOYMENT: &str = "DeploymentBucket";
/// The bucket with the page of a user pool's verification link: files that are made anew, and that no user has put there.
const PAGE: &str = "/CustomMessageConfirmationBucket";

/// A resource that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Owned {
    /// Logical ids from the root stack down, joined by `/`.
    pub path: String,
    pub resource_type: String,
    pub physical_id: String,
    /// Its policy keeps it when the stack goes.
    pub retained: bool,
    /// Its policy is another one, such as a snapshot, which a protection leaves as it is.
    pub special: bool,
    /// Its environment was protected when it was deployed, so that policies of buckets with users' files are meant.
    pub protected: bool,
}

impl Owned {
    /// Whether it stays when the environment is deleted.
    pub fn stays(&self) -> bool {
        let goes = self.path == DEPLOYMENT || self.path.ends_with(PAGE) || self.is_users() && !self.protected;
        self.retained && !(self.resource_type == BUCKET && goes)
    }

    fn is_users(&self) -> bool {
        self.path.starts_with(USER_FILES)
    }

    /// Whether users fill it.
    pub fn is_filled(&self) -> bool {
        let kind = FILLED.contains(&self.resource_type.as_str());
        kind && self.path != DEPLOYMENT && !self.path.ends_with(PAGE)
    }

    /// Whether it goes although a protected environment keeps such things: the protection was not deployed.
    fn is_unkept(&self) -> bool {
        self.is_filled() && !self.special && !self.stays()
    }

    /// What is said of one that stays.
    pub fn kept(&self) -> String {
        format!("{}: its policy keeps it", self.line())
    }

    fn line(&self) -> String {
        format!("`{}` ({} `{}`)", self.path, self.resource_type, self.physical_id)
    }
}

pub(crate) async fn run(request: &InventoryRequest) -> Result<InventoryReply, Error> {
    let place = Place::from(&request.target);
    let Ok(id) = place.stack() else { return Ok(InventoryReply::default()) };
    let (session, _) = place.open().await?;
    let found = stack::find(&session.cloudformation, id).await?;
    let found = found.filter(|stack| Verdict::of(&stack.status) != Verdict::Gone);
    let mut reply = InventoryReply::default();
    let Some(stack) = found else { return Ok(reply) };
    marks::check(&stack, place.environment)?;
    reply.going.push(format!("the stack `{}` in the region {}", stack.name, session.region));
    for owned in owned(&session.cloudformation, &stack).await? {
        if owned.stays() {
            reply.staying.push(owned.kept());
            continue;
        }
        if owned.is_unkept() {
            reply.unkept.push(owned.line());
        }
        if owned.resource_type != STACK {
            reply.going.push(owned.line());
        }
    }
    reply.going.extend(place.get(crate::initialize::APP).map(|id| {
        format!("the environment `{}` of the Amplify app `{id}`, and the app if it was its last", place.environment)
    }));
    Ok(reply)
}

/// Everything in a stack and in those below it, in the order of the stacks' own lists.
pub(crate) async fn owned(client: &Client, root: &Stack) -> Result<Vec<Owned>, Error> {
    let mut owned = Vec::new();
    let mut protected = false;
    let mut stacks = vec![(root.id.clone(), String::new())];
    while let Some((id, above)) = stacks.pop() {
        let resources = stack::resources(client, &id).await?;
        let there = |resource: &Resource| {
            !resource.physical_id.is_empty() && !matches!(resource.status.as_str(), "DELETE_COMPLETE" | "CREATE_FAILED")
        };
        let resources: Vec<_> = resources.into_iter().filter(there).collect();
        let template = match resources.iter().all(|resource| resource.resource_type == STACK) {
            true => None,
            false => template(client, &id).await?,
        };
        if above.is_empty() {
            let noted = template.as_ref().and_then(|template| template.document.pointer(RETAINS));
            protected = noted == Some(&Value::Bool(true));
        }
        let keeps = template.map(policies).unwrap_or_default();
        for resource in resources {
            let path = match above.as_str() {
                "" => resource.logical_id.clone(),
                above => format!("{above}/{}", resource.logical_id),
            };
            if resource.resource_type == STACK {
                stacks.push((resource.physical_id.clone(), path.clone()));
            }
            let policy = keeps.get(&resource.logical_id).map_or("Delete", String::as_str);
            let (retained, special) = (policy.starts_with("Retain"), policy == "Snapshot");
            let Resource { resource_type, physical_id, .. } = resource;
            owned.push(Owned { path, resource_type, physical_id, retained, special, protected });
        }
    }
    Ok(owned)
}

/// A stack's template as it was sent; none if it is gone or cannot be read.
async fn template(client: &Client, id: &str) -> Result<Option<Template>, Error> {
    let reply = client.get_template().stack_name(id).template_stage(TemplateStage::Original).send().await;
    let body = match reply {
        Ok(reply) => reply.template_body.unwrap_or_default(),
        Err(error) if message(&error).contains("does not exist") => return Ok(None),
        Err(error) => return Err(failed("GetTemplate")(error)),
    };
    Ok(Template::parse(&body, id).ok())
}

/// The deletion policy of each resource that has one.
fn policies(template: Template) -> BTreeMap<String, String> {
    template.resources.into_iter().filter_map(|(id, resource)| Some((id, resource.deletion_policy?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_of_users_and_of_deployments_go_in_spite_of_their_policy() {
        let owned = |path: &str, resource_type: &str, retained| Owned {
            path: path.into(),
            resource_type: resource_type.into(),
            physical_id: "x".into(),
            retained,
            special: false,
            protected: false,
        };
        assert!(!owned("DeploymentBucket", BUCKET, true).stays());
        assert!(!owned("storagephotos/S3Bucket", BUCKET, true).stays());
        assert!(owned("hostingsite/S3Bucket", BUCKET, true).stays() && owned("Site", BUCKET, true).stays());
        assert!(!owned("authshop/CustomMessageConfirmationBucket", BUCKET, true).stays());
        assert!(!owned("hostingsite/S3Bucket", BUCKET, false).stays());
        assert!(owned("storagenotes/Table", "AWS::DynamoDB::Table", true).stays());
        let protected = |path, retained| Owned { protected: true, ..owned(path, BUCKET, retained) };
        assert!(
            protected("storagephotos/S3Bucket", true).stays() && !protected("storagephotos/S3Bucket", false).stays()
        );
        assert!(!protected("DeploymentBucket", true).stays());

        // What a protection would have kept, had it been deployed.
        let table = |retained| owned("storagenotes/Table", "AWS::DynamoDB::Table", retained);
        assert!(table(false).is_unkept() && !table(true).is_unkept());
        assert!(!Owned { special: true, ..table(false) }.is_unkept());
        assert!(owned("storagephotos/S3Bucket", BUCKET, true).is_unkept());
        assert!(!protected("storagephotos/S3Bucket", true).is_unkept());
        for path in ["DeploymentBucket", "authshop/CustomMessageConfirmationBucket"] {
            assert!(!owned(path, BUCKET, false).is_unkept() && !owned(path, BUCKET, true).is_unkept());
        }
        assert!(!owned("functionhello/LambdaFunction", "AWS::Lambda::Function", false).is_unkept());
    }
}
