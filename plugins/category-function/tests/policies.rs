//! What a function may do with other resources, and above all what it may not.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../../../tests/iam/allowed.rs"]
mod allowed;

use allowed::{ACCOUNT, Allowed, REGION};
use amplify_sdk::testing::Host;
use category_function::FunctionCategory;
use serde_json::{Value, json};

const ROLE: &str = "lambdaexecutionrole";
const EXPORTS: [(&str, &str); 4] = [
    ("api1:GetAtt:PostTable:Name", "Post-api1-dev"),
    ("api1:GetAtt:CommentTable:Name", "Comment-api1-dev"),
    ("api1:GetAtt:PostTable:StreamArn", "arn:aws:dynamodb:eu-west-1:111122223333:table/Post-api1-dev/stream/1"),
    ("api1:GetAtt:CommentTable:StreamArn", "arn:aws:dynamodb:eu-west-1:111122223333:table/Comment-api1-dev/stream/1"),
];

fn project() -> Host {
    let service = |name: &str| [("service", json!(name))];
    Host::new()
        .resource("storage", "items", service("DynamoDB"))
        .resource("storage", "photos", service("S3"))
        .resource("function", "other", service("Lambda"))
        .resource("api", "blog", service("AppSync"))
        .resource("api", "rest", service("API Gateway"))
        .resource("auth", "users", service("Cognito"))
        .file(
            "amplify/backend/api/blog/schema.graphql",
            "type Post @model { id: ID! }\ntype Comment @model { id: ID! }",
        )
        .file(
            "amplify/backend/storage/items/parameters.json",
            r#"{"tableName": "items", "partitionKeyName": "id", "partitionKeyType": "S"}"#,
        )
        .answer("function.resourceName", "f")
        .defaults()
}

fn deployed(host: Host) -> Allowed {
    let outcome = host.run(&FunctionCategory, "add", &[]);
    let template = outcome.json("function", "f", "f-cloudformation-template.json");
    let table = "arn:aws:dynamodb:eu-west-1:111122223333:table/items-dev";
    let parameters = json!({
        "env": "dev",
        "storageitemsName": "items-dev",
        "storageitemsArn": table,
        "storageitemsStreamArn": format!("{table}/stream/1"),
        "storagephotosBucketName": "photos123-dev",
        "functionotherName": "other-dev",
        "apiblogGraphQLAPIIdOutput": "api1",
        "apiblogGraphQLAPIEndpointOutput": "https://api1.example/graphql",
        "apirestApiName": "rest",
        "apirestApiId": "rest1",
        "authusersUserPoolId": "eu-west-1_pool1"
    });
    Allowed::of(&template, parameters, &EXPORTS)
}

fn with_access(access: Value) -> Allowed {
    deployed(project().answer("function.access", access))
}

fn arn(service: &str, rest: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}")
}

/// Each line: a call on a resource, and which of create, read, update and delete allow it.
const CALLS: &[(&str, &str, &str, &str)] = &[
    // A table, its indexes, and other tables.
    ("items", "dynamodb:PutItem", "dynamodb table/items-dev", "c"),
    ("items", "dynamodb:BatchWriteItem", "dynamodb table/items-dev", "c"),
    ("items", "dynamodb:GetItem", "dynamodb table/items-dev", "r"),
    ("items", "dynamodb:Query", "dynamodb table/items-dev/index/byTime", "r"),
    ("items", "dynamodb:Scan", "dynamodb table/items-dev", "r"),
    ("items", "dynamodb:UpdateItem", "dynamodb table/items-dev", "u"),
    ("items", "dynamodb:DeleteItem", "dynamodb table/items-dev", "d"),
    ("items", "dynamodb:GetItem", "dynamodb table/items-prod", ""),
    ("items", "dynamodb:GetItem", "dynamodb table/items-dev2", ""),
    ("items", "dynamodb:DeleteItem", "dynamodb table/other", ""),
    ("items", "s3:GetObject", "s3 photos123-dev/public/a", ""),
    // The table of a type, and that of its neighbour.
    ("Post:@model(appsync)", "dynamodb:PutItem", "dynamodb table/Post-api1-dev", "c"),
    ("Post:@model(appsync)", "dynamodb:Query", "dynamodb table/Post-api1-dev/index/byBlog", "r"),
    ("Post:@model(appsync)", "dynamodb:Scan", "dynamodb table/Post-api1-dev", "r"),
    ("Post:@model(appsync)", "dynamodb:DeleteItem", "dynamodb table/Post-api1-dev", "d"),
    ("Post:@model(appsync)", "dynamodb:Query", "dynamodb table/Comment-api1-dev", ""),
    ("Post:@model(appsync)", "dynamodb:PutItem", "dynamodb table/Comment-api1-dev", ""),
    ("Post:@model(appsync)", "appsync:GraphQL", "appsync apis/api1/types/Query/fields/getPost", ""),
    // Files of the bucket, and of another one.
    ("photos", "s3:PutObject", "s3 photos123-dev/public/a", "cu"),
    ("photos", "s3:GetObject", "s3 photos123-dev/private/u/a", "r"),
    ("photos", "s3:GetObject", "s3 photos123-dev/public/a", "r"),
    ("photos", "s3:ListBucket", "s3 photos123-dev", "r"),
    ("photos", "s3:DeleteObject", "s3 photos123-dev/public/a", "d"),
    ("photos", "s3:DeleteBucket", "s3 photos123-dev", ""),
    ("photos", "s3:PutBucketPolicy", "s3 photos123-dev", ""),
    ("photos", "s3:GetObject", "s3 photos123-prod/public/a", ""),
    ("photos", "s3:GetObject", "s3 photos123-dev2/public/a", ""),
    // Another function, and a third one.
    ("other", "lambda:InvokeFunction", "lambda function:other-dev", "r"),
    ("other", "lambda:UpdateFunctionCode", "lambda function:other-dev", "u"),
    ("other", "lambda:DeleteFunction", "lambda function:other-dev", "d"),
    ("other", "lambda:InvokeFunction", "lambda function:third-dev", ""),
    ("other", "lambda:InvokeFunction", "lambda function:other-prod", ""),
    // GraphQL by operation: queries are read, mutations are changes, and nothing is done at another API.
    ("blog", "appsync:GraphQL", "appsync apis/api1/types/Query/fields/getPost", "cr"),
    ("blog", "appsync:GraphQL", "appsync apis/api1/types/Subscription/fields/onCreatePost", "cr"),
    ("blog", "appsync:GraphQL", "appsync apis/api1/types/Mutation/fields/createPost", "cud"),
    ("blog", "appsync:GetGraphqlApi", "appsync apis/api1", "r"),
    ("blog", "appsync:DeleteGraphqlApi", "appsync apis/api1", "d"),
    ("blog", "appsync:GraphQL", "appsync apis/api2/types/Query/fields/getPost", ""),
    ("blog", "appsync:DeleteGraphqlApi", "appsync apis/api2", ""),
    ("blog", "dynamodb:Scan", "dynamodb table/Post-api1-dev", ""),
    // A user pool, and another one.
    ("users", "cognito-idp:AdminCreateUser", "cognito-idp userpool/eu-west-1_pool1", "c"),
    ("users", "cognito-idp:AdminGetUser", "cognito-idp userpool/eu-west-1_pool1", "r"),
    ("users", "cognito-idp:AdminDeleteUser", "cognito-idp userpool/eu-west-1_pool1", "d"),
    ("users", "cognito-idp:AdminGetUser", "cognito-idp userpool/eu-west-1_pool2", ""),
];

fn resource(words: &str) -> String {
    let (service, rest) = words.split_once(' ').unwrap();
    if service == "s3" { format!("arn:aws:s3:::{rest}") } else { arn(service, rest) }
}

#[test]
fn each_operation_allows_its_calls_on_its_resource_and_no_other() {
    let categories = [
        ("items", "storage"),
        ("Post:@model(appsync)", "storage"),
        ("photos", "storage"),
        ("other", "function"),
        ("blog", "api"),
        ("users", "auth"),
    ];
    for (name, category) in categories {
        for operation in ["create", "read", "update", "delete"] {
            let mut access = json!({});
            access[category][name] = json!([operation]);
            let allowed = with_access(access);
            // What belongs to the others is tried as well.
            for (_, action, on, _) in CALLS {
                let wanted = CALLS.iter().any(|(granted, allowed, place, operations)| {
                    *granted == name && allowed == action && place == on && operations.contains(&operation[..1])
                });
                let may = allowed.may(ROLE, action, &resource(on), &[]);
                assert_eq!(may, wanted, "{operation} of {name}: {action} on {on}");
            }
        }
    }
}

#[test]
fn a_rest_api_is_granted_method_by_method() {
    for (operation, methods) in [("create", "POST PUT"), ("read", "GET"), ("update", "PATCH"), ("delete", "DELETE")] {
        let allowed = with_access(json!({"api": {"rest": [operation]}}));
        for method in ["POST", "PUT", "GET", "PATCH", "DELETE"] {
            let may = |id: &str| {
                let arn = format!("arn:aws:apigateway:{REGION}::/restapis/{id}/resources");
                allowed.may(ROLE, &format!("apigateway:{method}"), &arn, &[])
            };
            assert_eq!(may("rest1"), methods.split(' ').any(|allowed| allowed == method), "{operation}: {method}");
            assert!(!may("rest2") && !may("rest12"), "{operation}: {method} at another API");
        }
    }
}

#[test]
fn a_crud_function_keeps_its_own_table_only() {
    let allowed = deployed(project().answer("function.template", "crud").answer("function.table.resource", "items"));
    let may = |action: &str, table: &str| {
        allowed.may(ROLE, &format!("dynamodb:{action}"), &arn("dynamodb", &format!("table/{table}")), &[])
    };
    for action in ["GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan", "DescribeTable"] {
        assert!(may(action, "items-dev"), "{action}");
        assert!(!may(action, "items-prod") && !may(action, "other-dev"), "{action} on another table");
    }
    for action in ["DeleteTable", "CreateTable", "UpdateTable", "CreateBackup", "BatchWriteItem"] {
        assert!(!may(action, "items-dev"), "{action}");
    }
    assert!(may("Query", "items-dev/index/byTime"));
}

#[test]
fn a_trigger_reads_its_own_stream_only() {
    let storage = json!({"source": "storage"});
    let model = json!({"source": "model", "models": ["Post"]});
    for (answers, own) in [(storage, "items-dev"), (model, "Post-api1-dev")] {
        let allowed = deployed(project().answer("function.template", "trigger").answer("function.trigger", answers));
        let may = |action: &str, place: &str| {
            allowed.may(ROLE, &format!("dynamodb:{action}"), &arn("dynamodb", &format!("table/{place}")), &[])
        };
        for action in ["GetRecords", "GetShardIterator", "DescribeStream"] {
            assert!(may(action, &format!("{own}/stream/1")), "{action} of {own}");
            assert!(!may(action, "Comment-api1-dev/stream/1") && !may(action, "third/stream/1"), "{action} elsewhere");
        }
        assert!(!may("GetItem", own) && !may("Scan", own), "records are not items");
    }
}

#[test]
fn a_function_without_access_writes_its_log_and_no_more() {
    let allowed = deployed(project());
    for (_, action, on, _) in CALLS {
        assert!(!allowed.may(ROLE, action, &resource(on), &[]), "{action} on {on}");
    }
    let log = |name: &str| arn("logs", &format!("log-group:/aws/lambda/{name}:log-stream:x"));
    assert!(allowed.may(ROLE, "logs:PutLogEvents", &log("lambdafunction"), &[]));
    assert!(!allowed.may(ROLE, "logs:PutLogEvents", &log("other"), &[]));
    assert_eq!(allowed.roles(), [ROLE]);
}
