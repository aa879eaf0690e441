//! Takes back what a failed, cancelled or killed deployment had done.

use super::observe::{Event, Observer};
use crate::{
    handlers::{Deletion, Workshop, handler},
    journal::Step,
};

/// Undoes steps, the last one first as they are given. What cannot be undone is returned, with the reason.
pub(super) fn undo(steps: &[Step], workshop: &mut Workshop, observer: &mut dyn Observer) -> Vec<String> {
    let mut leftovers = Vec::new();
    for step in steps {
        let (path, resource_type, status, result) = match step {
            Step::Begin { .. } => continue,
            Step::Create { path, resource_type, physical_id } => {
                let result = handler(resource_type).delete(workshop, physical_id, Deletion::Everything);
                (path, resource_type, ("DELETE_COMPLETE", "DELETE_FAILED"), result)
            }
            Step::Update { path, resource_type, physical_id, old } => {
                let result = handler(resource_type).restore(workshop, physical_id, old);
                (path, resource_type, ("UPDATE_COMPLETE", "UPDATE_FAILED"), result)
            }
        };
        let (status, reason) = match result {
            Ok(()) => (status.0, None),
            Err(reason) => {
                leftovers.push(format!("`{path}` could not be rolled back: {reason}"));
                (status.1, Some(reason))
            }
        };
        observer.event(&Event { path: path.clone(), resource_type: resource_type.clone(), status, reason });
    }
    leftovers
}
