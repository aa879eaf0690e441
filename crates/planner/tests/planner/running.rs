//! The properties that a function is run with.

use amplify_planner::function_properties;
use amplify_project::Project;
use serde_json::json;

use crate::fixture::Fixture;

#[test]
fn outputs_recorded_at_the_last_push_are_filled_in() {
    let mut fixture = Fixture::new();
    fixture
        .table("notes")
        .function("hello", json!([{ "category": "storage", "resourceName": "notes", "attributes": ["Name", "Arn"] }]));
    fixture.edit("amplify/backend/amplify-meta.json", |meta| {
        meta["storage"]["notes"]["output"] = json!({ "Name": "notes-dev" });
    });
    let assembly = fixture.assemble();
    let state = Project::at(fixture.root()).load().unwrap();
    let properties = function_properties(&assembly, &state, "function", "hello").unwrap().unwrap();
    assert_eq!(properties["FunctionName"], "hello-dev");
    let variables = &properties["Environment"]["Variables"];
    assert_eq!(variables["ENV"], "dev");
    assert_eq!(variables["STORAGENOTESNAME"], "notes-dev");
    assert_eq!(variables["STORAGENOTESARN"], "storagenotes.Outputs.Arn", "it was never deployed");
}

#[test]
fn a_table_cannot_be_run() {
    let mut fixture = Fixture::new();
    fixture.table("notes");
    let assembly = fixture.assemble();
    let state = Project::at(fixture.root()).load().unwrap();
    assert_eq!(function_properties(&assembly, &state, "storage", "notes").unwrap(), None);
    assert_eq!(function_properties(&assembly, &state, "function", "none").unwrap(), None);
}
