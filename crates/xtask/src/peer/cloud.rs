//! Both programs in an emulated AWS account: they make an environment, push the same resources, push again and delete it.
//!
//! A push of a change is left out: the emulator looks at a nested stack's properties alone, and the original changes none of them
//! when it changes what is in the template.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use amplify_tests::{Cloud, Fault, FaultProxy};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::{Peers, original::VERSION};
use crate::{
    client,
    cost::{Cost, megabytes, middle, once, shown},
    ours, shell,
    tools::Tools,
};

/// Where the table goes.
const PAGE: &str = "docs/benchmarks.md";

/// What is timed, in order: what it is called, our words, and theirs where `init` does not need more.
const COMMANDS: [(&str, &[&str], &[&str]); 4] = [
    ("`amplify init`", &["init", "--yes", "--provider", "awscloudformation"], &[]),
    ("`amplify push` of users, a bucket, a table and a function", &["push", "--yes"], &["push", "--yes"]),
    ("`amplify push` without changes", &["push", "--yes"], &["push", "--yes"]),
    ("`amplify delete`", &["delete", "--yes", "--force"], &["delete", "--force"]),
];

/// Before this command both projects are given the resources, and after it both accounts are compared.
const PUSH: usize = 1;

/// The two programs, as the figures are kept.
const OURS: usize = 0;
const THEIRS: usize = 1;

/// What both cost, command by command.
type Costs = [[Vec<Cost>; 2]; COMMANDS.len()];

/// Measures both so often, writes the table into the page and prints it.
pub fn write(peers: &Peers, runs: usize) -> Result<()> {
    let python = Tools::ready()?.path("python");
    // The original deploys a function that answers CloudFormation, which needs what Lambda's runtimes bring.
    let cloud = Cloud::of(&python, &[client::functions()?.join("node_modules")]);
    let mut costs = Costs::default();
    for run in 0..runs.max(1) {
        let life = Life {
            peers,
            cloud: &cloud,
            python: &python,
            urls: [format!("http://127.0.0.1:{}", cloud.ministack.port), cloud.amplify.url()],
            folder: peers.scratch.join(format!("cloud{run}")),
            accounts: [400_000_000_000 + run, 500_000_000_000 + run].map(|number| number.to_string()),
        };
        life.live(|number, side, command| {
            costs[number][side].push(once(command)?);
            Ok(())
        })?;
    }
    // Calls are counted apart, because the proxy that counts them takes time.
    let proxy = FaultProxy::start(&cloud);
    let life = Life {
        peers,
        cloud: &cloud,
        python: &python,
        urls: [proxy.url(), proxy.url()],
        folder: peers.scratch.join("counted"),
        accounts: ["600000000000", "700000000000"].map(str::to_owned),
    };
    let mut calls = [[0; 2]; COMMANDS.len()];
    life.live(|number, side, command| {
        proxy.arm(usize::MAX, Fault::Cut);
        once(command)?;
        calls[number][side] = proxy.disarm().len();
        Ok(())
    })?;
    let table = table(costs, calls, runs.max(1))?;
    println!("{table}");
    shell::write_between(PAGE, "xtask peer, cloud", &table)
}

fn table(costs: Costs, calls: [[usize; 2]; COMMANDS.len()], runs: usize) -> Result<String> {
    let mut text = format!(
        "Medians of {runs} runs, the release build, against an emulator of AWS on the same machine; after the push both \
         accounts hold the same. Calls were counted in a run of their own.\n\n\
         | command | original {VERSION} | its processor time | memory | API calls | ours | our processor time | memory | API calls |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
    );
    for (((name, ..), costs), calls) in COMMANDS.iter().zip(costs).zip(calls) {
        let [ours, theirs] = costs.map(middle);
        let columns = |cost: Cost, calls: usize| {
            let (time, processor) = (shown(cost.time), shown(cost.processor));
            format!(" {time} | {processor} | {:.0} MB | {calls} |", megabytes(cost.memory))
        };
        text.push_str(&format!("| {name} |{}{}\n", columns(theirs?, calls[THEIRS]), columns(ours?, calls[OURS])));
    }
    Ok(text)
}

/// The original's command, led to an emulated account and a stand-in of the Amplify service. Its SDK reads no variable that
/// leads elsewhere, so a script turns its requests round.
pub(super) fn redirected(mut command: Command, cloud: &str, amplify: &str) -> Command {
    let script = shell::root().join("tests/peer/redirect.js");
    command.env("NODE_OPTIONS", format!("--require {}", script.display()));
    command.env("PEER_CLOUD", cloud).env("PEER_AMPLIFY", amplify);
    command
}

/// A project of each program, in an account of its own.
struct Life<'l> {
    peers: &'l Peers,
    cloud: &'l Cloud,
    python: &'l Path,
    /// Where the cloud is called, and where its Amplify service.
    urls: [String; 2],
    folder: PathBuf,
    accounts: [String; 2],
}

impl Life<'_> {
    /// Has each command run by both, one after the other: `measured` runs it.
    fn live(&self, mut measured: impl FnMut(usize, usize, &Command) -> Result<()>) -> Result<()> {
        ours::app(&self.project(OURS))?;
        ours::app(&self.project(THEIRS))?;
        for (number, (name, our_words, their_words)) in COMMANDS.iter().enumerate() {
            if number == PUSH {
                self.peers.ours.add_samples(&self.project(OURS))?;
                take_over(&self.project(OURS), &self.project(THEIRS))?;
            }
            eprintln!("   {name}: ours");
            measured(number, OURS, &self.ours(our_words))?;
            eprintln!("   {name}: the original");
            let theirs = if number == 0 { self.init_of_theirs()? } else { self.theirs(their_words) };
            measured(number, THEIRS, &theirs)?;
            if number == PUSH {
                self.same_in_both_accounts()?;
            }
        }
        Ok(())
    }

    fn project(&self, side: usize) -> PathBuf {
        self.folder.join(["ours", "theirs"][side])
    }

    fn ours(&self, words: &[&str]) -> Command {
        let mut command = self.peers.ours.command(words, &self.project(OURS));
        let [cloud, amplify] = &self.urls;
        command.envs(self.cloud.variables(&self.accounts[OURS]));
        command.env("AWS_ENDPOINT_URL", cloud).env("AWS_ENDPOINT_URL_AMPLIFY", amplify);
        command
    }

    fn theirs(&self, words: &[&str]) -> Command {
        let [cloud, amplify] = &self.urls;
        redirected(self.peers.original.command(words, &self.project(THEIRS)), cloud, amplify)
    }

    /// Its `init` wants a profile and every answer as JSON.
    fn init_of_theirs(&self) -> Result<Command> {
        let account = &self.accounts[THEIRS];
        let home = self.peers.original.home().join(".aws");
        fs_err::create_dir_all(&home)?;
        fs_err::write(home.join("config"), "[default]\nregion=eu-west-1\n")?;
        let keys = format!("[default]\naws_access_key_id={account}\naws_secret_access_key=secret\n");
        fs_err::write(home.join("credentials"), keys)?;
        let app = json!({ "projectName": format!("peer{account}"), "envName": "dev", "defaultEditor": "code" });
        let profile = json!({ "awscloudformation": {
            "configLevel": "project", "useProfile": true, "profileName": "default", "region": "eu-west-1",
        } });
        let frontend = json!({ "frontend": "javascript", "framework": "none", "config": {
            "SourceDir": "src", "DistributionDir": "dist", "BuildCommand": "true", "StartCommand": "true",
        } });
        let [app, profile, frontend] = [app, profile, frontend].map(|answers| answers.to_string());
        Ok(self.theirs(&["init", "--amplify", &app, "--frontend", &frontend, "--providers", &profile, "--yes"]))
    }

    /// Fails unless what users see of both pushes is the same: tables, functions and the number of buckets. The original has a
    /// function of its own beside them, which writes the roles' policies.
    fn same_in_both_accounts(&self) -> Result<()> {
        let [ours, theirs] = [OURS, THEIRS].map(|side| self.cloud.list(self.python, &self.accounts[side]));
        let seen = |account: &Value| {
            let count = |key: &str| account[key].as_array().map_or(0, Vec::len);
            let functions = account["functions"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let functions: Vec<_> =
                functions.filter(|name| !name.contains("-UpdateRolesWithI")).map(str::to_owned).collect();
            (account["tables"].clone(), functions, count("buckets"))
        };
        if seen(&ours) != seen(&theirs) || seen(&ours).1.is_empty() {
            bail!("ours made {ours:#}\nand the original {theirs:#}");
        }
        Ok(())
    }
}

/// Copies the resources of one project into another, as they were when they were added, because the original asks for them in
/// a terminal only.
fn take_over(from: &Path, to: &Path) -> Result<()> {
    let (from, to) = (from.join("amplify/backend"), to.join("amplify/backend"));
    let read = |path: &Path| -> Result<Value> { Ok(serde_json::from_slice(&fs_err::read(path)?)?) };
    let config = read(&from.join("backend-config.json"))?;
    let mut meta = read(&to.join("amplify-meta.json"))?;
    for (category, resources) in config.as_object().context("a configuration is an object")? {
        ours::copy(&from.join(category), &to.join(category))?;
        meta[category] = resources.clone();
    }
    fs_err::write(to.join("backend-config.json"), serde_json::to_vec_pretty(&config)?)?;
    Ok(fs_err::write(to.join("amplify-meta.json"), serde_json::to_vec_pretty(&meta)?)?)
}
