//! The beginning of an update: by a change set that was compared with what the user was shown, or directly where whoever
//! answers cannot make one.

use amplify_sdk::{
    message::Progress,
    prelude::*,
    provider::{DeployPlan, ForeseeReply},
};
use aws_sdk_cloudformation::types::{Parameter, Tag};

use crate::{
    access_error::AccessError,
    agreement::{self, Unsaid},
    change_set::{ChangeSet, Effect, Foreseen, Made, Order, discard},
    creation::CAPABILITIES,
    error::Error,
    failure::{failed, message},
    lease::Lease,
    session::Session,
    stack::{self, STACK, Stack},
};

/// An update of a root stack whose files are all there.
pub(crate) struct Update<'u> {
    pub session: &'u Session,
    pub stack: &'u Stack,
    pub lease: &'u Lease,
    /// What the user was shown, if anybody says.
    pub plan: Option<&'u DeployPlan>,
    pub template_url: String,
    pub parameters: Vec<Parameter>,
    pub tags: Option<Vec<Tag>>,
    /// Marks its events.
    pub token: &'u str,
}

impl Update<'_> {
    /// Begins it. `false`, if the stack is up to date.
    pub async fn begin(&self, context: &mut Context<'_>) -> Result<bool, Error> {
        let set = match self.make(context).await? {
            Made::Nothing => return Ok(false),
            Made::Whole(set) => set,
            Made::Flat => {
                let text = "CloudFormation cannot say here what would change in nested stacks: the stack is updated \
                            without comparing that with the plan";
                context.log(LogLevel::Info, text);
                self.lease.check()?;
                context.step("Updating the stack");
                return self.directly().await;
            }
        };
        if let Err(error) = self.agree(context, &set).await {
            discard(&self.session.cloudformation, &self.stack.id, &set.id).await;
            return Err(error);
        }
        context.step("Updating the stack");
        self.execute(&set).await.map(|()| true)
    }

    /// Asks what it would do, and does nothing.
    pub async fn foresee(&self, context: &mut Context<'_>) -> Result<ForeseeReply, Error> {
        let set = match self.make(context).await? {
            Made::Nothing => return Ok(ForeseeReply::default()),
            Made::Flat => return Ok(ForeseeReply { blind: true, ..ForeseeReply::default() }),
            Made::Whole(set) => set,
        };
        discard(&self.session.cloudformation, &self.stack.id, &set.id).await;
        let unplanned = self.unsaid(&set).into_iter().map(Into::into).collect();
        // A nested stack that stays is told by what changes in it.
        let tells = |change: &Foreseen| {
            change.resource_type != STACK || !matches!(change.effect, Effect::Modify { .. } | Effect::MayReplace)
        };
        let changes = set.changes.into_iter().filter(tells).map(Into::into).collect();
        Ok(ForeseeReply { changes, unplanned, blind: false })
    }

    async fn make(&self, context: &mut Context<'_>) -> Result<Made, Error> {
        context.step("Asking CloudFormation what would change");
        let order = Order {
            client: &self.session.cloudformation,
            stack_id: &self.stack.id,
            stack_name: &self.stack.name,
            template_url: &self.template_url,
            parameters: self.parameters.clone(),
            // Nobody says what becomes of tags that a change set does not name.
            tags: Some(self.tags.clone().unwrap_or_else(|| self.stack.tags().collect())),
        };
        order.make(context).await
    }

    fn unsaid(&self, set: &ChangeSet) -> Vec<Unsaid> {
        self.plan.map(|plan| agreement::unsaid(&set.changes, plan)).unwrap_or_default()
    }

    /// Compares it with the plan. What loses data stops; anything else is shown, and the user asked once more.
    async fn agree(&self, context: &mut Context<'_>, set: &ChangeSet) -> Result<(), Error> {
        let unsaid = self.unsaid(set);
        let (losses, others): (Vec<Unsaid>, Vec<Unsaid>) = unsaid.into_iter().partition(|unsaid| unsaid.loss.is_some());
        if !losses.is_empty() {
            return Err(Error::Unplanned { losses });
        }
        if !others.is_empty() {
            let lines: Vec<String> = others.into_iter().map(|unsaid| format!("  {}", unsaid.text)).collect();
            let text = format!("CloudFormation says more than the plan:\n{}", lines.join("\n"));
            context.progress(&Progress::Message { text });
            let question = "Do you want to continue all the same?";
            if !context.confirm("push.unplanned", question, true).map_err(AccessError::Host)? {
                return Err(Error::Cancelled { outcome: "nothing was deployed".into() });
            }
            // Nobody renews the lease while a question waits.
            self.lease.confirm().await?;
        }
        self.lease.check()?;
        match context.cancelled() {
            true => Err(Error::Cancelled { outcome: "nothing was deployed".into() }),
            false => Ok(()),
        }
    }

    async fn execute(&self, set: &ChangeSet) -> Result<(), Error> {
        let execute = self
            .session
            .cloudformation
            .execute_change_set()
            .stack_name(&self.stack.id)
            .change_set_name(&set.id)
            .disable_rollback(false)
            .client_request_token(self.token);
        let Err(error) = execute.send().await else { return Ok(()) };
        // The answer may have been lost, and the client asked again.
        if self.has_begun().await {
            return Ok(());
        }
        let answered = error.as_service_error().is_some();
        let error = failed("ExecuteChangeSet")(error);
        if answered && !matches!(error, Error::Expired { .. }) {
            discard(&self.session.cloudformation, &self.stack.id, &set.id).await;
        }
        Err(error)
    }

    async fn directly(&self) -> Result<bool, Error> {
        let update = self
            .session
            .cloudformation
            .update_stack()
            .stack_name(&self.stack.id)
            .template_url(&self.template_url)
            .set_parameters(Some(self.parameters.clone()))
            .set_capabilities(Some(CAPABILITIES.to_vec()))
            .set_tags(self.tags.clone())
            .client_request_token(self.token);
        match update.send().await {
            Ok(_) => Ok(true),
            Err(error) if message(&error).contains("No updates are to be performed") => Ok(false),
            Err(error) => {
                // The answer may have been lost, and the client asked again.
                let doubtful = error.as_service_error().is_none() || message(&error).contains("_IN_PROGRESS");
                match doubtful && self.has_begun().await {
                    true => Ok(true),
                    false => Err(failed("UpdateStack")(error)),
                }
            }
        }
    }

    async fn has_begun(&self) -> bool {
        stack::has_event_of(&self.session.cloudformation, &self.stack.id, self.token).await.unwrap_or(false)
    }
}
