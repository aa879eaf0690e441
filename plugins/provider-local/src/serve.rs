//! Serves an environment until the user has had enough.

use std::{collections::BTreeMap, thread, time::Duration};

use amplify_local_cloud::{Endpoints, LocalCloud, Medium, Message, Notice, Serve, Service};
use amplify_sdk::{message::Progress, prelude::*, provider::ServeRequest};

use crate::error::{convert, not_deployed};

pub(crate) fn run(context: &mut Context<'_>, request: &ServeRequest) -> Result<(), PluginError> {
    let cloud = LocalCloud::open(request.data_dir.as_ref());
    if cloud.state().map_err(|error| convert(&error))?.is_none_or(|state| state.stack.is_none()) {
        return Err(not_deployed());
    }
    let options = Serve {
        services: request.services.iter().map(|name| service(name)).collect::<Result<_, _>>()?,
        port: request.port,
        holder: "`amplify mock`".into(),
        lasting: true,
        triggers: true,
    };
    let services = cloud.serve(&options).map_err(|error| convert(&error))?;
    let mut endpoints = services.endpoints();
    if !cloud.has_users().map_err(|error| convert(&error))? {
        // Nobody is told of what there is nobody for.
        endpoints.cognito = None;
    }
    announce(context, endpoints);
    context.progress(&Progress::Serving { endpoints: by_name(endpoints) });
    if let Some(address) = endpoints.api_gateway {
        for api in cloud.apis(address).map_err(|error| convert(&error))? {
            say(context, format!("{} is served at {}", api.name, api.url));
        }
    }
    for (rule, says) in cloud.schedules().map_err(|error| convert(&error))? {
        say(context, format!("{rule} starts its functions by {says}, in UTC"));
    }
    let stores = [("S3", endpoints.s3), ("DynamoDB", endpoints.dynamodb)];
    let stores: Vec<&str> = stores.into_iter().filter_map(|(name, address)| address.and(Some(name))).collect();
    match stores.as_slice() {
        [] => {}
        [one] => say(context, format!("{one} takes any credentials.")),
        all => say(context, format!("{} take any credentials.", all.join(" and "))),
    }
    say(context, "Press Ctrl-C to stop.".into());
    while !context.cancelled() {
        while let Some(notice) = services.notice() {
            tell(context, notice);
        }
        thread::sleep(Duration::from_millis(50));
    }
    services.stop();
    Ok(())
}

/// The addresses by the names that `mock` takes.
fn by_name(endpoints: Endpoints) -> BTreeMap<String, String> {
    let Endpoints { s3, dynamodb, api_gateway, cognito } = endpoints;
    let all = [("s3", s3), ("dynamodb", dynamodb), ("api gateway", api_gateway), ("cognito", cognito)];
    all.into_iter().filter_map(|(name, address)| Some((name.to_owned(), format!("http://{}", address?)))).collect()
}

fn announce(context: &mut Context<'_>, endpoints: Endpoints) {
    let Endpoints { s3, dynamodb, cognito, .. } = endpoints;
    let cognito_variables = ["AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", "AWS_ENDPOINT_URL_COGNITO_IDENTITY"];
    for (name, address, variables) in [
        ("S3", s3, &["AWS_ENDPOINT_URL_S3"][..]),
        ("DynamoDB", dynamodb, &["AWS_ENDPOINT_URL_DYNAMODB"]),
        ("Cognito", cognito, &cognito_variables),
    ] {
        let Some(address) = address else { continue };
        say(context, format!("{name} is served at http://{address}"));
        for variable in variables {
            say(context, format!("  {variable}=http://{address}"));
        }
    }
    if let Some(address) = cognito {
        // Keys of the client libraries: those up to version 5 read the first, version 6 the others.
        let at = format!("http://{address}");
        say(context, format!("  Auth.endpoint={at}"));
        say(context, format!("  Auth.Cognito.userPoolEndpoint={at} Auth.Cognito.identityPoolEndpoint={at}"));
    }
}

/// Shows what would be sent to somebody else, and what functions have written.
fn tell(context: &mut Context<'_>, notice: Notice) {
    match notice {
        Notice::Message(message) => say(context, letter(&message)),
        Notice::Report(line) => say(context, line),
        Notice::Log { function, text } => {
            for line in text.lines() {
                say(context, format!("  {function} | {line}"));
            }
        }
        _ => {}
    }
}

fn letter(message: &Message) -> String {
    let Message { user, destination, medium, reason, code, subject, text, .. } = message;
    let what = if *medium == Medium::Sms { "text message" } else { "mail" };
    let subject = if subject.is_empty() { String::new() } else { format!(", `{subject}`") };
    format!("Cognito would send a {what} to {destination} ({reason} of {user}, code {code}){subject}: {text}")
}

fn say(context: &mut Context<'_>, text: String) {
    context.progress(&Progress::Message { text });
}

fn service(name: &str) -> Result<Service, PluginError> {
    match name {
        "s3" => Ok(Service::S3),
        "dynamodb" => Ok(Service::DynamoDb),
        "api gateway" => Ok(Service::ApiGateway),
        // Groups of users are a resource of their own in a project, and are served with the pool.
        "cognito" | "cognito-userpool-groups" => Ok(Service::Cognito),
        _ => Err(PluginError::usage("unknown-service", format!("`{name}` is not served here"))
            .hint("the services are `s3`, `dynamodb`, `api gateway` and `cognito`")),
    }
}
