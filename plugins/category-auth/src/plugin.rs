//! The plugin: which command leads to which questions.

use amplify_sdk::{
    message::{CallRequest, HeadlessRequest},
    prelude::*,
    random::{Random, SystemRandom},
};

use crate::{
    ask, change,
    change::{CATEGORY, Present, SERVICE},
    ensure,
    error::AuthError,
    groups::{self, Groups},
    headless,
};

/// The auth category.
pub struct Auth {
    random: Box<dyn Random>,
}

impl Default for Auth {
    fn default() -> Self {
        Self::with_random(SystemRandom)
    }
}

impl Auth {
    /// A plugin whose generated names come from the given source.
    pub fn with_random(random: impl Random + 'static) -> Self {
        Self { random: Box::new(random) }
    }

    fn add(&self, context: &mut Context<'_>) -> Result<Changes, PluginError> {
        if let Some(resource) = change::name(context.project()) {
            return Err(AuthError::Exists { resource }.into());
        }
        let draft = ask::add(context, &*self.random)?;
        let resource = draft.settings.text("resourceName").to_owned();
        let changes = change::added(context, draft)?;
        Ok(told(changes.message(format!("Successfully added resource {resource} locally"))))
    }

    fn update(&self, context: &mut Context<'_>) -> Result<Changes, PluginError> {
        let Some(present) = Present::read(context)? else { return Err(AuthError::Missing.into()) };
        let named = Groups::read(context)?.map(|groups| groups.names()).unwrap_or_default();
        let draft = ask::update(context, &present.settings, &named)?;
        let elsewhere = draft.admin.is_some();
        let changes = change::updated(context, &present, draft)?;
        if changes.is_empty() && !elsewhere {
            return Ok(changes.message("Nothing was changed"));
        }
        Ok(told(changes.message(format!("Successfully updated resource {} locally", present.resource))))
    }
}

fn told(changes: Changes) -> Changes {
    changes
        .next_step("\"amplify push\" will build all your local backend resources and provision it in the cloud")
        .next_step("\"amplify publish\" will build all your local backend and frontend resources (if you have hosting category added) and provision it in the cloud")
}

impl Category for Auth {
    fn manifest(&self) -> Manifest {
        Manifest::new(
            "category-auth",
            PluginKind::category(CATEGORY),
            env!("CARGO_PKG_VERSION"),
            "Users: sign-up, sign-in, groups, and AWS credentials for them",
        )
        .service(SERVICE, "Amazon Cognito")
        .compiled_service(groups::SERVICE, "Groups of users")
        .method("ensure", "Makes sure that there are users, and guests where they are wanted")
        .command(
            Command::new("add", "Takes you through steps in the CLI to add auth to your local backend")
                .alias("enable")
                .details(
                    "Asks how users sign up and in. The default configuration asks little; the manual one asks for everything. \
Nothing is deployed until `amplify push`. With `--headless` it reads a payload of version 1 or 2.",
                )
                .example("amplify add auth --yes", "Users with a name and a password, and AWS credentials for them"),
        )
        .command(
            Command::new("update", "Takes you through steps in the CLI to update auth")
                .details(
                    "Changes what can be changed of users that exist: how they sign in and what they must give stays as it was \
chosen first. Groups keep the policies that were written into their file.",
                ),
        )
    }

    fn run(&self, context: &mut Context<'_>, request: &CommandRequest) -> Result<Changes, PluginError> {
        match request.command.as_str() {
            "add" => self.add(context),
            "update" => self.update(context),
            command => Err(AuthError::UnknownCommand { command: command.into() }.into()),
        }
    }

    fn headless(&self, context: &mut Context<'_>, request: &HeadlessRequest) -> Result<JsonMap, PluginError> {
        headless::answers(context, &request.command, &request.payload)
    }

    fn call(&self, context: &mut Context<'_>, request: &CallRequest) -> Result<CallReply, PluginError> {
        match request.method.as_str() {
            "ensure" => ensure::ensure(context, &*self.random, &request.parameters),
            method => Err(PluginError::new("unknown-method", format!("auth has no method `{method}`"))),
        }
    }

    fn compile(&self, context: &mut Context<'_>, request: &CompileRequest) -> Result<CompileReply, PluginError> {
        if request.resource != groups::RESOURCE {
            return Ok(CompileReply::default());
        }
        let (Some(groups), Some(present)) = (Groups::read(context)?, Present::read(context)?) else {
            return Ok(CompileReply::default());
        };
        let template = groups.template(context, &present.settings)?;
        if groups::present_template(context)?.as_ref() == Some(&template) {
            return Ok(CompileReply::default());
        }
        let file = CompiledFile { path: groups::TEMPLATE_FILE.into(), content: FileContent::Json(template) };
        Ok(CompileReply { files: vec![file], ..CompileReply::default() })
    }
}
