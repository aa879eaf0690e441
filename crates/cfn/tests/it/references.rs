//! Names that do not exist, or do not exist here.

use amplify_cfn::{EvalError, Stack};
use serde_json::{Value, json};

use crate::sample::{Cloud, around, inputs, problem, template, value};

fn prepared(document: Value) -> Result<(), EvalError> {
    Stack::prepare(&template(document), inputs(json!({}))).map(|_| ())
}

#[test]
fn unknown_names_come_with_near_ones() {
    for (expression, message, hint) in [
        (json!({"Ref": "Tabel"}), "Ref: there is no parameter or resource `Tabel`", "did you mean `Table`?"),
        (
            json!({"Ref": "AWS::Reigon"}),
            "Ref: there is no parameter or resource `AWS::Reigon`",
            "did you mean `AWS::Region`?",
        ),
        (
            json!({"Fn::GetAtt": ["table1", "Arn"]}),
            "Fn::GetAtt: there is no resource `table1`",
            "did you mean `Table`?",
        ),
        (json!({"Fn::Sub": "x${Namen}"}), "Fn::Sub: there is no parameter or resource `Namen`", "did you mean `Name`?"),
        (json!({"Fn::Sub": "x${Tables.Arn}"}), "Fn::Sub: there is no resource `Tables`", "did you mean `Table`?"),
        (json!({"Fn::If": ["Yess", 1, 2]}), "Fn::If: there is no condition `Yess`", "did you mean `Yes`?"),
    ] {
        assert_eq!(problem(expression.clone()), message);
        assert_eq!(value(expression).unwrap_err().hints(), [hint]);
    }
}

#[test]
fn names_are_looked_up_in_branches_that_are_not_taken() {
    assert_eq!(
        problem(json!({"Fn::If": ["Yes", 1, {"Ref": "Nowhere"}]})),
        "Fn::If[2].Ref: there is no parameter or resource `Nowhere`"
    );
}

#[test]
fn a_resource_whose_condition_is_false_is_out_of_reach() {
    let expected = "the resource `Absent` does not exist here, because the condition `No` is false";
    assert_eq!(problem(json!({"Ref": "Absent"})), format!("Ref: {expected}"));
    assert_eq!(problem(json!({"Fn::GetAtt": ["Absent", "Arn"]})), format!("Fn::GetAtt: {expected}"));
    assert_eq!(problem(json!({"Fn::Sub": "${Absent.Arn}"})), format!("Fn::Sub: {expected}"));
    assert!(value(json!({"Fn::If": ["No", {"Ref": "Absent"}, 1]})).is_ok());
}

#[test]
fn dependencies_and_conditions_must_exist() {
    let mut document = around(json!(1));
    document["Resources"]["R"]["DependsOn"] = json!(["Table", "Tabl"]);
    document["Resources"]["R"]["Condition"] = json!("Never");
    document["Outputs"] = json!({"O": {"Value": {"Ref": "Nowhere"}, "Condition": "Yess"}});
    let error = prepared(document).unwrap_err();
    let lines: Vec<String> = error.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "Resources.R.Condition: there is no condition `Never`",
            "Resources.R.DependsOn[1]: there is no resource `Tabl`",
            "Outputs.O.Condition: there is no condition `Yess`",
            "Outputs.O.Value.Ref: there is no parameter or resource `Nowhere`",
        ]
    );
}

#[test]
fn a_single_dependency_has_no_index_in_its_path() {
    let mut document = around(json!(1));
    document["Resources"]["R"]["DependsOn"] = json!("Tabl");
    assert_eq!(prepared(document).unwrap_err().problems[0].path, "Resources.R.DependsOn");
}

#[test]
fn hostile_numbers_of_problems_are_bounded() {
    let mut document = around(json!(1));
    let names = (0..20_000).map(|number| json!({"Ref": format!("Nowhere{number}")}));
    document["Resources"]["R"]["Properties"]["X"] = names.collect();
    for number in 0..20_000 {
        document["Parameters"][format!("Somewhere{number}")] = json!({"Type": "String"});
    }
    let error = prepared(document).unwrap_err();
    assert_eq!(error.problems.len(), 200);
    assert_eq!(error.problems[0].path, "Parameters.Somewhere0");
}

#[test]
fn transforms_are_named() {
    let mut document = around(json!(1));
    document["Transform"] = json!(["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31", {"Name": "AWS::Include"}]);
    let error = prepared(document).unwrap_err();
    let lines: Vec<String> = error.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "Transform: the transform `AWS::Serverless-2016-10-31` is not supported",
            "Transform: the transform `AWS::Include` is not supported",
        ]
    );
}

#[test]
fn outputs_are_text() {
    let mut document = around(json!(1));
    document["Outputs"] = json!({
        "Number": {"Value": 5},
        "Name": {"Value": {"Ref": "Table"}, "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-x"}}},
        "Hidden": {"Value": {"Ref": "Absent"}, "Condition": "No"},
    });
    let template = template(document.clone());
    let stack = Stack::prepare(&template, inputs(json!({}))).unwrap();
    let outputs = stack.outputs(&Cloud).unwrap();
    let shown: Vec<_> =
        outputs.iter().map(|(name, output)| (name.as_str(), &output.value, output.export.as_deref())).collect();
    assert_eq!(shown, [("Number", &json!("5"), None), ("Name", &json!("Table-id"), Some("amplify-app-dev-62055-x"))]);

    document["Outputs"] = json!({"L": {"Value": {"Ref": "List"}}, "N": {"Value": {"Ref": "AWS::NoValue"}}});
    let template = crate::sample::template(document);
    let stack = Stack::prepare(&template, inputs(json!({}))).unwrap();
    let error = stack.outputs(&Cloud).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`t.json` cannot be evaluated\n  Outputs.L.Value: an output must be text, and this is a list\n  \
         Outputs.N.Value: an output must be text, and this is removed by `AWS::NoValue`"
    );
}

#[test]
fn a_resource_must_exist_to_be_evaluated() {
    let template = template(around(json!(1)));
    let stack = Stack::prepare(&template, inputs(json!({}))).unwrap();
    assert_eq!(stack.resource("Tabel", &Cloud).unwrap_err().hints(), ["did you mean `Table`?"]);
    assert_eq!(stack.resource("Absent", &Cloud).unwrap_err().code(), "resource-inactive");
    assert_eq!(stack.resources().collect::<Vec<_>>(), ["Table", "R"]);
}
