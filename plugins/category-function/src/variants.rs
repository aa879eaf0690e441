//! Every shape that a function's template can take, for checks by other tools.

use amplify_sdk::project::ProjectView;
use serde_json::{Value, json};

use crate::{
    documents::Documents,
    grant::{Grant, Operation, Target},
    managed,
    runtime::Runtime,
    source::Source,
    table, trigger,
};

/// Name and template of each, with the code's location in it as the deployed copy has.
pub fn all() -> Vec<(String, Value)> {
    let project = ProjectView { name: "shop".into(), root: "/shop".into(), ..ProjectView::default() };
    let mut all = Vec::new();
    for runtime in Runtime::ALL {
        let function = Documents::new(&project, "hello", "hello", runtime);
        all.push((format!("hello-{}", runtime.name()), function.template));
    }
    let targets = [
        ("api", "blog", Target::AppSync),
        ("api", "rest", Target::ApiGateway),
        ("function", "other", Target::Lambda),
        ("storage", "photos", Target::S3),
        ("storage", "items", Target::DynamoDb),
        ("storage", "Post:@model(appsync)", Target::Model),
        ("hosting", "site", Target::Hosting),
        ("auth", "users", Target::Cognito),
    ];
    let mut everything = Vec::new();
    for (category, resource, target) in targets {
        let grant = |operations: &[Operation]| Grant {
            category: category.into(),
            resource: resource.into(),
            target,
            operations: operations.to_vec(),
            api: (target == Target::Model).then(|| "blog".to_owned()),
        };
        for operation in Operation::ALL {
            let mut function = Documents::new(&project, "hello", "hello", Runtime::NodeJs);
            function.set_access(&[], &[grant(&[operation])]);
            let resource = resource.replace([':', '@', '(', ')'], "-");
            all.push((format!("access-{category}-{resource}-{}", operation.word()), function.template));
        }
        everything.push(grant(&Operation::ALL));
    }
    let mut function = Documents::new(&project, "hello", "hello", Runtime::Python);
    function.set_access(&[], &everything);
    function.set_schedule(Some("rate(5 minutes)"));
    function.set_variable("TABLE_PREFIX", "shop");
    trigger::add(&mut function.template, &mut function.depends_on, "items");
    all.push(("everything".to_owned(), function.template));
    let mut function = Documents::new(&project, "hello", "hello", Runtime::NodeJs);
    trigger::add(&mut function.template, &mut function.depends_on, "items");
    all.push(("table-trigger".to_owned(), function.template));
    let sources = [
        ("table", Source::Table("items".into())),
        ("models", Source::Models { api: "blog".into(), models: vec!["Post".into(), "Comment".into()] }),
        (
            "table-stream",
            Source::DynamoDbArn(
                "arn:aws:dynamodb:us-east-1:111122223333:table/visits/stream/2026-01-01T00:00:00.000".into(),
            ),
        ),
        ("kinesis-stream", Source::KinesisArn("arn:aws:kinesis:us-east-1:111122223333:stream/visits".into())),
        ("analytics", Source::Stream("visits".into())),
    ];
    for (name, source) in sources {
        let mut function = Documents::new(&project, "hello", "hello", Runtime::NodeJs);
        source.connect(&mut function.template, &mut function.depends_on);
        all.push((format!("source-{name}"), function.template));
    }
    let mut function = Documents::new(&project, "hello", "hello", Runtime::Python);
    table::keep(&mut function.template, &mut function.depends_on, "items");
    all.push(("crud".to_owned(), function.template));
    let call = json!({
        "name": "shopVerify",
        "roleName": "shopVerify",
        "variables": {"MODULES": {"Ref": "modules"}, "RESOURCENAME": {"Ref": "resourceName"}},
        "parameters": {"modules": "captcha-verify", "resourceName": "shopVerify"},
        "values": {"GROUP": "Members"},
        "secrets": {"RECAPTCHASECRET": true}
    });
    if let Ok(call) = serde_json::from_value(call) {
        all.push(("pool-trigger".to_owned(), managed::shaped(&project, None, &call).template));
    }
    let call = json!({
        "name": "AdminQueries01234567",
        "variables": {"GROUP": "NONE", "USERPOOL": {"Ref": "authusersUserPoolId"}},
        "statements": [{
            "Effect": "Allow",
            "Action": ["cognito-idp:ListUsers", "cognito-idp:AdminGetUser"],
            "Resource": {"Fn::Sub":
                "arn:${AWS::Partition}:cognito-idp:${AWS::Region}:${AWS::AccountId}:userpool/${authusersUserPoolId}"}
        }],
        "dependsOn": [{"category": "auth", "resourceName": "users", "attributes": ["UserPoolId"]}]
    });
    if let Ok(call) = serde_json::from_value(call) {
        all.push(("admin-queries".to_owned(), managed::shaped(&project, None, &call).template));
    }
    for (_, template) in &mut all {
        template["Resources"]["LambdaFunction"]["Properties"]["Code"] =
            json!({"S3Bucket": "shop-deployment", "S3Key": "amplify-builds/hello-00000000000000000000-build.zip"});
    }
    all
}
