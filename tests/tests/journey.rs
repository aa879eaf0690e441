//! The whole life of a project on the local provider, from an empty folder to an empty folder.

use amplify_tests::Sandbox;
use serde_json::Value;

/// What `status` says of each resource but auth, which a bucket brings with it.
fn operations(status: &Value) -> Vec<(String, String)> {
    status["resources"]
        .as_array()
        .expect("an array of resources")
        .iter()
        .filter(|row| row["category"] != "auth")
        .map(|row| (row["name"].as_str().unwrap().to_owned(), row["operation"].as_str().unwrap().to_owned()))
        .collect()
}

const TABLE: &str = r#"{"storage": {"service": "DynamoDB", "resourceName": "notes", "tableName": "notes",
    "columns": [{"name": "id", "type": "string"}, {"name": "written", "type": "number"}, {"name": "author", "type": "string"}],
    "partitionKey": "id", "sortKey": {"column": "written"},
    "indexes": [{"name": "byAuthor", "partitionKey": "author", "sortKey": false}]}}"#;

#[test]
fn from_init_to_delete() {
    let sandbox = Sandbox::initialised();
    sandbox.write("notes.json", TABLE);

    sandbox.add_bucket("photos");
    let _ = sandbox.amplify(["storage", "add", "--answers", "notes.json", "--yes"]).success();
    let _ = sandbox.amplify(["function", "add", "--yes", "--answer", "function.resourceName=hello"]).success();
    let status = sandbox.amplify(["status", "--json"]).success().json();
    let created = |name: &str| (name.to_owned(), "Create".to_owned());
    assert_eq!(operations(&status), [created("photos"), created("notes"), created("hello")]);

    let _ = sandbox.amplify(["plan", "--detailed-exitcode"]).ended_with(2);
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let _ = sandbox.amplify(["plan", "--detailed-exitcode"]).ended_with(0);
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let meta = sandbox.read_json("amplify/backend/amplify-meta.json");
    assert_eq!(meta["storage"]["notes"]["output"]["Name"], "notes-dev");
    assert_eq!(meta["storage"]["notes"]["output"]["SortKeyName"], "written");
    assert!(meta["storage"]["photos"]["output"]["BucketName"].as_str().unwrap().ends_with("-dev"));
    assert!(sandbox.read("src/aws-exports.js").contains("aws_user_files_s3_bucket"));

    // The function runs, with the environment of its template.
    sandbox.write("event.json", r#"{"name": "world"}"#);
    let invoked = sandbox.amplify(["mock", "function", "hello", "--event", "event.json", "--json"]).success().json();
    assert!(invoked["error"].is_null(), "{invoked}");
    assert!(invoked["result"].is_object(), "{invoked}");

    // A change shows for what it is, deploys, and is gone from the plan.
    let source = "exports.handler = async event => ({ changed: event.name, environment: process.env.ENV });\n";
    sandbox.write("amplify/backend/function/hello/src/index.js", source);
    let status = sandbox.amplify(["status", "--json"]).success().json();
    assert_eq!(operations(&status)[0], ("hello".to_owned(), "Update".to_owned()));
    let explained = sandbox.amplify(["status", "--explain", "hello"]).success();
    assert!(explained.stdout.contains("src/index.js"), "{explained}");
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let invoked = sandbox.amplify(["mock", "function", "hello", "--event", "event.json", "--json"]).success().json();
    assert_eq!(invoked["result"], serde_json::json!({"changed": "world", "environment": "dev"}));

    // A table goes only when it is named.
    let _ = sandbox.amplify(["remove", "storage", "notes", "--yes"]).success();
    assert!(!sandbox.exists("amplify/backend/storage/notes"));
    let before = sandbox.tree();
    let _ = sandbox.amplify(["push", "--yes"]).ended_with(1).says("--allow-delete notes");
    assert!(sandbox.tree() == before, "a refused push changes nothing");
    let _ = sandbox.amplify(["push", "--yes", "--allow-delete", "notes"]).success();
    let status = sandbox.amplify(["status", "--json"]).success().json();
    let unchanged = |name: &str| (name.to_owned(), "No Change".to_owned());
    assert_eq!(operations(&status), [unchanged("photos"), unchanged("hello")]);

    let _ = sandbox.amplify(["delete", "--yes", "--force"]).success();
    assert!(!sandbox.exists("amplify"));
    assert!(!sandbox.exists("src/aws-exports.js"));
}

#[test]
fn what_depends_on_a_resource_keeps_it() {
    let sandbox = Sandbox::initialised();
    sandbox.write("notes.json", TABLE);
    let _ = sandbox.amplify(["add", "storage", "--answers", "notes.json", "--yes"]).success();
    let mut config = sandbox.read_json("amplify/backend/backend-config.json");
    config["custom"]["watcher"] = serde_json::json!({"service": "any", "providerPlugin": "awscloudformation",
        "dependsOn": [{"category": "storage", "resourceName": "notes", "attributes": ["Name"]}]});
    sandbox.write("amplify/backend/backend-config.json", serde_json::to_string_pretty(&config).unwrap());
    sandbox.write(
        "amplify/backend/custom/watcher/template.json",
        r#"{"Parameters": {"env": {"Type": "String"}, "storagenotesName": {"Type": "String"}},
            "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "storagenotesName"}}}},
            "Outputs": {"Watched": {"Value": {"Ref": "storagenotesName"}}}}"#,
    );
    let _ = sandbox.amplify(["remove", "storage", "notes", "--yes"]).ended_with(1).says("watcher");
    assert!(sandbox.exists("amplify/backend/storage/notes"));

    // A custom stack needs no plugin: it is planned and deployed like any other.
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let meta = sandbox.read_json("amplify/backend/amplify-meta.json");
    assert_eq!(meta["custom"]["watcher"]["output"]["Watched"], "notes-dev");
}

#[test]
fn a_key_change_replaces_the_table_only_when_it_is_named() {
    let sandbox = Sandbox::initialised();
    sandbox.write("notes.json", TABLE);
    let _ = sandbox.amplify(["add", "storage", "--answers", "notes.json", "--yes"]).success();
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let path = "amplify/backend/storage/notes/notes-cloudformation-template.json";
    let mut template = sandbox.read_json(path);
    let keys = &mut template["Resources"]["DynamoDBTable"]["Properties"]["KeySchema"];
    keys[0]["AttributeName"] = "author".into();
    sandbox.write(path, serde_json::to_string_pretty(&template).unwrap());

    let plan = sandbox.amplify(["plan", "--json"]).success().json();
    let change = &plan["resources"][0]["changes"][0];
    assert_eq!(change["action"], "replace", "{plan}");
    assert!(change["causes"][0]["property"].as_str().unwrap().starts_with("KeySchema"), "{plan}");
    assert!(change["dataLoss"].is_string(), "{plan}");
    let _ = sandbox.amplify(["push", "--yes"]).ended_with(1).says("--allow-replace notes");
}

#[test]
fn a_failed_push_leaves_the_deployment_and_the_project_as_they_were() {
    let sandbox = Sandbox::initialised();
    sandbox.write("notes.json", TABLE);
    let _ = sandbox.amplify(["add", "storage", "--answers", "notes.json", "--yes"]).success();
    let _ = sandbox.amplify(["push", "--yes"]).success();
    // A second table with an index over an attribute that nothing defines: refused when it is created.
    let _ = sandbox
        .amplify([
            "add",
            "storage",
            "--yes",
            "--answer",
            "storage.service=DynamoDB",
            "--answer",
            "storage.resourceName=broken",
            "--answer",
            "storage.columns[0].name=id",
            "--answer",
            "storage.columns[0].type=string",
        ])
        .success();
    let path = "amplify/backend/storage/broken/broken-cloudformation-template.json";
    let mut template = sandbox.read_json(path);
    template["Resources"]["DynamoDBTable"]["Properties"]["KeySchema"][0]["AttributeName"] = "missing".into();
    sandbox.write(path, serde_json::to_string_pretty(&template).unwrap());

    let meta = sandbox.read("amplify/backend/amplify-meta.json");
    let output = sandbox.amplify(["push", "--yes"]).ended_with(1);
    assert!(output.stderr.contains("DynamoDBTable"), "the leaf resource is named\n{output}");
    assert!(output.stderr.contains("AWS::DynamoDB::Table"), "its type is named\n{output}");
    assert_eq!(sandbox.read("amplify/backend/amplify-meta.json"), meta);
    let rows = operations(&sandbox.amplify(["status", "--json"]).success().json());
    assert_eq!(rows, [("broken".to_owned(), "Create".to_owned()), ("notes".to_owned(), "No Change".to_owned())]);
    // The way out works: without the broken table the push has nothing to do.
    let _ = sandbox.amplify(["remove", "storage", "broken", "--yes"]).success();
    let _ = sandbox.amplify(["plan", "--detailed-exitcode"]).ended_with(0);
}
