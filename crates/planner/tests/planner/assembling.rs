//! What the project folder becomes.

use std::collections::BTreeMap;

use amplify_planner::{Artifact, Only, Options, Source};
use serde_json::{Value, json};

use crate::fixture::Fixture;

#[test]
fn an_empty_environment_has_nothing_but_its_own_resources() {
    let assembly = Fixture::new().assemble();
    assert!(assembly.stacks.is_empty());
    assert_eq!(assembly.template, amplify_planner::root_template());
    assert_eq!(assembly.parameters["DeploymentBucketName"], "amplify-demo-dev-62055-deployment");
}

#[test]
fn each_resource_is_a_nested_stack_with_its_template_in_the_bucket() {
    let mut fixture = Fixture::new();
    fixture.table("notes").bucket("photos", true);
    let assembly = fixture.assemble();
    let stack = &assembly.template["Resources"]["storagenotes"];
    assert_eq!(stack["Type"], "AWS::CloudFormation::Stack");
    assert_eq!(
        stack["Properties"]["TemplateURL"],
        "https://s3.amazonaws.com/amplify-demo-dev-62055-deployment/amplify-cfn-templates/storage/notes-cloudformation-template.json"
    );
    assert_eq!(
        stack["Properties"]["Parameters"],
        json!({ "tableName": "notes", "partitionKeyName": "id", "env": "dev" })
    );
    let keys: Vec<&str> = assembly.uploads.iter().map(|upload| upload.key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "amplify-cfn-templates/storage/notes-cloudformation-template.json",
            "amplify-cfn-templates/storage/photos-cloudformation-template.json"
        ]
    );
}

#[test]
fn values_of_the_environment_go_over_those_of_the_project() {
    let mut fixture = Fixture::new();
    fixture.table("notes");
    fixture.edit("amplify/team-provider-info.json", |team| {
        team["dev"]["categories"] = json!({ "storage": { "notes": { "tableName": "other", "unheardOf": 1 } } });
    });
    let assembly = fixture.assemble();
    assert_eq!(assembly.stacks[0].parameters["tableName"], "other");
    assert!(!assembly.stacks[0].parameters.contains_key("unheardOf"));
    assert!(assembly.notes[0].text.contains("declares no parameter `unheardOf`"), "{:?}", assembly.notes);
}

#[test]
fn the_code_of_a_function_is_named_by_its_sources() {
    let mut fixture = Fixture::new();
    fixture.function("hello", json!([]));
    let code = |fixture: &Fixture| {
        let assembly = fixture.assemble();
        let template: Value = serde_json::from_slice(assembly.stacks[0].template.bytes()).unwrap();
        template["Resources"]["LambdaFunction"]["Properties"]["Code"].clone()
    };
    let before = code(&fixture);
    assert_eq!(before["S3Bucket"], "amplify-demo-dev-62055-deployment");
    let key = before["S3Key"].as_str().unwrap();
    assert!(key.starts_with("amplify-builds/hello-") && key.ends_with("-build.zip"), "{key}");
    assert_eq!(key.len(), "amplify-builds/hello-".len() + 20 + "-build.zip".len());

    fixture.write("amplify/backend/function/hello/src/node_modules/x/index.js", "");
    assert_eq!(code(&fixture), before, "installed packages do not count");
    fixture.write("amplify/backend/function/hello/src/index.js", "exports.handler = async () => 'bye';\n");
    assert_ne!(code(&fixture), before);
    let own = fixture.read("amplify/backend/function/hello/hello-cloudformation-template.json");
    assert!(
        own["Resources"]["LambdaFunction"]["Properties"].get("Code").is_none(),
        "the project's file is not rewritten"
    );
}

#[test]
fn a_built_artifact_is_uploaded_under_its_name() {
    let mut fixture = Fixture::new();
    fixture.function("hello", json!([]));
    let artifact = Artifact { upload_name: "hello-0123-build.zip".into(), path: fixture.path("latest-build.zip") };
    let artifacts = BTreeMap::from([(("function".to_owned(), "hello".to_owned()), artifact.clone())]);
    let assembly = fixture.try_assemble(&Options { artifacts, ..Options::default() }).unwrap();
    let upload = assembly.uploads.iter().find(|upload| upload.key == "amplify-builds/hello-0123-build.zip").unwrap();
    assert!(matches!(&upload.source, Source::File(path) if *path == artifact.path));
    assert_eq!(assembly.stacks[0].code.as_deref(), Some("hello-0123-build.zip"));
}

#[test]
fn code_goes_into_parameters_where_the_template_wants_it_there() {
    let mut fixture = Fixture::new();
    fixture.function("hello", json!([]));
    fixture.edit("amplify/backend/function/hello/hello-cloudformation-template.json", |template| {
        template["Parameters"]["deploymentBucketName"] = json!({ "Type": "String" });
        template["Parameters"]["s3Key"] = json!({ "Type": "String" });
        template["Resources"]["LambdaFunction"]["Properties"]["Code"] =
            json!({ "S3Bucket": { "Ref": "deploymentBucketName" }, "S3Key": { "Ref": "s3Key" } });
    });
    let assembly = fixture.assemble();
    let parameters = &assembly.stacks[0].parameters;
    assert_eq!(parameters["deploymentBucketName"], "amplify-demo-dev-62055-deployment");
    assert!(parameters["s3Key"].as_str().unwrap().starts_with("amplify-builds/hello-"));
}

#[test]
fn a_function_without_sources_keeps_the_code_that_its_template_names() {
    let mut fixture = Fixture::new();
    fixture.function("hello", json!([]));
    fs_err::remove_dir_all(fixture.path("amplify/backend/function/hello/src")).unwrap();
    fixture.edit("amplify/backend/function/hello/hello-cloudformation-template.json", |template| {
        template["Resources"]["LambdaFunction"]["Properties"]["Code"] =
            json!({ "S3Bucket": "elsewhere", "S3Key": "amplify-builds/hello-1-build.zip" });
    });
    let assembly = fixture.assemble();
    assert_eq!(assembly.stacks[0].code.as_deref(), Some("hello-1-build.zip"));
    assert!(assembly.notes[0].text.contains("bucket `elsewhere`"), "{:?}", assembly.notes);
}

#[test]
fn custom_policies_are_part_of_the_staged_template_only() {
    let mut fixture = Fixture::new();
    fixture.function("hello", json!([]));
    fixture.json(
        "amplify/backend/function/hello/custom-policies.json",
        &json!([{ "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::x/*"] }]),
    );
    let assembly = fixture.assemble();
    let resources = &assembly.stacks[0].template.parse().unwrap().resources;
    assert!(resources.contains_key(amplify_planner::custom_policies::LOGICAL_ID));

    fixture.json(
        "amplify/backend/function/hello/custom-policies.json",
        &json!([{ "Action": "nonsense", "Resource": "*" }]),
    );
    let error = fixture.try_assemble(&Options::default()).unwrap_err();
    assert_eq!(error.code(), "custom-policies");
    assert!(error.to_string().contains("amplify/backend/function/hello/custom-policies.json"), "{error}");
}

#[test]
fn templates_of_the_same_name_do_not_share_a_key() {
    let mut fixture = Fixture::new();
    for name in ["first", "second"] {
        fixture.table(name);
        let folder = fixture.path(&format!("amplify/backend/storage/{name}"));
        fs_err::rename(folder.join(format!("{name}-cloudformation-template.json")), folder.join("template.json"))
            .unwrap();
    }
    let keys =
        |fixture: &Fixture| fixture.assemble().stacks.into_iter().map(|stack| stack.template_key).collect::<Vec<_>>();
    let expected =
        ["amplify-cfn-templates/storage/template.json", "amplify-cfn-templates/storage/second/template.json"];
    assert_eq!(keys(&fixture), expected);
    fixture.deploy();
    fixture.remove("storage", "first");
    assert_eq!(keys(&fixture), &expected[1..], "a resource keeps its key");
}

#[test]
fn skipped_resources_have_reasons() {
    let mut fixture = Fixture::new();
    fixture
        .enter("api", "gql", json!({ "service": "AppSync", "providerPlugin": "awscloudformation" }))
        .enter("auth", "newer", json!({ "service": "Cognito", "providerPlugin": "awscloudformation" }))
        .enter("auth", "empty", json!({ "service": "Cognito", "providerPlugin": "awscloudformation" }))
        .enter("auth", "gone", json!({ "service": "Cognito", "providerPlugin": "awscloudformation" }))
        .enter("notifications", "push", json!({ "service": "Pinpoint" }));
    fixture.write("amplify/backend/api/gql/schema.graphql", "type A @model { id: ID! }");
    fixture.json("amplify/backend/auth/newer/cli-inputs.json", &json!({}));
    fixture.json("amplify/backend/auth/empty/parameters.json", &json!({}));
    let assembly = fixture.assemble();
    let reasons: Vec<(&str, bool)> = [
        ("gql", "is not compiled"),
        ("newer", "cli-inputs.json"),
        ("empty", "holds no template"),
        ("gone", "does not exist"),
        ("push", "providerPlugin"),
    ]
    .into_iter()
    .map(|(name, reason)| {
        let skipped = assembly.skipped.iter().find(|skipped| skipped.resource == name).unwrap();
        (name, skipped.reason.contains(reason))
    })
    .collect();
    assert!(reasons.iter().all(|(_, found)| *found), "{reasons:?} {:?}", assembly.skipped);
    assert!(assembly.stacks.is_empty());
}

#[test]
fn what_needs_a_skipped_resource_is_skipped_too() {
    let mut fixture = Fixture::new();
    fixture.enter("api", "gql", json!({ "service": "AppSync", "providerPlugin": "awscloudformation" }));
    fixture
        .function("hello", json!([{ "category": "api", "resourceName": "gql", "attributes": ["GraphQLAPIIdOutput"] }]));
    fixture.table("notes");
    let assembly = fixture.assemble();
    assert_eq!(assembly.skipped("function", "hello").unwrap().reason, "it needs `api/gql`, which is not deployed");
    assert_eq!(assembly.stacks.len(), 1);
}

#[test]
fn a_deployed_resource_that_is_skipped_now_stays_deployed() {
    let mut fixture = Fixture::new();
    fixture.table("notes").table("other");
    fixture.deploy();
    fs_err::remove_file(fixture.path("amplify/backend/storage/notes/notes-cloudformation-template.json")).unwrap();
    let assembly = fixture.assemble();
    assert!(assembly.skipped("storage", "notes").unwrap().reason.ends_with("stays as it is"));
    assert!(assembly.stack("storage", "notes").unwrap().kept);
    assert!(assembly.template["Resources"].get("storagenotes").is_some());
    assert!(!assembly.uploads.iter().any(|upload| upload.key.contains("notes")), "{:?}", assembly.uploads);
}

#[test]
fn a_deployed_resource_whose_template_is_lost_is_an_error_and_no_deletion() {
    let mut fixture = Fixture::new();
    fixture.table("notes");
    fixture.deploy();
    for side in ["backend", "#current-cloud-backend"] {
        fs_err::remove_dir_all(fixture.path(&format!("amplify/{side}/storage/notes"))).unwrap();
    }
    let error = fixture.try_assemble(&Options::default()).unwrap_err();
    assert_eq!(error.code(), "deployed-template-unknown");
}

#[test]
fn a_selection_brings_what_it_needs_and_leaves_the_rest() {
    let mut fixture = Fixture::new();
    fixture.table("old");
    fixture.deploy();
    let needs = json!([{ "category": "storage", "resourceName": "notes", "attributes": ["Name"] }]);
    fixture.table("notes").table("unrelated").function("hello", needs).remove("storage", "old");
    let only = Some(Only { category: "function".into(), resource: None });
    let assembly = fixture.try_assemble(&Options { only, ..Options::default() }).unwrap();
    let mut ids: Vec<(&str, bool)> =
        assembly.stacks.iter().map(|stack| (stack.logical_id.as_str(), stack.kept)).collect();
    ids.sort_unstable();
    assert_eq!(ids, [("functionhello", false), ("storagenotes", false), ("storageold", true)]);
}

#[test]
fn a_compiled_api_is_deployed_with_its_files() {
    let mut fixture = Fixture::new();
    graphql(&mut fixture);
    let assembly = fixture.assemble();
    let stack = &assembly.stacks[0];
    assert_eq!(stack.template_key, "amplify-cfn-templates/api/cloudformation-template.json");
    let root_key = stack.parameters["S3DeploymentRootKey"].as_str().unwrap();
    assert_eq!(root_key.len(), "amplify-appsync-files/".len() + 40);
    assert_eq!(stack.parameters["CreateAPIKey"], 1);
    assert_eq!(stack.parameters["S3DeploymentBucket"], "amplify-demo-dev-62055-deployment");
    assert!(!stack.parameters.contains_key("authRoleName"), "the template does not declare it");
    for file in
        ["stacks/Todo.json", "resolvers/Query.getTodo.req.vtl", "schema.graphql", "cloudformation-template.json"]
    {
        let key = format!("{root_key}/{file}");
        assert!(assembly.uploads.iter().any(|upload| upload.key == key), "{key}");
    }
}

#[test]
fn every_role_of_an_environment_with_a_boundary_gets_it() {
    let mut fixture = Fixture::new();
    graphql(&mut fixture);
    fixture.function("hello", json!([]));
    let role = json!({ "Type": "AWS::IAM::Role", "Properties": { "AssumeRolePolicyDocument": {} } });
    let child = "amplify/backend/api/gql/build/stacks/Todo.json";
    fixture.edit(child, |template| template["Resources"]["TodoRole"] = role);
    let before = fixture.assemble();
    let arn = "arn:aws:iam::123456789012:policy/limit";
    fixture.edit("amplify/team-provider-info.json", |team| {
        team["dev"]["local"]["PermissionsBoundaryPolicyArn"] = arn.into();
    });
    let assembly = fixture.assemble();
    let function = assembly.stacks.iter().find(|stack| stack.resource == "hello").unwrap();
    let role = &function.template.parse().unwrap().document["Resources"]["LambdaExecutionRole"];
    assert_eq!(role["Properties"]["PermissionsBoundary"], arn);
    // What lies below a compiled API is uploaded with it, and under the same keys as without.
    let keys = |assembly: &amplify_planner::Assembly| -> Vec<String> {
        assembly.uploads.iter().map(|upload| upload.key.clone()).collect()
    };
    assert_eq!(keys(&assembly), keys(&before));
    let upload = assembly.uploads.iter().find(|upload| upload.key.ends_with("/stacks/Todo.json")).unwrap();
    let amplify_planner::Source::Bytes(bytes) = &upload.source else { panic!("{upload:?}") };
    let document: Value = serde_json::from_slice(bytes).unwrap();
    assert_eq!(document["Resources"]["TodoRole"]["Properties"]["PermissionsBoundary"], arn);
    assert!(fixture.read(child)["Resources"]["TodoRole"]["Properties"].get("PermissionsBoundary").is_none());
}

/// A compiled API with one model.
pub fn graphql(fixture: &mut Fixture) {
    let declared = ["env", "S3DeploymentBucket", "S3DeploymentRootKey"].map(|name| (name, json!({ "Type": "String" })));
    let mut parameters: serde_json::Map<String, Value> =
        declared.into_iter().map(|(name, value)| (name.into(), value)).collect();
    parameters.insert("CreateAPIKey".into(), json!({ "Type": "Number" }));
    let build = "amplify/backend/api/gql/build";
    fixture.json(&format!("{build}/cloudformation-template.json"), &json!({
        "Parameters": parameters,
        "Resources": {
            "GraphQLAPI": { "Type": "AWS::AppSync::GraphQLApi", "Properties": { "Name": { "Fn::Sub": "gql-${env}" } } },
            "Todo": { "Type": "AWS::CloudFormation::Stack", "Properties": {
                "TemplateURL": { "Fn::Join": ["/", [
                    "https://s3.amazonaws.com", { "Ref": "S3DeploymentBucket" }, { "Ref": "S3DeploymentRootKey" }, "stacks", "Todo.json"
                ]] },
                "Parameters": { "env": { "Ref": "env" }, "ApiId": { "Fn::GetAtt": ["GraphQLAPI", "ApiId"] } }
            } }
        },
        "Outputs": { "GraphQLAPIIdOutput": { "Value": { "Fn::GetAtt": ["GraphQLAPI", "ApiId"] } } }
    }));
    fixture.json(
        &format!("{build}/stacks/Todo.json"),
        &json!({
            "Parameters": { "env": { "Type": "String" }, "ApiId": { "Type": "String" } },
            "Resources": {
                "TodoTable": { "Type": "AWS::DynamoDB::Table", "Properties": {
                    "TableName": { "Fn::Sub": "Todo-${ApiId}-${env}" },
                    "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
                    "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }], "BillingMode": "PAY_PER_REQUEST"
                } }
            }
        }),
    );
    fixture.write(&format!("{build}/resolvers/Query.getTodo.req.vtl"), "{}");
    fixture.write(&format!("{build}/schema.graphql"), "type Todo { id: ID! }");
    fixture.write("amplify/backend/api/gql/schema.graphql", "type Todo @model { id: ID! }");
    fixture.json("amplify/backend/api/gql/parameters.json", &json!({ "AppSyncApiName": "gql" }));
    fixture.enter(
        "api",
        "gql",
        json!({
            "service": "AppSync", "providerPlugin": "awscloudformation",
            "output": { "authConfig": { "defaultAuthentication": { "authenticationType": "API_KEY" } } }
        }),
    );
}

#[test]
fn tags_are_filled_in() {
    let fixture = Fixture::new();
    fixture
        .json("amplify/backend/tags.json", &json!([{ "Key": "user:Stack", "Value": "{project-name}/{project-env}" }]));
    assert_eq!(fixture.assemble().tags[0].value, "demo/dev");
    fixture.json("amplify/backend/tags.json", &json!([{ "Key": 1 }]));
    assert_eq!(fixture.try_assemble(&Options::default()).unwrap_err().code(), "malformed-document");
}

#[test]
fn the_roles_trust_the_identity_pool_without_a_circle() {
    let mut fixture = Fixture::new();
    pool(&mut fixture);
    let assembly = fixture.assemble();
    let role = &assembly.template["Resources"]["AuthRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0];
    assert_eq!(role["Effect"], "Allow");
    assert_eq!(
        role["Condition"]["StringEquals"]["cognito-identity.amazonaws.com:aud"],
        json!({ "Fn::GetAtt": ["authpool", "Outputs.IdentityPoolId"] })
    );
    assert_eq!(
        assembly.stacks[0].parameters["authRoleArn"],
        json!({ "Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/${AuthRoleName}" })
    );
    let template = amplify_cfn::Template::from_value(assembly.template.clone(), "root").unwrap();
    let inputs = amplify_cfn::Inputs { parameters: assembly.parameters.clone(), ..Default::default() };
    let order = amplify_cfn::Stack::prepare(&template, inputs).unwrap().order().unwrap();
    let place = |id: &str| order.iter().position(|other| other == id).unwrap();
    assert!(place("authpool") < place("AuthRole"));
}

#[test]
fn what_the_original_left_for_the_roles_is_kept_as_it_is() {
    let mut fixture = Fixture::new();
    pool(&mut fixture);
    let mut root = fixture.deploy().template;
    root["Resources"]["AuthRole"] = amplify_planner::root_template()["Resources"]["AuthRole"].clone();
    root["Resources"]["UnauthRole"] = amplify_planner::root_template()["Resources"]["UnauthRole"].clone();
    root["Resources"]["authpool"]["Properties"]["Parameters"]["authRoleArn"] =
        json!({ "Fn::GetAtt": ["AuthRole", "Arn"] });
    root["Resources"]["UpdateRolesWithIDPFunction"] =
        json!({ "Type": "AWS::Lambda::Function", "DependsOn": ["authpool"], "Properties": {} });
    root["Resources"]["UpdateRolesWithIDPFunctionOutputs"] = json!({
        "Type": "Custom::LambdaCallout", "Properties": { "idpId": { "Fn::GetAtt": ["authpool", "Outputs.IdentityPoolId"] } }
    });
    fixture.json("amplify/backend/awscloudformation/nested-cloudformation-stack.yml", &root);
    let assembly = fixture.assemble();
    assert_eq!(
        assembly.template["Resources"]["UpdateRolesWithIDPFunction"],
        root["Resources"]["UpdateRolesWithIDPFunction"]
    );
    assert_eq!(assembly.stacks[0].parameters["authRoleArn"], json!({ "Fn::GetAtt": ["AuthRole", "Arn"] }));
    assert!(!fixture.plan().has_changes(), "{:#?}", fixture.plan());

    fixture.remove("auth", "pool");
    let plan = fixture.plan();
    let actions = crate::fixture::actions(&plan);
    assert!(actions.contains(&"delete UpdateRolesWithIDPFunction".to_owned()), "{actions:?}");
}

/// An identity pool that is given the roles' ARNs, written in YAML with short forms.
fn pool(fixture: &mut Fixture) {
    fixture.write(
        "amplify/backend/auth/pool/pool-cloudformation-template.yml",
        "Parameters:\n  env:\n    Type: String\n  identityPoolName:\n    Type: String\n  authRoleArn:\n    Type: String\n\
         Resources:\n  IdentityPool:\n    Type: AWS::Cognito::IdentityPool\n    Properties:\n      \
         IdentityPoolName: !Join ['', [!Ref identityPoolName, '__', !Ref env]]\n      AllowUnauthenticatedIdentities: false\n  \
         Roles:\n    Type: AWS::Cognito::IdentityPoolRoleAttachment\n    Properties:\n      IdentityPoolId: !Ref IdentityPool\n      \
         Roles:\n        authenticated: !Ref authRoleArn\nOutputs:\n  IdentityPoolId:\n    Value: !Ref IdentityPool\n",
    );
    let parameters = json!({ "identityPoolName": "people", "authRoleArn": { "Fn::GetAtt": ["AuthRole", "Arn"] } });
    fixture.json("amplify/backend/auth/pool/parameters.json", &parameters);
    fixture.enter("auth", "pool", json!({ "service": "Cognito", "providerPlugin": "awscloudformation" }));
}

#[test]
fn everything_names_the_partition_and_the_addresses_of_its_region() {
    let mut fixture = Fixture::new();
    graphql(&mut fixture);
    pool(&mut fixture);
    let child = "amplify/backend/api/gql/build/stacks/Todo.json";
    fixture.edit(child, |template| {
        template["Outputs"] = json!({
            "Arn": { "Value": { "Fn::Sub": "arn:aws:dynamodb:${AWS::Region}:1:table/t" } },
            "Url": { "Value": { "Fn::Join": ["/", ["https://s3.amazonaws.com", "b", "k"]] } },
        });
    });
    let usual = fixture.assemble();
    assert!(!format!("{:?}", usual.template).contains("amazonaws.com.cn"));
    fixture.edit("amplify/team-provider-info.json", |team| team["dev"]["local"]["Region"] = "cn-north-1".into());
    let assembly = fixture.assemble();
    let root = assembly.template.to_string();
    assert!(root.contains("cognito-identity.cn-north-1.amazonaws.com.cn:aud"), "{root}");
    assert!(root.contains("arn:aws-cn:iam::") && root.contains("https://s3.cn-north-1.amazonaws.com.cn/"), "{root}");
    let rest = root.replace("amazonaws.com.cn", "");
    assert!(!rest.contains("arn:aws:") && !rest.contains("amazonaws.com"), "{rest}");
    let api = assembly.stack("api", "gql").unwrap();
    let (key, staged) = api.children.iter().find(|(key, _)| key.ends_with("/stacks/Todo.json")).unwrap();
    let text = String::from_utf8_lossy(staged.bytes());
    assert!(text.contains("arn:aws-cn:dynamodb") && text.contains("https://s3.cn-north-1.amazonaws.com.cn"), "{text}");
    let upload = assembly.uploads.iter().find(|upload| upload.key == *key).unwrap();
    let amplify_planner::Source::Bytes(bytes) = &upload.source else { panic!("{upload:?}") };
    assert_eq!(bytes.as_slice(), staged.bytes());
    assert!(fixture.read(child).to_string().contains("arn:aws:dynamodb"), "the project's own file stays");
    // What was deployed like that has no changes.
    fixture.deploy();
    assert!(!fixture.plan().has_changes(), "{:#?}", fixture.plan());
}
