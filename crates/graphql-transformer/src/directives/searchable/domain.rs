//! The search domain, and the function that copies every change of a table to it.

use serde_json::{Value, json};

use super::STACK;
use crate::build::Build;
use crate::schema::names;
use crate::syntax::DirectiveUse;
use crate::template::{attribute, by_environment, reference, trust};

/// The data source that resolvers use.
pub(super) const SOURCE: &str = "ElasticSearchDataSource";

const DOMAIN: &str = "ElasticSearchDomain";
const ACCESS_ROLE: &str = "ElasticSearchAccessIAMRole";
const STREAM_ROLE: &str = "ElasticSearchStreamingLambdaIAMRole";
const FUNCTION: &str = "ElasticSearchStreamingLambdaFunction";

/// File name and text of the function.
const SCRIPT: (&str, &str) =
    ("python_streaming_function.py", include_str!("../../functions/python_streaming_function.py"));

/// Adds the domain and what belongs to it, once.
pub(super) fn ensure(build: &mut Build<'_>, used: &DirectiveUse) {
    if build.resources.contains(DOMAIN) {
        return;
    }
    build.resources.parameters.extend(parameters());
    let endpoint = json!({"Fn::Join": ["", ["https://", attribute(DOMAIN, "DomainEndpoint")]]});
    let region = json!({"Fn::Select": [3, {"Fn::Split": [":", attribute(DOMAIN, "DomainArn")]}]});
    let named = |parameter: &str| {
        let parts = [reference(parameter), crate::template::api_id()];
        by_environment(&parts, &parts)
    };
    let policy = |name: &str, statement: Value| json!({"PolicyName": name, "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}});
    let actions: Vec<String> =
        ["Post", "Delete", "Head", "Get", "Put"].iter().map(|verb| format!("es:ESHttp{verb}")).collect();
    let search = policy(
        "ElasticsearchAccess",
        json!({"Effect": "Allow", "Action": actions, "Resource": {"Fn::Join": ["", [attribute(DOMAIN, "DomainArn"), "/*"]]}}),
    );
    let stream = policy(
        "DynamoDBStreamAccess",
        json!({"Effect": "Allow", "Resource": "*", "Action": [
            "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams",
        ]}),
    );
    let logs = policy(
        "CloudWatchLogsAccess",
        json!({"Effect": "Allow", "Resource": "arn:aws:logs:*:*:*", "Action": [
            "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents",
        ]}),
    );
    let mut lambda = trust();
    lambda["Statement"][0]["Principal"]["Service"] = "lambda.amazonaws.com".into();
    let no_value = json!({"Ref": "AWS::NoValue"});
    let resources = [
        (
            ACCESS_ROLE,
            json!({"Type": "AWS::IAM::Role", "Properties": {
                "RoleName": named("ElasticSearchAccessIAMRoleName"),
                "AssumeRolePolicyDocument": trust(),
                "Policies": [search],
            }}),
        ),
        (
            SOURCE,
            json!({"Type": "AWS::AppSync::DataSource", "Properties": {
            "ApiId": crate::template::api_id(),
            "Name": DOMAIN,
            "Type": "AMAZON_ELASTICSEARCH",
            "ServiceRoleArn": attribute(ACCESS_ROLE, "Arn"),
            "ElasticsearchConfig": {"AwsRegion": region, "Endpoint": endpoint},
        }, "DependsOn": [DOMAIN]}),
        ),
        (
            DOMAIN,
            json!({"Type": "AWS::Elasticsearch::Domain", "Properties": {
                "DomainName": {"Fn::If": ["HasEnvironmentParameter", no_value, {"Fn::Join": ["-", ["d", crate::template::api_id()]]}]},
                "ElasticsearchVersion": "6.2",
                "ElasticsearchClusterConfig": {
                    "ZoneAwarenessEnabled": false,
                    "InstanceCount": reference("ElasticSearchInstanceCount"),
                    "InstanceType": reference("ElasticSearchInstanceType"),
                },
                "EBSOptions": {"EBSEnabled": true, "VolumeType": "gp2", "VolumeSize": reference("ElasticSearchEBSVolumeGB")},
            }}),
        ),
        (
            STREAM_ROLE,
            json!({"Type": "AWS::IAM::Role", "Properties": {
                "RoleName": named("ElasticSearchStreamingIAMRoleName"),
                "AssumeRolePolicyDocument": lambda,
                "Policies": [search, stream, logs],
            }}),
        ),
        (
            FUNCTION,
            json!({"Type": "AWS::Lambda::Function", "Properties": {
            "Code": {
                "S3Bucket": reference("S3DeploymentBucket"),
                "S3Key": {"Fn::Join": ["/", [reference("S3DeploymentRootKey"), "functions", format!("{FUNCTION}.zip")]]},
            },
            "FunctionName": named("ElasticSearchStreamingFunctionName"),
            "Handler": reference("ElasticSearchStreamingLambdaHandlerName"),
            "Role": attribute(STREAM_ROLE, "Arn"),
            "Runtime": reference("ElasticSearchStreamingLambdaRuntime"),
            "Environment": {"Variables": {
                "ES_ENDPOINT": endpoint,
                "ES_REGION": region,
                "DEBUG": reference("ElasticSearchDebugStreamingLambda"),
                "ES_USE_EXTERNAL_VERSIONING": "false",
            }},
        }, "DependsOn": [STREAM_ROLE, DOMAIN]}),
        ),
    ];
    for (id, body) in resources {
        build.add_resource(id, STACK, body, used.span);
    }
    let resources = &mut build.resources;
    resources.functions.insert(format!("{FUNCTION}.zip"), vec![SCRIPT]);
    let arn = attribute(DOMAIN, "DomainArn");
    resources.output(
        "ElasticsearchDomainArn",
        STACK,
        "The search domain.",
        arn,
        &["GetAtt", "Elasticsearch", "DomainArn"],
    );
    let name = &["GetAtt", "Elasticsearch", "DomainEndpoint"];
    resources.output("ElasticsearchDomainEndpoint", STACK, "Where the search domain is.", endpoint, name);
}

/// Copies the changes of a model's table.
pub(super) fn stream(build: &mut Build<'_>, used: &DirectiveUse, model: &str) {
    let body = json!({"Type": "AWS::Lambda::EventSourceMapping", "Properties": {
        "BatchSize": 1,
        "Enabled": true,
        "EventSourceArn": attribute(&names::table(model), "StreamArn"),
        "FunctionName": attribute(FUNCTION, "Arn"),
        "StartingPosition": "LATEST",
    }, "DependsOn": [FUNCTION]});
    build.add_resource(&names::resource_id(&format!("Searchable{model}LambdaMapping")), STACK, body, used.span);
}

fn parameters() -> Vec<(String, Value)> {
    let text = |what: &str, default: &str| json!({"Type": "String", "Description": what, "Default": default});
    let number = |what: &str, default: u32| json!({"Type": "Number", "Description": what, "Default": default});
    let mut debug = number("Whether the function that copies tells what it does.", 1);
    debug["AllowedValues"] = json!([0, 1]);
    let list = [
        ("ElasticSearchAccessIAMRoleName", text("Role in which the API searches.", "AppSyncElasticsearchRole")),
        (
            "ElasticSearchStreamingLambdaHandlerName",
            text("Handler of the function that copies.", "python_streaming_function.lambda_handler"),
        ),
        ("ElasticSearchStreamingLambdaRuntime", text("Runtime of the function that copies.", "python3.12")),
        ("ElasticSearchStreamingFunctionName", text("Name of the function that copies.", "DdbToEsFn")),
        ("ElasticSearchStreamingIAMRoleName", text("Role of the function that copies.", "SearchableLambdaIAMRole")),
        ("ElasticSearchDebugStreamingLambda", debug),
        ("ElasticSearchInstanceCount", number("How many machines the search domain has.", 1)),
        ("ElasticSearchInstanceType", text("What machines the search domain has.", "t2.small.elasticsearch")),
        ("ElasticSearchEBSVolumeGB", number("How large the search domain's disks are, in GB.", 10)),
    ];
    list.into_iter().map(|(name, body)| (name.to_owned(), body)).collect()
}
