//! Brings an environment to what the host has assembled.

use std::time::SystemTime;

use amplify_sdk::{
    JsonMap,
    message::Progress,
    prelude::*,
    provider::{DeployReply, DeployRequest, ForeseeReply},
};
use aws_sdk_cloudformation::types::Parameter;
use serde::Serialize;
use serde_json::{Value, json, ser::PrettyFormatter};

use crate::{
    attempt::Attempt,
    boundary,
    creation::token,
    credentials,
    error::Error,
    initialize::{APP, Newcomer},
    lease::Lease,
    marks,
    partition::template_url,
    place::Place,
    published::{self, Own, RECORD},
    record::Record,
    secrets,
    session::Session,
    stack::{self, STACK, Stack, Verdict},
    stuck::{self, Stuck},
    update::Update,
    uploads::{self, Content, Upload},
    watch::{Waited, Watch},
};

/// Where the root template lies in the deployment bucket.
const ROOT: &str = "nested-cloudformation-stack.yml";

/// Where it lies while CloudFormation is asked what it would do: nobody takes that for what is deployed.
const ASKED: &str = "amplify-plan/nested-cloudformation-stack.yml";

pub(crate) async fn run(context: &mut Context<'_>, request: &DeployRequest) -> Result<DeployReply, Error> {
    let place = Place::from(request);
    // The environment is recorded, so nothing has to be found again.
    Attempt::forget(place.data_dir);
    let ready = Ready::of(&place, request).await?;
    let deployed = ready.deployment(&place, request).run(context).await;
    if deployed.is_ok() && request.publishes {
        ready.lease.hand_over().await;
    } else {
        ready.lease.release().await;
    }
    deployed
}

/// Asks CloudFormation what a deployment would do. Files are sent, because it reads the templates of nested stacks where they
/// lie, and nothing else changes.
pub(crate) async fn foresee(context: &mut Context<'_>, request: &DeployRequest) -> Result<ForeseeReply, Error> {
    let place = Place::from(request);
    let ready = Ready::of(&place, request).await?;
    let foreseen = ready.deployment(&place, request).foresee(context).await;
    ready.lease.release().await;
    foreseen
}

/// Everything that a deployment needs to begin.
struct Ready {
    session: Session,
    stack: Stack,
    lease: Lease,
    secrets: Vec<Parameter>,
}

impl Ready {
    /// Signs in, looks at the stack, and takes the lease.
    async fn of(place: &Place<'_>, request: &DeployRequest) -> Result<Self, Error> {
        let (name, bucket) = (place.recorded("StackName")?, place.bucket()?);
        let (session, identity) = place.open().await?;
        credentials::last(session.ends, SystemTime::now())?;
        let missing = || Error::StackMissing { stack: name.to_owned(), region: session.region.clone() };
        let stack = stack::find(&session.cloudformation, place.stack()?).await?.ok_or_else(missing)?;
        refuse_blocked(&session, &stack).await?;
        marks::check(&stack, place.environment)?;
        let secrets = secrets::parameters(&session, place, &request.secrets).await?;
        let lease = Lease::take(&session.s3, bucket, &identity.arn, place.data_dir).await?;
        Ok(Self { session, stack, lease, secrets })
    }

    fn deployment<'d>(&'d self, place: &'d Place<'d>, request: &'d DeployRequest) -> Deployment<'d> {
        let Self { session, stack, lease, secrets } = self;
        let bucket = place.bucket().unwrap_or_default();
        Deployment { session, place, request, bucket, stack, lease, secrets }
    }
}

/// A deployment that holds the lease.
struct Deployment<'d> {
    session: &'d Session,
    place: &'d Place<'d>,
    request: &'d DeployRequest,
    bucket: &'d str,
    stack: &'d Stack,
    lease: &'d Lease,
    /// Parameters of the root stack that no template, file or log shows.
    secrets: &'d [Parameter],
}

impl Deployment<'_> {
    async fn run(&self, context: &mut Context<'_>) -> Result<DeployReply, Error> {
        self.send(context, ROOT).await?;
        let record = self.update(context).await?;
        let outputs = stack::nested_outputs(&self.session.cloudformation, &self.stack.id).await?;
        let counts = record.map(|record| record.counts()).unwrap_or_default();
        let state = self.listed(context).await;
        Ok(DeployReply { outputs, counts, state, ..DeployReply::default() })
    }

    async fn foresee(&self, context: &mut Context<'_>) -> Result<ForeseeReply, Error> {
        self.send(context, ASKED).await?;
        let foreseen = self.order(ASKED, &token()).foresee(context).await;
        // One too many does no harm: it is sent anew the next time.
        let _ = self.session.s3.delete_object().bucket(self.bucket).key(ASKED).send().await;
        foreseen
    }

    /// Sends everything, the root template under a key of its own, once nothing else is at work in the stack.
    async fn send(&self, context: &mut Context<'_>, root: &str) -> Result<(), Error> {
        self.refuse_older().await?;
        if Verdict::of(&self.stack.status) != Verdict::Ready {
            let now = settle(context, self.session, self.stack).await?;
            refuse_blocked(self.session, &now).await?;
        }
        context.step("Uploading files");
        self.upload(context, root).await?;
        self.lease.check()?;
        match context.cancelled() {
            true => Err(Error::Cancelled { outcome: "nothing was deployed".into() }),
            false => Ok(()),
        }
    }

    /// Adds an environment to the Amplify service that was made where there was none. Secrets lie below the app's id, so one
    /// that has any goes on without.
    async fn listed(&self, context: &mut Context<'_>) -> JsonMap {
        let mut state = JsonMap::new();
        if self.place.get(APP).is_some() || self.session.apps.is_none() {
            return state;
        }
        if !secrets::has_none(self.session, self.place).await {
            return state;
        }
        let newcomer = Newcomer {
            project: &self.request.project.name,
            environment: self.place.environment,
            sibling: &self.request.sibling,
            stack: self.stack,
            bucket: self.bucket,
            resumed: true,
        };
        match newcomer.register(context, self.session).await {
            Ok(id) => drop(state.insert(APP.to_owned(), id.into())),
            // It was told when the environment was made.
            Err(why) => context.log(LogLevel::Info, why),
        }
        state
    }

    /// Fails if the record is not the one that the deployment was planned from.
    async fn refuse_older(&self) -> Result<(), Error> {
        let DeployRequest { based_on, publishes, data_dir, .. } = self.request;
        if based_on.is_empty() && !publishes {
            return Ok(());
        }
        let found = published::find(&self.session.s3, self.bucket, RECORD).await?;
        published::check(found.as_ref(), based_on, &Own::read(data_dir))
    }

    /// The nested templates and packages, and then the root template that names them.
    async fn upload(&self, context: &mut Context<'_>, key: &str) -> Result<(), Error> {
        let files = self.request.uploads.iter();
        let mut uploads: Vec<Upload> = files
            .map(|upload| Upload { key: upload.key.clone(), content: Content::File(upload.path.clone().into()) })
            .collect();
        let digest = if self.session.stand_in { Some(uploads::digest(&uploads)?) } else { None };
        let mut template = self.request.template.clone();
        if let Some(arn) = self.place.get(boundary::RECORDED) {
            boundary::apply(&mut template, arn);
        }
        let root = root_template(template, &self.session.region, digest.as_deref())?;
        uploads.push(Upload { key: key.into(), content: Content::Bytes(root) });
        let sent = uploads::send(&self.session.s3, self.bucket, uploads).await?;
        context.log(LogLevel::Debug, format!("{} files were sent, {} were there", sent.sent, sent.skipped));
        Ok(())
    }

    fn order<'u>(&'u self, root: &str, token: &'u str) -> Update<'u> {
        let mut parameters = stack::parameters(&self.request.parameters);
        parameters.extend_from_slice(self.secrets);
        Update {
            session: self.session,
            stack: self.stack,
            lease: self.lease,
            plan: self.request.plan.as_ref(),
            template_url: template_url(&self.session.region, self.bucket, root),
            parameters,
            tags: marks::update(&self.request.tags, self.stack),
            token,
        }
    }

    /// Updates the stack and waits. `None` if it is up to date.
    async fn update(&self, context: &mut Context<'_>) -> Result<Option<Record>, Error> {
        let client = &self.session.cloudformation;
        let token = token();
        if !self.order(ROOT, &token).begin(context).await? {
            return Ok(None);
        }
        let mut watch = Watch::started(client, &self.stack.id, &token);
        let mut cancelled = false;
        let ended = match watch.wait(context, true).await? {
            Waited::Ended(stack) => stack,
            Waited::Cancelled => {
                context.step("Rolling back");
                cancelled = true;
                // It is refused when the update is through; then its end is what counts.
                let refused = client.cancel_update_stack().stack_name(&self.stack.id).send().await.is_err();
                if refused {
                    context.log(LogLevel::Debug, "the update could no longer be cancelled");
                }
                match watch.wait(context, false).await? {
                    Waited::Ended(stack) => stack,
                    Waited::Cancelled => self.stack.clone(),
                }
            }
        };
        if ended.status == "UPDATE_COMPLETE" {
            return Ok(Some(watch.record));
        }
        let outcome = outcome(&ended);
        if cancelled && ended.status == "UPDATE_ROLLBACK_COMPLETE" {
            return Err(Error::Cancelled { outcome });
        }
        Err(Error::StackFailed { what: "the deployment".into(), leaves: watch.record.leaves(), outcome })
    }
}

/// Waits for an operation that somebody else, or an earlier push, has begun.
pub(crate) async fn settle(context: &mut Context<'_>, session: &Session, stack: &Stack) -> Result<Stack, Error> {
    if Verdict::of(&stack.status) != Verdict::Busy {
        return Ok(stack.clone());
    }
    let text = format!("The stack is still in the state {}; waiting for it to end...", stack.status);
    context.progress(&Progress::Message { text });
    match Watch::attached(&session.cloudformation, &stack.id).wait(context, true).await? {
        Waited::Ended(stack) => Ok(stack),
        Waited::Cancelled => Err(Error::Cancelled { outcome: "the operation goes on in the cloud".into() }),
    }
}

/// Fails for a stack that nothing can update, and names the resources that hold it up.
async fn refuse_blocked(session: &Session, stack: &Stack) -> Result<(), Error> {
    match Verdict::of(&stack.status) {
        Verdict::Ready | Verdict::Busy => Ok(()),
        Verdict::Gone => Err(Error::StackMissing { stack: stack.name.clone(), region: session.region.clone() }),
        Verdict::Blocked => {
            let stuck = stuck::find(&session.cloudformation, &stack.id).await?;
            Err(Error::StackBlocked {
                stack: stack.name.clone(),
                status: stack.status.clone(),
                stuck: stuck.iter().map(Stuck::line).collect(),
            })
        }
    }
}

fn outcome(stack: &Stack) -> String {
    match stack.status.as_str() {
        "UPDATE_ROLLBACK_COMPLETE" => "everything was rolled back to what was deployed before".into(),
        status => match &stack.reason {
            Some(reason) => format!("the stack is in the state {status}: {reason}"),
            None => format!("the stack is in the state {status}"),
        },
    }
}

/// The root template as the original writes it, with tabs.
///
/// An update makes CloudFormation read the template of every nested stack again. Stand-ins look into a nested stack only if
/// its properties have changed, and forget attributes of what they skip there. So for them a tag tells that something below
/// has changed; it reaches every resource.
fn root_template(mut template: Value, region: &str, digest: Option<&str>) -> Result<Vec<u8>, Error> {
    amplify_cfn::localize(&mut template, region);
    let resources = template.get_mut("Resources").and_then(Value::as_object_mut);
    for resource in resources.into_iter().flat_map(|resources| resources.values_mut()) {
        if resource.get("Type").and_then(Value::as_str) != Some(STACK) {
            continue;
        }
        if let Some(digest) = digest {
            let tags = &mut resource["Properties"]["Tags"];
            let others = tags.as_array().cloned().unwrap_or_default();
            let own = json!({ "Key": "amplify-uploads", "Value": digest });
            *tags = others.into_iter().chain([own]).collect();
        }
    }
    let mut bytes = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(b"\t"));
    template.serialize(&mut serializer).map_err(|error| Error::File(error.into()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_stand_in_is_told_what_changed_below() {
        let other = json!({ "Key": "team", "Value": "shop" });
        let stack =
            json!({ "Type": STACK, "Properties": { "TemplateURL": "https://s3.amazonaws.com/b/k", "Tags": [other] } });
        let template = json!({ "Resources": { "storagephotos": stack, "Topic": { "Type": "AWS::SNS::Topic" } } });
        let written = |digest| -> Value {
            serde_json::from_slice(&root_template(template.clone(), "eu-west-1", digest).unwrap()).unwrap()
        };
        assert_eq!(written(None), template);
        let told = written(Some("ab"));
        let tags = &told["Resources"]["storagephotos"]["Properties"]["Tags"];
        assert_eq!(*tags, json!([other, { "Key": "amplify-uploads", "Value": "ab" }]));
        assert_eq!(told["Resources"]["Topic"], template["Resources"]["Topic"]);
        assert!(root_template(template.clone(), "eu-west-1", None).unwrap().starts_with(b"{\n\t\"Resources\""));
        let china = String::from_utf8(root_template(template, "cn-north-1", None).unwrap()).unwrap();
        assert!(china.contains("\"https://s3.cn-north-1.amazonaws.com.cn/b/k\""), "{china}");
    }
}
