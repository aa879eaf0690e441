//! `AWS::DynamoDB::Table`: made, and brought to what the template wants step by step.

use serde_json::{Map, Value, json};

use super::{Deletion, Made, Reason, Request, ResourceHandler, Workshop, shapes, table_request as wanted};
use crate::tables::{Refusal, Tables};

pub(super) struct Table;

impl ResourceHandler for Table {
    fn physical_id(&self, request: &Request<'_>) -> Result<String, Reason> {
        Ok(shapes::name(request, "TableName", 255))
    }

    fn exists(&self, workshop: &mut Workshop, physical_id: &str) -> Result<bool, Reason> {
        Ok(find(&mut workshop.tables, physical_id)?.is_some())
    }

    fn create(&self, workshop: &mut Workshop, request: &Request<'_>, physical_id: &str) -> Result<Made, Reason> {
        let tables = &mut workshop.tables;
        call(tables, "CreateTable", &wanted::create(physical_id, request.properties))?;
        reconcile_time_to_live(tables, physical_id, request.properties)?;
        describe(tables, request, physical_id)
    }

    fn update(&self, workshop: &mut Workshop, request: &Request<'_>, physical_id: &str) -> Result<Made, Reason> {
        let tables = &mut workshop.tables;
        if find(tables, physical_id)?.is_none() {
            // Somebody dropped it through the API.
            return self.create(workshop, request, physical_id);
        }
        one_index(tables, physical_id, request.properties)?;
        reconcile(tables, physical_id, request.properties)?;
        describe(tables, request, physical_id)
    }

    fn restore(&self, workshop: &mut Workshop, physical_id: &str, properties: &Value) -> Result<(), Reason> {
        match find(&mut workshop.tables, physical_id)? {
            Some(_) => reconcile(&mut workshop.tables, physical_id, properties),
            None => Ok(()),
        }
    }

    fn delete(&self, workshop: &mut Workshop, physical_id: &str, deletion: Deletion) -> Result<(), Reason> {
        let tables = &mut workshop.tables;
        let Some(table) = find(tables, physical_id)? else { return Ok(()) };
        if deletion == Deletion::Everything && table["DeletionProtectionEnabled"] == json!(true) {
            update(tables, physical_id, json!({ "DeletionProtectionEnabled": false }))?;
        }
        call(tables, "DeleteTable", &json!({ "TableName": physical_id })).map(drop)
    }
}

fn describe(tables: &mut Tables, request: &Request<'_>, name: &str) -> Result<Made, Reason> {
    let arn = format!("arn:aws:dynamodb:{}:{}:table/{name}", request.region, request.account_id);
    let mut attributes = Map::new();
    attributes.insert("Arn".into(), json!(arn));
    attributes.insert("TableId".into(), json!(request.identity().uuid("id")));
    if let Some(table) = find(tables, name)?
        && let Some(label) = table["LatestStreamLabel"].as_str()
        && table["StreamSpecification"]["StreamEnabled"] == json!(true)
    {
        attributes.insert("StreamArn".into(), json!(format!("{arn}/stream/{label}")));
    }
    Ok(Made { reference: json!(name), attributes, facts: Map::new() })
}

/// Brings an existing table to the given properties. What is so already is left alone.
fn reconcile(tables: &mut Tables, name: &str, properties: &Value) -> Result<(), Reason> {
    let Some(table) = find(tables, name)? else { return Err(format!("the table `{name}` is gone")) };
    if table["KeySchema"] != properties["KeySchema"] {
        return Err(format!("the table `{name}` exists with another key"));
    }
    reconcile_protection(tables, name, &table, properties)?;
    reconcile_billing(tables, name, &table, properties)?;
    reconcile_stream(tables, name, &table, properties)?;
    reconcile_indexes(tables, name, &table, properties)?;
    reconcile_time_to_live(tables, name, properties)
}

fn reconcile_protection(tables: &mut Tables, name: &str, table: &Value, properties: &Value) -> Result<(), Reason> {
    let flag = |value: &Value| value.as_bool().unwrap_or(value.as_str() == Some("true"));
    let protect = flag(&properties["DeletionProtectionEnabled"]);
    if protect == flag(&table["DeletionProtectionEnabled"]) {
        return Ok(());
    }
    update(tables, name, json!({ "DeletionProtectionEnabled": protect }))
}

fn reconcile_billing(tables: &mut Tables, name: &str, table: &Value, properties: &Value) -> Result<(), Reason> {
    let mode = wanted::billing_mode(properties);
    let current = table["BillingModeSummary"]["BillingMode"].as_str().unwrap_or("PROVISIONED");
    if mode == "PAY_PER_REQUEST" {
        if current == mode {
            return Ok(());
        }
        return update(tables, name, json!({ "BillingMode": mode }));
    }
    let throughput = wanted::typed(&properties["ProvisionedThroughput"]);
    let same = ["ReadCapacityUnits", "WriteCapacityUnits"]
        .iter()
        .all(|key| table["ProvisionedThroughput"][key] == throughput[key]);
    if current == mode && same {
        return Ok(());
    }
    update(tables, name, json!({ "BillingMode": mode, "ProvisionedThroughput": throughput }))
}

fn reconcile_stream(tables: &mut Tables, name: &str, table: &Value, properties: &Value) -> Result<(), Reason> {
    let current = &table["StreamSpecification"];
    let running = current["StreamEnabled"] == json!(true);
    let stream = wanted::stream(properties);
    if let Some(stream) = &stream
        && running
        && current["StreamViewType"] == stream["StreamViewType"]
    {
        return Ok(());
    }
    if running {
        update(tables, name, json!({ "StreamSpecification": { "StreamEnabled": false } }))?;
    }
    match stream {
        Some(stream) => update(tables, name, json!({ "StreamSpecification": stream })),
        None => Ok(()),
    }
}

/// DynamoDB takes one index at a time, so each change is a request of its own.
fn reconcile_indexes(tables: &mut Tables, name: &str, table: &Value, properties: &Value) -> Result<(), Reason> {
    let existing = table["GlobalSecondaryIndexes"].as_array().cloned().unwrap_or_default();
    let wanted = wanted::indexes(properties);
    let named =
        |list: &[Value], index: &Value| list.iter().find(|other| other["IndexName"] == index["IndexName"]).cloned();
    for index in &existing {
        if named(&wanted, index).is_none_or(|wanted| !wanted::same_index(index, &wanted)) {
            let delete = json!([{ "Delete": { "IndexName": index["IndexName"] } }]);
            update(tables, name, json!({ "GlobalSecondaryIndexUpdates": delete }))?;
        }
    }
    for index in &wanted {
        if named(&existing, index).is_none_or(|existing| !wanted::same_index(&existing, index)) {
            let create = json!([{ "Create": index }]);
            let definitions = &properties["AttributeDefinitions"];
            update(
                tables,
                name,
                json!({ "GlobalSecondaryIndexUpdates": create, "AttributeDefinitions": definitions }),
            )?;
        }
    }
    Ok(())
}

/// CloudFormation makes or deletes one index of a table in an update, and so does this.
fn one_index(tables: &mut Tables, name: &str, properties: &Value) -> Result<(), Reason> {
    let existing = find(tables, name)?.map(|mut table| table["GlobalSecondaryIndexes"].take());
    let existing = existing.as_ref().and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let wanted = wanted::indexes(properties);
    let lacks = |list: &[Value], index: &Value| {
        let named = list.iter().find(|other| other["IndexName"] == index["IndexName"]);
        named.is_none_or(|other| !wanted::same_index(other, index))
    };
    let deleted = existing.iter().filter(|index| lacks(&wanted, index)).count();
    let created = wanted.iter().filter(|index| lacks(existing, index)).count();
    if deleted + created > 1 {
        return Err(format!(
            "an update can make or delete one index of a table, and this one would make {created} and delete {deleted}"
        ));
    }
    Ok(())
}

fn reconcile_time_to_live(tables: &mut Tables, name: &str, properties: &Value) -> Result<(), Reason> {
    let answer = call(tables, "DescribeTimeToLive", &json!({ "TableName": name }))?;
    let current = &answer["TimeToLiveDescription"];
    let current = match current["TimeToLiveStatus"].as_str() {
        Some("ENABLED" | "ENABLING") => current["AttributeName"].as_str().map(str::to_owned),
        _ => None,
    };
    let wanted = wanted::time_to_live(properties);
    if current == wanted {
        return Ok(());
    }
    for (attribute, enabled) in [(current, false), (wanted, true)] {
        if let Some(attribute) = attribute {
            let specification = json!({ "AttributeName": attribute, "Enabled": enabled });
            let request = json!({ "TableName": name, "TimeToLiveSpecification": specification });
            call(tables, "UpdateTimeToLive", &request)?;
        }
    }
    Ok(())
}

/// The table's description, if it exists.
fn find(tables: &mut Tables, name: &str) -> Result<Option<Value>, Reason> {
    match attempt(tables, "DescribeTable", &json!({ "TableName": name }))? {
        Ok(mut answer) => Ok(Some(answer["Table"].take())),
        Err(refusal) if refusal.is_missing() => Ok(None),
        Err(refusal) => Err(refusal.message),
    }
}

fn update(tables: &mut Tables, name: &str, change: Value) -> Result<(), Reason> {
    let mut request = change;
    request["TableName"] = json!(name);
    call(tables, "UpdateTable", &request).map(drop)
}

fn call(tables: &mut Tables, operation: &str, request: &Value) -> Result<Value, Reason> {
    attempt(tables, operation, request)?.map_err(|refusal| refusal.message)
}

fn attempt(tables: &mut Tables, operation: &str, request: &Value) -> Result<Result<Value, Refusal>, Reason> {
    tables
        .call(operation, request)
        .map_err(|error| std::iter::once(error.to_string()).chain(error.causes()).collect::<Vec<_>>().join(": "))
}
