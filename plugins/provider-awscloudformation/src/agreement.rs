//! Whether CloudFormation would do what the user was shown, and nothing else that matters.
//!
//! Both sides know things that the other does not. The plan compares values, the service compares templates with what is
//! there. So only this counts: what is replaced or removed, and what may be replaced and holds data.

use amplify_cfn::catalog;
use amplify_sdk::provider::{DeployPlan, PlannedResource, UnplannedChange};

use crate::{
    change_set::{Effect, Foreseen},
    stack::STACK,
};

/// What a nested stack holds that nobody looked into.
const UNKNOWN: &str = "whatever its resources hold";

/// Something that the plan does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unsaid {
    /// What, in words.
    pub text: String,
    /// What would be lost by it, if that is certain.
    pub loss: Option<&'static str>,
    /// What the user types to allow the loss; none for what belongs to the environment itself.
    pub option: Option<String>,
}

impl From<Unsaid> for UnplannedChange {
    fn from(Unsaid { text, loss, option }: Unsaid) -> Self {
        Self { text, loss: loss.unwrap_or_default().to_owned(), option: option.unwrap_or_default() }
    }
}

/// What would happen that the plan does not say.
pub(crate) fn unsaid(foreseen: &[Foreseen], plan: &DeployPlan) -> Vec<Unsaid> {
    foreseen.iter().filter_map(|change| of(change, plan)).collect()
}

fn of(change: &Foreseen, plan: &DeployPlan) -> Option<Unsaid> {
    let holds = catalog::holds_data(&change.resource_type);
    let (verb, loses, option) = match change.effect {
        Effect::Modify { sure: true } if is_own(change) => ("would be updated", None, None),
        Effect::Add | Effect::Modify { .. } => return None,
        // That one of them holds no data is known well enough from the plan.
        Effect::MayReplace if holds.is_none() => return None,
        Effect::MayReplace => ("may be replaced", None, None),
        Effect::Replace { kept } => ("would be replaced", holds.filter(|_| !kept), Some("--allow-replace")),
        Effect::Remove { .. } if change.resource_type == STACK => {
            ("would be deleted", Some(UNKNOWN), Some("--allow-delete"))
        }
        Effect::Remove { kept: true } => ("would leave the stack", None, None),
        Effect::Remove { kept: false } => ("would be deleted", holds, Some("--allow-delete")),
    };
    if is_said(change, loses.is_some(), plan) {
        return None;
    }
    let resource = resource(&change.path, plan);
    let allowed = resource.is_some_and(|resource| match change.effect {
        Effect::Remove { .. } => resource.may_delete,
        _ => resource.may_replace,
    });
    let because = match change.properties.as_slice() {
        [] => String::new(),
        properties => format!(" because of {}", properties.join(", ")),
    };
    Some(Unsaid {
        text: format!("`{}` ({}) {verb}{because}", change.path, change.resource_type),
        loss: loses.filter(|_| !allowed),
        option: option.zip(resource).map(|(option, resource)| format!("{option} {}", resource.name)),
    })
}

/// Whether it belongs to the environment itself, and not to a resource of the project.
fn is_own(change: &Foreseen) -> bool {
    !change.path.contains('/') && change.resource_type != STACK
}

/// Whether the plan says it, of the resource itself or of a stack around it.
fn is_said(change: &Foreseen, loses: bool, plan: &DeployPlan) -> bool {
    plan.changes.iter().any(|planned| {
        let around =
            change.path.strip_prefix(&planned.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        match change.effect {
            Effect::Add | Effect::Modify { .. } => around,
            Effect::MayReplace => around && matches!(planned.action.as_str(), "replace" | "delete"),
            Effect::Replace { .. } => around && planned.action == "replace" && (planned.loses_data || !loses),
            // A nested stack that goes is planned by what is in it.
            Effect::Remove { .. } if change.resource_type == STACK => {
                let within = planned.path.strip_prefix(&change.path).is_some_and(|rest| rest.starts_with('/'));
                (around || within) && matches!(planned.action.as_str(), "delete" | "retain")
            }
            Effect::Remove { .. } => match planned.action.as_str() {
                "delete" => around && (planned.loses_data || !loses),
                "retain" => around && !loses,
                _ => false,
            },
        }
    })
}

/// The project's resource that something belongs to.
fn resource<'p>(path: &str, plan: &'p DeployPlan) -> Option<&'p PlannedResource> {
    let root = path.split('/').next().unwrap_or_default();
    plan.resources.iter().find(|resource| resource.logical_id == root)
}

#[cfg(test)]
mod tests {
    use amplify_sdk::provider::PlannedChange;

    use super::*;

    const TABLE: &str = "AWS::DynamoDB::Table";
    const TOPIC: &str = "AWS::SNS::Topic";
    const REPLACED: Effect = Effect::Replace { kept: false };
    const REMOVED: Effect = Effect::Remove { kept: false };

    fn change(path: &str, resource_type: &str, effect: Effect) -> Foreseen {
        let properties = vec!["KeySchema".to_owned()];
        Foreseen { path: path.into(), resource_type: resource_type.into(), effect, properties }
    }

    /// A plan with one change, of a project with the table `notes`.
    fn plan(path: &str, action: &str, loses_data: bool) -> DeployPlan {
        let notes =
            PlannedResource { logical_id: "storagenotes".into(), name: "notes".into(), ..PlannedResource::default() };
        let change = PlannedChange { path: path.into(), action: action.into(), loses_data };
        DeployPlan { changes: vec![change], resources: vec![notes] }
    }

    fn found(foreseen: Foreseen, plan: &DeployPlan) -> Option<Unsaid> {
        unsaid(&[foreseen], plan).pop()
    }

    #[test]
    fn what_the_plan_says_is_no_surprise() {
        let table = "storagenotes/Table";
        for (kind, effect, action, loses) in [
            (TABLE, REPLACED, "replace", true),
            (TABLE, Effect::Replace { kept: true }, "replace", false),
            (TABLE, Effect::MayReplace, "replace", true),
            (TABLE, REMOVED, "delete", true),
            (TABLE, Effect::Remove { kept: true }, "retain", false),
            (TOPIC, REPLACED, "replace", false),
            (TOPIC, REMOVED, "delete", false),
        ] {
            assert_eq!(found(change(table, kind, effect), &plan(table, action, loses)), None, "{kind} {effect:?}");
            assert!(found(change(table, kind, effect), &plan(table, "update", false)).is_some() || kind == TOPIC);
            assert!(found(change("storagenotes/Table2", kind, REMOVED), &plan(table, action, loses)).is_some());
        }
        // What is made or changed in place is the plan's business, and what only may be replaced matters where data is.
        for effect in [Effect::Add, Effect::Modify { sure: true }] {
            assert_eq!(found(change(table, TABLE, effect), &DeployPlan::default()), None);
        }
        assert_eq!(found(change(table, TOPIC, Effect::MayReplace), &DeployPlan::default()), None);
    }

    #[test]
    fn a_loss_that_the_plan_does_not_say_is_told_with_the_word_that_allows_it() {
        let mut plan = plan("storagenotes/Table", "update", false);
        let lost = found(change("storagenotes/Table", TABLE, REPLACED), &plan).unwrap();
        assert_eq!(lost.text, "`storagenotes/Table` (AWS::DynamoDB::Table) would be replaced because of KeySchema");
        assert_eq!(
            (lost.loss, lost.option.as_deref()),
            (Some("all items of the table"), Some("--allow-replace notes"))
        );
        let gone = found(change("storagenotes/Table", TABLE, REMOVED), &plan).unwrap();
        assert_eq!((gone.loss.is_some(), gone.option.as_deref()), (true, Some("--allow-delete notes")));
        // The environment's own bucket has no name to allow it by.
        let bucket = found(change("DeploymentBucket", "AWS::S3::Bucket", REMOVED), &plan).unwrap();
        assert_eq!((bucket.loss.is_some(), bucket.option), (true, None));
        // What was named is told, but no loss that stops.
        plan.resources[0].may_replace = true;
        assert_eq!(found(change("storagenotes/Table", TABLE, REPLACED), &plan).unwrap().loss, None);
        assert!(found(change("storagenotes/Table", TABLE, REMOVED), &plan).unwrap().loss.is_some());
    }

    #[test]
    fn what_belongs_to_the_environment_changes_only_if_that_is_told() {
        let bucket = |sure| change("DeploymentBucket", "AWS::S3::Bucket", Effect::Modify { sure });
        let told = found(bucket(true), &DeployPlan::default()).unwrap();
        assert_eq!((told.text.contains("would be updated"), told.loss), (true, None), "{told:?}");
        assert_eq!(found(bucket(true), &plan("DeploymentBucket", "update", false)), None);
        assert_eq!(found(bucket(false), &DeployPlan::default()), None, "it may change only as others do");
    }

    #[test]
    fn what_was_said_to_stay_must_stay() {
        let path = "storagenotes/Table";
        let kept = plan(path, "retain", false);
        assert!(found(change(path, TABLE, REMOVED), &kept).unwrap().loss.is_some());
        let replaced = plan(path, "replace", false);
        assert!(found(change(path, TABLE, REPLACED), &replaced).unwrap().loss.is_some());
        // The other way round nothing is lost, so nothing is said.
        assert_eq!(found(change(path, TABLE, Effect::Replace { kept: true }), &plan(path, "replace", true)), None);
    }

    #[test]
    fn a_nested_stack_stands_for_what_is_in_it() {
        let stack = change("storagenotes", STACK, REMOVED);
        assert_eq!(found(stack.clone(), &plan("storagenotes/Table", "delete", true)), None);
        assert_eq!(found(stack.clone(), &plan("storagenotes", "delete", true)), None);
        assert_eq!(found(stack.clone(), &plan("storagenotes2/Table", "delete", true)).unwrap().loss, Some(UNKNOWN));
        assert!(found(stack, &plan("storagenotes/Table", "update", false)).is_some());
        // What is not known of a stack that goes covers everything in it.
        let below = change("storagenotes/Inner/Table", TABLE, REMOVED);
        assert_eq!(found(below, &plan("storagenotes", "delete", true)), None);
    }

    #[test]
    fn what_holds_no_data_or_is_not_certain_is_told_and_stops_nothing() {
        let plan = DeployPlan::default();
        for change in [
            change("S", TOPIC, REPLACED),
            change("S", TOPIC, REMOVED),
            change("S", TABLE, Effect::MayReplace),
            change("S", TABLE, Effect::Remove { kept: true }),
            change("S", TABLE, Effect::Replace { kept: true }),
        ] {
            assert_eq!(found(change.clone(), &plan).map(|unsaid| unsaid.loss), Some(None), "{change:?}");
        }
    }
}
