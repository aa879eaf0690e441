//! Which stack a resource stands in: a full one is followed by a further one, and nothing that is deployed ever moves.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use amplify_graphql_transformer::{Input, Output, Previous, compile};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::common::{input, output_of};

/// Models, each with so many connections to the one after it.
fn schema(models: &[(String, usize)]) -> String {
    let mut text = String::new();
    for (index, (name, connections)) in models.iter().enumerate() {
        let (target, _) = &models[(index + 1) % models.len()];
        let _ = write!(text, "type {name} @model {{ id: ID! ");
        for number in 0..*connections {
            let _ = write!(text, "c{number}: {target} @connection ");
        }
        text.push_str("}\n");
    }
    text
}

fn named(connections: impl IntoIterator<Item = usize>) -> Vec<(String, usize)> {
    connections.into_iter().enumerate().map(|(index, count)| (format!("M{index}"), count)).collect()
}

fn previous(output: &Output) -> Option<Previous> {
    Some(Previous { root: output.template.clone(), stacks: output.stack_values() })
}

fn after(old: &Output, schema: &str) -> Input {
    Input { previous: previous(old), ..input(schema) }
}

/// Logical id → the stack that it stands in.
fn places(output: &Output) -> BTreeMap<String, String> {
    let mut places = BTreeMap::new();
    for (stack, template) in &output.stack_values() {
        for id in template["Resources"].as_object().unwrap().keys() {
            assert!(places.insert(id.clone(), stack.clone()).is_none(), "{id} stands in two stacks");
        }
    }
    places
}

/// The service's limits for one template.
fn check_limits(output: &Output) {
    let stacks = output.stack_values();
    let templates = stacks.iter().map(|(name, template)| (name.as_str(), template));
    for (path, text) in output.files(false).into_iter().filter(|(path, _)| path.ends_with(".json")) {
        assert!(text.len() < 1_000_000, "{path} has {} bytes", text.len());
    }
    for (name, template) in templates.chain([("root", &output.template)]) {
        let count = |section: &str| template[section].as_object().map_or(0, serde_json::Map::len);
        assert!(count("Resources") <= 500, "{name}: {} resources", count("Resources"));
        assert!(count("Outputs") <= 200 && count("Parameters") <= 200, "{name}");
    }
}

#[test]
fn a_full_stack_is_followed_by_a_further_one() {
    let full = output_of(&input(&schema(&named([100; 10]))));
    let count = |output: &Output, stack: &str| output.stacks[stack].value()["Resources"].as_object().unwrap().len();
    assert_eq!(
        ["ConnectionStack", "ConnectionStack2", "ConnectionStack3"].map(|stack| count(&full, stack)),
        [300, 300, 300]
    );
    check_limits(&full);
    // What is deployed counts: the next ones go where there is room.
    let more = schema(&named([100; 11]));
    let grown = output_of(&after(&full, &more));
    assert_eq!(["ConnectionStack3", "ConnectionStack4"].map(|stack| count(&grown, stack)), [300, 200]);
}

#[test]
fn the_resolvers_of_one_type_may_need_a_further_stack() {
    let fields: String = (0..470).fold(String::new(), |mut text, number| {
        let _ = write!(text, "f{number}: String @auth(rules: [{{allow: owner}}]) ");
        text
    });
    let output = output_of(&input(&format!("type Wide @model {{ id: ID! {fields} }}")));
    check_limits(&output);
    let further = &output.stacks["Wide2"].value();
    let resolver = further["Resources"].as_object().unwrap().values().next().unwrap();
    assert_eq!(resolver["Properties"]["DataSourceName"], "NONE");
    let functions: String = (0..470).fold(String::new(), |mut text, number| {
        let _ = write!(text, "f{number}: String @function(name: \"echo-${{env}}\") ");
        text
    });
    let output = output_of(&input(&format!("type Query {{ {functions} }}")));
    check_limits(&output);
    let after = output.template["Resources"]["FunctionDirectiveStack2"]["DependsOn"].as_array().unwrap();
    assert!(after.contains(&json!("FunctionDirectiveStack")), "{after:?}");
}

#[test]
fn what_an_old_deployment_has_at_the_root_stays_there() {
    let schema = "type Post @model { id: ID! }";
    let mut old = previous(&output_of(&input(schema))).unwrap();
    let resources = old.stacks.get_mut("Post").unwrap()["Resources"].as_object_mut().unwrap();
    old.root["Resources"]["PostTable"] = resources.remove("PostTable").unwrap();
    let output = output_of(&Input { previous: Some(old), ..input(schema) });
    assert_eq!(output.template["Resources"]["PostTable"]["Type"], "AWS::DynamoDB::Table");
    assert_eq!(output.stack_mapping["PostTable"], "root");
    assert!(output.migration.lost_tables.is_empty());
}

#[test]
fn a_stack_named_like_a_resource_takes_nothing_along() {
    let schema = "type Post @model { id: ID! } type PostTable @model { id: ID! }";
    let old = output_of(&input(schema));
    let output = output_of(&after(&old, schema));
    assert_eq!(places(&output), places(&old));
    assert!(output.stack_mapping.is_empty(), "{:?}", output.stack_mapping);
}

#[test]
fn the_users_own_stack_is_no_place_for_what_is_made() {
    let own =
        r#"{"Parameters": {}, "Resources": {"AbResolver": {"Type": "AWS::AppSync::Resolver", "Properties": {}}}}"#;
    let with_own = |mut input: Input| {
        input.overrides.stacks.insert("Mine.json".to_owned(), own.to_owned());
        input
    };
    let old = output_of(&with_own(input("type A @model { id: ID! }")));
    let new = "type A @model { id: ID! b: A @connection }";
    let output = output_of(&with_own(after(&old, new)));
    assert!(output.stacks["ConnectionStack"].value()["Resources"].get("AbResolver").is_some());
    assert_eq!(output.stacks["Mine"].value(), serde_json::from_str::<Value>(own).unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn another_model_moves_nothing(
        sizes in prop::collection::vec(0..60_usize, 2..20),
        at in 0..20_usize,
        size in 0..200_usize,
        without in 0..20_usize,
    ) {
        let mut models = named(sizes);
        let old = compile(&input(&schema(&models))).output.unwrap();
        models.insert(at % (models.len() + 1), ("Added".to_owned(), size));
        if without % 2 == 0 && models.len() > 3 {
            models.remove(without % models.len());
        }
        let new = compile(&after(&old, &schema(&models))).output.unwrap();
        let (before, now) = (places(&old), places(&new));
        for (id, stack) in &now {
            prop_assert!(before.get(id).is_none_or(|place| place == stack), "{id} moved to {stack}");
        }
        check_limits(&new);
    }
}
