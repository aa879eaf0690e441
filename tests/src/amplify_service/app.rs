//! The apps of one account in one region.

use std::{
    collections::BTreeMap,
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};

use super::{Refusal, bad, missing};

/// The apps of one account in one region.
pub struct Apps {
    account: String,
    region: String,
    made: usize,
    apps: BTreeMap<String, App>,
}

/// An app and what belongs to it.
pub struct App {
    pub document: Value,
    pub backends: BTreeMap<String, Value>,
    pub branches: BTreeMap<String, Value>,
    /// Status by branch and job.
    jobs: BTreeMap<(String, String), &'static str>,
}

/// What a request may set of an app.
const SETTINGS: [&str; 8] = [
    "name",
    "description",
    "repository",
    "platform",
    "environmentVariables",
    "enableBranchAutoBuild",
    "enableBasicAuth",
    "customRules",
];

impl Apps {
    pub fn of(account: &str, region: &str) -> Self {
        Self { account: account.to_owned(), region: region.to_owned(), made: 0, apps: BTreeMap::new() }
    }

    pub fn create(&mut self, body: &Value) -> Result<Value, Refusal> {
        let name = required(body, "name")?;
        self.made += 1;
        let id = format!("d{:013x}", (self.made as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) & 0xf_ffff_ffff_ffff);
        let mut document = json!({
            "appId": id, "appArn": self.arn(&id), "name": name, "createTime": now(), "updateTime": now(),
            "defaultDomain": format!("{id}.amplifyapp.com"),
            "tags": body.get("tags").cloned().unwrap_or_else(|| json!({})),
            "description": "", "repository": "", "platform": "WEB", "environmentVariables": {},
            "enableBranchAutoBuild": false, "enableBasicAuth": false, "customRules": [],
        });
        set(&mut document, body);
        let reply = json!({ "app": document });
        let empty = App { document, backends: BTreeMap::new(), branches: BTreeMap::new(), jobs: BTreeMap::new() };
        self.apps.insert(id, empty);
        Ok(reply)
    }

    pub fn update(&mut self, id: &str, body: &Value) -> Result<Value, Refusal> {
        let document = &mut self.get(id)?.document;
        set(document, body);
        document["updateTime"] = now();
        Ok(json!({ "app": document }))
    }

    pub fn list(&self) -> Vec<Value> {
        self.apps.values().map(|app| app.document.clone()).collect()
    }

    pub fn get(&mut self, id: &str) -> Result<&mut App, Refusal> {
        self.apps.get_mut(id).ok_or_else(|| missing("app", id))
    }

    /// The app goes with everything in it.
    pub fn delete(&mut self, id: &str) -> Result<Value, Refusal> {
        self.apps.remove(id).map(|app| json!({ "app": app.document })).ok_or_else(|| missing("app", id))
    }

    pub fn tagged(&mut self, arn: &str) -> Result<&mut App, Refusal> {
        let id = arn.rsplit('/').next().unwrap_or_default();
        self.get(id)
    }

    pub fn tag(&mut self, arn: &str, body: &Value) -> Result<Value, Refusal> {
        let app = self.tagged(arn)?;
        for (key, value) in body["tags"].as_object().into_iter().flatten() {
            app.document["tags"][key] = value.clone();
        }
        Ok(json!({}))
    }

    pub fn add_backend(&mut self, id: &str, body: &Value) -> Result<Value, Refusal> {
        let arn = self.arn(id);
        let app = self.get(id)?;
        let name = required(body, "environmentName")?;
        if app.backends.contains_key(&name) {
            return Err(bad(&format!("the backend environment `{name}` exists already")));
        }
        let mut document = json!({
            "backendEnvironmentArn": format!("{arn}/backendenvironments/{name}"), "environmentName": name,
            "createTime": now(), "updateTime": now(),
        });
        for key in ["stackName", "deploymentArtifacts"] {
            if let Some(value) = body.get(key) {
                document[key] = value.clone();
            }
        }
        app.backends.insert(name, document.clone());
        Ok(json!({ "backendEnvironment": document }))
    }

    pub fn add_branch(&mut self, id: &str, body: &Value) -> Result<Value, Refusal> {
        let arn = self.arn(id);
        let app = self.get(id)?;
        let name = required(body, "branchName")?;
        if app.branches.contains_key(&name) {
            return Err(bad(&format!("the branch `{name}` exists already")));
        }
        let display: String =
            name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
        let document = json!({
            "branchArn": format!("{arn}/branches/{name}"), "branchName": name, "displayName": display,
            "description": "", "stage": "NONE", "enableNotification": false, "createTime": now(), "updateTime": now(),
            "environmentVariables": {}, "enableAutoBuild": false, "customDomains": [], "framework": "", "activeJobId": "",
            "totalNumberOfJobs": "0", "enableBasicAuth": false, "ttl": "5", "enablePullRequestPreview": false,
            "backendEnvironmentArn": body.get("backendEnvironmentArn").cloned().unwrap_or(Value::Null),
        });
        app.branches.insert(name, document.clone());
        Ok(json!({ "branch": document }))
    }

    pub fn begin_deployment(&mut self, id: &str, branch: &str, host: &str) -> Result<Value, Refusal> {
        let app = self.with_branch(id, branch)?;
        let job = (app.jobs.len() + 1).to_string();
        app.jobs.insert((branch.to_owned(), job.clone()), "PENDING");
        let segment = branch.replace('/', "%2F");
        let upload = format!("http://{host}/archives/{id}/{segment}/{job}");
        Ok(json!({ "jobId": job, "fileUploadUrls": {}, "zipUploadUrl": upload }))
    }

    pub fn start_deployment(&mut self, id: &str, branch: &str, job: &str, sent: bool) -> Result<Value, Refusal> {
        let app = self.with_branch(id, branch)?;
        let status = app.jobs.get_mut(&(branch.to_owned(), job.to_owned())).ok_or_else(|| missing("job", job))?;
        *status = if sent { "SUCCEED" } else { "FAILED" };
        Ok(json!({ "jobSummary": summary(job, "RUNNING") }))
    }

    pub fn job(&mut self, id: &str, branch: &str, job: &str) -> Result<Value, Refusal> {
        let app = self.with_branch(id, branch)?;
        let status = app.jobs.get(&(branch.to_owned(), job.to_owned())).ok_or_else(|| missing("job", job))?;
        Ok(json!({ "job": { "summary": summary(job, status), "steps": [] } }))
    }

    fn with_branch(&mut self, id: &str, branch: &str) -> Result<&mut App, Refusal> {
        let app = self.get(id)?;
        if app.branches.contains_key(branch) { Ok(app) } else { Err(missing("branch", branch)) }
    }

    fn arn(&self, id: &str) -> String {
        format!("arn:aws:amplify:{}:{}:apps/{id}", self.region, self.account)
    }
}

fn set(document: &mut Value, body: &Value) {
    for (key, value) in SETTINGS.iter().filter_map(|key| Some((*key, body.get(*key)?))) {
        document[key] = value.clone();
    }
}

fn summary(job: &str, status: &str) -> Value {
    json!({
        "jobArn": "", "jobId": job, "commitId": "", "commitMessage": "", "commitTime": now(), "startTime": now(),
        "status": status, "jobType": "MANUAL",
    })
}

fn required(body: &Value, key: &str) -> Result<String, Refusal> {
    match body[key].as_str() {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(bad(&format!("`{key}` is missing"))),
    }
}

/// Seconds since 1970, as the service writes times.
fn now() -> Value {
    json!(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs()))
}
