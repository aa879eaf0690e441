//! An emulated AWS account with an empty project beside it.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use serde_json::Value;

use crate::{AmplifyService, Invocation, Ministack, Output, Sandbox, http::Request, tool};

/// The region of an account, unless a test says another.
const REGION: &str = "eu-west-1";

/// Lists with an independent client what an account holds.
const LIST: &str = r#"
import boto3, json
client = lambda name: boto3.client(name)
print(json.dumps({
    "buckets": [bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]],
    "stacks": [stack["StackName"] for stack in client("cloudformation").describe_stacks()["Stacks"]],
    "roles": [role["RoleName"] for role in client("iam").list_roles()["Roles"]],
    "functions": [function["FunctionName"] for function in client("lambda").list_functions()["Functions"]],
    "tables": client("dynamodb").list_tables()["TableNames"],
    "parameters": [parameter["Name"] for parameter in client("ssm").describe_parameters()["Parameters"]],
    "apps": [app["name"] for app in client("amplify").list_apps()["apps"]],
}))
"#;

/// Lists what is in the buckets of an account.
const OBJECTS: &str = r#"
import boto3, json
s3 = boto3.client("s3")
pages = [s3.list_objects_v2(Bucket=bucket["Name"]) for bucket in s3.list_buckets()["Buckets"]]
print(json.dumps([[entry["Key"], str(entry["LastModified"])] for page in pages for entry in page.get("Contents", [])]))
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
        Some(Self::with(Ministack::start()?))
    }

    /// Starts both, with the Python that has the emulator and the folders where its functions find packages.
    pub fn of(python: &Path, libraries: &[PathBuf]) -> Arc<Self> {
        Self::with(Ministack::of(python, libraries))
    }

    fn with(ministack: Ministack) -> Arc<Self> {
        Arc::new(Self { ministack, amplify: AmplifyService::start() })
    }

    /// The environment variables that lead to an account in it.
    pub fn variables(&self, account: &str) -> [(&'static str, String); 6] {
        [
            ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.ministack.port)),
            ("AWS_ENDPOINT_URL_AMPLIFY", self.amplify.url()),
            ("AWS_ACCESS_KEY_ID", account.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "secret".into()),
            ("AWS_REGION", REGION.into()),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
        ]
    }

    /// What an account holds, as an independent client lists it, run by the Python that has it.
    ///
    /// # Panics
    /// If the client fails.
    pub fn list(&self, python: &Path, account: &str) -> Value {
        printed(Command::new(python).args(["-c", LIST]), &self.variables(account), REGION)
    }
}

/// What a program of the independent client prints.
fn printed(program: &mut Command, variables: &[(&'static str, String)], region: &str) -> Value {
    program.env_clear().envs(variables.iter().map(|(key, value)| (key, value))).env("AWS_DEFAULT_REGION", region);
    let output = program.output().expect("python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("it prints JSON")
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
    /// The region that its variables name.
    pub region: &'static str,
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
        Self { cloud: cloud.clone(), sandbox, number: number.to_owned(), through: None, region: REGION }
    }

    /// The environment variables that lead there.
    pub fn variables(&self) -> [(&'static str, String); 6] {
        self.cloud.variables(&self.number).map(|(name, value)| match &self.through {
            Some(through) if name.contains("ENDPOINT") => (name, through.clone()),
            _ if name == "AWS_REGION" => (name, self.region.into()),
            _ => (name, value),
        })
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
        self.cloud.list(&tool("python").expect("where the emulator is, its Python is"), &self.number)
    }

    /// The keys of everything in the account's buckets, with the time it was written.
    ///
    /// # Panics
    /// If the client fails.
    pub fn objects(&self) -> Value {
        self.python(OBJECTS, &[])
    }

    /// What a program of the independent client, given these arguments, prints in JSON.
    ///
    /// # Panics
    /// If the program fails.
    pub fn python(&self, program: &str, arguments: &[&str]) -> Value {
        let python = tool("python").expect("where the emulator is, its Python is");
        printed(Command::new(python).args(["-c", program]).args(arguments), &self.variables(), self.region)
    }

    /// Names of the account's buckets.
    pub fn buckets(&self) -> Vec<String> {
        elements(&self.ask("s3", "GET", "/", ""), "Name")
    }

    /// Whether a bucket holds an object.
    pub fn holds(&self, bucket: &str, key: &str) -> bool {
        self.ask("s3", "HEAD", &format!("/{bucket}/{key}"), "").starts_with("HTTP/1.1 200")
    }

    /// Names of the stacks that exist.
    pub fn stacks(&self) -> Vec<String> {
        let reply = self.ask("cloudformation", "POST", "/", "Action=DescribeStacks&Version=2010-05-15");
        elements(&reply, "StackName")
    }

    /// A function as Lambda describes it.
    ///
    /// # Panics
    /// If the answer is no JSON.
    pub fn function(&self, name: &str) -> Value {
        let reply = self.ask("lambda", "GET", &format!("/2015-03-31/functions/{name}"), "");
        let body = reply.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {reply}"))
    }

    /// Asks the emulator past the program, without a library. It reads the account from the signature and checks no more.
    fn ask(&self, service: &str, method: &str, target: &str, body: &str) -> String {
        let scope = format!("{}/20260101/eu-west-1/{service}/aws4_request", self.number);
        let headers = [
            ("host", "localhost".to_owned()),
            ("authorization", format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0")),
            ("content-type", "application/x-www-form-urlencoded".to_owned()),
            ("content-length", body.len().to_string()),
        ];
        let request = Request {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value)).to_vec(),
            body: body.into(),
        };
        let reply = request.forward(self.cloud.ministack.port).expect("the emulator answers");
        String::from_utf8_lossy(&reply).into_owned()
    }
}

/// The texts of an XML document's elements of a name.
fn elements(document: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let parts = document.split(&open).skip(1);
    parts.filter_map(|part| part.split_once(&close).map(|(text, _)| text.to_owned())).collect()
}
