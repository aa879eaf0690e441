//! Says what keeps an environment from being deployed, and rolls back what was interrupted.

use amplify_local_cloud::LocalCloud;
use amplify_sdk::{
    environment::{RecoverAction, RecoverReply, RecoverRequest, StuckResource},
    prelude::*,
};

use crate::{error::convert, watch::Watch};

pub(crate) fn run(context: &mut Context<'_>, request: &RecoverRequest) -> Result<RecoverReply, PluginError> {
    let cloud = LocalCloud::open(request.target.data_dir.as_ref());
    match request.action {
        RecoverAction::Inspect => {}
        RecoverAction::Cancel => {
            cloud.roll_back_unfinished(&mut Watch(context)).map_err(|error| convert(&error))?;
        }
        _ => {
            return Err(PluginError::new(
                "recover-not-offered",
                "an environment on this machine is never in such a state",
            )
            .hint("`amplify recover` shows what can be done"));
        }
    }
    let condition = cloud.condition().map_err(|error| convert(&error))?;
    let interrupted = !condition.unfinished.is_empty();
    let status = match () {
        () if !condition.holder.is_empty() => "UPDATE_IN_PROGRESS",
        () if interrupted => "UPDATE_INTERRUPTED",
        () if condition.deployed => "UPDATE_COMPLETE",
        () => "NOT_DEPLOYED",
    };
    let stuck = |(path, resource_type): (String, String)| StuckResource {
        path,
        resource_type,
        status: "INTERRUPTED".to_owned(),
        reason: "the next push rolls it back by itself".to_owned(),
    };
    Ok(RecoverReply {
        status: status.to_owned(),
        usable: condition.holder.is_empty(),
        stuck: condition.unfinished.into_iter().map(stuck).collect(),
        actions: if interrupted { vec![RecoverAction::Cancel] } else { Vec::new() },
        holder: condition.holder,
        ..RecoverReply::default()
    })
}
