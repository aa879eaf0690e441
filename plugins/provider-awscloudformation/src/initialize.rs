//! Makes an environment: its root stack, with a bucket for deployments and two roles.

use amplify_sdk::{
    prelude::*,
    provider::{InitializeReply, InitializeRequest},
};
use aws_sdk_cloudformation::types::Capability;

use crate::{
    access::{self, Access},
    bucket,
    error::Error,
    failure::failed,
    record::Record,
    session::Session,
    stack::{self, BUCKET, Stack},
    watch::{Waited, Watch},
};

/// What is recorded of an environment, in the order the original has it.
const KEYS: [&str; 8] = [
    "AuthRoleName",
    "UnauthRoleArn",
    "AuthRoleArn",
    "Region",
    "DeploymentBucketName",
    "UnauthRoleName",
    "StackName",
    "StackId",
];

/// What every stack operation acknowledges: roles with names, and macros.
pub(crate) const CAPABILITIES: [Capability; 2] = [Capability::CapabilityNamedIam, Capability::CapabilityAutoExpand];

pub(crate) async fn run(context: &mut Context<'_>, request: &InitializeRequest) -> Result<InitializeReply, Error> {
    let access = Access::from_options(&request.options)?;
    let session = Session::open(&access, access::text(&request.options, "region")?).await?;
    let identity = session.identity().await?;
    context.log(LogLevel::Info, format!("account {}, region {}, {}", identity.account, session.region, identity.arn));
    let token = token();
    let created = session
        .cloudformation
        .create_stack()
        .stack_name(&request.stack_name)
        .template_body(request.template.to_string())
        .set_parameters(Some(stack::parameters(&request.parameters)))
        .set_capabilities(Some(CAPABILITIES.to_vec()))
        // The bucket is kept when the stack is deleted, but not when it never came to be.
        .retain_except_on_create(true)
        .client_request_token(&token)
        .send()
        .await
        .map_err(failed("CreateStack"))?;
    let id = created.stack_id().unwrap_or(&request.stack_name).to_owned();
    let mut watch = Watch::started(&session.cloudformation, &id, &token);
    let waited = watch.wait(context, true).await;
    match waited {
        Ok(Waited::Ended(stack)) if stack.status == "CREATE_COMPLETE" => Ok(reply(&access, &stack)),
        Ok(Waited::Ended(stack)) => {
            let outcome = undo(context, &session, &id, &watch.record).await;
            let reason = stack.reason.map(|reason| format!("{}: {reason}", stack.status));
            let outcome = [reason.unwrap_or(stack.status), outcome].join("; ");
            let what = format!("making the environment `{}`", request.environment);
            Err(Error::StackFailed { what, leaves: watch.record.leaves(), outcome })
        }
        Ok(Waited::Cancelled) => Err(Error::Cancelled { outcome: undo(context, &session, &id, &watch.record).await }),
        Err(error) => {
            // Nobody answers any more, so nothing can be undone either.
            let name = &request.stack_name;
            context.log(LogLevel::Warning, format!("the stack `{name}` may remain in the region {}", session.region));
            Err(error)
        }
    }
}

/// A token that marks the events of one operation.
pub(crate) fn token() -> String {
    format!("amplify-{:032x}", rand::random::<u128>())
}

fn reply(access: &Access, stack: &Stack) -> InitializeReply {
    let state = KEYS.iter().filter_map(|key| Some(((*key).to_owned(), stack.outputs.get(*key)?.clone())));
    InitializeReply { state: state.collect(), local: access.local() }
}

/// Deletes what the first creation left, and says what became of it.
async fn undo(context: &mut Context<'_>, session: &Session, id: &str, record: &Record) -> String {
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
