//! What the templates other than Hello World ask for and make.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use amplify_sdk::testing::Host;
use category_function::FunctionCategory;
use serde_json::{Value, json};

/// What is wrong, with the answers, the code and the words of the refusal.
type Case<'c> = (&'c str, Vec<(&'c str, Value)>, &'c str, &'c str);

const KEYS: &str = r#"{"tableName": "orders", "partitionKeyName": "id", "partitionKeyType": "S", "sortKeyName": "at", "sortKeyType": "N"}"#;

const SCHEMA: &str = "type Post @model { id: ID! }\ntype Comment @model { id: ID! }\ntype Draft { id: ID! }\n";

fn shop() -> Host {
    Host::new()
        .resource("storage", "orders", [("service", json!("DynamoDB"))])
        .file("amplify/backend/storage/orders/parameters.json", KEYS)
        .answer("function.resourceName", "shop")
        .defaults()
}

fn blog() -> Host {
    Host::new()
        .resource("api", "blog", [("service", json!("AppSync"))])
        .file("amplify/backend/api/blog/schema.graphql", SCHEMA)
        .answer("function.resourceName", "f")
        .defaults()
}

fn template(outcome: &amplify_sdk::testing::Outcome, name: &str) -> Value {
    outcome.json("function", name, &format!("{name}-cloudformation-template.json"))
}

#[test]
fn crud_keeps_the_items_of_a_table_of_the_project() {
    let outcome = shop().answer("function.template", "crud").run(&FunctionCategory, "add", &[]);
    let asked = ["function.template", "function.table.source", "function.table.resource", "function.access"];
    assert_eq!(outcome.keys()[3..7], asked);
    let on = json!([{"category": "storage", "resourceName": "orders", "attributes": ["Name", "Arn"]}]);
    assert_eq!(outcome.entry("function", "shop")["dependsOn"], on);
    let made = template(&outcome, "shop");
    let statements = made.pointer("/Resources/lambdaexecutionpolicy/Properties/PolicyDocument/Statement").unwrap();
    assert_eq!(
        statements[1]["Resource"],
        json!([{"Ref": "storageordersArn"}, {"Fn::Join": ["/", [{"Ref": "storageordersArn"}, "index/*"]]}])
    );
    let app = outcome.text("function", "shop", "src/app.js");
    assert!(app.starts_with("/* Amplify Params - DO NOT EDIT\n\tENV\n\tREGION\n\tSTORAGE_ORDERS_ARN\n"), "{app}");
    assert!(app.contains(r#"PARTITION_KEY = { name: "id", type: "S" };"#), "{app}");
    assert!(outcome.text("function", "shop", "src/index.js").contains("exports.handler"));
    assert!(outcome.text("function", "shop", "amplify.state").contains("\"defaultEditorFile\": \"src/app.js\""));
    let opened = &outcome.value().open[0];
    assert_eq!((opened.path.as_str(), opened.question.key.as_str()), ("src/app.js", "function.edit"));
    assert_eq!(opened.question.text, "Do you want to edit the local lambda function now?");
}

#[test]
fn access_that_goes_leaves_crud_its_table() {
    let mut host = shop();
    let crud = shop().answer("function.template", "crud");
    let without = crud.run(&FunctionCategory, "add", &[]);
    let with = shop()
        .answer("function.template", "crud")
        .answer("function.access", json!({"storage": {"orders": ["read"]}}))
        .run(&FunctionCategory, "add", &[]);
    host.apply(&with);
    let updated = host.answer("function.access", json!({"storage": false})).run(&FunctionCategory, "update", &["shop"]);
    assert_eq!(template(&updated, "shop"), template(&without, "shop"));
}

#[test]
fn crud_in_python_is_one_file() {
    let outcome = shop().answer("function.template", "crud").answer("function.runtime", "python").run(
        &FunctionCategory,
        "add",
        &[],
    );
    let source = outcome.text("function", "shop", "src/index.py");
    assert!(source.contains(r#"SORT_KEY = ("at", "N")"#) && source.contains("STORAGE_ORDERS_NAME"), "{source}");
}

#[test]
fn crud_can_make_its_table() {
    let reply = amplify_sdk::message::CallReply {
        value: json!({"resource": "orders"}),
        ..amplify_sdk::message::CallReply::default()
    };
    let outcome = shop()
        .reply_with("storage", "addTable", Ok(reply))
        .answer("function.template", "crud")
        .answer("function.table.source", "new")
        .run(&FunctionCategory, "add", &[]);
    assert!(outcome.text("function", "shop", "src/app.js").contains("STORAGE_ORDERS_NAME"));
    assert!(!outcome.keys().contains(&"function.table.resource"));
    // It is made when the command has succeeded, which is told then and not while questions are still open.
    let told =
        outcome.value().messages.iter().filter(|text| *text == "Succesfully added DynamoDb table locally").count();
    assert_eq!(told, 1, "{:?}", outcome.value().messages);
    assert!(
        outcome.progress.iter().all(|progress| !format!("{progress:?}").contains("added")),
        "{:?}",
        outcome.progress
    );
    let present = shop().answer("function.template", "crud").run(&FunctionCategory, "add", &[]);
    assert!(present.value().messages.iter().all(|text| !text.contains("table locally")));
}

#[test]
fn express_brings_its_dependencies() {
    let outcome = shop().answer("function.template", "serverless-express").run(&FunctionCategory, "add", &[]);
    let package = outcome.json("function", "shop", "src/package.json");
    assert!(package["dependencies"]["express"].is_string() && package["dependencies"]["serverless-http"].is_string());
    assert!(outcome.text("function", "shop", "src/app.js").contains("app.use(\"/item\", routes)"));
}

#[test]
fn a_table_of_the_project_starts_it() {
    let outcome = shop().answer("function.template", "trigger").answer("function.trigger.source", "storage").run(
        &FunctionCategory,
        "add",
        &[],
    );
    let made = template(&outcome, "shop");
    let mapping = &made["Resources"]["LambdaEventSourceMapping"]["Properties"];
    assert_eq!(mapping["EventSourceArn"], json!({"Ref": "storageordersStreamArn"}));
    assert_eq!((&mapping["BatchSize"], &mapping["StartingPosition"]), (&json!(100), &json!("LATEST")));
    assert_eq!(outcome.entry("function", "shop")["dependsOn"][0]["attributes"], json!(["StreamArn"]));
    assert!(outcome.text("function", "shop", "src/index.js").contains("record.dynamodb"));
}

#[test]
fn the_tables_of_types_start_it() {
    let outcome = blog()
        .answer("function.template", "trigger")
        .answer("function.trigger.models", json!(["Post", "Comment"]))
        .run(&FunctionCategory, "add", &[]);
    let made = template(&outcome, "f");
    for name in ["Post", "Comment"] {
        let stream = json!({"Fn::ImportValue": {"Fn::Sub": format!("${{apiblogGraphQLAPIIdOutput}}:GetAtt:{name}Table:StreamArn")}});
        assert_eq!(
            made["Resources"][format!("LambdaEventSourceMapping{name}")]["Properties"]["EventSourceArn"],
            stream
        );
        let statement =
            &made["Resources"][format!("LambdaTriggerPolicy{name}")]["Properties"]["PolicyDocument"]["Statement"][0];
        assert_eq!(statement["Resource"], stream);
    }
    assert_eq!(
        outcome.entry("function", "f")["dependsOn"],
        json!([{"category": "api", "resourceName": "blog", "attributes": ["GraphQLAPIIdOutput", "GraphQLAPIEndpointOutput"]}])
    );
}

#[test]
fn a_stream_is_named_by_its_arn() {
    let arn = "arn:aws:kinesis:eu-west-1:111122223333:stream/visits";
    let outcome = Host::new()
        .defaults()
        .answer("function.resourceName", "f")
        .answer("function.template", "trigger")
        .answer("function.trigger", json!({"eventSource": "kinesis", "source": "arn", "arn": arn}))
        .run(&FunctionCategory, "add", &[]);
    let made = template(&outcome, "f");
    assert_eq!(made["Resources"]["LambdaEventSourceMapping"]["Properties"]["EventSourceArn"], arn);
    let statement = &made["Resources"]["LambdaTriggerPolicy"]["Properties"]["PolicyDocument"]["Statement"][0];
    assert_eq!(statement["Resource"], arn);
    assert!(
        statement["Action"].as_array().unwrap().iter().all(|action| action.as_str().unwrap().starts_with("kinesis:"))
    );
    assert!(outcome.text("function", "f", "src/index.js").contains("record.kinesis"));
}

#[test]
fn access_to_the_table_of_a_type_is_offered_beside_storage() {
    let outcome = blog().answer("function.access", json!({"storage": {"Post:@model(appsync)": ["read"]}})).run(
        &FunctionCategory,
        "add",
        &[],
    );
    assert_eq!(
        outcome.json("function", "f", "function-parameters.json"),
        json!({"permissions": {"storage": {"Post:@model(appsync)": ["read"]}}})
    );
    assert_eq!(
        outcome.entry("function", "f")["dependsOn"],
        json!([{"category": "api", "resourceName": "blog", "attributes": ["GraphQLAPIIdOutput"]}])
    );
    assert_eq!(
        outcome.value().messages[0].lines().skip(1).collect::<Vec<_>>(),
        ["\tAPI_BLOG_GRAPHQLAPIIDOUTPUT", "\tAPI_BLOG_POSTTABLE_ARN", "\tAPI_BLOG_POSTTABLE_NAME", "\tENV", "\tREGION"]
    );
    let mut host = blog();
    host.apply(&outcome);
    let answers = json!({"api": {"blog": ["read"]}});
    let updated = host.answer("function.access", answers).run(&FunctionCategory, "update", &["f"]);
    let made = template(&updated, "f");
    let variables = &made["Resources"]["LambdaFunction"]["Properties"]["Environment"]["Variables"];
    assert!(variables.get("API_BLOG_POSTTABLE_NAME").is_none(), "{variables}");
    assert!(variables.get("API_BLOG_GRAPHQLAPIENDPOINTOUTPUT").is_some(), "{variables}");
    let policy = made["Resources"]["AmplifyResourcesPolicy"].to_string();
    assert!(!policy.contains("dynamodb") && policy.contains("/types/Query/*"), "{policy}");
}

#[test]
fn the_language_decides_which_files_there_are() {
    let cases = [
        ("dotnet", "dotnet10", "f::f.f::LambdaHandler", vec!["src/f.cs", "src/f.csproj", "src/event.json"]),
        ("go", "provided.al2023", "bootstrap", vec!["src/main.go", "src/lambda.go", "src/go.mod", "src/event.json"]),
        (
            "java",
            "java21",
            "example.LambdaRequestHandler::handleRequest",
            vec![
                "src/main/java/example/LambdaRequestHandler.java",
                "build.gradle",
                "settings.gradle",
                "src/event.json",
            ],
        ),
    ];
    for (runtime, lambda, handler, files) in cases {
        let host = Host::new().defaults().answer("function.resourceName", "f").answer("function.runtime", runtime);
        let outcome = host.run(&FunctionCategory, "add", &[]);
        assert!(!outcome.keys().contains(&"function.template"), "{runtime}: there is but one");
        let steps = outcome.changes().next_steps.join("\n");
        assert!(steps.contains("function build") && !steps.contains("mock function"), "it does not run here: {steps}");
        let made = template(&outcome, "f");
        let properties = &made["Resources"]["LambdaFunction"]["Properties"];
        assert_eq!((&properties["Runtime"], &properties["Handler"]), (&json!(lambda), &json!(handler)));
        for file in files {
            assert!(
                outcome.files().contains(&format!("function/f/{file}")),
                "{runtime}: {file}: {:?}",
                outcome.files()
            );
        }
    }
}

#[test]
fn what_is_wrong_is_refused_by_key_and_rule() {
    let trigger = |answers: Value| ("function.trigger", answers);
    let long = "a".repeat(60);
    let cases: [Case<'_>; 16] = [
        ("slash", vec![("function.resourceName", json!("../evil"))], "wrong-answer", "alphanumeric"),
        ("dash", vec![("function.resourceName", json!("a-b"))], "wrong-answer", "alphanumeric"),
        ("quote", vec![("function.resourceName", json!("a\"b"))], "wrong-answer", "alphanumeric"),
        ("empty", vec![("function.resourceName", json!(""))], "wrong-answer", "alphanumeric"),
        ("unicode", vec![("function.resourceName", json!("größe"))], "wrong-answer", "alphanumeric"),
        ("long", vec![("function.resourceName", json!(long))], "wrong-answer", "53"),
        ("blank", vec![("function.functionName", json!("a b"))], "wrong-answer", "a-z A-Z 0-9"),
        ("runtime", vec![("function.runtime", json!("cobol"))], "wrong-answer", "function.runtime"),
        ("template", vec![("function.template", json!("blank"))], "wrong-answer", "function.template"),
        (
            "no table",
            vec![("function.template", json!("crud")), ("function.table.source", json!("project"))],
            "no-table",
            "no DynamoDB",
        ),
        (
            "cron",
            vec![("function.schedule", json!({"interval": "custom", "expression": "cron(99 8 * * ? *)"}))],
            "wrong-answer",
            "`99` is not a valid minutes",
        ),
        ("rate", vec![("function.schedule", json!({"interval": "minutes", "rate": "0"}))], "wrong-answer", "positive"),
        (
            "reserved",
            vec![("function.environment", json!([{"name": "AWS_REGION", "value": "x"}]))],
            "wrong-answer",
            "AWS_",
        ),
        (
            "arn",
            vec![
                ("function.template", json!("trigger")),
                trigger(json!({"source": "arn", "arn": "arn:aws:sqs:eu-west-1:111122223333:q"})),
            ],
            "wrong-answer",
            "ARN format is invalid",
        ),
        (
            "no api",
            vec![("function.template", json!("trigger")), trigger(json!({"source": "model"}))],
            "no-graphql-api",
            "No AppSync resources",
        ),
        (
            "no stream",
            vec![
                ("function.template", json!("trigger")),
                trigger(json!({"eventSource": "kinesis", "source": "analytics"})),
            ],
            "no-kinesis-stream",
            "No Kinesis streams",
        ),
    ];
    for (name, answers, code, words) in cases {
        let host = Host::new().defaults().answer("function.resourceName", "f");
        let host = answers.into_iter().fold(host, |host, (key, value)| host.answer(key, value));
        let outcome = host.run(&FunctionCategory, "add", &[]);
        let error = outcome.error();
        let said = format!("{} {:?} {:?}", error.message, error.causes, error.hints);
        assert_eq!(error.code, code, "{name}: {said}");
        assert!(said.contains(words), "{name}: {said}");
    }
}

#[test]
fn a_table_whose_key_is_not_known_is_refused() {
    for text in ["{}", r#"{"partitionKeyName": "a\"; evil()", "partitionKeyType": "S"}"#] {
        let host = shop().file("amplify/backend/storage/orders/parameters.json", text);
        let outcome = host.answer("function.template", "crud").run(&FunctionCategory, "add", &[]);
        assert_eq!(outcome.error().code, "table-without-key", "{text}");
    }
}
