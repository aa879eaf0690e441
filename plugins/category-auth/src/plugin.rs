//! The plugin: which command leads to which questions.

use amplify_sdk::{
    manifest::Hook,
    message::{CallRequest, EventRequest, HeadlessRequest, LifecycleEvent},
    prelude::*,
    random::{Random, SystemRandom},
};
use serde_json::json;

use crate::{
    ask, change,
    change::{CATEGORY, Present, SERVICE},
    ensure,
    error::AuthError,
    exports,
    groups::{self, Groups},
    headless, removal,
    template::Elsewhere,
    triggers,
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
        let changes = change::added(context, &*self.random, draft)?;
        Ok(told(changes.message(format!("Successfully added resource {resource} locally"))))
    }

    fn update(&self, context: &mut Context<'_>) -> Result<Changes, PluginError> {
        let Some(present) = Present::read(context)? else { return Err(AuthError::Missing.into()) };
        let named = Groups::read(context)?.map(|groups| groups.names()).unwrap_or_default();
        let groups_template = groups::present_template(context)?;
        let for_pages = Elsewhere::of(&present.template, groups_template.as_ref()).hosted_ui;
        let draft = ask::update(context, &present.settings, &named, for_pages)?;
        let elsewhere = draft.admin.is_some();
        let changes = change::updated(context, &*self.random, &present, draft)?;
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
        .hook(Hook::Exports)
        .event(LifecycleEvent::PostInit)
        .event(LifecycleEvent::PostEnvAdd)
        .event(LifecycleEvent::PreRemove)
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
chosen first. Groups keep the policies that were written into their file. With `--headless` it reads a payload of version 1 or 2, \
in which what is left out stays as it is.",
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

    fn event(&self, context: &mut Context<'_>, request: &EventRequest) -> Result<Changes, PluginError> {
        if request.event == LifecycleEvent::PreRemove {
            return removal::along(context, &request.data);
        }
        let Some(present) = Present::read(context)? else { return Ok(Changes::new()) };
        let for_pages = Elsewhere::of(&present.template, None).hosted_ui;
        let given = &request.data["categories"];
        let (draft, lacking) = ask::complete(context, &present.settings, for_pages, &given[CATEGORY])?;
        let of_functions = triggers::complete(context, &present.settings, &given["function"])?;
        context.check_answered()?;
        let mut changes = change::completed(context, &present.resource, draft);
        let environment = context.project().environment.as_ref().map_or("", |environment| environment.name.as_str());
        if !lacking.is_empty() {
            changes = changes.message(format!(
                "The environment `{environment}` has no {} for {CATEGORY}/{} yet: `amplify update auth` asks for ids, and \
                 `amplify env secret` for secrets; both are needed before `amplify push`",
                lacking.join(", "),
                present.resource
            ));
        }
        for (function, names) in of_functions {
            changes = changes.message(format!(
                "The environment `{environment}` has no {} for function/{function} yet: `amplify env secret` asks for secrets, \
                 other values are written into `amplify/team-provider-info.json`; they are needed before `amplify push`",
                names.join(", ")
            ));
        }
        Ok(changes)
    }

    fn headless(&self, context: &mut Context<'_>, request: &HeadlessRequest) -> Result<JsonMap, PluginError> {
        headless::answers(context, &request.command, &request.payload)
    }

    fn exports(&self, context: &mut Context<'_>) -> Result<JsonMap, PluginError> {
        // What is wrong with the files is said by the commands that deploy them.
        let Ok(Some(present)) = Present::read(context) else { return Ok(JsonMap::new()) };
        let deployed = context.project().meta.get(CATEGORY).and_then(|category| category.get(&present.resource));
        if deployed.is_none_or(|entry| entry["output"]["UserPoolId"].is_null()) {
            return Ok(JsonMap::new());
        }
        let mut values = exports::values(&present.settings);
        if let Some(address) = context.endpoint("cognito").filter(|_| present.settings.has_user_pool()) {
            // Read by the client library up to version 5; later ones are told of it in the app's own code.
            values.insert("Auth".into(), json!({ "endpoint": address }));
        }
        Ok(values)
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
