//! Changes of items, which streams hand to functions in batches.

use std::{collections::BTreeMap, time::Duration};

use dynoxide::{
    Database,
    actions::{
        describe_table::DescribeTableRequest, get_records::GetRecordsRequest,
        get_shard_iterator::GetShardIteratorRequest,
    },
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::runner::{self, Runner};
use crate::{
    state::{ResourceState, State},
    store,
};

/// How often streams are looked at.
const PAUSE: Duration = Duration::from_millis(200);
/// How often a batch that fails is tried before it is given up. The real service goes on for a day.
const ATTEMPTS: u64 = 3;

/// How far each mapping has come, so that what is written while nobody serves is handed over later.
pub(in crate::serve) type Places = BTreeMap<String, String>;

/// Finds out where to go on, before anybody is told that the tables are served.
pub(in crate::serve) async fn begin(runner: &Runner, database: &Database) -> Places {
    let file = runner.cloud().paths.streams();
    let mut places: Places =
        fs_err::read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let Some(state) = runner.state() else { return places };
    for mapping in mappings(&state) {
        if let Some((key, table, from)) = stream(mapping)
            && !places.contains_key(&key)
            && let Some(place) = first(database, &table, &from).await
        {
            places.insert(key, place);
        }
    }
    places
}

/// Hands over records until the services stop.
pub(in crate::serve) async fn follow(runner: Runner, database: Database, mut places: Places) {
    let file = runner.cloud().paths.streams();
    let end = runner.ended();
    tokio::pin!(end);
    let mut written = Places::new();
    loop {
        if let Some(state) = runner.state() {
            for mapping in mappings(&state) {
                advance(&runner, &database, &state, mapping, &mut places).await;
            }
        }
        if places != written
            && let Ok(document) = serde_json::to_vec(&places)
        {
            let _ = store::replace(&file, &document);
            written.clone_from(&places);
        }
        tokio::select! {
            () = &mut end => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

fn mappings(state: &State) -> Vec<&ResourceState> {
    let on = |each: &&ResourceState| {
        each.resource_type == "AWS::Lambda::EventSourceMapping" && each.properties["Enabled"] != false
    };
    runner::resources(state).into_iter().filter(on).collect()
}

/// What a mapping is remembered by, its table, and where it begins.
fn stream(mapping: &ResourceState) -> Option<(String, String, String)> {
    let source = mapping.properties["EventSourceArn"].as_str()?;
    let table = source.split_once(":table/")?.1.split('/').next()?.to_owned();
    let from = mapping.properties["StartingPosition"].as_str().unwrap_or("LATEST").to_owned();
    Some((format!("{}/{source}", mapping.physical_id), table, from))
}

/// Hands the next batch of one mapping over.
async fn advance(
    runner: &Runner,
    database: &Database,
    state: &State,
    mapping: &ResourceState,
    places: &mut Places,
) -> Option<()> {
    let properties = &mapping.properties;
    let (key, table, from) = stream(mapping)?;
    let place = match places.get(&key) {
        Some(place) => place.clone(),
        None => first(database, &table, &from).await?,
    };
    let limit = number(&properties["BatchSize"]).unwrap_or(100).clamp(1, 1000);
    let request = json!({ "ShardIterator": place, "Limit": limit });
    let reply = call(database, request, |database, request: GetRecordsRequest| database.get_records(request)).await?;
    let next = reply["NextShardIterator"].as_str()?.to_owned();
    let mut records = reply["Records"].as_array().cloned().unwrap_or_default();
    for record in &mut records {
        record["awsRegion"] = state.region.as_str().into();
        record["eventSourceARN"] = properties["EventSourceArn"].clone();
    }
    records.retain(|record| fits(&properties["FilterCriteria"]["Filters"], record));
    if !records.is_empty() {
        hand_over(runner, state, properties, &table, records).await;
    }
    places.insert(key, next);
    Some(())
}

async fn hand_over(runner: &Runner, state: &State, properties: &Value, table: &str, records: Vec<Value>) {
    let arn = properties["FunctionName"].as_str().unwrap_or_default();
    runner.report(format!("dynamodb {table}: {} changed", records.len()));
    let wanted = number(&properties["MaximumRetryAttempts"]).map_or(ATTEMPTS, |retries| (retries + 1).min(ATTEMPTS));
    for attempt in 1..=wanted {
        let reason = match runner::target(state, arn) {
            Err(refusal) => refusal.reason(),
            Ok(target) => match runner.run(target, json!({ "Records": records })).await {
                Ok(invocation) if invocation.outcome.is_ok() => return,
                Ok(_) => "it failed".to_owned(),
                Err(refusal) => refusal.reason(),
            },
        };
        let what = if attempt == wanted { "the batch is given up" } else { "it is tried again" };
        runner.report(format!("  {arn}: {reason}; {what}"));
    }
}

/// Where a mapping begins.
async fn first(database: &Database, table: &str, from: &str) -> Option<String> {
    let request = json!({ "TableName": table });
    let described =
        call(database, request, |database, request: DescribeTableRequest| database.describe_table(request)).await?;
    let arn = described["Table"]["LatestStreamArn"].as_str()?.to_owned();
    let shard = format!("shardId-00000001-{table}");
    let request = json!({ "StreamArn": arn, "ShardId": shard, "ShardIteratorType": from });
    let reply =
        call(database, request, |database, request: GetShardIteratorRequest| database.get_shard_iterator(request));
    reply.await?["ShardIterator"].as_str().map(str::to_owned)
}

/// Calls the database, which blocks; none where it refuses, as it does for a table that is gone.
async fn call<Q, A, F>(database: &Database, request: Value, action: F) -> Option<Value>
where
    Q: DeserializeOwned,
    A: serde::Serialize,
    F: FnOnce(&Database, Q) -> dynoxide::Result<A> + Send + 'static,
{
    let database = database.clone();
    let run = move || {
        let reply = action(&database, Q::deserialize(&request).ok()?).ok()?;
        serde_json::to_value(reply).ok()
    };
    tokio::task::spawn_blocking(run).await.ok().flatten()
}

/// Whether a record passes one of the filters, if there are any. A pattern is a tree whose leaves list what may be there.
fn fits(filters: &Value, record: &Value) -> bool {
    let Some(filters) = filters.as_array().filter(|filters| !filters.is_empty()) else { return true };
    filters.iter().any(|filter| {
        let pattern = filter["Pattern"].as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
        pattern.is_some_and(|pattern| matches(&pattern, record))
    })
}

fn matches(pattern: &Value, value: &Value) -> bool {
    match pattern {
        Value::Object(members) => members.iter().all(|(name, pattern)| matches(pattern, &value[name])),
        Value::Array(choices) => choices.iter().any(|choice| {
            let text = value.as_str().unwrap_or_default();
            match (choice["prefix"].as_str(), choice["exists"].as_bool()) {
                (Some(prefix), _) => value.is_string() && text.starts_with(prefix),
                (_, Some(exists)) => exists != value.is_null(),
                _ => choice == value,
            }
        }),
        _ => false,
    }
}

/// A number, which parameters may have made a text of.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_trees_with_choices_at_their_ends() {
        let record = json!({ "eventName": "INSERT", "dynamodb": { "NewImage": { "kind": { "S": "order-1" } } } });
        let filter = |pattern: Value| json!([{ "Pattern": pattern.to_string() }]);
        assert!(fits(&Value::Null, &record));
        assert!(fits(&filter(json!({ "eventName": ["INSERT", "MODIFY"] })), &record));
        assert!(!fits(&filter(json!({ "eventName": ["REMOVE"] })), &record));
        let prefix = json!({ "dynamodb": { "NewImage": { "kind": { "S": [{ "prefix": "order" }] } } } });
        assert!(fits(&filter(prefix), &record));
        assert!(fits(&filter(json!({ "dynamodb": { "OldImage": [{ "exists": false }] } })), &record));
    }
}
