//! `amplify add storage`, for a bucket.

use amplify_sdk::prelude::*;
use amplify_sdk::random::Random;

use super::{
    SERVICE,
    auth::{self, Auth},
    changes::NewBucket,
    questions::{self, TriggerAnswer},
};
use crate::{error::StorageError, service};

/// Asks for a new bucket and makes it.
///
/// # Errors
/// A project that has a bucket, or an answer that is missing.
pub fn add(context: &mut Context<'_>, random: &dyn Random) -> Result<Changes, PluginError> {
    if let Some(existing) = context.project().resources_of_service(service::CATEGORY, SERVICE).first() {
        return Err(StorageError::BucketExists { resource: (*existing).into() }.into());
    }
    if auth::before(context)? == Auth::Declined {
        return Ok(Changes::new().message("Nothing was added: storage for user files needs auth"));
    }
    let id = random.hex(8);
    let resource = service::ask_name(context, format!("s3{id}"))?;
    let bucket = questions::bucket_name(context, random)?;
    let access = questions::access(context, None)?;
    let trigger = match questions::trigger(context, None, random)? {
        TriggerAnswer::Call(function) => Some(function),
        TriggerAnswer::Keep | TriggerAnswer::Remove => None,
    };
    let by_hand = auth::after(context, access.admits_guests())?;
    let auth = auth::resource(context.project());
    let new = NewBucket { resource, bucket, id, access, auth, trigger };
    let mut changes = service::added(new.changes(random)?, &new.resource);
    changes.next_steps.extend(by_hand);
    Ok(changes)
}
