//! `amplify update api` and `amplify api gql-compile`.

use amplify_sdk::testing::Host;
use serde_json::json;

use crate::{auth_config, plugin, project, with_pool};

const TWO: &str = "type A @model { id: ID! } type B @model { id: ID! }";
const ONE: &str = "type A @model { id: ID! }";

#[test]
fn without_an_api_there_is_nothing_to_update() {
    for command in ["update", "gql-compile"] {
        assert_eq!(Host::new().run(&plugin(), command, &[]).error().code, "api-nothing-to-update", "{command}");
    }
}

#[test]
fn another_default_mode_names_the_pool() {
    let host =
        with_pool(project(ONE)).answer("api.update", "auth").answer("api.defaultAuth", "AMAZON_COGNITO_USER_POOLS");
    let outcome = host.defaults().run(&plugin(), "update", &[]);
    assert_eq!(auth_config(&outcome)["defaultAuthentication"]["userPoolConfig"]["userPoolId"], "authpool");
    let parameters = outcome.json("api", "blog", "parameters.json");
    assert_eq!(parameters["AuthCognitoUserPoolId"], json!({ "Fn::GetAtt": ["authpool", "Outputs.UserPoolId"] }));
    let template = outcome.json("api", "blog", "build/cloudformation-template.json");
    assert_eq!(template["Resources"]["GraphQLAPI"]["Properties"]["AuthenticationType"], "AMAZON_COGNITO_USER_POOLS");
    assert_eq!(outcome.json("api", "blog", "build/parameters.json")["CreateAPIKey"], 0);
}

#[test]
fn the_settings_there_are_are_the_defaults() {
    let mut host = project(ONE);
    let changed = host.defaults();
    let outcome = changed.answer("api.apiKey.expirationDays", "90").run(&plugin(), "update", &[]);
    host = project(ONE);
    host.apply(&outcome);
    let outcome = host.defaults().run(&plugin(), "update", &[]);
    let key = &auth_config(&outcome)["defaultAuthentication"]["apiKeyConfig"];
    assert_eq!(key["apiKeyExpirationDays"], 90);
    assert!(!outcome.keys().contains(&"api.additionalAuth"));
}

#[test]
fn a_smaller_schema_leaves_no_build_files_behind() {
    let host = project(TWO).answer("api.update", "schema").answer("api.schema.file", ONE);
    let outcome = host.run(&plugin(), "update", &[]);
    let deleted: Vec<&str> =
        outcome.changes().files.iter().filter(|file| file.content.is_none()).map(|file| &*file.path).collect();
    assert!(
        deleted.contains(&"build/stacks/B.json") && deleted.contains(&"build/resolvers/Query.getB.req.vtl"),
        "{deleted:?}"
    );
    assert_eq!(outcome.text("api", "blog", "schema.graphql"), ONE);
}

#[test]
fn a_compilation_writes_the_build_and_nothing_else() {
    let host = project(ONE);
    let outcome = host.run(&plugin(), "gql-compile", &[]);
    assert!(outcome.files().iter().all(|file| file.starts_with("api/blog/build/")), "{:?}", outcome.files());
    let template = outcome.text("api", "blog", "build/cloudformation-template.json");
    assert!(template.starts_with("{\n    \""));
    let outcome = host.run(&plugin(), "gql-compile", &["--minify"]);
    assert!(outcome.text("api", "blog", "build/cloudformation-template.json").starts_with("{\"AWSTemplate"));
    assert!(outcome.changes().messages.contains(&"GraphQL schema compiled successfully.".to_owned()));
}

#[test]
fn a_schema_may_be_a_folder_of_files() {
    let outcome =
        project(ONE).answer("api.update", "schema").answer("api.schema.file", ONE).run(&plugin(), "update", &[]);
    assert!(outcome.result.is_ok());
    let mut host = Host::new();
    let entry = json!({ "securityType": "API_KEY" });
    host = host
        .resource("api", "old", [("service", json!("AppSync")), ("output", entry)])
        .file("amplify/backend/api/old/schema/a.graphql", "type A @model { id: ID! b: B }")
        .file("amplify/backend/api/old/schema/deep/b.graphql", "type B { c: String }")
        .file("amplify/backend/api/old/schema/.hidden", "nonsense {");
    let outcome = host.run(&plugin(), "gql-compile", &[]);
    assert!(outcome.text("api", "old", "build/schema.graphql").contains("type B {"));
}
