//! An emulated AWS account with an empty project beside it.

use std::{process::Command, sync::Arc};

use serde_json::Value;

use crate::{AmplifyService, Invocation, Ministack, Output, Sandbox, tool};

/// Lists with an independent client what an account holds.
const LIST: &str = r#"
import boto3, json
client = lambda name: boto3.client(name)
print(json.dumps({
    "buckets": [bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]],
    "stacks": [stack["StackName"] for stack in client("cloudformation").describe_stacks()["Stacks"]],
    "roles": [role["RoleName"] for role in client("iam").list_roles()["Roles"]],
    "functions": [function["FunctionName"] for function in client("lambda").list_functions()["Functions"]],
    "parameters": [parameter["Name"] for parameter in client("ssm").describe_parameters()["Parameters"]],
    "apps": [app["name"] for app in client("amplify").list_apps()["apps"]],
}))
"#;

/// The emulator, and the service that it lacks.
pub struct Cloud {
    /// Everything but the Amplify service.
    pub ministack: Ministack,
    /// The Amplify service.
    pub amplify: AmplifyService,
}

impl Cloud {
    /// Starts both; `None` (and a line saying so) where the emulator is not installed.
    pub fn start() -> Option<Arc<Self>> {
        Some(Arc::new(Self { ministack: Ministack::start()?, amplify: AmplifyService::start() }))
    }
}

/// An account in an emulated cloud, and a project folder of its own.
pub struct Account {
    /// The cloud, which accounts can share.
    pub cloud: Arc<Cloud>,
    /// The project's folder, with a `package.json`.
    pub sandbox: Sandbox,
    /// Its twelve digits.
    pub number: String,
    /// Where every service is called instead, such as a proxy's address.
    pub through: Option<String>,
}

impl Account {
    /// An account in a cloud of its own; `None` where there is no emulator.
    pub fn new() -> Option<Self> {
        Some(Self::of(&Cloud::start()?, "111122223333"))
    }

    /// An account in a cloud that others may share.
    pub fn of(cloud: &Arc<Cloud>, number: &str) -> Self {
        let sandbox = Sandbox::new();
        sandbox.write("package.json", "{\"name\": \"app\", \"dependencies\": {}}\n");
        Self { cloud: cloud.clone(), sandbox, number: number.to_owned(), through: None }
    }

    /// The environment variables that lead there.
    pub fn variables(&self) -> [(&'static str, String); 6] {
        let cloud = || format!("http://127.0.0.1:{}", self.cloud.ministack.port);
        let through = |otherwise: String| self.through.clone().unwrap_or(otherwise);
        [
            ("AWS_ENDPOINT_URL", through(cloud())),
            ("AWS_ENDPOINT_URL_AMPLIFY", through(self.cloud.amplify.url())),
            ("AWS_ACCESS_KEY_ID", self.number.clone()),
            ("AWS_SECRET_ACCESS_KEY", "secret".into()),
            ("AWS_REGION", "eu-west-1".into()),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
        ]
    }

    /// The program, to be run in the project's root with the account's keys.
    pub fn command<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Invocation {
        let invocation = self.sandbox.command(arguments);
        self.variables().into_iter().fold(invocation, |invocation, (name, value)| invocation.env(name, value))
    }

    /// The same, run.
    pub fn amplify<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Output {
        self.command(arguments).run()
    }

    /// What the account holds, as an independent client lists it.
    ///
    /// # Panics
    /// If the client fails.
    pub fn list(&self) -> Value {
        let output = Command::new(tool("python").expect("where the emulator is, its Python is"))
            .args(["-c", LIST])
            .env_clear()
            .envs(self.variables())
            .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.cloud.ministack.port))
            .env("AWS_ENDPOINT_URL_AMPLIFY", self.cloud.amplify.url())
            .env("AWS_DEFAULT_REGION", "eu-west-1")
            .output()
            .expect("python starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("it prints JSON")
    }
}
