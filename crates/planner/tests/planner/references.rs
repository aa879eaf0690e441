//! References between resources: missing ones and circles.

use amplify_planner::{Error, Options};
use serde_json::json;

use crate::fixture::Fixture;

fn needs(category: &str, name: &str, attribute: &str) -> serde_json::Value {
    json!([{ "category": category, "resourceName": name, "attributes": [attribute] }])
}

#[test]
fn a_dependency_that_does_not_exist_is_named_with_its_place() {
    let mut fixture = Fixture::new();
    fixture.function("hello", needs("storage", "gone", "Name"));
    let error = fixture.try_assemble(&Options::default()).unwrap_err();
    assert_eq!(error.code(), "missing-dependency");
    assert_eq!(
        error.to_string(),
        "`function/hello` needs `storage/gone` (amplify/backend/backend-config.json: function.hello.dependsOn[0]), which does not exist"
    );
    assert_eq!(
        error.hints(),
        ["add the resource (`amplify add storage`), or take the reference out of amplify/backend/backend-config.json"]
    );
}

#[test]
fn a_parameter_that_refers_to_nothing_is_named_with_its_file() {
    let mut fixture = Fixture::new();
    fixture.table("notes");
    fixture.edit("amplify/backend/storage/notes/parameters.json", |parameters| {
        parameters["tableName"] = json!({ "Fn::GetAtt": ["authgone", "Outputs.UserPoolId"] });
    });
    let error = fixture.try_assemble(&Options::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`storage/notes` needs `authgone` (amplify/backend/storage/notes/parameters.json: tableName), which does not exist"
    );
}

#[test]
fn an_output_that_does_not_exist_is_named_with_those_that_do() {
    let mut fixture = Fixture::new();
    fixture.table("notes").function("hello", needs("storage", "notes", "Nmae"));
    let error = fixture.try_assemble(&Options::default()).unwrap_err();
    assert!(matches!(&error, Error::MissingOutput { output, .. } if output == "Nmae"), "{error}");
    assert_eq!(
        error.hints(),
        [
            "its outputs are: Name, Arn, PartitionKeyName",
            "`amplify update function` asks again what `function/hello` needs; or correct the name in amplify/backend/backend-config.json"
        ]
    );
}

#[test]
fn a_circle_is_told_edge_by_edge() {
    let mut fixture = Fixture::new();
    fixture
        .function("a", needs("function", "b", "Name"))
        .function("b", needs("function", "c", "Arn"))
        .function("c", json!([]))
        .function("outside", needs("function", "a", "Name"));
    fixture.edit("amplify/backend/function/c/c-cloudformation-template.json", |template| {
        template["Parameters"]["first"] = json!({ "Type": "String" });
    });
    fixture.json(
        "amplify/backend/function/c/parameters.json",
        &json!({ "first": { "Fn::GetAtt": ["functiona", "Outputs.Name"] } }),
    );
    let error = fixture.try_assemble(&Options::default()).unwrap_err();
    let Error::Cycle { edges } = &error else { panic!("{error}") };
    let told: Vec<String> = edges.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "`function/a` needs `function/b` (amplify/backend/backend-config.json: function.a.dependsOn[0].attributes)",
            "`function/b` needs `function/c` (amplify/backend/backend-config.json: function.b.dependsOn[0].attributes)",
            "`function/c` needs `function/a` (amplify/backend/function/c/parameters.json: first)",
        ]
    );
}

#[test]
fn a_resource_that_needs_itself_is_a_circle() {
    let mut fixture = Fixture::new();
    fixture.function("a", needs("function", "a", "Name"));
    let error = fixture.try_assemble(&Options::default()).unwrap_err();
    assert!(matches!(&error, Error::Cycle { edges } if edges.len() == 1), "{error}");
}
