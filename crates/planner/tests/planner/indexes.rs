//! Changes of several indexes of a table: one at a time, and what is left after each.

use amplify_planner::{Step, StepPlan};
use amplify_project::Project;
use serde_json::{Value, json};

use crate::{assembling::graphql, fixture::Fixture, planning::TABLE_TEMPLATE};

const MODEL: &str = "amplify/backend/api/gql/build/stacks/Todo.json";

/// Gives a table these indexes, each with its name as its key.
fn set(fixture: &Fixture, template: &str, table: &str, indexes: &[&str]) {
    fixture.edit(template, |template| {
        let properties = &mut template["Resources"][table]["Properties"];
        let list: Vec<Value> = indexes
            .iter()
            .map(|name| {
                json!({ "IndexName": name, "Projection": { "ProjectionType": "ALL" },
                    "KeySchema": [{ "AttributeName": name, "KeyType": "HASH" }] })
            })
            .collect();
        properties["GlobalSecondaryIndexes"] = list.into();
        let key = properties["AttributeDefinitions"][0].clone();
        let mut definitions = vec![key];
        definitions.extend(indexes.iter().map(|name| json!({ "AttributeName": name, "AttributeType": "S" })));
        properties["AttributeDefinitions"] = definitions.into();
    });
}

fn steps(fixture: &Fixture) -> Vec<Step> {
    let project = Project::at(fixture.root());
    let deployed = amplify_planner::deployed(&project, &project.load().unwrap()).unwrap();
    amplify_planner::steps(&fixture.plan(), deployed.as_ref(), &fixture.assemble()).unwrap()
}

/// Records a step as a push does.
fn record(fixture: &Fixture, step: &Step) {
    if step.plan.everything_else {
        fixture.deploy();
    }
    for file in &step.files {
        let below = format!("{}/{}/{}", file.category, file.resource, file.file);
        let cloud = format!("amplify/#current-cloud-backend/{below}");
        match &file.content {
            Some(content) => fixture.write(&cloud, std::str::from_utf8(content).unwrap()),
            None => copy_file(fixture, &format!("amplify/backend/{below}"), &cloud),
        }
    }
}

fn copy_file(fixture: &Fixture, from: &str, to: &str) {
    fs_err::copy(fixture.path(from), fixture.path(to)).unwrap();
}

fn words(steps: &[StepPlan]) -> Vec<String> {
    steps.iter().map(StepPlan::text).collect()
}

/// The names of a table's indexes in an assembly.
fn names(step: &Step, resource: &str, child: Option<&str>, table: &str) -> Vec<String> {
    let stack = step.assembly.stacks.iter().find(|stack| stack.resource == resource).unwrap();
    let staged = match child {
        Some(name) => stack.children.iter().find(|(key, _)| key.ends_with(name)).unwrap().1,
        None => &stack.template,
    };
    let document = &staged.parse().unwrap().document;
    let list = document["Resources"][table]["Properties"]["GlobalSecondaryIndexes"].as_array().cloned();
    list.unwrap_or_default().iter().map(|index| index["IndexName"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn one_index_is_one_deployment() {
    let mut fixture = Fixture::new();
    fixture.table("notes");
    fixture.deploy();
    set(&fixture, TABLE_TEMPLATE, "DynamoDBTable", &["owner"]);
    assert!(fixture.plan().steps.is_empty());
    let steps = steps(&fixture);
    assert_eq!(steps.len(), 1);
    assert!(steps[0].files.is_empty() && !steps[0].assembly.uploads.is_empty());
}

#[test]
fn new_indexes_come_before_everything_else_and_old_ones_go_after_it() {
    let mut fixture = Fixture::new();
    fixture.table("notes");
    set(&fixture, TABLE_TEMPLATE, "DynamoDBTable", &["a", "b"]);
    fixture.deploy();
    set(&fixture, TABLE_TEMPLATE, "DynamoDBTable", &["c", "d"]);
    fixture.bucket("photos", true);

    let plan = fixture.plan();
    let table = "storagenotes/DynamoDBTable";
    let expected = [
        format!("create the index `c` of {table}"),
        format!("create the index `d` of {table}, everything else"),
        format!("delete the index `a` of {table}"),
        format!("delete the index `b` of {table}"),
    ];
    assert_eq!(words(&plan.steps), expected);
    let lines: Vec<String> = plan.lines().iter().map(amplify_planner::Line::plain).collect();
    assert!(lines.iter().any(|line| line.contains("this takes 4 deployments")), "{lines:#?}");
    assert!(lines.contains(&format!("  4. {}", expected[3])), "{lines:#?}");
    let document = serde_json::to_value(&plan).unwrap();
    let change = json!({ "path": table, "index": "c", "create": true });
    assert_eq!(document["steps"][0], json!({ "indexes": [change], "everythingElse": false }));

    let steps = steps(&fixture);
    let of = |step: &Step| names(step, "notes", None, "DynamoDBTable").join("");
    assert_eq!(steps.iter().map(of).collect::<Vec<_>>(), ["abc", "abcd", "bcd", "cd"]);
    let has_bucket = |step: &Step| step.assembly.stacks.iter().any(|stack| stack.resource == "photos");
    assert_eq!(steps.iter().map(has_bucket).collect::<Vec<_>>(), [false, true, true, true]);
    for step in &steps {
        let key = "amplify-cfn-templates/storage/notes-cloudformation-template.json";
        assert_eq!(step.assembly.uploads.iter().filter(|upload| upload.key == key).count(), 1);
    }
    assert_eq!(steps[0].assembly.uploads.len(), 1, "before everything else nothing but the table's template is sent");
}

#[test]
fn after_each_step_the_plan_shows_the_rest() {
    let mut fixture = Fixture::new();
    fixture.table("notes");
    graphql(&mut fixture);
    set(&fixture, TABLE_TEMPLATE, "DynamoDBTable", &["a", "b"]);
    set(&fixture, MODEL, "TodoTable", &["one"]);
    fixture.deploy();
    set(&fixture, TABLE_TEMPLATE, "DynamoDBTable", &["b", "c", "d"]);
    set(&fixture, MODEL, "TodoTable", &["two", "three", "four"]);
    fixture.write("amplify/backend/api/gql/schema.graphql", "type Todo @model { id: ID! owner: String }");
    let all = words(&fixture.plan().steps);
    assert_eq!(all.len(), 4, "{all:#?}");
    for number in 0..all.len() {
        let first = steps(&fixture).remove(0);
        let left = words(&fixture.plan().steps);
        assert_eq!(left.len(), if number == all.len() - 1 { 0 } else { all.len() - number }, "{left:#?}");
        record(&fixture, &first);
    }
    let plan = fixture.plan();
    assert!(!plan.has_changes(), "{plan:#?}");
    let (now, then) = (fixture.path("amplify/backend/storage"), fixture.path("amplify/#current-cloud-backend/storage"));
    assert_eq!(amplify_project::hash::status(&now).unwrap(), amplify_project::hash::status(&then).unwrap());
}

#[test]
fn without_a_record_of_the_root_nothing_comes_first() {
    let mut fixture = Fixture::new();
    fixture.table("notes");
    fixture.deploy();
    fs_err::remove_file(fixture.path("amplify/backend/awscloudformation/nested-cloudformation-stack.yml")).unwrap();
    set(&fixture, TABLE_TEMPLATE, "DynamoDBTable", &["a", "b"]);
    let steps = fixture.plan().steps;
    assert_eq!(steps.iter().map(|step| step.everything_else).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn every_walk_changes_one_index_of_a_table_at_a_time() {
    // All pairs of sets of four indexes, so with every number of indexes made and deleted.
    let sets: Vec<Vec<&str>> = (0..16_u8)
        .map(|bits| {
            ["a", "b", "c", "d"]
                .into_iter()
                .enumerate()
                .filter(|(n, _)| bits >> n & 1 == 1)
                .map(|(_, name)| name)
                .collect()
        })
        .collect();
    let mut fixture = Fixture::new();
    fixture.table("notes");
    fixture.deploy();
    for from in &sets {
        set(&fixture, TABLE_TEMPLATE, "DynamoDBTable", from);
        fixture.deploy();
        for to in &sets {
            set(&fixture, TABLE_TEMPLATE, "DynamoDBTable", to);
            let mut now: Vec<String> = from.iter().map(|name| (*name).to_owned()).collect();
            for step in steps(&fixture) {
                let next = names(&step, "notes", None, "DynamoDBTable");
                let changes = next.iter().filter(|name| !now.contains(name)).count()
                    + now.iter().filter(|name| !next.contains(name)).count();
                assert!(changes <= 1, "{from:?} to {to:?}: {now:?} to {next:?}");
                now = next;
            }
            now.sort();
            assert_eq!(now, *to);
        }
    }
}
