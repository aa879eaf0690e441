//! What keeps an environment from being deployed, and how it is mended.

use amplify_sdk::{
    environment::{RecoverAction, RecoverReply, RecoverRequest},
    error::PluginError,
    provider::{ProviderReply, ProviderRequest},
    testing::Host,
};
use aws_sdk_cloudformation::types::Capability;
use serde_json::{Value, json};

use crate::{
    environment::{Environment, deployed, until},
    observer::Observer,
    process, proxy,
    sharing::slow,
};

const LEASE: &str = "amplify-lease.json";

impl Environment {
    fn recover(&self, action: RecoverAction) -> Result<RecoverReply, PluginError> {
        let request = RecoverRequest { target: self.target(), action };
        self.ask(ProviderRequest::Recover(request)).map(|reply| match reply {
            ProviderReply::Recovered(reply) => reply,
            other => panic!("{other:?}"),
        })
    }

    fn inspect(&self) -> RecoverReply {
        self.recover(RecoverAction::Inspect).unwrap()
    }
}

fn go_on(skip: &[&str]) -> RecoverAction {
    RecoverAction::ContinueRollback { skip: skip.iter().map(|path| (*path).to_owned()).collect() }
}

/// Answers as for a stack whose roll back is stuck in a nested stack, until what is stuck is skipped. No emulator gets into
/// this state by itself.
fn stick(environment: &Environment) {
    let below = "arn:aws:cloudformation:eu-west-1:111122223333:stack/amplify-stuck-dev-101010-storagephotos-X1/y";
    let mut mended = false;
    proxy::script(&environment.name, move |action, body, reply| match action {
        _ if mended && action != "DescribeStacks" => None,
        "ContinueUpdateRollback" => {
            mended = body.contains("ResourcesToSkip.member.1=amplify-stuck-dev-101010-storagephotos-X1.Table");
            Some(
                "<ContinueUpdateRollbackResponse><ContinueUpdateRollbackResult/></ContinueUpdateRollbackResponse>"
                    .into(),
            )
        }
        "DescribeStacks" => {
            let status = if mended { "UPDATE_ROLLBACK_COMPLETE" } else { "UPDATE_ROLLBACK_FAILED" };
            reply.contains(">CREATE_COMPLETE<").then(|| reply.replace("CREATE_COMPLETE", status))
        }
        "ListStackResources" => {
            let (id, physical, kind) = match body.contains("storagephotos") {
                true => ("Table", "photos-dev", "AWS::DynamoDB::Table"),
                false => ("storagephotos", below, "AWS::CloudFormation::Stack"),
            };
            Some(format!(
                "<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries><member>\
                 <LogicalResourceId>{id}</LogicalResourceId><PhysicalResourceId>{physical}</PhysicalResourceId>\
                 <ResourceType>{kind}</ResourceType><ResourceStatus>UPDATE_FAILED</ResourceStatus>\
                 <ResourceStatusReason>the index is gone</ResourceStatusReason>\
                 <LastUpdatedTimestamp>2026-01-02T03:04:05Z</LastUpdatedTimestamp></member></StackResourceSummaries>\
                 </ListStackResourcesResult></ListStackResourcesResponse>"
            ))
        }
        _ => None,
    });
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_a_roll_back_that_failed_is_gone_on_with() {
    let (environment, observer) = (Environment::initialized("stuck"), Observer::new());
    let healthy = environment.inspect();
    assert_eq!(healthy, RecoverReply { status: "CREATE_COMPLETE".into(), usable: true, ..RecoverReply::default() });
    assert_eq!(environment.recover(go_on(&[])).unwrap_err().code, "not-recoverable");
    stick(&environment);

    // Nothing is sent to a stack like that.
    let before = proxy::calls(&environment.name).len();
    let outcome = environment.deploy(&Host::new(), &json!({}), Vec::new());
    assert_eq!(outcome.error().code, "stack-blocked");
    assert_eq!(outcome.error().causes, ["`storagephotos/Table` (AWS::DynamoDB::Table): the index is gone"]);
    assert!(outcome.error().hints[0].contains("amplify recover"), "{:?}", outcome.error());
    let calls = proxy::calls(&environment.name).split_off(before);
    assert_eq!(calls, ["DescribeStacks", "ListStackResources", "ListStackResources"]);

    let report = environment.inspect();
    assert_eq!((report.status.as_str(), report.usable), ("UPDATE_ROLLBACK_FAILED", false));
    assert_eq!(report.stuck.len(), 1, "{report:?}");
    let stuck = &report.stuck[0];
    assert_eq!((stuck.path.as_str(), stuck.reason.as_str()), ("storagephotos/Table", "the index is gone"));
    assert_eq!(report.actions, [go_on(&[]), go_on(&["storagephotos/Table"])], "the most careful one first");

    let report = environment.recover(go_on(&[])).unwrap();
    assert!(!report.usable, "it is stuck again: {report:?}");
    assert_eq!(environment.recover(go_on(&["Nothing"])).unwrap_err().code, "not-stuck");
    let report = environment.recover(go_on(&["storagephotos/Table"])).unwrap();
    assert_eq!((report.status.as_str(), report.usable), ("UPDATE_ROLLBACK_COMPLETE", true), "{report:?}");
    assert_eq!(observer.get(&environment.bucket(), LEASE), None);
    let topic = json!({ "Topic": { "Type": "AWS::SNS::Topic", "Properties": {} } });
    deployed(&environment.deploy(&Host::new(), &topic, Vec::new()));
    assert_eq!(environment.destroy().unwrap().remaining, Vec::<String>::new());
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_an_update_without_end_is_cancelled_by_somebody_else() {
    let (environment, observer) = (Environment::initialized("endless"), Observer::new());
    let mut push = process::push(&environment, &slow(60));
    until("the update", || observer.physical_id(&environment.name, "Handle"));
    push.kill().unwrap();
    push.wait().unwrap();
    let other = environment.cloned();
    let report = other.inspect();
    assert_eq!((report.status.as_str(), report.usable), ("UPDATE_IN_PROGRESS", false));
    assert_eq!(report.actions, [RecoverAction::Cancel, RecoverAction::TakeHold]);
    assert!(report.holder.starts_with("`arn:aws:iam::111122223333:root` since 20"), "{}", report.holder);
    assert_eq!(environment.inspect().actions, [RecoverAction::Cancel], "its own hold it takes back by itself");

    assert_eq!(other.deploy(&Host::new(), &json!({}), Vec::new()).error().code, "environment-busy");
    let report = other.recover(RecoverAction::Cancel).unwrap();
    assert_eq!((report.status.as_str(), report.usable), ("UPDATE_ROLLBACK_COMPLETE", true));
    let report = other.recover(RecoverAction::TakeHold).unwrap();
    assert_eq!((report.holder.as_str(), report.actions.len()), ("", 0), "{report:?}");
    deployed(&other.deploy(&Host::new(), &json!({}), Vec::new()));
    assert_eq!(environment.destroy().unwrap().remaining, Vec::<String>::new());
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_a_first_creation_that_failed_is_made_anew() {
    let (mut environment, observer) = (Environment::named("anew"), Observer::new());
    // Somebody has a bucket of this name for a while.
    observer.create_bucket(&environment.bucket());
    let order = environment.initialization(&json!({}));
    let create =
        observer.cloudformation.create_stack().stack_name(&environment.name).template_body(order.template.to_string());
    let create = order.parameters.iter().fold(create, |create, (key, value)| {
        let parameter = aws_sdk_cloudformation::types::Parameter::builder();
        create.parameters(parameter.parameter_key(key).parameter_value(value.as_str().unwrap()).build())
    });
    let id = observer
        .wait(create.capabilities(Capability::CapabilityNamedIam).send())
        .unwrap()
        .stack_id()
        .unwrap()
        .to_owned();
    until("its end", || observer.status(&id).filter(|status| !status.ends_with("_IN_PROGRESS")));
    observer.wait(observer.s3.delete_bucket().bucket(environment.bucket()).send()).unwrap();
    environment.state.extend([
        ("StackName".to_owned(), Value::from(environment.name.clone())),
        ("StackId".to_owned(), id.clone().into()),
        ("Region".to_owned(), "eu-west-1".into()),
        ("DeploymentBucketName".to_owned(), environment.bucket().into()),
    ]);
    let report = environment.inspect();
    assert_eq!((report.usable, report.actions.as_slice()), (false, [RecoverAction::Recreate].as_slice()), "{report:?}");
    let report = environment.recover(RecoverAction::Recreate).unwrap();
    assert!(report.usable, "{report:?}");
    assert_ne!(report.state["StackId"], json!(id));
    assert_eq!(report.state["DeploymentBucketName"], json!(environment.bucket()));
    environment.state = report.state;
    deployed(&environment.deploy(&Host::new(), &json!({}), Vec::new()));
    assert_eq!(environment.recover(RecoverAction::Recreate).unwrap_err().code, "not-recoverable");
    assert_eq!(environment.destroy().unwrap().remaining, Vec::<String>::new());
}
