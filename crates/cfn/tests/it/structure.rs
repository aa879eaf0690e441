//! Documents that are no templates: what is wrong, and where in the text.

use amplify_cfn::{ParseError, Position, Template};
use serde_json::json;

fn lines(text: &str) -> Vec<String> {
    let error = Template::parse(text, "t").unwrap_err();
    assert_eq!(error.code(), "template-structure");
    error.to_string().lines().skip(1).map(|line| line.trim().to_owned()).collect()
}

#[test]
fn everything_is_found_at_once_with_its_place() {
    let text = "\
AWSTemplateFormatVersion: 2010-09-08
Paramters: {}
Parameters:
  A: {Type: Strin}
  B: {}
  a-b: {Type: String, Default: 1, Alowed: 1}
Resources:
  R:
    Properties: []
    DependsOn: {a: b}
    DeletionPolicy: retain
  S: text
Outputs:
  O: {Export: {}}
";
    assert_eq!(
        lines(text),
        [
            "Paramters (2:1): CloudFormation knows no section `Paramters`",
            "AWSTemplateFormatVersion (1:1): the only version is `2010-09-09`",
            "Parameters.A.Type (4:7): there is no parameter type `Strin`",
            "Parameters.B (5:3): the parameter has no `Type`",
            "Parameters.a-b (6:3): a logical id has only letters and digits",
            "Parameters.a-b.Alowed (6:35): CloudFormation knows no parameter attribute `Alowed`",
            "Resources.R (8:3): the resource has no `Type`",
            "Resources.R.Properties (9:5): must be an object, and is a list",
            "Resources.R.DependsOn (10:5): must be a logical id or a list of logical ids",
            "Resources.R.DeletionPolicy (11:5): there is no policy `retain`",
            "Resources.S (12:3): must be an object, and is text",
            "Outputs.O (14:3): the output has no `Value`",
            "Outputs.O.Export (14:7): the export has no `Name`",
        ]
    );
    let hints = Template::parse(text, "t").unwrap_err().hints();
    assert!(hints.contains(&"did you mean `Parameters`?".to_owned()), "{hints:?}");
    assert!(hints.contains(&"did you mean `Retain`?".to_owned()), "{hints:?}");
}

#[test]
fn a_template_needs_resources() {
    assert_eq!(lines("{\"Outputs\": {}}"), ["the section `Resources` is missing"]);
    assert_eq!(lines("Resources:\n"), ["Resources (1:1): must be an object, and is null"]);
    assert_eq!(lines("just text"), ["must be an object, and is text"]);
    assert_eq!(lines("[1]"), ["must be an object, and is a list"]);
    assert!(Template::parse("Resources: {}", "t").is_ok());
}

#[test]
fn functions_in_place_of_names_are_named() {
    let text = "Fn::Transform: {Name: AWS::Include}\nResources:\n  Fn::ForEach::Topics: [a, [b], {}]\n  R:\n    Type: T\n    Fn::Transform: {Name: x}\n";
    assert_eq!(
        lines(text),
        [
            "Fn::Transform (1:1): `Fn::Transform` is not supported",
            "Resources.Fn::ForEach::Topics (3:3): `Fn::ForEach` is not supported",
            "Resources.R.Fn::Transform (6:5): `Fn::Transform` is not supported",
        ]
    );
}

#[test]
fn nothing_is_no_template() {
    for text in ["", "   \n", "# only a comment\n", "---\n", "~"] {
        assert_eq!(Template::parse(text, "t"), Err(ParseError::Empty { template: "t".to_owned() }), "{text:?}");
    }
}

#[test]
fn hostile_numbers_of_problems_are_bounded() {
    let text: String = (0..50_000).map(|number| format!("k{number}: v\n")).collect();
    let lines = lines(&text);
    assert_eq!(lines.len(), 200);
    assert_eq!(lines[199], "k199 (200:1): CloudFormation knows no section `k199`");
}

#[test]
fn json_may_have_a_comma_too_many() {
    let template =
        Template::parse("{\n\t\"Resources\": {\n\t\t\"A\": {\"Type\": \"Custom::A\",},\n\t},\n}", "t").unwrap();
    assert_eq!(template.resources["A"].resource_type, "Custom::A");
}

#[test]
fn broken_json_is_told_as_json() {
    let error = Template::parse("{\"Resources\": {\"A\": }", "t").unwrap_err();
    assert_eq!(error.to_string(), "`t`:1:21: not valid JSON: expected value");
    let error = Template::parse("{\"ü\": \"ä\" \"b\"}", "t").unwrap_err();
    assert!(matches!(error, ParseError::Syntax { at: Position { line: 1, column: 11 }, .. }), "{error}");
}

#[test]
fn a_byte_order_mark_is_no_content() {
    assert!(Template::parse("\u{feff}{\"Resources\": {}}", "t").is_ok());
    assert!(Template::parse("\u{feff}Resources: {}", "t").is_ok());
}

#[test]
fn sections_are_typed_and_the_document_is_kept() {
    let document = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "d",
        "Transform": "AWS::LanguageExtensions",
        "Metadata": {"m": 1},
        "Parameters": {"P": {"Type": "Number", "MinValue": "1", "MaxValue": 2.5, "NoEcho": "true", "Default": 1}},
        "Resources": {
            "B": {"Type": "T::B", "DependsOn": "A", "Condition": "C", "Metadata": {"x": 1}},
            "A": {"Type": "T::A", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Snapshot", "Properties": {"z": 1, "a": 2}},
        },
        "Conditions": {"C": {"Fn::Equals": [1, 1]}},
        "Outputs": {"O": {"Value": 1, "Description": "o", "Export": {"Name": "n"}, "Condition": "C"}},
    });
    let template = Template::from_value(document.clone(), "t").unwrap();
    assert_eq!(template.document, document);
    assert_eq!(template.transforms, ["AWS::LanguageExtensions"]);
    let parameter = &template.parameters["P"];
    assert_eq!((parameter.min_value, parameter.max_value, parameter.no_echo), (Some(1.0), Some(2.5), true));
    assert_eq!(template.resources.keys().collect::<Vec<_>>(), ["B", "A"]);
    assert_eq!(template.resources["B"].depends_on, ["A"]);
    assert_eq!(template.resources["B"].properties, json!({}));
    assert_eq!(template.resources["A"].update_replace_policy.as_deref(), Some("Snapshot"));
    assert_eq!(template.resources["A"].properties.to_string(), r#"{"z":1,"a":2}"#);
    assert_eq!(template.outputs["O"].export, Some(json!("n")));
}

#[test]
fn values_that_are_too_deep_are_refused() {
    let mut value = json!(1);
    for _ in 0..200 {
        value = json!([value]);
    }
    let error = Template::from_value(json!({"Resources": value}), "t").unwrap_err();
    assert_eq!(error.to_string(), "`t`: nested deeper than 100 levels");
}
