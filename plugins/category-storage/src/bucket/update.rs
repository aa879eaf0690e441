//! `amplify update storage`, for a bucket.

use amplify_sdk::prelude::*;
use amplify_sdk::random::Random;

use super::{TEMPLATE_FILE, auth, changes::RecordedBucket, questions};
use crate::service::{self, PARAMETERS_FILE, STORAGE_PARAMS_FILE};

/// Asks again who may do what, and for the trigger, with the present answers as defaults.
///
/// # Errors
/// A template that questions cannot change, or an answer that is missing.
pub fn update(context: &mut Context<'_>, random: &dyn Random, resource: &str) -> Result<Changes, PluginError> {
    let recorded = RecordedBucket {
        resource: resource.into(),
        template: service::read_template(context, resource, TEMPLATE_FILE)?,
        parameters: service::read_object(context, resource, PARAMETERS_FILE)?,
        storage_params: service::read_object(context, resource, STORAGE_PARAMS_FILE)?,
    };
    recorded.check()?;
    let access = questions::access(context, Some(&recorded.access()))?;
    let trigger = questions::trigger(context, recorded.trigger().as_deref(), random)?;
    let by_hand = auth::after(context, access.admits_guests())?;
    let auth = auth::resource(context.project());
    let mut changes = recorded.changes(context.project(), &access, &trigger, auth.as_deref(), random)?;
    changes.next_steps.extend(by_hand);
    if changes.is_empty() {
        return Ok(changes.message(format!("{resource} is as it was")));
    }
    Ok(changes.message("Successfully updated resource"))
}
