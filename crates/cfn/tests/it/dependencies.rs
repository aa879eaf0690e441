//! Who needs whom, the order that follows, and circles.

use amplify_cfn::{CycleError, Edge, Stack};
use serde_json::{Value, json};

use crate::sample::{inputs, template};

fn order(resources: Value) -> Result<Vec<String>, CycleError> {
    let conditions = json!({"No": {"Fn::Equals": [1, 2]}});
    let template = template(json!({"Conditions": conditions, "Resources": resources}));
    Stack::prepare(&template, inputs(json!({}))).unwrap_or_else(|error| panic!("{error}")).order()
}

#[test]
fn every_kind_of_reference_makes_an_edge() {
    let template = template(json!({"Resources": {
        "R": {
            "Type": "Custom::R",
            "DependsOn": ["A"],
            "Properties": {
                "X": [{"Ref": "B"}],
                "Y": {"Fn::GetAtt": "C.Arn"},
                "Z": {"Fn::Sub": ["${D}${E.Arn}${local}", {"local": {"Ref": "F"}}]},
            },
        },
        "A": {"Type": "Custom::R"}, "B": {"Type": "Custom::R"}, "C": {"Type": "Custom::R"},
        "D": {"Type": "Custom::R"}, "E": {"Type": "Custom::R"}, "F": {"Type": "Custom::R"},
    }}));
    let stack = Stack::prepare(&template, inputs(json!({}))).unwrap();
    let edges: Vec<(String, String)> =
        stack.dependencies("R").into_iter().map(|Edge { to, path, .. }| (to, path)).collect();
    let expected = [
        ("A", "DependsOn[0]"),
        ("B", "Properties.X[0].Ref"),
        ("C", "Properties.Y.Fn::GetAtt"),
        ("D", "Properties.Z.Fn::Sub"),
        ("E", "Properties.Z.Fn::Sub"),
        ("F", "Properties.Z.Fn::Sub[1].local.Ref"),
    ];
    assert_eq!(edges, expected.map(|(to, path)| (to.to_owned(), format!("Resources.R.{path}"))));
    assert!(stack.dependencies("Nowhere").is_empty());
}

#[test]
fn the_order_is_that_of_the_template_where_it_is_free() {
    let resources = json!({
        "First": {"Type": "Custom::R", "DependsOn": "Last"},
        "Second": {"Type": "Custom::R"},
        "Last": {"Type": "Custom::R"},
    });
    assert_eq!(order(resources).unwrap(), ["Second", "Last", "First"]);
}

#[test]
fn what_does_not_exist_here_is_not_waited_for() {
    let resources = json!({
        "A": {"Type": "Custom::R", "DependsOn": ["B"], "Properties": {"X": {"Fn::If": ["No", {"Ref": "B"}, 1]}}},
        "B": {"Type": "Custom::R", "Condition": "No", "DependsOn": "A"},
    });
    assert_eq!(order(resources).unwrap(), ["A"]);
}

#[test]
fn a_circle_is_told_edge_by_edge() {
    let resources = json!({
        "Start": {"Type": "Custom::R", "Properties": {"X": {"Ref": "Role"}}},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"Policies": [{"Name": "p", "Document": {"Fn::GetAtt": ["Function", "Arn"]}}]}},
        "Function": {"Type": "AWS::Lambda::Function", "DependsOn": "Permission"},
        "Permission": {"Type": "AWS::Lambda::Permission", "Properties": {"X": {"Fn::Sub": "${Role.Arn}"}}},
    });
    let error = order(resources).unwrap_err();
    assert_eq!(
        error.to_string(),
        "resources of `t.json` need each other in a circle\
         \n  `Role` needs `Function` (Resources.Role.Properties.Policies[0].Document.Fn::GetAtt)\
         \n  `Function` needs `Permission` (Resources.Function.DependsOn)\
         \n  `Permission` needs `Role` (Resources.Permission.Properties.X.Fn::Sub)"
    );
    assert_eq!(error.code(), "template-cycle");
    assert_eq!(error.hints(), ["remove `Resources.Function.DependsOn`, if nothing else needs that order"]);
}

#[test]
fn a_resource_that_needs_itself_is_a_circle() {
    let resources = json!({"A": {"Type": "Custom::R", "Properties": {"X": {"Ref": "A"}}}});
    let error = order(resources).unwrap_err();
    assert_eq!(error.edges, [Edge { from: "A".into(), to: "A".into(), path: "Resources.A.Properties.X.Ref".into() }]);
}

#[test]
fn a_long_chain_needs_no_deep_stack() {
    let mut resources = serde_json::Map::new();
    for number in 0..20_000 {
        resources.insert(format!("R{number}"), json!({"Type": "Custom::R", "DependsOn": format!("R{}", number + 1)}));
    }
    resources.insert("R20000".to_owned(), json!({"Type": "Custom::R"}));
    assert_eq!(order(Value::Object(resources.clone())).unwrap()[0], "R20000");
    resources["R20000"]["DependsOn"] = json!("R0");
    assert_eq!(order(Value::Object(resources)).unwrap_err().edges.len(), 20_001);
}
