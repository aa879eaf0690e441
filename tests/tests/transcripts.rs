//! The quickstart's transcripts of functions and storage: played at a pseudo-terminal and given as an answers file, both
//! leave the same project.

use std::collections::BTreeMap;

use amplify_tests::Sandbox;
use rexpect::session::PtySession;
use serde_json::{Value, json};

use crate::terminal::{DOWN, answer, at_terminal, status};

const SCHEMA: &str = "type Post @model { id: ID! }\n";

/// The files of a resource, and its entry. Made-up digits are left out.
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

/// All that the project has: every resource, its entries, and the values of its environments.
fn project(sandbox: &Sandbox) -> BTreeMap<String, String> {
    let files = sandbox.tree().into_iter().filter(|(path, _)| path.starts_with("amplify/"));
    files.map(|(path, bytes)| (without_digits(&path), without_digits(&String::from_utf8_lossy(&bytes)))).collect()
}

/// The text without the eight digits that names are made up of.
fn without_digits(text: &str) -> String {
    const DIGITS: usize = 8;
    let digit = |letter: char| matches!(letter, '0'..='9' | 'a'..='f');
    let mut plain = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(digit) {
        let run = rest[start..].find(|letter| !digit(letter)).unwrap_or(rest.len() - start);
        // A name that ends with one of these letters is before them.
        let kept = if run < DIGITS { start + run } else { start + run - DIGITS };
        plain.push_str(&rest[..kept]);
        rest = &rest[start + run..];
    }
    plain + rest
}

/// Plays the transcript, takes back what it made, and gives the answers instead: the whole project has to be the same.
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
    let (played, whole) = (result(sandbox, category, name), project(sandbox));

    for (path, _) in sandbox.tree() {
        if !before.iter().any(|(known, _)| *known == path) {
            fs_err::remove_file(sandbox.root().join(path)).unwrap();
        }
    }
    for (path, bytes) in &before {
        sandbox.write(path, bytes);
    }
    let answers_file = sandbox.home().join("answers.json");
    fs_err::write(&answers_file, answers.to_string()).unwrap();
    let file = answers_file.to_str().unwrap();
    let _ = sandbox.amplify(words.iter().copied().chain(["--answers", file])).success();
    let given = project(sandbox);
    assert!(given.keys().eq(whole.keys()), "{:?}\n{:?}", given.keys(), whole.keys());
    for (path, text) in &whole {
        assert_eq!(given[path], *text, "{path}");
    }
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

/// What every function is asked at its end.
fn nothing_else(session: &mut PtySession, access: bool) {
    if access {
        answer(session, "Do you want to access other resources", "n\r");
    }
    answer(session, "recurring schedule", "n\r");
    answer(session, "environment variables", "n\r");
}

/// The answers for a table with one column.
fn table(session: &mut PtySession, name: &str) {
    answer(session, "Please provide a friendly name for your resource", &format!("{name}\r"));
    answer(session, "Please provide table name", "\r");
    answer(session, "What would you like to name this column", "id\r");
    answer(session, "Please choose the data type", "\r");
    answer(session, "Would you like to add another column", "n\r");
    answer(session, "Please choose partition key for the table", "\r");
    answer(session, "Do you want to add a sort key to your table", "n\r");
    answer(session, "Do you want to add global secondary indexes to your table", "n\r");
}

/// The answers for an API with one path, up to the template of its function.
fn api_with_a_new_function(session: &mut PtySession) {
    answer(session, "Please select from one of the below mentioned services", &format!("{DOWN}\r"));
    answer(session, "Provide a friendly name for your resource", "myRESTAPI\r");
    answer(session, "Provide a path", "/items\r");
    answer(session, "Choose a Lambda source", "\r");
    answer(session, "Provide a friendly name for your resource", "betatest\r");
    answer(session, "Provide the AWS Lambda function name", "\r");
    answer(session, "Choose the function runtime", "\r");
}

#[test]
fn an_api_gets_a_new_function_that_keeps_a_new_table() {
    let sandbox = Sandbox::initialised();
    let _ = both_ways(
        &sandbox,
        (&["add", "api"], "api", "myRESTAPI"),
        |session| {
            api_with_a_new_function(session);
            answer(session, "Choose the function template", "\r");
            answer(session, "Choose a DynamoDB data source option", &format!("{DOWN}\r"));
            table(session, "notes");
            answer(session, "Do you want to add a Lambda Trigger for your Table?", "n\r");
            nothing_else(session, true);
            answer(session, "Restrict API access", "n\r");
            let (said, _) = session.exp_regex("Do you want to add another path").unwrap();
            // Nothing is there yet, and nothing is said to be.
            assert!(!said.contains("locally"), "{said}");
            session.send("n\r").unwrap();
            session.flush().unwrap();
            answer(session, "edit the local lambda function now", "n\r");
            session.exp_string("Succesfully added DynamoDb table locally").unwrap();
            session.exp_string("Successfully added resource betatest locally").unwrap();
            session.exp_string("Succesfully added the Lambda function locally").unwrap();
            session.exp_string("Successfully added resource myRESTAPI locally").unwrap();
        },
        &json!({
            "api": {"service": "API Gateway", "resourceName": "myRESTAPI", "paths": [
                {"name": "/items", "lambdaSource": "new", "restrict": false}
            ]},
            "function": {
                "resourceName": "betatest", "functionName": "betatest", "runtime": "nodejs", "template": "crud",
                "table": {"source": "new"}, "access": false, "schedule": false, "environment": false
            },
            "storage": {
                "resourceName": "notes", "tableName": "notes", "columns": [{"name": "id", "type": "string"}],
                "partitionKey": "id", "sortKey": false, "indexes": false, "trigger": false
            }
        }),
    );
    let config = sandbox.read_json("amplify/backend/backend-config.json");
    assert_eq!(config["api"]["myRESTAPI"]["dependsOn"][0]["resourceName"], "betatest", "{config:#}");
    assert_eq!(config["function"]["betatest"]["dependsOn"][0]["resourceName"], "notes", "{config:#}");
    assert!(sandbox.read("amplify/backend/function/betatest/src/app.js").contains("STORAGE_NOTES_NAME"));
}

#[test]
fn an_api_gets_a_new_express_function() {
    let sandbox = Sandbox::initialised();
    let _ = both_ways(
        &sandbox,
        (&["add", "api"], "api", "myRESTAPI"),
        |session| {
            api_with_a_new_function(session);
            answer(session, "Choose the function template", &format!("{DOWN}\r"));
            nothing_else(session, false);
            answer(session, "Restrict API access", "n\r");
            answer(session, "Do you want to add another path", "n\r");
            answer(session, "edit the local lambda function now", "n\r");
            session.exp_string("Succesfully added the Lambda function locally").unwrap();
            session.exp_string("Successfully added resource myRESTAPI locally").unwrap();
        },
        &json!({
            "api": {"service": "API Gateway", "resourceName": "myRESTAPI", "paths": [
                {"name": "/items", "lambdaSource": "new", "restrict": false}
            ]},
            "function": {
                "resourceName": "betatest", "functionName": "betatest", "runtime": "nodejs",
                "template": "serverless-express", "schedule": false, "environment": false
            }
        }),
    );
    assert!(sandbox.read("amplify/backend/function/betatest/src/app.js").contains("app.use(\"/items\", routes)"));
}

#[test]
fn functions_from_the_other_templates() {
    let sandbox = Sandbox::initialised();
    let notes = json!({"storage": {
        "service": "DynamoDB", "resourceName": "notes", "columns": [{"name": "id", "type": "string"}],
        "partitionKey": "id", "sortKey": false, "indexes": false, "trigger": false
    }});
    sandbox.write("notes.json", notes.to_string());
    let _ = sandbox.amplify(["add", "storage", "--yes", "--answers", "notes.json"]).success();
    for (name, template, keys) in [("keeper", "crud", ""), ("routes", "serverless-express", "\u{1b}[A")] {
        let files = both_ways(
            &sandbox,
            (&["add", "function"], "function", name),
            |session| {
                answer(session, "Provide a friendly name for your resource", &format!("{name}\r"));
                answer(session, "Provide the AWS Lambda function name", "\r");
                answer(session, "Choose the function runtime", "\r");
                answer(session, "Choose the function template", &format!("{keys}\r"));
                if template == "crud" {
                    answer(session, "Choose a DynamoDB data source option", "\r");
                    answer(session, "Choose from one of the already configured DynamoDB tables", "\r");
                }
                nothing_else(session, true);
                answer(session, "edit the local lambda function now", "n\r");
                session.exp_string(&format!("Successfully added resource {name} locally.")).unwrap();
            },
            &json!({"function": {
                "resourceName": name, "functionName": name, "runtime": "nodejs", "template": template,
                "table": {"source": "project", "resource": "notes"}, "access": false, "schedule": false,
                "environment": false
            }}),
        );
        assert_eq!(files["src/app.js"].contains("STORAGE_NOTES_NAME"), template == "crud", "{files:?}");
    }
}

/// The section "GraphQL from Lambda": the function may run the one mutation that its `@auth` rule names.
#[test]
fn a_function_may_run_a_mutation() {
    let sandbox = Sandbox::initialised();
    sandbox.write(
        "todo.graphql",
        "type Todo @model @auth (rules: [{ allow: private, provider: iam, operations: [create] }]) {
  id: ID!
  name: String
  description: String
}
",
    );
    let words = ["add", "api", "--yes", "--answer", "api.name=backendGraphql", "--answer"];
    let answers = ["api.schema.file=todo.graphql", "--answer", "api.defaultAuth=AWS_IAM"];
    let _ = sandbox.amplify(words.into_iter().chain(answers)).success();
    let files = both_ways(
        &sandbox,
        (&["add", "function"], "function", "sender"),
        |session| {
            answer(session, "Provide a friendly name for your resource", "sender\r");
            answer(session, "Provide the AWS Lambda function name", "\r");
            answer(session, "Choose the function runtime", "\r");
            answer(session, "Choose the function template", &format!("{DOWN}\r"));
            answer(session, "Do you want to access other resources", "y\r");
            answer(session, "Select the category", " \r");
            answer(session, "Select the operations you want to permit for backendGraphql", " \r");
            answer(session, "recurring schedule", "n\r");
            answer(session, "environment variables", "n\r");
            answer(session, "edit the local lambda function now", "n\r");
            session.exp_string("You can access the following resource attributes").unwrap();
            session.exp_string("API_BACKENDGRAPHQL_GRAPHQLAPIENDPOINTOUTPUT").unwrap();
            session.exp_string("Successfully added resource sender locally.").unwrap();
        },
        &json!({"function": {
            "resourceName": "sender", "functionName": "sender", "runtime": "nodejs", "template": "hello-world",
            "access": {"api": {"backendGraphql": ["create"]}}, "schedule": false, "environment": false
        }}),
    );
    let template: Value = serde_json::from_str(&files["sender-cloudformation-template.json"]).unwrap();
    let variables = &template["Resources"]["LambdaFunction"]["Properties"]["Environment"]["Variables"];
    // What the code of the section reads.
    for variable in ["API_BACKENDGRAPHQL_GRAPHQLAPIENDPOINTOUTPUT", "API_BACKENDGRAPHQL_GRAPHQLAPIIDOUTPUT", "REGION"] {
        assert!(!variables[variable].is_null(), "{variable}: {variables:#}");
    }
    assert!(files["sender-cloudformation-template.json"].contains("appsync:GraphQL"), "{template:#}");
}

#[test]
fn a_table_and_a_bucket_get_new_functions_later() {
    let sandbox = Sandbox::initialised();
    let _ = sandbox.amplify(["add", "auth", "--yes"]).success();
    let _ = both_ways(
        &sandbox,
        (&["add", "storage"], "storage", "mytable"),
        |session| {
            answer(session, "Please select from one of the below mentioned services", &format!("{DOWN}\r"));
            table(session, "mytable");
            answer(session, "Do you want to add a Lambda Trigger for your Table?", "y\r");
            answer(session, "Select from the following options", &format!("{DOWN}\r"));
            answer(session, "lambda function now", "n\r");
            session.exp_string("Successfully added resource mytable locally").unwrap();
        },
        &json!({"storage": {
            "service": "DynamoDB", "resourceName": "mytable", "tableName": "mytable",
            "columns": [{"name": "id", "type": "string"}], "partitionKey": "id", "sortKey": false, "indexes": false,
            "trigger": {"source": "new"}
        }}),
    );
    // More than one function may belong to a table.
    let _ = sandbox.amplify(["add", "function", "--yes", "--answer", "function.resourceName=watch"]).success();
    let remembered = both_ways(
        &sandbox,
        (&["update", "storage"], "storage", "mytable"),
        |session| {
            answer(session, "Please select from one of the below mentioned services", &format!("{DOWN}\r"));
            answer(session, "Specify the resource that you would want to update", "\r");
            answer(session, "Would you like to add another column", "n\r");
            answer(session, "Do you want to add global secondary indexes to your table", "n\r");
            answer(session, "Select from the following options", "\r");
            answer(session, "Select from the following options", "\r");
            answer(session, "Select from the following options", &format!("{DOWN}\r"));
            session.exp_string("Successfully updated resource").unwrap();
        },
        &json!({"storage": {
            "service": "DynamoDB", "resourceName": "mytable", "columns": [], "indexes": [],
            "trigger": {"change": "add", "source": "existing", "function": "watch"}
        }}),
    );
    let remembered: Value = serde_json::from_str(&remembered["storage-params.json"]).unwrap();
    assert_eq!(remembered, json!({"triggerFunctions": ["mytableTrigger", "watch"]}));

    let bucket = json!({"storage": {
        "service": "S3", "resourceName": "photos", "bucketName": "my-photos", "access": "auth",
        "authenticatedAccess": ["read"], "trigger": false
    }});
    sandbox.write("bucket.json", bucket.to_string());
    let _ = sandbox.amplify(["add", "storage", "--yes", "--answers", "bucket.json"]).success();
    let photos = both_ways(
        &sandbox,
        (&["update", "storage"], "storage", "photos"),
        |session| {
            answer(session, "Please select from one of the below mentioned services", "\r");
            answer(session, "Who should have access", "\r");
            answer(session, "What kind of access do you want for Authenticated users", "\r");
            answer(session, "Do you want to add a Lambda Trigger for your S3 Bucket?", "y\r");
            answer(session, "Select from the following options", &format!("{DOWN}\r"));
            answer(session, "lambda function now", "n\r");
            session.exp_string("Successfully updated resource").unwrap();
        },
        &json!({"storage": {
            "service": "S3", "access": "auth", "authenticatedAccess": ["read"], "trigger": {"source": "new"}
        }}),
    );
    assert!(photos["parameters.json"].contains("\"triggerFunction\": \"S3Trigger\""), "{photos:?}");
}

#[test]
fn what_does_not_fit_is_asked_again_and_nothing_is_lost() {
    let sandbox = Sandbox::initialised();
    let mut session = at_terminal(&sandbox, &["add", "function"]);
    answer(&mut session, "Provide a friendly name for your resource", "nightly\r");
    answer(&mut session, "Provide the AWS Lambda function name", "\r");
    answer(&mut session, "Choose the function runtime", "\r");
    answer(&mut session, "Choose the function template", &format!("{DOWN}\r"));
    answer(&mut session, "recurring schedule", "y\r");
    answer(&mut session, "At which interval should the function be invoked", "custom\r");
    for _ in 0..2 {
        answer(&mut session, "Custom Schedule expression", "0 12 * * *\r");
        session.exp_string("it has 5 fields instead of 6").unwrap();
    }
    answer(&mut session, "Custom Schedule expression", "0 12 * * MON *\r");
    session.exp_string("one of day of month and day of week must be `?`").unwrap();
    answer(&mut session, "Custom Schedule expression", "0 12 ? * MON *\r");
    answer(&mut session, "environment variables", "y\r");
    answer(&mut session, "Enter the environment variable name", "ENV\r");
    session.exp_string("`ENV` cannot be set: it is set for every function").unwrap();
    answer(&mut session, "Enter the environment variable name", "STAGE\r");
    answer(&mut session, "Enter the environment variable value", "night\r");
    answer(&mut session, "Do you want to add another environment variable", "n\r");
    answer(&mut session, "edit the local lambda function now", "n\r");
    session.exp_eof().unwrap();
    assert_eq!(status(&session), 0);
    let parameters = sandbox.read_json("amplify/backend/function/nightly/parameters.json");
    assert_eq!(parameters, json!({ "CloudWatchRule": "cron(0 12 ? * MON *)", "stage": "night" }));

    // Whoever is not there is told once.
    let given =
        ["function.resourceName=daily", "function.schedule.interval=custom", "function.schedule.expression=0 12 * * *"];
    let given = given.iter().flat_map(|answer| ["--answer", answer]);
    let refused = sandbox.amplify(["add", "function", "--yes"].into_iter().chain(given)).ended_with(2);
    assert_eq!(format!("{refused}").matches("it has 5 fields").count(), 1, "{refused}");
}

#[test]
fn a_choice_that_the_project_has_nothing_for_is_offered_once_more() {
    let sandbox = Sandbox::initialised();
    let mut session = at_terminal(&sandbox, &["add", "function"]);
    answer(&mut session, "Provide a friendly name for your resource", "watch\r");
    answer(&mut session, "Provide the AWS Lambda function name", "\r");
    answer(&mut session, "Choose the function runtime", "\r");
    answer(&mut session, "Choose the function template", &format!("{DOWN}{DOWN}\r"));
    answer(&mut session, "What event source do you want", "\r");
    answer(&mut session, "Choose a DynamoDB event source option", "\r");
    session.exp_string("No AppSync resources have been configured in API category.").unwrap();
    answer(&mut session, "Choose a DynamoDB event source option", &format!("{DOWN}\r"));
    session.exp_string("There are no DynamoDB resources configured in your project currently").unwrap();
    answer(&mut session, "Choose a DynamoDB event source option", &format!("{DOWN}{DOWN}\r"));
    let stream = "arn:aws:dynamodb:eu-west-1:111122223333:table/t/stream/2020-01-01T00:00:00.000";
    answer(&mut session, "Provide the ARN of Amazon DynamoDB stream", &format!("{stream}\r"));
    answer(&mut session, "recurring schedule", "n\r");
    answer(&mut session, "environment variables", "n\r");
    answer(&mut session, "edit the local lambda function now", "n\r");
    session.exp_eof().unwrap();
    assert_eq!(status(&session), 0);
    let template = sandbox.read_json("amplify/backend/function/watch/watch-cloudformation-template.json");
    assert_eq!(template["Resources"]["LambdaEventSourceMapping"]["Properties"]["EventSourceArn"], stream);

    // For a table the original does the same.
    let mut session = at_terminal(&sandbox, &["add", "function"]);
    answer(&mut session, "Provide a friendly name for your resource", "keeper\r");
    answer(&mut session, "Provide the AWS Lambda function name", "\r");
    answer(&mut session, "Choose the function runtime", "\r");
    answer(&mut session, "Choose the function template", "\r");
    answer(&mut session, "Choose a DynamoDB data source option", "\r");
    session.exp_string("There are no DynamoDB resources configured in your project currently").unwrap();
    answer(&mut session, "Choose a DynamoDB data source option", &format!("{DOWN}\r"));
    answer(&mut session, "Please provide a friendly name for your resource", "\u{3}");
    session.exp_eof().unwrap();
}
