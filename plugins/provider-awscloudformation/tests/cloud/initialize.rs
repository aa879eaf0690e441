//! How an environment is made: its tags, its limits, and an `init` that was killed.

use amplify_sdk::{
    JsonMap,
    provider::{InitializeRequest, ProviderRequest},
    testing::Host,
};
use provider_awscloudformation::AwsCloudFormation;
use serde_json::json;

use crate::{
    environment::{Environment, made, until},
    observer::Observer,
    process,
    sharing::slow,
};

#[test]
#[ignore = "needs the emulator"]
fn scenario_an_init_that_was_killed_is_gone_on_with() {
    let (mut environment, observer) = (Environment::named("killedinit"), Observer::new());
    let mut init = process::push(&environment, &slow(60));
    let handle = until("the stack", || observer.physical_id(&environment.name, "Handle"));
    init.kill().unwrap();
    init.wait().unwrap();
    // The next one would choose another name, a second later.
    let again = InitializeRequest {
        stack_name: "amplify-killedinit-dev-101011".into(),
        ..environment.initialization(&slow(60))
    };
    observer.signal(&handle);
    let outcome = Host::new().provider(&AwsCloudFormation, ProviderRequest::Initialize(again.clone()));
    environment.state = made(&outcome);
    assert_eq!(environment.state["StackName"], json!(environment.name));
    assert_eq!(observer.stacks("amplify-killedinit"), [environment.name.clone()]);
    // Killed once more, before anything was recorded: the same stack, and the same app.
    let outcome = Host::new().provider(&AwsCloudFormation, ProviderRequest::Initialize(again.clone()));
    assert_eq!(made(&outcome), environment.state);
    assert_eq!(environment.destroy().unwrap().remaining, Vec::<String>::new());
    assert!(!std::path::Path::new(&environment.data_dir()).exists());
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_an_init_that_was_killed_and_failed_leaves_nothing_to_the_next() {
    let (mut environment, observer) = (Environment::named("failedinit"), Observer::new());
    let mut init = process::push(&environment, &slow(1));
    until("the stack", || observer.physical_id(&environment.name, "Handle"));
    init.kill().unwrap();
    init.wait().unwrap();
    until("its end", || observer.status(&environment.name).filter(|status| !status.ends_with("_IN_PROGRESS")));
    let outcome = environment.initialize(&json!({}));
    environment.state = made(&outcome);
    assert_eq!(observer.status(&environment.name).as_deref(), Some("CREATE_COMPLETE"));
    assert_eq!(environment.destroy().unwrap().remaining, Vec::<String>::new());
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_a_stack_says_what_it_belongs_to_and_what_limits_it() {
    let (mut environment, observer) = (Environment::named("marked"), Observer::new());
    let arn = "arn:aws:iam::111122223333:policy/limit";
    let request = InitializeRequest {
        tags: [("team".to_owned(), "shop".to_owned())].into(),
        options: JsonMap::from_iter([("permissionsBoundaryArn".to_owned(), json!(arn))]),
        ..environment.initialization(&json!({}))
    };
    environment.state = made(&Host::new().provider(&AwsCloudFormation, ProviderRequest::Initialize(request)));
    assert_eq!(environment.state["PermissionsBoundaryPolicyArn"], json!(arn));
    let tags = observer.tags(&environment.name);
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let wanted = [pair("amplify-environment", "dev"), pair("amplify-project", "shop"), pair("team", "shop")];
    assert_eq!(tags.into_iter().collect::<Vec<_>>(), wanted);
    let template = observer.template(&environment.name);
    assert_eq!(template["Resources"]["AuthRole"]["Properties"]["PermissionsBoundary"], json!(arn));

    // A push keeps both, and changes what is asked to be changed.
    let request = amplify_sdk::provider::DeployRequest {
        tags: [("team".to_owned(), "web".to_owned())].into(),
        ..environment.deployment(&json!({ "Topic": { "Type": "AWS::SNS::Topic", "Properties": {} } }), Vec::new())
    };
    environment.ask(ProviderRequest::Deploy(request)).unwrap();
    assert_eq!(observer.tags(&environment.name)["team"], "web");
    assert_eq!(observer.tags(&environment.name)["amplify-environment"], "dev");
    let template = observer.template(&environment.name);
    assert_eq!(template["Resources"]["UnauthRole"]["Properties"]["PermissionsBoundary"], json!(arn));
    assert_eq!(environment.destroy().unwrap().remaining, Vec::<String>::new());
}
