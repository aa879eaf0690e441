//! `amplify add api`.

use amplify_sdk::{
    error::{ErrorKind, PluginError},
    message::CallReply,
    testing::Host,
};
use category_api::graphql::Guided;
use serde_json::{Value, json};

use crate::{add, auth_config, named, plugin, text, with_pool};

const TODO_SCHEMA: &str = "type Todo @model { id: ID! name: String! }";

#[test]
fn the_defaults_make_a_todo_with_a_key() {
    let outcome = add(Host::new());
    assert_eq!(
        outcome.keys(),
        [
            "api.service",
            "api.name",
            "api.defaultAuth",
            "api.apiKey.description",
            "api.apiKey.expirationDays",
            "api.advanced",
            "api.schema",
            "api.guided",
            "api.guided.kind",
            "api.guided.edit",
        ]
    );
    assert_eq!(outcome.text("api", "demo", "schema.graphql"), Guided::SingleObject.text());
    let entry = Value::Object(outcome.entry("api", "demo").clone());
    let expected = json!({
        "service": "AppSync",
        "providerPlugin": "awscloudformation",
        "output": { "authConfig": {
            "additionalAuthenticationProviders": [],
            "defaultAuthentication": {
                "authenticationType": "API_KEY",
                "apiKeyConfig": { "description": "", "apiKeyExpirationDays": 7 },
            },
        } },
    });
    assert_eq!(text(&entry), text(&expected), "keys and their order");
    let parameters = outcome.json("api", "demo", "parameters.json");
    let expected = json!({
        "AppSyncApiName": "demo",
        "DynamoDBBillingMode": "PAY_PER_REQUEST",
        "DynamoDBEnableServerSideEncryption": "false",
    });
    assert_eq!(text(&parameters), text(&expected));
    let configuration = outcome.json("api", "demo", "transform.conf.json");
    assert_eq!(text(&configuration), text(&json!({ "Version": 5, "ElasticsearchWarning": true })));
    let files = outcome.files();
    for file in ["stacks/CustomResources.json", "build/stacks/Todo.json", "build/resolvers/Query.getTodo.req.vtl"] {
        assert!(files.contains(&format!("api/demo/{file}")), "{files:?}");
    }
    assert_eq!(outcome.json("api", "demo", "build/parameters.json")["CreateAPIKey"], json!(1));
    let said = &outcome.changes().messages;
    assert!(said.contains(&"Successfully added resource demo locally".to_owned()), "{said:?}");
    assert!(outcome.log[0].text.contains("- Todo"), "{:?}", outcome.log);
}

#[test]
fn users_of_a_pool_may_call_it() {
    let host = with_pool(named(TODO_SCHEMA)).answer("api.defaultAuth", "AMAZON_COGNITO_USER_POOLS");
    let outcome = add(host);
    let pool =
        json!({ "authenticationType": "AMAZON_COGNITO_USER_POOLS", "userPoolConfig": { "userPoolId": "authpool" } });
    assert_eq!(auth_config(&outcome)["defaultAuthentication"], pool);
    let mut expected: Value = serde_json::from_str(include_str!("../data/parameters.json")).unwrap();
    expected["AppSyncApiName"] = "blog".into();
    expected["AuthCognitoUserPoolId"]["Fn::GetAtt"][0] = "authpool".into();
    assert_eq!(text(&outcome.json("api", "blog", "parameters.json")), text(&expected), "as the original wrote it");
    assert_eq!(outcome.calls[0].method, "ensure");
}

#[test]
fn a_pool_is_made_where_there_is_none() {
    let changes = amplify_sdk::change::Changes::new().add_resource("auth", "fresh", [("service", json!("Cognito"))]);
    let reply = CallReply { changes, ..CallReply::default() };
    let host = named(TODO_SCHEMA).answer("api.defaultAuth", "AMAZON_COGNITO_USER_POOLS").reply_with(
        "auth",
        "ensure",
        Ok(reply),
    );
    let outcome = add(host);
    let pool = &auth_config(&outcome)["defaultAuthentication"]["userPoolConfig"]["userPoolId"];
    assert_eq!(*pool, json!("authfresh"));

    let missing = PluginError::new("no-plugin", "there is no plugin for `auth`");
    let host = named(TODO_SCHEMA).answer("api.defaultAuth", "AMAZON_COGNITO_USER_POOLS").reply_with(
        "auth",
        "ensure",
        Err(missing),
    );
    assert_eq!(add(host).error().code, "api-no-auth");
}

#[test]
fn more_modes_are_asked_for_one_after_the_other() {
    let host = with_pool(named(TODO_SCHEMA))
        .answer("api.defaultAuth", "AWS_IAM")
        .answer("api.advanced", "yes")
        .answer("api.additionalAuth", json!(["OPENID_CONNECT", "AMAZON_COGNITO_USER_POOLS", "API_KEY"]))
        .answer("api.apiKey.expirationDays", "30")
        .answer(
            "api.openId",
            json!({
                "name": "corp", "issuerUrl": "https://id.example.com", "iatTTL": "60000", "authTTL": "3600000",
            }),
        );
    let outcome = add(host);
    let config = auth_config(&outcome);
    assert_eq!(config["defaultAuthentication"], json!({ "authenticationType": "AWS_IAM" }));
    let kinds: Vec<&str> = config["additionalAuthenticationProviders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|provider| provider["authenticationType"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["API_KEY", "AMAZON_COGNITO_USER_POOLS", "OPENID_CONNECT"]);
    assert_eq!(config["additionalAuthenticationProviders"][0]["apiKeyConfig"]["apiKeyExpirationDays"], json!(30));
    let open_id = &config["additionalAuthenticationProviders"][2]["openIDConnectConfig"];
    assert_eq!(
        text(open_id),
        text(&json!({
            "name": "corp", "issuerUrl": "https://id.example.com", "clientId": "", "iatTTL": "60000", "authTTL": "3600000",
        }))
    );
    let template = outcome.json("api", "blog", "build/cloudformation-template.json");
    let api = &template["Resources"]["GraphQLAPI"]["Properties"];
    assert_eq!(api["AuthenticationType"], "AWS_IAM");
    assert_eq!(api["AdditionalAuthenticationProviders"].as_array().unwrap().len(), 3);
}

#[test]
fn rules_are_offered_where_there_are_users() {
    let kinds = |outcome: &amplify_sdk::testing::Outcome| {
        let question = outcome.asked.iter().find(|question| question.key == "api.guided.kind").unwrap();
        match &question.kind {
            amplify_sdk::question::QuestionKind::Select { choices, .. } => choices.len(),
            _ => 0,
        }
    };
    assert_eq!(kinds(&add(Host::new())), 2);
    let host = with_pool(Host::new())
        .answer("api.defaultAuth", "AMAZON_COGNITO_USER_POOLS")
        .answer("api.guided.kind", "authorization");
    let outcome = add(host);
    assert_eq!(kinds(&outcome), 3);
    assert!(outcome.files().contains(&"api/demo/build/stacks/PrivateNote.json".to_owned()));
    let outcome = add(Host::new().answer("api.guided.kind", "one-to-many"));
    assert!(outcome.files().contains(&"api/demo/build/stacks/ConnectionStack.json".to_owned()));
}

#[test]
fn a_schema_can_be_a_file_or_a_type_of_ones_own() {
    let file = Host::new().file("mine.graphql", TODO_SCHEMA).answer("api.schema.file", "./mine.graphql");
    assert_eq!(add(file).text("api", "demo", "schema.graphql"), TODO_SCHEMA);
    let missing = add(Host::new().answer("api.schema.file", "nowhere.graphql"));
    let missing = missing.error();
    assert_eq!((missing.kind, missing.code.as_str()), (ErrorKind::Usage, "api-schema-file"));
    let base = Host::new().answer("api.schema", false).answer("api.guided", false).answer("api.typeName", "Car");
    assert!(add(base).text("api", "demo", "schema.graphql").starts_with("type Car @model {"));
}

#[test]
fn a_guided_schema_can_be_edited_on_the_way() {
    let edited = "type Task @model { id: ID! done: Boolean }";
    let outcome = add(Host::new().answer("api.guided.edit", edited));
    assert_eq!(outcome.text("api", "demo", "schema.graphql"), edited);
    assert!(outcome.files().contains(&"api/demo/build/stacks/Task.json".to_owned()));

    let wrong = "type Task @model { id: IDD! }";
    let outcome = add(Host::new().answer("api.guided.edit", wrong));
    assert_eq!(outcome.error().code, "api-schema");
    let question = outcome.asked.iter().find(|question| question.key == "api.guided.correct").unwrap();
    assert_eq!(question.text, "Correct the errors in schema.graphql and press Enter to re-compile.");
    let outcome = add(Host::new().answer("api.guided.edit", wrong).answer("api.guided.correct", edited));
    assert_eq!(outcome.text("api", "demo", "schema.graphql"), edited);
}

#[test]
fn everything_wrong_with_a_schema_is_said_at_once() {
    let outcome = add(named("type A @model {\n  id: ID!\n  b: Strin\n}\ntype B @modle { id: ID! }\n"));
    let error = outcome.error();
    assert_eq!(error.code, "api-schema");
    assert_eq!(error.message, "the GraphQL schema of `blog` has 2 errors");
    assert!(error.causes[0].contains("amplify/backend/api/blog/schema.graphql:3:6"), "{error:?}");
    assert!(error.causes[0].contains("^^^^^") && error.causes[0].contains("did you mean `String`?"), "{error:?}");
    assert!(error.causes[1].contains("did you mean `model`?") || error.causes[1].contains("@model"), "{error:?}");
}

#[test]
fn what_is_not_there_is_refused() {
    let twice = Host::new().resource("api", "old", [("service", json!("AppSync"))]);
    let error = add(twice);
    assert_eq!(error.error().code, "api-exists");
    assert_eq!(error.error().hints, ["amplify update api"]);
    let host = named(TODO_SCHEMA).answer("api.advanced", "yes").answer("api.conflictDetection", true);
    assert_eq!(add(host).error().code, "api-conflict-detection");
    for days in ["0", "366", "x", ""] {
        let outcome = add(named(TODO_SCHEMA).answer("api.apiKey.expirationDays", days));
        assert_eq!(outcome.error().code, "wrong-answer", "{days}");
    }
    assert!(add(named(TODO_SCHEMA).answer("api.apiKey.expirationDays", "365")).result.is_ok());
}

#[test]
fn the_manifest_is_well_formed() {
    amplify_sdk::testing::check_manifest(&plugin());
}
