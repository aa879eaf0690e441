//! Whose credentials are used, told before anything is confirmed.

use amplify_sdk::{
    environment::{IdentifyReply, IdentifyRequest, Target},
    error::PluginError,
    provider::{ProviderReply, ProviderRequest},
};
use serde_json::json;

use crate::{ACCOUNT, environment::Environment};

impl Environment {
    fn identify(&self, target: Target) -> Result<IdentifyReply, PluginError> {
        self.ask(ProviderRequest::Identify(IdentifyRequest { target })).map(|reply| match reply {
            ProviderReply::Identified(reply) => reply,
            other => panic!("{other:?}"),
        })
    }
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_the_account_is_named_and_compared() {
    let mut environment = Environment::named("who");
    let state = |id: &str, region: &str| {
        let arn = format!("arn:aws:cloudformation:{region}:{id}:stack/amplify-who-dev-101010/x");
        json!({ "Region": region, "StackName": "amplify-who-dev-101010", "StackId": arn }).as_object().unwrap().clone()
    };
    environment.state = state(ACCOUNT, "us-east-2");
    let reply = environment.identify(environment.target()).unwrap();
    assert_eq!((reply.account.as_str(), reply.region.as_str()), (ACCOUNT, "us-east-2"));
    assert!(reply.summary.starts_with("account 111122223333 (us-east-2), "), "{}", reply.summary);
    // Before there is an environment, what a new one would get.
    let reply = environment.identify(Target::default()).unwrap();
    assert_eq!((reply.account.as_str(), reply.region.as_str()), (ACCOUNT, "eu-west-1"));
    environment.state = state("444455556666", "us-east-2");
    assert_eq!(environment.identify(environment.target()).unwrap_err().code, "other-account");
}
