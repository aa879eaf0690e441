//! Laws that hold for every template, tried on generated ones.

use std::collections::HashMap;

use amplify_cfn::{Inputs, Stack, Template, compare};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Values of properties; references only to resources with a smaller number, so that there is an order.
fn property(resources: usize) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e6..1e6_f64).prop_map(Value::from),
        "[ -~äß\n\t]{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            "yes",
            "no",
            "~",
            "012",
            "1.10",
            "2012-10-17",
            "null",
            "<<",
            "!Ref x",
            "a: b",
            "- a",
            "#"
        ])
        .prop_map(Value::from),
        Just(json!({"Ref": "Name"})),
        Just(json!({"Ref": "List"})),
        Just(json!({"Ref": "AWS::NoValue"})),
        Just(json!({"Fn::FindInMap": ["M", "a", "b"]})),
        (0..resources.max(1)).prop_map(move |number| match resources {
            0 => json!("first"),
            _ => json!({"Ref": format!("R{number}")}),
        }),
        (0..resources.max(1)).prop_map(move |number| match resources {
            0 => json!("first"),
            _ => json!({"Fn::Sub": format!("x${{R{number}.Arn}}${{!y}}")}),
        }),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[A-Za-z_: -]{1,8}", inner.clone()), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
            (prop::bool::ANY, inner.clone(), inner)
                .prop_map(|(yes, left, right)| json!({"Fn::If": [if yes { "Yes" } else { "No" }, left, right]})),
        ]
    })
}

fn document() -> impl Strategy<Value = Value> {
    let resource = |number: usize| {
        let types =
            prop::sample::select(vec!["AWS::DynamoDB::Table", "AWS::IAM::Role", "Custom::X", "AWS::New::Thing"]);
        (types, property(number), prop::option::of(0..number.max(1)))
    };
    let resources = (1..6_usize).prop_flat_map(move |count| (0..count).map(resource).collect::<Vec<_>>());
    resources.prop_map(|resources| {
        let mut entries = Map::new();
        for (number, (resource_type, property, depends_on)) in resources.into_iter().enumerate() {
            let mut resource = json!({"Type": resource_type, "Properties": {"X": property}});
            if let Some(target) = depends_on.filter(|target| *target < number) {
                resource["DependsOn"] = json!([format!("R{target}")]);
            }
            entries.insert(format!("R{number}"), resource);
        }
        // The last one first, so that the order is not that of the template.
        let entries: Map<String, Value> = entries.into_iter().rev().collect();
        json!({
            "Parameters": {
                "Name": {"Type": "String", "Default": "app"},
                "List": {"Type": "CommaDelimitedList", "Default": "a,b"},
            },
            "Mappings": {"M": {"a": {"b": "c"}}},
            "Conditions": {"Yes": {"Fn::Equals": [{"Ref": "Name"}, "app"]}, "No": {"Fn::Not": [{"Condition": "Yes"}]}},
            "Resources": entries,
        })
    })
}

/// Writes a value as block-style YAML, functions in their short forms where they have one.
fn yaml(value: &Value, indent: usize, out: &mut String) {
    let pad = "  ".repeat(indent);
    match value {
        Value::Object(members) if members.len() == 1 && members.contains_key("Ref") => {
            out.push_str(&format!(" !Ref {}\n", members["Ref"]));
        }
        Value::Object(members) if members.len() == 1 && members.contains_key("Fn::If") => {
            out.push_str(" !If");
            yaml(&members["Fn::If"], indent, out);
        }
        Value::Object(members) if members.len() == 1 && members.contains_key("Fn::Sub") => {
            out.push_str(&format!(" !Sub {}\n", members["Fn::Sub"]));
        }
        Value::Object(members) if !members.is_empty() => {
            out.push('\n');
            for (key, member) in members {
                out.push_str(&format!("{pad}{}:", Value::from(key.as_str())));
                yaml(member, indent + 1, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            out.push('\n');
            for item in items {
                out.push_str(&format!("{pad}-"));
                yaml(item, indent + 1, out);
            }
        }
        // JSON's scalars and empty collections are YAML, too.
        other => out.push_str(&format!(" {other}\n")),
    }
}

fn inputs() -> Inputs {
    Inputs::default()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_and_yaml_are_the_same_template(document in document()) {
        let mut text = String::new();
        yaml(&document, 0, &mut text);
        let from_json = Template::parse(&document.to_string(), "t").unwrap();
        let from_yaml = Template::parse(&text, "t").unwrap_or_else(|error| panic!("{error}\n{text}"));
        prop_assert_eq!(&from_json, &from_yaml, "{}", text);
        prop_assert_eq!(from_json.document.to_string(), from_yaml.document.to_string());
    }

    #[test]
    fn evaluation_is_repeatable_and_nothing_differs_from_itself(document in document()) {
        let template = Template::from_value(document, "t").unwrap();
        let first = Stack::prepare(&template, inputs()).unwrap().evaluate_symbolic();
        let second = Stack::prepare(&template, inputs()).unwrap().evaluate_symbolic();
        prop_assert_eq!(&first, &second);
        let evaluated = first.unwrap();
        prop_assert_eq!(compare(Some(&evaluated), Some(&evaluated)), vec![]);
    }

    #[test]
    fn every_difference_goes_away_when_it_is_deployed(old in document(), new in document()) {
        let evaluate = |document| {
            let template = Template::from_value(document, "t").unwrap();
            Stack::prepare(&template, inputs()).unwrap().evaluate_symbolic().unwrap()
        };
        let (old, new) = (evaluate(old), evaluate(new));
        let touched = compare(Some(&old), Some(&new));
        for (id, resource) in &new.resources {
            let differs = old.resources.get(id) != Some(resource);
            let told = touched.iter().any(|diff| diff.logical_id == *id);
            // Texts and numbers of the same digits are the same to the service, so only one direction is a law.
            prop_assert!(!told || differs || touched.iter().any(|diff| diff.causes.iter().any(|cause| cause.conditional)));
        }
        for id in old.resources.keys().filter(|id| !new.resources.contains_key(*id)) {
            prop_assert!(touched.iter().any(|diff| diff.logical_id == *id));
        }
    }

    #[test]
    fn the_order_respects_every_edge(document in document()) {
        let template = Template::from_value(document, "t").unwrap();
        let stack = Stack::prepare(&template, inputs()).unwrap();
        let order = stack.order().unwrap();
        prop_assert_eq!(order.len(), stack.resources().count());
        let position: HashMap<&str, usize> = order.iter().enumerate().map(|(position, id)| (id.as_str(), position)).collect();
        for id in &order {
            for edge in stack.dependencies(id) {
                prop_assert!(position[edge.to.as_str()] < position[edge.from.as_str()], "{}", edge);
            }
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "[ -~\n]{0,200}") {
        let _ = Template::parse(&text, "t");
        let _ = Template::parse(&format!("Resources:\n  A:\n    Type: {text}"), "t");
    }
}
