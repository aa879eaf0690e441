//! GraphQL APIs: from questions to tables, on this machine and in an (emulated) account.

use std::process::Command;

use amplify_tests::{Account, Output, Sandbox};
use serde_json::{Value, json};

const SCHEMA: &str = "amplify/backend/api/blog/schema.graphql";

const BLOG: &str = r#"type Post @model @key(name: "byBlog", fields: ["blogID"]) {
  id: ID!
  blogID: ID!
  title: String!
}
"#;

fn add(sandbox: &Sandbox, schema: &str) -> Output {
    sandbox.write("mine.graphql", schema);
    let answers = ["--answer", "api.name=blog", "--answer", "api.schema.file=mine.graphql"];
    sandbox.amplify(["add", "api", "--yes"].into_iter().chain(answers))
}

/// A project with this API, deployed.
fn pushed(schema: &str) -> Sandbox {
    let sandbox = Sandbox::initialised();
    let _ = add(&sandbox, schema).success();
    let _ = sandbox.amplify(["push", "--yes"]).success();
    sandbox
}

fn changes(plan: &Value) -> Vec<(String, String)> {
    let resources = plan["resources"].as_array().unwrap().iter();
    let changes = resources.flat_map(|resource| resource["changes"].as_array().unwrap());
    let text = |change: &Value, key: &str| change[key].as_str().unwrap().to_owned();
    changes.map(|change| (text(change, "action"), text(change, "path"))).collect()
}

fn plan(sandbox: &Sandbox) -> Vec<(String, String)> {
    changes(&sandbox.amplify(["plan", "--json"]).success().json())
}

/// Hundreds of files, where a process may have few open at once.
#[cfg(unix)]
#[test]
fn a_large_api_needs_few_open_files() {
    let sandbox = Sandbox::initialised();
    let _ = add(&sandbox, BLOG).success();
    let schema: String = (0..60).map(|number| format!("type M{number} @model {{ id: ID! }}\n")).collect();
    sandbox.write(SCHEMA, schema);
    let mut command = Command::new("sh");
    sandbox.clear(&mut command);
    let line = format!("ulimit -n 256 && exec '{}' api gql-compile", amplify_tests::program().display());
    let output = command.args(["-c", &line]).current_dir(sandbox.root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(sandbox.exists("amplify/backend/api/blog/build/resolvers/Mutation.createM59.req.vtl"));
}

#[test]
fn from_add_to_push_to_a_changed_schema() {
    let sandbox = Sandbox::initialised();
    let _ = add(&sandbox, BLOG).success().prints("GraphQL schema compiled successfully.");
    let before = sandbox.tree();
    let created = plan(&sandbox);
    assert!(sandbox.tree() == before, "a plan writes nothing");
    assert!(created.iter().all(|(action, _)| action == "create"), "{created:?}");
    assert!(created.iter().any(|(_, path)| path.ends_with("PostTable")), "{created:?}");

    let pushed = sandbox.amplify(["push", "--yes", "--json"]).success();
    let lines = pushed.json_lines();
    let done = lines.last().unwrap();
    let recorded: Vec<&str> =
        done["recorded"].as_array().unwrap().iter().map(|row| row["resourceType"].as_str().unwrap()).collect();
    assert!(recorded.contains(&"AWS::AppSync::GraphQLApi"), "{recorded:?}");
    assert!(!recorded.contains(&"AWS::DynamoDB::Table"), "tables are real: {recorded:?}");
    let meta = sandbox.read_json("amplify/backend/amplify-meta.json");
    let output = &meta["api"]["blog"]["output"];
    for key in ["GraphQLAPIIdOutput", "GraphQLAPIEndpointOutput", "GraphQLAPIKeyOutput"] {
        assert!(output[key].is_string(), "{key}: {output}");
    }
    assert_eq!(output["authConfig"]["defaultAuthentication"]["authenticationType"], "API_KEY");
    let exports = sandbox.read("src/aws-exports.js");
    for key in ["aws_appsync_graphqlEndpoint", "\"aws_appsync_authenticationType\": \"API_KEY\"", "aws_appsync_apiKey"]
    {
        assert!(exports.contains(key), "{key}: {exports}");
    }
    let _ = sandbox.amplify(["plan", "--detailed-exitcode"]).ended_with(0);

    // A changed schema is planned as it is, whatever `build/` holds, and `build/` follows with the push.
    sandbox.write(SCHEMA, BLOG.replace("title: String!", "title: String!\n  rating: Int"));
    let _ = sandbox.amplify(["status"]).success().prints("Update");
    let updated = plan(&sandbox);
    assert!(updated.iter().all(|(action, _)| action == "update"), "{updated:?}");
    assert!(!updated.iter().any(|(_, path)| path.ends_with("PostTable")), "no table changes: {updated:?}");
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let build = "amplify/backend/api/blog/build/schema.graphql";
    assert!(sandbox.read(build).contains("rating: Int"));
    let copy = build.replace("/backend/", "/#current-cloud-backend/");
    assert_eq!(sandbox.read(build), sandbox.read(&copy));
    let _ = sandbox.amplify(["plan", "--detailed-exitcode"]).ended_with(0);
    let _ = sandbox.amplify(["push", "--yes"]).success().prints("No changes detected");

    let _ = sandbox.amplify(["api", "gql-compile"]).success().prints("GraphQL schema compiled successfully.");
    let _ = sandbox.amplify(["plan", "--detailed-exitcode"]).ended_with(0);

    // A build that somebody else's schema left is of no account.
    sandbox.write(build, "nonsense");
    let _ = sandbox.amplify(["plan", "--detailed-exitcode"]).ended_with(0);
}

#[test]
fn an_index_comes_and_goes() {
    let sandbox = pushed(BLOG);
    let two = BLOG.replace("@model ", "@model @key(name: \"byTitle\", fields: [\"title\"]) ");
    sandbox.write(SCHEMA, &two);
    assert!(
        plan(&sandbox).contains(&("update".to_owned(), "apiblog/Post/PostTable".to_owned())),
        "{:?}",
        plan(&sandbox)
    );
    let _ = sandbox.amplify(["push", "--yes"]).success();
    sandbox.write(SCHEMA, BLOG);
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let _ = sandbox.amplify(["plan", "--detailed-exitcode"]).ended_with(0);
}

#[test]
fn everything_wrong_is_said_before_anything_is_touched() {
    let sandbox = pushed(BLOG);
    sandbox.write(SCHEMA, "type Post @model @key(fields: [\"nope\"]) {\n  id: IDD!\n}\n");
    let before = sandbox.tree();
    for command in [&["plan"][..], &["push", "--yes"]] {
        let output = sandbox.amplify(command.iter().copied()).ended_with(1);
        let output = output.says("has 2 errors").says("schema.graphql:2:7").says("^^^").says("did you mean `ID`?");
        let _ = output.says("gql-compile");
        assert!(sandbox.tree() == before, "{command:?} writes nothing");
    }
    let _ = sandbox.amplify(["status"]).success().prints("Update");

    // What the service cannot do to a deployed table.
    sandbox.write(SCHEMA, BLOG.replace("@model ", "@model @key(fields: [\"title\"]) "));
    let before = sandbox.tree();
    let _ = sandbox.amplify(["push", "--yes"]).ended_with(1).says("table-key-changed").says("schema.graphql:1:");
    assert!(sandbox.tree() == before);
}

#[test]
fn a_table_goes_only_when_it_is_named() {
    let sandbox = pushed(&format!("{BLOG}type Note @model {{ id: ID! }}\n"));
    sandbox.write(SCHEMA, BLOG);
    let before = sandbox.tree();
    for allowed in [&[][..], &["--allow-delete", "blog"]] {
        let push = ["push", "--yes"].into_iter().chain(allowed.iter().copied());
        let _ = sandbox.amplify(push).ended_with(1).says("--allow-delete NoteTable");
        assert!(sandbox.tree() == before);
    }
    let _ = sandbox.amplify(["push", "--yes", "--allow-delete", "PostTable"]).ended_with(2).says("PostTable");
    let _ = sandbox.amplify(["push", "--yes", "--allow-delete", "NoteTable"]).success();
    let _ = sandbox.amplify(["plan", "--detailed-exitcode"]).ended_with(0);
    let _ = sandbox.amplify(["remove", "api", "blog", "--yes"]).success();
    let _ = sandbox.amplify(["push", "--yes", "--allow-delete", "blog"]).success();
    assert!(!sandbox.exists("amplify/#current-cloud-backend/api/blog"));
}

#[test]
fn a_resource_of_another_category_deploys_in_spite_of_a_wrong_schema() {
    let sandbox = pushed(BLOG);
    sandbox.write(SCHEMA, "type");
    sandbox.add_bucket("photos");
    let _ = sandbox.amplify(["push", "storage", "--yes"]).success();
    let _ = sandbox.amplify(["push", "--yes"]).ended_with(1).says("syntax");
}

#[test]
fn a_function_may_call_the_api() {
    let sandbox = Sandbox::initialised();
    let schema =
        "type Todo @model @auth(rules: [{allow: private, provider: iam, operations: [create]}]) {\n  id: ID!\n}\n";
    sandbox.write("mine.graphql", schema);
    let answers = ["api.name=blog", "api.schema.file=mine.graphql", "api.defaultAuth=AWS_IAM"];
    let answers = answers.into_iter().flat_map(|answer| ["--answer", answer]);
    let _ = sandbox.amplify(["add", "api", "--yes"].into_iter().chain(answers)).success();
    sandbox.write("access.json", r#"{"function": {"resourceName": "hello", "access": {"api": {"blog": ["create"]}}}}"#);
    let _ = sandbox.amplify(["add", "function", "--yes", "--answers", "access.json"]).success();
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let template = sandbox.read_json("amplify/backend/function/hello/hello-cloudformation-template.json");
    let variables = &template["Resources"]["LambdaFunction"]["Properties"]["Environment"]["Variables"];
    assert_eq!(variables["API_BLOG_GRAPHQLAPIENDPOINTOUTPUT"], json!({ "Ref": "apiblogGraphQLAPIEndpointOutput" }));
    assert_eq!(variables["API_BLOG_GRAPHQLAPIIDOUTPUT"], json!({ "Ref": "apiblogGraphQLAPIIdOutput" }));
    assert!(template.to_string().contains("appsync:GraphQL"), "{template}");
    sandbox.write(
        "amplify/backend/function/hello/src/index.js",
        "exports.handler = async () => [process.env.API_BLOG_GRAPHQLAPIENDPOINTOUTPUT, process.env.API_BLOG_GRAPHQLAPIIDOUTPUT];\n",
    );
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let invoked = sandbox.amplify(["mock", "function", "hello", "--json"]).success().json();
    let output = sandbox.read_json("amplify/backend/amplify-meta.json")["api"]["blog"]["output"].clone();
    assert_eq!(
        invoked["result"],
        json!([output["GraphQLAPIEndpointOutput"], output["GraphQLAPIIdOutput"]]),
        "{invoked}"
    );
}

/// Lists with an independent client what an API in an account has.
const LIST: &str = r#"
import boto3, json
appsync = boto3.client("appsync")
api = appsync.list_graphql_apis()["graphqlApis"][0]
resolvers = lambda kind: appsync.list_resolvers(apiId=api["apiId"], typeName=kind)["resolvers"]
names = lambda kind: sorted(resolver["fieldName"] for resolver in resolvers(kind))
table = boto3.client("dynamodb")
iam = boto3.client("iam")
functions = [function for function in boto3.client("lambda").list_functions()["Functions"] if function["FunctionName"].startswith("hello")]
def allowed(function):
    role = function["Role"].split("/")[-1]
    documents = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in iam.list_role_policies(RoleName=role)["PolicyNames"]]
    statements = [statement for document in documents for statement in document["Statement"] if "appsync:GraphQL" in statement["Action"]]
    return sorted(resource.split(":")[-1] for statement in statements for resource in statement["Resource"])
print(json.dumps({
    "id": api["apiId"],
    "name": api["name"],
    "sources": sorted(source["name"] for source in appsync.list_data_sources(apiId=api["apiId"])["dataSources"]),
    "keys": len(appsync.list_api_keys(apiId=api["apiId"])["apiKeys"]),
    "modes": [api["authenticationType"]] + [mode["authenticationType"] for mode in api.get("additionalAuthenticationProviders", [])],
    "functions": [[function["Environment"]["Variables"], allowed(function)] for function in functions],
    "Query": names("Query"),
    "Mutation": names("Mutation"),
    "tables": {name: sorted(index["IndexName"] for index in table.describe_table(TableName=name)["Table"].get("GlobalSecondaryIndexes", []))
               for name in table.list_tables()["TableNames"]},
}))
"#;

fn list(account: &Account) -> Value {
    account.python(LIST, &[])
}

#[test]
fn an_api_in_an_account() {
    let Some(account) = Account::new() else { return };
    let sandbox = &account.sandbox;
    let _ = account.amplify(["init", "--yes", "--provider", "awscloudformation"]).success();
    sandbox.write("mine.graphql", BLOG);
    let answers = json!({ "api": {
        "service": "AppSync",
        "name": "blog", "schema": { "file": "mine.graphql" }, "advanced": "yes", "additionalAuth": ["AWS_IAM"],
    } });
    sandbox.write("api.json", answers.to_string());
    let _ = account.amplify(["add", "api", "--yes", "--answers", "api.json"]).success();
    let _ = account.amplify(["push", "--yes"]).success();
    let there = list(&account);
    assert_eq!(there["modes"], json!(["API_KEY", "AWS_IAM"]));
    let id = there["id"].as_str().unwrap().to_owned();
    assert_eq!(there["name"], "blog-dev");
    assert_eq!(there["sources"], json!(["PostTable"]));
    assert_eq!(there["keys"], 1);
    assert_eq!(there["Query"], json!(["getPost", "listPosts"]));
    assert_eq!(there["Mutation"], json!(["createPost", "deletePost", "updatePost"]));
    assert_eq!(there["tables"], json!({ format!("Post-{id}-dev"): ["byBlog"] }));
    let output = sandbox.read_json("amplify/backend/amplify-meta.json")["api"]["blog"]["output"].clone();
    assert_eq!(output["GraphQLAPIIdOutput"], json!(id));
    let _ = account.amplify(["plan", "--detailed-exitcode"]).ended_with(0);

    // Another model for whoever has credentials, a function that reads it, and two index changes, which take two deployments.
    let changed = BLOG.replace("\"byBlog\", fields: [\"blogID\"]", "\"byTitle\", fields: [\"title\"]");
    let rule = "@auth(rules: [{allow: private, provider: iam}])";
    sandbox.write(SCHEMA, format!("{changed}type Note @model {rule} {{ id: ID! text: String }}\n"));
    sandbox.write("access.json", r#"{"function": {"resourceName": "hello", "access": {"api": {"blog": ["read"]}}}}"#);
    let _ = account.amplify(["add", "function", "--yes", "--answers", "access.json"]).success();
    let _ = account.amplify(["push", "--yes"]).success().says("Step 2 of 2");
    let there = list(&account);
    assert_eq!(there["id"], json!(id));
    assert_eq!(there["sources"], json!(["NONE", "NoteTable", "PostTable"]));
    assert_eq!(there["Query"], json!(["getNote", "getPost", "listNotes", "listPosts"]));
    let variables = &there["functions"][0][0];
    assert_eq!(variables["API_BLOG_GRAPHQLAPIIDOUTPUT"], json!(id));
    assert_eq!(variables["API_BLOG_GRAPHQLAPIENDPOINTOUTPUT"], output["GraphQLAPIEndpointOutput"]);
    assert_eq!(variables["REGION"], "eu-west-1");
    let allowed = there["functions"][0][1].to_string();
    assert!(allowed.contains(&format!("apis/{id}/types/Query/*")) && !allowed.contains("Mutation"), "{allowed}");
    let schema = sandbox.read("amplify/backend/api/blog/build/schema.graphql");
    assert!(schema.contains("getNote(id: ID!): Note @aws_iam"), "{schema}");
    let tables = json!({ format!("Note-{id}-dev"): [], format!("Post-{id}-dev"): ["byTitle"] });
    assert_eq!(there["tables"], tables);
    let _ = account.amplify(["plan", "--detailed-exitcode"]).ended_with(0);
    let _ = account.amplify(["delete", "--yes", "--force"]).success();
}

#[test]
fn a_search_domain_and_web_services_deploy() {
    let sandbox = pushed(
        "type Post @model @searchable {\n  id: ID!\n  title: String\n}\ntype Query {\n  \
         news(q: String): String @http(url: \"https://${env}.example.com/:kind/news\")\n}\n",
    );
    let archive = "amplify/backend/api/blog/build/functions/ElasticSearchStreamingLambdaFunction.zip";
    assert!(sandbox.exists(archive));
    assert!(sandbox.exists(&archive.replace("/backend/", "/#current-cloud-backend/")));
    let _ = sandbox.amplify(["plan", "--detailed-exitcode"]).ended_with(0);
}

const DOWN: &str = "\u{1b}[B";

/// Types the keys after each of these texts, in a pseudo-terminal, and returns all that was shown.
fn typed(sandbox: &Sandbox, words: &[&str], editor: &str, steps: &[(&str, &str)]) -> String {
    let mut command = Command::new(amplify_tests::program());
    command.args(words).current_dir(sandbox.root());
    sandbox.clear(&mut command);
    command.env("TERM", "xterm-256color").env("NO_COLOR", "1").env("EDITOR", editor);
    let mut session = rexpect::session::spawn_command(command, Some(20_000)).unwrap();
    let mut shown = String::new();
    for (text, keys) in steps {
        shown.push_str(&session.exp_string(text).unwrap_or_else(|error| panic!("no `{text}`: {error}\n{shown}")));
        // The prompt is drawn before it reads; keys sent at once are kept by the terminal.
        session.send(keys).unwrap();
        session.flush().unwrap();
    }
    shown.push_str(&session.exp_eof().unwrap());
    shown
}

/// The files of the API and its entry, without the times at which keys expire.
fn made(sandbox: &Sandbox) -> Vec<(String, String)> {
    let files = sandbox.tree().into_iter().filter(|(path, _)| path.starts_with("amplify/backend/"));
    let files = files.filter(|(path, _)| !path.ends_with("amplify-meta.json"));
    let text = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).unwrap();
        let mut words: Vec<&str> = text.split('\n').collect();
        words.retain(|line| line.trim().len() != 10 || line.trim().parse::<u64>().is_err());
        words.join("\n")
    };
    files.map(|(path, bytes)| (path, text(bytes))).collect()
}

#[test]
fn questions_at_a_terminal_and_answers_in_a_file_make_the_same_api() {
    let at_terminal = Sandbox::initialised();
    at_terminal.write("editor.sh", "sed -i 's/Blog /Site /; s/: Blog /: Site /' \"$1\"\n");
    let editor = format!("sh {}", at_terminal.root().join("editor.sh").display());
    let down = format!("{DOWN}\r");
    let second_and_third = format!("{DOWN} {DOWN} \r");
    let steps = [
        ("Please select from one of the below mentioned services", "\r"),
        ("Provide API name:", "blog\r"),
        ("Choose the default authorization type for the API", "\r"),
        ("Enter a description for the API key:", "for the app\r"),
        ("After how many days from now the API key should expire (1-365):", "30\r"),
        ("Do you want to configure advanced settings for the GraphQL API", &*down),
        ("Configure additional auth types?", "y\r"),
        ("Choose the additional authorization types you want to configure for the API", &*second_and_third),
        ("Enter a name for the OpenID Connect provider:", "corp\r"),
        ("Enter the OpenID Connect provider domain (Issuer URL):", "https://id.example.com\r"),
        ("Enter the Client Id from your OpenID Client Connect application (optional):", "\r"),
        ("token is valid after being issued to a user", "60000\r"),
        ("token is valid after being authenticated", "3600000\r"),
        ("Configure conflict detection?", "\r"),
        ("Do you have an annotated GraphQL schema?", "\r"),
        ("Do you want a guided schema creation?", "\r"),
        ("What best describes your project:", &*down),
        ("Do you want to edit the schema now?", "\r"),
        ("Please edit the file in your editor:", ""),
        ("GraphQL schema compiled successfully.", ""),
    ];
    let shown = typed(&at_terminal, &["add", "api"], &editor, &steps);
    assert!(shown.contains("Successfully added resource blog locally"), "{shown}");
    let schema = at_terminal.read(SCHEMA);
    assert!(schema.contains("type Site @model"), "edited: {schema}");

    let by_file = Sandbox::initialised();
    let answers = json!({ "api": {
        "service": "AppSync",
        "name": "blog",
        "defaultAuth": "API_KEY",
        "apiKey": { "description": "for the app", "expirationDays": 30 },
        "advanced": "yes",
        "additionalAuth": ["AWS_IAM", "OPENID_CONNECT"],
        "openId": {
            "name": "corp", "issuerUrl": "https://id.example.com", "clientId": "", "iatTTL": 60000, "authTTL": 3_600_000,
        },
        "conflictDetection": false,
        "schema": false,
        "guided": { "kind": "one-to-many", "edit": schema },
    } });
    by_file.write("answers.json", answers.to_string());
    let _ = by_file.amplify(["add", "api", "--answers", "answers.json"]).success();
    assert_eq!(made(&at_terminal), made(&by_file));

    // The same with other settings: IAM alone.
    let twice = format!("{DOWN}{DOWN}\r");
    let steps = [
        ("Select from the options below", &*down),
        ("Choose the default authorization type for the API", &*twice),
        ("Configure additional auth types?", "n\r"),
    ];
    let shown = typed(&at_terminal, &["update", "api"], &editor, &steps);
    assert!(shown.contains("Successfully updated resource"), "{shown}");
    by_file.write("answers.json", r#"{"api": {"update": "auth", "defaultAuth": "AWS_IAM", "additionalAuth": false}}"#);
    let _ = by_file.amplify(["update", "api", "--answers", "answers.json"]).success();
    assert_eq!(made(&at_terminal), made(&by_file));
    let config = at_terminal.read_json("amplify/backend/backend-config.json");
    let modes = &config["api"]["blog"]["output"]["authConfig"];
    assert_eq!(modes["defaultAuthentication"], json!({ "authenticationType": "AWS_IAM" }));
    assert_eq!(modes["additionalAuthenticationProviders"], json!([]));
}

#[test]
fn a_schema_that_was_edited_wrong_is_edited_again_and_none_asks_nothing() {
    let sandbox = Sandbox::initialised();
    // The first time it spoils the text, the second time it mends it.
    sandbox.write(
        "editor.sh",
        "if grep -q IDD \"$1\"; then sed -i 's/IDD/ID/' \"$1\"; else sed -i 's/ID!/IDD!/' \"$1\"; fi\n",
    );
    let editor = format!("sh {}", sandbox.root().join("editor.sh").display());
    let mut steps = vec![
        ("Please select from one of the below mentioned services", "\r"),
        ("Provide API name:", "blog\r"),
        ("Choose the default authorization type for the API", "\r"),
        ("Enter a description for the API key:", "\r"),
        ("After how many days from now the API key should expire (1-365):", "\r"),
        ("Do you want to configure advanced settings for the GraphQL API", "\r"),
        ("Do you have an annotated GraphQL schema?", "\r"),
        ("Do you want a guided schema creation?", "\r"),
        ("What best describes your project:", "\r"),
    ];
    let before = steps.clone();
    steps.extend([
        ("Do you want to edit the schema now?", "\r"),
        ("Failed compiling GraphQL schema:", ""),
        ("did you mean `ID`?", ""),
        ("Correct the errors in schema.graphql and press Enter to re-compile.", "\r"),
        ("GraphQL schema compiled successfully.", ""),
    ]);
    let _ = typed(&sandbox, &["add", "api"], &editor, &steps);
    assert!(sandbox.read(SCHEMA).contains("id: ID!"));

    let none = Sandbox::new();
    none.write("package.json", "{\"name\": \"app\"}\n");
    let _ = none.amplify(["init", "--yes", "--amplify", r#"{"defaultEditor": "none"}"#]).success();
    let shown = typed(&none, &["add", "api"], &editor, &before);
    assert!(shown.contains("compiled successfully") && !shown.contains("edit the schema now"), "{shown}");
    assert!(none.read(SCHEMA).contains("id: ID!"));
}
