//! The template of a new table.

use amplify_sdk::JsonMap;
use serde_json::{Value, json};

use super::{
    column::{Column, code},
    index::Index,
};

/// A table to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewTable {
    /// Name of the resource.
    pub resource: String,
    /// Name of the table, without the environment.
    pub table: String,
    /// Its columns, of which the template declares those that are keys.
    pub columns: Vec<Column>,
    /// Its partition key.
    pub partition_key: String,
    /// Its sort key.
    pub sort_key: Option<String>,
    /// Its global secondary indexes.
    pub indexes: Vec<Index>,
}

impl NewTable {
    /// Its template.
    pub fn template(&self) -> Value {
        json!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": "DynamoDB resource stack creation using Amplify CLI",
            "Parameters": self.parameter_declarations(),
            "Conditions": {
                "ShouldNotCreateEnvResources": { "Fn::Equals": [{ "Ref": "env" }, "NONE"] }
            },
            "Resources": { "DynamoDBTable": { "Type": "AWS::DynamoDB::Table", "Properties": self.properties() } },
            "Outputs": self.outputs()
        })
    }

    /// Its `parameters.json`.
    pub fn parameters(&self) -> JsonMap {
        let mut parameters = JsonMap::new();
        parameters.insert("tableName".into(), self.table.clone().into());
        parameters.insert("partitionKeyName".into(), self.partition_key.clone().into());
        parameters.insert("partitionKeyType".into(), code(&self.columns, &self.partition_key).into());
        if let Some(sort_key) = &self.sort_key {
            parameters.insert("sortKeyName".into(), sort_key.clone().into());
            parameters.insert("sortKeyType".into(), code(&self.columns, sort_key).into());
        }
        parameters
    }

    fn parameter_declarations(&self) -> Value {
        let sort_key: &[&str] = if self.sort_key.is_some() { &["sortKeyName", "sortKeyType"] } else { &[] };
        ["partitionKeyName", "partitionKeyType", "env"]
            .iter()
            .chain(sort_key)
            .chain(&["tableName"])
            .map(|name| ((*name).to_string(), json!({ "Type": "String" })))
            .collect::<JsonMap>()
            .into()
    }

    fn properties(&self) -> Value {
        let mut properties = JsonMap::new();
        let declared = self.columns.iter().filter(|column| self.is_key(&column.name));
        properties.insert("AttributeDefinitions".into(), declared.map(attribute_definition).collect());
        properties.insert("KeySchema".into(), key_schema(&self.partition_key, self.sort_key.as_deref()));
        properties.insert("ProvisionedThroughput".into(), throughput());
        properties.insert("StreamSpecification".into(), json!({ "StreamViewType": "NEW_IMAGE" }));
        properties.insert(
            "TableName".into(),
            json!({
                "Fn::If": [
                    "ShouldNotCreateEnvResources",
                    { "Ref": "tableName" },
                    { "Fn::Join": ["", [{ "Ref": "tableName" }, "-", { "Ref": "env" }]] }
                ]
            }),
        );
        if !self.indexes.is_empty() {
            let indexes = self.indexes.iter().map(|index| global_index(index, true)).collect();
            properties.insert("GlobalSecondaryIndexes".into(), indexes);
        }
        properties.into()
    }

    fn is_key(&self, column: &str) -> bool {
        column == self.partition_key
            || self.sort_key.as_deref() == Some(column)
            || self
                .indexes
                .iter()
                .any(|index| index.partition_key == column || index.sort_key.as_deref() == Some(column))
    }

    fn outputs(&self) -> Value {
        let mut outputs = JsonMap::new();
        let mut output = |name: &str, value: Value| outputs.insert(name.into(), json!({ "Value": value }));
        output("Name", json!({ "Ref": "DynamoDBTable" }));
        output("Arn", json!({ "Fn::GetAtt": ["DynamoDBTable", "Arn"] }));
        output("StreamArn", json!({ "Fn::GetAtt": ["DynamoDBTable", "StreamArn"] }));
        output("PartitionKeyName", json!({ "Ref": "partitionKeyName" }));
        output("PartitionKeyType", json!({ "Ref": "partitionKeyType" }));
        if self.sort_key.is_some() {
            output("SortKeyName", json!({ "Ref": "sortKeyName" }));
            output("SortKeyType", json!({ "Ref": "sortKeyType" }));
        }
        output("Region", json!({ "Ref": "AWS::Region" }));
        outputs.into()
    }
}

/// A column as a template declares it.
pub fn attribute_definition(column: &Column) -> Value {
    json!({ "AttributeName": column.name, "AttributeType": column.kind.code() })
}

/// An index as a template declares it. Only tables with provisioned capacity take some for their indexes.
pub fn global_index(index: &Index, provisioned: bool) -> Value {
    let mut properties = JsonMap::new();
    properties.insert("IndexName".into(), index.name.clone().into());
    properties.insert("KeySchema".into(), key_schema(&index.partition_key, index.sort_key.as_deref()));
    properties.insert("Projection".into(), json!({ "ProjectionType": "ALL" }));
    if provisioned {
        properties.insert("ProvisionedThroughput".into(), throughput());
    }
    properties.into()
}

fn key_schema(partition_key: &str, sort_key: Option<&str>) -> Value {
    let partition = json!({ "AttributeName": partition_key, "KeyType": "HASH" });
    let sort = sort_key.map(|name| json!({ "AttributeName": name, "KeyType": "RANGE" }));
    std::iter::once(partition).chain(sort).collect()
}

fn throughput() -> Value {
    json!({ "ReadCapacityUnits": 5, "WriteCapacityUnits": 5 })
}
