//! Generated templates: evaluation and comparison never panic and keep their laws.
#![no_main]

use std::collections::HashMap;

use amplify_cfn::{Inputs, NestedStack, Pseudo, Resolve, Stack, Template, check_nested, compare};
use arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value, json};

/// How deep generated values nest; the input's length bounds their breadth.
const DEPTH: usize = 8;
const PARAMETERS: &[&str] = &["Name", "Count", "List", "Numbers", "Open"];
const RESOURCES: &[&str] = &["A", "B", "C", "D"];
const CONDITIONS: &[&str] = &["Yes", "No", "Other", "Last"];
const TEXTS: &[&str] = &[
    "",
    "a",
    "b",
    "-",
    ",",
    "5",
    "0",
    "true",
    "a,b",
    "x-y-z",
    "10.0.0.0/16",
    "::/0",
    "eu-west-1",
    "${A}",
    "${A.Arn}",
    "${B.C.D}",
    "${!x}",
    "${",
    "${}",
    "${Name}",
    "${List}",
    "${AWS::Region}",
    "${parent:X}",
    "A.Arn",
    "A",
    "M",
    "ö",
    "Outputs.X",
    "{{resolve:ssm:x}}",
    "99999999999999999999",
    "-1",
    "256",
    "${Fn::Split [\"a\"]}",
    "[",
    "KeySchema",
];
const SUBSTITUTIONS: &[&str] = &[
    "",
    "${A}",
    "x-${A.Arn}-${B}",
    "${B.Outputs.X}",
    "${!x}",
    "${",
    "${Name}${Name}",
    "${AWS::Region}",
    "${x}${Count}",
    "${ C }",
];
const TYPES: &[&str] =
    &["AWS::DynamoDB::Table", "AWS::Lambda::Permission", "AWS::CloudFormation::Stack", "Custom::X", "AWS::New::Thing"];

struct Cloud;

impl Resolve for Cloud {
    fn reference(&self, logical_id: &str) -> Option<Value> {
        (logical_id != "D").then(|| logical_id.into())
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Option<Value> {
        match attribute.len() % 4 {
            0 => None,
            1 => Some(json!([logical_id, attribute])),
            2 => Some(json!({"a": attribute})),
            _ => Some(attribute.into()),
        }
    }
}

/// Whether the next part is one that CloudFormation refuses; seldom, so that most templates evaluate to the end.
fn faulty(input: &mut Unstructured<'_>) -> Result<bool> {
    // An input that is used up answers yes to every ratio.
    Ok(!input.ratio(59, 60)?)
}

fn name(input: &mut Unstructured<'_>) -> Result<Value> {
    let pseudo = &["AWS::Region", "AWS::NoValue", "AWS::StackName", "AWS::NotificationARNs"];
    let names = match input.int_in_range(0..=8)? {
        _ if faulty(input)? => TEXTS,
        0..=3 => PARAMETERS,
        4..=7 => RESOURCES,
        _ => pseudo,
    };
    Ok((*input.choose(names)?).into())
}

fn text(input: &mut Unstructured<'_>) -> Result<Value> {
    Ok((*input.choose(TEXTS)?).into())
}

fn list(input: &mut Unstructured<'_>, depth: usize) -> Result<Vec<Value>> {
    let length = input.int_in_range(0..=4)?;
    (0..length).map(|_| value(input, depth)).collect()
}

/// A value that yields a list, unless it is faulty.
fn list_value(input: &mut Unstructured<'_>, depth: usize) -> Result<Value> {
    if depth == 0 || faulty(input)? {
        return value(input, depth);
    }
    let depth = depth - 1;
    Ok(match input.int_in_range(0..=5)? {
        0 => json!({"Ref": "List"}),
        1 => json!({"Fn::Split": [input.choose(&["-", ",", "a"])?, text_value(input, depth)?]}),
        2 => json!({"Fn::GetAZs": ""}),
        3 => json!({"Fn::If": [input.choose(CONDITIONS)?, list_value(input, depth)?, list_value(input, depth)?]}),
        4 => json!({"Fn::GetAtt": [input.choose(RESOURCES)?, "Servers"]}),
        _ => {
            let length = input.int_in_range(1..=3)?;
            Value::Array((0..length).map(|_| text_value(input, depth)).collect::<Result<_>>()?)
        }
    })
}

/// A value that yields text, unless it is faulty.
fn text_value(input: &mut Unstructured<'_>, depth: usize) -> Result<Value> {
    if depth == 0 || input.is_empty() {
        return text(input);
    }
    if faulty(input)? {
        return value(input, depth);
    }
    let depth = depth - 1;
    Ok(match input.int_in_range(0..=10)? {
        0 => json!({"Ref": input.choose(&["Name", "Count", "Open", "AWS::Region", "AWS::StackName"])?}),
        1 => json!({"Ref": input.choose(RESOURCES)?}),
        2 => json!({"Fn::GetAtt": [input.choose(RESOURCES)?, "Arn"]}),
        3 => json!({"Fn::Sub": input.choose(SUBSTITUTIONS)?}),
        4 => {
            json!({"Fn::Sub": [input.choose(SUBSTITUTIONS)?, {"x": text_value(input, depth)?, "Name": text_value(input, depth)?}]})
        }
        5 => json!({"Fn::Join": [text(input)?, list_value(input, depth)?]}),
        6 => json!({"Fn::Select": [input.int_in_range(0..=2)?, list_value(input, depth)?]}),
        7 => json!({"Fn::Base64": text_value(input, depth)?}),
        8 => json!({"Fn::ToJsonString": list_value(input, depth)?}),
        9 => json!({"Fn::If": [input.choose(CONDITIONS)?, text_value(input, depth)?, text_value(input, depth)?]}),
        _ => text(input)?,
    })
}

fn value(input: &mut Unstructured<'_>, depth: usize) -> Result<Value> {
    if depth == 0 || input.is_empty() {
        return text(input);
    }
    let depth = depth - 1;
    if faulty(input)? {
        return Ok(match input.int_in_range(0..=9)? {
            0 => Value::Null,
            1 => json!({"Fn::GetAtt": [name(input)?, value(input, depth)?]}),
            2 => json!({"Fn::GetAtt": text(input)?}),
            3 => json!({"Fn::Sub": value(input, depth)?}),
            4 => json!({"Fn::Join": [text(input)?, value(input, depth)?]}),
            5 => json!({"Fn::Split": [text(input)?, value(input, depth)?]}),
            6 => json!({"Fn::Select": [value(input, depth)?, value(input, depth)?]}),
            7 => json!({"Fn::Cidr": [value(input, depth)?, value(input, depth)?, value(input, depth)?]}),
            8 => json!({"Fn::Length": value(input, depth)?}),
            _ => {
                let function = input.choose(&[
                    "Fn::GetAZs",
                    "Fn::And",
                    "Fn::Equals",
                    "Fn::Transform",
                    "Fn::ForEach::x",
                    "Fn::X",
                ])?;
                json!({*function: value(input, depth)?})
            }
        });
    }
    Ok(match input.int_in_range(0..=14)? {
        0 => json!(input.ratio(1, 2)?),
        1 => json!(input.arbitrary::<i16>()?),
        2 => json!(input.arbitrary::<f32>().map(f64::from)?),
        3 => Value::Array(list(input, depth)?),
        4 | 5 => {
            let mut members = Map::new();
            for member in list(input, depth)? {
                members.insert((*input.choose(TEXTS)?).to_owned(), member);
            }
            Value::Object(members)
        }
        6 => json!({"Ref": name(input)?}),
        7 => json!({"Fn::If": [input.choose(CONDITIONS)?, value(input, depth)?, value(input, depth)?]}),
        8 => {
            json!({"Fn::FindInMap": ["M", text_value(input, depth)?, text_value(input, depth)?, {"DefaultValue": value(input, depth)?}]})
        }
        9 => json!({"Fn::Cidr": [text_value(input, depth)?, "2", input.int_in_range(1..=127)?]}),
        10 => json!({"Fn::Length": list_value(input, depth)?}),
        11 => json!({"Fn::ImportValue": text_value(input, depth)?}),
        12 => list_value(input, depth)?,
        _ => text_value(input, depth)?,
    })
}

/// A condition that may use those of the names.
fn condition(input: &mut Unstructured<'_>, names: &[&str], depth: usize) -> Result<Value> {
    if depth == 0 || input.is_empty() {
        return Ok(json!({"Fn::Equals": [{"Ref": "Name"}, text(input)?]}));
    }
    if faulty(input)? {
        return value(input, depth);
    }
    let depth = depth - 1;
    Ok(match input.int_in_range(0..=4)? {
        0 if !names.is_empty() => json!({"Condition": input.choose(names)?}),
        1 => json!({"Fn::Not": [condition(input, names, depth)?]}),
        2 => json!({"Fn::And": [condition(input, names, depth)?, condition(input, names, depth)?]}),
        3 => json!({"Fn::Or": [condition(input, names, depth)?, condition(input, names, depth)?]}),
        _ => {
            let parameter = input.choose(PARAMETERS)?;
            json!({"Fn::Equals": [{"Ref": parameter}, {"Fn::Join": ["-", [text(input)?, {"Ref": "AWS::Region"}]]}]})
        }
    })
}

/// Values for some of the parameters: constants, expressions of a parent, or faulty ones.
fn parameters(input: &mut Unstructured<'_>) -> Result<Map<String, Value>> {
    let mut parameters = Map::new();
    for name in PARAMETERS {
        let value = match input.int_in_range(0..=9)? {
            _ if faulty(input)? => value(input, 3)?,
            0 => json!({"Fn::GetAtt": ["Parent", "Outputs.X"]}),
            1 => "${Parent.Outputs.X}".into(),
            2 if matches!(*name, "Name" | "List") => text(input)?,
            3 if *name == "Count" => input.int_in_range(5..=300)?.into(),
            _ => continue,
        };
        parameters.insert((*name).to_owned(), value);
    }
    Ok(parameters)
}

fn document(input: &mut Unstructured<'_>) -> Result<Value> {
    let mut conditions = Map::new();
    for (index, name) in CONDITIONS.iter().enumerate() {
        let others = if faulty(input)? { CONDITIONS } else { &CONDITIONS[index + 1..] };
        conditions.insert((*name).to_owned(), condition(input, others, 3)?);
    }
    let mut resources = Map::new();
    for id in RESOURCES {
        let mut resource = json!({
            "Type": input.choose(TYPES)?,
            "Properties": {"SourceArn": value(input, DEPTH)?, "KeySchema": value(input, DEPTH)?, "Tags": value(input, 4)?},
        });
        if input.ratio(1, 4)? {
            resource["Condition"] = (*input.choose(CONDITIONS)?).into();
        }
        if input.ratio(1, 4)? {
            resource["DependsOn"] = json!([input.choose(RESOURCES)?]);
        }
        if input.ratio(1, 4)? {
            resource["UpdateReplacePolicy"] = "Retain".into();
        }
        resources.insert((*id).to_owned(), resource);
    }
    Ok(json!({
        "Parameters": {
            "Name": {"Type": "String", "Default": text(input)?},
            "Count": {"Type": "Number", "Default": 5, "MinValue": input.int_in_range(-9..=6)?},
            "List": {"Type": "CommaDelimitedList", "Default": text(input)?},
            "Numbers": {"Type": "List<Number>", "Default": "1,2"},
            "Open": {"Type": "String", "AllowedPattern": input.choose(&["a", "[a-z]+", "(?=a).", "(", "a{0,999}", "\\w*"])?, "Default": "a"},
        },
        "Mappings": {"M": {"a": {"b": value(input, 2)?}}},
        "Conditions": conditions,
        "Resources": resources,
        "Outputs": {"X": {"Value": text_value(input, DEPTH)?, "Export": {"Name": text_value(input, 3)?}}},
    }))
}

/// Evaluates a template in both ways and checks what must hold.
fn exercise(template: &Template, inputs: &Inputs) -> Option<amplify_cfn::EvaluatedStack> {
    let stack = match Stack::prepare(template, inputs.clone()) {
        Ok(stack) => stack,
        Err(error) => {
            assert!(!error.problems.is_empty());
            let _ = (error.to_string(), error.code(), error.hints());
            return None;
        }
    };
    match stack.order() {
        Ok(order) => {
            assert_eq!(order.len(), stack.resources().count());
            let position: HashMap<&str, usize> = order.iter().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
            for edge in order.iter().flat_map(|id| stack.dependencies(id)) {
                assert!(position[edge.to.as_str()] < position[edge.from.as_str()], "{edge}");
            }
        }
        Err(error) => {
            let next = error.edges.iter().cycle().skip(1);
            assert!(!error.edges.is_empty());
            assert!(error.edges.iter().zip(next).all(|(edge, next)| edge.to == next.from), "{error}");
        }
    }
    for id in stack.resources() {
        let _ = stack.resource(id, &Cloud);
    }
    let _ = stack.outputs(&Cloud);
    let evaluated = stack.evaluate_symbolic();
    assert_eq!(evaluated, stack.evaluate_symbolic());
    let evaluated = evaluated.ok()?;
    assert!(compare(Some(&evaluated), Some(&evaluated)).is_empty());
    Some(evaluated)
}

fuzz_target!(|bytes: &[u8]| {
    let mut input = Unstructured::new(bytes);
    let Ok(parameters) = parameters(&mut input) else { return };
    let (Ok(old), Ok(new)) = (document(&mut input), document(&mut input)) else { return };
    let inputs = Inputs { parameters, pseudo: Pseudo::of_stack("a-b-c-d", "eu-west-1", "1"), ..Inputs::default() };
    let (Ok(old), Ok(new)) = (Template::from_value(old, "old"), Template::from_value(new, "new")) else { return };
    let children = [NestedStack { logical_id: "A", template: &new }];
    let _ = check_nested(&old, &children);
    let (before, after) = (exercise(&old, &inputs), exercise(&new, &inputs));
    for diff in compare(before.as_ref(), after.as_ref()) {
        let exists = |stack: &Option<amplify_cfn::EvaluatedStack>| {
            stack.as_ref().is_some_and(|stack| stack.resources.contains_key(&diff.logical_id))
        };
        assert!(exists(&before) || exists(&after));
    }
});
