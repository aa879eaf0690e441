//! The commands that are spoilt, what goes before them, and how one sees that they did their work.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use amplify_tests::{Account, Cloud, FaultProxy, Invocation, Output};
use serde_json::{Value, json};

/// A command that is spoilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scene {
    /// Makes an environment.
    Init,
    /// Deploys a bucket into a new environment.
    Create,
    /// Deploys a changed function.
    Update,
    /// Deletes an environment with a bucket in it.
    Delete,
}

impl Scene {
    /// What the report calls it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::Create => "push that creates",
            Self::Update => "push that updates",
            Self::Delete => "delete",
        }
    }
}

/// An account in which the scene's command can be given.
pub struct Stage<'s> {
    scene: Scene,
    cloud: &'s Arc<Cloud>,
    pub proxy: &'s FaultProxy,
    account: Account,
    /// How often the function was changed.
    changes: usize,
}

/// Accounts are numbered through, so that none is used twice.
static ACCOUNTS: AtomicUsize = AtomicUsize::new(0);

const TEMPLATE: &str = "amplify/backend/function/hello/hello-cloudformation-template.json";

impl<'s> Stage<'s> {
    pub fn new(scene: Scene, cloud: &'s Arc<Cloud>, proxy: &'s FaultProxy) -> Self {
        Self { scene, cloud, proxy, account: fresh(cloud), changes: 0 }
    }

    /// Goes as far as the command.
    pub fn set(&mut self) {
        if self.scene != Scene::Update {
            self.account = fresh(self.cloud);
            if self.scene != Scene::Init {
                self.init();
                self.account.sandbox.add_bucket("photos");
            }
            if self.scene == Scene::Delete {
                let _ = self.account.amplify(["push", "--yes"]).success();
            }
            return;
        }
        if self.changes == 0 {
            self.init();
            let add = ["function", "add", "--yes", "--answer", "function.resourceName=hello"];
            let _ = self.account.amplify(add).success();
            let _ = self.account.amplify(["push", "--yes"]).success();
        }
        self.changes += 1;
        let mut template = self.account.sandbox.read_json(TEMPLATE);
        template["Resources"]["LambdaFunction"]["Properties"]["Environment"]["Variables"]["STEP"] =
            json!(self.changes.to_string());
        self.account.sandbox.write(TEMPLATE, serde_json::to_vec_pretty(&template).unwrap());
        let source = format!("exports.handler = async () => {};\n", self.changes);
        self.account.sandbox.write("amplify/backend/function/hello/src/index.js", source);
    }

    fn init(&self) {
        let name = self.project();
        let _ =
            self.account.amplify(["init", "--yes", "--provider", "awscloudformation", "--amplify", &name]).success();
    }

    /// A project name of its own, because bucket names are everybody's and several environments are made in one second.
    fn project(&self) -> String {
        json!({ "projectName": format!("app{}", self.account.number) }).to_string()
    }

    /// The command, by way of the proxy.
    pub fn command(&self) -> Invocation {
        let name = self.project();
        let invocation = self.account.command(match self.scene {
            Scene::Init => vec!["init", "--yes", "--provider", "awscloudformation", "--amplify", &name],
            Scene::Create | Scene::Update => vec!["push", "--yes"],
            Scene::Delete => vec!["delete", "--yes", "--force"],
        });
        invocation.env("AWS_ENDPOINT_URL", self.proxy.url()).env("AWS_ENDPOINT_URL_AMPLIFY", self.proxy.url())
    }

    /// What the user wrote, with its bytes.
    pub fn sources(&self) -> Vec<(String, Vec<u8>)> {
        let own = |path: &str| {
            // What `init` itself makes is no source.
            !path.starts_with("amplify/")
                || self.scene != Scene::Init
                    && path.starts_with("amplify/backend/")
                    && !path.contains("amplify-meta.json")
                    && !path.contains("/dist/")
                    && !path.contains("/awscloudformation/")
        };
        let tree = self.account.sandbox.tree();
        tree.into_iter().filter(|(path, _)| own(path) && !path.contains("aws-exports")).collect()
    }

    /// Whether there is a project.
    pub fn is_made(&self) -> bool {
        self.account.sandbox.exists("amplify/.config/project-config.json")
    }

    /// Looks at the project and at the cloud: the command did its work, and nothing else is there.
    ///
    /// A lease that could not be given back runs out, and the folder that holds it takes it back at once.
    pub fn check(&self, output: &Output, released: bool) {
        let (account, sandbox) = (&self.account, &self.account.sandbox);
        let buckets = account.buckets();
        if self.scene == Scene::Delete {
            assert!(buckets.iter().all(|bucket| said_to_remain(output, bucket)), "{buckets:?}\n{output}");
            assert_eq!(account.stacks(), Vec::<String>::new(), "{output}");
            assert!(!sandbox.exists("amplify"), "{output}");
            return;
        }
        let team = sandbox.read_json("amplify/team-provider-info.json");
        let state = &team["dev"]["awscloudformation"];
        let deployment = state["DeploymentBucketName"].as_str().unwrap_or_else(|| panic!("{team}\n{output}"));
        assert!(buckets.iter().any(|bucket| bucket == deployment), "{buckets:?}\n{output}");
        let roots: Vec<String> = account.stacks().into_iter().filter(|name| name.matches('-').count() == 3).collect();
        assert_eq!(roots, [state["StackName"].as_str().unwrap()], "one environment, one root stack\n{output}");
        let lease = account.holds(deployment, "amplify-lease.json");
        assert!(!lease || !released, "the lease was given back\n{output}");
        if self.scene == Scene::Init {
            assert_eq!(buckets.len(), 1, "{buckets:?}\n{output}");
            return;
        }
        let meta = sandbox.read_json("amplify/backend/amplify-meta.json");
        if self.scene == Scene::Create {
            let name = meta["storage"]["photos"]["output"]["BucketName"].as_str();
            assert!(name.is_some_and(|name| buckets.iter().any(|bucket| bucket == name)), "{meta}\n{output}");
        } else {
            let deployed = account.function("hello-dev");
            let step = &deployed["Configuration"]["Environment"]["Variables"]["STEP"];
            assert_eq!(step, &json!(self.changes.to_string()), "{deployed}\n{output}");
            let arn: &Value = &meta["function"]["hello"]["output"]["Arn"];
            assert_eq!(arn, &deployed["Configuration"]["FunctionArn"], "{output}");
        }
        let _ = account.amplify(["plan", "--detailed-exitcode"]).success();
    }
}

/// A bucket that could not be deleted is named, with the reason.
fn said_to_remain(output: &Output, bucket: &str) -> bool {
    output.stderr.contains(&format!("still there: the bucket `{bucket}`: "))
}

fn fresh(cloud: &Arc<Cloud>) -> Account {
    let number = 100_000_000_000 + ACCOUNTS.fetch_add(1, Ordering::SeqCst);
    Account::of(cloud, &number.to_string())
}
