//! Runs a function once, with the environment's buckets and tables within its reach.

use std::time::Duration;

use amplify_local_cloud::{Endpoints, Invoke, LocalCloud, Serve, Service, Services};
use amplify_sdk::{
    prelude::*,
    provider::{InvokeReply, InvokeRequest},
};
use serde_json::Value;

use crate::error::convert;

pub(crate) fn run(context: &mut Context<'_>, request: InvokeRequest) -> Result<InvokeReply, PluginError> {
    let cloud = LocalCloud::open(request.data_dir.as_ref());
    let (endpoints, services) = services(&cloud)?;
    let name = request.properties.get("FunctionName").and_then(Value::as_str).unwrap_or(&request.resource);
    let invoke = Invoke {
        function: name.to_owned(),
        code_dir: request.code_dir.into(),
        event: request.event,
        time_limit: (request.timeout_ms > 0).then(|| Duration::from_millis(request.timeout_ms)),
        endpoints,
        properties: request.properties,
    };
    let invocation = cloud.invoke(&invoke, &mut || context.cancelled()).map_err(|error| convert(&error))?;
    drop(services);
    let (result, error) = match invocation.outcome {
        Ok(result) => (result, None),
        Err(failure) => (Value::Null, Some(failure.document())),
    };
    Ok(InvokeReply {
        result,
        error,
        log: invocation.log,
        duration_ms: u64::try_from(invocation.duration.as_millis()).unwrap_or(u64::MAX),
    })
}

/// The services that are running, or ones of our own for as long as the function runs. None before the first deployment.
fn services(cloud: &LocalCloud) -> Result<(Endpoints, Option<Services>), PluginError> {
    if let Some(endpoints) = cloud.served() {
        return Ok((endpoints, None));
    }
    if cloud.state().map_err(|error| convert(&error))?.is_none_or(|state| state.stack.is_none()) {
        return Ok((Endpoints::default(), None));
    }
    // What the function writes starts no other: that is for servers that last.
    let services = vec![Service::S3, Service::DynamoDb];
    let options = Serve { services, holder: "a function's run".into(), ..Serve::default() };
    let services = cloud.serve(&options).map_err(|error| convert(&error))?;
    Ok((services.endpoints(), Some(services)))
}
