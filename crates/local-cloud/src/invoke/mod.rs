//! Runs a function once, in a process of its own runtime.

mod process;
mod runtime;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

pub use runtime::Runtime;
use serde_json::{Map, Value, json};

use crate::{Error, LocalCloud, identity::Identity, serve::Endpoints};

/// The key that functions on this machine are given. It belongs to whoever runs the services.
pub(crate) const FUNCTIONS_KEY: &str = "local";
/// The secret of that key.
pub(crate) const FUNCTIONS_SECRET: &str = "local";

/// What to run.
#[derive(Clone, Debug, Default)]
pub struct Invoke {
    /// The function's name, as it is deployed.
    pub function: String,
    /// The folder with its code.
    pub code_dir: PathBuf,
    /// Its properties as in the template, evaluated: `Runtime`, `Handler`, `Timeout`, `MemorySize`, `Environment`.
    pub properties: Value,
    /// The event passed to the handler.
    pub event: Value,
    /// Stop it after this; its own timeout if `None`.
    pub time_limit: Option<Duration>,
    /// Services that its AWS clients are to use.
    pub endpoints: Endpoints,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Invocation {
    /// What the handler returned, or how it failed.
    pub outcome: Result<Value, Failure>,
    /// What it wrote to its standard output and error, in order.
    pub log: String,
    /// How long the handler ran.
    pub duration: Duration,
}

/// How a handler failed, as Lambda reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Such as `TypeError`, `Runtime.ImportModuleError` or `Sandbox.Timedout`.
    pub error_type: String,
    /// The message.
    pub message: String,
    /// The stack, a line each.
    pub trace: Vec<String>,
}

impl Failure {
    /// The document that Lambda returns for a failed function.
    pub fn document(&self) -> Value {
        json!({ "errorType": self.error_type, "errorMessage": self.message, "trace": self.trace })
    }

    /// Lambda's runtimes bring the AWS SDK. Where this machine lacks it, says how to have it.
    fn explain(&mut self) {
        if self.error_type != "Runtime.ImportModuleError" {
            return;
        }
        let lacks = |words: &[&str]| words.iter().any(|word| self.message.contains(&format!("'{word}")));
        let how = if lacks(&["@aws-sdk/", "aws-sdk'"]) {
            "`npm install` in the function's `src` and push again, or set NODE_PATH"
        } else if lacks(&["boto3", "botocore"]) {
            "`python3 -m pip install boto3`"
        } else {
            return;
        };
        self.message = format!("{}\nLambda's runtime brings this; to have it on this machine, {how}", self.message);
    }
}

impl LocalCloud {
    /// Runs a function and waits for it. Whatever it started is ended with it.
    ///
    /// # Errors
    /// The function cannot be started at all, or the caller asked to stop. A function that fails is no error.
    pub fn invoke(&self, invoke: &Invoke, cancelled: &mut dyn FnMut() -> bool) -> Result<Invocation, Error> {
        let name = text(&invoke.properties, "Runtime").unwrap_or_default();
        let runtime = Runtime::parse(name)?;
        if !invoke.code_dir.is_dir() {
            return Err(Error::MissingCode { function: invoke.function.clone(), path: invoke.code_dir.clone() });
        }
        let state = self.state().ok().flatten();
        let region = state.map_or_else(|| self.region.clone(), |state| state.region);
        let limit = invoke.time_limit.unwrap_or_else(|| {
            Duration::from_secs(number(&invoke.properties, "Timeout").filter(|seconds| *seconds > 0).unwrap_or(3))
        });
        let work = tempfile::Builder::new().prefix("amplify-function-").tempdir()?;
        let job = process::Job {
            function: &invoke.function,
            runtime,
            runtime_name: name,
            code_dir: &invoke.code_dir,
            work: work.path(),
            limit,
            variables: variables(invoke, name, &region),
            request: request(invoke, &region, &self.account_id, work.path(), limit),
        };
        let mut invocation = process::run(&job, cancelled)?;
        if let Err(failure) = &mut invocation.outcome {
            failure.explain();
        }
        Ok(invocation)
    }
}

/// What the bootstrap script is told.
fn request(invoke: &Invoke, region: &str, account_id: &str, work: &Path, limit: Duration) -> Value {
    let function = &invoke.function;
    let identity = Identity::of(function, &format!("{work:?}"), 0);
    json!({
        "codeDir": invoke.code_dir,
        "handler": text(&invoke.properties, "Handler").unwrap_or("index.handler"),
        "event": invoke.event,
        "result": work.join("result.json"),
        "limit": u64::try_from(limit.as_millis()).unwrap_or(u64::MAX),
        "s3": invoke.endpoints.s3.map(|address| format!("http://{address}")),
        "dynamodb": invoke.endpoints.dynamodb.map(|address| format!("http://{address}")),
        "cognito": invoke.endpoints.cognito.map(|address| format!("http://{address}")),
        "context": {
            "functionName": function,
            "functionVersion": "$LATEST",
            "invokedFunctionArn": format!("arn:aws:lambda:{region}:{account_id}:function:{function}"),
            "memoryLimitInMB": number(&invoke.properties, "MemorySize").unwrap_or(128).to_string(),
            "awsRequestId": identity.uuid("request"),
            "logGroupName": format!("/aws/lambda/{function}"),
            "logStreamName": format!("local/[$LATEST]{}", identity.hex("stream", 32)),
        },
    })
}

/// The function's environment variables: its own, and those that Lambda sets.
fn variables(invoke: &Invoke, runtime: &str, region: &str) -> Vec<(String, String)> {
    let code_dir = invoke.code_dir.to_string_lossy().into_owned();
    let memory = number(&invoke.properties, "MemorySize").unwrap_or(128).to_string();
    let mut variables: Vec<(String, String)> = [
        ("AWS_REGION", region),
        ("AWS_DEFAULT_REGION", region),
        ("AWS_ACCESS_KEY_ID", FUNCTIONS_KEY),
        ("AWS_SECRET_ACCESS_KEY", FUNCTIONS_SECRET),
        ("AWS_EXECUTION_ENV", &format!("AWS_Lambda_{runtime}")),
        ("AWS_LAMBDA_FUNCTION_NAME", &invoke.function),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
        ("AWS_LAMBDA_LOG_GROUP_NAME", &format!("/aws/lambda/{}", invoke.function)),
        ("LAMBDA_TASK_ROOT", &code_dir),
        ("_HANDLER", text(&invoke.properties, "Handler").unwrap_or("index.handler")),
        ("TZ", ":UTC"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    let Endpoints { s3, dynamodb, cognito, .. } = invoke.endpoints;
    for (name, address) in [
        ("AWS_ENDPOINT_URL_S3", s3),
        ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb),
        ("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", cognito),
        ("AWS_ENDPOINT_URL_COGNITO_IDENTITY", cognito),
    ] {
        if let Some(address) = address {
            variables.push((name.into(), format!("http://{address}")));
        }
    }
    let own = invoke.properties.get("Environment").and_then(|environment| environment.get("Variables"));
    let none = Map::new();
    for (name, value) in own.and_then(Value::as_object).unwrap_or(&none) {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        variables.push((name.clone(), value));
    }
    variables
}

fn text<'v>(properties: &'v Value, key: &str) -> Option<&'v str> {
    properties.get(key).and_then(Value::as_str)
}

/// A number, which parameters may have made a text of.
fn number(properties: &Value, key: &str) -> Option<u64> {
    let value = properties.get(key)?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}
