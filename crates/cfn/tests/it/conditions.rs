//! The `Conditions` section.

use amplify_cfn::{EvalError, Inputs, Stack};
use serde_json::{Value, json};

use crate::sample::{inputs, template};

fn document(conditions: Value) -> Value {
    json!({
        "Parameters": {"env": {"Type": "String", "Default": "dev"}, "List": {"Type": "CommaDelimitedList", "Default": "a,b"}},
        "Mappings": {"M": {"dev": {"on": "true"}}},
        "Conditions": conditions,
        "Resources": {"R": {"Type": "Custom::R"}},
    })
}

fn decided(condition: Value) -> Result<bool, EvalError> {
    let template = template(document(
        json!({"C": condition, "True": {"Fn::Equals": [1, "1"]}, "False": {"Fn::Not": [{"Condition": "True"}]}}),
    ));
    Stack::prepare(&template, inputs(json!({}))).map(|stack| stack.condition("C").unwrap())
}

fn problem(condition: Value) -> String {
    let error = decided(condition).unwrap_err();
    assert_eq!(error.problems.len(), 1, "{error}");
    error.problems[0].to_string()
}

#[test]
fn comparisons() {
    for (left, right, expected) in [
        (json!({"Ref": "env"}), json!("dev"), true),
        (json!({"Ref": "env"}), json!("NONE"), false),
        (json!("5"), json!(5), true),
        (json!(true), json!("true"), true),
        (json!("True"), json!("true"), false),
        (json!({"Fn::FindInMap": ["M", {"Ref": "env"}, "on"]}), json!("true"), true),
        (json!({"Fn::Join": ["", {"Ref": "List"}]}), json!("ab"), true),
        (json!({"Fn::Select": [0, {"Ref": "List"}]}), json!("a"), true),
        (json!({"Ref": "List"}), json!(["a", "b"]), true),
        (json!({"Ref": "AWS::NoValue"}), json!(""), false),
        (json!({"Ref": "AWS::Region"}), json!("eu-west-1"), true),
    ] {
        assert_eq!(decided(json!({"Fn::Equals": [left, right]})).unwrap(), expected, "{left} {right}");
    }
}

#[test]
fn combinations() {
    let (yes, no) = (json!({"Condition": "True"}), json!({"Condition": "False"}));
    for (condition, expected) in [
        (yes.clone(), true),
        (json!({"Fn::Not": [yes]}), false),
        (json!({"Fn::And": [yes, yes]}), true),
        (json!({"Fn::And": [yes, no, yes]}), false),
        (json!({"Fn::Or": [no, yes]}), true),
        (json!({"Fn::Or": [no, no]}), false),
        (json!({"Fn::And": [{"Fn::Or": [no, yes]}, {"Fn::Not": [{"Fn::Equals": ["a", "b"]}]}]}), true),
    ] {
        assert_eq!(decided(condition.clone()).unwrap(), expected, "{condition}");
    }
}

#[test]
fn wrong_forms() {
    let yes = json!({"Condition": "True"});
    for (condition, message) in [
        (json!({"Fn::Equals": ["a"]}), "Conditions.C.Fn::Equals: `Fn::Equals` needs two values"),
        (json!({"Fn::Not": [yes, yes]}), "Conditions.C.Fn::Not: `Fn::Not` needs a list of one condition"),
        (json!({"Fn::And": [yes]}), "Conditions.C.Fn::And: `Fn::And` needs a list of 2 to 10 conditions"),
        (json!({"Fn::Or": vec![yes.clone(); 11]}), "Conditions.C.Fn::Or: `Fn::Or` needs a list of 2 to 10 conditions"),
        (json!({"Condition": "Treu"}), "Conditions.C.Condition: there is no condition `Treu`"),
        (json!({"Ref": "env"}), "Conditions.C.Ref: `Ref` can stand only in an argument, not as a condition"),
        (
            json!({"Fn::Equals": [{"Ref": "R"}, 1]}),
            "Conditions.C.Fn::Equals[0].Ref: a condition cannot refer to the resource `R`",
        ),
        (
            json!({"Fn::Equals": [{"Fn::GetAtt": ["R", "Arn"]}, 1]}),
            "Conditions.C.Fn::Equals[0].Fn::GetAtt: a condition cannot refer to the resource `R`",
        ),
        (
            json!({"Fn::Equals": [{"Fn::If": ["True", 1, 2]}, 1]}),
            "Conditions.C.Fn::Equals[0].Fn::If: `Fn::If` can stand only in `Resources` and `Outputs`",
        ),
    ] {
        assert_eq!(problem(condition), message);
    }
    assert!(problem(json!("true")).starts_with("Conditions.C: `Conditions` needs `Condition`, `Fn::And`"));
}

#[test]
fn unknown_names_are_found_together_with_those_of_resources() {
    let mut document = document(json!({"C": {"Fn::Equals": [{"Ref": "envv"}, "dev"]}}));
    document["Resources"]["R"]["Properties"] = json!({"X": {"Ref": "nowhere"}});
    let template = template(document);
    let error = Stack::prepare(&template, Inputs::default()).unwrap_err();
    let paths: Vec<&str> = error.problems.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["Conditions.C.Fn::Equals[0].Ref", "Resources.R.Properties.X.Ref"]);
}

#[test]
fn a_circle_is_named() {
    let to = |name: &str| json!({"Fn::Not": [{"Condition": name}]});
    let template = template(document(json!({"A": to("B"), "B": to("C"), "C": to("B")})));
    let error = Stack::prepare(&template, Inputs::default()).unwrap_err();
    assert_eq!(
        error.problems[0].to_string(),
        "Conditions: the conditions `B` → `C` → `B` refer to each other in a circle"
    );
}

#[test]
fn conditions_may_come_before_those_they_use() {
    let template = template(document(json!({"A": {"Fn::Not": [{"Condition": "B"}]}, "B": {"Fn::Equals": [1, 2]}})));
    let stack = Stack::prepare(&template, Inputs::default()).unwrap();
    assert_eq!((stack.condition("A"), stack.condition("B"), stack.condition("C")), (Some(true), Some(false), None));
}

#[test]
fn conditions_share_one_budget() {
    let mut big = json!("0123456789");
    for _ in 0..20 {
        big = json!({"Fn::Sub": ["${a}${a}", {"a": big}]});
    }
    let condition = json!({"Fn::Equals": [big, "x"]});
    let conditions = (0..100).map(|number| (format!("C{number}"), condition.clone()));
    let template = template(document(Value::Object(conditions.collect())));
    let error = Stack::prepare(&template, Inputs::default()).unwrap_err();
    assert_eq!(error.code(), "template-too-large", "{error}");
}

#[test]
fn a_long_chain_needs_no_deep_stack() {
    let mut conditions = serde_json::Map::new();
    for number in 0..20_000 {
        conditions.insert(format!("C{number}"), json!({"Fn::Not": [{"Condition": format!("C{}", number + 1)}]}));
    }
    conditions.insert("C20000".to_owned(), json!({"Fn::Equals": ["a", "a"]}));
    let template = template(document(Value::Object(conditions)));
    let stack = Stack::prepare(&template, Inputs::default()).unwrap();
    assert_eq!(stack.condition("C0"), Some(true));
}
