//! Secrets: kept encrypted, handed to the stack, forgotten with the environment, shown nowhere.

use amplify_sdk::{
    environment::{NamedSecret, SecretParameter, SecretsRequest},
    error::PluginError,
    provider::{ProviderReply, ProviderRequest},
    testing::{Host, Outcome},
};
use provider_awscloudformation::AwsCloudFormation;
use serde_json::{Value, json};

use crate::{
    environment::{Environment, deployed},
    observer::Observer,
    proxy,
};

const SECRET: &str = "auth/app/googleSecret";
const MARKER: &str = "marker-5d1c-hush";

fn secrets(environment: &Environment, set: &[(&str, &str)], remove: &[&str]) -> Result<ProviderReply, PluginError> {
    let named = |(name, value): &(&str, &str)| NamedSecret { name: (*name).into(), value: (*value).into() };
    let request = SecretsRequest {
        target: environment.target(),
        set: set.iter().map(named).collect(),
        remove: remove.iter().map(|name| (*name).to_owned()).collect(),
    };
    environment.ask(ProviderRequest::Secrets(request))
}

fn deploy(environment: &Environment) -> Outcome<ProviderReply> {
    let mut request = environment.deployment(&topic(), Vec::new());
    request.template["Parameters"]["authappgoogleSecret"] = json!({ "Type": "String", "NoEcho": true });
    let parameter = SecretParameter { parameter: "authappgoogleSecret".into(), secret: SECRET.into() };
    request.secrets = vec![parameter];
    Host::new().provider(&AwsCloudFormation, ProviderRequest::Deploy(request))
}

/// Its name shows whether the value has reached the stack.
fn topic() -> Value {
    json!({ "Topic": { "Type": "AWS::SNS::Topic", "Properties": { "DisplayName": { "Ref": "authappgoogleSecret" } } } })
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_a_secret_reaches_the_stack_and_nothing_else() {
    let (environment, observer) = (Environment::initialized("secret"), Observer::new());
    let outcome = deploy(&environment);
    assert_eq!(outcome.error().code, "secrets-missing");
    assert_eq!(outcome.error().message, format!("the environment `dev` lacks the secret `{SECRET}`"));
    assert!(!proxy::calls(&environment.name).iter().any(|call| call == "CreateChangeSet"));

    assert_eq!(secrets(&environment, &[(SECRET, MARKER)], &["auth/app/never"]).unwrap(), ProviderReply::SecretsKept);
    let folder = format!("/amplify/{}/dev", environment.state["AmplifyAppId"].as_str().unwrap());
    assert_eq!(
        observer.parameters(&folder),
        [(format!("{folder}/AMPLIFY_auth_app_googleSecret"), "SecureString".into())]
    );
    let outcome = deploy(&environment);
    deployed(&outcome);
    assert!(!format!("{outcome:?}").contains(MARKER), "{outcome:?}");
    let with_secret: Vec<String> = proxy::calls(MARKER);
    assert_eq!(with_secret, ["POST ", "CreateChangeSet"], "it is sent to be kept, and to the stack");
    for key in observer.keys(&environment.bucket()) {
        assert!(!observer.get(&environment.bucket(), &key).unwrap_or_default().contains(MARKER), "{key}");
    }

    // A new value is a change, the same value is none.
    deployed(&deploy(&environment));
    secrets(&environment, &[(SECRET, "marker-5d1c-other")], &[]).unwrap();
    deployed(&deploy(&environment));
    assert_eq!(proxy::calls("marker-5d1c-other"), ["POST ", "CreateChangeSet"]);

    secrets(&environment, &[("auth/app/second", "two")], &[SECRET]).unwrap();
    assert_eq!(observer.parameters(&folder).len(), 1);
    assert_eq!(environment.destroy().unwrap().remaining, Vec::<String>::new());
    assert_eq!(observer.parameters(&folder), []);
}
