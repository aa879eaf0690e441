//! From the properties of `AWS::DynamoDB::Table` to requests of DynamoDB's API.

use serde_json::{Map, Value, json};

/// The request that makes a table.
pub(super) fn create(name: &str, properties: &Value) -> Value {
    let mut request = Map::new();
    request.insert("TableName".into(), json!(name));
    for key in [
        "AttributeDefinitions",
        "BillingMode",
        "DeletionProtectionEnabled",
        "KeySchema",
        "LocalSecondaryIndexes",
        "OnDemandThroughput",
        "ProvisionedThroughput",
        "TableClass",
        "Tags",
    ] {
        let value = match properties.get(key) {
            Some(Value::String(text)) if key == "DeletionProtectionEnabled" => Value::Bool(text == "true"),
            Some(value) => typed(value),
            None => continue,
        };
        request.insert(key.into(), value);
    }
    let indexes = indexes(properties);
    if !indexes.is_empty() {
        request.insert("GlobalSecondaryIndexes".into(), Value::Array(indexes));
    }
    if let Some(stream) = stream(properties) {
        request.insert("StreamSpecification".into(), stream);
    }
    Value::Object(request)
}

/// The wanted global secondary indexes, as the API has them.
pub(super) fn indexes(properties: &Value) -> Vec<Value> {
    let Some(list) = properties.get("GlobalSecondaryIndexes").and_then(Value::as_array) else { return Vec::new() };
    list.iter()
        .map(|index| {
            let known = ["IndexName", "KeySchema", "Projection", "ProvisionedThroughput"];
            known
                .iter()
                .filter_map(|key| Some(((*key).to_owned(), typed(index.get(key)?))))
                .collect::<Map<_, _>>()
                .into()
        })
        .collect()
}

/// The wanted stream, as the API has it.
pub(super) fn stream(properties: &Value) -> Option<Value> {
    let view = properties.get("StreamSpecification")?.get("StreamViewType")?;
    Some(json!({ "StreamEnabled": true, "StreamViewType": view }))
}

/// The attribute of the wanted time to live.
pub(super) fn time_to_live(properties: &Value) -> Option<String> {
    let specification = properties.get("TimeToLiveSpecification")?;
    let enabled = match specification.get("Enabled")? {
        Value::Bool(enabled) => *enabled,
        other => other.as_str() == Some("true"),
    };
    let attribute = specification.get("AttributeName")?.as_str()?;
    enabled.then(|| attribute.to_owned())
}

/// `PROVISIONED` unless the template says otherwise.
pub(super) fn billing_mode(properties: &Value) -> &str {
    properties.get("BillingMode").and_then(Value::as_str).unwrap_or("PROVISIONED")
}

/// Numbers and booleans often come from parameters, as text; the API wants them as they are.
pub(super) fn typed(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(typed).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| {
                let value = match (key.as_str(), value) {
                    (
                        "ReadCapacityUnits" | "WriteCapacityUnits" | "MaxReadRequestUnits" | "MaxWriteRequestUnits",
                        Value::String(text),
                    ) => text.parse::<i64>().map_or_else(|_| value.clone(), Value::from),
                    _ => typed(value),
                };
                (key.clone(), value)
            })
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

/// Whether an existing index is what the template wants; throughput aside, which has its own update.
pub(super) fn same_index(existing: &Value, wanted: &Value) -> bool {
    let sorted = |projection: &Value| {
        let mut names: Vec<&str> = projection
            .get("NonKeyAttributes")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        names.sort_unstable();
        (projection.get("ProjectionType").cloned().unwrap_or(json!("ALL")), names.join("\n"))
    };
    existing["KeySchema"] == wanted["KeySchema"] && sorted(&existing["Projection"]) == sorted(&wanted["Projection"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_parameters_becomes_numbers_and_booleans() {
        let properties = json!({
            "ProvisionedThroughput": { "ReadCapacityUnits": "5", "WriteCapacityUnits": 5 },
            "DeletionProtectionEnabled": "true",
            "StreamSpecification": { "StreamViewType": "NEW_IMAGE" },
            "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": "true" },
        });
        let request = create("notes", &properties);
        assert_eq!(
            request,
            json!({
                "TableName": "notes",
                "DeletionProtectionEnabled": true,
                "ProvisionedThroughput": { "ReadCapacityUnits": 5, "WriteCapacityUnits": 5 },
                "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_IMAGE" },
            })
        );
    }

    #[test]
    fn an_attribute_named_true_is_no_boolean_in_a_key() {
        let schema = json!([{ "AttributeName": "true", "KeyType": "HASH" }]);
        assert_eq!(typed(&schema), schema);
    }

    #[test]
    fn time_to_live_counts_only_when_enabled() {
        let with = |enabled: Value| json!({ "TimeToLiveSpecification": { "AttributeName": "at", "Enabled": enabled } });
        assert_eq!(time_to_live(&with(json!("true"))).as_deref(), Some("at"));
        assert_eq!(time_to_live(&with(json!(false))), None);
    }
}
