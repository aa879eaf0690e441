//! How long a template of 1,000 resources takes to parse, to evaluate and to compare; the goal for the latter two
//! together is 20 ms.
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot run stops")]

use std::hint::black_box;

use amplify_cfn::{EvaluatedStack, Inputs, Stack, Template, compare};
use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::{Map, Value, json};

/// A function with its role, policy and table, as often as it takes: what Amplify projects consist of.
fn document(resources: usize, version: &str) -> Value {
    let mut entries = Map::new();
    for number in 0..resources / 4 {
        let (table, role) = (format!("Table{number}"), format!("Role{number}"));
        let (policy, function) = (format!("Policy{number}"), format!("Function{number}"));
        let name = |kind: &str| {
            let plain = json!({"Fn::Join": ["", [kind, number, "-", {"Ref": "env"}]]});
            json!({"Fn::If": ["ShouldNotCreateEnvResources", kind, plain]})
        };
        let statement = |action: &str| {
            json!({
                "Effect": "Allow",
                "Action": [format!("dynamodb:{action}"), "dynamodb:Query"],
                "Resource": [
                    {"Fn::GetAtt": [table, "Arn"]},
                    {"Fn::Join": ["", [{"Fn::GetAtt": [table, "Arn"]}, "/index/*"]]},
                ],
            })
        };
        entries.insert(
            policy,
            json!({"Type": "AWS::IAM::Policy", "DependsOn": [role], "Properties": {
                "PolicyName": name("policy"),
                "Roles": [{"Ref": role}],
                "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement("GetItem"), statement("PutItem")]},
            }}),
        );
        entries.insert(
            function,
            json!({"Type": "AWS::Lambda::Function", "Properties": {
                "FunctionName": name("function"),
                "Handler": "index.handler",
                "Runtime": "nodejs12.x",
                "Timeout": "25",
                "Code": {"S3Bucket": {"Ref": "bucket"}, "S3Key": {"Fn::Sub": format!("builds/{number}-${{AWS::StackName}}.zip")}},
                "Environment": {"Variables": {
                    "ENV": {"Ref": "env"},
                    "VERSION": version,
                    "TABLE": {"Ref": table},
                    "ARN": {"Fn::Sub": ["arn:aws:dynamodb:${region}:${AWS::AccountId}:table/${table}", {
                        "region": {"Ref": "AWS::Region"}, "table": {"Ref": table},
                    }]},
                }},
                "Role": {"Fn::GetAtt": [role, "Arn"]},
            }}),
        );
        entries.insert(
            role,
            json!({"Type": "AWS::IAM::Role", "Properties": {"RoleName": name("role"), "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": {"Service": ["lambda.amazonaws.com"]}, "Action": ["sts:AssumeRole"]}],
            }}}),
        );
        entries.insert(
            table,
            json!({"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain", "Properties": {
                "TableName": name(version),
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": "5"},
            }}),
        );
    }
    json!({
        "Parameters": {"env": {"Type": "String"}, "bucket": {"Type": "String", "Default": "deployment"}},
        "Conditions": {"ShouldNotCreateEnvResources": {"Fn::Equals": [{"Ref": "env"}, "NONE"]}},
        "Resources": entries,
    })
}

fn prepare(template: &Template) -> Stack<'_> {
    let parameters = [("env".to_owned(), "dev".into())].into_iter().collect();
    Stack::prepare(template, Inputs { parameters, ..Inputs::default() }).unwrap()
}

fn evaluate(template: &Template) -> EvaluatedStack {
    let stack = prepare(template);
    black_box(stack.order().unwrap());
    stack.evaluate_symbolic().unwrap()
}

fn thousand_resources(criterion: &mut Criterion) {
    let text = document(1_000, "one").to_string();
    let old = Template::parse(&text, "old").unwrap();
    let new = Template::from_value(document(1_000, "two"), "new").unwrap();
    assert_eq!(compare(Some(&evaluate(&old)), Some(&evaluate(&new))).len(), 750);
    criterion.bench_function("parse 1,000 resources", |bencher| {
        bencher.iter(|| Template::parse(black_box(&text), "old").unwrap());
    });
    criterion.bench_function("prepare 1,000 resources", |bencher| {
        bencher.iter(|| prepare(black_box(&old)));
    });
    criterion.bench_function("order 1,000 resources", |bencher| {
        let stack = prepare(&old);
        bencher.iter(|| stack.order().unwrap());
    });
    criterion.bench_function("evaluate 1,000 prepared resources", |bencher| {
        let stack = prepare(&old);
        bencher.iter(|| stack.evaluate_symbolic().unwrap());
    });
    criterion.bench_function("compare 1,000 evaluated resources", |bencher| {
        let (old, new) = (evaluate(&old), evaluate(&new));
        bencher.iter(|| compare(Some(black_box(&old)), Some(black_box(&new))));
    });
    criterion.bench_function("evaluate 1,000 resources twice, order and compare them", |bencher| {
        bencher.iter(|| compare(Some(&evaluate(black_box(&old))), Some(&evaluate(black_box(&new)))));
    });
}

criterion_group!(benches, thousand_resources);
criterion_main!(benches);
