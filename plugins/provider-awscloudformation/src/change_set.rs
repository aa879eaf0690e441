//! A change set: CloudFormation's own account of what an update would do, in the root stack and in all stacks below it.
//!
//! It has one name, so that a push that died between making and executing it leaves at most one, which the next push
//! replaces. Whatever is executed takes the others of its stack with it.

use std::time::Duration;

use amplify_sdk::{Context, provider::ForeseenChange};
use aws_sdk_cloudformation::{
    Client,
    operation::describe_change_set::DescribeChangeSetOutput,
    types::{
        Change, ChangeAction, ChangeSetStatus, ChangeSetType, EvaluationType, Parameter, PolicyAction, Replacement,
        ResourceAttribute, ResourceChangeDetail, Tag,
    },
};

use crate::{
    creation::{CAPABILITIES, token},
    error::Error,
    failure::{code, failed},
    stack::{STACK, name_of},
};

/// What every change set of a push is called.
const NAME: &str = "amplify-push";
/// Pauses between two looks at one that is being made.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);
/// How often it is asked for while an earlier one of the name goes away, a second apart.
const PATIENCE: u32 = 60;
/// Stacks nested deeper than this are not looked into.
const DEPTH: usize = 6;
/// How CloudFormation says that nothing changes.
const EMPTY: [&str; 2] = ["didn't contain changes", "No updates are to be performed"];

/// What the update is made from.
pub(crate) struct Order<'o> {
    pub client: &'o Client,
    /// Id and name of the root stack.
    pub stack_id: &'o str,
    pub stack_name: &'o str,
    pub template_url: &'o str,
    pub parameters: Vec<Parameter>,
    pub tags: Option<Vec<Tag>>,
}

/// What came of it.
#[derive(Debug)]
pub(crate) enum Made {
    /// Nothing would change, and it is gone again.
    Nothing,
    /// Whoever answers does not look into nested stacks, and it is gone again.
    Flat,
    /// It can be executed.
    Whole(ChangeSet),
}

/// One that can be executed.
#[derive(Debug)]
pub(crate) struct ChangeSet {
    pub id: String,
    pub changes: Vec<Foreseen>,
}

/// What an update would do to one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Foreseen {
    /// Logical ids from below the root stack, joined by `/`.
    pub path: String,
    pub resource_type: String,
    pub effect: Effect,
    /// The properties that would be changed.
    pub properties: Vec<String>,
}

/// What happens to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Add,
    /// In place; `sure`: because of what the template says itself, and not because another resource may change.
    Modify {
        sure: bool,
    },
    /// That is known while the update runs only.
    MayReplace,
    /// `kept`: the old one goes on existing, outside of the stack.
    Replace {
        kept: bool,
    },
    Remove {
        kept: bool,
    },
}

impl Effect {
    /// As the host calls it.
    fn word(self) -> &'static str {
        match self {
            Self::Add => "create",
            Self::Modify { .. } => "update",
            Self::MayReplace => "mayReplace",
            Self::Replace { .. } => "replace",
            Self::Remove { kept: false } => "delete",
            Self::Remove { kept: true } => "retain",
        }
    }
}

impl From<Foreseen> for ForeseenChange {
    fn from(Foreseen { path, resource_type, effect, properties }: Foreseen) -> Self {
        Self { path, resource_type, action: effect.word().to_owned(), properties }
    }
}

impl Order<'_> {
    /// Makes it and reads it. Whatever goes wrong, none is left behind that anybody answers for.
    pub async fn make(&self, context: &mut Context<'_>) -> Result<Made, Error> {
        let id = self.create().await?;
        let made = self.read(context, &id).await;
        match &made {
            Ok(Made::Whole(_)) | Err(Error::Connection { .. } | Error::Expired { .. }) => {}
            Ok(Made::Nothing | Made::Flat) | Err(_) => discard(self.client, self.stack_id, &id).await,
        }
        made
    }

    async fn create(&self) -> Result<String, Error> {
        let token = token();
        for round in 0.. {
            let create = self
                .client
                .create_change_set()
                .stack_name(self.stack_id)
                .change_set_name(NAME)
                .change_set_type(ChangeSetType::Update)
                .template_url(self.template_url)
                .set_parameters(Some(self.parameters.clone()))
                .set_capabilities(Some(CAPABILITIES.to_vec()))
                .set_tags(self.tags.clone())
                .include_nested_stacks(true)
                .client_token(&token);
            match create.send().await {
                Ok(reply) => return Ok(reply.id().unwrap_or(NAME).to_owned()),
                // A push that died left it, or the answer was lost. Those of nested stacks take a while to go, too.
                Err(error) if code(&error) == Some("AlreadyExistsException") && round < PATIENCE => {
                    let delete = self.client.delete_change_set().stack_name(self.stack_id).change_set_name(NAME);
                    match delete.send().await {
                        Err(error) if code(&error) != Some("InvalidChangeSetStatus") => {
                            return Err(failed("DeleteChangeSet")(error));
                        }
                        _ if round > 0 => tokio::time::sleep(Duration::from_secs(1)).await,
                        _ => {}
                    }
                }
                Err(error) => return Err(failed("CreateChangeSet")(error)),
            }
        }
        Ok(NAME.to_owned())
    }

    async fn read(&self, context: &mut Context<'_>, id: &str) -> Result<Made, Error> {
        let mut pause = FIRST_PAUSE;
        let root = loop {
            let found = self.describe(id).await?;
            match found.status() {
                Some(ChangeSetStatus::CreatePending | ChangeSetStatus::CreateInProgress) => {}
                _ => break found,
            }
            if context.cancelled() {
                return Err(Error::Cancelled { outcome: "nothing was deployed".into() });
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 3 / 2).min(LONGEST_PAUSE);
        };
        if root.status() != Some(&ChangeSetStatus::CreateComplete) {
            return self.failure(root).await;
        }
        if root.include_nested_stacks() != Some(true) {
            return Ok(Made::Flat);
        }
        let mut changes = Vec::new();
        let mut open = vec![(root, String::new())];
        while let Some((set, above)) = open.pop() {
            for (change, below) in set.changes().iter().filter_map(|change| foreseen(change, &above)) {
                if let Some(below) = below
                    && change.path.matches('/').count() < DEPTH
                {
                    open.push((self.describe(&below).await?, change.path.clone()));
                }
                changes.push(change);
            }
        }
        Ok(Made::Whole(ChangeSet { id: id.to_owned(), changes }))
    }

    /// What it means that it could not be made. The reason of a nested one is looked up.
    async fn failure(&self, root: DescribeChangeSetOutput) -> Result<Made, Error> {
        let mut set = root;
        let mut nested = false;
        for _ in 0..DEPTH {
            let Some(below) = nested_in(set.status_reason().unwrap_or_default()).map(str::to_owned) else { break };
            (set, nested) = (self.describe(&below).await?, true);
        }
        let reason = set.status_reason().unwrap_or("no reason was given").trim_end_matches('.').to_owned();
        match EMPTY.iter().any(|words| reason.contains(words)) {
            // A nested stack that stays as it is keeps CloudFormation from making the whole.
            true if nested => Ok(Made::Flat),
            true => Ok(Made::Nothing),
            false => {
                let stack = set.stack_name().unwrap_or(self.stack_name).to_owned();
                Err(Error::ChangeSetFailed { stack: name_of(&stack).to_owned(), reason })
            }
        }
    }

    /// A change set with all pages of its changes.
    async fn describe(&self, id: &str) -> Result<DescribeChangeSetOutput, Error> {
        let call = || self.client.describe_change_set().stack_name(self.stack_id).change_set_name(id);
        let mut found = call().send().await.map_err(failed("DescribeChangeSet"))?;
        while let Some(next) = found.next_token.take() {
            let page = call().next_token(next).send().await.map_err(failed("DescribeChangeSet"))?;
            found.changes.get_or_insert_default().extend(page.changes.unwrap_or_default());
            found.next_token = page.next_token;
        }
        Ok(found)
    }
}

/// Deletes one that is not executed. If that fails, the next push replaces it.
pub(crate) async fn discard(client: &Client, stack_id: &str, id: &str) {
    let _ = client.delete_change_set().stack_name(stack_id).change_set_name(id).send().await;
}

/// What a change says, and the change set of the nested stack that it is about.
fn foreseen(change: &Change, above: &str) -> Option<(Foreseen, Option<String>)> {
    let change = change.resource_change()?;
    let logical_id = change.logical_resource_id()?;
    let path = if above.is_empty() { logical_id.to_owned() } else { format!("{above}/{logical_id}") };
    let policy = change.policy_action();
    let effect = match (change.action()?, change.replacement()) {
        (ChangeAction::Add | ChangeAction::Import, _) => Effect::Add,
        (ChangeAction::Remove, _) => Effect::Remove { kept: policy == Some(&PolicyAction::Retain) },
        (_, Some(Replacement::True)) => Effect::Replace { kept: policy == Some(&PolicyAction::ReplaceAndRetain) },
        (ChangeAction::Dynamic, _) | (_, Some(Replacement::Conditional)) => Effect::MayReplace,
        _ => Effect::Modify { sure: change.details().iter().any(is_sure) },
    };
    let mut properties: Vec<String> = Vec::new();
    for target in change.details().iter().filter_map(|detail| detail.target()) {
        let attribute = target.attribute().map(|attribute| attribute.as_str());
        if let Some(name) = target.name().or(attribute).map(str::to_owned)
            && !properties.contains(&name)
        {
            properties.push(name);
        }
    }
    let resource_type = change.resource_type().unwrap_or_default().to_owned();
    let below = change.change_set_id().filter(|_| resource_type == STACK).map(str::to_owned);
    Some((Foreseen { path, resource_type, effect, properties }, below))
}

/// Whether a property is known to change by itself.
fn is_sure(detail: &ResourceChangeDetail) -> bool {
    let property = detail.target().and_then(|target| target.attribute()) == Some(&ResourceAttribute::Properties);
    property && detail.evaluation() == Some(&EvaluationType::Static)
}

/// The nested change set that a reason speaks of: `Nested change set <id> was not successfully created: ...`.
fn nested_in(reason: &str) -> Option<&str> {
    let is_one = |word: &&str| word.starts_with("arn:") && word.contains(":changeSet/");
    reason.split_whitespace().find(is_one)
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudformation::types::{ChangeType, ResourceChange, ResourceTargetDefinition};

    use super::*;

    fn read(action: ChangeAction, replacement: Option<Replacement>, policy: Option<PolicyAction>) -> Foreseen {
        let target = |name: Option<&str>, attribute| {
            let target = ResourceTargetDefinition::builder().set_name(name.map(str::to_owned)).attribute(attribute);
            let detail = ResourceChangeDetail::builder().target(target.build());
            detail.evaluation(EvaluationType::Static).build()
        };
        let change = ResourceChange::builder()
            .action(action)
            .set_replacement(replacement)
            .set_policy_action(policy)
            .logical_resource_id("Table")
            .resource_type("AWS::DynamoDB::Table")
            .details(target(Some("KeySchema"), ResourceAttribute::Properties))
            .details(target(Some("KeySchema"), ResourceAttribute::Properties))
            .details(target(None, ResourceAttribute::Tags))
            .build();
        foreseen(&Change::builder().r#type(ChangeType::Resource).resource_change(change).build(), "storagenotes")
            .unwrap()
            .0
    }

    #[test]
    fn what_a_change_does_is_read_off_it() {
        let modified = read(ChangeAction::Modify, Some(Replacement::False), None);
        assert_eq!((modified.path.as_str(), modified.effect), ("storagenotes/Table", Effect::Modify { sure: true }));
        assert_eq!(modified.properties, ["KeySchema", "Tags"]);
        for (action, replacement, policy, effect) in [
            (ChangeAction::Add, None, None, Effect::Add),
            (ChangeAction::Modify, Some(Replacement::True), None, Effect::Replace { kept: false }),
            (
                ChangeAction::Modify,
                Some(Replacement::True),
                Some(PolicyAction::ReplaceAndRetain),
                Effect::Replace { kept: true },
            ),
            (
                ChangeAction::Modify,
                Some(Replacement::True),
                Some(PolicyAction::ReplaceAndSnapshot),
                Effect::Replace { kept: false },
            ),
            (ChangeAction::Modify, Some(Replacement::Conditional), None, Effect::MayReplace),
            (ChangeAction::Dynamic, None, None, Effect::MayReplace),
            (ChangeAction::Remove, None, None, Effect::Remove { kept: false }),
            (ChangeAction::Remove, None, Some(PolicyAction::Retain), Effect::Remove { kept: true }),
        ] {
            assert_eq!(read(action, replacement, policy).effect, effect);
        }
    }

    #[test]
    fn a_reason_names_the_nested_change_set() {
        let id = "arn:aws:cloudformation:eu-west-1:1:changeSet/amplify-push-x/ab";
        let reason = format!("Nested change set {id} was not successfully created: Currently in FAILED.");
        assert_eq!(nested_in(&reason), Some(id));
        assert_eq!(nested_in("Template error: there is no function"), None);
    }
}
