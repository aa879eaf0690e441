//! Evaluation before anything exists: what is not known stays a token, and functions leave tokens whole.

use serde_json::{Value, json};

use crate::sample::{around, symbolic};

fn value(expression: Value) -> Value {
    symbolic(around(expression), json!({})).resources["R"].properties["X"].clone()
}

#[test]
fn references_become_tokens() {
    assert_eq!(value(json!({"Ref": "Table"})), json!("${Table}"));
    assert_eq!(value(json!({"Fn::GetAtt": ["Table", "Arn"]})), json!("${Table.Arn}"));
    assert_eq!(value(json!({"Fn::Sub": "a-${Table}-${Table.Outputs.X}"})), json!("a-${Table}-${Table.Outputs.X}"));
    assert_eq!(value(json!({"Fn::Join": ["/", [{"Fn::GetAtt": "Table.Arn"}, "*"]]})), json!("${Table.Arn}/*"));
}

#[test]
fn functions_do_not_take_tokens_apart() {
    let arn = json!({"Fn::GetAtt": ["Table", "Arn"]});
    for (expression, expected) in [
        (json!({"Fn::Split": [":", arn]}), r#"${Fn::Split [":","${Table.Arn}"]}"#),
        (
            json!({"Fn::Select": [5, {"Fn::Split": [":", arn]}]}),
            r#"${Fn::Select [5,"${Fn::Split [\":\",\"${Table.Arn}\"]}"]}"#,
        ),
        (json!({"Fn::Join": ["", arn]}), r#"${Fn::Join ["","${Table.Arn}"]}"#),
        (json!({"Fn::Base64": arn}), r#"${Fn::Base64 ["${Table.Arn}"]}"#),
        (json!({"Fn::Length": arn}), r#"${Fn::Length ["${Table.Arn}"]}"#),
        (json!({"Fn::GetAZs": arn}), r#"${Fn::GetAZs ["${Table.Arn}"]}"#),
        (json!({"Fn::Cidr": [arn, 1, 8]}), r#"${Fn::Cidr ["${Table.Arn}","1","8"]}"#),
        (json!({"Fn::FindInMap": ["Regions", arn, "x"]}), r#"${Fn::FindInMap ["Regions","${Table.Arn}","x"]}"#),
        (json!({"Fn::Select": [arn, ["a"]]}), r#"${Fn::Select ["${Table.Arn}",["a"]]}"#),
        (json!({"Fn::ImportValue": "elsewhere"}), r#"${Fn::ImportValue ["elsewhere"]}"#),
    ] {
        assert_eq!(value(expression.clone()), json!(expected), "{expression}");
    }
}

#[test]
fn text_that_looks_like_a_token_is_no_token() {
    let policy_variable = "${cognito-identity.amazonaws.com:sub}";
    assert_eq!(
        value(json!({"Fn::Split": ["-", policy_variable]})),
        json!(["${cognito", "identity.amazonaws.com:sub}"])
    );
}

#[test]
fn expressions_of_the_parent_are_tokens() {
    let mut document = around(json!([{"Ref": "Name"}, {"Fn::Join": ["+", {"Ref": "List"}]}, {"Fn::Sub": "${Count}!"}]));
    document["Parameters"]["Name"]["AllowedPattern"] = json!("[a-z]{3}");
    document["Conditions"]["Yes"] = json!({"Fn::Not": [{"Fn::Equals": [{"Ref": "Name"}, "NONE"]}]});
    let parameters = json!({
        "Name": {"Fn::GetAtt": ["functionhello", "Outputs.Arn"]},
        "List": {"Ref": "Lists"},
        "Count": "${functionhello.Outputs.Count}",
    });
    let evaluated = symbolic(document, parameters);
    assert_eq!(
        evaluated.resources["R"].properties["X"],
        json!([
            "${parent:functionhello.Outputs.Arn}",
            r#"${Fn::Join ["+","${parent:Lists}"]}"#,
            "${parent:functionhello.Outputs.Count}!",
        ])
    );
}
