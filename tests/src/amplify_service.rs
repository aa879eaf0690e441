//! A stand-in for the Amplify service: apps, their backend environments, branches and deployments, and tags.
//!
//! It keeps what it is told for as long as it runs, apart for each account and region that a request is signed for.

mod app;

use std::{
    collections::BTreeMap,
    io::Write,
    net::TcpStream,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};

use crate::http::{Request, Server, decoded, reply};
use app::Apps;

/// A running stand-in; gone when dropped.
pub struct AmplifyService {
    server: Server,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// By account and region.
    places: BTreeMap<(String, String), Apps>,
    /// Archives by the path they were put to.
    archives: BTreeMap<String, Vec<u8>>,
    calls: Vec<String>,
}

/// A refusal: status, code, message.
pub(crate) struct Refusal(u16, &'static str, String);

impl AmplifyService {
    /// Starts it at a free port.
    pub fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        let server = Server::start(move |stream| serve(stream, &shared));
        Self { server, state }
    }

    /// The port, on loopback.
    pub fn port(&self) -> u16 {
        self.server.port
    }

    /// What `AWS_ENDPOINT_URL_AMPLIFY` is to hold.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Every request so far: method and path.
    ///
    /// # Panics
    /// If a request made the stand-in panic.
    pub fn calls(&self) -> Vec<String> {
        self.state.lock().expect("it never panics").calls.clone()
    }
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) {
    let Some(request) = Request::read(&mut stream) else { return };
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let mut state = state.lock().expect("it never panics");
    state.calls.push(format!("{} {path}", request.method));
    let bytes = if path.starts_with("/archives/") && request.method == "PUT" {
        state.archives.insert(decoded(path), request.body.clone());
        reply(200, &[], b"")
    } else {
        let kind = ("content-type", "application/json");
        match state.answer(&request, path, query) {
            Ok(document) => reply(200, &[kind], document.to_string().as_bytes()),
            Err(Refusal(status, code, message)) => {
                let body = json!({ "message": message }).to_string();
                reply(status, &[kind, ("x-amzn-errortype", code)], body.as_bytes())
            }
        }
    };
    let _ = stream.write_all(&bytes);
}

impl State {
    fn answer(&mut self, request: &Request, path: &str, query: &str) -> Result<Value, Refusal> {
        let Some(scope) = request.scope() else {
            return Err(Refusal(403, "UnauthorizedException", "the request is not signed".into()));
        };
        let body: Value = match request.body.as_slice() {
            [] => json!({}),
            bytes => serde_json::from_slice(bytes).map_err(|error| bad(&error.to_string()))?,
        };
        let place = (scope.key.to_owned(), scope.region.to_owned());
        let apps = self.places.entry(place.clone()).or_insert_with(|| Apps::of(&place.0, &place.1));
        let words: Vec<String> = path.split('/').filter(|word| !word.is_empty()).map(decoded).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let host = request.header("host").unwrap_or_default();
        match (request.method.as_str(), words.as_slice()) {
            ("POST", ["apps"]) => apps.create(&body),
            ("GET", ["apps"]) => Ok(page(apps.list(), "apps", query)),
            ("GET", ["apps", id]) => Ok(json!({ "app": apps.get(id)?.document })),
            ("POST", ["apps", id]) => apps.update(id, &body),
            ("DELETE", ["apps", id]) => apps.delete(id),
            ("GET", ["tags", arn]) => Ok(json!({ "tags": apps.tagged(arn)?.document["tags"] })),
            ("POST", ["tags", arn]) => apps.tag(arn, &body),
            ("POST", ["apps", id, "backendenvironments"]) => apps.add_backend(id, &body),
            ("GET", ["apps", id, "backendenvironments"]) => {
                Ok(page(apps.get(id)?.backends.values().cloned().collect(), "backendEnvironments", query))
            }
            (method, ["apps", id, "backendenvironments", name]) => {
                let backends = &mut apps.get(id)?.backends;
                let found = if method == "DELETE" { backends.remove(*name) } else { backends.get(*name).cloned() };
                let found = found.ok_or_else(|| missing("backend environment", name))?;
                Ok(json!({ "backendEnvironment": found }))
            }
            ("POST", ["apps", id, "branches"]) => apps.add_branch(id, &body),
            ("GET", ["apps", id, "branches"]) => {
                Ok(page(apps.get(id)?.branches.values().cloned().collect(), "branches", query))
            }
            ("POST", ["apps", id, "branches", branch, "deployments"]) => apps.begin_deployment(id, branch, host),
            ("POST", ["apps", id, "branches", branch, "deployments", "start"]) => {
                let job = body["jobId"].as_str().unwrap_or_default();
                let archive = format!("/archives/{id}/{branch}/{job}");
                let sent = self.archives.contains_key(&archive) || body["sourceUrl"].is_string();
                apps.start_deployment(id, branch, job, sent)
            }
            ("GET", ["apps", id, "branches", branch, "jobs", job]) => apps.job(id, branch, job),
            (method, ["apps", id, "branches", name]) => {
                let branches = &mut apps.get(id)?.branches;
                let found = if method == "DELETE" { branches.remove(*name) } else { branches.get(*name).cloned() };
                Ok(json!({ "branch": found.ok_or_else(|| missing("branch", name))? }))
            }
            (method, _) => Err(Refusal(404, "NotFoundException", format!("no such operation: {method} {path}"))),
        }
    }
}

/// One page of a list; the token is the place of its first item.
fn page(items: Vec<Value>, key: &str, query: &str) -> Value {
    let parameter = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).and_then(|(_, value)| decoded(value).parse::<usize>().ok())
    };
    let (from, most) = (parameter("nextToken").unwrap_or(0), parameter("maxResults").unwrap_or(50).clamp(1, 100));
    let rest = items.len().saturating_sub(from);
    let mut document = json!({ key: items.into_iter().skip(from).take(most).collect::<Vec<_>>() });
    if rest > most {
        document["nextToken"] = json!((from + most).to_string());
    }
    document
}

fn bad(message: &str) -> Refusal {
    Refusal(400, "BadRequestException", message.to_owned())
}

fn missing(what: &str, name: &str) -> Refusal {
    Refusal(404, "NotFoundException", format!("the {what} `{name}` was not found"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// What an independent client does with it.
    const LIFE: &str = r#"
import boto3, urllib.request
amplify = boto3.client("amplify")
assert amplify.list_apps()["apps"] == []
app = amplify.create_app(name="shop", tags={"team": "web"})["app"]
assert app["defaultDomain"] == app["appId"] + ".amplifyapp.com", app
amplify.create_app(name="other")
pages = [len(page["apps"]) for page in amplify.get_paginator("list_apps").paginate(PaginationConfig={"PageSize": 1})]
assert pages == [1, 1], pages
app_id = app["appId"]
assert amplify.get_app(appId=app_id)["app"]["name"] == "shop"
assert amplify.list_tags_for_resource(resourceArn=app["appArn"])["tags"] == {"team": "web"}
made = amplify.create_backend_environment(appId=app_id, environmentName="dev", stackName="s", deploymentArtifacts="b")
assert made["backendEnvironment"]["stackName"] == "s", made
try:
    amplify.create_backend_environment(appId=app_id, environmentName="dev")
    raise SystemExit("a second environment of the same name")
except amplify.exceptions.BadRequestException:
    pass
names = [found["environmentName"] for found in amplify.list_backend_environments(appId=app_id)["backendEnvironments"]]
assert names == ["dev"], names
amplify.create_branch(appId=app_id, branchName="feature/a")
assert amplify.get_branch(appId=app_id, branchName="feature/a")["branch"]["branchName"] == "feature/a"
deployment = amplify.create_deployment(appId=app_id, branchName="feature/a")
urllib.request.urlopen(urllib.request.Request(deployment["zipUploadUrl"], b"zip", method="PUT"))
job = deployment["jobId"]
amplify.start_deployment(appId=app_id, branchName="feature/a", jobId=job)
assert amplify.get_job(appId=app_id, branchName="feature/a", jobId=job)["job"]["summary"]["status"] == "SUCCEED"
amplify.delete_backend_environment(appId=app_id, environmentName="dev")
amplify.delete_app(appId=app_id)
for missing in [lambda: amplify.get_app(appId=app_id), lambda: amplify.list_backend_environments(appId=app_id)]:
    try:
        missing()
        raise SystemExit("it is still there")
    except amplify.exceptions.NotFoundException:
        pass
assert [app["name"] for app in amplify.list_apps()["apps"]] == ["other"]
assert boto3.client("amplify", region_name="us-east-1").list_apps()["apps"] == []
"#;

    #[test]
    fn an_independent_client_understands_it() {
        let Some(python) = crate::tool("python") else { return };
        let service = AmplifyService::start();
        let output = Command::new(python)
            .args(["-c", LIFE])
            .env("AWS_ENDPOINT_URL_AMPLIFY", service.url())
            .env("AWS_ACCESS_KEY_ID", "111122223333")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_DEFAULT_REGION", "eu-west-1")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(service.calls().contains(&"POST /apps".to_owned()));
    }
}
