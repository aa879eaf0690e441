//! The table of update behaviours, spot by spot against the documentation.

use amplify_cfn::UpdateBehaviour::{NoInterruption, Replacement, SomeInterruption, Unknown};
use amplify_cfn::catalog::{behaviour, holds_data, knows};

#[test]
fn behaviours_are_those_of_the_documentation() {
    for (resource_type, path, expected) in [
        ("AWS::S3::Bucket", "BucketName", Replacement),
        ("AWS::S3::Bucket", "CorsConfiguration.CorsRules[0].MaxAge", NoInterruption),
        ("AWS::S3::BucketPolicy", "PolicyDocument.Statement[0].Effect", NoInterruption),
        ("AWS::DynamoDB::Table", "KeySchema[1].AttributeName", Replacement),
        ("AWS::DynamoDB::Table", "TableName", Replacement),
        ("AWS::DynamoDB::Table", "AttributeDefinitions[2]", SomeInterruption),
        ("AWS::DynamoDB::Table", "AttributeDefinitions[id].AttributeType", Replacement),
        ("AWS::DynamoDB::Table", "GlobalSecondaryIndexes[0].KeySchema[0].AttributeName", NoInterruption),
        ("AWS::DynamoDB::Table", "LocalSecondaryIndexes[0].IndexName", Replacement),
        ("AWS::DynamoDB::Table", "StreamSpecification.StreamViewType", NoInterruption),
        ("AWS::DynamoDB::Table", "ProvisionedThroughput.ReadCapacityUnits", NoInterruption),
        ("AWS::IAM::Role", "RoleName", Replacement),
        ("AWS::IAM::Role", "AssumeRolePolicyDocument.Statement[0].Effect", NoInterruption),
        ("AWS::IAM::Policy", "PolicyName", NoInterruption),
        ("AWS::IAM::ManagedPolicy", "ManagedPolicyName", Replacement),
        ("AWS::Lambda::Function", "FunctionName", Replacement),
        ("AWS::Lambda::Function", "Code.S3Key", NoInterruption),
        ("AWS::Lambda::Permission", "SourceArn", Replacement),
        ("AWS::Lambda::EventSourceMapping", "EventSourceArn", Replacement),
        ("AWS::Lambda::EventSourceMapping", "BatchSize", NoInterruption),
        ("AWS::Lambda::LayerVersion", "Content.S3Key", Replacement),
        ("AWS::ApiGateway::RestApi", "Body.paths", NoInterruption),
        ("AWS::ApiGateway::Deployment", "RestApiId", Replacement),
        ("AWS::ApiGateway::Deployment", "StageName", NoInterruption),
        ("AWS::Cognito::UserPool", "UsernameAttributes[0]", Replacement),
        ("AWS::Cognito::UserPool", "AliasAttributes[0]", Replacement),
        ("AWS::Cognito::UserPool", "Schema[1].Name", NoInterruption),
        ("AWS::Cognito::UserPool", "UserPoolName", NoInterruption),
        ("AWS::Cognito::UserPoolClient", "GenerateSecret", Replacement),
        ("AWS::Cognito::UserPoolClient", "RefreshTokenValidity", NoInterruption),
        ("AWS::Cognito::IdentityPool", "IdentityPoolName", NoInterruption),
        ("AWS::Cognito::IdentityPoolRoleAttachment", "IdentityPoolId", Replacement),
        ("AWS::AppSync::Resolver", "FieldName", Replacement),
        ("AWS::AppSync::DataSource", "Name", Replacement),
        ("AWS::AppSync::GraphQLApi", "Name", NoInterruption),
        ("AWS::CloudFront::Distribution", "DistributionConfig.Origins[0].DomainName", NoInterruption),
        ("AWS::Events::Rule", "Name", Replacement),
        ("AWS::SNS::Subscription", "Endpoint", Replacement),
        ("AWS::SQS::Queue", "FifoQueue", Replacement),
        ("AWS::Kinesis::Stream", "ShardCount", NoInterruption),
        ("AWS::Pinpoint::App", "Name", Replacement),
        ("AWS::Logs::LogGroup", "RetentionInDays", NoInterruption),
        ("AWS::Elasticsearch::Domain", "ElasticsearchVersion", Replacement),
        ("AWS::Elasticsearch::Domain", "AdvancedSecurityOptions.Enabled", Replacement),
        ("AWS::Elasticsearch::Domain", "AdvancedSecurityOptions.MasterUserOptions.MasterUserName", NoInterruption),
        ("AWS::CloudFormation::Stack", "TemplateURL", NoInterruption),
        ("AWS::CloudFormation::CustomResource", "ServiceToken", Replacement),
        ("Custom::LambdaCallout", "ServiceToken", Replacement),
        ("Custom::LambdaCallout", "anything", NoInterruption),
        ("AWS::Amplify::Branch", "BranchName", Replacement),
        ("AWS::Nothing::Known", "Name", Unknown),
    ] {
        assert_eq!(behaviour(resource_type, path), expected, "{resource_type} {path}");
    }
}

#[test]
fn every_kind_of_resource_that_amplify_makes_is_known() {
    for resource_type in [
        "AWS::Amplify::App",
        "AWS::Amplify::Branch",
        "AWS::ApiGateway::Authorizer",
        "AWS::ApiGateway::Method",
        "AWS::ApiGateway::Resource",
        "AWS::ApiGateway::Stage",
        "AWS::ApiGatewayV2::Api",
        "AWS::ApiGatewayV2::Stage",
        "AWS::AppSync::ApiKey",
        "AWS::AppSync::FunctionConfiguration",
        "AWS::AppSync::GraphQLSchema",
        "AWS::CloudFront::CloudFrontOriginAccessIdentity",
        "AWS::CloudFront::OriginAccessControl",
        "AWS::Cognito::UserPoolDomain",
        "AWS::Cognito::UserPoolGroup",
        "AWS::Cognito::UserPoolIdentityProvider",
        "AWS::IAM::OIDCProvider",
        "AWS::Lambda::LayerVersion",
        "AWS::OpenSearchService::Domain",
        "AWS::SNS::Topic",
        "AWS::SSM::Parameter",
        "Custom::EmptyResource",
    ] {
        assert!(knows(resource_type), "{resource_type}");
    }
    assert!(!knows("AWS::EC2::Instance"));
    assert!(!knows("Customised"));
}

#[test]
fn what_holds_data_says_what_is_lost() {
    for resource_type in [
        "AWS::DynamoDB::Table",
        "AWS::S3::Bucket",
        "AWS::Cognito::UserPool",
        "AWS::Cognito::IdentityPool",
        "AWS::Logs::LogGroup",
        "AWS::SQS::Queue",
        "AWS::Kinesis::Stream",
        "AWS::Elasticsearch::Domain",
        "AWS::OpenSearchService::Domain",
    ] {
        let lost = holds_data(resource_type).unwrap();
        assert!(lost.starts_with("all "), "{lost}");
    }
    for resource_type in ["AWS::Lambda::Function", "AWS::IAM::Role", "AWS::SNS::Topic", "Custom::X"] {
        assert_eq!(holds_data(resource_type), None, "{resource_type}");
    }
}

#[test]
fn strange_paths_do_not_confuse_the_table() {
    for path in ["", ".", "]", "[[x]]", "[", "KeySchema]", "[KeySchema]", "BucketName.", "Tags[a.b].x"] {
        let _ = behaviour("AWS::DynamoDB::Table", path);
    }
    assert_eq!(behaviour("AWS::S3::Bucket", "Tags[BucketName]"), NoInterruption);
}
