//! `@http`: fields answered by web services.

use serde_json::json;

use crate::common::{codes, definition, output};

const SCHEMA: &str = r#"
type Comment @model {
  id: ID!
  simple: Page @http(url: "https://www.example.com/posts/1")
  get(id: Int!, q: String!, n: [Int!]): Page
    @http(url: "https://www.example.com/data/:id", headers: [{ key: "X-Key", value: "b" }])
  post(title: String!, inner: Inner): Page @http(method: POST, url: "https://www.example.com/:kind/x")
  put(title: String!, inner: Inner): Page @http(method: PUT, url: "https://www.example.com/put")
  gone: Page @http(method: DELETE, url: "https://www.example.com/posts/:id")
  far(a: Int!): Page @http(method: PATCH, url: "http://api-${env}.example.com:8080/${env}/:id")
}
input Inner { a: String }
type Page { id: ID! }
"#;

#[test]
fn arguments_become_inputs_for_path_query_and_body() {
    let output = output(SCHEMA);
    let comment = definition(&output, "Comment");
    for field in [
        "simple: Page",
        "get(params: CommentGetParamsInput!, query: CommentGetQueryInput!): Page",
        "post(params: CommentPostParamsInput!, query: CommentPostQueryInput, body: CommentPostBodyInput): Page",
        "put(query: CommentPutQueryInput, body: CommentPutBodyInput): Page",
        "gone(params: CommentGoneParamsInput!): Page",
    ] {
        assert!(comment.contains(field), "{field} in {comment}");
    }
    assert!(comment.find("simple").unwrap() < comment.find("createdAt").unwrap());
    assert!(comment.find("get(").unwrap() > comment.find("createdAt").unwrap(), "changed fields go to the end");
    assert_eq!(
        definition(&output, "CommentGetQueryInput"),
        "input CommentGetQueryInput {\n  q: String!\n  n: [Int!]\n}"
    );
    assert_eq!(definition(&output, "CommentPostBodyInput"), "input CommentPostBodyInput {\n  title: String\n}");
    assert!(definition(&output, "CommentPutBodyInput").contains("inner: Inner"));
}

#[test]
fn a_host_has_one_data_source() {
    let output = output(SCHEMA);
    let stack = output.stacks["HttpStack"].value();
    let resources = stack["Resources"].as_object().unwrap();
    let sources: Vec<&str> = resources.keys().map(String::as_str).filter(|id| id.ends_with("DataSource")).collect();
    assert_eq!(sources, ["httpswwwexamplecomDataSource", "httpapienvexamplecom8080DataSource"]);
    let endpoint = |id: &str| resources[id]["Properties"]["HttpConfig"]["Endpoint"].clone();
    assert_eq!(endpoint(sources[0]), json!("https://www.example.com"));
    assert_eq!(endpoint(sources[1])["Fn::Sub"], json!(["http://api-${env}.example.com:8080", {"env": {"Ref": "env"}}]));
    let resolver = &resources["CommentgetResolver"]["Properties"];
    assert_eq!(resolver["DataSourceName"], json!({"Fn::GetAtt": ["httpswwwexamplecomDataSource", "Name"]}));
}

#[test]
fn requests_send_what_the_method_takes() {
    let output = output(SCHEMA);
    let get = &output.resolvers["Comment.get.req.vtl"];
    assert!(get.contains("\"resourcePath\": \"/data/${ctx.args.params.id}\""), "{get}");
    assert!(get.contains("put(\"X-Key\", \"b\")") && get.contains("\"query\": $util.toJson($ctx.args.query)"), "{get}");
    assert!(!get.contains("\"body\"") && !get.contains("required"), "{get}");
    let post = &output.resolvers["Comment.post.req.vtl"];
    assert!(post.contains("The argument title is required"), "{post}");
    assert!(post.contains("\"body\"") && post.contains("Content-Type"), "{post}");
    let gone = &output.resolvers["Comment.gone.req.vtl"];
    assert!(!gone.contains("\"query\"") && !gone.contains("\"body\""), "{gone}");
    assert!(output.resolvers["Comment.put.res.vtl"].contains("201"));
    assert!(!output.resolvers["Comment.get.res.vtl"].contains("201"));
}

#[test]
fn the_environment_is_filled_in_by_the_stack() {
    let output = output(SCHEMA);
    assert!(!output.resolvers.contains_key("Comment.far.req.vtl"));
    assert!(output.resolvers.contains_key("Comment.far.res.vtl"));
    let resolver = &output.stacks["HttpStack"].value()["Resources"]["CommentfarResolver"]["Properties"];
    let text = resolver["RequestMappingTemplate"]["Fn::Sub"][0].as_str().unwrap();
    assert!(text.contains("\"/${env}/${!ctx.args.params.id}\""), "{text}");
    assert!(resolver.get("RequestMappingTemplateS3Location").is_none());
}

#[test]
fn mistakes_are_named() {
    let of = |arguments: &str| codes(&format!("type Query {{ a: Int @http({arguments}) }}"));
    assert_eq!(of(r#"url: "www.example.com/a""#), ["http-url 1:32"]);
    assert_eq!(of(r#"url: "https://""#), ["http-url 1:32"]);
    assert_eq!(of(r#"url: "https://a.b/c d""#), ["http-url 1:32"]);
    assert_eq!(of(r#"url: "https://${region}.b/c""#), ["http-url 1:32"]);
    assert_eq!(of(r#"method: FETCH, url: "https://a.b/c""#), ["argument-value 1:35"]);
    assert_eq!(of(r#"url: "https://a.b/c", headers: [{ key: "a b", value: "c" }]"#).len(), 1);
    assert_eq!(of(r#"url: "https://a.b""#), Vec::<String>::new());
    let twice = r#"type Query { a: Int @http(url: "https://a-b.c/") b: Int @http(url: "https://ab.c/") }"#;
    assert_eq!(codes(twice), ["logical-id-taken 1:57"]);
}
