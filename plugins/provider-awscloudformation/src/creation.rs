//! The creation of a root stack: begun, followed to its end, and undone if it fails.

use amplify_sdk::prelude::*;
use aws_sdk_cloudformation::types::{Capability, Parameter, Tag};

use crate::{
    attempt::Attempt,
    bucket,
    error::Error,
    failure::{code, failed},
    lease::remove_if_empty,
    record::Record,
    session::{Identity, Session},
    stack::{self, BUCKET, Stack},
    watch::{Waited, Watch},
};

/// What every stack operation acknowledges: roles with names, and macros.
pub(crate) const CAPABILITIES: [Capability; 2] = [Capability::CapabilityNamedIam, Capability::CapabilityAutoExpand];

/// A stack to be made.
pub(crate) struct Order<'o> {
    pub environment: &'o str,
    pub stack_name: &'o str,
    pub template: String,
    pub parameters: Vec<Parameter>,
    pub tags: Vec<Tag>,
    /// The provider's folder of the environment, which remembers the attempt.
    pub data_dir: &'o str,
}

/// A token that marks the events of one operation.
pub(crate) fn token() -> String {
    format!("amplify-{:032x}", rand::random::<u128>())
}

impl Order<'_> {
    /// Makes the stack, or goes on with one that an earlier attempt left. Also says whether it went on.
    pub async fn make(
        &self,
        context: &mut Context<'_>,
        session: &Session,
        identity: &Identity,
    ) -> Result<(Stack, bool), Error> {
        if let Some((attempt, found)) = Attempt::resume(context, session, identity, self.data_dir).await? {
            return Ok((self.finish(context, session, &attempt, &found.id).await?, true));
        }
        let attempt = Attempt::new(self.stack_name, session, identity);
        attempt.write(self.data_dir)?;
        let id = self.begin(session, &attempt).await;
        if let Err(Error::Service { .. }) = id {
            self.forget();
        }
        Ok((self.finish(context, session, &attempt, &id?).await?, false))
    }

    /// Begins to make it; returns its id.
    async fn begin(&self, session: &Session, attempt: &Attempt) -> Result<String, Error> {
        let client = &session.cloudformation;
        let created = client
            .create_stack()
            .stack_name(&attempt.stack_name)
            .template_body(&self.template)
            .set_parameters(Some(self.parameters.clone()))
            .set_capabilities(Some(CAPABILITIES.to_vec()))
            .set_tags(Some(self.tags.clone()))
            // The bucket is kept when the stack is deleted, but not when it never came to be.
            .retain_except_on_create(true)
            .client_request_token(&attempt.token)
            .send()
            .await;
        match created {
            Ok(created) => Ok(created.stack_id().unwrap_or(&attempt.stack_name).to_owned()),
            // The answer was lost, and the client asked again; unless the stack is somebody else's.
            Err(error) if code(&error) == Some("AlreadyExistsException") => {
                match stack::find(client, &attempt.stack_name).await? {
                    Some(found) if stack::has_event_of(client, &found.id, &attempt.token).await? => Ok(found.id),
                    _ => Err(failed("CreateStack")(error)),
                }
            }
            Err(error) => Err(failed("CreateStack")(error)),
        }
    }

    /// Waits for its end. What failed or was stopped is deleted.
    async fn finish(
        &self,
        context: &mut Context<'_>,
        session: &Session,
        attempt: &Attempt,
        id: &str,
    ) -> Result<Stack, Error> {
        let mut watch = Watch::started(&session.cloudformation, id, &attempt.token);
        match watch.wait(context, true).await {
            Ok(Waited::Ended(stack)) if stack.status == "CREATE_COMPLETE" => Ok(stack),
            Ok(Waited::Ended(stack)) => {
                let outcome = undo(context, session, id, &watch.record).await;
                self.forget();
                let reason = stack.reason.map(|reason| format!("{}: {reason}", stack.status));
                let outcome = [reason.unwrap_or(stack.status), outcome].join("; ");
                let what = format!("making the environment `{}`", self.environment);
                Err(Error::StackFailed { what, leaves: watch.record.leaves(), outcome })
            }
            Ok(Waited::Cancelled) => {
                let outcome = undo(context, session, id, &watch.record).await;
                self.forget();
                Err(Error::Cancelled { outcome })
            }
            Err(error) => {
                // Nobody answers any more, so nothing can be undone either.
                let (name, region) = (&attempt.stack_name, &session.region);
                let text =
                    format!("the stack `{name}` may remain in the region {region}; the same command goes on with it");
                context.log(LogLevel::Warning, text);
                Err(error)
            }
        }
    }

    fn forget(&self) {
        Attempt::forget(self.data_dir);
        remove_if_empty(self.data_dir.as_ref());
    }
}

/// Deletes what the first creation left, and says what became of it.
pub(crate) async fn undo(context: &mut Context<'_>, session: &Session, id: &str, record: &Record) -> String {
    let deleted = async {
        let token = token();
        let delete = session.cloudformation.delete_stack().stack_name(id).client_request_token(&token);
        delete.send().await.map_err(failed("DeleteStack"))?;
        let mut watch = Watch::started(&session.cloudformation, id, &token);
        let mut created = record.created(BUCKET);
        if let Waited::Ended(stack) = watch.wait(context, false).await? {
            let kept = watch.record.kept().filter(|kept| kept.resource_type == BUCKET);
            created.extend(kept.map(|kept| kept.physical_id.clone()));
            for name in created {
                if let bucket::Outcome::Remains(why) = bucket::delete(&session.s3, &name).await? {
                    return Ok(format!("the bucket `{name}` remains: {why}"));
                }
            }
            if stack.status != "DELETE_COMPLETE" {
                return Ok(format!("the stack remains in the state {}", stack.status));
            }
        }
        Ok("nothing of it remains".to_owned())
    };
    deleted.await.unwrap_or_else(|error: Error| format!("it could not be deleted: {error}"))
}
