//! Finds out what keeps an environment from being deployed, and mends it.

use amplify_sdk::{
    environment::{RecoverAction, RecoverReply, RecoverRequest},
    prelude::*,
};
use aws_sdk_cloudformation::types::TemplateStage;

use crate::{
    attempt::Attempt,
    creation::{Order, token, undo},
    destroy,
    error::Error,
    failure::failed,
    initialize::recorded,
    lease::Lease,
    place::Place,
    record::Record,
    session::{Identity, Session},
    stack::{self, Stack, Verdict},
    stuck,
    watch::{Waited, Watch},
};

pub(crate) async fn run(context: &mut Context<'_>, request: &RecoverRequest) -> Result<RecoverReply, Error> {
    let place = Place::from(&request.target);
    let (session, identity) = place.open().await?;
    let recovery = Recovery { place, session, identity };
    let found = recovery.find().await?;
    let mut state = None;
    match &request.action {
        RecoverAction::Inspect => {}
        RecoverAction::ContinueRollback { skip } => recovery.go_on(context, &found, skip).await?,
        RecoverAction::Cancel => recovery.cancel(context, &found).await?,
        RecoverAction::Recreate => state = Some(recovery.recreate(context, &found).await?),
        RecoverAction::TakeHold => recovery.take_hold().await?,
        _ => return Err(Error::NotRecoverable { action: "this way to mend it".into(), status: found.status }),
    }
    let now = match &state {
        Some(stack) => stack.clone(),
        None if request.action == RecoverAction::Inspect => found,
        None => recovery.find().await?,
    };
    let state = state.as_ref().map(recorded).unwrap_or_default();
    Ok(RecoverReply { state, ..recovery.report(&now).await? })
}

struct Recovery<'r> {
    place: Place<'r>,
    session: Session,
    identity: Identity,
}

impl Recovery<'_> {
    /// The stack as it is. One that is gone is found by its name, if it is being made anew.
    async fn find(&self) -> Result<Stack, Error> {
        let id = self.place.stack()?;
        Ok(stack::find(&self.session.cloudformation, id).await?.unwrap_or_else(|| Stack::gone(id)))
    }

    async fn report(&self, stack: &Stack) -> Result<RecoverReply, Error> {
        let verdict = Verdict::of(&stack.status);
        let stuck = match verdict {
            Verdict::Blocked => stuck::find(&self.session.cloudformation, &stack.id).await?,
            _ => Vec::new(),
        };
        let mut actions = Vec::new();
        match stack.status.as_str() {
            "UPDATE_ROLLBACK_FAILED" => {
                actions.push(RecoverAction::ContinueRollback { skip: Vec::new() });
                let skip: Vec<String> = stuck.iter().map(|stuck| stuck.path.clone()).collect();
                if !skip.is_empty() {
                    actions.push(RecoverAction::ContinueRollback { skip });
                }
            }
            "UPDATE_IN_PROGRESS" => actions.push(RecoverAction::Cancel),
            status if was_never_whole(status) || (verdict == Verdict::Gone && self.is_remembered()) => {
                actions.push(RecoverAction::Recreate);
            }
            _ => {}
        }
        let holder = match self.place.bucket() {
            Ok(bucket) => Lease::holder(&self.session.s3, bucket, self.place.data_dir).await?,
            Err(_) => None,
        };
        if holder.as_ref().is_some_and(|holder| !holder.own) {
            actions.push(RecoverAction::TakeHold);
        }
        Ok(RecoverReply {
            status: stack.status.clone(),
            usable: verdict == Verdict::Ready,
            stuck: stuck.into_iter().map(Into::into).collect(),
            actions,
            holder: holder.map(|holder| holder.line()).unwrap_or_default(),
            ..RecoverReply::default()
        })
    }

    fn is_remembered(&self) -> bool {
        Attempt::exists(self.place.data_dir)
    }

    /// Goes on with a roll back. If it fails again, the report says so.
    async fn go_on(&self, context: &mut Context<'_>, stack: &Stack, skip: &[String]) -> Result<(), Error> {
        let client = &self.session.cloudformation;
        if stack.status != "UPDATE_ROLLBACK_FAILED" {
            return Err(not_now("a roll back to go on with", stack));
        }
        let names = match skip {
            [] => None,
            skip => Some(stuck::names(&stuck::find(client, &stack.id).await?, skip)?),
        };
        let lease = destroy::lease(&self.session, &self.place, &self.identity.arn).await?;
        let work = async {
            let mut watch = Watch::from_now(client, &stack.id).await?;
            let call = client.continue_update_rollback().stack_name(&stack.id).client_request_token(token());
            call.set_resources_to_skip(names).send().await.map_err(failed("ContinueUpdateRollback"))?;
            context.step("Rolling back");
            ended(watch.wait(context, true).await?)
        };
        let outcome = work.await;
        if let Some(lease) = lease {
            lease.release().await;
        }
        outcome
    }

    /// Rolls back an update that runs. Its push may hold the environment, and is not asked.
    async fn cancel(&self, context: &mut Context<'_>, stack: &Stack) -> Result<(), Error> {
        let client = &self.session.cloudformation;
        if stack.status != "UPDATE_IN_PROGRESS" {
            return Err(not_now("an update to cancel", stack));
        }
        let mut watch = Watch::from_now(client, &stack.id).await?;
        let call = client.cancel_update_stack().stack_name(&stack.id).client_request_token(token());
        call.send().await.map_err(failed("CancelUpdateStack"))?;
        context.step("Rolling back");
        ended(watch.wait(context, true).await?)
    }

    /// Deletes a stack that was never whole, and makes it again from its own template.
    async fn recreate(&self, context: &mut Context<'_>, stack: &Stack) -> Result<Stack, Error> {
        let gone = Verdict::of(&stack.status) == Verdict::Gone && self.is_remembered();
        if !was_never_whole(&stack.status) && !gone {
            return Err(not_now("a first creation that failed", stack));
        }
        let client = &self.session.cloudformation;
        let template = client.get_template().stack_name(&stack.id).template_stage(TemplateStage::Original).send().await;
        let template = match template {
            Ok(reply) => reply.template_body.unwrap_or_default(),
            // The one that is being made needs it no more.
            Err(_) if gone => String::new(),
            Err(error) => return Err(failed("GetTemplate")(error)),
        };
        if !gone {
            let outcome = undo(context, &self.session, &stack.id, &Record::default()).await;
            context.log(LogLevel::Info, format!("the stack `{}`: {outcome}", stack.name));
        }
        let order = Order {
            environment: self.place.environment,
            stack_name: &stack.name,
            template,
            parameters: stack.parameters.clone(),
            tags: stack.tags().collect(),
            data_dir: self.place.data_dir,
        };
        context.step("Making the stack");
        Ok(order.make(context, &self.session, &self.identity).await?.0)
    }

    async fn take_hold(&self) -> Result<(), Error> {
        Lease::seize(&self.session.s3, self.place.bucket()?).await
    }
}

/// A stack in this state holds nothing that was ever used.
fn was_never_whole(status: &str) -> bool {
    matches!(status, "CREATE_FAILED" | "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "REVIEW_IN_PROGRESS")
}

fn not_now(action: &str, stack: &Stack) -> Error {
    Error::NotRecoverable { action: action.to_owned(), status: stack.status.clone() }
}

fn ended(waited: Waited) -> Result<(), Error> {
    match waited {
        Waited::Ended(_) => Ok(()),
        Waited::Cancelled => Err(Error::Cancelled { outcome: "the operation goes on in the cloud".into() }),
    }
}
