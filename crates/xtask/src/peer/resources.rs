//! The templates and parameters that both programs write for the same answers about functions, storage and REST APIs.
//!
//! Every value is compared, those of the resource's entry in `backend-config.json` included. What differs must be on the list
//! below, with its reason; a reason that nothing needs is an error too. What was found is kept in
//! `tests/peer/resources/result.json`. `rest.rs` compares REST APIs in a project of the original, too.

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

/// What both were told about a resource, and what came of it.
struct Case {
    category: &'static str,
    name: &'static str,
    /// Below `amplify/backend`: those of the resource, and of what was made on the way.
    files: &'static [&'static str],
    original: fn(&super::original::Original, &Path, &str) -> Result<()>,
    answers: &'static str,
}

const CASES: [Case; 8] = [
    Case {
        category: "storage",
        name: "photos",
        files: &[
            "storage/photos/s3-cloudformation-template.json",
            "storage/photos/parameters.json",
            "storage/photos/storage-params.json",
        ],
        original: dialogue::add_bucket,
        answers: r#"{"storage": {"service": "S3", "resourceName": "photos", "bucketName": "photos-bucket",
            "access": "authAndGuest", "authenticatedAccess": ["create/update", "read", "delete"],
            "guestAccess": ["read"], "trigger": false}}"#,
    },
    Case {
        category: "storage",
        name: "orders",
        files: &[
            "storage/orders/orders-cloudformation-template.json",
            "storage/orders/parameters.json",
            "storage/orders/storage-params.json",
        ],
        original: dialogue::add_table,
        answers: r#"{"storage": {"service": "DynamoDB", "resourceName": "orders", "tableName": "orders",
            "columns": [{"name": "id", "type": "string"}], "partitionKey": "id", "sortKey": false, "indexes": false,
            "trigger": false}}"#,
    },
    Case {
        category: "function",
        name: "hello",
        files: &[
            "function/hello/hello-cloudformation-template.json",
            "function/hello/parameters.json",
            "function/hello/function-parameters.json",
            "function/hello/amplify.state",
        ],
        original: dialogue::add_function,
        answers: r#"{"function": {"resourceName": "hello", "functionName": "hello", "runtime": "nodejs",
            "template": "hello-world", "access": false, "schedule": false, "environment": false}}"#,
    },
    Case {
        category: "function",
        name: "shop",
        files: &[
            "function/shop/shop-cloudformation-template.json",
            "function/shop/parameters.json",
            "function/shop/function-parameters.json",
            "function/shop/amplify.state",
        ],
        original: dialogue::add_crud,
        answers: r#"{"function": {"resourceName": "shop", "functionName": "shop", "runtime": "nodejs",
            "template": "crud", "table": {"source": "project", "resource": "orders"}, "access": false,
            "schedule": false, "environment": false}}"#,
    },
    Case {
        category: "function",
        name: "watch",
        files: &[
            "function/watch/watch-cloudformation-template.json",
            "function/watch/parameters.json",
            "function/watch/function-parameters.json",
            "function/watch/amplify.state",
        ],
        original: dialogue::add_trigger,
        answers: r#"{"function": {"resourceName": "watch", "functionName": "watch", "runtime": "nodejs",
            "template": "trigger", "trigger": {"eventSource": "dynamodb", "source": "storage", "table": "orders"},
            "access": false, "schedule": {"interval": "minutes", "rate": "5"}, "environment": false}}"#,
    },
    Case {
        category: "api",
        name: "books",
        files: &[
            "api/books/books-cloudformation-template.json",
            "api/books/api-params.json",
            "api/books/parameters.json",
        ],
        original: dialogue::add_rest,
        answers: r#"{"api": {"service": "API Gateway", "resourceName": "books", "paths": [
            {"name": "/items", "lambdaSource": "existing", "function": "hello", "restrict": false},
            {"name": "/users/all", "lambdaSource": "existing", "function": "hello",
             "restrict": true, "access": "private", "authenticated": ["create", "read", "update", "delete"]}]}}"#,
    },
    Case {
        category: "api",
        name: "notes",
        files: &[
            "api/notes/notes-cloudformation-template.json",
            "api/notes/api-params.json",
            "api/notes/parameters.json",
            "function/keeper/keeper-cloudformation-template.json",
            "function/keeper/parameters.json",
            "function/keeper/function-parameters.json",
            "storage/pages/pages-cloudformation-template.json",
            "storage/pages/parameters.json",
        ],
        original: dialogue::add_rest_with_table,
        answers: r#"{"api": {"service": "API Gateway", "resourceName": "notes", "paths": [
                {"name": "/notes", "lambdaSource": "new", "restrict": false}]},
            "function": {"resourceName": "keeper", "functionName": "keeper", "runtime": "nodejs", "template": "crud",
                "table": {"source": "new"}, "access": false, "schedule": false, "environment": false},
            "storage": {"resourceName": "pages", "tableName": "pages", "columns": [{"name": "id", "type": "string"}],
                "partitionKey": "id", "sortKey": false, "indexes": false, "trigger": false}}"#,
    },
    Case {
        category: "api",
        name: "routes",
        files: &[
            "api/routes/routes-cloudformation-template.json",
            "api/routes/api-params.json",
            "api/routes/parameters.json",
            "function/express/express-cloudformation-template.json",
            "function/express/parameters.json",
            "function/express/function-parameters.json",
        ],
        original: dialogue::add_rest_with_routes,
        answers: r#"{"api": {"service": "API Gateway", "resourceName": "routes", "paths": [
                {"name": "/book/{isbn}", "lambdaSource": "new", "restrict": false}]},
            "function": {"resourceName": "express", "functionName": "express", "runtime": "nodejs",
                "template": "serverless-express", "access": false, "schedule": false, "environment": false}}"#,
    },
];

/// Where a value may differ, by the end of its path, and why.
const REASONS: [(&str, &str); 20] = [
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
    ("/Variables/STORAGE_", "the code takes the table's name from here instead of having it written into it"),
    ("/dependsOn/0/attributeEnvMap/", "no version of the original reads it, and it names variables that nobody sets"),
    ("/x-amazon-apigateway-gateway-responses/", "browsers can read the answers that the gateway gives itself"),
    ("/privacy/authRoleName", "the roles of two environments"),
    ("/privacy/unAuthRoleName", "the roles of two environments"),
];

/// Adds the same resources with both and compares what they wrote.
pub fn compare(peers: &Peers) -> Result<()> {
    let (theirs, ours) = (peers.scratch.join("theirs"), peers.scratch.join("ours"));
    for project in [&theirs, &ours] {
        app(project)?;
        peers.ours.run(&["init", "--yes"], project)?;
        super::known_to_original(project)?;
        // What buckets need.
        peers.ours.run(&["add", "auth", "--yes"], project)?;
    }
    let (mut same, mut unequal, mut used, mut wrong) = (0, 0, BTreeSet::new(), Vec::new());
    let mut result = Map::new();
    for case in &CASES {
        (case.original)(&peers.original, &theirs, case.name)?;
        fs_err::write(ours.join("answers.json"), case.answers)?;
        peers.ours.run(&["add", case.category, "--answers", "answers.json"], &ours)?;
        let (before, mut different) = (same, Map::new());
        for (file, resource) in written(case) {
            let values = |project: &Path| -> Result<BTreeMap<String, Value>> {
                let document = json_file(&project.join("amplify/backend").join(file))?;
                let part = resource.as_ref().map_or(Some(&document), |entry| document.pointer(entry));
                Ok(values(part.with_context(|| format!("{file} has {resource:?}"))?))
            };
            let (path, left, right) =
                (format!("{file}{}", resource.as_deref().unwrap_or_default()), values(&theirs)?, values(&ours)?);
            for key in left.keys().chain(right.keys()).collect::<BTreeSet<_>>() {
                let (one, other) = (left.get(key), right.get(key));
                if one == other {
                    same += 1;
                    continue;
                }
                match REASONS.iter().find(|(part, _)| key.contains(part)) {
                    Some((part, reason)) => {
                        used.insert(*part);
                        unequal += 1;
                        different.insert(format!("{path}{key}"), (*reason).into());
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
    eprintln!("   of {} cases, {same} values are the same and {unequal} differ for these reasons", CASES.len());
    fs_err::create_dir_all(shell::root().join(RESULT).parent().context("it is in a folder")?)?;
    fs_err::write(shell::root().join(RESULT), format!("{:#}\n", Value::Object(result)))?;
    Ok(())
}

/// The documents to compare, with the place in them where only a part is meant: the entries of what was made.
fn written(case: &Case) -> impl Iterator<Item = (&'static str, Option<String>)> {
    let made: BTreeSet<String> =
        case.files.iter().filter_map(|file| Some(format!("/{}", file.rsplit_once('/')?.0))).collect();
    let entries = made.into_iter().map(|entry| ("backend-config.json", Some(entry)));
    case.files.iter().map(|file| (*file, None)).chain(entries)
}

pub(super) fn json_file(file: &Path) -> Result<Value> {
    let text = fs_err::read_to_string(file)?;
    serde_json::from_str(&text).with_context(|| file.display().to_string())
}

/// Every value of a document by its path; the order of an object's keys is of no account.
fn values(document: &Value) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    collect("", document, &mut found);
    found
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
        let found = values(&json!({"a": [{"b": 1}, []], "c": {}}));
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
        let equal: u64 = result.values().filter_map(|found| found["equal"].as_u64()).sum();
        let different: usize = result.values().filter_map(|found| Some(found["different"].as_object()?.len())).sum();
        let page = fs_err::read_to_string(shell::root().join("docs/function.md")).unwrap();
        assert!(page.contains(&format!("{equal} are equal and {different} differ")), "{equal} and {different}");
    }

    #[test]
    fn every_cases_answers_are_json() {
        for case in &CASES {
            serde_json::from_str::<Value>(case.answers).unwrap();
            let own = format!("{}/{}/", case.category, case.name);
            assert!(case.files[0].starts_with(&own), "{own}");
            assert!(case.files.iter().any(|file| file.ends_with("-cloudformation-template.json")));
        }
    }
}
