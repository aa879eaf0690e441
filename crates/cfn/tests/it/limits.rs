//! The service's limits.

use amplify_cfn::Template;
use amplify_cfn::limits::{Finding, check, check_operation, check_operation_of};
use serde_json::{Map, Value, json};

fn template(resources: usize, parameters: usize, outputs: usize) -> Template {
    let types = ["AWS::AppSync::Resolver", "AWS::DynamoDB::Table", "AWS::AppSync::Resolver"];
    let resource = |number: usize| (format!("R{number}"), json!({"Type": types[number % 3]}));
    let parameter = |number: usize| {
        let name = if number.is_multiple_of(2) { "functionhello" } else { "storagephotos" };
        (format!("{name}Attribute{number}"), json!({"Type": "String"}))
    };
    let output = |number: usize| {
        let value = match number % 3 {
            0 => json!({"Fn::GetAtt": ["R0", "Arn"]}),
            1 => json!({"Fn::Sub": "x-${R1.Arn}"}),
            _ => json!("constant"),
        };
        (format!("O{number}"), json!({"Value": value}))
    };
    let document = json!({
        "Resources": (0..resources).map(resource).collect::<Map<String, Value>>(),
        "Parameters": (0..parameters).map(parameter).collect::<Map<String, Value>>(),
        "Outputs": (0..outputs).map(output).collect::<Map<String, Value>>(),
    });
    Template::from_value(document, "t").unwrap()
}

fn only(findings: Vec<Finding>) -> Finding {
    assert_eq!(findings.len(), 1, "{findings:?}");
    findings.into_iter().next().unwrap()
}

#[test]
fn below_eighty_percent_there_is_nothing_to_say() {
    assert!(check(&template(399, 159, 159), 799_999).is_empty());
    assert_eq!(check_operation(1_999), None);
}

#[test]
fn from_eighty_percent_on_there_is_a_warning() {
    let finding = only(check(&template(400, 0, 0), 0));
    assert_eq!(
        (finding.limit, finding.count, finding.maximum, finding.exceeded),
        ("resources in a template", 400, 500, false)
    );
    assert_eq!(finding.largest, [("AWS::AppSync::Resolver".to_owned(), 267), ("AWS::DynamoDB::Table".to_owned(), 133)]);
    let finding = only(check(&template(0, 160, 0), 0));
    assert_eq!(finding.largest, [("functionhello".to_owned(), 80), ("storagephotos".to_owned(), 80)]);
    let finding = only(check(&template(2, 0, 160), 0));
    let names: Vec<&str> = finding.largest.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["R0", "R1", "constants and parameters"]);
}

#[test]
fn the_limit_itself_is_allowed_and_one_more_is_not() {
    for (count, exceeded) in [(500, false), (501, true)] {
        assert_eq!(only(check(&template(count, 0, 0), 0)).exceeded, exceeded);
    }
    for (bytes, exceeded) in [(1_000_000, false), (1_000_001, true)] {
        let finding = only(check(&template(20, 0, 0), bytes));
        assert_eq!((finding.exceeded, finding.largest.len()), (exceeded, 10));
    }
}

#[test]
fn an_operation_counts_all_stacks() {
    assert!(check_operation(2_501).unwrap().exceeded);
    assert!(check_operation(2_000).unwrap().largest.is_empty());
    let stacks: Vec<(String, usize)> = (0..12).map(|number| (format!("s{number}"), 200 + number)).collect();
    let finding = check_operation_of(&stacks).unwrap();
    assert_eq!(
        (finding.count, finding.largest.len(), finding.largest[0].clone()),
        (2_466, 10, ("s11".to_owned(), 211))
    );
}
