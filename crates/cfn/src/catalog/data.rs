//! Which resources hold what cannot be made again.

/// What is lost when a resource of this type is deleted, in words that fit after "deletes"; `None` when nothing is.
pub fn holds_data(resource_type: &str) -> Option<&'static str> {
    Some(match resource_type {
        "AWS::DynamoDB::Table" | "AWS::DynamoDB::GlobalTable" => "all items of the table",
        "AWS::S3::Bucket" => "all objects in the bucket",
        "AWS::Cognito::UserPool" => "all users of the pool, their passwords and groups",
        "AWS::Cognito::UserPoolGroup" => "the memberships of the group",
        "AWS::Cognito::UserPoolUser" => "the user",
        "AWS::Cognito::IdentityPool" => "all identities of the pool, and so who owns which files",
        "AWS::SQS::Queue" => "all messages in the queue",
        "AWS::Kinesis::Stream" => "all records in the stream",
        "AWS::Elasticsearch::Domain" | "AWS::OpenSearchService::Domain" => "all indexes of the search domain",
        "AWS::Logs::LogGroup" => "all log events of the group",
        "AWS::RDS::DBCluster" | "AWS::RDS::DBInstance" => "all databases in it",
        "AWS::EFS::FileSystem" => "all files in the file system",
        "AWS::SecretsManager::Secret" => "the secret value",
        "AWS::SSM::Parameter" => "the value of the parameter and its history",
        "AWS::Pinpoint::App" => "all endpoints, segments and campaigns of the app",
        "AWS::Location::GeofenceCollection" => "all geofences of the collection",
        "AWS::Location::Tracker" => "all positions of the tracker",
        "AWS::Rekognition::Collection" => "all faces of the collection",
        "AWS::KMS::Key" => "everything that is encrypted with the key",
        _ => return None,
    })
}
