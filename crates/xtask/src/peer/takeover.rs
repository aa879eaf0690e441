//! A project that the original deployed is taken over: ours finds nothing to do in it, updates each of its resources in place, and
//! the original finds nothing to do after that.
//!
//! The project is a real one of the corpus, which has no record of its deployment. The original deploys it into an emulated account
//! as it is, so that the record, the root stack and what lies in the bucket are the original's own.

use std::{path::Path, process::Command};

use amplify_tests::Cloud;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::{Peers, cloud::redirected, rows};
use crate::{client, ours::corpus_project, shell, tools::Tools};

const PROJECT: &str = "ecommerce-rest-triggers";
const ACCOUNT: &str = "600000000000";

/// Its functions. The corpus has their templates only; what they do is of no account here.
const FUNCTIONS: [&str; 2] = ["ecommercefunction20f", "ecommerceapp20f30d45d4aPostConfirmation"];

/// A command line that changes one resource, and its answers.
const CHANGES: [(&[&str], &str); 5] = [
    (
        &["update", "api"],
        r#"{"api": {"operation": "add", "paths": [{"name": "/further", "lambdaSource": "existing",
            "function": "ecommercefunction20f", "restrict": false}]}}"#,
    ),
    (
        &["update", "function", "ecommercefunction20f"],
        r#"{"function": {"access": {"storage": {"producttable20f": ["read"]}},
            "schedule": {"interval": "hourly", "rate": "2"}}}"#,
    ),
    (
        &["update", "function", "ecommerceapp20f30d45d4aPostConfirmation"],
        r#"{"function": {"environment": [{"name": "LEVEL", "value": "1"}]}}"#,
    ),
    (
        &["update", "storage", "producttable20f"],
        r#"{"storage": {"columns": [{"name": "kind", "type": "string"}],
            "indexes": [{"name": "byKind", "partitionKey": "kind", "sortKey": false}], "trigger": false}}"#,
    ),
    (&["update", "auth"], r#"{"auth": {"updateFlow": "groups", "groups": [{"name": "Testers"}]}}"#),
];

/// What tells that a resource is still the same: outputs that name it. The emulator makes an API anew where AWS changes it in
/// place, so its id is not among them.
const SAME: [(&str, &str, &str); 5] = [
    ("auth", "ecommerceapp20f30d45d4a", "UserPoolId"),
    ("auth", "ecommerceapp20f30d45d4a", "IdentityPoolId"),
    ("storage", "producttable20f", "Arn"),
    ("function", FUNCTIONS[0], "Arn"),
    ("function", FUNCTIONS[1], "Arn"),
];

/// Has the original deploy the project, and ours change it.
pub fn run(peers: &Peers) -> Result<()> {
    let Some(project) = corpus_project(PROJECT, &peers.scratch)? else { return Ok(()) };
    let libraries = [client::functions()?.join("node_modules"), client::ready()?];
    let cloud = Cloud::of(&Tools::ready()?.path("python"), &libraries);
    deployed_by_original(peers, &cloud, &project)?;
    let ours = |words: &[&str]| {
        let mut command = peers.ours.command(words, &project);
        command.envs(cloud.variables(ACCOUNT));
        shell::output(&mut command).with_context(|| format!("amplify {}", words.join(" ")))
    };
    let plan = |when: &str| -> Result<Value> {
        let plan: Value = serde_json::from_str(&ours(&["plan", "--json"])?)?;
        eprintln!("   {when}: {}", plan["summary"]);
        Ok(plan)
    };
    let before = names(&project)?;
    if plan("as the original deployed it")?["summary"] != json!({"create": 0, "update": 0, "replace": 0, "delete": 0}) {
        bail!("our plan of what the original deployed is not empty");
    }
    for (words, answers) in CHANGES {
        fs_err::write(project.join("answers.json"), answers)?;
        ours(&[words, &["--yes", "--answers", "answers.json"]].concat())?;
        let plan = plan(&words.join(" "))?;
        if plan["summary"]["replace"] != 0 {
            bail!("`{}` replaces something: {plan:#}", words.join(" "));
        }
        ours(&["push", "--yes"])?;
        if names(&project)? != before {
            bail!("after `{}` a resource is another: {:#?}, before {before:#?}", words.join(" "), names(&project)?);
        }
    }
    if plan("after all")?["summary"] != json!({"create": 0, "update": 0, "replace": 0, "delete": 0}) {
        bail!("a push leaves something to do");
    }
    nothing_to_do(peers, &cloud, &project)?;
    // It takes the whole backend from our record, which holds a file more than its own would.
    shell::run(&mut by_original(peers, &cloud, &["env", "pull", "--restore", "--yes"], &project))?;
    let values = project.join("amplify/#current-cloud-backend/awscloudformation/environment-values.json");
    if !values.is_file() {
        bail!("the record that it fetched is not ours");
    }
    nothing_to_do(peers, &cloud, &project)?;
    if plan("as the original pulled it")?["summary"] != json!({"create": 0, "update": 0, "replace": 0, "delete": 0}) {
        bail!("what the original pulled is something else than what we pushed");
    }
    Ok(())
}

/// Checks that the original finds nothing to do.
fn nothing_to_do(peers: &Peers, cloud: &Cloud, project: &Path) -> Result<()> {
    let theirs = by_original(peers, cloud, &["status"], project);
    let theirs = rows::of_original(&super::original::without_escapes(&shell::output(&mut { theirs })?));
    match theirs.iter().find(|row| row.operation != "No Change") {
        None if theirs.len() > CHANGES.len() => Ok(()),
        _ => bail!("the original shows\n{}", rows::shown(&theirs)),
    }
}

/// The names of what is deployed, as the project notes them.
fn names(project: &Path) -> Result<Vec<Value>> {
    let meta = super::resources::json_file(&project.join("amplify/backend/amplify-meta.json"))?;
    let name = |(category, resource, output): (&str, &str, &str)| {
        let name = &meta[category][resource]["output"][output];
        if name.is_string() { Ok(name.clone()) } else { bail!("{category}/{resource} has no output {output}") }
    };
    SAME.into_iter().map(name).collect()
}

fn by_original(peers: &Peers, cloud: &Cloud, words: &[&str], project: &Path) -> Command {
    let urls = (format!("http://127.0.0.1:{}", cloud.ministack.port), cloud.amplify.url());
    redirected(peers.original.command(words, project), &urls.0, &urls.1)
}

fn deployed_by_original(peers: &Peers, cloud: &Cloud, project: &Path) -> Result<()> {
    for function in FUNCTIONS {
        let source = project.join("amplify/backend/function").join(function).join("src");
        fs_err::create_dir_all(&source)?;
        fs_err::write(source.join("index.js"), "exports.handler = async (event) => event;\n")?;
        let package = json!({ "name": function.to_lowercase(), "version": "1.0.0" });
        fs_err::write(source.join("package.json"), package.to_string())?;
    }
    let keys = format!("[default]\naws_access_key_id={ACCOUNT}\naws_secret_access_key=secret\n");
    // Both find the profile that the project names.
    for home in [peers.original.home(), &peers.ours.home] {
        let folder = home.join(".aws");
        fs_err::create_dir_all(&folder)?;
        fs_err::write(folder.join("config"), "[default]\nregion=eu-west-1\n")?;
        fs_err::write(folder.join("credentials"), &keys)?;
    }
    let app = json!({ "projectName": "ecommerceapp20f", "envName": "here", "defaultEditor": "code" }).to_string();
    let profile =
        json!({ "configLevel": "project", "useProfile": true, "profileName": "default", "region": "eu-west-1" });
    let profile = json!({ "awscloudformation": profile }).to_string();
    // In a project that has resources, this deploys them too.
    let words = ["init", "--amplify", &app, "--providers", &profile, "--yes"];
    shell::run(&mut by_original(peers, cloud, &words, project))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_has_answers_that_are_json() {
        for (words, answers) in CHANGES {
            assert!(
                serde_json::from_str::<Value>(answers).is_ok_and(|answers| answers[words[1]].is_object()),
                "{words:?}"
            );
        }
    }
}
