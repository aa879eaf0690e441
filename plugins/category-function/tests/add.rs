//! `amplify add function`, from questions to files.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use amplify_sdk::testing::{Host, check_manifest};
use category_function::FunctionCategory;
use serde_json::{Value, json};

fn host() -> Host {
    Host::new().answer("function.resourceName", "hello").defaults()
}

fn shop() -> Host {
    Host::new()
        .resource("storage", "photos", [("service", json!("S3")), ("providerPlugin", json!("awscloudformation"))])
        .resource("storage", "items", [("service", json!("DynamoDB")), ("providerPlugin", json!("awscloudformation"))])
        .resource("auth", "users", [("service", json!("Cognito"))])
        .resource("auth", "userPoolGroups", [("service", json!("Cognito-UserPool-Groups"))])
        .answer("function.resourceName", "thumbs")
        .defaults()
}

fn without_layout(value: &Value) -> String {
    serde_json::to_string(value).unwrap()
}

#[test]
fn the_manifest_is_valid() {
    let manifest = check_manifest(&FunctionCategory);
    let commands: Vec<&str> = manifest.commands.iter().map(|command| command.name.as_str()).collect();
    assert_eq!(commands, ["add", "update", "build"]);
}

#[test]
fn hello_world_has_the_files_of_the_original() {
    let outcome = host().run(&FunctionCategory, "add", &[]);
    assert_eq!(
        outcome.keys(),
        [
            "function.resourceName",
            "function.functionName",
            "function.runtime",
            "function.template",
            "function.schedule",
            "function.environment"
        ]
    );
    assert_eq!(
        outcome.files(),
        [
            "function/hello/hello-cloudformation-template.json",
            "function/hello/parameters.json",
            "function/hello/function-parameters.json",
            "function/hello/custom-policies.json",
            "function/hello/amplify.state",
            "function/hello/src/index.js",
            "function/hello/src/package.json",
            "function/hello/src/event.json",
        ]
    );
    let entry = Value::Object(outcome.entry("function", "hello").clone());
    assert_eq!(without_layout(&entry), r#"{"build":true,"providerPlugin":"awscloudformation","service":"Lambda"}"#);
    assert_eq!(outcome.json("function", "hello", "parameters.json"), json!({}));
    assert_eq!(outcome.json("function", "hello", "function-parameters.json"), json!({}));
    assert_eq!(outcome.json("function", "hello", "custom-policies.json"), json!([{"Action": [], "Resource": []}]));
    assert!(outcome.text("function", "hello", "amplify.state").contains("\n  \"functionRuntime\": \"nodejs\",\n"));
    let changes = outcome.value();
    assert_eq!(changes.messages, ["Successfully added resource hello locally."]);
    assert_eq!(
        changes.next_steps[0],
        "Check out sample function code generated in /demo/amplify/backend/function/hello/src"
    );
    assert_eq!(changes.next_steps[2], "\"amplify mock function hello\" runs your function locally");
}

#[test]
fn python_has_its_own_files_and_runtime() {
    let outcome = host().answer("function.runtime", "Python").run(&FunctionCategory, "add", &[]);
    let template = outcome.json("function", "hello", "hello-cloudformation-template.json");
    assert_eq!(template["Resources"]["LambdaFunction"]["Properties"]["Runtime"], "python3.13");
    assert!(outcome.text("function", "hello", "src/index.py").contains("def handler(event, context)"));
    assert!(outcome.text("function", "hello", "Pipfile").contains("[packages]"));
    assert!(outcome.text("function", "hello", "amplify.state").contains("amplify-python-function-runtime-provider"));
}

#[test]
fn a_proposed_name_is_taken_for_both_names() {
    let outcome = Host::new().defaults().run(&FunctionCategory, "add", &[]);
    let file = outcome.files().remove(0);
    let name = file.split('/').nth(1).unwrap().to_owned();
    assert!(name.starts_with("demo") && name.len() == 12, "{name}");
    let template = outcome.json("function", &name, &format!("{name}-cloudformation-template.json"));
    assert_eq!(template.pointer("/Resources/LambdaFunction/Properties/FunctionName/Fn::If/1"), Some(&json!(name)));
}

#[test]
fn one_object_of_answers_grants_access() {
    let outcome = shop()
        .answer(
            "function.access",
            json!({"storage": {"photos": ["read"], "items": ["create", "read"]}, "auth": {"users": "read"}}),
        )
        .run(&FunctionCategory, "add", &[]);
    assert_eq!(
        outcome.json("function", "thumbs", "function-parameters.json"),
        json!({"permissions": {"storage": {"photos": ["read"], "items": ["create", "read"]}, "auth": {"users": ["read"]}}})
    );
    assert_eq!(
        outcome.entry("function", "thumbs")["dependsOn"],
        json!([
            {"category": "storage", "resourceName": "photos", "attributes": ["BucketName"]},
            {"category": "storage", "resourceName": "items", "attributes": ["Name", "Arn"]},
            {"category": "auth", "resourceName": "users", "attributes": ["UserPoolId"]}
        ])
    );
    let template = outcome.json("function", "thumbs", "thumbs-cloudformation-template.json");
    let statements = &template["Resources"]["AmplifyResourcesPolicy"]["Properties"]["PolicyDocument"]["Statement"];
    assert_eq!(statements.as_array().unwrap().len(), 4, "{statements}");
    let source = outcome.text("function", "thumbs", "src/index.js");
    assert!(
        source.starts_with(
            "/* Amplify Params - DO NOT EDIT\n\tAUTH_USERS_USERPOOLID\n\tENV\n\tREGION\n\tSTORAGE_ITEMS_ARN\n"
        ),
        "{source}"
    );
    assert_eq!(
        outcome.value().messages[0],
        "You can access the following resource attributes as environment variables from your Lambda function\n\
         \tAUTH_USERS_USERPOOLID\n\tENV\n\tREGION\n\tSTORAGE_ITEMS_ARN\n\tSTORAGE_ITEMS_NAME\n\tSTORAGE_PHOTOS_BUCKETNAME"
    );
}

#[test]
fn only_what_can_be_granted_is_offered() {
    let outcome = shop().answer("function.access", json!({"auth": {"userPoolGroups": ["read"]}})).run(
        &FunctionCategory,
        "add",
        &[],
    );
    // The one user pool is taken without a question; its operations are asked for, and nobody answers.
    assert_eq!(outcome.error().code, "missing-answer");
    assert!(!outcome.keys().contains(&"function.access.auth.userPoolGroups"));
    assert_eq!(outcome.keys().last(), Some(&"function.access.auth.users"));
}

#[test]
fn a_schedule_is_a_parameter_and_a_rule() {
    let outcome = host()
        .answer("function.schedule", json!({"interval": "weekly", "weekday": "Monday", "time": "07:17"}))
        .run(&FunctionCategory, "add", &[]);
    assert_eq!(outcome.json("function", "hello", "parameters.json"), json!({"CloudWatchRule": "cron(17 7 ? * 2 *)"}));
    let template = outcome.json("function", "hello", "hello-cloudformation-template.json");
    assert!(template["Resources"]["PermissionForEventsToInvokeLambda"].is_object());
}

#[test]
fn a_wrong_schedule_is_explained() {
    let wrong = |interval: &str, key: &str, value: &str| {
        let answers = json!({"interval": interval, key: value});
        host().answer("function.schedule", answers).run(&FunctionCategory, "add", &[]).error().message.clone()
    };
    assert_eq!(
        wrong("custom", "expression", "0 8 * * * *"),
        "`0 8 * * * *` is not a schedule expression: one of day of month and day of week must be `?`, and the other not"
    );
    assert_eq!(wrong("yearly", "date", "02/30"), "`02/30` is no date of any year");
    assert!(wrong("minutes", "rate", "0").contains("Value needs to be a positive integer"));
}

#[test]
fn environment_variables_are_parameters() {
    let outcome = host()
        .answer(
            "function.environment",
            json!([{"name": "TABLE_PREFIX", "value": "shop"}, {"name": "DEBUG", "value": "1"}]),
        )
        .run(&FunctionCategory, "add", &[]);
    assert_eq!(outcome.json("function", "hello", "parameters.json"), json!({"tablePrefix": "shop", "debug": "1"}));
    let template = outcome.json("function", "hello", "hello-cloudformation-template.json");
    let variables = &template["Resources"]["LambdaFunction"]["Properties"]["Environment"]["Variables"];
    assert_eq!(variables["TABLE_PREFIX"], json!({"Ref": "tablePrefix"}));
    assert_eq!(template["Parameters"]["tablePrefix"], json!({"Type": "String"}));
}

#[test]
fn reserved_variables_are_refused() {
    for (name, code) in [("AWS_REGION", "wrong-answer"), ("1A", "wrong-answer"), ("ENV", "function-variable")] {
        let outcome = host().answer("function.environment", json!([{"name": name, "value": "x"}])).run(
            &FunctionCategory,
            "add",
            &[],
        );
        assert_eq!(outcome.error().code, code, "{name}");
    }
    let long = "x".repeat(5000);
    let outcome =
        host().answer("function.environment", json!([{"name": "A", "value": long}])).run(&FunctionCategory, "add", &[]);
    assert_eq!(outcome.error().code, "function-variables-size");
}

#[test]
fn names_are_checked() {
    for name in ["", "a-b", "../x", "a b", &"x".repeat(54), "Photos"] {
        let host = Host::new()
            .resource("function", "photos", [("service", json!("Lambda"))])
            .defaults()
            .answer("function.resourceName", name);
        assert_eq!(host.run(&FunctionCategory, "add", &[]).error().code, "wrong-answer", "{name}");
    }
}
