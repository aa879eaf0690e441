//! REST APIs of API Gateway, from the description in the deployed template: `http://address/<api>/<stage>/<path>`.

mod admission;
mod event;
mod reply;
mod route;
mod signature;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use amplify_local_identity::Service;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use s3s::Body;
use serde_json::{Map, Value};
use time::OffsetDateTime;

use self::{
    admission::{Shown, Wanted},
    event::Facts,
    reply::Own,
    route::{Route, decode},
};
use super::runner::{self, Runner};
use crate::{
    identity::Identity,
    state::{ResourceState, State},
};

/// The longest body that the gateway takes.
const LONGEST_BODY: usize = 10 * 1024 * 1024;
/// How long the gateway waits for a function.
const PATIENCE: Duration = Duration::from_secs(29);

/// All APIs of an environment.
#[derive(Clone)]
pub(super) struct Gateway {
    runner: Runner,
    /// Knows who has signed in.
    people: Arc<Service>,
    count: Arc<AtomicU64>,
}

/// The APIs that are deployed: id, stages and name of each.
pub(super) fn apis(state: &State) -> Vec<(String, Vec<String>, String)> {
    let of = |resource: &&ResourceState| resource.resource_type == "AWS::ApiGateway::RestApi";
    runner::resources(state)
        .into_iter()
        .filter(of)
        .map(|api| {
            let name = api.properties["Name"].as_str().unwrap_or(&api.physical_id).to_owned();
            (api.physical_id.clone(), stages(state, &api.physical_id), name)
        })
        .collect()
}

/// The stages of an API, named by its deployments or on their own.
fn stages(state: &State, api: &str) -> Vec<String> {
    let mut stages: Vec<String> = runner::resources(state)
        .into_iter()
        .filter(|each| matches!(each.resource_type.as_str(), "AWS::ApiGateway::Deployment" | "AWS::ApiGateway::Stage"))
        .filter(|each| each.properties["RestApiId"] == api)
        .filter_map(|each| each.properties["StageName"].as_str().map(str::to_owned))
        .collect();
    stages.sort();
    stages.dedup();
    stages
}

impl Gateway {
    pub(super) fn new(runner: Runner, people: Arc<Service>) -> Self {
        Self { runner, people, count: Arc::default() }
    }

    pub(super) async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let request_id = Identity::of("request", &now.as_nanos().to_string(), 0).uuid(&number.to_string());
        let (line, begin) = (format!("{} {}", request.method(), request.uri().path()), Instant::now());
        let now = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        let mut response = self.handle(request, &request_id, now).await;
        if let Ok(id) = HeaderValue::from_str(&request_id) {
            response.headers_mut().insert("x-amzn-requestid", id);
        }
        self.runner.report(format!("{line} {} ({} ms)", response.status().as_u16(), begin.elapsed().as_millis()));
        response
    }
    async fn handle(&self, request: Request<Incoming>, request_id: &str, now: u64) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let none = Value::Null;
        let Some(state) = self.runner.state() else { return Own::Forbidden.response(&none) };
        let full = parts.uri.path().to_owned();
        let mut steps = full.trim_start_matches('/').splitn(3, '/');
        let (api, stage) = (steps.next().unwrap_or_default(), decode(steps.next().unwrap_or_default(), false));
        let path = format!("/{}", steps.next().unwrap_or_default());
        let found = runner::resources(&state)
            .into_iter()
            .find(|each| each.resource_type == "AWS::ApiGateway::RestApi" && each.physical_id == api);
        let Some(found) = found.filter(|_| stages(&state, api).contains(&stage)) else {
            return Own::Forbidden.response(&none);
        };
        let description = &found.properties["Body"];
        let nothing = Map::new();
        let paths = description["paths"].as_object().unwrap_or(&nothing);
        let Some(route) = route::find(paths, &path) else { return Own::MissingToken.response(description) };
        let Some(method) = method(&route, &parts.method) else { return Own::MissingToken.response(description) };
        let integration = &method["x-amazon-apigateway-integration"];
        if integration["type"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("mock")) {
            return mock(integration);
        }
        // Before anybody is let in, because a signature covers it.
        let body: Bytes = match Limited::new(body, LONGEST_BODY).collect().await {
            Ok(body) => body.to_bytes(),
            Err(_) => return Own::TooLong.response(description),
        };
        let request = Arc::new(Request::from_parts(parts, body));
        let shown = Shown::of(request.headers(), request.uri().query());
        let access_key = shown.signature.as_ref().map(|signature| signature.key.clone());
        let wanted = Wanted::of(description, method);
        // The key of a pool may have to be found, and a long body to be hashed, which takes a while.
        let admitted = tokio::task::spawn_blocking({
            let (request, people, region) = (request.clone(), self.people.clone(), state.region.clone());
            let now = OffsetDateTime::UNIX_EPOCH + Duration::from_secs(now / 1000);
            move || shown.admit(&wanted, &people, |signature, secret| signature.verify(&request, secret, &region, now))
        });
        let admitted = match admitted.await.unwrap_or(Err(Own::Failed)) {
            Ok(admitted) => admitted,
            Err(own) => return own.response(description),
        };
        let binary = binary_types(&found.properties);
        let facts = Facts {
            api,
            stage: &stage,
            account_id: &state.account_id,
            method: request.method(),
            path: &path,
            query: request.uri().query(),
            headers: request.headers(),
            body: request.body(),
            binary: &binary,
            access_key: access_key.as_deref(),
            admitted: &admitted,
            request_id,
            now,
        };
        let event = event::event(&facts, &route);
        self.call(&state, integration, event).await.unwrap_or_else(|own| own.response(description))
    }

    async fn call(&self, state: &State, integration: &Value, event: Value) -> Result<Response<Body>, Own> {
        let uri = integration["uri"].as_str().unwrap_or_default();
        let arn = uri.split_once("/functions/").map_or(uri, |(_, rest)| rest.trim_end_matches("/invocations"));
        let patience = integration["timeoutInMillis"].as_u64().map_or(PATIENCE, Duration::from_millis).min(PATIENCE);
        let failed = |reason: String| {
            self.runner.report(format!("  {arn}: {reason}"));
            Own::Failed
        };
        let target = runner::target(state, arn).map_err(|refusal| failed(refusal.reason()))?;
        let invocation = match tokio::time::timeout(patience, self.runner.run(target, event)).await {
            Err(_) => return Err(Own::TimedOut),
            Ok(run) => run.map_err(|refusal| failed(refusal.reason()))?,
        };
        let result = invocation.outcome.map_err(|_| Own::Failed)?;
        reply::from_function(&result).ok_or_else(|| {
            failed("it returned no response: an object with a number as `statusCode`, and a text as `body`".into())
        })
    }
}

/// What the description says of a method.
fn method<'d>(route: &Route<'d>, method: &Method) -> Option<&'d Value> {
    let exact = &route.methods[method.as_str().to_ascii_lowercase()];
    let any = &route.methods["x-amazon-apigateway-any-method"];
    [exact, any].into_iter().find(|found| found.is_object())
}

/// An answer that the description holds itself, as for what browsers ask first.
fn mock(integration: &Value) -> Response<Body> {
    let answer = &integration["responses"]["default"];
    let status = answer["statusCode"].as_str().and_then(|text| text.parse().ok()).unwrap_or(StatusCode::OK);
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in reply::literals(&answer["responseParameters"], "method.response.header.") {
        response.headers_mut().insert(name, value);
    }
    response
}

/// The types of content that an API takes as they are.
fn binary_types(properties: &Value) -> Vec<String> {
    let body = &properties["Body"]["x-amazon-apigateway-binary-media-types"];
    let own = properties["BinaryMediaTypes"].as_array().into_iter().flatten();
    let all = own.chain(body.as_array().into_iter().flatten());
    all.filter_map(Value::as_str).map(|text| text.replace("~1", "/")).collect()
}
