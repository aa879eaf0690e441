//! `@key`: primary keys, indexes and their queries.

use serde_json::json;

use crate::common::{codes, definition, output};

const ORDER: &str = r#"
type Order @model
  @key(fields: ["customer", "status", "createdAt"])
  @key(name: "byStatus", fields: ["status", "total"], queryField: "ordersByStatus")
  @key(name: "byPlace", fields: ["place", "kind", "createdAt"], queryField: "ordersByPlace")
  @key(name: "byCustomer", fields: ["customer", "total"]) {
  customer: ID!
  status: Status!
  createdAt: AWSDateTime!
  total: Float
  place: String
  kind: Status
}
enum Status { OPEN DONE }
"#;

#[test]
fn tables_have_the_keys_and_indexes() {
    let output = output(ORDER);
    let table = &output.stacks["Order"].value()["Resources"]["OrderTable"]["Properties"];
    assert_eq!(
        table["KeySchema"],
        json!([
            {"AttributeName": "customer", "KeyType": "HASH"},
            {"AttributeName": "status#createdAt", "KeyType": "RANGE"},
        ])
    );
    assert_eq!(table["LocalSecondaryIndexes"][0]["IndexName"], "byCustomer");
    assert!(table["LocalSecondaryIndexes"][0].get("ProvisionedThroughput").is_none());
    let global: Vec<_> = table["GlobalSecondaryIndexes"].as_array().unwrap().iter().map(|i| &i["IndexName"]).collect();
    assert_eq!(global, ["byStatus", "byPlace"]);
    let attributes = table["AttributeDefinitions"].as_array().unwrap();
    assert!(attributes.contains(&json!({"AttributeName": "total", "AttributeType": "N"})));
    assert!(!attributes.iter().any(|attribute| attribute["AttributeName"] == "id"));
    assert!(output.stacks["Order"].value()["Resources"].get("QueryordersByStatusResolver").is_some());
}

#[test]
fn operations_take_the_key() {
    let output = output(ORDER);
    insta::assert_snapshot!(definition(&output, "Query"), @"
    type Query {
      getOrder(customer: ID!, status: Status!, createdAt: AWSDateTime!): Order
      listOrders(customer: ID, statusCreatedAt: ModelOrderPrimaryCompositeKeyConditionInput, filter: ModelOrderFilterInput, limit: Int, nextToken: String, sortDirection: ModelSortDirection): ModelOrderConnection
      ordersByStatus(status: Status, total: ModelFloatKeyConditionInput, sortDirection: ModelSortDirection, filter: ModelOrderFilterInput, limit: Int, nextToken: String): ModelOrderConnection
      ordersByPlace(place: String, kindCreatedAt: ModelOrderByPlaceCompositeKeyConditionInput, sortDirection: ModelSortDirection, filter: ModelOrderFilterInput, limit: Int, nextToken: String): ModelOrderConnection
    }
    ");
    insta::assert_snapshot!(definition(&output, "DeleteOrderInput"), @"
    input DeleteOrderInput {
      customer: ID!
      status: Status!
      createdAt: AWSDateTime!
    }
    ");
    insta::assert_snapshot!(definition(&output, "ModelOrderByPlaceCompositeKeyInput"), @"
    input ModelOrderByPlaceCompositeKeyInput {
      kind: Status
      createdAt: String
    }
    ");
    let create = definition(&output, "CreateOrderInput");
    assert!(create.contains("createdAt: AWSDateTime!") && create.contains("place: String\n"), "{create}");
    let condition = definition(&output, "ModelOrderConditionInput");
    assert!(!condition.contains("customer:") && condition.contains("total: ModelFloatInput"), "{condition}");
}

#[test]
fn resolvers_set_the_key_in_front() {
    let output = output(ORDER);
    let create = &output.resolvers["Mutation.createOrder.req.vtl"];
    assert!(create.contains(
        r##""status#createdAt": $util.dynamodb.toDynamoDB("${ctx.args.input.status}#${ctx.args.input.createdAt}")"##
    ));
    assert!(create.find("Check the parts of key byPlace") < create.find("Primary key."), "{create}");
    let list = &output.resolvers["Query.listOrders.req.vtl"];
    assert!(list.contains("statusCreatedAt") && list.contains(r##""#hashKey": "customer""##), "{list}");
    assert!(output.resolvers["Query.ordersByStatus.req.vtl"].contains(r#"{ "N": "$sortText" }"#));
}

#[test]
fn maps_are_read_by_plain_text() {
    // A key that is itself a reference finds nothing in some engines.
    for request in output(ORDER).resolvers.values() {
        assert!(!request.contains(".get($"), "{request}");
    }
}

#[test]
fn a_query_without_a_list_gets_the_types_it_needs() {
    let output = output(
        r#"type A @model(queries: null, mutations: null) @key(name: "byB", fields: ["b"], queryField: "as") { id: ID! b: String }"#,
    );
    assert!(output.schema.contains("enum ModelSortDirection") && output.schema.contains("input ModelAFilterInput"));
}

#[test]
fn mistakes_are_named() {
    let with = |keys: &str| codes(&format!("type A @model {keys} {{ id: ID! b: String f: Boolean l: [String] o: A }}"));
    assert_eq!(with(r#"@key(fields: ["id"]) @key(fields: ["id"])"#), ["key-twice 1:36"]);
    assert_eq!(with(r#"@key(fields: ["id"], queryField: "q")"#), ["key-query-on-primary 1:48"]);
    assert_eq!(with(r#"@key(fields: ["bb"])"#), ["key-field-unknown 1:29"]);
    assert_eq!(with(r#"@key(fields: ["b"])"#), ["key-field-nullable 1:29"]);
    assert_eq!(with(r#"@key(name: "byF", fields: ["f", "l", "o"])"#).len(), 3);
    assert_eq!(with(r#"@key(name: "byId", fields: ["id", "b"])"#), ["key-local-without-sort 1:15"]);
    assert_eq!(with(r#"@key(name: "b", fields: ["b"])"#), ["key-name 1:26"]);
    assert_eq!(with(r#"@key(fields: [])"#), ["key-empty 1:28"]);
    assert_eq!(codes(r#"type A @key(fields: ["id"]) { id: ID! }"#), ["needs-model 1:8"]);
    let many: String = (0..21).map(|n| format!(r#"@key(name: "key{n}", fields: ["b"])"#)).collect();
    assert_eq!(with(&many).len(), 1);
}
