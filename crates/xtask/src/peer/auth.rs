//! `cargo xtask peer auth`: answers the questions of the original in a terminal and ours by a file, for the same projects, and
//! compares what both write: parameters, templates, groups with their template, entries, and the functions of triggers.
//!
//! What was found is written to `tests/peer/auth/result.json` with a digest of what ours wrote, so that a test notices when
//! that is out of date. Each difference needs a reason in `reasons.json`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{dialogue, original::Original};
use crate::{ours::Ours, shell};

const DOWN: &str = "\u{1b}[B";

/// The id in names, which is random, as it is in results.
const ID: &str = "01234567";

/// Compares all cases, prints a line for each, and writes the result.
pub fn run(ours: &Ours, original: &Original, scratch: &Path) -> Result<()> {
    let folder = shell::root().join("tests/peer/auth");
    let reasons: Value = serde_json::from_str(&fs_err::read_to_string(folder.join("reasons.json"))?)?;
    let mut result = Map::new();
    let mut unexplained = Vec::new();
    for case in ["default", "social", "manual"] {
        let project = |side: &str| -> Result<PathBuf> {
            let project = scratch.join(case).join(side).join("shop");
            crate::ours::app(&project)?;
            ours.run(&["init", "--yes"], &project)?;
            Ok(project)
        };
        let (theirs, mine) = (project("theirs")?, project("ours")?);
        let answers = folder.join(format!("{case}.json"));
        ours.run(&["add", "auth", "--yes", "--answers", &answers.to_string_lossy()], &mine)?;
        let keys = keys(case);
        let steps: Vec<(&str, &str)> = keys.iter().map(|(question, keys)| (*question, keys.as_str())).collect();
        dialogue::talk(original, &["add", "auth"], &theirs, &steps, "Successfully added")
            .with_context(|| format!("the original, for `{case}`"))?;
        if theirs.join("amplify/backend/auth/userPoolGroups").is_dir() {
            let script = folder.join("groups.js");
            shell::run(Command::new("node").arg(script).arg(original.package()).arg(&theirs))?;
        }
        let (theirs, mine) = (written(&theirs)?, written(&mine)?);
        let mut equal = 0;
        let mut different = BTreeMap::new();
        compare("", &theirs.0, &mine.0, &mut equal, &mut different);
        compare("functions", &theirs.1, &mine.1, &mut equal, &mut different);
        if mine.1 != json!({}) {
            fs_err::write(folder.join(format!("{case}-functions.json")), format!("{:#}\n", mine.1))?;
        }
        let mine = mine.0;
        let mut explained = Map::new();
        for (path, detail) in &different {
            match reason(&reasons, path) {
                Some(reason) => {
                    explained.insert(path.clone(), reason.into());
                }
                None => unexplained.push(format!("{case}: {path}: {detail}")),
            }
        }
        println!("{case}: {equal} values equal, {} differ", different.len());
        let digest = hex::encode(Sha256::digest(mine.to_string()));
        result.insert(case.into(), json!({ "written": digest, "equal": equal, "different": explained }));
    }
    if !unexplained.is_empty() {
        bail!("{} differences have no reason in reasons.json:\n{}", unexplained.len(), unexplained.join("\n"));
    }
    Ok(fs_err::write(folder.join("result.json"), format!("{:#}\n", Value::Object(result)))?)
}

/// The questions of the original and the keys that answer them as the case's answers file does.
fn keys(case: &str) -> Vec<(&'static str, String)> {
    let enter = || "\r".to_owned();
    let down = |times: usize| format!("{}\r", DOWN.repeat(times));
    let typed = |text: &str| format!("{text}\r");
    match case {
        "default" => {
            vec![("default authentication", enter()), ("users to be able to", down(1)), ("advanced settings", enter())]
        }
        "social" => vec![
            ("default authentication", down(1)),
            ("users to be able to", enter()),
            ("advanced settings", enter()),
            ("domain name prefix", typed("shop-pages")),
            ("redirect signin URI:", typed("https://shop.example/")),
            ("another redirect signin", typed("n")),
            ("redirect signout URI:", typed("https://shop.example/")),
            ("another redirect signout", typed("n")),
            ("social providers you", format!(" {DOWN} {DOWN} \r")),
            ("Facebook App ID", typed("facebook-1")),
            ("Facebook App Secret", typed("hush-1")),
            ("Google Web Client ID", typed("google-1")),
            ("Google Web Client Secret", typed("hush-2")),
            ("Amazon App ID", typed("amazon-1")),
            ("Amazon App Secret", typed("hush-3")),
        ],
        _ => vec![
            ("default authentication", down(2)),
            ("services that you want", enter()),
            ("friendly name", typed(&format!("shop{ID}"))),
            ("name for your identity pool", typed("shop_people")),
            ("Allow unauthenticated", "\u{1b}[A\r".to_owned()),
            ("3rd party", enter()),
            ("third party identity providers", " \r".into()),
            ("Facebook App ID", typed("facebook-1")),
            ("name for your user pool:", typed("shop people")),
            ("users to be able to", enter()),
            ("add User Pool Groups", enter()),
            ("name for your user pool group", typed("Admins")),
            ("another User Pool Group", typed("y")),
            ("name for your user pool group", typed("Editors")),
            ("another User Pool Group", enter()),
            ("Sort the user pool groups", enter()),
            ("admin queries API?", down(1)),
            ("user login options", down(2)),
            ("select the MFA types", format!("{DOWN} \r")),
            ("SMS authentication message", enter()),
            ("registration/forgot password", enter()),
            ("verification subject", enter()),
            ("verification message", enter()),
            ("default password policy", typed("y")),
            ("minimum password length", typed("12")),
            ("character requirements", " \r".into()),
            ("required for signing up", enter()),
            ("refresh token expiration", enter()),
            ("read and write", typed("y")),
            ("read attributes", enter()),
            ("write attributes", enter()),
            ("following capabilities", enter()),
            ("OAuth flow", enter()),
            ("domain name prefix", typed("shop-pages")),
            ("redirect signin URI:", typed("https://shop.example/")),
            ("another redirect signin", typed("n")),
            ("redirect signout URI:", typed("https://shop.example/")),
            ("another redirect signout", typed("n")),
            ("OAuth flows enabled", down(1)),
            ("OAuth scopes enabled", enter()),
            ("social providers you", enter()),
            ("Lambda Triggers", enter()),
            // Below "Learn more" and a line: the fifth, the seventh and the last.
            ("Which triggers", format!("{} {} {} \r", DOWN.repeat(5), DOWN.repeat(2), DOWN.repeat(2))),
            ("for Post Confirmation", format!("{DOWN} \r")),
            ("for Pre Sign-up", format!("{DOWN} \r")),
            ("for Pre Token Generation", format!("{} \r", DOWN.repeat(2))),
            ("users will be added", typed("Admins")),
            ("edit your add-to-group", typed("n")),
            ("allowed email domains", typed("shop.example")),
            ("edit your email-filter-whitelist", typed("n")),
            ("edit your custom", typed("n")),
        ],
    }
}

/// What an `add auth` wrote into a project, with names as they would be if the random id were [`ID`]: for auth itself, and the
/// functions of the triggers.
fn written(project: &Path) -> Result<(Value, Value)> {
    let backend = project.join("amplify/backend");
    let config: Value = serde_json::from_str(&fs_err::read_to_string(backend.join("backend-config.json"))?)?;
    let auth = config["auth"].as_object().context("auth in backend-config.json")?;
    let (name, _) = auth.iter().find(|(_, entry)| entry["service"] == "Cognito").context("a resource with a pool")?;
    let folder = backend.join("auth").join(name);
    let read = |path: PathBuf| -> Result<Value> { Ok(serde_json::from_str(&fs_err::read_to_string(path)?)?) };
    let parameters = read(folder.join("parameters.json"))?;
    // In its manual flow the original does not write the id itself.
    let truncated = parameters["resourceNameTruncated"].as_str().unwrap_or_default();
    let id = truncated.len().checked_sub(ID.len()).and_then(|start| truncated.get(start..)).context("an id")?;
    let template = folder.join(format!("{name}-cloudformation-template.yml"));
    let text = fs_err::read_to_string(&template)?;
    let template = amplify_cfn::Template::parse(&text, &template.to_string_lossy())?.document;
    let mut found = json!({ "entries": auth, "parameters": parameters, "template": template });
    let groups = backend.join("auth/userPoolGroups");
    if groups.is_dir() {
        found["groups"] = json!({
            "precedence": read(groups.join("user-pool-group-precedence.json"))?,
            "parameters": read(groups.join("parameters.json"))?,
            "template": read(groups.join("template.json"))?,
        });
    }
    let mut functions = Map::new();
    for function in config["function"].as_object().map(|all| all.keys()).into_iter().flatten() {
        let folder = backend.join("function").join(function);
        let documents = json!({
            "entry": config["function"][function],
            "memory": read(folder.join("function-parameters.json"))?,
            "parameters": read(folder.join("parameters.json"))?,
            "template": read(folder.join(format!("{function}-cloudformation-template.json")))?,
        });
        functions.insert(function.strip_prefix(name.as_str()).unwrap_or(function).to_owned(), documents);
    }
    // The same values in the same order, whoever wrote them.
    let plain = |found: Value| -> Result<Value> {
        let text = found.to_string().replace(id, ID);
        // The first letters of `shop<id>`, which the original gives to a role, end within the id.
        let text = text.replace(&format!("shop{}{ID}_", &id[..2]), &format!("shop{}{ID}_", &ID[..2]));
        Ok(sorted(serde_json::from_str(&text)?))
    };
    Ok((plain(found)?, plain(Value::Object(functions))?))
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let map: BTreeMap<String, Value> = map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            map.into_iter().collect()
        }
        Value::Array(list) => list.into_iter().map(sorted).collect(),
        other => other,
    }
}

/// Walks both, and notes where they differ: a path, and what is there. Lists are compared whole.
fn compare(path: &str, theirs: &Value, ours: &Value, equal: &mut usize, different: &mut BTreeMap<String, String>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    // An intrinsic function is one value.
    let is_whole =
        |map: &Map<String, Value>| map.len() == 1 && map.keys().all(|key| key == "Ref" || key.starts_with("Fn::"));
    match (theirs, ours) {
        (Value::Object(one), Value::Object(other)) if !is_whole(one) && !is_whole(other) => {
            for key in one.keys().chain(other.keys().filter(|key| !one.contains_key(*key))) {
                match (one.get(key), other.get(key)) {
                    (Some(one), Some(other)) => compare(&below(key), one, other, equal, different),
                    (Some(_), None) => drop(different.insert(below(key), "the original has it only".into())),
                    _ => drop(different.insert(below(key), "ours has it only".into())),
                }
            }
        }
        (one, other) if one == other => *equal += 1,
        (one, other) => drop(different.insert(path.into(), format!("{one} is {other} here"))),
    }
}

/// Why something differs: `reasons.json` has it by path, with one `*` for anything. The longest that fits counts.
fn reason<'r>(reasons: &'r Value, path: &str) -> Option<&'r str> {
    let fits = |pattern: &str| match pattern.split_once('*') {
        Some((start, end)) => path.strip_prefix(start).is_some_and(|rest| rest.ends_with(end)),
        None => path == pattern,
    };
    let fitting = reasons.as_object()?.iter().filter(|(pattern, _)| fits(pattern));
    fitting.max_by_key(|(pattern, _)| pattern.len()).and_then(|(_, reason)| reason.as_str())
}
