//! The indexes of one table on the way from what is deployed to what is wanted.

use std::collections::{HashMap, VecDeque};

use indexmap::IndexMap;
use serde_json::{Map, Value};

/// How many indexes a table may have.
const MOST: usize = 20;

/// One index made or deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Move {
    /// Its name.
    pub index: String,
    /// Whether it is made.
    pub create: bool,
}

/// What there is to do for a table, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moves {
    /// Before whatever uses the new indexes is deployed.
    pub early: Vec<Move>,
    /// After whatever uses the old ones is gone.
    pub late: Vec<Move>,
}

impl Moves {
    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Move> {
        self.early.iter().chain(&self.late)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.early.len() + self.late.len()
    }
}

/// Whose properties a table has while its indexes are on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// Those that are deployed.
    Old,
    /// Those that are wanted.
    New,
}

/// The moves from `old` to `new`, which are properties of a table.
///
/// New indexes are made first and old ones deleted last, so that a renamed one is there all the time. One that changes
/// its key is deleted and made again. Where a table has no room left, something is deleted before its time.
pub(crate) fn moves(old: &Value, new: &Value) -> Moves {
    let (before, after) = (named(old), named(new));
    let create = |name: &&str| Move { index: (*name).to_owned(), create: true };
    let delete = |name: &&str| Move { index: (*name).to_owned(), create: false };
    let mut gone: VecDeque<&str> = before.keys().filter(|name| !after.contains_key(*name)).copied().collect();
    let mut count = before.len();
    let mut moves = Moves::default();
    for name in after.keys().filter(|name| !before.contains_key(*name)) {
        if count >= MOST
            && let Some(first) = gone.pop_front()
        {
            moves.early.push(delete(&first));
            count -= 1;
        }
        moves.early.push(create(name));
        count += 1;
    }
    for (name, index) in &before {
        if after.get(name).is_some_and(|wanted| !is_same(index, wanted)) {
            moves.early.extend([delete(name), create(name)]);
        }
    }
    moves.late.extend(gone.iter().map(delete));
    moves
}

/// Whether the indexes of both sides are known before the deployment.
pub(crate) fn are_known(old: &Value, new: &Value) -> bool {
    [old, new].into_iter().all(|table| {
        let list = table.get("GlobalSecondaryIndexes");
        let definitions = table.get("AttributeDefinitions");
        list.is_none_or(|list| list.is_array() && named(table).len() == list.as_array().map_or(0, Vec::len))
            && [list, definitions].into_iter().flatten().all(|value| !value.to_string().contains("${"))
    })
}

/// `GlobalSecondaryIndexes` and `AttributeDefinitions` of a table once these moves are made.
pub(crate) fn properties<'m>(
    old: &Value,
    new: &Value,
    done: impl IntoIterator<Item = &'m Move>,
    base: Base,
) -> (Vec<Value>, Vec<Value>) {
    let (before, after) = (named(old), named(new));
    let table = if base == Base::Old { old } else { new };
    let kept = |name: &str, index: &Value| -> Value {
        // The throughput of an index that stays may change at any time.
        let wanted = after.get(name).filter(|wanted| base == Base::New && is_same(index, wanted));
        wanted.map_or_else(|| index.clone(), |wanted| (*wanted).clone())
    };
    let mut now: IndexMap<String, (Value, Base)> =
        before.iter().map(|(name, index)| ((*name).to_owned(), (kept(name, index), Base::Old))).collect();
    for one in done {
        if !one.create {
            now.shift_remove(&one.index);
        } else if let Some(index) = after.get(one.index.as_str()) {
            now.insert(one.index.clone(), ((*index).clone(), Base::New));
        }
    }
    let (old_types, new_types) = (types(old), types(new));
    let mut definitions: IndexMap<String, Value> = IndexMap::new();
    let mut define = |attributes: Vec<&str>, side: Base| {
        let (first, second) = if side == Base::Old { (&old_types, &new_types) } else { (&new_types, &old_types) };
        for attribute in attributes {
            if let Some(definition) = first.get(attribute).or_else(|| second.get(attribute)) {
                definitions.entry(attribute.to_owned()).or_insert_with(|| (*definition).clone());
            }
        }
    };
    define(attributes(table), base);
    for local in table.get("LocalSecondaryIndexes").and_then(Value::as_array).into_iter().flatten() {
        define(attributes(local), base);
    }
    for (index, side) in now.values() {
        define(attributes(index), *side);
    }
    (now.into_values().map(|(index, _)| fit(index, table)).collect(), definitions.into_values().collect())
}

/// The indexes of a table by name.
fn named(table: &Value) -> IndexMap<&str, &Value> {
    let indexes = table.get("GlobalSecondaryIndexes").and_then(Value::as_array);
    indexes.into_iter().flatten().filter_map(|index| Some((index.get("IndexName")?.as_str()?, index))).collect()
}

/// The definitions of a table's attributes by name.
fn types(table: &Value) -> HashMap<&str, &Value> {
    let definitions = table.get("AttributeDefinitions").and_then(Value::as_array);
    definitions
        .into_iter()
        .flatten()
        .filter_map(|definition| Some((definition.get("AttributeName")?.as_str()?, definition)))
        .collect()
}

/// The attributes in the key of a table or an index.
fn attributes(keyed: &Value) -> Vec<&str> {
    let schema = keyed.get("KeySchema").and_then(Value::as_array);
    schema.into_iter().flatten().filter_map(|key| key.get("AttributeName")?.as_str()).collect()
}

/// Whether two indexes differ in nothing that only a new one can have.
fn is_same(one: &Value, other: &Value) -> bool {
    let projection = |index: &Value| {
        let projection = index.get("Projection");
        let kind = projection.and_then(|projection| projection.get("ProjectionType")).cloned();
        let names = projection.and_then(|projection| projection.get("NonKeyAttributes")?.as_array());
        let mut names: Vec<String> = names.into_iter().flatten().map(Value::to_string).collect();
        names.sort();
        (kind, names)
    };
    one.get("KeySchema") == other.get("KeySchema") && projection(one) == projection(other)
}

/// An index of one side in a table of the other: throughput is given exactly where the table's is.
fn fit(mut index: Value, table: &Value) -> Value {
    const THROUGHPUT: &str = "ProvisionedThroughput";
    let on_demand = table.get("BillingMode").is_some_and(|mode| mode == "PAY_PER_REQUEST");
    if let Some(map) = index.as_object_mut() {
        if on_demand {
            map.shift_remove(THROUGHPUT);
        } else if !map.contains_key(THROUGHPUT)
            && let Some(throughput) = table.get(THROUGHPUT)
        {
            map.insert(THROUGHPUT.to_owned(), throughput.clone());
        }
    }
    index
}

/// Puts the two properties into those of a resource in a template.
pub(crate) fn put(resource: &mut Map<String, Value>, indexes: Vec<Value>, definitions: Vec<Value>) {
    if indexes.is_empty() {
        resource.shift_remove("GlobalSecondaryIndexes");
    } else {
        resource.insert("GlobalSecondaryIndexes".to_owned(), indexes.into());
    }
    resource.insert("AttributeDefinitions".to_owned(), definitions.into());
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// A table with the key `id`, and indexes given by name and key.
    fn table(indexes: &BTreeMap<String, String>) -> Value {
        let mut names: Vec<&str> = indexes.values().map(String::as_str).collect();
        names.push("id");
        names.sort_unstable();
        names.dedup();
        let definitions: Vec<Value> =
            names.iter().map(|name| json!({ "AttributeName": name, "AttributeType": "S" })).collect();
        let list: Vec<Value> = indexes
            .iter()
            .map(|(name, key)| {
                json!({ "IndexName": name, "KeySchema": [{ "AttributeName": key, "KeyType": "HASH" }],
                    "Projection": { "ProjectionType": "ALL" } })
            })
            .collect();
        json!({ "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }], "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": definitions, "GlobalSecondaryIndexes": list })
    }

    fn of(indexes: &[(&str, &str)]) -> Value {
        table(&indexes.iter().map(|(name, key)| ((*name).to_owned(), (*key).to_owned())).collect())
    }

    fn words(moves: &[Move]) -> Vec<String> {
        moves.iter().map(|one| format!("{}{}", if one.create { '+' } else { '-' }, one.index)).collect()
    }

    #[test]
    fn a_renamed_index_is_there_all_the_time() {
        let found = moves(&of(&[("byOwner", "owner")]), &of(&[("byAuthor", "owner")]));
        assert_eq!((words(&found.early), words(&found.late)), (vec!["+byAuthor".into()], vec!["-byOwner".into()]));
    }

    #[test]
    fn another_key_deletes_the_index_first() {
        let found = moves(&of(&[("by", "owner")]), &of(&[("by", "date")]));
        assert_eq!(words(&found.early), ["-by", "+by"]);
    }

    #[test]
    fn throughput_alone_is_no_move_and_follows_the_table() {
        let mut old = of(&[("by", "owner")]);
        let new = old.clone();
        let throughput = json!({ "ReadCapacityUnits": 5, "WriteCapacityUnits": 5 });
        old["BillingMode"] = "PROVISIONED".into();
        old["ProvisionedThroughput"] = throughput.clone();
        old["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"] = throughput.clone();
        assert_eq!(moves(&old, &new).len(), 0);
        let create = [Move { index: "other".into(), create: true }];
        let (indexes, _) = properties(&old, &of(&[("by", "owner"), ("other", "x")]), &create, Base::Old);
        assert_eq!(indexes[1]["ProvisionedThroughput"], throughput, "the table is still provisioned");
        let (indexes, _) = properties(&old, &new, [], Base::New);
        assert!(indexes[0].get("ProvisionedThroughput").is_none(), "the table is on demand by now");
    }

    #[test]
    fn values_that_are_not_known_are_seen() {
        assert!(are_known(&of(&[("by", "owner")]), &json!({})));
        assert!(!are_known(&of(&[]), &of(&[("by", "${Key}")])));
        assert!(!are_known(&json!({ "GlobalSecondaryIndexes": "${List}" }), &of(&[])));
    }

    fn some_indexes() -> impl Strategy<Value = BTreeMap<String, String>> {
        prop::collection::btree_map("[a-z]", prop::sample::select(vec!["a", "b", "c"]).prop_map(str::to_owned), 0..=20)
    }

    proptest! {
        #[test]
        fn any_indexes_become_any_others_one_at_a_time(old in some_indexes(), new in some_indexes(), early in any::<bool>()) {
            let (before, after) = (table(&old), table(&new));
            let found = moves(&before, &after);
            let all: Vec<&Move> = found.all().collect();
            let mut last: BTreeMap<String, Value> =
                named(&before).into_iter().map(|(name, index)| (name.to_owned(), index.clone())).collect();
            for done in 1..=all.len() {
                let base = if early && done < found.early.len() { Base::Old } else { Base::New };
                let (indexes, definitions) = properties(&before, &after, all[..done].iter().copied(), base);
                let now: BTreeMap<String, Value> = indexes
                    .iter()
                    .map(|index| (index["IndexName"].as_str().unwrap().to_owned(), index.clone()))
                    .collect();
                let made = now.iter().filter(|(name, index)| last.get(*name) != Some(index)).count();
                let deleted = last.iter().filter(|(name, index)| now.get(*name) != Some(index)).count();
                prop_assert_eq!(made + deleted, 1);
                prop_assert!(now.len() <= MOST);
                let mut used: Vec<&str> = indexes.iter().flat_map(attributes).chain(["id"]).collect();
                used.sort_unstable();
                used.dedup();
                let mut defined: Vec<&str> =
                    definitions.iter().map(|one| one["AttributeName"].as_str().unwrap()).collect();
                defined.sort_unstable();
                prop_assert_eq!(used, defined, "DynamoDB wants exactly the attributes that keys use");
                last = now;
            }
            let wanted: BTreeMap<String, Value> =
                named(&after).into_iter().map(|(name, index)| (name.to_owned(), index.clone())).collect();
            prop_assert_eq!(last, wanted);
        }
    }
}
