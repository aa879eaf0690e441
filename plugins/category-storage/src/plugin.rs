//! The plugin: which command leads to which questions.

use amplify_sdk::random::{Random, SystemRandom};
use amplify_sdk::{
    message::{CallRequest, HeadlessRequest},
    prelude::*,
};

use crate::{
    bucket,
    error::StorageError,
    headless,
    service::{self, CATEGORY},
    table,
};

const BUCKET_LABEL: &str = "Content (Images, audio, video, etc.)";
const TABLE_LABEL: &str = "NoSQL Database";
const ADD_TABLE: &str = "addTable";

/// The storage category.
pub struct Storage {
    random: Box<dyn Random>,
}

impl Default for Storage {
    fn default() -> Self {
        Self::with_random(SystemRandom)
    }
}

impl Storage {
    /// A plugin whose generated names come from the given source.
    pub fn with_random(random: impl Random + 'static) -> Self {
        Self { random: Box::new(random) }
    }

    fn add(&self, context: &mut Context<'_>) -> Result<Changes, PluginError> {
        match ask_service(context)?.as_str() {
            table::SERVICE => table::add(context, &*self.random),
            _ => bucket::add(context, &*self.random),
        }
    }

    fn update(&self, context: &mut Context<'_>, named: Option<&str>) -> Result<Changes, PluginError> {
        let resource = match named {
            Some(name) => name.to_string(),
            None => ask_resource(context)?,
        };
        match service_of(context.project(), &resource)?.as_str() {
            bucket::SERVICE => bucket::update(context, &*self.random, &resource),
            table::SERVICE => table::update(context, &*self.random, &resource),
            service => Err(StorageError::ForeignService { resource, service: service.into() }.into()),
        }
    }
}

impl Category for Storage {
    fn manifest(&self) -> Manifest {
        let resource = "Name of the resource; without it the command asks";
        Manifest::new(
            "category-storage",
            PluginKind::category(CATEGORY),
            env!("CARGO_PKG_VERSION"),
            "A bucket for the files of an app's users, and tables",
        )
        .service(bucket::SERVICE, BUCKET_LABEL)
        .service(table::SERVICE, TABLE_LABEL)
        .command(
            Command::new("add", "Takes you through steps in the CLI to add a storage resource to your local backend")
                .details(
                    "Asks for a bucket (who may read, write and delete files) or for a table (columns, keys and indexes). \
Nothing is deployed until `amplify push`.",
                ),
        )
        .command(
            Command::new("update", "Takes you through steps in the CLI to update an storage resource")
                .alias("configure")
                .details(
                    "Asks again who may use a bucket, or for columns, indexes and triggers of a table. The keys of a table cannot change.",
                )
                .argument(Argument::positional("resource", resource)),
        )
        .method(ADD_TABLE, "Ask for everything that makes a table: {} gives {resource}")
    }

    fn run(&self, context: &mut Context<'_>, request: &CommandRequest) -> Result<Changes, PluginError> {
        match request.command.as_str() {
            "add" => self.add(context),
            "update" => self.update(context, request.arguments.first().map(String::as_str)),
            command => Err(StorageError::UnknownCommand { command: command.into() }.into()),
        }
    }

    fn call(&self, context: &mut Context<'_>, request: &CallRequest) -> Result<CallReply, PluginError> {
        match request.method.as_str() {
            ADD_TABLE => {
                let (resource, changes) = table::ask(context, &*self.random)?;
                let changes = changes.message(format!("Successfully added resource {resource} locally"));
                Ok(CallReply { value: json!({ "resource": resource }), changes, project: None })
            }
            method => Err(StorageError::UnknownMethod { method: method.into() }.into()),
        }
    }

    fn headless(&self, context: &mut Context<'_>, request: &HeadlessRequest) -> Result<JsonMap, PluginError> {
        headless::answers(context, &request.command, &request.payload)
    }
}

fn ask_service(context: &mut Context<'_>) -> Result<String, PluginError> {
    let choices = vec![Choice::new(bucket::SERVICE, BUCKET_LABEL), Choice::new(table::SERVICE, TABLE_LABEL)];
    service::choose(context, "storage.service", "Please select from one of the below mentioned services:", choices)
}

fn ask_resource(context: &mut Context<'_>) -> Result<String, PluginError> {
    let service = ask_service(context)?;
    let resources: Vec<String> =
        context.project().resources_of_service(CATEGORY, &service).into_iter().map(Into::into).collect();
    match resources.as_slice() {
        [] => Err(StorageError::NothingToUpdate.into()),
        // A project has one bucket at most, so nobody is asked which.
        [only] if service == bucket::SERVICE => Ok(only.clone()),
        _ => {
            let choices = resources.into_iter().map(Choice::same).collect();
            let text = "Specify the resource that you would want to update";
            context.select("storage.resourceName", text, choices, None)
        }
    }
}

fn service_of(project: &ProjectView, resource: &str) -> Result<String, StorageError> {
    let Some(entry) = project.resource(CATEGORY, resource) else {
        let known = project.resources(CATEGORY).into_iter().map(Into::into).collect();
        return Err(StorageError::UnknownResource { resource: resource.into(), known });
    };
    Ok(entry.get("service").and_then(|service| service.as_str()).unwrap_or_default().into())
}
