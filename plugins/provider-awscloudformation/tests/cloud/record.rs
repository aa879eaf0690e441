//! The record of a deployment: published under the hold of the push, fetched by others, and never overwritten unseen.

use amplify_sdk::{
    environment::{FetchReply, FetchRequest, PublishRequest},
    error::PluginError,
    provider::{DeployRequest, ProviderReply, ProviderRequest},
};
use serde_json::json;

use crate::{environment::Environment, observer::Observer, proxy};

const ZIP: &str = "#current-cloud-backend.zip";
const META: &str = "amplify-meta.json";
const LEASE: &str = "amplify-lease.json";

impl Environment {
    /// Deploys nothing new, for a record that follows.
    fn push(&self, based_on: &str) -> Result<ProviderReply, PluginError> {
        let request =
            DeployRequest { based_on: based_on.into(), publishes: true, ..self.deployment(&json!({}), Vec::new()) };
        self.ask(ProviderRequest::Deploy(request))
    }

    fn publish(&self, based_on: &str, content: &str) -> Result<String, PluginError> {
        let files = [ZIP, META].map(|key| self.upload(key, &json!(format!("{key} {content}"))));
        let request = PublishRequest { target: self.target(), based_on: based_on.into(), files: files.into() };
        self.ask(ProviderRequest::Publish(request)).map(|reply| match reply {
            ProviderReply::Published(reply) => reply.revision,
            other => panic!("{other:?}"),
        })
    }

    fn fetch(&self, into: &str) -> FetchReply {
        let files = [ZIP, META, "backend-config.json"].map(str::to_owned).into();
        match self.ask(ProviderRequest::Fetch(FetchRequest { target: self.target(), files, into: into.into() })) {
            Ok(ProviderReply::Fetched(reply)) => reply,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_what_was_published_is_fetched() {
    let (alice, observer) = (Environment::initialized("record"), Observer::new());
    let bob = alice.cloned();
    assert_eq!(bob.fetch(""), FetchReply::default());
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().to_str().unwrap();
    assert_eq!(bob.fetch(into), FetchReply::default());

    let first = alice.publish("", "one").unwrap();
    assert!(!first.is_empty());
    assert_eq!(bob.fetch("").revision, first);
    let fetched = bob.fetch(into);
    assert_eq!(fetched.revision, first);
    let keys: Vec<&str> = fetched.files.iter().map(|file| file.key.as_str()).collect();
    assert_eq!(keys, [ZIP, META], "the file that is not there is not named");
    assert_eq!(std::fs::read_to_string(&fetched.files[0].path).unwrap(), json!(format!("{ZIP} one")).to_string());
    assert_eq!(observer.get(&alice.bucket(), LEASE), None);

    let second = alice.publish(&first, "two").unwrap();
    assert_ne!(first, second);
    assert_eq!(bob.fetch("").revision, second);
    // Published once more, it stays what it is.
    assert_eq!(alice.publish(&second, "two").unwrap(), second);
    assert_eq!(alice.publish(&first, "two").unwrap(), second, "a publication whose answer was lost");
    assert_eq!(alice.destroy().unwrap().remaining, Vec::<String>::new());
    assert!(!std::path::Path::new(&alice.data_dir()).exists());
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_a_push_holds_the_environment_until_it_is_published() {
    let (alice, observer) = (Environment::initialized("holds"), Observer::new());
    let bob = alice.cloned();
    alice.push("").unwrap();
    assert!(observer.get(&alice.bucket(), LEASE).is_some());
    assert_eq!(bob.push("").unwrap_err().code, "environment-busy");
    assert_eq!(bob.publish("", "bob's").unwrap_err().code, "environment-busy");
    let before = proxy::calls(&alice.name).len();
    alice.publish("", "alice's").unwrap();
    let calls = proxy::calls(&alice.name).split_off(before);
    assert_eq!(calls, ["PUT %23current-cloud-backend.zip", "PUT amplify-meta.json", "DELETE amplify-lease.json"]);
    assert_eq!(observer.get(&alice.bucket(), LEASE), None);
    // A push that died before it published is gone on with by its own folder.
    let revision = alice.fetch("").revision;
    alice.push(&revision).unwrap();
    alice.push(&revision).unwrap();
    let revision = alice.publish(&revision, "again").unwrap();
    // A push that fails gives it back.
    let request = DeployRequest {
        based_on: revision,
        publishes: true,
        ..alice.deployment(&json!({ "Broken": { "Type": "AWS::No::Such" } }), Vec::new())
    };
    alice.ask(ProviderRequest::Deploy(request)).unwrap_err();
    assert_eq!(observer.get(&alice.bucket(), LEASE), None);
    assert_eq!(alice.destroy().unwrap().remaining, Vec::<String>::new());
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_a_push_from_an_older_record_is_told_to_pull_first() {
    let (alice, observer) = (Environment::initialized("older"), Observer::new());
    let bob = alice.cloned();
    let first = alice.publish("", "one").unwrap();
    bob.push(&first).unwrap();
    let second = bob.publish(&first, "two").unwrap();
    for older in [first.as_str(), ""] {
        let before = proxy::calls(&alice.name).len();
        let error = alice.push(older).unwrap_err();
        assert_eq!(error.code, "pull-first");
        assert!(error.message.contains(crate::ACCOUNT) && error.message.contains(" at 20"), "{}", error.message);
        assert!(error.hints[0].contains("amplify pull"), "{error:?}");
        let calls = proxy::calls(&alice.name).split_off(before);
        assert!(!calls.iter().any(|call| call == "CreateChangeSet"), "{calls:?}");
        assert_eq!(observer.get(&alice.bucket(), LEASE), None, "it holds nothing");
    }
    assert_eq!(alice.publish(&first, "three").unwrap_err().code, "pull-first");
    assert_eq!(alice.fetch("").revision, second, "bob's record is untouched");
    // Bob's folder knows its own record, even if it never heard how the writing of it went.
    bob.push(&first).unwrap();
    bob.publish(&second, "four").unwrap();
    assert_eq!(alice.destroy().unwrap().remaining, Vec::<String>::new());
}
