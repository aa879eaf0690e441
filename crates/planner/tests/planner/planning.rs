//! What a deployment would change.

use amplify_planner::{Mark, Options};
use amplify_project::status::Operation;
use serde_json::json;

use crate::{
    assembling::graphql,
    fixture::{Fixture, actions},
};

const TABLE: &str = "amplify/backend/storage/notes/parameters.json";
pub(crate) const TABLE_TEMPLATE: &str = "amplify/backend/storage/notes/notes-cloudformation-template.json";

#[test]
fn a_new_resource_creates_what_its_template_holds() {
    let mut fixture = Fixture::new();
    fixture.table("notes");
    let plan = fixture.plan();
    assert_eq!(actions(&plan), ["create storagenotes/DynamoDBTable"]);
    assert_eq!(plan.resources[0].operation, Operation::Create);
    assert_eq!(plan.summary().create, 1);
}

#[test]
fn what_is_deployed_has_no_changes() {
    let mut fixture = Fixture::new();
    fixture.table("notes").bucket("photos", true);
    fixture
        .function("hello", json!([{ "category": "storage", "resourceName": "notes", "attributes": ["Name", "Arn"] }]));
    graphql(&mut fixture);
    fixture.deploy();
    let plan = fixture.plan();
    assert!(!plan.has_changes(), "{plan:#?}");
    assert_eq!(plan.resources.len(), 4);
    assert_eq!(plan.lines().last().unwrap().text, "No changes.");
}

#[test]
fn a_record_of_another_environment_is_not_believed() {
    let mut fixture = Fixture::new();
    fixture.table("notes");
    fixture.deploy();
    fixture.edit("amplify/backend/awscloudformation/nested-cloudformation-stack.yml", |root| {
        let properties = &mut root["Resources"]["storagenotes"]["Properties"];
        properties["TemplateURL"] = "https://s3.amazonaws.com/amplify-demo-prod-1-deployment/x".into();
        properties["Parameters"]["env"] = "prod".into();
    });
    assert!(!fixture.plan().has_changes(), "{:#?}", fixture.plan());
}

#[test]
fn a_value_of_the_environment_alone_is_a_change() {
    let mut fixture = Fixture::new();
    fixture.bucket("photos", true);
    fixture.deploy();
    fixture.edit("amplify/team-provider-info.json", |team| {
        team["dev"]["categories"] = json!({ "storage": { "photos": { "bucketName": "pictures" } } });
    });
    let plan = fixture.plan();
    assert_eq!(plan.resources[0].operation, Operation::Update, "status sees no difference of files");
    assert_eq!(actions(&plan), ["replace storagephotos/S3Bucket"]);
}

#[test]
fn another_key_replaces_the_table_and_loses_its_items() {
    let mut fixture = Fixture::new();
    fixture.table("notes");
    fixture.deploy();
    fixture.edit(TABLE, |parameters| parameters["partitionKeyName"] = "key".into());
    let plan = fixture.plan();
    assert_eq!(actions(&plan), ["replace storagenotes/DynamoDBTable"]);
    let change = &plan.resources[0].changes[0];
    assert!(change.data_loss.is_some());
    assert!(change.causes.iter().any(|cause| cause.property.starts_with("KeySchema")), "{:?}", change.causes);
    assert!(change.notes[0].contains("TableName"), "{:?}", change.notes);

    let document = serde_json::to_value(&plan).unwrap();
    assert_eq!(document["environment"], "dev");
    assert_eq!(document["provider"], "local");
    assert_eq!(document["summary"], json!({ "create": 0, "update": 0, "replace": 1, "delete": 0 }));
    let change = &document["resources"][0]["changes"][0];
    assert_eq!(change["path"], "storagenotes/DynamoDBTable");
    assert_eq!(change["type"], "AWS::DynamoDB::Table");
    assert_eq!(change["action"], "replace");
    assert!(change["dataLoss"].is_string());
    let cause = change["causes"].as_array().unwrap().iter().find(|cause| cause["behaviour"] == "replacement").unwrap();
    assert!(cause["property"].as_str().unwrap().starts_with("KeySchema"), "{cause}");
}

#[test]
fn lines_say_what_happens_and_why() {
    let mut fixture = Fixture::new();
    fixture.table("notes");
    fixture.deploy();
    fixture.edit(TABLE, |parameters| parameters["partitionKeyName"] = "key".into());
    let lines: Vec<String> = fixture.plan().lines().iter().map(amplify_planner::Line::plain).collect();
    assert_eq!(lines[0], "~ storage notes (DynamoDB): update");
    assert_eq!(lines[1], "  -/+ storagenotes/DynamoDBTable (AWS::DynamoDB::Table): replace");
    assert!(
        lines[2].starts_with("    KeySchema") && lines[2].ends_with("\"id\" → \"key\" (forces replacement)"),
        "{lines:#?}"
    );
    assert!(lines.iter().any(|line| line.starts_with("    ! lost: ")), "{lines:#?}");
    assert_eq!(lines.last().unwrap(), "Plan: 0 to create, 0 to update, 1 to replace, 0 to delete.");
}

#[test]
fn new_sources_update_the_function_and_nothing_else() {
    let mut fixture = Fixture::new();
    fixture.table("notes");
    fixture.function("hello", json!([{ "category": "storage", "resourceName": "notes", "attributes": ["Name"] }]));
    fixture.deploy();
    fixture.write("amplify/backend/function/hello/src/index.js", "exports.handler = async () => 'bye';\n");
    let plan = fixture.plan();
    assert_eq!(actions(&plan), ["update functionhello/LambdaFunction"]);
    let causes = &plan.changes().next().unwrap().causes;
    assert_eq!(causes.len(), 1, "{causes:?}");
    assert_eq!(causes[0].property, "Code.S3Key");
}

#[test]
fn a_replaced_resource_shows_where_it_is_used() {
    let mut fixture = Fixture::new();
    fixture.table("notes");
    fixture.function(
        "hello",
        json!([{ "category": "storage", "resourceName": "notes", "attributes": ["Arn", "PartitionKeyName"] }]),
    );
    fixture.deploy();
    fixture.edit(TABLE, |parameters| parameters["partitionKeyName"] = "key".into());
    let plan = fixture.plan();
    assert_eq!(actions(&plan), ["replace storagenotes/DynamoDBTable", "update functionhello/LambdaFunction"]);
    let function = plan.resources.iter().find(|resource| resource.name == "hello").unwrap();
    assert_eq!(function.operation, Operation::Update);
    let causes = &function.changes[0].causes;
    let cause = |end: &str| causes.iter().find(|cause| cause.property.ends_with(end)).unwrap();
    assert!(cause("STORAGENOTESARN").conditional, "{causes:?}");
    assert_eq!(cause("STORAGENOTESPARTITIONKEYNAME").new, Some(json!("key")));
    assert!(!cause("STORAGENOTESPARTITIONKEYNAME").conditional);
}

#[test]
fn a_selection_shows_what_it_changes_elsewhere() {
    let mut fixture = Fixture::new();
    fixture.table("notes");
    fixture.function("hello", json!([{ "category": "storage", "resourceName": "notes", "attributes": ["Arn"] }]));
    fixture.deploy();
    fixture.edit(TABLE, |parameters| parameters["partitionKeyName"] = "key".into());
    let project = amplify_project::Project::at(fixture.root());
    let state = project.load().unwrap();
    let only = amplify_planner::Only { category: "storage".into(), resource: None };
    let filter = amplify_project::status::Filter { category: Some("storage"), name: None };
    let rows = amplify_project::status::rows_of(&project, &state, filter).unwrap();
    let wanted =
        amplify_planner::assemble(&project, &state, &Options { only: Some(only), ..Options::default() }).unwrap();
    let deployed = amplify_planner::deployed(&project, &state).unwrap();
    let plan = amplify_planner::plan(deployed.as_ref(), &wanted, &rows).unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(actions(&plan), ["replace storagenotes/DynamoDBTable", "update functionhello/LambdaFunction"]);
    assert_eq!(plan.resources[1].operation, Operation::Update);
}

#[test]
fn stacks_inside_a_resource_are_planned_by_path() {
    let mut fixture = Fixture::new();
    graphql(&mut fixture);
    assert_eq!(actions(&fixture.plan()), ["create apigql/GraphQLAPI", "create apigql/Todo/TodoTable"]);
    fixture.deploy();
    fixture.write("amplify/backend/api/gql/schema.graphql", "type Todo @model { id: ID! owner: String }");
    fixture.edit("amplify/backend/api/gql/build/stacks/Todo.json", |template| {
        template["Resources"]["TodoTable"]["Properties"]["KeySchema"][0]["AttributeName"] = "key".into();
    });
    let plan = fixture.plan();
    assert_eq!(actions(&plan), ["replace apigql/Todo/TodoTable"]);
    // The name of the whole API would allow any of its tables to go.
    assert_eq!(plan.guarded()[0].name, "TodoTable");
}

#[test]
fn identity_of_a_deployed_api_does_not_rest_on_its_build_folder_alone() {
    let mut fixture = Fixture::new();
    graphql(&mut fixture);
    fixture.deploy();
    fixture.edit("amplify/backend/api/gql/build/stacks/Todo.json", |template| {
        template["Resources"]["TodoTable"]["DeletionPolicy"] = "Retain".into();
        template["Resources"]["TodoTable"]["Properties"]["BillingMode"] = "PROVISIONED".into();
    });
    assert_eq!(actions(&fixture.plan()), ["update apigql/Todo/TodoTable"], "the folder's hash leaves `build` out");
}

#[test]
fn secrets_do_not_show() {
    let mut fixture = Fixture::new();
    fixture.table("notes");
    fixture.edit(TABLE_TEMPLATE, |template| {
        template["Parameters"]["secret"] = json!({ "Type": "String", "NoEcho": true });
        template["Resources"]["DynamoDBTable"]["Properties"]["Tags"] =
            json!([{ "Key": "s", "Value": { "Ref": "secret" } }]);
    });
    fixture.edit(TABLE, |parameters| parameters["secret"] = "hunter2".into());
    fixture.deploy();
    fixture.edit(TABLE, |parameters| parameters["secret"] = "correct horse".into());
    let plan = fixture.plan();
    assert_eq!(actions(&plan), ["update storagenotes/DynamoDBTable"]);
    let text = serde_json::to_string(&plan).unwrap();
    assert!(!text.contains("hunter2") && !text.contains("correct horse"), "{text}");
}

#[test]
fn skipped_resources_are_listed_and_are_no_change() {
    let mut fixture = Fixture::new();
    fixture.enter("api", "gql", json!({ "service": "AppSync", "providerPlugin": "awscloudformation" }));
    let plan = fixture.plan();
    assert!(!plan.has_changes());
    assert!(plan.resources[0].skipped.is_some());
    assert_eq!(plan.lines()[0].mark, Mark::Skip);
    assert!(serde_json::to_value(&plan).unwrap()["resources"][0]["skipped"].is_string());
}

#[test]
fn a_template_that_cannot_be_evaluated_names_the_resource() {
    let mut fixture = Fixture::new();
    fixture.table("notes");
    fixture.edit(TABLE, |parameters| {
        parameters.as_object_mut().unwrap().remove("tableName");
    });
    let project = amplify_project::Project::at(fixture.root());
    let state = project.load().unwrap();
    let wanted = amplify_planner::assemble(&project, &state, &Options::default()).unwrap();
    let rows = amplify_project::status::rows(&project, &state).unwrap();
    let error = amplify_planner::plan(None, &wanted, &rows).unwrap_err();
    assert!(error.to_string().contains("`storage/notes`"), "{error}");
    assert!(!error.hints().is_empty());
}

#[test]
fn too_many_resources_are_counted_before_the_service_does() {
    let mut fixture = Fixture::new();
    let resources: serde_json::Map<String, serde_json::Value> =
        (0..501).map(|index| (format!("Topic{index}"), json!({ "Type": "AWS::SNS::Topic" }))).collect();
    let entry = json!({ "service": "custom", "providerPlugin": "awscloudformation" });
    fixture.add("custom", "topics", entry, &json!({ "Resources": resources }), &json!({}));
    let plan = fixture.plan();
    let limit = plan.exceeded().next().unwrap();
    assert_eq!((limit.stack.as_str(), limit.count, limit.maximum), ("customtopics", 501, 500));
}

#[test]
fn a_limit_that_is_close_is_told_with_its_ten_largest_contributors() {
    let mut fixture = Fixture::new();
    let entry = || json!({ "service": "custom", "providerPlugin": "awscloudformation" });
    // 2,049 resources in all, of 2,500: none of the stacks is close to its own limit.
    for number in 0..12 {
        let count = 175 - number;
        let resources: serde_json::Map<String, serde_json::Value> =
            (0..count).map(|index| (format!("Topic{index}"), json!({ "Type": "AWS::SNS::Topic" }))).collect();
        let name = format!("topics{number}");
        fixture.add("custom", &name, entry(), &json!({ "Resources": resources }), &json!({}));
    }
    let plan = fixture.plan();
    assert!(plan.exceeded().next().is_none());
    let limit = plan.limits.iter().find(|limit| limit.stack.is_empty()).unwrap();
    assert_eq!(limit.largest.len(), 10, "{limit:?}");
    assert_eq!(limit.largest[0], ("customtopics0".to_owned(), 175));
    let lines: Vec<String> = plan.lines().iter().map(amplify_planner::Line::plain).collect();
    assert!(
        lines.iter().any(|line| line.starts_with("the whole deployment is close to the limit of 2500")),
        "{lines:#?}"
    );
    assert!(lines.contains(&"  customtopics0: 175".to_owned()), "{lines:#?}");
}

#[test]
fn a_changed_tag_alone_is_a_change() {
    let mut fixture = Fixture::new();
    fixture.table("notes");
    let tags = |value: &str| fixture.json("amplify/backend/tags.json", &json!([{ "Key": "team", "Value": value }]));
    tags("shop");
    fixture.deploy();
    assert!(!fixture.plan().has_changes(), "{:#?}", fixture.plan());
    tags("warehouse");
    let plan = fixture.plan();
    assert!(plan.has_changes());
    let lines: Vec<String> = plan.lines().iter().map(amplify_planner::Line::plain).collect();
    let expected = ["~ environment", "  ~ tag `team`: \"shop\" → \"warehouse\""];
    assert_eq!(lines[..2], expected);
    assert!(lines[2].contains("tags of everything"), "{lines:?}");
    let document = serde_json::to_value(&plan).unwrap();
    assert_eq!(document["tags"], json!([{ "key": "team", "old": "shop", "new": "warehouse" }]));
    fixture.deploy();
    assert!(!fixture.plan().has_changes());
    // Without the file they stay, and so does what is known of them.
    fs_err::remove_file(fixture.path("amplify/backend/tags.json")).unwrap();
    assert!(!fixture.plan().has_changes());
    fixture.deploy();
    tags("shop");
    assert_eq!(fixture.plan().tags[0].old.as_deref(), Some("warehouse"));
    // Nobody knows which tags an environment has that was deployed by others.
    let record = "amplify/backend/awscloudformation/nested-cloudformation-stack.yml";
    fixture.edit(record, |root| {
        root["Description"] = "of somebody else".into();
        root.as_object_mut().unwrap().shift_remove("Metadata");
    });
    assert!(!fixture.plan().has_changes());
}

#[test]
fn a_protected_environment_keeps_what_users_fill() {
    let mut fixture = Fixture::new();
    fixture.table("notes").bucket("photos", true);
    fixture.function("hello", json!([]));
    fixture.deploy();
    let config = "amplify/.config/project-config.json";
    fixture.edit(config, |config| config["protectedEnvironments"] = json!(["dev"]));
    let plan = fixture.plan();
    let changed = ["update storagenotes/DynamoDBTable", "update storagephotos/S3Bucket"];
    assert_eq!(actions(&plan), changed, "the bucket has one of the two policies already");
    let causes: Vec<&str> = plan.changes().flat_map(|change| &change.causes).map(|cause| &*cause.property).collect();
    assert_eq!(causes, ["DeletionPolicy", "UpdateReplacePolicy", "UpdateReplacePolicy"]);
    fixture.deploy();
    assert!(!fixture.plan().has_changes(), "{:#?}", fixture.plan());

    fixture.remove("storage", "notes");
    let plan = fixture.plan();
    assert_eq!(actions(&plan), ["retain storagenotes/DynamoDBTable"]);
    assert!(plan.guarded().is_empty() && plan.left_behind().count() == 1);
    // Without the protection it is deleted with its stack again.
    fixture.edit(config, |config| config["protectedEnvironments"] = json!([]));
    assert!(actions(&fixture.plan()).contains(&"update storagephotos/S3Bucket".to_owned()));
}
