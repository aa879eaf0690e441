//! What ids and attributes of each resource type look like: a table of patterns, filled in for one resource.
//!
//! | in a pattern | stands for |
//! | --- | --- |
//! | `{id}` | the physical id, as the type's `id` pattern gave it |
//! | `{name}` | the name given by the type's name property, or a generated one |
//! | `{lower:N}` `{upper:N}` `{mixed:N}` `{hex:N}` `{uuid}` | characters that are stable for the resource |
//! | `{host:N}` `{secret:N}` | the same for a host name or a secret, which is not the id |
//! | `{region}` `{account}` `{stack}` `{logical}` | where it is |
//! | `{=Property}` | a text property of the resource, or nothing |

use serde_json::{Map, Value};

use super::Request;
use crate::identity::generated_name;

/// The patterns of one type.
struct Shape {
    resource_type: &'static str,
    /// The property that names the resource.
    name: &'static str,
    id: &'static str,
    /// What `Ref` gives.
    reference: &'static str,
    attributes: &'static [(&'static str, &'static str)],
}

const fn shape(
    resource_type: &'static str,
    name: &'static str,
    id: &'static str,
    reference: &'static str,
    attributes: &'static [(&'static str, &'static str)],
) -> Shape {
    Shape { resource_type, name, id, reference, attributes }
}

#[rustfmt::skip]
const SHAPES: &[Shape] = &[
    shape("AWS::Amplify::App", "Name", "d{lower:13}", "arn:aws:amplify:{region}:{account}:apps/{id}", &[
        ("AppId", "{id}"), ("AppName", "{name}"), ("Arn", "arn:aws:amplify:{region}:{account}:apps/{id}"), ("DefaultDomain", "{id}.amplifyapp.com"),
    ]),
    shape("AWS::Amplify::Branch", "BranchName", "arn:aws:amplify:{region}:{account}:apps/{=AppId}/branches/{name}", "{id}", &[
        ("Arn", "{id}"), ("BranchName", "{name}"),
    ]),
    shape("AWS::ApiGateway::ApiKey", "Name", "{lower:10}", "{id}", &[("APIKeyId", "{id}")]),
    shape("AWS::ApiGateway::Deployment", "", "{lower:6}", "{id}", &[("DeploymentId", "{id}")]),
    shape("AWS::ApiGateway::Resource", "", "{lower:6}", "{id}", &[("ResourceId", "{id}")]),
    shape("AWS::ApiGateway::RestApi", "", "{lower:10}", "{id}", &[("RootResourceId", "{lower:10}"), ("RestApiId", "{id}")]),
    shape("AWS::ApiGateway::Stage", "StageName", "{name}", "{id}", &[]),
    shape("AWS::ApiGatewayV2::Api", "", "{lower:10}", "{id}", &[
        ("ApiEndpoint", "https://{id}.execute-api.{region}.amazonaws.com"), ("ApiId", "{id}"),
    ]),
    shape("AWS::AppSync::ApiKey", "", "arn:aws:appsync:{region}:{account}:apis/{=ApiId}/apikeys/da2-{lower:26}", "{id}", &[
        ("ApiKey", "da2-{lower:26}"), ("ApiKeyId", "da2-{lower:26}"), ("Arn", "{id}"),
    ]),
    shape("AWS::AppSync::DataSource", "Name", "arn:aws:appsync:{region}:{account}:apis/{=ApiId}/datasources/{name}", "{id}", &[
        ("DataSourceArn", "{id}"), ("Name", "{name}"),
    ]),
    shape("AWS::AppSync::FunctionConfiguration", "Name", "arn:aws:appsync:{region}:{account}:apis/{=ApiId}/functions/{lower:26}", "{id}", &[
        ("FunctionArn", "{id}"), ("FunctionId", "{lower:26}"), ("Name", "{name}"), ("DataSourceName", "{=DataSourceName}"),
    ]),
    shape("AWS::AppSync::GraphQLApi", "", "arn:aws:appsync:{region}:{account}:apis/{lower:26}", "{id}", &[
        ("ApiId", "{lower:26}"), ("Arn", "{id}"), ("GraphQLUrl", "https://{host:26}.appsync-api.{region}.amazonaws.com/graphql"),
        ("GraphQLDns", "{host:26}.appsync-api.{region}.amazonaws.com"),
        ("RealtimeUrl", "wss://{host:26}.appsync-realtime-api.{region}.amazonaws.com/graphql"),
        ("RealtimeDns", "{host:26}.appsync-realtime-api.{region}.amazonaws.com"),
    ]),
    shape("AWS::AppSync::GraphQLSchema", "", "{=ApiId}GraphQLSchema", "{id}", &[]),
    shape("AWS::AppSync::Resolver", "", "arn:aws:appsync:{region}:{account}:apis/{=ApiId}/types/{=TypeName}/resolvers/{=FieldName}", "{id}", &[
        ("ResolverArn", "{id}"), ("FieldName", "{=FieldName}"), ("TypeName", "{=TypeName}"),
    ]),
    shape("AWS::CloudFront::CloudFrontOriginAccessIdentity", "", "E{upper:13}", "{id}", &[
        ("Id", "{id}"), ("S3CanonicalUserId", "{hex:96}"),
    ]),
    shape("AWS::CloudFront::Distribution", "", "E{upper:13}", "{id}", &[("Id", "{id}"), ("DomainName", "d{lower:13}.cloudfront.net")]),
    shape("AWS::Cognito::IdentityPool", "", "{region}:{uuid}", "{id}", &[("Id", "{id}"), ("Name", "{=IdentityPoolName}")]),
    shape("AWS::Cognito::IdentityPoolRoleAttachment", "", "{stack}-{logical}-{upper:12}", "{id}", &[("Id", "{id}")]),
    shape("AWS::Cognito::UserPool", "", "{region}_{mixed:9}", "{id}", &[
        ("Arn", "arn:aws:cognito-idp:{region}:{account}:userpool/{id}"), ("UserPoolId", "{id}"),
        ("ProviderName", "cognito-idp.{region}.amazonaws.com/{id}"), ("ProviderURL", "https://cognito-idp.{region}.amazonaws.com/{id}"),
    ]),
    shape("AWS::Cognito::UserPoolClient", "", "{lower:26}", "{id}", &[
        ("ClientId", "{id}"), ("Name", "{=ClientName}"), ("ClientSecret", "{secret:51}"),
    ]),
    shape("AWS::Cognito::UserPoolDomain", "Domain", "{name}", "{id}", &[("Id", "{id}"), ("CloudFrontDistribution", "d{lower:13}.cloudfront.net")]),
    shape("AWS::Cognito::UserPoolGroup", "GroupName", "{=UserPoolId}/{name}", "{name}", &[]),
    shape("AWS::Cognito::UserPoolIdentityProvider", "ProviderName", "{name}", "{id}", &[]),
    shape("AWS::Cognito::UserPoolResourceServer", "Identifier", "{name}", "{id}", &[]),
    shape("AWS::Cognito::UserPoolUser", "Username", "{name}", "{id}", &[]),
    shape("AWS::Elasticsearch::Domain", "DomainName", "{name}", "{id}", &[
        ("Arn", "arn:aws:es:{region}:{account}:domain/{id}"), ("DomainArn", "arn:aws:es:{region}:{account}:domain/{id}"),
        ("DomainEndpoint", "search-{id}-{lower:26}.{region}.es.amazonaws.com"),
    ]),
    shape("AWS::Events::EventBus", "Name", "{name}", "{id}", &[("Arn", "arn:aws:events:{region}:{account}:event-bus/{id}"), ("Name", "{id}")]),
    shape("AWS::Events::Rule", "Name", "{name}", "{id}", &[("Arn", "arn:aws:events:{region}:{account}:rule/{id}")]),
    shape("AWS::IAM::Group", "GroupName", "{name}", "{id}", &[("Arn", "arn:aws:iam::{account}:group/{id}")]),
    shape("AWS::IAM::InstanceProfile", "InstanceProfileName", "{name}", "{id}", &[("Arn", "arn:aws:iam::{account}:instance-profile/{id}")]),
    shape("AWS::IAM::ManagedPolicy", "ManagedPolicyName", "arn:aws:iam::{account}:policy/{name}", "{id}", &[("PolicyArn", "{id}")]),
    shape("AWS::IAM::Policy", "", "{name}", "{id}", &[("Id", "{id}")]),
    shape("AWS::IAM::Role", "RoleName", "{name}", "{id}", &[
        ("Arn", "arn:aws:iam::{account}:role/{id}"), ("RoleId", "AROA{upper:17}"),
    ]),
    shape("AWS::IAM::OIDCProvider", "", "arn:aws:iam::{account}:oidc-provider/{lower:12}", "{id}", &[("Arn", "{id}")]),
    shape("AWS::IAM::User", "UserName", "{name}", "{id}", &[("Arn", "arn:aws:iam::{account}:user/{id}")]),
    shape("AWS::KMS::Key", "", "{uuid}", "{id}", &[("Arn", "arn:aws:kms:{region}:{account}:key/{id}"), ("KeyId", "{id}")]),
    shape("AWS::Kinesis::Stream", "Name", "{name}", "{id}", &[("Arn", "arn:aws:kinesis:{region}:{account}:stream/{id}")]),
    shape("AWS::KinesisFirehose::DeliveryStream", "DeliveryStreamName", "{name}", "{id}", &[("Arn", "arn:aws:firehose:{region}:{account}:deliverystream/{id}")]),
    shape("AWS::Lambda::Alias", "Name", "arn:aws:lambda:{region}:{account}:function:{=FunctionName}:{name}", "{id}", &[]),
    shape("AWS::Lambda::EventSourceMapping", "", "{uuid}", "{id}", &[("Id", "{id}")]),
    shape("AWS::Lambda::LayerVersion", "LayerName", "arn:aws:lambda:{region}:{account}:layer:{name}:1", "{id}", &[("LayerVersionArn", "{id}")]),
    shape("AWS::Lambda::Permission", "", "{stack}-{logical}-{upper:12}", "{id}", &[("Id", "{id}")]),
    shape("AWS::Lambda::Version", "", "arn:aws:lambda:{region}:{account}:function:{=FunctionName}:1", "{id}", &[("Version", "1"), ("FunctionArn", "{id}")]),
    shape("AWS::Logs::LogGroup", "LogGroupName", "{name}", "{id}", &[("Arn", "arn:aws:logs:{region}:{account}:log-group:{id}:*")]),
    shape("AWS::Pinpoint::App", "", "{hex:32}", "{id}", &[("Arn", "arn:aws:mobiletargeting:{region}:{account}:apps/{id}")]),
    shape("AWS::S3::BucketPolicy", "", "{=Bucket}", "{id}", &[]),
    shape("AWS::SNS::Topic", "TopicName", "arn:aws:sns:{region}:{account}:{name}", "{id}", &[("TopicArn", "{id}"), ("TopicName", "{name}")]),
    shape("AWS::SNS::Subscription", "", "{=TopicArn}:{uuid}", "{id}", &[("Arn", "{id}")]),
    shape("AWS::SQS::Queue", "QueueName", "https://sqs.{region}.amazonaws.com/{account}/{name}", "{id}", &[
        ("Arn", "arn:aws:sqs:{region}:{account}:{name}"), ("QueueName", "{name}"), ("QueueUrl", "{id}"),
    ]),
    shape("AWS::SSM::Parameter", "Name", "{name}", "{id}", &[("Type", "{=Type}"), ("Value", "{=Value}")]),
    shape("AWS::SecretsManager::Secret", "Name", "arn:aws:secretsmanager:{region}:{account}:secret:{name}-{mixed:6}", "{id}", &[("Id", "{id}")]),
    shape("AWS::StepFunctions::StateMachine", "StateMachineName", "arn:aws:states:{region}:{account}:stateMachine:{name}", "{id}", &[
        ("Arn", "{id}"), ("Name", "{name}"),
    ]),
];

const UNKNOWN: Shape = shape("", "", "{stack}-{logical}-{upper:12}", "{id}", &[]);

fn shape_of(resource_type: &str) -> &'static Shape {
    SHAPES.iter().find(|shape| shape.resource_type == resource_type).unwrap_or(&UNKNOWN)
}

/// The physical id of a new resource.
pub(super) fn physical_id(request: &Request<'_>) -> String {
    fill(shape_of(request.resource_type).id, request, "")
}

/// What `Ref` gives.
pub(super) fn reference(request: &Request<'_>, id: &str) -> Value {
    Value::String(fill(shape_of(request.resource_type).reference, request, id))
}

/// The attributes that the type is known to have.
pub(super) fn attributes(request: &Request<'_>, id: &str) -> Map<String, Value> {
    shape_of(request.resource_type)
        .attributes
        .iter()
        .map(|(name, pattern)| ((*name).to_owned(), Value::String(fill(pattern, request, id))))
        .collect()
}

/// A value for an attribute that the table does not know. It ends in the attribute's name, so that a reader sees what it is.
pub(crate) fn unknown_attribute(identity: &crate::identity::Identity, attribute: &str) -> Value {
    let last = attribute.rsplit('.').next().unwrap_or(attribute);
    Value::String(format!("local-{}-{last}", identity.lower(attribute, 10)))
}

/// The name that a resource has of itself: that of its name property, or a generated one.
pub(super) fn name(request: &Request<'_>, property: &str, limit: usize) -> String {
    match request.properties.get(property).and_then(Value::as_str) {
        Some(name) if !name.is_empty() => name.to_owned(),
        _ => generated_name(&request.identity(), request.stack_name, request.logical_id, limit),
    }
}

fn fill(pattern: &str, request: &Request<'_>, id: &str) -> String {
    let identity = request.identity();
    let mut text = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (key, tail) = after.split_once('}').unwrap_or((after, ""));
        rest = tail;
        match key.split_once(':') {
            Some((kind, length)) => {
                let length = length.parse().unwrap_or(8);
                text.push_str(&match kind {
                    "upper" => identity.upper("id", length),
                    "mixed" => identity.mixed("id", length),
                    "hex" => identity.hex("id", length),
                    // Neither is to be told from the id.
                    "host" => identity.lower("host", length),
                    "secret" => identity.lower("secret", length),
                    _ => identity.lower("id", length),
                });
            }
            None => match key {
                "id" => text.push_str(id),
                "name" => text.push_str(&name(request, shape_of(request.resource_type).name, 64)),
                "uuid" => text.push_str(&identity.uuid("id")),
                "region" => text.push_str(request.region),
                "account" => text.push_str(request.account_id),
                "stack" => text.push_str(request.stack_name),
                "logical" => text.push_str(request.logical_id),
                _ => match request.properties.get(key.trim_start_matches('=')) {
                    Some(Value::String(value)) => text.push_str(value),
                    Some(Value::Number(value)) => text.push_str(&value.to_string()),
                    _ => {}
                },
            },
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn request<'r>(resource_type: &'r str, properties: &'r Value) -> Request<'r> {
        Request {
            stack_name: "amplify-shop-dev-1",
            stack_id: "arn:aws:cloudformation:us-east-1:000000000000:stack/amplify-shop-dev-1/x",
            logical_id: "Thing",
            path: "Thing",
            resource_type,
            properties,
            generation: 0,
            region: "us-east-1",
            account_id: "000000000000",
        }
    }

    #[test]
    fn user_pools_look_like_user_pools() {
        let none = json!({});
        let request = request("AWS::Cognito::UserPool", &none);
        let id = physical_id(&request);
        assert!(id.starts_with("us-east-1_") && id.len() == 19, "{id}");
        assert_eq!(reference(&request, &id), json!(id));
        assert_eq!(
            attributes(&request, &id)["ProviderName"],
            json!(format!("cognito-idp.us-east-1.amazonaws.com/{id}"))
        );
    }

    #[test]
    fn a_name_property_names_the_resource() {
        let properties = json!({ "RoleName": "amplify-shop-dev-1-authRole" });
        let request = request("AWS::IAM::Role", &properties);
        let id = physical_id(&request);
        assert_eq!(id, "amplify-shop-dev-1-authRole");
        assert_eq!(
            attributes(&request, &id)["Arn"],
            json!("arn:aws:iam::000000000000:role/amplify-shop-dev-1-authRole")
        );
    }

    #[test]
    fn every_pattern_is_filled_in() {
        let properties = json!({ "ApiId": "abc", "Domain": "d" });
        for shape in SHAPES {
            let request = request(shape.resource_type, &properties);
            let id = physical_id(&request);
            for value in attributes(&request, &id).values().chain([&reference(&request, &id)]) {
                let text = value.as_str().unwrap();
                assert!(!text.contains(['{', '}']), "{}: {text}", shape.resource_type);
            }
            assert!(!id.is_empty() || shape.id.starts_with("{="), "{}", shape.resource_type);
        }
    }

    #[test]
    fn types_are_listed_once() {
        let mut types: Vec<_> = SHAPES.iter().map(|shape| shape.resource_type).collect();
        types.sort_unstable();
        let count = types.len();
        types.dedup();
        assert_eq!(types.len(), count);
    }

    #[test]
    fn unknown_attributes_end_in_their_name() {
        let identity = crate::identity::Identity::of("s", "l", 0);
        assert!(unknown_attribute(&identity, "appSecret").as_str().unwrap().ends_with("-appSecret"));
    }
}
