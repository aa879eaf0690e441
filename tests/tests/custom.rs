//! Custom CloudFormation stacks, as the quickstart says: an entry in `backend-config.json`, a folder, and a checkout.

use amplify_tests::{Account, Output, Sandbox};
use serde_json::{Value, json};

/// Runs the program in a project, wherever that is deployed.
type Run<'r> = &'r dyn Fn(&[&str]) -> Output;

/// 1. Modify `amplify/backend/backend-config.json`.
fn enter(sandbox: &Sandbox, name: &str, depends_on: Value) {
    let path = "amplify/backend/backend-config.json";
    let mut config = sandbox.read_json(path);
    config["mycategory"][name] =
        json!({ "service": "anything", "providerPlugin": "awscloudformation", "dependsOn": depends_on });
    sandbox.write(path, format!("{config:#}"));
}

/// 2. Make a folder with `parameters.json` and `template.json`.
fn folder(sandbox: &Sandbox, name: &str, parameters: &Value, topic: &Value, declared: &[&str]) {
    let declared: Value = declared
        .iter()
        .map(|name| ((*name).to_owned(), json!({ "Type": "String" })))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let template = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": declared,
        "Resources": { "Topic": { "Type": "AWS::SNS::Topic", "Properties": { "DisplayName": topic } } },
        "Outputs": { "Shown": { "Value": topic } },
    });
    sandbox.write(&format!("amplify/backend/mycategory/{name}/template.json"), format!("{template:#}"));
    sandbox.write(&format!("amplify/backend/mycategory/{name}/parameters.json"), format!("{parameters:#}"));
}

fn as_the_quickstart_says(sandbox: &Sandbox, run: Run<'_>) {
    let answers =
        ["storage.service=S3", "storage.resourceName=photos", "storage.authenticatedAccess=create/update,read"];
    let answers = answers.iter().flat_map(|answer| ["--answer", answer]);
    let _ = run(&["add", "storage", "--yes"].into_iter().chain(answers).collect::<Vec<_>>()).success();
    let _ = run(&["push", "--yes"]).success();

    let depends_on = json!([{ "category": "storage", "resourceName": "photos", "attributes": ["BucketName"] }]);
    enter(sandbox, "first", depends_on);
    enter(sandbox, "second", json!([]));
    // 3. and 4. The parameter of the template, and its value.
    let reference = json!({ "storagephotosBucketName": { "Fn::GetAtt": ["storagephotos", "Outputs.BucketName"] } });
    folder(
        sandbox,
        "first",
        &reference,
        &json!({ "Ref": "storagephotosBucketName" }),
        &["env", "storagephotosBucketName"],
    );
    let shown = json!({ "Fn::Sub": "${word}-${env}" });
    folder(sandbox, "second", &json!({ "word": "hello" }), &shown, &["env", "word"]);
    let row = |operation: &str| -> Vec<Value> {
        let status = run(&["status", "--json"]).success().json();
        let rows = status["resources"].as_array().unwrap().iter();
        rows.filter(|row| row["category"] == "mycategory" && row["operation"] == operation).cloned().collect()
    };

    // 5. Run `amplify env checkout <current-env-name>`.
    let _ = run(&["env", "checkout", "dev"]).success();
    assert_eq!(row("Create").len(), 2);
    let _ = run(&["status"]).success().prints("| Mycategory | first");
    let _ = run(&["push", "--yes"]).success();
    let meta = sandbox.read_json("amplify/backend/amplify-meta.json");
    let bucket = &meta["storage"]["photos"]["output"]["BucketName"];
    assert!(bucket.is_string());
    assert_eq!(&meta["mycategory"]["first"]["output"]["Shown"], bucket, "{meta}");
    assert_eq!(meta["mycategory"]["second"]["output"]["Shown"], "hello-dev", "{meta}");
    // Both templates have the same name, and neither took the place of the other.
    let url = |name: &str| meta["mycategory"][name]["providerMetadata"]["s3TemplateURL"].clone();
    assert_ne!(url("first"), url("second"));
    assert_eq!(row("No Change").len(), 2);
    let _ = run(&["plan", "--detailed-exitcode"]).ended_with(0);

    // A change of one of them leaves the other alone.
    folder(sandbox, "second", &json!({ "word": "bye" }), &shown, &["env", "word"]);
    let plan = run(&["plan", "--json"]).success().json();
    assert_eq!(plan["summary"], json!({ "create": 0, "update": 1, "replace": 0, "delete": 0 }), "{plan}");
    let _ = run(&["mycategory", "push", "--yes"]).success();
    let meta = sandbox.read_json("amplify/backend/amplify-meta.json");
    assert_eq!(meta["mycategory"]["second"]["output"]["Shown"], "bye-dev");

    // They go as they came.
    let _ = run(&["remove", "storage", "photos", "--yes"]).ended_with(1).says("first");
    let _ = run(&["mycategory", "remove", "first", "--yes"]).success();
    let _ = run(&["push", "--yes"]).success();
    assert!(sandbox.read_json("amplify/backend/amplify-meta.json")["mycategory"]["first"].is_null());
}

#[test]
fn custom_stacks_on_this_machine() {
    let sandbox = Sandbox::initialised();
    as_the_quickstart_says(&sandbox, &|words| sandbox.amplify(words.iter().copied()));
}

#[test]
fn custom_stacks_in_an_account() {
    let Some(account) = Account::new() else { return };
    let run = |words: &[&str]| account.amplify(words.iter().copied());
    let _ = run(&["init", "--yes", "--provider", "awscloudformation"]).success();
    as_the_quickstart_says(&account.sandbox, &run);
}

#[test]
fn references_that_lead_nowhere_and_circles_are_told_before_anything_is_deployed() {
    let sandbox = Sandbox::initialised();
    let on = |name: &str| json!([{ "category": "mycategory", "resourceName": name, "attributes": ["Shown"] }]);
    for (name, other) in [("first", "second"), ("second", "third"), ("third", "first")] {
        enter(&sandbox, name, on(other));
        let parameter = format!("mycategory{other}Shown");
        folder(&sandbox, name, &json!({}), &json!({ "Ref": parameter }), &["env", &parameter]);
    }
    let _ = sandbox.amplify(["env", "checkout", "dev"]).success();
    let before = sandbox.tree();
    let refused = sandbox.amplify(["push", "--yes"]).ended_with(1).says("code: resource-cycle");
    for (name, other) in [("first", "second"), ("second", "third"), ("third", "first")] {
        let place = format!("(amplify/backend/backend-config.json: mycategory.{name}.dependsOn[0].attributes)");
        let edge = format!("  cause: `mycategory/{name}` needs `mycategory/{other}` {place}\n");
        assert!(refused.stderr.contains(&edge), "{edge}{refused}");
    }
    assert!(sandbox.tree() == before);
    enter(&sandbox, "third", on("fourth"));
    let _ = sandbox.amplify(["env", "checkout", "dev"]).success();
    let _ = sandbox
        .amplify(["push", "--yes"])
        .ended_with(1)
        .says("`mycategory/fourth` (amplify/backend/backend-config.json");
}
