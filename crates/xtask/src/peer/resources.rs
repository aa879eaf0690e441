//! The templates and parameters that both programs write for the same answers about functions and storage.
//!
//! Every value is compared. What differs must be on the list below, with its reason; a reason that nothing needs is an error
//! too. What was found is kept in `tests/peer/resources/result.json`. REST APIs are compared in a project of the original, by `rest.rs`.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use super::{Peers, dialogue};
use crate::{ours::app, shell};

/// What was found the last time.
const RESULT: &str = "tests/peer/resources/result.json";

/// A resource, and what both were told about it.
struct Case {
    category: &'static str,
    name: &'static str,
    files: &'static [&'static str],
    original: fn(&super::original::Original, &Path, &str) -> Result<()>,
    answers: &'static str,
}

const CASES: [Case; 5] = [
    Case {
        category: "storage",
        name: "photos",
        files: &["s3-cloudformation-template.json", "parameters.json", "storage-params.json"],
        original: dialogue::add_bucket,
        answers: r#"{"storage": {"service": "S3", "resourceName": "photos", "bucketName": "photos-bucket",
            "access": "authAndGuest", "authenticatedAccess": ["create/update", "read", "delete"],
            "guestAccess": ["read"], "trigger": false}}"#,
    },
    Case {
        category: "storage",
        name: "orders",
        files: &["orders-cloudformation-template.json", "parameters.json", "storage-params.json"],
        original: dialogue::add_table,
        answers: r#"{"storage": {"service": "DynamoDB", "resourceName": "orders", "tableName": "orders",
            "columns": [{"name": "id", "type": "string"}], "partitionKey": "id", "sortKey": false, "indexes": false,
            "trigger": false}}"#,
    },
    Case {
        category: "function",
        name: "hello",
        files: FUNCTION_HELLO,
        original: dialogue::add_function,
        answers: r#"{"function": {"resourceName": "hello", "functionName": "hello", "runtime": "nodejs",
            "template": "hello-world", "access": false, "schedule": false, "environment": false}}"#,
    },
    Case {
        category: "function",
        name: "shop",
        files: FUNCTION_SHOP,
        original: dialogue::add_crud,
        answers: r#"{"function": {"resourceName": "shop", "functionName": "shop", "runtime": "nodejs",
            "template": "crud", "table": {"source": "project", "resource": "orders"}, "access": false,
            "schedule": false, "environment": false}}"#,
    },
    Case {
        category: "function",
        name: "watch",
        files: FUNCTION_WATCH,
        original: dialogue::add_trigger,
        answers: r#"{"function": {"resourceName": "watch", "functionName": "watch", "runtime": "nodejs",
            "template": "trigger", "trigger": {"eventSource": "dynamodb", "source": "storage", "table": "orders"},
            "access": false, "schedule": {"interval": "minutes", "rate": "5"}, "environment": false}}"#,
    },
];

const FUNCTION_HELLO: &[&str] =
    &["hello-cloudformation-template.json", "parameters.json", "function-parameters.json", "amplify.state"];
const FUNCTION_SHOP: &[&str] =
    &["shop-cloudformation-template.json", "parameters.json", "function-parameters.json", "amplify.state"];
const FUNCTION_WATCH: &[&str] =
    &["watch-cloudformation-template.json", "parameters.json", "function-parameters.json", "amplify.state"];

/// Where a value may differ, by the end of its path, and why.
const REASONS: [(&str, &str); 16] = [
    ("Policy/DependsOn/0", "the policy refers to the bucket, which says the same"),
    ("/BucketEncryption/", "new buckets are encrypted"),
    ("/CorsRules/0/MaxAge", "a number; the original writes a text"),
    ("/PublicAccessBlockConfiguration/", "new buckets are never public"),
    ("/S3Bucket/UpdateReplacePolicy", "a bucket that an update replaces keeps its files, too"),
    ("authPolicyName", "eight digits that are made up"),
    ("/s3PrivatePolicy", "eight digits that are made up"),
    ("/s3ProtectedPolicy", "eight digits that are made up"),
    ("/s3PublicPolicy", "eight digits that are made up"),
    ("/s3ReadPolicy", "eight digits that are made up"),
    ("/s3UploadsPolicy", "eight digits that are made up"),
    ("/Properties/ProvisionedThroughput/", "capacities are numbers; the original writes texts"),
    ("/Properties/Runtime", "Lambda takes no function for nodejs12.x any more"),
    ("/Properties/RoleName/Fn::If/1", "eight digits that are made up"),
    ("/Properties/RoleName/Fn::If/2/Fn::Join/1/0", "eight digits that are made up"),
    ("/Variables/STORAGE_ORDERS_", "the code takes the table's name from here instead of having it written into it"),
];

/// Adds the same resources with both and compares what they wrote.
pub fn compare(peers: &Peers) -> Result<()> {
    let (theirs, ours) = (peers.scratch.join("theirs"), peers.scratch.join("ours"));
    for project in [&theirs, &ours] {
        app(project)?;
        peers.ours.run(&["init", "--yes"], project)?;
        // What buckets need.
        peers.ours.run(&["add", "auth", "--yes"], project)?;
    }
    let (mut same, mut used, mut wrong) = (0, BTreeSet::new(), Vec::new());
    let mut result = Map::new();
    for case in &CASES {
        (case.original)(&peers.original, &theirs, case.name)?;
        fs_err::write(ours.join("answers.json"), case.answers)?;
        peers.ours.run(&["add", case.category, "--answers", "answers.json"], &ours)?;
        let (before, mut different) = (same, Map::new());
        for file in case.files {
            let path = format!("amplify/backend/{}/{}/{file}", case.category, case.name);
            let (left, right) = (values(&theirs.join(&path))?, values(&ours.join(&path))?);
            for key in left.keys().chain(right.keys()).collect::<BTreeSet<_>>() {
                let (one, other) = (left.get(key), right.get(key));
                if one == other {
                    same += 1;
                    continue;
                }
                match REASONS.iter().find(|(part, _)| key.contains(part)) {
                    Some((part, reason)) => {
                        used.insert(*part);
                        different.insert(format!("{file}{key}"), (*reason).into());
                    }
                    None => wrong.push(format!("{path}{key}: {} there, {} here", shown(one), shown(other))),
                }
            }
        }
        let found = json!({ "equal": same - before, "different": different });
        result.insert(format!("{}/{}", case.category, case.name), found);
    }
    for (part, reason) in REASONS {
        if used.contains(part) {
            eprintln!("   differs: ...{part}: {reason}");
        } else {
            wrong.push(format!("nothing differs at {part} any more"));
        }
    }
    if !wrong.is_empty() {
        bail!("the original and ours write different files:\n{}", wrong.join("\n"));
    }
    eprintln!("   {same} values of {} resources are the same", CASES.len());
    fs_err::create_dir_all(shell::root().join(RESULT).parent().context("it is in a folder")?)?;
    fs_err::write(shell::root().join(RESULT), format!("{:#}\n", Value::Object(result)))?;
    Ok(())
}

/// Every value of a document by its path; the order of an object's keys is of no account.
fn values(file: &Path) -> Result<BTreeMap<String, Value>> {
    let text = fs_err::read_to_string(file)?;
    let document: Value = serde_json::from_str(&text).with_context(|| file.display().to_string())?;
    let mut found = BTreeMap::new();
    collect("", &document, &mut found);
    Ok(found)
}

fn collect(path: &str, value: &Value, found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            map.iter().for_each(|(key, value)| collect(&format!("{path}/{key}"), value, found));
        }
        Value::Array(list) if !list.is_empty() => {
            list.iter().enumerate().for_each(|(at, value)| collect(&format!("{path}/{at}"), value, found));
        }
        single => drop(found.insert(path.to_owned(), single.clone())),
    }
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), Value::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_their_paths() {
        let mut found = BTreeMap::new();
        collect("", &serde_json::json!({"a": [{"b": 1}, []], "c": {}}), &mut found);
        let paths: Vec<&str> = found.keys().map(String::as_str).collect();
        assert_eq!(paths, ["/a/0/b", "/a/1", "/c"]);
    }

    #[test]
    fn what_was_found_is_of_these_cases_and_every_difference_has_a_reason_that_holds() {
        let result: Value = serde_json::from_str(&fs_err::read_to_string(shell::root().join(RESULT)).unwrap()).unwrap();
        let result = result.as_object().unwrap();
        let cases: Vec<String> = CASES.iter().map(|case| format!("{}/{}", case.category, case.name)).collect();
        assert!(result.keys().eq(&cases), "{result:?}");
        for (case, found) in result {
            assert!(found["equal"].as_u64().unwrap() > 20, "{case}");
            for (path, reason) in found["different"].as_object().unwrap() {
                let known = REASONS.iter().any(|(part, known)| path.contains(part) && reason == known);
                assert!(known, "{case}: {path}: {reason}");
            }
        }
    }

    #[test]
    fn every_cases_answers_are_json() {
        for case in &CASES {
            serde_json::from_str::<Value>(case.answers).unwrap();
            assert!(case.files.iter().any(|file| file.ends_with("-cloudformation-template.json")));
        }
    }
}
