//! `aws-exports.js`.

use amplify_sdk::{
    JsonMap,
    frontend::{FrontendReply, FrontendRequest, RootFile},
    message::LogLevel,
    project::{EnvironmentView, ProjectView},
    testing::{Host, Outcome},
};
use frontend_javascript::exports;
use serde_json::{Value, json};

use crate::request;

const ORIGINAL: &str = include_str!("../data/aws-exports.js");

fn meta_of_the_original() -> JsonMap {
    let mut meta: JsonMap = serde_json::from_str(include_str!("../data/amplify-meta.json")).unwrap();
    meta.shift_remove("providers");
    meta
}

fn project(source: &str, meta: JsonMap, deployed: JsonMap) -> ProjectView {
    let mut state = JsonMap::new();
    state.insert("Region".into(), "us-east-1".into());
    ProjectView {
        name: "app4".into(),
        environment: Some(EnvironmentView { name: "dev".into(), provider_state: state, ..EnvironmentView::default() }),
        frontend: "javascript".into(),
        frontend_settings: json!({ "framework": "react", "config": { "SourceDir": source } }),
        meta,
        deployed_meta: deployed,
        ..ProjectView::default()
    }
}

fn export(host: &Host) -> Outcome<FrontendReply> {
    request(host, |project| FrontendRequest::Exports { project, values: JsonMap::new(), previous: JsonMap::new() })
}

fn files(outcome: &Outcome<FrontendReply>) -> Vec<RootFile> {
    match outcome.value() {
        FrontendReply::Files { files } => files.clone(),
        other => panic!("not files: {other:?}"),
    }
}

fn object(meta: &Value) -> Value {
    Value::Object(exports::object(meta.as_object().unwrap(), Some("eu-west-1")))
}

/// The meta of one resource.
fn meta(service: &str, output: Value, more: Value) -> Value {
    let mut entry = json!({ "service": service, "lastPushTimeStamp": "2020-05-30T10:00:00.000Z", "output": output });
    entry.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    json!({ "category": { "thing": entry } })
}

#[test]
fn the_file_is_byte_for_byte_that_of_the_original() {
    let host = Host::new().project(project("src", meta_of_the_original(), JsonMap::new()));
    let written = files(&export(&host));
    assert_eq!(written, [RootFile { path: "src/aws-exports.js".into(), text: Some(ORIGINAL.into()) }]);
}

#[test]
fn a_new_project_has_its_region_only() {
    let host = Host::new().project(project("/", JsonMap::new(), JsonMap::new()));
    let written = files(&export(&host));
    assert_eq!(written[0].path, "aws-exports.js");
    let text = written[0].text.as_deref().unwrap();
    assert!(text.contains("const awsmobile = {\n    \"aws_project_region\": \"us-east-1\"\n};\n"), "{text}");
}

#[test]
fn own_keys_are_carried_over() {
    let own = ORIGINAL.replace("};\n", "    , API: { endpoints: [{ name: 'mine' }] }, // by hand\n};\n");
    assert_ne!(own, ORIGINAL);
    // The storage goes with this push, so the file's keys of it are no keys of the user's own.
    let mut smaller = meta_of_the_original();
    smaller.shift_remove("storage");
    let host = Host::new().project(project("src", smaller, meta_of_the_original())).file("src/aws-exports.js", own);
    let outcome = export(&host);
    let text = files(&outcome)[0].text.clone().unwrap();
    assert!(
        text.contains("    \"API\": {\n        \"endpoints\": [\n            {\n                \"name\": \"mine\"")
    );
    assert!(!text.contains("aws_user_files_s3_bucket"));
    assert!(outcome.log.is_empty());
    let again = host.file("src/aws-exports.js", text.clone());
    assert_eq!(files(&export(&again))[0].text.as_deref(), Some(text.as_str()), "the same the next time");
}

#[test]
fn a_file_that_is_not_understood_is_kept() {
    let broken = "const awsmobile = { ...mine };\nexport default awsmobile;\n";
    let host =
        Host::new().project(project("src", meta_of_the_original(), JsonMap::new())).file("src/aws-exports.js", broken);
    let outcome = export(&host);
    let written = files(&outcome);
    assert_eq!(written[0], RootFile { path: "src/aws-exports.js.bak".into(), text: Some(broken.into()) });
    assert_eq!(written[1].text.as_deref(), Some(ORIGINAL));
    assert_eq!(outcome.log.len(), 1);
    assert_eq!(outcome.log[0].level, LogLevel::Warning);
    assert!(outcome.log[0].text.contains("src/aws-exports.js.bak"), "{}", outcome.log[0].text);
}

#[test]
fn a_folder_outside_the_project_gets_a_warning_and_no_file() {
    let host = Host::new().project(project("../web", meta_of_the_original(), JsonMap::new()));
    let outcome = export(&host);
    assert!(files(&outcome).is_empty());
    assert!(outcome.log[0].text.contains("`../web`"));
    assert!(outcome.log[1].text.contains("amplify configure project"));
}

#[test]
fn the_file_is_owned() {
    let host = Host::new().project(project("app", JsonMap::new(), JsonMap::new()));
    let outcome = request(&host, |project| FrontendRequest::OwnedFiles { project });
    assert_eq!(files(&outcome), [RootFile { path: "app/aws-exports.js".into(), text: None }]);
    let mut bare = project("app", JsonMap::new(), JsonMap::new());
    bare.frontend_settings = Value::Null;
    let outcome = request(&Host::new().project(bare), |project| FrontendRequest::OwnedFiles { project });
    assert_eq!(files(&outcome)[0].path, "src/aws-exports.js");
}

#[test]
fn only_deployed_resources_count() {
    let undeployed = json!({ "storage": {
        "a": { "service": "S3", "output": { "BucketName": "a" } },
        "b": { "service": "S3", "lastPushTimeStamp": "2020-05-30T10:00:00.000Z" },
        "c": { "service": "S3", "lastPushTimeStamp": "2020-05-30T10:00:00.000Z", "output": { "BucketName": "c" } },
        "d": { "service": "S3", "lastPushTimeStamp": "2020-05-30T10:00:00.000Z", "output": { "BucketName": "d" } }
    } });
    assert_eq!(object(&undeployed), json!({ "aws_project_region": "eu-west-1", "aws_user_files_s3_bucket": "c" }));
}

#[test]
fn sign_in_through_a_hosted_page_is_described() {
    let metadata = json!({
        "AllowedOAuthFlows": ["implicit"],
        "AllowedOAuthScopes": ["email", "openid"],
        "CallbackURLs": ["https://a/", "https://b/"],
        "LogoutURLs": ["https://c/"]
    });
    let output = json!({
        "UserPoolId": "pool", "HostedUIDomain": "demo", "OAuthMetadata": metadata.to_string(),
        "GoogleWebClient": "google"
    });
    assert_eq!(
        object(&meta("Cognito", output.clone(), json!({}))).to_string(),
        json!({
            "aws_project_region": "eu-west-1",
            "aws_cognito_region": "eu-west-1",
            "aws_user_pools_id": "pool",
            "oauth": {
                "domain": "demo.auth.eu-west-1.amazoncognito.com",
                "scope": ["email", "openid"],
                "redirectSignIn": "https://a/,https://b/",
                "redirectSignOut": "https://c/",
                "responseType": "token"
            },
            "federationTarget": "COGNITO_USER_AND_IDENTITY_POOLS"
        })
        .to_string()
    );
    let target = |output: Value| object(&meta("Cognito", output, json!({}))).get("federationTarget").cloned();
    let mut pool_only = output;
    pool_only.as_object_mut().unwrap().shift_remove("GoogleWebClient");
    assert_eq!(target(pool_only), Some(json!("COGNITO_USER_POOLS")));
    assert_eq!(target(json!({ "FacebookWebClient": "x" })), Some(json!("COGNITO_IDENTITY_POOLS")));
    assert_eq!(target(json!({ "OAuthMetadata": "{" })), None);
}

#[test]
fn other_services_have_their_keys() {
    let without_region = |service: &str, output: Value, more: Value| {
        let mut object = object(&meta(service, output, more));
        object.as_object_mut().unwrap().shift_remove("aws_project_region");
        object
    };
    let plain = |service: &str, output: Value| without_region(service, output, json!({}));
    assert_eq!(
        plain(
            "AppSync",
            json!({ "GraphQLAPIEndpointOutput": "https://x", "GraphQLAPIKeyOutput": "key", "securityType": "API_KEY" })
        ),
        json!({
            "aws_appsync_graphqlEndpoint": "https://x",
            "aws_appsync_region": "eu-west-1",
            "aws_appsync_authenticationType": "API_KEY",
            "aws_appsync_apiKey": "key"
        })
    );
    assert_eq!(
        plain("Pinpoint", json!({ "Id": "app", "Region": "us-east-1" })),
        json!({ "aws_mobile_analytics_app_id": "app", "aws_mobile_analytics_app_region": "us-east-1" })
    );
    let hosting = json!({ "HostingBucketName": "b", "Region": "r", "WebsiteURL": "http://w", "CloudFrontSecureURL": "https://c" });
    assert_eq!(plain("S3AndCloudFront", hosting)["aws_content_delivery_url"], json!("https://c"));
    assert_eq!(
        plain("Lex", json!({ "BotName": "bot", "Region": "r" })),
        json!({ "aws_bots": "enable", "aws_bots_config": [{ "name": "bot", "alias": "$LATEST", "region": "r" }] })
    );
    assert_eq!(
        plain("Sumerian", json!({ "sceneId": "s", "service": "Sumerian" })),
        json!({ "XR": { "scenes": { "thing": { "sceneConfig": { "sceneId": "s" } } } } })
    );
    assert_eq!(plain("Lambda", json!({ "Arn": "a" })), json!({}));
}

#[test]
fn predictions_come_last_and_in_groups() {
    let time = "2020-05-30T10:00:00.000Z";
    let entry = |service: &str, more: Value| {
        let mut entry = json!({ "service": service, "lastPushTimeStamp": time });
        entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        entry
    };
    let meta = json!({
        "predictions": {
            "speak": entry("Polly", json!({ "convertType": "speechGenerator", "output": { "region": "r", "voice": "Joanna", "language": "en" } })),
            "translate": entry("Translate", json!({ "convertType": "translateText", "output": { "region": "r", "sourceLang": "en", "targetLang": "de" } })),
            "hear": entry("Transcribe", json!({ "convertType": "transcription", "output": { "region": "r", "language": "en" } })),
            "faces": entry("Rekognition", json!({ "identifyType": "identifyEntities", "output": { "region": "r", "celebrityDetectionEnabled": "true", "collectionId": "c", "maxEntities": "50" } })),
            "labels": entry("Rekognition", json!({ "identifyType": "identifyLabels", "output": { "region": "r", "type": "LABELS" } })),
            "text": entry("RekognitionAndTextract", json!({ "identifyType": "identifyText", "output": { "region": "r", "format": "PLAIN" } })),
            "mood": entry("Comprehend", json!({ "output": { "region": "r", "type": "ALL" } })),
            "model": entry("SageMaker", json!({ "output": { "region": "r", "endpointName": "e" } }))
        },
        "storage": { "files": entry("S3", json!({ "output": { "BucketName": "b", "Region": "r" } })) }
    });
    let object = object(&meta);
    assert_eq!(object.as_object().unwrap().keys().next_back().map(String::as_str), Some("predictions"));
    assert_eq!(
        object["predictions"].to_string(),
        json!({
            "convert": {
                "speechGenerator": { "region": "r", "proxy": false, "defaults": { "VoiceId": "Joanna", "LanguageCode": "en" } },
                "translateText": { "region": "r", "proxy": false, "defaults": { "sourceLanguage": "en", "targetLanguage": "de" } },
                "transcription": { "region": "r", "proxy": false, "defaults": { "language": "en" } }
            },
            "identify": {
                "identifyEntities": {
                    "proxy": false, "region": "r", "celebrityDetectionEnabled": true,
                    "defaults": { "collectionId": "c", "maxEntities": 50 }
                },
                "identifyLabels": { "proxy": false, "region": "r", "defaults": { "type": "LABELS" } },
                "identifyText": { "proxy": false, "region": "r", "defaults": { "format": "PLAIN" } }
            },
            "interpret": { "interpretText": { "region": "r", "proxy": false, "defaults": { "type": "ALL" } } },
            "infer": { "inferModel": { "region": "r", "proxy": false, "endpoint": "e" } }
        })
        .to_string()
    );
}

#[test]
fn what_categories_say_is_written_and_goes_with_them() {
    let queues = || JsonMap::from_iter([("aws_queues".to_owned(), json!({"jobs": "https://queue"}))]);
    let mine = JsonMap::from_iter([("aws_project_region".to_owned(), json!("nowhere"))]);
    let text = "const awsmobile = {\n    \"aws_project_region\": \"eu-west-1\",\n    \"aws_queues\": {\n        \"jobs\": \"https://queue\"\n    },\n    \"mine\": 1\n};\n\nexport default awsmobile;\n";
    let written = |values: JsonMap, previous: JsonMap| {
        let mut project = Host::new().view().clone();
        project.environment.as_mut().unwrap().provider_state.insert("Region".into(), "eu-west-1".into());
        let host = Host::new().project(project).file("src/aws-exports.js", text);
        let outcome = request(&host, |project| FrontendRequest::Exports { project, values, previous });
        let FrontendReply::Files { files } = outcome.value() else { panic!("another answer") };
        files.iter().find_map(|file| file.text.clone()).unwrap()
    };
    let kept = written(queues().into_iter().chain(mine).collect(), queues());
    assert!(kept.contains("\"aws_queues\"") && kept.contains("\"mine\": 1"), "{kept}");
    assert!(kept.contains("eu-west-1") && !kept.contains("nowhere"), "the frontend's own keys stay its own: {kept}");
    let gone = written(JsonMap::new(), queues());
    assert!(!gone.contains("aws_queues") && gone.contains("\"mine\": 1"), "{gone}");
}
