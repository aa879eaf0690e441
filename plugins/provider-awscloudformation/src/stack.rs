//! A stack as it is: its state, outputs and resources, and what can be done with it.

use std::collections::BTreeMap;

use amplify_sdk::JsonMap;
use aws_sdk_cloudformation::{Client, types};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::{
    error::Error,
    failure::{failed, message},
};

/// The type of a nested stack.
pub(crate) const STACK: &str = "AWS::CloudFormation::Stack";

/// The type of a bucket.
pub(crate) const BUCKET: &str = "AWS::S3::Bucket";

/// What its state allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It can be updated.
    Ready,
    /// Something is going on, which ends by itself.
    Busy,
    /// It cannot be updated before somebody mends it.
    Blocked,
    /// It is deleted.
    Gone,
}

impl Verdict {
    /// Reads a status such as `UPDATE_COMPLETE`.
    pub fn of(status: &str) -> Self {
        match status {
            "DELETE_COMPLETE" => Self::Gone,
            "ROLLBACK_COMPLETE" | "REVIEW_IN_PROGRESS" => Self::Blocked,
            // An update that was told not to roll back; another one may follow.
            "UPDATE_FAILED" => Self::Ready,
            _ if status.ends_with("_IN_PROGRESS") => Self::Busy,
            _ if status.ends_with("_COMPLETE") => Self::Ready,
            _ => Self::Blocked,
        }
    }
}

/// A stack.
#[derive(Clone, Debug)]
pub(crate) struct Stack {
    pub id: String,
    pub name: String,
    pub status: String,
    pub reason: Option<String>,
    pub outputs: JsonMap,
    pub tags: BTreeMap<String, String>,
    pub parameters: Vec<types::Parameter>,
    pub protected: bool,
}

impl Stack {
    /// Its tags, for a call. Those of AWS itself cannot be given.
    pub fn tags(&self) -> impl Iterator<Item = types::Tag> {
        let given = self.tags.iter().filter(|(key, _)| !key.starts_with("aws:"));
        given.map(|(key, value)| types::Tag::builder().key(key).value(value).build())
    }

    /// One that nobody knows any more.
    pub fn gone(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: name_of(id).to_owned(),
            status: "DELETE_COMPLETE".to_owned(),
            reason: None,
            outputs: JsonMap::new(),
            tags: BTreeMap::new(),
            parameters: Vec::new(),
            protected: false,
        }
    }
}

/// A resource of a stack.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    pub logical_id: String,
    pub physical_id: String,
    pub resource_type: String,
    pub status: String,
    pub reason: Option<String>,
}

/// Looks a stack up by name or id. `None` if there is none; one that was deleted is found by its id alone.
pub(crate) async fn find(client: &Client, stack: &str) -> Result<Option<Stack>, Error> {
    match client.describe_stacks().stack_name(stack).send().await {
        Ok(reply) => Ok(reply.stacks().first().map(Stack::from)),
        Err(error) if is_missing(message(&error)) => Ok(None),
        Err(error) => Err(failed("DescribeStacks")(error)),
    }
}

/// Its resources.
pub(crate) async fn resources(client: &Client, stack: &str) -> Result<Vec<Resource>, Error> {
    let mut pages = client.list_stack_resources().stack_name(stack).into_paginator().send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        let page = match page {
            Ok(page) => page,
            Err(error) if is_missing(message(&error)) => break,
            Err(error) => return Err(failed("ListStackResources")(error)),
        };
        found.extend(page.stack_resource_summaries().iter().map(Resource::from));
    }
    Ok(found)
}

/// The outputs of each nested stack of a stack, by logical id.
pub(crate) async fn nested_outputs(client: &Client, stack: &str) -> Result<BTreeMap<String, JsonMap>, Error> {
    let mut asked = JoinSet::new();
    for resource in resources(client, stack).await? {
        if resource.resource_type == STACK && !resource.physical_id.is_empty() {
            let client = client.clone();
            asked.spawn(async move { (resource.logical_id, find(&client, &resource.physical_id).await) });
        }
    }
    let mut outputs = BTreeMap::new();
    for (logical_id, found) in asked.join_all().await {
        if let Some(stack) = found? {
            outputs.insert(logical_id, stack.outputs);
        }
    }
    Ok(outputs)
}

/// Whether an operation with this token was begun.
pub(crate) async fn has_event_of(client: &Client, stack: &str, token: &str) -> Result<bool, Error> {
    let mut pages = client.describe_stack_events().stack_name(stack).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = match page {
            Ok(page) => page,
            Err(error) if is_missing(message(&error)) => break,
            Err(error) => return Err(failed("DescribeStackEvents")(error)),
        };
        if page.stack_events().iter().any(|event| event.client_request_token() == Some(token)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The name in a stack's id, or the text itself if it is a name.
pub(crate) fn name_of(id: &str) -> &str {
    id.split('/').nth(1).unwrap_or(id)
}

/// Parameters for a call. CloudFormation takes texts only.
pub(crate) fn parameters(given: &JsonMap) -> Vec<types::Parameter> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    given
        .iter()
        .map(|(key, value)| types::Parameter::builder().parameter_key(key).parameter_value(text(value)).build())
        .collect()
}

fn is_missing(message: &str) -> bool {
    message.contains("does not exist")
}

impl From<&types::Stack> for Stack {
    fn from(stack: &types::Stack) -> Self {
        let outputs = stack.outputs().iter().filter_map(|output| {
            Some((output.output_key()?.to_owned(), Value::from(output.output_value().unwrap_or_default())))
        });
        let tags = stack.tags().iter().filter_map(|tag| Some((tag.key()?, tag.value()?)));
        Self {
            id: stack.stack_id().unwrap_or_default().to_owned(),
            name: stack.stack_name().unwrap_or_default().to_owned(),
            status: stack.stack_status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
            reason: stack.stack_status_reason().filter(|reason| !reason.is_empty()).map(str::to_owned),
            outputs: outputs.collect(),
            parameters: stack.parameters().to_vec(),
            tags: tags.map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
            protected: stack.enable_termination_protection().unwrap_or_default(),
        }
    }
}

impl From<&types::StackResourceSummary> for Resource {
    fn from(resource: &types::StackResourceSummary) -> Self {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Self {
            logical_id: text(resource.logical_resource_id()),
            physical_id: text(resource.physical_resource_id()),
            resource_type: text(resource.resource_type()),
            status: resource.resource_status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
            reason: resource.resource_status_reason().filter(|reason| !reason.is_empty()).map(str::to_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_each_state_allows() {
        for (status, verdict) in [
            ("CREATE_COMPLETE", Verdict::Ready),
            ("UPDATE_COMPLETE", Verdict::Ready),
            ("UPDATE_ROLLBACK_COMPLETE", Verdict::Ready),
            ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", Verdict::Busy),
            ("UPDATE_ROLLBACK_IN_PROGRESS", Verdict::Busy),
            ("REVIEW_IN_PROGRESS", Verdict::Blocked),
            ("ROLLBACK_COMPLETE", Verdict::Blocked),
            ("UPDATE_ROLLBACK_FAILED", Verdict::Blocked),
            ("UPDATE_FAILED", Verdict::Ready),
            ("DELETE_FAILED", Verdict::Blocked),
            ("DELETE_COMPLETE", Verdict::Gone),
        ] {
            assert_eq!(Verdict::of(status), verdict, "{status}");
        }
    }

    #[test]
    fn parameters_are_texts() {
        let given = json!({ "a": "x", "b": 3, "c": true });
        let texts: Vec<_> =
            parameters(given.as_object().unwrap()).iter().map(|p| p.parameter_value().unwrap().to_owned()).collect();
        assert_eq!(texts, ["x", "3", "true"]);
    }

    #[test]
    fn an_id_holds_the_name() {
        assert_eq!(name_of("arn:aws:cloudformation:eu-west-1:1:stack/shop/ab"), "shop");
        assert_eq!(name_of("shop"), "shop");
    }
}
