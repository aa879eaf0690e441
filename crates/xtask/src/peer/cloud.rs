//! Both programs in an emulated AWS account: they make an environment and push the same three resources.
//!
//! A later push is left out: the emulator looks at a nested stack's properties alone, and the original changes none of them when it
//! changes what is in the template.

use std::{path::Path, process::Command};

use amplify_tests::Cloud;
use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{Peers, timing};
use crate::{
    cost::{Cost, middle, once},
    ours, shell,
    tools::Tools,
};

/// What is timed, in order.
const COMMANDS: [&str; 2] = ["init` in an account", "push` of a bucket, a table and a function"];

/// Prints rows for the table of [`timing::head`].
pub fn print(peers: &Peers, runs: usize) -> Result<()> {
    let cloud = Cloud::of(&Tools::ready()?.path("python"));
    let (mut theirs, mut ours) = (Vec::new(), Vec::new());
    for run in 0..runs.max(1) {
        let there = peers.scratch.join(format!("cloud{run}"));
        ours.push(life_of_ours(peers, &cloud, &there.join("ours"), &(400_000_000_000 + run).to_string())?);
        let account = (500_000_000_000 + run).to_string();
        theirs.push(life_of_theirs(peers, &cloud, &there, &account)?);
    }
    for (number, name) in COMMANDS.iter().enumerate() {
        let of = |lives: &[[Cost; 2]]| middle(lives.iter().map(|life| life[number]).collect());
        timing::row(&format!("`amplify {name}"), of(&theirs)?, of(&ours)?);
    }
    Ok(())
}

fn life_of_ours(peers: &Peers, cloud: &Cloud, project: &Path, account: &str) -> Result<[Cost; 2]> {
    let run = |words: &[&str]| {
        let mut command = peers.ours.command(words, project);
        command.envs(cloud.variables(account));
        once(&command)
    };
    ours::app(project)?;
    let init = run(&["init", "--yes", "--provider", "awscloudformation"])?;
    peers.ours.add_samples(project)?;
    Ok([init, run(&["push", "--yes"])?])
}

/// The resources are those that ours added beside, because the original asks for them in a terminal only.
fn life_of_theirs(peers: &Peers, cloud: &Cloud, there: &Path, account: &str) -> Result<[Cost; 2]> {
    let project = there.join("theirs");
    ours::app(&project)?;
    let keys = format!("[default]\naws_access_key_id={account}\naws_secret_access_key=secret\n");
    let home = peers.original.home().join(".aws");
    fs_err::create_dir_all(&home)?;
    fs_err::write(home.join("config"), "[default]\nregion=eu-west-1\n")?;
    fs_err::write(home.join("credentials"), keys)?;
    let run = |words: &[&str]| once(&redirected(peers.original.command(words, &project), cloud));
    let app = json!({ "projectName": format!("peer{account}"), "envName": "dev", "defaultEditor": "code" }).to_string();
    let profile =
        json!({ "configLevel": "project", "useProfile": true, "profileName": "default", "region": "eu-west-1" });
    let profile = json!({ "awscloudformation": profile }).to_string();
    let frontend = json!({ "frontend": "javascript", "framework": "none", "config": {
        "SourceDir": "src", "DistributionDir": "dist", "BuildCommand": "true", "StartCommand": "true",
    } })
    .to_string();
    let init = run(&["init", "--amplify", &app, "--frontend", &frontend, "--providers", &profile, "--yes"])?;
    take_over(&there.join("ours"), &project)?;
    Ok([init, run(&["push", "--yes"])?])
}

pub(super) fn redirected(mut command: Command, cloud: &Cloud) -> Command {
    let script = shell::root().join("tests/peer/redirect.js");
    command
        .env("NODE_OPTIONS", format!("--require {}", script.display()))
        .env("PEER_CLOUD", format!("http://127.0.0.1:{}", cloud.ministack.port))
        .env("PEER_AMPLIFY", cloud.amplify.url());
    command
}

/// Copies the resources of one project into another, as they were when they were added.
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
