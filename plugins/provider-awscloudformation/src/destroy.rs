//! Deletes everything an environment owns: the stack, and the buckets that outlive it.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use crate::{
    bucket::{self, Outcome},
    deploy::settle,
    error::Error,
    failure::failed,
    initialize::token,
    lease::{Lease, remove_if_empty},
    place::Place,
    published::Own,
    secrets,
    session::Session,
    stack::{self, BUCKET, STACK, Stack, Verdict},
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
    let deployment_bucket = place.bucket().ok();
    let lease = match deployment_bucket {
        Some(bucket) => lease(&session, bucket, &identity.arn, &request.data_dir).await?,
        None => None,
    };
    let deleted = delete(context, &session, request, id, deployment_bucket, lease.as_ref()).await;
    match (deleted, lease) {
        (Ok(mut remaining), lease) => {
            remaining.extend(secrets::forget_all(&session, &place).await);
            if let Some(lease) = lease {
                lease.forget();
            }
            Own::forget(&request.data_dir);
            remove_if_empty(Path::new(&request.data_dir));
            Ok(DestroyReply { remaining })
        }
        (Err(error), Some(lease)) => {
            lease.release().await;
            Err(error)
        }
        (Err(error), None) => Err(error),
    }
}

/// The lease; none where the bucket that would hold it is gone.
async fn lease(session: &Session, bucket: &str, owner: &str, data_dir: &str) -> Result<Option<Lease>, Error> {
    match Lease::take(&session.s3, bucket, owner, data_dir).await {
        Ok(lease) => Ok(Some(lease)),
        Err(Error::Service { code, .. }) if code == "NoSuchBucket" => Ok(None),
        Err(error) => Err(error),
    }
}

async fn delete(
    context: &mut Context<'_>,
    session: &Session,
    request: &DestroyRequest,
    id: &str,
    deployment_bucket: Option<&str>,
    lease: Option<&Lease>,
) -> Result<Vec<String>, Error> {
    let found = stack::find(&session.cloudformation, id).await?;
    let found = found.filter(|stack| Verdict::of(&stack.status) != Verdict::Gone);
    if let Some(stack) = found.as_ref().filter(|stack| stack.protected) {
        return Err(Error::Protected { stack: stack.name.clone() });
    }
    let memory = Buckets { file: Path::new(&request.data_dir).join("buckets.json") };
    let mut buckets = memory.read();
    buckets.extend(buckets_below(session, id).await?);
    if let Some(bucket) = deployment_bucket {
        buckets.remove(bucket);
    }
    // When the stack is gone, nothing else names the buckets that it kept.
    memory.write(&buckets)?;
    let mut remaining = Vec::new();
    if let Some(stack) = found {
        context.step("Emptying buckets");
        for bucket in &buckets {
            context.check_cancelled().map_err(|_| Error::Cancelled { outcome: "the stack was not deleted".into() })?;
            // What cannot be emptied fails below, with its reason.
            bucket::empty(&session.s3, bucket).await?;
        }
        context.step("Deleting the stack");
        remaining.extend(delete_stack(context, session, &stack).await?);
    }
    context.step("Deleting buckets");
    for bucket in buckets.iter().map(String::as_str).chain(deployment_bucket) {
        if let (true, Some(lease)) = (Some(bucket) == deployment_bucket, lease) {
            lease.forget();
        }
        if let Outcome::Remains(why) = bucket::delete(&session.s3, bucket).await? {
            remaining.push(format!("the bucket `{bucket}`: {why}"));
        }
    }
    memory.forget();
    Ok(remaining)
}

/// Deletes the stack and waits; returns what its policies kept, but for buckets.
async fn delete_stack(context: &mut Context<'_>, session: &Session, stack: &Stack) -> Result<Vec<String>, Error> {
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
    let kept = watch.record.kept().filter(|kept| kept.resource_type != BUCKET);
    Ok(kept
        .map(|kept| format!("`{}` ({} `{}`): its policy keeps it", kept.path, kept.resource_type, kept.physical_id))
        .collect())
}

/// The buckets of a stack and of those nested in it.
async fn buckets_below(session: &Session, id: &str) -> Result<BTreeSet<String>, Error> {
    let mut buckets = BTreeSet::new();
    let mut stacks = vec![id.to_owned()];
    while let Some(id) = stacks.pop() {
        for resource in stack::resources(&session.cloudformation, &id).await? {
            let gone = matches!(resource.status.as_str(), "DELETE_COMPLETE" | "CREATE_FAILED");
            match resource.resource_type.as_str() {
                _ if resource.physical_id.is_empty() => {}
                STACK => stacks.push(resource.physical_id),
                BUCKET if !gone => drop(buckets.insert(resource.physical_id)),
                _ => {}
            }
        }
    }
    Ok(buckets)
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
