//! `@searchable`: a search domain and a query.

use amplify_graphql_transformer::AuthMode;
use serde_json::json;

use crate::common::{codes, definition, output, output_of, with_modes};

const SCHEMA: &str = r#"
enum Kind { A B }
type Post @model @searchable {
  id: ID!
  title: String!
  rating: Int
  done: Boolean
  kind: Kind
  tags: [String]
  day: AWSDate
}
type Note @model @key(fields: ["postID", "text"]) @searchable(queries: { search: "findNotes" }) {
  postID: ID!
  text: String!
}
type Quiet @model @searchable(queries: null) { id: ID! }
"#;

#[test]
fn each_model_has_a_query_of_its_own() {
    let output = output(SCHEMA);
    let query = definition(&output, "Query");
    for field in [
        "searchPosts(filter: SearchablePostFilterInput, sort: SearchablePostSortInput, limit: Int, nextToken: String): SearchablePostConnection",
        "findNotes(filter: SearchableNoteFilterInput",
    ] {
        assert!(query.contains(field), "{field} in {query}");
    }
    assert!(!query.contains("searchQuiets"));
    let filter = definition(&output, "SearchablePostFilterInput");
    assert!(
        filter.contains("id: SearchableIDFilterInput") && filter.contains("tags: SearchableStringFilterInput"),
        "{filter}"
    );
    assert!(!filter.contains("kind"), "{filter}");
    assert!(filter.contains("not: SearchablePostFilterInput"), "{filter}");
    let fields = definition(&output, "SearchablePostSortableFields");
    assert_eq!(
        fields.lines().map(str::trim).collect::<Vec<_>>()[1..7],
        ["id", "title", "rating", "done", "tags", "day"]
    );
    let request = &output.resolvers["Query.searchPosts.req.vtl"];
    assert!(request.contains("/post/doc/_search") && request.contains(r#"["rating", "done", "day"]"#), "{request}");
    assert!(output.resolvers["Query.findNotes.req.vtl"].contains(r#"#set( $sortField = "postID" )"#));
}

#[test]
fn one_domain_serves_all_models() {
    let output = output(SCHEMA);
    let stack = &output.stacks["SearchableStack"].value();
    let ids: Vec<&str> = stack["Resources"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        ids,
        [
            "ElasticSearchAccessIAMRole",
            "ElasticSearchDataSource",
            "ElasticSearchDomain",
            "ElasticSearchStreamingLambdaIAMRole",
            "ElasticSearchStreamingLambdaFunction",
            "SearchablePostLambdaMapping",
            "SearchPostResolver",
            "SearchableNoteLambdaMapping",
            "SearchNoteResolver",
            "SearchableQuietLambdaMapping",
        ]
    );
    let mapping = &stack["Resources"]["SearchablePostLambdaMapping"]["Properties"];
    let import = &mapping["EventSourceArn"]["Fn::ImportValue"]["Fn::Join"][1];
    assert_eq!(import.as_array().unwrap()[1..], [json!("GetAtt"), json!("PostTable"), json!("StreamArn")]);
    assert_eq!(output.template["Parameters"]["ElasticSearchInstanceType"]["Default"], "t2.small.elasticsearch");
    let outputs: Vec<&String> = stack["Outputs"].as_object().unwrap().keys().collect();
    assert_eq!(outputs, ["ElasticsearchDomainArn", "ElasticsearchDomainEndpoint"]);
}

#[test]
fn the_function_that_copies_is_an_archive() {
    let first = output(SCHEMA);
    let (name, bytes) = first.archives().next().unwrap();
    assert_eq!(name, "functions/ElasticSearchStreamingLambdaFunction.zip");
    assert!(bytes.starts_with(b"PK"));
    let script = b"python_streaming_function.py";
    assert!(bytes.windows(script.len()).any(|part| part == script));
    assert_eq!(output(SCHEMA).functions, first.functions, "the same for the same schema");
}

#[test]
fn what_is_found_is_filtered_by_the_rules() {
    let schema = "type Post @model @searchable @auth(rules: [{ allow: owner }, { allow: public, operations: [read] }]) { id: ID! }";
    let input = with_modes(schema, AuthMode::UserPools, &[AuthMode::ApiKey { days: 7 }]);
    let output = output_of(&input);
    let response = &output.resolvers["Query.searchPosts.res.vtl"];
    let (filter, answer) =
        (response.find("$item in $es_items").unwrap(), response.find("Answer with what was found").unwrap());
    assert!(filter < answer, "{response}");
    assert!(definition(&output, "SearchablePostConnection").starts_with("type SearchablePostConnection @aws_api_key"));
}

#[test]
fn mistakes_are_named() {
    assert_eq!(codes("type A @searchable { id: ID! }"), ["needs-model 1:8"]);
    assert_eq!(codes("type A @model @searchable(queries: {find: \"x\"}) { id: ID! }"), ["unknown-argument 1:37"]);
    assert_eq!(
        codes("type Query { a: String @predictions(actions: [translateText]) }"),
        ["directive-not-supported 1:24"]
    );
}
