//! Makes an environment: its root stack, with a bucket for deployments and two roles.

use amplify_sdk::{
    JsonMap,
    prelude::*,
    provider::{InitializeReply, InitializeRequest},
};
use serde_json::Value;

use crate::{
    access,
    app::Backend,
    boundary,
    configure::questions,
    creation::Order,
    error::Error,
    machine::Machine,
    marks,
    session::Session,
    stack::{self, Stack},
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

pub(crate) async fn run(context: &mut Context<'_>, request: &InitializeRequest) -> Result<InitializeReply, Error> {
    let machine = Machine::real();
    let access = questions::access(context, &machine, &request.options).await?;
    let boundary = boundary::from_options(&request.options)?;
    let session = Session::asking(context, &access, access::text(&request.options, "region")?).await?;
    let identity = session.identity().await?;
    context.log(LogLevel::Info, format!("account {}, region {}, {}", identity.account, session.region, identity.arn));
    let mut template = request.template.clone();
    if let Some(arn) = boundary {
        boundary::apply(&mut template, arn);
    }
    amplify_cfn::localize(&mut template, &session.region);
    let order = Order {
        environment: &request.environment,
        stack_name: &request.stack_name,
        template: template.to_string(),
        parameters: stack::parameters(&request.parameters),
        tags: marks::new(&request.tags, &request.project_name, &request.environment),
        data_dir: &request.data_dir,
    };
    let (stack, resumed) = order.make(context, &session, &identity).await?;
    let mut state = recorded(&stack);
    if let Some(arn) = boundary {
        state.insert(boundary::RECORDED.to_owned(), arn.into());
    }
    let newcomer = Newcomer {
        project: &request.project_name,
        environment: &request.environment,
        sibling: &request.sibling,
        stack: &stack,
        bucket: stack.outputs.get("DeploymentBucketName").and_then(Value::as_str).unwrap_or_default(),
        resumed,
    };
    match newcomer.register(context, &session).await {
        Ok(id) => drop(state.insert(APP.to_owned(), id.into())),
        Err(why) => context.log(LogLevel::Warning, why),
    }
    Ok(InitializeReply { state, local: access.keep(&machine, None)? })
}

/// What `team-provider-info.json` records of a root stack.
pub(crate) fn recorded(stack: &Stack) -> JsonMap {
    KEYS.iter().filter_map(|key| Some(((*key).to_owned(), stack.outputs.get(*key)?.clone()))).collect()
}

/// An environment that the Amplify service does not list yet.
pub(crate) struct Newcomer<'n> {
    pub project: &'n str,
    pub environment: &'n str,
    /// What is recorded of another environment of the project, whose app it joins.
    pub sibling: &'n JsonMap,
    pub stack: &'n Stack,
    pub bucket: &'n str,
    /// Whether somebody may have begun to add it.
    pub resumed: bool,
}

impl Newcomer<'_> {
    /// Adds it; returns the app's id, or why it is not listed. An environment works without.
    pub async fn register(&self, context: &mut Context<'_>, session: &Session) -> Result<String, String> {
        let without = "so the environment is not listed there";
        let Some(apps) = &session.apps else {
            return Err(format!("the region {} has no Amplify service, {without}", session.region));
        };
        let sibling = self.sibling.get(APP).and_then(Value::as_str);
        let backend = Backend { environment: self.environment, stack_name: &self.stack.name, bucket: self.bucket };
        apps.register(context, self.project, sibling, backend, self.resumed).await.map_err(|error| {
            let why = error.causes().first().map(|cause| format!(" ({cause})")).unwrap_or_default();
            format!("the Amplify service cannot be used here, {without}: {error}{why}")
        })
    }
}
