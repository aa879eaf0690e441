//! What an update does to resources.

use amplify_cfn::{Action, EvaluatedStack, PropertyDiff, ResourceDiff, UpdateBehaviour, compare};
use serde_json::{Value, json};

use crate::sample::{resources, symbolic};

const TABLE: &str = "AWS::DynamoDB::Table";

fn stack(entries: &[(&str, &str, Value)]) -> EvaluatedStack {
    symbolic(resources(entries), json!({}))
}

/// `action id: cause, cause`; a cause is its path with `!` when it replaces, `~` when it interrupts and `?` when it is
/// conditional.
fn shown(diffs: &[ResourceDiff]) -> Vec<String> {
    let cause = |cause: &PropertyDiff| {
        let sign = match cause.behaviour {
            UpdateBehaviour::NoInterruption => "",
            UpdateBehaviour::SomeInterruption => "~",
            UpdateBehaviour::Replacement => "!",
            UpdateBehaviour::Unknown => "unknown ",
        };
        format!("{sign}{}{}", cause.path, if cause.conditional { "?" } else { "" })
    };
    let line = |diff: &ResourceDiff| {
        let causes: Vec<String> = diff.causes.iter().map(cause).collect();
        let keeps = if diff.keeps_old { " (kept)" } else { "" };
        format!("{:?} {}{keeps}: {}", diff.action, diff.logical_id, causes.join(", ")).trim_end_matches(": ").to_owned()
    };
    diffs.iter().map(line).collect()
}

#[test]
fn what_comes_and_goes() {
    let one = stack(&[("A", TABLE, json!({})), ("B", TABLE, json!({}))]);
    let two = stack(&[("C", TABLE, json!({})), ("B", TABLE, json!({}))]);
    assert_eq!(shown(&compare(Some(&one), Some(&two))), ["Create C", "Delete A"]);
    assert_eq!(shown(&compare(None, Some(&one))), ["Create A", "Create B"]);
    assert_eq!(shown(&compare(Some(&one), None)), ["Delete A", "Delete B"]);
    assert!(compare(None, None).is_empty());
    assert!(compare(Some(&one), Some(&one)).is_empty());
}

#[test]
fn properties_decide_between_update_and_replacement() {
    let old = stack(&[("T", TABLE, json!({"TableName": "a", "BillingMode": "PROVISIONED"}))]);
    let mode = stack(&[("T", TABLE, json!({"TableName": "a", "BillingMode": "PAY_PER_REQUEST"}))]);
    let name = stack(&[("T", TABLE, json!({"TableName": "b"}))]);
    assert_eq!(shown(&compare(Some(&old), Some(&mode))), ["Update T: BillingMode"]);
    let diffs = compare(Some(&old), Some(&name));
    assert_eq!(shown(&diffs), ["Replace T: !TableName, BillingMode"]);
    assert_eq!((&diffs[0].causes[0].old, &diffs[0].causes[0].new), (&Some(json!("a")), &Some(json!("b"))));
    assert_eq!((&diffs[0].causes[1].old, &diffs[0].causes[1].new), (&Some(json!("PROVISIONED")), &None));
}

#[test]
fn attribute_definitions_replace_only_when_one_changes_its_type() {
    let definitions = |definitions: &[(&str, &str)]| {
        let list: Vec<Value> =
            definitions.iter().map(|(name, kind)| json!({"AttributeName": name, "AttributeType": kind})).collect();
        stack(&[("T", TABLE, json!({"AttributeDefinitions": list}))])
    };
    let old = definitions(&[("id", "S"), ("at", "N")]);
    assert_eq!(
        shown(&compare(Some(&old), Some(&definitions(&[("new", "S"), ("at", "N"), ("id", "S")])))),
        ["Update T: ~AttributeDefinitions[new]"]
    );
    assert_eq!(
        shown(&compare(Some(&old), Some(&definitions(&[("id", "N"), ("at", "N")])))),
        ["Replace T: !AttributeDefinitions[id].AttributeType"]
    );
}

#[test]
fn policies_keep_what_leaves() {
    let with = |policy: &str, key: &str, name: &str| {
        let mut document = resources(&[("T", TABLE, json!({"TableName": name}))]);
        document["Resources"]["T"][key] = policy.into();
        symbolic(document, json!({}))
    };
    let none = stack(&[]);
    assert_eq!(shown(&compare(Some(&with("Retain", "DeletionPolicy", "a")), Some(&none))), ["Retain T (kept)"]);
    assert_eq!(shown(&compare(Some(&with("RetainExceptOnCreate", "DeletionPolicy", "a")), None)), ["Retain T (kept)"]);
    assert_eq!(shown(&compare(Some(&with("Snapshot", "DeletionPolicy", "a")), None)), ["Delete T"]);
    assert_eq!(shown(&compare(Some(&with("Retain", "UpdateReplacePolicy", "a")), None)), ["Delete T"]);
    let (old, new) = (with("Retain", "UpdateReplacePolicy", "a"), with("Retain", "UpdateReplacePolicy", "b"));
    assert_eq!(shown(&compare(Some(&old), Some(&new))), ["Replace T (kept): !TableName"]);
    let (old, new) = (with("Retain", "DeletionPolicy", "a"), with("Retain", "DeletionPolicy", "b"));
    assert_eq!(shown(&compare(Some(&old), Some(&new))), ["Replace T: !TableName"]);
    let none = stack(&[("T", TABLE, json!({"TableName": "a"}))]);
    assert!(compare(Some(&none), Some(&with("Delete", "DeletionPolicy", "a"))).is_empty());
    let (old, new) = (with("Delete", "DeletionPolicy", "a"), with("Retain", "DeletionPolicy", "a"));
    assert_eq!(shown(&compare(Some(&old), Some(&new))), ["Update T: DeletionPolicy"]);
}

#[test]
fn another_type_is_another_resource() {
    let old = stack(&[("X", TABLE, json!({"TableName": "a"}))]);
    let new = stack(&[("X", "AWS::S3::Bucket", json!({"BucketName": "b"}))]);
    let diffs = compare(Some(&old), Some(&new));
    assert_eq!(shown(&diffs), ["Replace X: !Type"]);
    assert_eq!(diffs[0].resource_type, TABLE);
}

#[test]
fn unknown_types_are_updated_with_unknown_behaviour() {
    let old = stack(&[("X", "AWS::New::Thing", json!({"A": 1}))]);
    let new = stack(&[("X", "AWS::New::Thing", json!({"A": 2}))]);
    assert_eq!(shown(&compare(Some(&old), Some(&new))), ["Update X: unknown A"]);
}

#[test]
fn replacements_spread_to_those_who_refer() {
    let entries = |name: &str| {
        [
            ("Client", "AWS::Cognito::UserPoolClient", json!({"UserPoolId": {"Ref": "Pool"}, "ClientName": "c"})),
            ("Pool", "AWS::Cognito::UserPool", json!({"AliasAttributes": [name]})),
            (
                "Identity",
                "AWS::Cognito::IdentityPool",
                json!({"Providers": [{"ClientId": {"Ref": "Client"}, "Name": {"Fn::Sub": "x/${Pool.Arn}/${Client}"}}]}),
            ),
            ("Bucket", "AWS::S3::Bucket", json!({"BucketName": "Pool"})),
            ("Note", "AWS::SSM::Parameter", json!({"Value": {"Ref": "Identity"}})),
        ]
    };
    let diffs = compare(Some(&stack(&entries("email"))), Some(&stack(&entries("phone"))));
    assert_eq!(
        shown(&diffs),
        [
            "Replace Client: !UserPoolId?",
            "Replace Pool: !AliasAttributes[0]",
            "Update Identity: Providers[0].Name?, Providers[0].ClientId?",
        ]
    );
    assert_eq!(diffs[0].causes[0].new, Some(json!("${Pool}")));
}

#[test]
fn spreading_ends_on_circles_and_skips_new_users() {
    // Such a template has no order, but what it would do can still be asked.
    let entries = |name: &str| {
        vec![
            ("A", "AWS::Lambda::Permission", json!({"SourceArn": {"Ref": "B"}, "Action": name})),
            ("B", "AWS::Lambda::Permission", json!({"SourceArn": {"Ref": "A"}})),
        ]
    };
    let old = stack(&entries("x"));
    let mut wanted = entries("y");
    wanted.push(("C", "AWS::Lambda::Permission", json!({"SourceArn": {"Ref": "A"}})));
    assert_eq!(
        shown(&compare(Some(&old), Some(&stack(&wanted)))),
        ["Replace A: !Action, !SourceArn?", "Replace B: !SourceArn?", "Create C"]
    );
}

#[test]
fn the_result_is_plain_data() {
    let old = stack(&[("T", TABLE, json!({"TableName": "a"}))]);
    let new = stack(&[("T", TABLE, json!({"TableName": "b"}))]);
    let text = serde_json::to_value(compare(Some(&old), Some(&new))).unwrap();
    assert_eq!(text[0]["action"], "replace");
    assert_eq!(text[0]["causes"][0]["behaviour"], "replacement");
    assert_eq!(compare(None, Some(&old))[0].action, Action::Create);
}
