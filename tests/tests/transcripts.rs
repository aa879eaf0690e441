//! The quickstart's transcripts of functions and storage: played at a pseudo-terminal and given as an answers file, both
//! leave the same project.

use std::collections::BTreeMap;

use amplify_tests::Sandbox;
use rexpect::session::PtySession;
use serde_json::{Value, json};

use crate::terminal::{DOWN, answer, at_terminal, status};

const SCHEMA: &str = "type Post @model { id: ID! }\n";

/// The files of a resource, and its entry. Made-up digits in the names of policies are left out.
fn result(sandbox: &Sandbox, category: &str, name: &str) -> BTreeMap<String, String> {
    let folder = format!("amplify/backend/{category}/{name}/");
    let tree = sandbox.tree();
    let own = tree.iter().filter_map(|(path, bytes)| Some((path.strip_prefix(&folder)?, bytes)));
    let mut files: BTreeMap<String, String> =
        own.map(|(path, bytes)| (path.to_owned(), without_digits(&String::from_utf8_lossy(bytes)))).collect();
    let entry = &sandbox.read_json("amplify/backend/backend-config.json")[category][name];
    files.insert("entry".to_owned(), entry.to_string());
    assert!(files.len() > 2, "{files:?}");
    files
}

fn without_digits(text: &str) -> String {
    let mut plain = String::new();
    for part in text.split_inclusive('_') {
        let digits = part.chars().take_while(char::is_ascii_hexdigit).count();
        plain.push_str(if digits == 8 { &part[8..] } else { part });
    }
    plain
}

/// Plays the transcript, takes back what it made, and gives the answers instead.
fn both_ways(
    sandbox: &Sandbox,
    (words, category, name): (&[&str], &str, &str),
    play: impl FnOnce(&mut PtySession),
    answers: &Value,
) -> BTreeMap<String, String> {
    let before = sandbox.tree();
    let mut session = at_terminal(sandbox, words);
    play(&mut session);
    session.exp_eof().unwrap();
    assert_eq!(status(&session), 0);
    let played = result(sandbox, category, name);

    for (path, _) in sandbox.tree() {
        if !before.iter().any(|(known, _)| *known == path) {
            fs_err::remove_file(sandbox.root().join(path)).unwrap();
        }
    }
    for (path, bytes) in &before {
        sandbox.write(path, bytes);
    }
    sandbox.write("answers.json", answers.to_string());
    let _ = sandbox.amplify(words.iter().copied().chain(["--answers", "answers.json"])).success();
    fs_err::remove_file(sandbox.root().join("answers.json")).unwrap();
    assert_eq!(result(sandbox, category, name), played);
    played
}

#[test]
fn a_function_is_added_and_given_access_to_an_api() {
    let sandbox = Sandbox::initialised();
    sandbox.write("mine.graphql", SCHEMA);
    let words = ["add", "api", "--yes", "--answer", "api.name=betatest", "--answer", "api.schema.file=mine.graphql"];
    let _ = sandbox.amplify(words).success();
    let _ = both_ways(
        &sandbox,
        (&["add", "function"], "function", "lambdafunction"),
        |session| {
            answer(session, "Provide a friendly name for your resource", "lambdafunction\r");
            answer(session, "Provide the AWS Lambda function name", "\r");
            answer(session, "Choose the function runtime", "\r");
            answer(session, "Choose the function template", &format!("{DOWN}\r"));
            answer(session, "Do you want to access other resources", "n\r");
            answer(session, "recurring schedule", "n\r");
            answer(session, "environment variables", "n\r");
            answer(session, "edit the local lambda function now", "n\r");
            session.exp_string("Successfully added resource lambdafunction locally.").unwrap();
        },
        &json!({"function": {
            "resourceName": "lambdafunction", "functionName": "lambdafunction", "runtime": "nodejs",
            "template": "hello-world", "access": false, "schedule": false, "environment": false
        }}),
    );
    let files = both_ways(
        &sandbox,
        (&["update", "function"], "function", "lambdafunction"),
        |session| {
            answer(session, "Please select the Lambda Function you would want to update", "\r");
            answer(session, "Do you want to update permissions granted", "y\r");
            answer(session, "Select the category", " \r");
            session.exp_string("Api category has a resource called betatest").unwrap();
            answer(session, "Select the operations you want to permit for betatest", " \r");
            answer(session, "recurring schedule", "n\r");
            answer(session, "environment variables", "n\r");
            answer(session, "edit the local lambda function now", "n\r");
            session.exp_string("You can access the following resource attributes").unwrap();
            session.exp_string("API_BETATEST_GRAPHQLAPIENDPOINTOUTPUT").unwrap();
            session.exp_string("API_BETATEST_GRAPHQLAPIIDOUTPUT").unwrap();
            session.exp_string("Successfully updated resource").unwrap();
        },
        &json!({"function": {
            "resourceName": "lambdafunction", "access": {"api": {"betatest": ["create"]}}, "schedule": false,
            "environment": false
        }}),
    );
    assert!(files["src/index.js"].contains("\tAPI_BETATEST_GRAPHQLAPIIDOUTPUT\n"), "{files:?}");
    assert!(files["lambdafunction-cloudformation-template.json"].contains("appsync:GraphQL"), "{files:?}");
}

#[test]
fn a_bucket_for_groups_and_others_calls_a_function() {
    let sandbox = Sandbox::initialised();
    let _ = sandbox.amplify(["add", "auth", "--yes"]).success();
    let groups = r#"auth.groups=[{"name": "Admins"}]"#;
    let words = ["update", "auth", "--yes", "--answer", "auth.updateFlow=groups", "--answer", groups];
    let _ = sandbox.amplify(words).success();
    let _ = sandbox.amplify(["add", "function", "--yes", "--answer", "function.resourceName=resize"]).success();
    let files = both_ways(
        &sandbox,
        (&["add", "storage"], "storage", "photos"),
        |session| {
            answer(session, "Please select from one of the below mentioned services", "\r");
            answer(session, "Please provide a friendly name for your resource", "photos\r");
            answer(session, "Please provide bucket name", "my-photos\r");
            answer(session, "Restrict access by?", &format!("{DOWN}{DOWN}\r"));
            answer(session, "Who should have access:", &format!("{DOWN}\r"));
            answer(session, "What kind of access do you want for Authenticated users?", &format!(" {DOWN} \r"));
            answer(session, "What kind of access do you want for Guest users?", &format!("{DOWN} \r"));
            answer(session, "Select groups:", " \r");
            answer(session, "What kind of access do you want for Admins users?", &format!(" {DOWN} {DOWN} \r"));
            answer(session, "Do you want to add a Lambda Trigger for your S3 Bucket?", "y\r");
            answer(session, "Select from the following options", "\r");
            answer(session, "Select from the following options", "\r");
            session.exp_string("Successfully added resource photos locally").unwrap();
        },
        &json!({"storage": {
            "service": "S3", "resourceName": "photos", "bucketName": "my-photos", "restrictAccess": "both",
            "access": "authAndGuest", "authenticatedAccess": ["create/update", "read"], "guestAccess": ["read"],
            "groups": {"Admins": ["create/update", "read", "delete"]},
            "trigger": {"source": "existing", "function": "resize"}
        }}),
    );
    let parameters: Value = serde_json::from_str(&files["parameters.json"]).unwrap();
    assert_eq!(parameters["s3PermissionsAuthenticatedPublic"], "s3:PutObject,s3:GetObject");
    assert_eq!(
        (&parameters["s3PermissionsGuestPublic"], &parameters["triggerFunction"]),
        (&"s3:GetObject".into(), &"resize".into())
    );
    let remembered: Value = serde_json::from_str(&files["storage-params.json"]).unwrap();
    assert_eq!(remembered, json!({"groupPermissionMap": {"Admins": ["create/update", "read", "delete"]}}));
    // A function that waits for the bucket cannot be called by it too: the circle is printed, and nothing is written.
    let access = r#"function.access={"storage": {"photos": ["read"]}}"#;
    let words = ["add", "function", "--yes", "--answer", "function.resourceName=reader", "--answer", access];
    let _ = sandbox.amplify(words).success();
    let before = sandbox.tree();
    let answers = json!({"storage": {
        "restrictAccess": "users", "access": "auth", "authenticatedAccess": ["read"],
        "trigger": {"change": "update", "source": "existing", "function": "reader"}
    }});
    sandbox.write("answers.json", answers.to_string());
    let refused = sandbox.amplify(["update", "storage", "photos", "--answers", "answers.json"]).ended_with(1);
    let _ = refused.says("storage/photos -> function/reader -> storage/photos").says("code: dependency-cycle");
    fs_err::remove_file(sandbox.root().join("answers.json")).unwrap();
    assert!(sandbox.tree() == before, "nothing is written");
}

#[test]
fn a_table_calls_a_function() {
    let sandbox = Sandbox::initialised();
    let _ = sandbox.amplify(["add", "function", "--yes", "--answer", "function.resourceName=watch"]).success();
    let _ = both_ways(
        &sandbox,
        (&["add", "storage"], "storage", "mytable"),
        |session| {
            answer(session, "Please select from one of the below mentioned services", &format!("{DOWN}\r"));
            answer(session, "Please provide a friendly name for your resource", "mytable\r");
            answer(session, "Please provide table name", "\r");
            answer(session, "What would you like to name this column", "id\r");
            answer(session, "Please choose the data type", "\r");
            answer(session, "Would you like to add another column", "n\r");
            answer(session, "Please choose partition key for the table", "\r");
            answer(session, "Do you want to add a sort key to your table", "n\r");
            answer(session, "Do you want to add global secondary indexes to your table", "n\r");
            answer(session, "Do you want to add a Lambda Trigger for your Table?", "y\r");
            answer(session, "Select from the following options", "\r");
            answer(session, "Select from the following options", "\r");
            session.exp_string("Successfully added resource mytable locally").unwrap();
        },
        &json!({"storage": {
            "service": "DynamoDB", "resourceName": "mytable", "tableName": "mytable",
            "columns": [{"name": "id", "type": "string"}], "partitionKey": "id", "sortKey": false, "indexes": false,
            "trigger": {"source": "existing", "function": "watch"}
        }}),
    );
    let watch = sandbox.read_json("amplify/backend/function/watch/watch-cloudformation-template.json");
    assert!(watch["Resources"]["mytableTrigger"].is_object(), "{watch:#}");
    let _ = sandbox.amplify(["remove", "storage", "mytable", "--yes"]).ended_with(1).says("watch");
}
