//! What starts a function of the template `Lambda trigger`: a stream of the project, or one that is named by its ARN.

use serde_json::{Value, json};

use crate::{
    access::depend,
    names::parameter,
    template::{role_policy, section},
};

/// An event source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The stream of a table of `storage`.
    Table(String),
    /// The streams of the tables behind types of a GraphQL API.
    Models {
        /// The API.
        api: String,
        /// The types.
        models: Vec<String>,
    },
    /// The stream of some other table.
    DynamoDbArn(String),
    /// A Kinesis stream of `analytics`.
    Stream(String),
    /// Some other Kinesis stream.
    KinesisArn(String),
}

const DYNAMODB: [&str; 4] =
    ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"];

const KINESIS: [&str; 7] = [
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
    "kinesis:ListStreams",
    "kinesis:SubscribeToShard",
];

impl Source {
    /// Connects it with the function of a new template.
    pub fn connect(&self, template: &mut Value, depends_on: &mut Vec<Value>) {
        match self {
            Source::Table(table) => {
                depend(template, depends_on, "storage", table, &["StreamArn"]);
                map(template, "", &json!({"Ref": parameter("storage", table, "StreamArn")}), &DYNAMODB);
            }
            Source::Models { api, models } => {
                depend(template, depends_on, "api", api, &["GraphQLAPIIdOutput", "GraphQLAPIEndpointOutput"]);
                let id = parameter("api", api, "GraphQLAPIIdOutput");
                for model in models {
                    let export = format!("${{{id}}}:GetAtt:{model}Table:StreamArn");
                    map(template, model, &json!({"Fn::ImportValue": {"Fn::Sub": export}}), &DYNAMODB);
                }
            }
            Source::DynamoDbArn(arn) => map(template, "", &json!(arn), &DYNAMODB),
            Source::Stream(stream) => {
                depend(template, depends_on, "analytics", stream, &["kinesisStreamArn"]);
                map(template, "", &json!({"Ref": parameter("analytics", stream, "kinesisStreamArn")}), &KINESIS);
            }
            Source::KinesisArn(arn) => map(template, "", &json!(arn), &KINESIS),
        }
    }
}

/// `name` tells the sources of one function apart.
fn map(template: &mut Value, name: &str, stream: &Value, actions: &[&str]) {
    let statements = vec![json!({"Effect": "Allow", "Action": actions, "Resource": stream})];
    let mut policy = role_policy("", statements);
    policy["Properties"]["PolicyName"] = format!("amplify-lambda-execution-policy-{name}").into();
    let resources = section(template, "Resources");
    let id = format!("LambdaTriggerPolicy{name}");
    resources.insert(
        format!("LambdaEventSourceMapping{name}"),
        json!({
            "Type": "AWS::Lambda::EventSourceMapping",
            "DependsOn": [id, "LambdaExecutionRole"],
            "Properties": {
                "BatchSize": 100,
                "Enabled": true,
                "EventSourceArn": stream,
                "FunctionName": {"Fn::GetAtt": ["LambdaFunction", "Arn"]},
                "StartingPosition": "LATEST"
            }
        }),
    );
    resources.insert(id, policy);
}
