//! Passes what happens in the local cloud on to the host.

use amplify_local_cloud::{Event, Observer};
use amplify_sdk::{Context, message::Progress};

/// A context that watches a deployment.
pub(crate) struct Watch<'c, 'host>(pub(crate) &'c mut Context<'host>);

impl Observer for Watch<'_, '_> {
    fn event(&mut self, event: &Event) {
        self.0.progress(&Progress::Resource {
            path: event.path.clone(),
            resource_type: event.resource_type.clone(),
            status: event.status.to_owned(),
            reason: event.reason.clone(),
        });
    }

    fn cancelled(&mut self) -> bool {
        self.0.cancelled()
    }
}
