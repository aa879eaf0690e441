//! A model's table, the role that reads and writes it, and the data source that resolvers use.

use md5::{Digest as _, Md5};
use serde_json::{Value, json};

use super::{Body, api_id, attribute, by_environment, reference};
use crate::build::Build;
use crate::model::{Key, Model};
use crate::schema::names;

/// Adds the three resources and the outputs of a model.
pub(crate) fn add_table(build: &mut Build<'_>, model: &Model) {
    let name = model.name.as_str();
    let (table, role, source) = (names::table(name), names::role(name), names::data_source(name));
    let resources = &mut build.resources;
    if !resources.insert(&table, name, Body::Table(name.to_owned())) {
        // The others collide as well; one complaint is enough.
        build.add_resource(&table, name, Value::Null, model.span);
        return;
    }
    build.add_resource(&role, name, role_body(name), model.span);
    build.add_resource(&source, name, source_body(name, &role), model.span);
    let resources = &mut build.resources;
    let stream = attribute(&table, "StreamArn");
    resources.output(
        &format!("GetAtt{table}StreamArn"),
        name,
        "Stream of the table.",
        stream,
        &["GetAtt", &table, "StreamArn"],
    );
    let source_name = attribute(&source, "Name");
    resources.output(
        &format!("GetAtt{source}Name"),
        name,
        "Name of the data source.",
        source_name,
        &["GetAtt", &source, "Name"],
    );
    resources.output(
        &format!("GetAtt{table}Name"),
        name,
        "Name of the table.",
        reference(&table),
        &["GetAtt", &table, "Name"],
    );
}

fn table_name(model: &str) -> Value {
    let parts = [json!(model), api_id()];
    by_environment(&parts, &parts)
}

/// The table as its keys describe it.
pub(super) fn table_body(model: &Model) -> Value {
    let throughput = json!({"Fn::If": ["ShouldUsePayPerRequestBilling", {"Ref": "AWS::NoValue"}, {
        "ReadCapacityUnits": {"Ref": "DynamoDBModelTableReadIOPS"},
        "WriteCapacityUnits": {"Ref": "DynamoDBModelTableWriteIOPS"},
    }]});
    let table = &model.table;
    let attributes: Vec<Value> = (table.attributes().into_iter())
        .map(|(name, ty)| json!({"AttributeName": name, "AttributeType": ty.tag()}))
        .collect();
    let mut properties = json!({
        "TableName": table_name(&model.name),
        "KeySchema": key_schema(&table.key),
        "AttributeDefinitions": attributes,
        "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
        "BillingMode": {"Fn::If": ["ShouldUsePayPerRequestBilling", "PAY_PER_REQUEST", {"Ref": "AWS::NoValue"}]},
        "ProvisionedThroughput": throughput,
        "SSESpecification": {"SSEEnabled": {"Fn::If": ["ShouldUseServerSideEncryption", true, false]}},
        "PointInTimeRecoverySpecification": {"Fn::If": [
            "ShouldUsePointInTimeRecovery", {"PointInTimeRecoveryEnabled": true}, {"Ref": "AWS::NoValue"},
        ]},
    });
    let indexes = |local: bool| -> Vec<Value> {
        let wanted = table.indexes.iter().filter(|index| index.local == local);
        wanted
            .map(|index| {
                let mut body = json!({
                    "IndexName": index.name,
                    "KeySchema": key_schema(&index.key),
                    "Projection": {"ProjectionType": "ALL"},
                });
                if !local {
                    body["ProvisionedThroughput"] = throughput.clone();
                }
                body
            })
            .collect()
    };
    for (name, list) in [("GlobalSecondaryIndexes", indexes(false)), ("LocalSecondaryIndexes", indexes(true))] {
        if !list.is_empty() {
            properties[name] = list.into();
        }
    }
    json!({"Type": "AWS::DynamoDB::Table", "Properties": properties, "DeletionPolicy": "Delete"})
}

fn key_schema(key: &Key) -> Value {
    let mut schema = vec![json!({"AttributeName": key.hash.attribute, "KeyType": "HASH"})];
    schema.extend(key.range.iter().map(|part| json!({"AttributeName": part.attribute, "KeyType": "RANGE"})));
    schema.into()
}

fn role_body(model: &str) -> Value {
    // Role names are short; a piece of a digest keeps types apart that start alike.
    let digest = hex(&Md5::digest(model.as_bytes()));
    let short = |letters: usize, from: usize| {
        json!(format!("{}{}", model.chars().take(letters).collect::<String>(), &digest[from..from + 6]))
    };
    let arn = |tail: &str| {
        let text = format!("arn:aws:dynamodb:${{AWS::Region}}:${{AWS::AccountId}}:table/${{tablename}}{tail}");
        json!({"Fn::Sub": [text, {"tablename": table_name(model)}]})
    };
    let actions = ["BatchGetItem", "BatchWriteItem", "PutItem", "DeleteItem", "GetItem", "Scan", "Query", "UpdateItem"];
    let actions: Vec<String> = actions.iter().map(|action| format!("dynamodb:{action}")).collect();
    json!({"Type": "AWS::IAM::Role", "Properties": {
        "RoleName": by_environment(
            &[short(14, 15), json!("role"), api_id()],
            &[short(24, 25), json!("role"), api_id()],
        ),
        "AssumeRolePolicyDocument": trust(),
        "Policies": [{"PolicyName": "DynamoDBAccess", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": actions, "Resource": [arn(""), arn("/*")]},
        ]}}],
    }})
}

/// Lets the service act in a role.
pub(crate) fn trust() -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "appsync.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ]})
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn source_body(model: &str, role: &str) -> Value {
    json!({"Type": "AWS::AppSync::DataSource", "Properties": {
        "ApiId": api_id(),
        "Name": names::table(model),
        "Type": "AMAZON_DYNAMODB",
        "ServiceRoleArn": attribute(role, "Arn"),
        "DynamoDBConfig": {"AwsRegion": {"Ref": "AWS::Region"}, "TableName": table_name(model)},
    }, "DependsOn": [role]})
}
