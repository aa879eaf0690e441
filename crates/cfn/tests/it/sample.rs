//! Small templates and a cloud that knows everything, for the tests of this crate.

use std::collections::BTreeMap;

use amplify_cfn::{EvalError, EvaluatedStack, Inputs, Pseudo, Resolve, Stack, Template};
use serde_json::{Map, Value, json};

/// A cloud in which every resource has an id and every attribute a value; lists for attributes that end in `s`.
pub(crate) struct Cloud;

impl Resolve for Cloud {
    fn reference(&self, logical_id: &str) -> Option<Value> {
        Some(format!("{logical_id}-id").into())
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Option<Value> {
        match attribute {
            "Unknown" => None,
            _ if attribute.ends_with('s') => Some(json!([format!("{logical_id}-{attribute}-0"), "1"])),
            _ => Some(format!("{logical_id}-{attribute}").into()),
        }
    }
}

pub(crate) fn template(document: Value) -> Template {
    Template::from_value(document, "t.json").unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn inputs(parameters: Value) -> Inputs {
    let Value::Object(parameters) = parameters else { panic!("parameters are an object") };
    let mut pseudo = Pseudo::of_stack("amplify-app-dev-62055", "eu-west-1", "123456789012");
    pseudo.notification_arns = vec!["arn:a".to_owned(), "arn:b".to_owned()];
    let exports = BTreeMap::from([("shared-vpc".to_owned(), json!("vpc-1"))]);
    Inputs { parameters, pseudo, exports }
}

/// A template in which `value` is the property `X` of the resource `R`, with everything around that a value may need.
pub(crate) fn around(value: Value) -> Value {
    json!({
        "Parameters": {
            "Name": {"Type": "String", "Default": "app"},
            "Count": {"Type": "Number", "Default": 5},
            "List": {"Type": "CommaDelimitedList", "Default": "a, b,c"},
            "Empty": {"Type": "CommaDelimitedList", "Default": ""},
        },
        "Mappings": {
            "Regions": {"eu-west-1": {"Ami": "ami-1", "Zones": ["x", "y"], "Size": 7}, "us-east-1": {"Ami": "ami-2"}},
        },
        "Conditions": {
            "Yes": {"Fn::Equals": ["a", "a"]},
            "No": {"Fn::Equals": ["a", "b"]},
        },
        "Resources": {
            "Table": {"Type": "AWS::DynamoDB::Table"},
            "Absent": {"Type": "AWS::S3::Bucket", "Condition": "No"},
            "R": {"Type": "Custom::R", "Properties": {"X": value}},
        },
    })
}

/// Evaluates a value in a deployment; `None` when it is removed.
pub(crate) fn value(value: Value) -> Result<Option<Value>, EvalError> {
    let template = template(around(value));
    let stack = Stack::prepare(&template, inputs(json!({})))?;
    let resource = stack.resource("R", &Cloud)?;
    Ok(resource.properties.get("X").cloned())
}

/// The only problem of a value, as `path: message`.
pub(crate) fn problem(faulty: Value) -> String {
    let error = value(faulty).unwrap_err();
    assert_eq!(error.problems.len(), 1, "{error}");
    let problem = error.problems[0].to_string();
    problem.strip_prefix("Resources.R.Properties.X").unwrap_or(&problem).trim_start_matches('.').to_owned()
}

pub(crate) fn symbolic(document: Value, parameters: Value) -> EvaluatedStack {
    let template = template(document);
    let stack = Stack::prepare(&template, inputs(parameters)).unwrap_or_else(|error| panic!("{error}"));
    stack.evaluate_symbolic().unwrap_or_else(|error| panic!("{error}"))
}

/// A template with the given resources: logical id, type, properties.
pub(crate) fn resources(entries: &[(&str, &str, Value)]) -> Value {
    let entry = |(id, kind, properties): &(&str, &str, Value)| {
        ((*id).to_owned(), json!({"Type": kind, "Properties": properties}))
    };
    json!({"Resources": entries.iter().map(entry).collect::<Map<_, _>>()})
}
