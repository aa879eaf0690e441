//! The Amplify service: every environment is listed there, by an app that it shares with the project's other ones.

use amplify_sdk::{
    JsonMap,
    environment::{App, DiscoverRequest, NamedSecret, SecretsRequest},
    error::PluginError,
    provider::{InitializeRequest, ProviderReply, ProviderRequest},
    testing::Host,
};
use provider_awscloudformation::AwsCloudFormation;
use serde_json::{Value, json};

use crate::{
    environment::{Environment, deployed, made},
    observer::Observer,
};

impl Environment {
    /// Makes it as a further environment of a project.
    fn joined(name: &str, own: &str, sibling: &JsonMap) -> Self {
        let mut environment = Self::named(name);
        let request = InitializeRequest {
            environment: own.into(),
            sibling: sibling.clone(),
            ..environment.initialization(&json!({}))
        };
        let outcome = Host::new().provider(&AwsCloudFormation, ProviderRequest::Initialize(request));
        environment.state = made(&outcome);
        environment
    }
}

fn discover(app_id: &str) -> Result<Vec<App>, PluginError> {
    let request = DiscoverRequest { app_id: app_id.into(), ..DiscoverRequest::default() };
    match Host::new().provider(&AwsCloudFormation, ProviderRequest::Discover(request)).result? {
        ProviderReply::Discovered(reply) => {
            assert_eq!(reply.local, json!({ "configLevel": "general" }));
            Ok(reply.apps)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_environments_of_a_project_share_an_app() {
    let mut dev = Environment::initialized("appdev");
    let app = dev.state["AmplifyAppId"].as_str().unwrap().to_owned();
    let test = Environment::joined("apptest", "test", &dev.state);
    assert_eq!(test.state["AmplifyAppId"], json!(app));

    let listed = discover(&app).unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].id.as_str(), listed[0].name.as_str()), (app.as_str(), "shop"));
    let found: Vec<(&str, &JsonMap)> =
        listed[0].environments.iter().map(|one| (one.name.as_str(), &one.state)).collect();
    // What a clone records is what `init` recorded.
    assert_eq!(found, [("dev", &dev.state), ("test", &test.state)]);
    assert!(discover("").unwrap().iter().any(|listed| listed.id == app));
    assert_eq!(discover("d0000000000000").unwrap(), []);

    // An app goes with its last environment.
    let remaining = |environment: &Environment, name: &str| environment.destroy_as(name).unwrap().remaining;
    assert_eq!(remaining(&test, "test"), Vec::<String>::new());
    let names: Vec<String> =
        discover(&app).unwrap()[0].environments.iter().map(|environment| environment.name.clone()).collect();
    assert_eq!(names, ["dev"]);
    // Another environment of the same name is not touched.
    let name = dev.state.insert("StackName".into(), json!("amplify-appdev-dev-202020")).unwrap();
    let id = dev.state.remove("StackId").unwrap();
    let remains = remaining(&dev, "dev");
    assert!(remains.iter().any(|line| line.contains("that of the stack `amplify-appdev-dev-101010`")), "{remains:?}");
    assert!(Observer::new().status(&dev.name).is_some());
    dev.state.extend([("StackName".to_owned(), name), ("StackId".to_owned(), id)]);
    assert_eq!(remaining(&dev, "dev"), Vec::<String>::new());
    assert_eq!(discover(&app).unwrap(), []);
    assert_eq!(remaining(&dev, "dev"), Vec::<String>::new());
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_an_app_that_is_gone_is_made_anew() {
    let sibling = JsonMap::from_iter([("AmplifyAppId".to_owned(), Value::from("d0000000000000"))]);
    let environment = Environment::joined("applost", "dev", &sibling);
    assert_ne!(environment.state["AmplifyAppId"], sibling["AmplifyAppId"]);
    assert_eq!(environment.destroy().unwrap().remaining, Vec::<String>::new());
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_an_environment_that_could_not_be_listed_is_listed_by_a_push() {
    let mut environment = Environment::initialized("applate");
    // Somebody listed it, and the id was never recorded.
    let app = environment.state.remove("AmplifyAppId").unwrap();
    let topic = |name: &str| json!({ "Topic": { "Type": "AWS::SNS::Topic", "Properties": { "DisplayName": name } } });
    let push = |environment: &Environment, name: &str| {
        deployed(&environment.deploy(&Host::new(), &topic(name), Vec::new())).state.clone()
    };
    assert_eq!(push(&environment, "one"), JsonMap::from_iter([("AmplifyAppId".to_owned(), app.clone())]));

    // Its secrets lie below the app's id, or below the stack's name where there is none: they are not left behind there.
    let secret = NamedSecret { name: "auth/app/googleSecret".into(), value: "x".into() };
    let set = SecretsRequest { target: environment.target(), set: vec![secret.clone()], remove: Vec::new() };
    assert_eq!(environment.ask(ProviderRequest::Secrets(set)).unwrap(), ProviderReply::SecretsKept);
    assert_eq!(push(&environment, "two"), JsonMap::new());
    let remove = SecretsRequest { target: environment.target(), set: Vec::new(), remove: vec![secret.name] };
    assert_eq!(environment.ask(ProviderRequest::Secrets(remove)).unwrap(), ProviderReply::SecretsKept);
    environment.state.extend(push(&environment, "three"));
    assert_eq!(environment.state.get("AmplifyAppId"), Some(&app));
    assert_eq!(push(&environment, "four"), JsonMap::new(), "it is listed");
    assert_eq!(environment.destroy().unwrap().remaining, Vec::<String>::new());
    assert_eq!(discover(app.as_str().unwrap()).unwrap(), []);
}

#[test]
#[ignore = "needs the emulator, and no stand-in for the Amplify service"]
fn without_amplify_an_environment_works_and_says_so() {
    let mut environment = Environment::named("noapp");
    let outcome = environment.initialize(&json!({}));
    environment.state = made(&outcome);
    assert!(!environment.state.contains_key("AmplifyAppId"));
    let told = format!("{:?}", outcome.log);
    assert!(told.contains("the Amplify service cannot be used here"), "{told}");
    assert!(discover("").is_err());
    // Recorded elsewhere, it remains, and nothing else waits for it.
    environment.state.insert("AmplifyAppId".into(), json!("d0000000000000"));
    let remaining = environment.destroy().unwrap().remaining;
    assert_eq!(remaining.len(), 1, "{remaining:?}");
    assert!(remaining[0].contains("d0000000000000"), "{remaining:?}");
    assert_eq!(Observer::new().stacks(&environment.name), Vec::<String>::new());
}
