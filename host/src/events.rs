//! Lifecycle events: told to the plugins that subscribe, in the registry's order.

use amplify_plugin_abi::message::{EventRequest, LifecycleEvent, Request, Response};
use amplify_project::{Project, ProjectLock};
use serde_json::Value;

use crate::{
    error::Error,
    host::Host,
    pending::{Pending, refuse_foreign},
};

/// Raises an event before something is done. What subscribers want changed joins the command's own changes.
///
/// # Errors
/// A subscriber's error stops the command.
pub fn before(
    host: &Host<'_>,
    event: LifecycleEvent,
    data: &Value,
    mut pending: Option<&mut Pending<'_>>,
) -> Result<(), Error> {
    for entry in host.catalog.registry().subscribers(event) {
        let project = pending.as_deref().map(Pending::view);
        let request = Request::Event(EventRequest { event, data: data.clone(), project });
        let Response::Changes(changes) = host.invoke(entry, &request, pending.as_deref_mut())? else { continue };
        for message in &changes.messages {
            host.output.info(message);
        }
        match pending.as_deref_mut() {
            Some(pending) => {
                let changes = amplify_plugin_abi::change::Changes { messages: Vec::new(), ..changes };
                pending.apply(&entry.manifest, changes)?;
            }
            None => refuse_foreign(&entry.manifest, &changes)?,
        }
    }
    Ok(())
}

/// Raises an event after something was done, and records what subscribers want changed. What was done stays done, so a
/// subscriber's error is a warning.
pub fn after(host: &Host<'_>, event: LifecycleEvent, data: &Value, project: Option<(&Project, &ProjectLock)>) {
    if host.catalog.registry().subscribers(event).next().is_none() {
        return;
    }
    if let Err(error) = raise_and_record(host, event, data, project) {
        host.output.warning(&format!("after `{event:?}`: {}", error.message));
        for cause in error.causes {
            host.output.info(&format!("  cause: {cause}"));
        }
    }
}

fn raise_and_record(
    host: &Host<'_>,
    event: LifecycleEvent,
    data: &Value,
    project: Option<(&Project, &ProjectLock)>,
) -> Result<(), Error> {
    let Some((project, lock)) = project else { return before(host, event, data, None) };
    let mut pending = Pending::new(project, lock, project.load()?);
    before(host, event, data, Some(&mut pending))?;
    pending.commit(host).map(drop)
}
