//! Serves an environment until the user has had enough.

use std::{thread, time::Duration};

use amplify_local_cloud::{LocalCloud, Serve, Service};
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
    let endpoints = services.endpoints();
    for (name, variable, address) in
        [("S3", "AWS_ENDPOINT_URL_S3", endpoints.s3), ("DynamoDB", "AWS_ENDPOINT_URL_DYNAMODB", endpoints.dynamodb)]
    {
        if let Some(address) = address {
            say(context, format!("{name} is served at http://{address}"));
            say(context, format!("  {variable}=http://{address}"));
        }
    }
    if let Some(address) = endpoints.api_gateway {
        for api in cloud.apis(address).map_err(|error| convert(&error))? {
            say(context, format!("{} is served at {}", api.name, api.url));
        }
    }
    for (rule, says) in cloud.schedules().map_err(|error| convert(&error))? {
        say(context, format!("{rule} starts its functions by {says}, in UTC"));
    }
    say(context, "Any credentials are accepted. Press Ctrl-C to stop.".into());
    while !context.cancelled() {
        for line in services.reports() {
            say(context, line);
        }
        thread::sleep(Duration::from_millis(50));
    }
    services.stop();
    Ok(())
}

fn say(context: &mut Context<'_>, text: String) {
    context.progress(&Progress::Message { text });
}

fn service(name: &str) -> Result<Service, PluginError> {
    match name {
        "s3" => Ok(Service::S3),
        "dynamodb" => Ok(Service::DynamoDb),
        "api gateway" => Ok(Service::ApiGateway),
        _ => Err(PluginError::usage("unknown-service", format!("`{name}` is not served here"))
            .hint("the services are `s3`, `dynamodb` and `api gateway`")),
    }
}
