//! What happened in a stack operation: the resource that made it fail, how much it changed, and what it kept.

use std::collections::{BTreeMap, BTreeSet};

use amplify_sdk::provider::DeployCounts;

use crate::stack::STACK;

/// One change of state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Happened {
    /// Logical ids from below the root stack, joined by `/`.
    pub path: String,
    pub physical_id: String,
    pub resource_type: String,
    pub status: String,
    pub reason: Option<String>,
}

/// A resource that failed by itself, not because another one did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leaf {
    pub path: String,
    pub resource_type: String,
    pub reason: String,
}

/// Everything that happened, in order.
#[derive(Debug, Default)]
pub(crate) struct Record {
    events: Vec<Happened>,
}

impl Record {
    /// Adds a change of state.
    pub fn add(&mut self, event: Happened) {
        self.events.push(event);
    }

    /// What failed by itself, the first one first. A nested stack counts only if nothing in it is known to have failed.
    pub fn leaves(&self) -> Vec<Leaf> {
        let own = self.failures(|event| event.resource_type != STACK);
        if own.is_empty() { self.failures(|event| event.resource_type == STACK) } else { own }
    }

    fn failures(&self, wanted: impl Fn(&Happened) -> bool) -> Vec<Leaf> {
        let mut paths = BTreeSet::new();
        let mut leaves = Vec::new();
        for event in self.events.iter().filter(|event| event.status.ends_with("_FAILED") && wanted(event)) {
            let reason = event.reason.clone().unwrap_or_else(|| "no reason was given".into());
            if !is_consequence(&reason) && paths.insert(&event.path) {
                let reason = reason.trim_end_matches('.').to_owned();
                leaves.push(Leaf { path: event.path.clone(), resource_type: event.resource_type.clone(), reason });
            }
        }
        leaves
    }

    /// Nested stacks that failed, as path and physical id (which may be empty).
    pub fn failed_stacks(&self) -> Vec<(String, String)> {
        let failed =
            self.events.iter().filter(|event| event.resource_type == STACK && event.status.ends_with("_FAILED"));
        failed.map(|event| (event.path.clone(), event.physical_id.clone())).collect()
    }

    /// Stacks that failed a check before anything was made, as path and id. Their events point to the call that says why.
    pub fn refused_beforehand(&self) -> Vec<(String, String)> {
        let refused = self.events.iter().filter(|event| {
            event.resource_type == STACK
                && event.status.ends_with("_FAILED")
                && event.physical_id.starts_with("arn:")
                && event.reason.as_deref().is_some_and(|reason| reason.contains("DescribeEvents"))
        });
        refused.map(|event| (event.path.clone(), event.physical_id.clone())).collect()
    }

    /// How many resources (not stacks) were created, updated, replaced and deleted.
    pub fn counts(&self) -> DeployCounts {
        let mut outcome: BTreeMap<&str, (bool, &str)> = BTreeMap::new();
        for event in self.events.iter().filter(|event| event.resource_type != STACK) {
            let replaced = event.reason.as_deref().is_some_and(|reason| reason.contains("creation of a new physical"));
            let entry = outcome.entry(&event.path).or_default();
            entry.0 |= replaced;
            // What is deleted after an update or a creation is the physical resource that was replaced.
            if matches!(event.status.as_str(), "CREATE_COMPLETE" | "UPDATE_COMPLETE")
                || (event.status == "DELETE_COMPLETE" && entry.1.is_empty())
            {
                entry.1 = &event.status;
            }
        }
        let mut counts = DeployCounts::default();
        for outcome in outcome.values() {
            match outcome {
                (true, "UPDATE_COMPLETE") => counts.replaced += 1,
                (_, "UPDATE_COMPLETE") => counts.updated += 1,
                (_, "CREATE_COMPLETE") => counts.created += 1,
                (_, "DELETE_COMPLETE") => counts.deleted += 1,
                _ => {}
            }
        }
        counts
    }

    /// What a deletion left standing by its policy.
    pub fn kept(&self) -> impl Iterator<Item = &Happened> {
        self.events.iter().filter(|event| event.status == "DELETE_SKIPPED")
    }

    /// Physical ids of the resources of a type that the operation created.
    pub fn created(&self, resource_type: &str) -> Vec<String> {
        let of_type = self.events.iter().filter(|event| event.resource_type == resource_type);
        of_type.filter(|event| event.status == "CREATE_COMPLETE").map(|event| event.physical_id.clone()).collect()
    }
}

/// Whether a resource failed only because another one did.
fn is_consequence(reason: &str) -> bool {
    let reason = reason.to_ascii_lowercase();
    reason.contains("creation cancelled")
        || reason.contains("update cancelled")
        || reason.starts_with("the following resource(s) failed")
        || reason == "user initiated"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(path: &str, resource_type: &str, status: &str, reason: Option<&str>) -> Happened {
        Happened {
            path: path.into(),
            physical_id: format!("{path}-1"),
            resource_type: resource_type.into(),
            status: status.into(),
            reason: reason.map(str::to_owned),
        }
    }

    fn record(events: impl IntoIterator<Item = Happened>) -> Record {
        Record { events: events.into_iter().collect() }
    }

    #[test]
    fn the_leaf_is_what_failed_by_itself() {
        let record = record([
            event("storagephotos/a/Topic", "AWS::SNS::Topic", "CREATE_FAILED", Some("Resource creation cancelled")),
            event("storagephotos/a/Bucket", "AWS::S3::Bucket", "CREATE_FAILED", Some("Name is taken.")),
            event("storagephotos/a", STACK, "CREATE_FAILED", Some("Embedded stack was not created")),
            event("storagephotos/a/Bucket", "AWS::S3::Bucket", "DELETE_FAILED", Some("later")),
        ]);
        let leaf = Leaf {
            path: "storagephotos/a/Bucket".into(),
            resource_type: "AWS::S3::Bucket".into(),
            reason: "Name is taken".into(),
        };
        assert_eq!(record.leaves(), [leaf]);
    }

    #[test]
    fn a_stack_is_the_leaf_when_nothing_in_it_is_known() {
        let record = record([
            event("apiblog", STACK, "UPDATE_FAILED", Some("Template format error")),
            event(
                "root",
                STACK,
                "UPDATE_ROLLBACK_FAILED",
                Some("The following resource(s) failed to update: [apiblog]."),
            ),
        ]);
        let paths: Vec<String> = record.leaves().into_iter().map(|leaf| leaf.path).collect();
        assert_eq!(paths, ["apiblog"]);
    }

    #[test]
    fn counts_tell_replaced_from_updated_and_deleted() {
        let new = "Requested update requires the creation of a new physical resource; hence creating one.";
        let record = record([
            event("s/A", "T", "CREATE_COMPLETE", None),
            event("s/B", "T", "UPDATE_IN_PROGRESS", Some(new)),
            event("s/B", "T", "UPDATE_COMPLETE", None),
            event("s/B", "T", "DELETE_COMPLETE", None),
            event("s/C", "T", "UPDATE_COMPLETE", None),
            event("s/D", "T", "DELETE_COMPLETE", None),
            event("s", STACK, "UPDATE_COMPLETE", None),
        ]);
        assert_eq!(record.counts(), DeployCounts { created: 1, updated: 1, replaced: 1, deleted: 1 });
    }
}
