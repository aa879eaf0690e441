//! Makes an environment: its root stack, with a bucket for deployments and two roles.

use amplify_sdk::{
    JsonMap,
    prelude::*,
    provider::{InitializeReply, InitializeRequest},
};
use aws_sdk_cloudformation::types::Capability;
use serde_json::Value;

use crate::{
    access,
    app::Backend,
    attempt::Attempt,
    boundary, bucket,
    configure::questions,
    error::Error,
    failure::{code, failed},
    lease::remove_if_empty,
    machine::Machine,
    marks,
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

/// The key of the Amplify app.
pub(crate) const APP: &str = "AmplifyAppId";

/// What every stack operation acknowledges: roles with names, and macros.
pub(crate) const CAPABILITIES: [Capability; 2] = [Capability::CapabilityNamedIam, Capability::CapabilityAutoExpand];

pub(crate) async fn run(context: &mut Context<'_>, request: &InitializeRequest) -> Result<InitializeReply, Error> {
    let machine = Machine::real();
    let access = questions::access(context, &machine, &request.options).await?;
    let boundary = boundary::from_options(&request.options)?;
    let session = Session::asking(context, &access, access::text(&request.options, "region")?).await?;
    let identity = session.identity().await?;
    context.log(LogLevel::Info, format!("account {}, region {}, {}", identity.account, session.region, identity.arn));
    let earlier = Attempt::resume(context, &session, &identity, &request.data_dir).await?;
    let resumed = earlier.is_some();
    let (attempt, id) = match earlier {
        Some((attempt, stack)) => (attempt, stack.id),
        None => {
            let attempt = Attempt::new(&request.stack_name, &session, &identity);
            attempt.write(&request.data_dir)?;
            let id = create(&session, request, &attempt, boundary).await;
            if let Err(Error::Service { .. }) = id {
                forget(&request.data_dir);
            }
            (attempt, id?)
        }
    };
    let mut watch = Watch::started(&session.cloudformation, &id, &attempt.token);
    let stack = match watch.wait(context, true).await {
        Ok(Waited::Ended(stack)) if stack.status == "CREATE_COMPLETE" => stack,
        Ok(Waited::Ended(stack)) => {
            let outcome = undo(context, &session, &id, &watch.record).await;
            forget(&request.data_dir);
            let reason = stack.reason.map(|reason| format!("{}: {reason}", stack.status));
            let outcome = [reason.unwrap_or(stack.status), outcome].join("; ");
            let what = format!("making the environment `{}`", request.environment);
            return Err(Error::StackFailed { what, leaves: watch.record.leaves(), outcome });
        }
        Ok(Waited::Cancelled) => {
            let outcome = undo(context, &session, &id, &watch.record).await;
            forget(&request.data_dir);
            return Err(Error::Cancelled { outcome });
        }
        Err(error) => {
            // Nobody answers any more, so nothing can be undone either.
            let (name, region) = (&attempt.stack_name, &session.region);
            let text =
                format!("the stack `{name}` remains in the region {region}; the next `init` here goes on with it");
            context.log(LogLevel::Warning, text);
            return Err(error);
        }
    };
    let mut state = recorded(&stack);
    if let Some(arn) = boundary {
        state.insert(boundary::RECORDED.to_owned(), arn.into());
    }
    if let Some(id) = register(context, &session, request, &stack, resumed).await {
        state.insert(APP.to_owned(), id.into());
    }
    Ok(InitializeReply { state, local: access.keep(&machine, None)? })
}

/// Begins to make the stack; returns its id.
async fn create(
    session: &Session,
    request: &InitializeRequest,
    attempt: &Attempt,
    boundary: Option<&str>,
) -> Result<String, Error> {
    let mut template = request.template.clone();
    if let Some(arn) = boundary {
        boundary::apply(&mut template, arn);
    }
    let client = &session.cloudformation;
    let created = client
        .create_stack()
        .stack_name(&attempt.stack_name)
        .template_body(template.to_string())
        .set_parameters(Some(stack::parameters(&request.parameters)))
        .set_capabilities(Some(CAPABILITIES.to_vec()))
        .set_tags(Some(marks::new(&request.tags, &request.project_name, &request.environment)))
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

/// A token that marks the events of one operation.
pub(crate) fn token() -> String {
    format!("amplify-{:032x}", rand::random::<u128>())
}

/// What `team-provider-info.json` records of a root stack.
pub(crate) fn recorded(stack: &Stack) -> JsonMap {
    KEYS.iter().filter_map(|key| Some(((*key).to_owned(), stack.outputs.get(*key)?.clone()))).collect()
}

/// Adds the environment to the Amplify service. It works without, so whatever keeps it from that is only told.
async fn register(
    context: &mut Context<'_>,
    session: &Session,
    request: &InitializeRequest,
    stack: &Stack,
    resumed: bool,
) -> Option<String> {
    let without = "so the environment is not listed there";
    let Some(apps) = &session.apps else {
        let text = format!("the region {} has no Amplify service, {without}", session.region);
        context.log(LogLevel::Info, text);
        return None;
    };
    let sibling = request.sibling.get(APP).and_then(Value::as_str);
    let bucket = stack.outputs.get("DeploymentBucketName").and_then(Value::as_str).unwrap_or_default();
    let backend = Backend { environment: &request.environment, stack_name: &stack.name, bucket };
    match apps.register(context, &request.project_name, sibling, backend, resumed).await {
        Ok(id) => Some(id),
        Err(error) => {
            let why = error.causes().first().map(|cause| format!(" ({cause})")).unwrap_or_default();
            let text = format!("the Amplify service cannot be used here, {without}: {error}{why}");
            context.log(LogLevel::Info, text);
            None
        }
    }
}

fn forget(data_dir: &str) {
    Attempt::forget(data_dir);
    remove_if_empty(data_dir.as_ref());
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
