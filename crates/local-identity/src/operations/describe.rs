//! What a pool and its clients are, as the template has them.

use serde_json::{Map, Value, json};

use super::{factors, listing::paged};
use crate::{
    call::Call,
    directory::{Client, Pool, text},
    failure::{Failure, Outcome},
    store::Kind,
    user::User,
};

pub(super) fn pool(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_pool()?;
    let pool = call.pool()?;
    let users: Vec<(String, User)> = call.work(|items| items.list(Kind::User, "", ""))?;
    let made: Value = call.work(|items| Ok(items.get(Kind::Pool, "")?.unwrap_or_default()))?;
    let mut described = Map::from_iter([
        ("Id".to_owned(), json!(pool.id)),
        ("Arn".to_owned(), json!(pool.arn)),
        ("Name".to_owned(), name(pool).into()),
        ("EstimatedNumberOfUsers".to_owned(), json!(users.len())),
        ("MfaConfiguration".to_owned(), json!(pool.mfa())),
        ("CreationDate".to_owned(), json!(made["made"].as_u64().unwrap_or_default())),
        ("LastModifiedDate".to_owned(), json!(made["made"].as_u64().unwrap_or_default())),
    ]);
    for (key, value) in pool.properties.as_object().into_iter().flatten() {
        // These have other names in the API, or are told elsewhere.
        match key.as_str() {
            "UserPoolName" | "EnabledMfas" | "MfaConfiguration" => {}
            "Schema" => drop(described.insert("SchemaAttributes".into(), value.clone())),
            _ => drop(described.insert(key.clone(), value.clone())),
        }
    }
    Ok(json!({ "UserPool": described }))
}

fn name(pool: &Pool) -> &str {
    text(&pool.properties, "UserPoolName").or_else(|| text(&pool.properties, "PoolName")).unwrap_or(&pool.id)
}

fn client_name(client: &Client) -> &str {
    text(&client.properties, "ClientName").unwrap_or(&client.id)
}

pub(super) fn client(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_pool()?;
    let pool = call.pool()?;
    let id = call.input.text("ClientId")?;
    let Some(client) = pool.clients.get(id) else {
        return Err(Failure::not_found(format!("User pool client {id} does not exist.")));
    };
    let mut described = client.properties.as_object().cloned().unwrap_or_default();
    described.remove("GenerateSecret");
    described.insert("ClientId".into(), json!(client.id));
    described.insert("ClientName".into(), client_name(client).into());
    described.insert("UserPoolId".into(), json!(pool.id));
    described.insert("RefreshTokenValidity".into(), {
        let days = client.validity("RefreshToken") / crate::clock::DAY;
        json!(crate::directory::number(&client.properties, "RefreshTokenValidity").unwrap_or(days))
    });
    if let Some(secret) = &client.secret {
        described.insert("ClientSecret".into(), json!(secret));
    }
    Ok(json!({ "UserPoolClient": described }))
}

pub(super) fn clients(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_pool()?;
    let pool = call.pool()?;
    let all = pool.clients.iter().map(|(id, client)| (id.clone(), client)).collect();
    let (page, next) = paged(call, all, "NextToken", 60)?;
    let clients: Vec<Value> = page
        .iter()
        .map(|(id, client)| json!({ "ClientId": id, "ClientName": client_name(client), "UserPoolId": pool.id }))
        .collect();
    let mut answer = json!({ "UserPoolClients": clients });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(answer)
}

pub(super) fn pools(call: &mut Call<'_>) -> Outcome<Value> {
    let all = call.directory.pools.iter().map(|(id, pool)| (id.clone(), pool)).collect();
    let (page, next) = paged(call, all, "NextToken", 60)?;
    let pools: Vec<Value> = page.iter().map(|(id, pool)| json!({ "Id": id, "Name": name(pool) })).collect();
    let mut answer = json!({ "UserPools": pools });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(answer)
}

pub(super) fn factors(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_pool()?;
    Ok(factors::described(call.pool()?))
}
