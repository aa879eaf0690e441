//! What a function may be allowed to do with other resources, and the policy statements that allow it.

use amplify_sdk::JsonMap;
pub use amplify_sdk::operation::Operation;
use serde_json::{Value, json};

use crate::{
    cognito,
    names::{parameter, variable},
};

/// What the name of a type of a GraphQL schema carries where it stands for the type's table.
pub const MODEL: &str = ":@model(appsync)";

/// The services that access can be granted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A GraphQL API.
    AppSync,
    /// A REST API.
    ApiGateway,
    /// Another function.
    Lambda,
    /// A bucket for user files.
    S3,
    /// The bucket of a hosted site.
    Hosting,
    /// A table.
    DynamoDb,
    /// The table behind a type of a GraphQL API.
    Model,
    /// A user pool.
    Cognito,
}

impl Target {
    /// The target that a recorded service is, if access to it can be granted.
    pub fn of(category: &str, service: &str) -> Option<Self> {
        match (category, service) {
            ("api", "AppSync") => Some(Target::AppSync),
            ("api", "API Gateway") => Some(Target::ApiGateway),
            ("function", "Lambda") => Some(Target::Lambda),
            ("storage", "S3") => Some(Target::S3),
            ("storage", "DynamoDB") => Some(Target::DynamoDb),
            ("hosting", "S3AndCloudFront") => Some(Target::Hosting),
            ("auth", "Cognito") => Some(Target::Cognito),
            _ => None,
        }
    }

    /// The outputs that a function with access gets as environment variables.
    pub fn attributes(self) -> &'static [&'static str] {
        match self {
            Target::AppSync => &["GraphQLAPIIdOutput", "GraphQLAPIEndpointOutput"],
            Target::ApiGateway => &["ApiName", "ApiId"],
            Target::Lambda => &["Name"],
            Target::S3 => &["BucketName"],
            Target::Hosting => &["HostingBucketName"],
            Target::DynamoDb => &["Name", "Arn"],
            Target::Model => &["GraphQLAPIIdOutput"],
            Target::Cognito => &["UserPoolId"],
        }
    }
}

/// Access to one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its category.
    pub category: String,
    /// Its name.
    pub resource: String,
    /// What it is.
    pub target: Target,
    /// What is allowed; at least one, in the order of [`Operation::ALL`].
    pub operations: Vec<Operation>,
    /// The API that has the table, where the target is [`Target::Model`].
    pub api: Option<String>,
}

/// The form in which `function-parameters.json` remembers grants: category, then resource, then words.
pub fn to_memory(grants: &[Grant]) -> JsonMap {
    let mut memory = JsonMap::new();
    for grant in grants {
        let words: Vec<&str> = grant.operations.iter().map(|operation| operation.word()).collect();
        let category = memory.entry(grant.category.clone()).or_insert_with(|| json!({}));
        category[grant.resource.as_str()] = json!(words);
    }
    memory
}

impl Grant {
    /// Category and name of the resource whose outputs the function needs.
    pub fn depends_on(&self) -> (&str, &str) {
        match &self.api {
            Some(api) => ("api", api),
            None => (&self.category, &self.resource),
        }
    }

    /// The parameter names that this grant brings into the template, in the order of the attributes.
    pub fn parameters(&self) -> Vec<String> {
        let (category, resource) = self.depends_on();
        self.target.attributes().iter().map(|attribute| parameter(category, resource, attribute)).collect()
    }

    /// The environment variables that it brings, with their values.
    pub fn variables(&self) -> Vec<(String, Value)> {
        let (category, resource) = self.depends_on();
        let mut all = Vec::new();
        if self.target == Target::Model {
            let table = format!("{}TABLE", self.model());
            all.push((variable(category, resource, &format!("{table}_Name")), self.exported_name()));
            all.push((variable(category, resource, &format!("{table}_Arn")), self.exported_arn("")));
        }
        for attribute in self.target.attributes() {
            let value = json!({"Ref": parameter(category, resource, attribute)});
            all.push((variable(category, resource, attribute), value));
        }
        all
    }

    /// Whether a policy statement is about this grant's resource.
    pub fn is_about(&self, statement: &Value) -> bool {
        let text = statement.to_string();
        match self.target {
            Target::Model => text.contains(&self.export()),
            // Tables of an API are found by the API's id, and are granted for themselves.
            Target::AppSync if text.contains(":GetAtt:") => false,
            _ => self.parameters().iter().any(|name| crate::template::mentions(statement, name)),
        }
    }

    fn model(&self) -> &str {
        self.resource.strip_suffix(MODEL).unwrap_or(&self.resource)
    }

    fn export(&self) -> String {
        let id = self.parameters().into_iter().next().unwrap_or_default();
        format!("${{{id}}}:GetAtt:{}Table:Name", self.model())
    }

    fn exported_name(&self) -> Value {
        json!({"Fn::ImportValue": {"Fn::Sub": self.export()}})
    }

    fn exported_arn(&self, tail: &str) -> Value {
        let mut parts = vec![
            json!("arn:aws:dynamodb:"),
            json!({"Ref": "AWS::Region"}),
            json!(":"),
            json!({"Ref": "AWS::AccountId"}),
            json!(":table/"),
            self.exported_name(),
        ];
        if !tail.is_empty() {
            parts.push(json!(tail));
        }
        json!({"Fn::Join": ["", parts]})
    }

    /// The policy statements that allow it, each as narrow as the service lets it be.
    pub fn statements(&self) -> Vec<Value> {
        let (category, resource) = self.depends_on();
        let first = parameter(category, resource, self.target.attributes()[0]);
        let actions = |table: fn(Operation) -> &'static [&'static str]| -> Vec<&'static str> {
            let mut all: Vec<&str> = Vec::new();
            for action in self.operations.iter().flat_map(|operation| table(*operation)) {
                if !all.contains(action) {
                    all.push(action);
                }
            }
            all
        };
        match self.target {
            Target::DynamoDb => {
                let arn = parameter(&self.category, &self.resource, "Arn");
                let index = json!({"Fn::Join": ["/", [{"Ref": arn}, "index/*"]]});
                vec![allow(actions(dynamodb), vec![json!({"Ref": arn}), index])]
            }
            Target::Model => vec![allow(actions(dynamodb), vec![self.exported_arn(""), self.exported_arn("/index/*")])],
            Target::S3 | Target::Hosting => {
                let mut statements = vec![allow(actions(s3), vec![sub(&format!("arn:aws:s3:::${{{first}}}/*"))])];
                if self.operations.contains(&Operation::Read) {
                    // Listing is an action on the bucket itself; on its objects it allows nothing.
                    statements.push(allow(vec!["s3:ListBucket"], vec![sub(&format!("arn:aws:s3:::${{{first}}}"))]));
                }
                statements
            }
            Target::Lambda => {
                let arn = format!("arn:aws:lambda:${{AWS::Region}}:${{AWS::AccountId}}:function:${{{first}}}");
                vec![allow(actions(lambda), vec![sub(&arn)])]
            }
            Target::ApiGateway => {
                let id = parameter(&self.category, &self.resource, "ApiId");
                let arn = format!("arn:aws:apigateway:${{AWS::Region}}::/restapis/${{{id}}}");
                vec![allow(actions(api_gateway), vec![sub(&arn), sub(&format!("{arn}/*"))])]
            }
            Target::AppSync => appsync(&first, &self.operations, actions(appsync_management)),
            Target::Cognito => {
                let arn = format!("arn:aws:cognito-idp:${{AWS::Region}}:${{AWS::AccountId}}:userpool/${{{first}}}");
                vec![allow(actions(cognito::actions), vec![sub(&arn)])]
            }
        }
    }
}

/// Managing the API, and calling it: `create` allows every call; of the others each allows what it is about.
fn appsync(id: &str, operations: &[Operation], management: Vec<&'static str>) -> Vec<Value> {
    let api = format!("arn:aws:appsync:${{AWS::Region}}:${{AWS::AccountId}}:apis/${{{id}}}");
    let mut statements = vec![allow(management, vec![sub(&api), sub(&format!("{api}/*"))])];
    let called: Vec<Value> = if operations.contains(&Operation::Create) {
        vec![sub(&format!("{api}/*"))]
    } else {
        let changes = operations.iter().any(|operation| *operation != Operation::Read);
        let reads = operations.contains(&Operation::Read);
        [(reads, "Query"), (reads, "Subscription"), (changes, "Mutation")]
            .into_iter()
            .filter(|(wanted, _)| *wanted)
            .map(|(_, kind)| sub(&format!("{api}/types/{kind}/*")))
            .collect()
    };
    statements.push(allow(vec!["appsync:GraphQL"], called));
    statements
}

fn allow(actions: Vec<&str>, resources: Vec<Value>) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": resources})
}

fn sub(text: &str) -> Value {
    json!({"Fn::Sub": text})
}

fn dynamodb(operation: Operation) -> &'static [&'static str] {
    match operation {
        Operation::Create => &["dynamodb:Put*", "dynamodb:Create*", "dynamodb:BatchWriteItem"],
        Operation::Read => &[
            "dynamodb:Get*",
            "dynamodb:BatchGetItem",
            "dynamodb:List*",
            "dynamodb:Describe*",
            "dynamodb:Scan",
            "dynamodb:Query",
        ],
        Operation::Update => &["dynamodb:Update*", "dynamodb:RestoreTable*"],
        Operation::Delete => &["dynamodb:Delete*"],
    }
}

fn s3(operation: Operation) -> &'static [&'static str] {
    match operation {
        Operation::Create | Operation::Update => &["s3:PutObject"],
        Operation::Read => &["s3:GetObject"],
        Operation::Delete => &["s3:DeleteObject"],
    }
}

fn lambda(operation: Operation) -> &'static [&'static str] {
    match operation {
        Operation::Create => &["lambda:Create*", "lambda:Put*", "lambda:Add*"],
        Operation::Read => &["lambda:Get*", "lambda:List*", "lambda:Invoke*"],
        Operation::Update => &["lambda:Update*"],
        Operation::Delete => &["lambda:Delete*", "lambda:Remove*"],
    }
}

fn api_gateway(operation: Operation) -> &'static [&'static str] {
    match operation {
        Operation::Create => &["apigateway:POST", "apigateway:PUT"],
        Operation::Read => &["apigateway:GET"],
        Operation::Update => &["apigateway:PATCH"],
        Operation::Delete => &["apigateway:DELETE"],
    }
}

fn appsync_management(operation: Operation) -> &'static [&'static str] {
    match operation {
        Operation::Create => &["appsync:Create*", "appsync:StartSchemaCreation"],
        Operation::Read => &["appsync:Get*", "appsync:List*"],
        Operation::Update => &["appsync:Update*"],
        Operation::Delete => &["appsync:Delete*"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(category: &str, resource: &str, target: Target, operations: &[Operation]) -> Grant {
        let operations = operations.to_vec();
        Grant { category: category.into(), resource: resource.into(), target, operations, api: None }
    }

    #[test]
    fn the_table_of_a_type_is_found_by_the_exports_of_its_api() {
        let posts = Grant {
            api: Some("blog".into()),
            ..grant("storage", "Post:@model(appsync)", Target::Model, &[Operation::Delete])
        };
        assert_eq!(posts.depends_on(), ("api", "blog"));
        let name = json!({"Fn::ImportValue": {"Fn::Sub": "${apiblogGraphQLAPIIdOutput}:GetAtt:PostTable:Name"}});
        let variables = posts.variables();
        assert_eq!(variables[0], ("API_BLOG_POSTTABLE_NAME".to_owned(), name));
        assert_eq!(variables[1].0, "API_BLOG_POSTTABLE_ARN");
        assert_eq!(variables[2].0, "API_BLOG_GRAPHQLAPIIDOUTPUT");
        let statement = &posts.statements()[0];
        assert_eq!(statement["Action"], json!(["dynamodb:Delete*"]));
        let blog = grant("api", "blog", Target::AppSync, &[Operation::Read]);
        assert!(posts.is_about(statement) && !blog.is_about(statement));
        assert!(blog.statements().iter().all(|statement| blog.is_about(statement) && !posts.is_about(statement)));
    }

    #[test]
    fn a_table_is_granted_with_its_indexes() {
        let statements =
            grant("storage", "items", Target::DynamoDb, &[Operation::Read, Operation::Delete]).statements();
        assert_eq!(
            json!(statements),
            json!([{
                "Effect": "Allow",
                "Action": ["dynamodb:Get*", "dynamodb:BatchGetItem", "dynamodb:List*", "dynamodb:Describe*",
                           "dynamodb:Scan", "dynamodb:Query", "dynamodb:Delete*"],
                "Resource": [{"Ref": "storageitemsArn"}, {"Fn::Join": ["/", [{"Ref": "storageitemsArn"}, "index/*"]]}]
            }])
        );
    }

    #[test]
    fn listing_is_granted_on_the_bucket_and_objects_below_it() {
        let statements =
            grant("storage", "photos", Target::S3, &[Operation::Create, Operation::Read, Operation::Update])
                .statements();
        assert_eq!(
            json!(statements),
            json!([
                {"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"],
                 "Resource": [{"Fn::Sub": "arn:aws:s3:::${storagephotosBucketName}/*"}]},
                {"Effect": "Allow", "Action": ["s3:ListBucket"],
                 "Resource": [{"Fn::Sub": "arn:aws:s3:::${storagephotosBucketName}"}]}
            ])
        );
        assert_eq!(grant("storage", "photos", Target::S3, &[Operation::Delete]).statements().len(), 1);
    }

    #[test]
    fn reading_an_api_lets_queries_through_and_no_mutation() {
        let text = json!(grant("api", "blog", Target::AppSync, &[Operation::Read]).statements()).to_string();
        assert!(text.contains("/types/Query/*") && !text.contains("Mutation"), "{text}");
        let text = json!(grant("api", "blog", Target::AppSync, &[Operation::Update]).statements()).to_string();
        assert!(text.contains("/types/Mutation/*") && !text.contains("Query"), "{text}");
    }

    #[test]
    fn every_target_refers_to_its_own_parameters_only() {
        let targets = [
            ("api", "AppSync"),
            ("api", "API Gateway"),
            ("function", "Lambda"),
            ("storage", "S3"),
            ("storage", "DynamoDB"),
            ("hosting", "S3AndCloudFront"),
            ("auth", "Cognito"),
        ];
        for (category, service) in targets {
            let grant = grant(category, "thing", Target::of(category, service).unwrap(), &Operation::ALL);
            let policy = json!(grant.statements());
            assert!(grant.parameters().iter().any(|name| crate::template::mentions(&policy, name)), "{service}");
            for statement in policy.as_array().unwrap() {
                assert!(!statement["Action"].as_array().unwrap().is_empty(), "{service}");
                assert!(!statement["Resource"].to_string().contains("\"*\""), "{service} is granted everywhere");
            }
        }
        assert_eq!(Target::of("auth", "Cognito-UserPool-Groups"), None);
    }

    #[test]
    fn memory_keeps_order() {
        let grants = [
            grant("storage", "b", Target::S3, &[Operation::Read]),
            grant("storage", "a", Target::S3, &[Operation::Create, Operation::Delete]),
        ];
        assert_eq!(
            serde_json::to_string(&to_memory(&grants)).unwrap(),
            r#"{"storage":{"b":["read"],"a":["create","delete"]}}"#
        );
    }
}
