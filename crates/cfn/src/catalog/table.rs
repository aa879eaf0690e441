//! The table: every resource type that Amplify projects contain, with the properties that are not updated in place.
//!
//! Taken from the "Update requires" lines of the CloudFormation template reference. Where the reference makes it depend
//! on circumstances that a template does not show, the table has the graver one. Where the service refuses an update
//! whatever the reference says, because the property is fixed at creation, the table says replacement: only a new
//! resource can have the new value.

use super::Rules;

/// Nothing but updates in place.
const IN_PLACE: Rules = replaced_by(&[]);

const fn replaced_by(replacement: &'static [&'static str]) -> Rules {
    Rules { replacement, interruption: &[], in_place: &[] }
}

/// Custom resources, whatever their name: the function behind them decides about all but itself.
pub(super) const CUSTOM: Rules = replaced_by(&["ServiceToken"]);

pub(super) const TYPES: &[(&str, Rules)] = &[
    ("AWS::Amplify::App", IN_PLACE),
    ("AWS::Amplify::Branch", replaced_by(&["AppId", "BranchName"])),
    ("AWS::Amplify::Domain", replaced_by(&["AppId", "DomainName"])),
    ("AWS::ApiGateway::Account", IN_PLACE),
    ("AWS::ApiGateway::ApiKey", replaced_by(&["GenerateDistinctId", "Name", "Value"])),
    ("AWS::ApiGateway::Authorizer", replaced_by(&["RestApiId"])),
    ("AWS::ApiGateway::BasePathMapping", replaced_by(&["BasePath", "DomainName"])),
    ("AWS::ApiGateway::Deployment", replaced_by(&["DeploymentCanarySettings", "RestApiId"])),
    ("AWS::ApiGateway::DomainName", replaced_by(&["DomainName"])),
    ("AWS::ApiGateway::GatewayResponse", replaced_by(&["ResponseType", "RestApiId"])),
    ("AWS::ApiGateway::Method", replaced_by(&["HttpMethod", "ResourceId", "RestApiId"])),
    ("AWS::ApiGateway::Model", replaced_by(&["ContentType", "Name", "RestApiId"])),
    ("AWS::ApiGateway::RequestValidator", replaced_by(&["Name", "RestApiId"])),
    ("AWS::ApiGateway::Resource", replaced_by(&["ParentId", "PathPart", "RestApiId"])),
    ("AWS::ApiGateway::RestApi", IN_PLACE),
    ("AWS::ApiGateway::Stage", replaced_by(&["RestApiId", "StageName"])),
    ("AWS::ApiGateway::UsagePlan", IN_PLACE),
    ("AWS::ApiGateway::UsagePlanKey", replaced_by(&["KeyId", "KeyType", "UsagePlanId"])),
    ("AWS::ApiGatewayV2::Api", replaced_by(&["ProtocolType"])),
    ("AWS::ApiGatewayV2::ApiMapping", replaced_by(&["DomainName"])),
    ("AWS::ApiGatewayV2::Authorizer", replaced_by(&["ApiId"])),
    ("AWS::ApiGatewayV2::Deployment", replaced_by(&["ApiId"])),
    ("AWS::ApiGatewayV2::DomainName", replaced_by(&["DomainName"])),
    ("AWS::ApiGatewayV2::Integration", replaced_by(&["ApiId"])),
    ("AWS::ApiGatewayV2::IntegrationResponse", replaced_by(&["ApiId", "IntegrationId"])),
    ("AWS::ApiGatewayV2::Model", replaced_by(&["ApiId"])),
    ("AWS::ApiGatewayV2::Route", replaced_by(&["ApiId"])),
    ("AWS::ApiGatewayV2::RouteResponse", replaced_by(&["ApiId", "RouteId"])),
    ("AWS::ApiGatewayV2::Stage", replaced_by(&["ApiId", "StageName"])),
    ("AWS::AppSync::ApiKey", replaced_by(&["ApiId"])),
    ("AWS::AppSync::DataSource", replaced_by(&["ApiId", "Name"])),
    ("AWS::AppSync::DomainName", replaced_by(&["CertificateArn", "DomainName"])),
    ("AWS::AppSync::DomainNameApiAssociation", replaced_by(&["DomainName"])),
    ("AWS::AppSync::FunctionConfiguration", replaced_by(&["ApiId"])),
    ("AWS::AppSync::GraphQLApi", replaced_by(&["ApiType", "Visibility"])),
    ("AWS::AppSync::GraphQLSchema", replaced_by(&["ApiId"])),
    ("AWS::AppSync::Resolver", replaced_by(&["ApiId", "FieldName", "TypeName"])),
    ("AWS::CloudFormation::CustomResource", CUSTOM),
    // The resources inside decide about interruptions; the nested stack itself is never replaced.
    ("AWS::CloudFormation::Stack", IN_PLACE),
    ("AWS::CloudFormation::WaitCondition", replaced_by(&["Count", "Handle", "Timeout"])),
    ("AWS::CloudFormation::WaitConditionHandle", IN_PLACE),
    ("AWS::CloudFront::CloudFrontOriginAccessIdentity", IN_PLACE),
    ("AWS::CloudFront::Distribution", IN_PLACE),
    ("AWS::CloudFront::Function", replaced_by(&["Name"])),
    ("AWS::CloudFront::OriginAccessControl", IN_PLACE),
    ("AWS::CloudWatch::Alarm", replaced_by(&["AlarmName"])),
    ("AWS::Cognito::IdentityPool", IN_PLACE),
    ("AWS::Cognito::IdentityPoolRoleAttachment", replaced_by(&["IdentityPoolId"])),
    // How users sign in is fixed when the pool is created. The schema is not: attributes can be added to it.
    ("AWS::Cognito::UserPool", replaced_by(&["AliasAttributes", "UsernameAttributes", "UsernameConfiguration"])),
    ("AWS::Cognito::UserPoolClient", replaced_by(&["GenerateSecret", "UserPoolId"])),
    ("AWS::Cognito::UserPoolDomain", replaced_by(&["Domain", "UserPoolId"])),
    ("AWS::Cognito::UserPoolGroup", replaced_by(&["GroupName", "UserPoolId"])),
    ("AWS::Cognito::UserPoolIdentityProvider", replaced_by(&["ProviderName", "ProviderType", "UserPoolId"])),
    ("AWS::Cognito::UserPoolResourceServer", replaced_by(&["Identifier", "UserPoolId"])),
    ("AWS::Cognito::UserPoolUICustomizationAttachment", replaced_by(&["ClientId", "UserPoolId"])),
    (
        "AWS::Cognito::UserPoolUser",
        replaced_by(&[
            "ClientMetadata",
            "DesiredDeliveryMediums",
            "ForceAliasCreation",
            "MessageAction",
            "UserAttributes",
            "UserPoolId",
            "Username",
            "ValidationData",
        ]),
    ),
    ("AWS::Cognito::UserPoolUserToGroupAttachment", replaced_by(&["GroupName", "UserPoolId", "Username"])),
    (
        "AWS::DynamoDB::Table",
        Rules {
            // Local indexes are made with the table. An attribute that exists cannot change its type.
            replacement: &[
                "AttributeDefinitions.AttributeType",
                "ImportSourceSpecification",
                "KeySchema",
                "LocalSecondaryIndexes",
                "TableName",
            ],
            interruption: &["AttributeDefinitions"],
            in_place: &[],
        },
    ),
    ("AWS::DynamoDB::GlobalTable", replaced_by(&["KeySchema", "LocalSecondaryIndexes", "TableName"])),
    (
        "AWS::Elasticsearch::Domain",
        Rules {
            replacement: &[
                "AdvancedSecurityOptions",
                "DomainName",
                // Without an update policy that allows an upgrade.
                "ElasticsearchVersion",
                "EncryptionAtRestOptions",
                "NodeToNodeEncryptionOptions",
            ],
            interruption: &[],
            in_place: &[
                "AdvancedSecurityOptions.AnonymousAuthEnabled",
                "AdvancedSecurityOptions.InternalUserDatabaseEnabled",
                "AdvancedSecurityOptions.MasterUserOptions",
            ],
        },
    ),
    ("AWS::Events::EventBus", replaced_by(&["EventSourceName", "Name"])),
    ("AWS::Events::Rule", replaced_by(&["EventBusName", "Name"])),
    ("AWS::IAM::ManagedPolicy", replaced_by(&["Description", "ManagedPolicyName", "Path"])),
    ("AWS::IAM::OIDCProvider", replaced_by(&["Url"])),
    ("AWS::IAM::Policy", IN_PLACE),
    ("AWS::IAM::Role", replaced_by(&["Path", "RoleName"])),
    ("AWS::IAM::User", replaced_by(&["UserName"])),
    ("AWS::Kinesis::Stream", replaced_by(&["Name"])),
    ("AWS::Lambda::Alias", replaced_by(&["FunctionName", "Name"])),
    (
        "AWS::Lambda::EventSourceMapping",
        Rules {
            replacement: &[
                "AmazonManagedKafkaEventSourceConfig",
                "EventSourceArn",
                "SelfManagedEventSource",
                "SelfManagedKafkaEventSourceConfig",
                "StartingPosition",
                "StartingPositionTimestamp",
            ],
            interruption: &[],
            in_place: &[
                "AmazonManagedKafkaEventSourceConfig.SchemaRegistryConfig",
                "SelfManagedKafkaEventSourceConfig.SchemaRegistryConfig",
            ],
        },
    ),
    ("AWS::Lambda::Function", replaced_by(&["FunctionName", "PackageType", "TenancyConfig"])),
    (
        "AWS::Lambda::LayerVersion",
        replaced_by(&[
            "CompatibleArchitectures",
            "CompatibleRuntimes",
            "Content",
            "Description",
            "LayerName",
            "LicenseInfo",
        ]),
    ),
    ("AWS::Lambda::LayerVersionPermission", replaced_by(&["Action", "LayerVersionArn", "OrganizationId", "Principal"])),
    (
        "AWS::Lambda::Permission",
        replaced_by(&[
            "Action",
            "EventSourceToken",
            "FunctionName",
            "FunctionUrlAuthType",
            "InvokedViaFunctionUrl",
            "Principal",
            "PrincipalOrgID",
            "SourceAccount",
            "SourceArn",
        ]),
    ),
    ("AWS::Lambda::Url", replaced_by(&["Qualifier", "TargetFunctionArn"])),
    (
        "AWS::Lambda::Version",
        replaced_by(&["CodeSha256", "Description", "FunctionName", "ProvisionedConcurrencyConfig", "RuntimePolicy"]),
    ),
    ("AWS::Logs::LogGroup", replaced_by(&["LogGroupName"])),
    // An engine version without an update policy that allows an upgrade.
    ("AWS::OpenSearchService::Domain", replaced_by(&["DomainName", "EngineMode", "EngineVersion"])),
    ("AWS::Pinpoint::APNSChannel", replaced_by(&["ApplicationId"])),
    ("AWS::Pinpoint::App", replaced_by(&["Name"])),
    ("AWS::Pinpoint::EmailChannel", replaced_by(&["ApplicationId"])),
    ("AWS::Pinpoint::GCMChannel", replaced_by(&["ApplicationId"])),
    ("AWS::Pinpoint::SMSChannel", replaced_by(&["ApplicationId"])),
    ("AWS::S3::Bucket", replaced_by(&["BucketName", "BucketNamePrefix", "BucketNamespace", "ObjectLockEnabled"])),
    ("AWS::S3::BucketPolicy", replaced_by(&["Bucket"])),
    ("AWS::SNS::Subscription", replaced_by(&["Endpoint", "Protocol", "TopicArn"])),
    ("AWS::SNS::Topic", replaced_by(&["FifoTopic", "TopicName"])),
    ("AWS::SNS::TopicPolicy", IN_PLACE),
    ("AWS::SQS::Queue", replaced_by(&["FifoQueue", "QueueName"])),
    ("AWS::SQS::QueuePolicy", IN_PLACE),
    ("AWS::SSM::Parameter", replaced_by(&["Name"])),
    ("AWS::SecretsManager::Secret", replaced_by(&["Name"])),
];
