//! `@connection`: all forms.

use crate::common::{codes, definition, output};

fn indexes(output: &amplify_graphql_transformer::Output, model: &str) -> Vec<String> {
    let table =
        &output.stacks[model].value()["Resources"][format!("{model}Table")]["Properties"]["GlobalSecondaryIndexes"];
    let list = table.as_array().into_iter().flatten();
    list.map(|index| {
        let keys = index["KeySchema"].as_array().unwrap().iter().map(|key| key["AttributeName"].as_str().unwrap());
        format!("{}: {}", index["IndexName"].as_str().unwrap(), keys.collect::<Vec<_>>().join(", "))
    })
    .collect()
}

#[test]
fn fields_select_by_an_index_and_by_the_table() {
    let output = output(
        r#"type Todo @model { id: ID! comments: [Comment] @connection(keyName: "byTodo", fields: ["id"], limit: 7) }
        type Comment @model @key(name: "byTodo", fields: ["todoID", "createdAt"]) {
          id: ID! todoID: ID! createdAt: String! todo: Todo @connection(fields: ["todoID"])
        }"#,
    );
    insta::assert_snapshot!(definition(&output, "Todo"), @"
    type Todo {
      id: ID!
      comments(createdAt: ModelStringKeyConditionInput, filter: ModelCommentFilterInput, sortDirection: ModelSortDirection, limit: Int, nextToken: String): ModelCommentConnection
      createdAt: AWSDateTime!
      updatedAt: AWSDateTime!
    }
    ");
    insta::assert_snapshot!(output.resolvers["Comment.todo.req.vtl"], @r#"
    {
      "version": "2017-02-28",
      "operation": "GetItem",
      "key": {
        "id": $util.dynamodb.toDynamoDBJson($util.defaultIfNullOrBlank($ctx.source.todoID, "___xamznone____"))
      }
    }
    "#);
    assert!(definition(&output, "Comment").contains("todo: Todo\n"));
    let query = &output.resolvers["Todo.comments.req.vtl"];
    assert!(query.contains(r#"$page.put("index", "byTodo")"#) && query.contains("$ctx.args.limit, 7"), "{query}");
    assert!(query.contains("$ctx.args.createdAt"), "{query}");
    let stack = &output.stacks["ConnectionStack"].value()["Resources"];
    assert_eq!(stack.as_object().unwrap().len(), 2);
    assert_eq!(indexes(&output, "Comment"), ["byTodo: todoID, createdAt"]);
}

#[test]
fn all_key_fields_fix_the_sort_key() {
    let output = output(
        r#"type A @model { id: ID! x: Int! y: Int! list: [B] @connection(keyName: "byA", fields: ["id", "x", "y"]) one: C @connection(fields: ["id", "x"]) }
        type B @model @key(name: "byA", fields: ["a", "x", "y"]) { id: ID! a: ID! x: Int! y: Int! }
        type C @model @key(fields: ["a", "n"]) { a: ID! n: Int! }"#,
    );
    let list = &output.resolvers["A.list.req.vtl"];
    assert!(list.contains(r##""#sortKey", "x#y""##) && list.contains(r#""${ctx.source.x}#${ctx.source.y}""#), "{list}");
    assert!(output.resolvers["A.one.req.vtl"].contains("$util.defaultIfNull($ctx.source.x, 0)"));
}

#[test]
fn a_named_pair_shares_a_made_key() {
    let output = output(
        r#"type Post @model { id: ID! title: String comments: [Comment] @connection(name: "PostComments", sortField: "createdAt") }
        type Comment @model { id: ID! createdAt: String post: Post! @connection(name: "PostComments", sortField: "createdAt") }"#,
    );
    assert_eq!(indexes(&output, "Comment"), ["gsi-PostComments: commentPostId, createdAt"]);
    assert!(definition(&output, "CreateCommentInput").contains("commentPostId: ID!"));
    assert!(definition(&output, "UpdateCommentInput").contains("commentPostId: ID\n"));
    insta::assert_snapshot!(definition(&output, "Post"), @"
    type Post {
      id: ID!
      title: String
      comments(createdAt: ModelStringKeyConditionInput, filter: ModelCommentFilterInput, sortDirection: ModelSortDirection, limit: Int, nextToken: String): ModelCommentConnection
      createdAt: AWSDateTime!
      updatedAt: AWSDateTime!
    }
    ");
}

#[test]
fn unnamed_connections_stand_alone() {
    let output = output(
        "type Post @model { id: ID! comments: [Comment] @connection author: User @connection }
        type Comment @model { id: ID! }
        type User @model { id: ID! }",
    );
    assert_eq!(indexes(&output, "Comment"), ["gsi-Post.comments: postCommentsId"]);
    assert!(definition(&output, "CreateCommentInput").contains("postCommentsId: ID\n"));
    assert!(definition(&output, "CreatePostInput").contains("postAuthorId: ID\n"));
}

#[test]
fn cycles_are_fine() {
    let output = output(
        "type A @model { id: ID! b: B @connection self: A @connection others: [A] @connection }
        type B @model { id: ID! a: A @connection }",
    );
    assert_eq!(output.stacks["ConnectionStack"].value()["Resources"].as_object().unwrap().len(), 4);
}

#[test]
fn mistakes_are_named() {
    let with = |field: &str| {
        codes(&format!(
            "type A @model {{ id: ID! n: Int! o: ID\n{field} }} type B @model @key(name: \"byA\", fields: [\"a\", \"b\"]) {{ id: ID! a: ID! b: ID! c: [A] @connection(name: \"n\") }} type C {{ x: Int }}"
        ))
        .into_iter()
        .filter(|code| !code.ends_with("c: [A]"))
        .collect::<Vec<_>>()
    };
    assert!(with(r#"f: C @connection"#).contains(&"connection-target 2:4".to_owned()));
    assert!(with(r#"f: [B] @connection(name: "n")"#).contains(&"connection-many-to-many 2:8".to_owned()));
    assert!(with(r#"f: [B] @connection(name: "x")"#).contains(&"connection-half 2:26".to_owned()));
    assert!(
        with(r#"f: [B] @connection(keyName: "byB", fields: ["id"])"#)
            .contains(&"connection-key-unknown 2:29".to_owned())
    );
    assert!(
        with(r#"f: B @connection(keyName: "byA", fields: ["id"])"#)
            .contains(&"connection-key-on-single 2:27".to_owned())
    );
    assert!(with(r#"f: [B] @connection(fields: ["idd"])"#).contains(&"connection-field-unknown 2:29".to_owned()));
    assert!(with(r#"f: [B] @connection(fields: ["n"])"#).contains(&"connection-field-type 2:29".to_owned()));
    assert!(with(r#"f: [B] @connection(fields: ["o"])"#).contains(&"connection-field-type 2:29".to_owned()));
    assert!(with(r#"f: [B] @connection(fields: [])"#).contains(&"connection-fields-empty 2:28".to_owned()));
    let found = with(r#"f: [B] @connection(keyField: "c")"#);
    assert!(found.iter().any(|code| code.starts_with("connection-key-field 2:")), "{found:?}");
    assert!(codes("type A { b: B @connection } type B @model { id: ID! }").contains(&"needs-model 1:15".to_owned()));
}

#[test]
fn bounds_have_the_type_of_the_key_and_come_in_pairs() {
    let output = output(
        r#"type A @model { id: ID! n: Int! bs: [B] @connection(keyName: "byN", fields: ["n"]) }
        type B @model @key(name: "byN", fields: ["n", "size"]) { id: ID! n: Int! size: Float! }"#,
    );
    let list = &output.resolvers["A.bs.req.vtl"];
    assert!(list.contains(r#"":partitionKey": { "N": "$ctx.source.n" }"#), "{list}");
    assert!(list.contains(r#"$sortValues.add({ "N": "$sortText" })"#), "{list}");
    assert!(list.contains("The operator between of size takes two values."), "{list}");
    let composite = crate::common::output(
        r#"type B @model @key(name: "byN", fields: ["n", "x", "y"], queryField: "bs") { id: ID! n: Int! x: String! y: String! }"#,
    );
    let query = &composite.resolvers["Query.bs.req.vtl"];
    assert!(query.contains("The operator between of xY takes two values."), "{query}");
}

#[test]
fn a_limit_and_a_key_field_of_ones_own_are_taken() {
    let output = output(
        r#"type Post @model { id: ID! comments: [Comment] @connection(name: "PC", keyField: "postKey", limit: 5) }
        type Comment @model { id: ID! postKey: ID! post: Post @connection(name: "PC", keyField: "postKey") }"#,
    );
    assert_eq!(indexes(&output, "Comment"), ["gsi-PC: postKey"]);
    assert!(output.resolvers["Post.comments.req.vtl"].contains("$ctx.args.limit, 5"));
    assert!(output.resolvers["Comment.post.req.vtl"].contains("$ctx.source.postKey"));
    assert!(definition(&output, "CreateCommentInput").contains("postKey: ID!"));
    assert!(!output.schema.contains("commentPostId"));
}

#[test]
fn a_single_item_is_found_by_both_parts_of_its_key() {
    let output = output(
        r#"type Visit @model { id: ID! day: String! place: Place @connection(sortField: "day") }
        type Place @model @key(fields: ["name", "day"]) { name: ID! day: String! }"#,
    );
    let get = &output.resolvers["Visit.place.req.vtl"];
    assert!(get.contains("$ctx.source.visitPlaceId") && get.contains(r#""day": "#), "{get}");
    assert!(definition(&output, "CreateVisitInput").contains("visitPlaceId: ID\n"));
}
