//! Lists the apps that the credentials reach, and what is to be recorded of their environments.

use std::sync::Arc;

use amplify_sdk::{
    JsonMap,
    environment::{App, AppEnvironment, DiscoverReply, DiscoverRequest},
    prelude::*,
};
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    access, app::Apps, configure::questions, error::Error, initialize::recorded, machine::Machine, session::Session,
    stack,
};

/// Questions at one time.
const AT_ONCE: usize = 8;

pub(crate) async fn run(context: &mut Context<'_>, request: &DiscoverRequest) -> Result<DiscoverReply, Error> {
    let machine = Machine::real();
    let access = questions::access(context, &machine, &request.options).await?;
    let session = Session::asking(context, &access, access::text(&request.options, "region")?).await?;
    let Some(apps) = &session.apps else { return Err(Error::NoAmplify { region: session.region }) };
    let found = match request.app_id.as_str() {
        "" => apps.list().await?,
        id => apps.get(id).await?.into_iter().collect(),
    };
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut asked = JoinSet::new();
    for (number, app) in found.into_iter().enumerate() {
        let (apps, session, permits) = (apps.clone(), session.clone(), permits.clone());
        asked.spawn(async move {
            let _permit = permits.acquire_owned().await;
            let environments = environments(&apps, &session, &app.app_id).await?;
            Ok::<_, Error>((number, app, environments))
        });
    }
    let mut listed = Vec::new();
    for done in asked.join_all().await {
        let (number, app, (environments, lost)) = done?;
        for name in lost {
            let text = format!("the environment `{name}` of the Amplify app `{}` has no stack any more", app.app_id);
            context.log(LogLevel::Warning, text);
        }
        listed.push((number, App { id: app.app_id, name: app.name, environments }));
    }
    listed.sort_by_key(|(number, _)| *number);
    let apps = listed.into_iter().map(|(_, app)| app).collect();
    Ok(DiscoverReply { apps, local: access.keep(&machine, None)? })
}

/// The environments of an app, and the names of those whose stack is gone.
async fn environments(apps: &Apps, session: &Session, id: &str) -> Result<(Vec<AppEnvironment>, Vec<String>), Error> {
    let (mut environments, mut lost) = (Vec::new(), Vec::new());
    for backend in apps.backends(id).await? {
        let name = backend.environment_name;
        let Some(stack_name) = backend.stack_name else { continue };
        match stack::find(&session.cloudformation, &stack_name).await? {
            Some(stack) => {
                let mut state: JsonMap = recorded(&stack);
                state.insert("AmplifyAppId".to_owned(), id.into());
                environments.push(AppEnvironment { name, state });
            }
            None => lost.push(name),
        }
    }
    Ok((environments, lost))
}
