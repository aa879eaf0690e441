//! Deletes everything an environment owns: the stack, and the buckets that outlive it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use crate::{
    attempt::Attempt,
    bucket::{self, Outcome},
    creation::token,
    deploy::settle,
    error::Error,
    failure::failed,
    initialize::APP,
    inventory::{self, Owned},
    lease::{Lease, remove_if_empty},
    marks,
    place::Place,
    published::Own,
    record::Happened,
    secrets,
    session::Session,
    stack::{self, BUCKET, Stack, Verdict},
    watch::{Waited, Watch},
};
use amplify_sdk::{
    prelude::*,
    provider::{DestroyReply, DestroyRequest},
};

pub(crate) async fn run(context: &mut Context<'_>, request: &DestroyRequest) -> Result<DestroyReply, Error> {
    let place = Place::from(request);
    // An environment without a stack was never made.
    let Ok(id) = place.stack() else { return Ok(DestroyReply::default()) };
    let (session, identity) = place.open().await?;
    let lease = lease(&session, &place, &identity.arn).await?;
    let deleted = delete(context, &session, &place, id).await;
    if let Some(lease) = lease {
        lease.release().await;
    }
    let mut remaining = deleted?;
    remaining.extend(secrets::forget_all(&session, &place).await);
    Own::forget(place.data_dir);
    Attempt::forget(place.data_dir);
    remove_if_empty(Path::new(place.data_dir));
    Ok(DestroyReply { remaining })
}

/// The lease; none where the bucket that would hold it is gone.
pub(crate) async fn lease(session: &Session, place: &Place<'_>, owner: &str) -> Result<Option<Lease>, Error> {
    let Ok(bucket) = place.bucket() else { return Ok(None) };
    match Lease::take(&session.s3, bucket, owner, place.data_dir).await {
        Ok(lease) => Ok(Some(lease)),
        Err(Error::Service { code, .. }) if code == "NoSuchBucket" => Ok(None),
        Err(error) => Err(error),
    }
}

async fn delete(
    context: &mut Context<'_>,
    session: &Session,
    place: &Place<'_>,
    id: &str,
) -> Result<Vec<String>, Error> {
    let found = stack::find(&session.cloudformation, id).await?;
    let found = found.filter(|stack| Verdict::of(&stack.status) != Verdict::Gone);
    if let Some(stack) = &found {
        marks::check(stack, place.environment)?;
        if stack.protected {
            return Err(Error::Protected { stack: stack.name.clone() });
        }
    }
    let mut remaining = Vec::new();
    let deployment_bucket = place.bucket().ok().filter(|bucket| {
        let own = is_own(bucket, place, found.as_ref());
        if !own {
            remaining.push(format!("the bucket `{bucket}`: it is recorded, but not the stack's"));
        }
        own
    });
    let memory = Buckets { file: Path::new(place.data_dir).join("buckets.json") };
    let mut buckets = memory.read();
    let mut kept = BTreeMap::new();
    if let Some(stack) = &found {
        for owned in inventory::owned(&session.cloudformation, stack).await? {
            if owned.stays() {
                kept.insert(owned.physical_id.clone(), owned.kept());
            } else if owned.resource_type == BUCKET {
                buckets.insert(owned.physical_id);
            }
        }
    }
    if let Ok(bucket) = place.bucket() {
        buckets.remove(bucket);
    }
    // When the stack is gone, nothing else names the buckets that it kept.
    memory.write(&buckets)?;
    if let Some(stack) = found {
        context.step("Emptying buckets");
        for bucket in &buckets {
            context.check_cancelled().map_err(|_| Error::Cancelled { outcome: "the stack was not deleted".into() })?;
            // What cannot be emptied fails below, with its reason.
            bucket::empty(&session.s3, bucket).await?;
        }
        context.step("Deleting the stack");
        for event in delete_stack(context, session, &stack).await? {
            let goes = buckets.contains(&event.physical_id) || Some(event.physical_id.as_str()) == deployment_bucket;
            if !goes {
                let Happened { path, physical_id, resource_type, .. } = event;
                let owned =
                    Owned { path, physical_id, resource_type, retained: true, special: false, protected: false };
                kept.entry(owned.physical_id.clone()).or_insert_with(|| owned.kept());
            }
        }
        remaining.extend(kept.into_values());
    }
    remaining.extend(unregister(session, place).await);
    context.step("Deleting buckets");
    // The one with the lease goes last.
    for bucket in buckets.iter().map(String::as_str).chain(deployment_bucket) {
        if let Outcome::Remains(why) = bucket::delete(&session.s3, bucket).await? {
            remaining.push(format!("the bucket `{bucket}`: {why}"));
        }
    }
    memory.forget();
    Ok(remaining)
}

/// Whether the recorded deployment bucket is the environment's: its stack says so, or it bears the name of a stack that is
/// gone.
fn is_own(bucket: &str, place: &Place<'_>, stack: Option<&Stack>) -> bool {
    match stack.and_then(|stack| stack.outputs.get("DeploymentBucketName")) {
        Some(output) => output == bucket,
        None => place.get("StackName").is_some_and(|name| bucket.starts_with(name)),
    }
}

/// Takes the environment out of the Amplify service. What the service does not do remains, and nothing else waits for it.
async fn unregister(session: &Session, place: &Place<'_>) -> Vec<String> {
    let (Some(apps), Some(id)) = (&session.apps, place.get(APP)) else { return Vec::new() };
    match apps.unregister(id, place.environment, place.get("StackName").unwrap_or_default()).await {
        Ok(remaining) => remaining,
        Err(error) => {
            let why = error.causes().first().map(|cause| format!(" ({cause})")).unwrap_or_default();
            vec![format!("the environment `{}` of the Amplify app `{id}`: {error}{why}", place.environment)]
        }
    }
}

/// Deletes the stack and waits; returns what its policies kept.
async fn delete_stack(context: &mut Context<'_>, session: &Session, stack: &Stack) -> Result<Vec<Happened>, Error> {
    let client = &session.cloudformation;
    let mut watch = if stack.status == "DELETE_IN_PROGRESS" {
        Watch::attached(client, &stack.id)
    } else {
        settle(context, session, stack).await?;
        let token = token();
        let delete = client.delete_stack().stack_name(&stack.id).client_request_token(&token);
        delete.send().await.map_err(failed("DeleteStack"))?;
        Watch::started(client, &stack.id, &token)
    };
    let ended = match watch.wait(context, true).await? {
        Waited::Ended(stack) => stack,
        Waited::Cancelled => {
            let outcome = "the deletion goes on in the cloud; `amplify delete` finishes the rest".into();
            return Err(Error::Cancelled { outcome });
        }
    };
    if Verdict::of(&ended.status) != Verdict::Gone {
        let outcome = format!("the stack is in the state {}; `amplify delete` tries again", ended.status);
        return Err(Error::StackFailed { what: "the deletion".into(), leaves: watch.record.leaves(), outcome });
    }
    Ok(watch.record.kept().cloned().collect())
}

/// The buckets of a deletion that is not finished, in the provider's folder of the environment.
struct Buckets {
    file: PathBuf,
}

impl Buckets {
    fn read(&self) -> BTreeSet<String> {
        let bytes = fs_err::read(&self.file).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    fn write(&self, buckets: &BTreeSet<String>) -> Result<(), Error> {
        if let Some(folder) = self.file.parent() {
            fs_err::create_dir_all(folder)?;
        }
        let text = serde_json::to_vec(buckets).map_err(|error| Error::File(error.into()))?;
        Ok(fs_err::write(&self.file, text)?)
    }

    fn forget(&self) {
        // A file too many does no harm: it names buckets that are gone.
        let _ = fs_err::remove_file(&self.file);
    }
}
