//! `@model`: operations, inputs, filters, tables.

use serde_json::json;

use crate::common::{codes, definition, input, output, output_of, rendered};

#[test]
fn makes_operations_inputs_and_a_stack() {
    let output = output("type Note @model { id: ID! text: String! size: Int tags: [String] }");
    insta::assert_snapshot!(definition(&output, "Query"), @"
    type Query {
      getNote(id: ID!): Note
      listNotes(filter: ModelNoteFilterInput, limit: Int, nextToken: String): ModelNoteConnection
    }
    ");
    insta::assert_snapshot!(definition(&output, "Mutation"), @"
    type Mutation {
      createNote(input: CreateNoteInput!, condition: ModelNoteConditionInput): Note
      updateNote(input: UpdateNoteInput!, condition: ModelNoteConditionInput): Note
      deleteNote(input: DeleteNoteInput!, condition: ModelNoteConditionInput): Note
    }
    ");
    insta::assert_snapshot!(definition(&output, "CreateNoteInput"), @"
    input CreateNoteInput {
      id: ID
      text: String!
      size: Int
      tags: [String]
    }
    ");
    insta::assert_snapshot!(definition(&output, "UpdateNoteInput"), @"
    input UpdateNoteInput {
      id: ID!
      text: String
      size: Int
      tags: [String]
    }
    ");
    insta::assert_snapshot!(definition(&output, "ModelNoteConditionInput"), @"
    input ModelNoteConditionInput {
      text: ModelStringInput
      size: ModelIntInput
      tags: ModelStringInput
      and: [ModelNoteConditionInput]
      or: [ModelNoteConditionInput]
      not: ModelNoteConditionInput
    }
    ");
    let stack = output.stacks["Note"].value();
    let ids: Vec<&str> = stack["Resources"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        ids,
        [
            "NoteTable",
            "NoteIAMRole",
            "NoteDataSource",
            "GetNoteResolver",
            "ListNoteResolver",
            "CreateNoteResolver",
            "UpdateNoteResolver",
            "DeleteNoteResolver"
        ]
    );
    assert!(output.template["Resources"].get("NoneDataSource").is_none());
    assert_eq!(output.resolvers.len(), 10);
}

#[test]
fn arguments_choose_operations() {
    let output = output(
        r#"type Note @model(queries: {get: "note"}, mutations: {create: "addNote"}, subscriptions: {onCreate: ["added", "changed"], onDelete: ["changed"]}) { id: ID! }"#,
    );
    insta::assert_snapshot!(definition(&output, "Query"), @"
    type Query {
      note(id: ID!): Note
    }
    ");
    insta::assert_snapshot!(definition(&output, "Subscription"), @r#"
    type Subscription {
      added: Note @aws_subscribe(mutations: ["addNote"])
      changed: Note @aws_subscribe(mutations: ["addNote"])
    }
    "#);
    assert!(!output.schema.contains("UpdateNoteInput"));
}

#[test]
fn null_turns_operations_off() {
    let output = output("type Note @model(queries: null, mutations: null, subscriptions: null) { id: ID! }");
    assert!(!output.schema.contains("type Query") && !output.schema.contains("type Mutation"));
    assert_eq!(output.resolvers.len(), 0);
}

#[test]
fn timestamps_are_renamed_and_turned_off() {
    let output = output(
        r#"type A @model(timestamps: {createdAt: "made", updatedAt: null}) { id: ID! }
        type B @model(timestamps: null) { id: ID! }
        type C @model { id: ID! createdAt: AWSDateTime! }"#,
    );
    insta::assert_snapshot!(definition(&output, "A"), @"
    type A {
      id: ID!
      made: AWSDateTime!
    }
    ");
    assert_eq!(definition(&output, "B"), "type B {\n  id: ID!\n}");
    assert!(definition(&output, "CreateCInput").contains("createdAt: AWSDateTime\n"));
    assert!(output.resolvers["Mutation.createA.req.vtl"].contains(r#"input.put("made""#));
    assert!(!output.resolvers["Mutation.updateA.req.vtl"].contains("nowISO8601"));
}

#[test]
fn objects_without_a_table_become_inputs() {
    let output = output(
        "type Note @model { id: ID! place: Place! kind: Kind kinds: [Kind] other: Note }
        type Place { name: String! inner: Place kind: Kind }
        enum Kind { A B }",
    );
    insta::assert_snapshot!(definition(&output, "PlaceInput"), @"
    input PlaceInput {
      name: String!
      inner: PlaceInput
      kind: Kind
    }
    ");
    insta::assert_snapshot!(definition(&output, "CreateNoteInput"), @"
    input CreateNoteInput {
      id: ID
      place: PlaceInput!
      kind: Kind
      kinds: [Kind]
    }
    ");
    insta::assert_snapshot!(definition(&output, "ModelKindListInput"), @"
    input ModelKindListInput {
      eq: [Kind]
      ne: [Kind]
      contains: Kind
      notContains: Kind
    }
    ");
}

#[test]
fn an_old_configuration_keeps_the_old_names() {
    let mut input = input("type Note @model { id: ID! }");
    input.configuration = Some(json!({}));
    let output = output_of(&input);
    assert!(definition(&output, "Mutation").contains("createNote(input: CreateNoteInput!): Note"));
    assert!(output.schema.contains("input ModelStringFilterInput") && !output.schema.contains("ModelSizeInput"));
}

#[test]
fn custom_root_types_are_kept() {
    let output = output(
        "schema { query: Q mutation: M } type Q { hello: String } type M { hello: String } type Note @model { id: ID! }",
    );
    assert!(output.schema.contains("schema {\n  query: Q\n  mutation: M\n}"));
    assert!(output.resolvers.contains_key("M.createNote.req.vtl"));
    assert!(!output.schema.contains("aws_subscribe"));
}

#[test]
fn overrides_replace_and_add() {
    let mut input = input("type Note @model { id: ID! }");
    input.overrides.resolvers.insert("Query.getNote.req.vtl".to_owned(), "mine".to_owned());
    input.overrides.resolvers.insert("Query.other.req.vtl".to_owned(), "more".to_owned());
    input.overrides.pipeline_functions.insert("step.req.vtl".to_owned(), "step".to_owned());
    input.overrides.functions.insert("mine.zip".to_owned(), b"PK".to_vec());
    input.overrides.stacks.insert(
        "My-Stack.json".to_owned(),
        r#"{"Parameters": {"env": {"Type": "String"}, "Extra": {"Type": "String", "Default": "x"}}, "Resources": {}}"#
            .to_owned(),
    );
    let output = output_of(&input);
    assert_eq!(output.resolvers["Query.getNote.req.vtl"], "mine");
    assert_eq!(output.resolvers["Query.other.req.vtl"], "more");
    assert_eq!(output.pipeline_functions["step.req.vtl"], "step");
    assert_eq!(output.functions["mine.zip"], b"PK");
    assert_eq!(output.template["Parameters"]["Extra"]["Default"], "x");
    assert_eq!(
        output.template["Resources"]["MyStackjson"]["Properties"]["Parameters"]["Extra"],
        json!({"Ref": "Extra"})
    );
}

#[test]
fn every_error_is_shown_at_once() {
    let input = input(
        "type Note @modle {\n  id: ID!\n  text: Strin\n  owner: Person @key\n}\ntype Dup @model(quries: null) { a: Int a: Int }\n",
    );
    let compilation = amplify_graphql_transformer::compile(&input);
    insta::assert_snapshot!(rendered(&input, &compilation), @"
    error[unknown-directive]: no directive is named `@modle`
     --> schema.graphql:1:11
      |
    1 | type Note @modle {
      |           ^^^^^^
      = allowed: @model, @versioned, @function, @http, @key, @connection, @predictions, @searchable, @auth, @aws_subscribe, @aws_auth, @aws_api_key, @aws_iam, @aws_oidc, @aws_cognito_user_pools, @deprecated
      = help: did you mean `model`?
    error[unknown-type]: no type is named `Strin`
     --> schema.graphql:3:9
      |
    3 |   text: Strin
      |         ^^^^^
      = help: did you mean `String`?
    error[unknown-type]: no type is named `Person`
     --> schema.graphql:4:10
      |
    4 |   owner: Person @key
      |          ^^^^^^
    error[directive-misplaced]: `@key` cannot be used here
     --> schema.graphql:4:17
      |
    4 |   owner: Person @key
      |                 ^^^^
      = allowed: object types
    error[unknown-argument]: `@model` has no argument `quries`
     --> schema.graphql:6:17
      |
    6 | type Dup @model(quries: null) { a: Int a: Int }
      |                 ^^^^^^
      = allowed: queries, mutations, subscriptions, timestamps
      = help: did you mean `queries`?
    error[declared-twice]: the field `a` is declared twice
     --> schema.graphql:6:40
      |
    6 | type Dup @model(quries: null) { a: Int a: Int }
      |                                        ^
      = help: rename or remove one of them
    ");
}

#[test]
fn reserved_and_taken_names_are_refused() {
    assert_eq!(codes("type Query @model { id: ID! }"), ["reserved-name 1:6"]);
    assert_eq!(codes("type GraphQLSchema @model { id: ID! }"), ["reserved-name 1:6"]);
    assert_eq!(codes("type String { a: Int }"), ["reserved-name 1:6"]);
    assert_eq!(codes("type A { __a: Int }"), ["reserved-name 1:10"]);
    assert!(
        codes("type note @model { id: ID! } type Note @model { id: ID! }").contains(&"operation-taken 1:35".to_owned())
    );
    assert!(
        codes("type A_B @model { id: ID! } type AB @model { id: ID! }").contains(&"logical-id-taken 1:34".to_owned())
    );
}

#[test]
fn stacks_of_ones_own_get_what_they_declare_and_keep_their_name_to_themselves() {
    let mut input = input("type Note @model { id: ID! }");
    let own = r#"{"Parameters": {"AppSyncApiId": {"Type": "String"}}, "Resources": {}}"#;
    input.overrides.stacks.insert("CustomResources.json".to_owned(), own.to_owned());
    let output = output_of(&input);
    let nested = &output.template["Resources"]["CustomResourcesjson"];
    assert_eq!(nested["Properties"]["Parameters"], json!({"AppSyncApiId": {"Fn::GetAtt": ["GraphQLAPI", "ApiId"]}}));
    assert_eq!(nested["DependsOn"], json!(["GraphQLAPI", "GraphQLSchema", "Note"]));
    assert_eq!(
        output.stacks["CustomResources"].value().to_string(),
        serde_json::from_str::<serde_json::Value>(own).unwrap().to_string()
    );

    let mut codes_of = |file: &str, text: &str| {
        input.overrides.stacks = [(file.to_owned(), text.to_owned())].into();
        crate::common::codes_of(&input)
    };
    assert_eq!(codes_of("Note.json", own), ["custom-stack-taken"]);
    assert_eq!(codes_of("Mine.yaml", "Resources: {}"), ["custom-stack-format"]);
    assert_eq!(codes_of("Mine.json", "{"), ["custom-stack-syntax"]);
}

#[test]
fn a_new_item_is_compared_by_id_whatever_the_key_is() {
    // Known to projects: with a key of one's own, a second `create` replaces the first item.
    let output = output(r#"type A @model @key(fields: ["b"]) { b: String! }"#);
    let create = &output.resolvers["Mutation.createA.req.vtl"];
    assert!(create.contains(r#""expression": "attribute_not_exists(#id)""#), "{create}");
    assert!(create.contains(r##""#id": "id""##), "{create}");
}

#[test]
fn what_is_not_supported_is_named_with_its_line() {
    let schema = "type Query {\n  speak: String @predictions(actions: [translateText, convertTextToSpeech])\n}\n";
    assert_eq!(codes(schema), ["directive-not-supported 2:17"]);
    assert_eq!(codes("type Query { a: String @predictions(actions: [nonsense]) }").len(), 1);
}

#[test]
fn plurals_are_as_apps_know_them() {
    let output = output("type Story @model { id: ID! } type Bus @model { id: ID! }");
    assert!(output.schema.contains("listStorys(") && output.schema.contains("listBuss("));
}
