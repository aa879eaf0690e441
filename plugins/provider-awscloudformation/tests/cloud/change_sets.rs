//! What CloudFormation says of an update before it begins, compared with what the user was shown.
//!
//! ministack is mended for these tests so that its change sets look into nested stacks (`tests/src/ministack.py`).

use amplify_sdk::{
    message::Progress,
    provider::{
        DeployPlan, ForeseeReply, ForeseenChange, PlannedChange, PlannedResource, ProviderReply, ProviderRequest,
    },
    testing::{Host, Outcome},
};
use provider_awscloudformation::AwsCloudFormation;
use serde_json::{Value, json};

use crate::{
    environment::{Environment, deployed},
    observer::Observer,
    proxy,
};

const KEY: &str = "amplify-cfn-templates/storage/jobs-template.json";

/// A stack with a queue and a role. ministack knows of both which properties replace them.
fn jobs(queue: &str, role: &str) -> Value {
    let policy = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole",
    }] });
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            "Queue": { "Type": "AWS::SQS::Queue", "Properties": { "QueueName": queue } },
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": { "RoleName": role, "AssumeRolePolicyDocument": policy },
            },
        },
        "Outputs": { "Name": { "Value": { "Fn::GetAtt": ["Queue", "QueueName"] } } },
    })
}

fn plan(changes: &[(&str, &str, bool)]) -> DeployPlan {
    let change = |(path, action, loses_data): &(&str, &str, bool)| PlannedChange {
        path: (*path).into(),
        action: (*action).into(),
        loses_data: *loses_data,
    };
    let jobs = PlannedResource { logical_id: "storagejobs".into(), name: "jobs".into(), ..PlannedResource::default() };
    DeployPlan { changes: changes.iter().map(change).collect(), resources: vec![jobs] }
}

impl Environment {
    /// Deploys a queue and a role whose names end like this.
    fn push_as(&self, host: &Host, ends: [&str; 2], plan: Option<DeployPlan>) -> Outcome<ProviderReply> {
        let [queue, role] = ends.map(|end| format!("{}-{end}", self.name));
        let upload = self.upload(KEY, &jobs(&queue, &role));
        let request = self.deployment(&json!({ "storagejobs": self.nested(KEY) }), vec![upload]);
        let request = amplify_sdk::provider::DeployRequest { plan, ..request };
        host.provider(&AwsCloudFormation, ProviderRequest::Deploy(request))
    }

    /// Asks what that would do.
    fn foresee_as(&self, ends: [&str; 2], plan: DeployPlan) -> ForeseeReply {
        let [queue, role] = ends.map(|end| format!("{}-{end}", self.name));
        let upload = self.upload(KEY, &jobs(&queue, &role));
        let request = self.deployment(&json!({ "storagejobs": self.nested(KEY) }), vec![upload]);
        let request = amplify_sdk::provider::DeployRequest { plan: Some(plan), ..request };
        match self.ask(ProviderRequest::Foresee(request)).unwrap() {
            ProviderReply::Foreseen(reply) => reply,
            other => panic!("{other:?}"),
        }
    }

    /// CloudFormation's calls about it since the first so many calls.
    fn calls_since(&self, before: usize) -> Vec<String> {
        let calls = proxy::calls(&self.name).split_off(before).into_iter();
        calls.filter(|call| call.contains("ChangeSet") || call == "UpdateStack").collect()
    }
}

impl Observer {
    /// Change sets of a stack.
    fn change_sets(&self, stack: &str) -> Vec<String> {
        let reply = self.wait(self.cloudformation.list_change_sets().stack_name(stack).send()).unwrap();
        let one = |set: &aws_sdk_cloudformation::types::ChangeSetSummary| {
            format!("{} {}", set.change_set_name().unwrap(), set.execution_status().unwrap().as_str())
        };
        reply.summaries().iter().map(one).collect()
    }
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_what_the_plan_does_not_say_stops_the_push_or_is_asked() {
    let (environment, observer) = (Environment::initialized("unsaid"), Observer::new());
    let name = environment.name.clone();
    let count = || proxy::calls(&name).len();
    let before = count();
    let first = plan(&[("storagejobs/Queue", "create", false), ("storagejobs/Role", "create", false)]);
    let outcome = environment.push_as(&Host::new(), ["one", "one"], Some(first));
    assert_eq!(deployed(&outcome).outputs["storagejobs"]["Name"], json!(format!("{name}-one")));
    assert_eq!(environment.calls_since(before), ["CreateChangeSet", "DescribeChangeSet", "ExecuteChangeSet"]);

    // Another name replaces the queue. A plan that does not say so stops it, and nothing is left behind.
    let silent = plan(&[("storagejobs/Queue", "update", false)]);
    let before = count();
    let outcome = environment.push_as(&Host::new(), ["two", "one"], Some(silent.clone()));
    let error = outcome.error();
    assert_eq!(error.code, "unplanned-loss");
    let cause = "`storagejobs/Queue` (AWS::SQS::Queue) would be replaced because of QueueName: it loses all messages in \
                 the queue";
    assert_eq!(error.causes, [cause]);
    assert!(error.hints[0].ends_with("--allow-replace jobs"), "{error:?}");
    let calls = environment.calls_since(before);
    // The one that was executed has the name until it is replaced.
    let replaced = ["CreateChangeSet", "DeleteChangeSet", "CreateChangeSet"];
    assert_eq!(calls, [&replaced[..], &["DescribeChangeSet", "DescribeChangeSet", "DeleteChangeSet"]].concat());
    assert_eq!(observer.change_sets(&name), Vec::<String>::new());
    assert_eq!(observer.status(&name).as_deref(), Some("UPDATE_COMPLETE"), "it was not touched");
    assert_eq!(observer.get(&environment.bucket(), "amplify-lease.json"), None);

    // A replaced role loses nothing: it is told, and asked.
    let outcome =
        environment.push_as(&Host::new().answer("push.unplanned", false), ["one", "two"], Some(silent.clone()));
    assert_eq!(outcome.error().kind, amplify_sdk::error::ErrorKind::Cancelled);
    assert_eq!(outcome.error().causes, ["nothing was deployed"]);
    let outcome = environment.push_as(&Host::new(), ["one", "two"], Some(silent.clone()));
    assert_eq!(outcome.keys(), ["push.unplanned"], "nobody answers");
    assert!(outcome.result.is_err());
    let outcome = environment.push_as(&Host::new().defaults(), ["one", "two"], Some(silent.clone()));
    deployed(&outcome);
    let told = outcome.progress.iter().any(|progress| {
        matches!(progress, Progress::Message { text } if text.contains("`storagejobs/Role` (AWS::IAM::Role) would be replaced"))
    });
    assert!(told, "{:?}", outcome.progress);

    // With the word for it, or a plan that says so, the queue is replaced.
    let mut named = silent;
    named.resources[0].may_replace = true;
    deployed(&environment.push_as(&Host::new().defaults(), ["two", "two"], Some(named)));
    let said = plan(&[("storagejobs/Queue", "replace", true)]);
    let outcome = environment.push_as(&Host::new(), ["three", "two"], Some(said));
    assert_eq!(deployed(&outcome).outputs["storagejobs"]["Name"], json!(format!("{name}-three")));
    assert_eq!(outcome.keys(), Vec::<&str>::new());
    // A host that says nothing of a plan deploys as it always did.
    deployed(&environment.push_as(&Host::new(), ["four", "two"], None));
    assert_eq!(environment.destroy().unwrap().remaining, Vec::<String>::new());
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_what_would_happen_is_told_and_nothing_happens() {
    let (environment, observer) = (Environment::initialized("foreseen"), Observer::new());
    let told = |reply: &ForeseeReply| -> Vec<String> {
        let line = |change: &ForeseenChange| format!("{} {} {:?}", change.action, change.path, change.properties);
        reply.changes.iter().map(line).collect()
    };
    deployed(&environment.push_as(&Host::new(), ["one", "one"], None));
    let root = observer.get(&environment.bucket(), "nested-cloudformation-stack.yml");
    let before = proxy::calls(&environment.name).len();
    let silent = plan(&[("storagejobs/Queue", "update", false)]);
    let reply = environment.foresee_as(["two", "two"], silent);
    let (queue, role) = ("replace storagejobs/Queue [\"QueueName\"]", "replace storagejobs/Role [\"RoleName\"]");
    assert_eq!(told(&reply), [queue, role], "{reply:?}");
    let unplanned: Vec<(&str, &str)> =
        reply.unplanned.iter().map(|change| (change.loss.as_str(), change.option.as_str())).collect();
    assert_eq!(unplanned, [("all messages in the queue", "--allow-replace jobs"), ("", "--allow-replace jobs")]);

    // It is gone again, the stack as it was, and what tells others of a deployment too.
    let calls = environment.calls_since(before);
    assert_eq!(calls.last().map(String::as_str), Some("DeleteChangeSet"), "{calls:?}");
    assert!(!calls.iter().any(|call| call == "ExecuteChangeSet" || call == "UpdateStack"), "{calls:?}");
    assert_eq!(observer.change_sets(&environment.name), Vec::<String>::new());
    assert_eq!(observer.status(&environment.name).as_deref(), Some("UPDATE_COMPLETE"));
    assert_eq!(observer.get(&environment.bucket(), "nested-cloudformation-stack.yml"), root);
    let keys = observer.keys(&environment.bucket());
    assert!(!keys.iter().any(|key| key.contains("amplify-plan") || key.contains("lease")), "{keys:?}");

    // What the plan says is not said again, and a push does what was foreseen.
    let said = plan(&[("storagejobs/Queue", "replace", true), ("storagejobs/Role", "replace", false)]);
    let reply = environment.foresee_as(["two", "two"], said.clone());
    assert_eq!((told(&reply).len(), reply.unplanned.as_slice()), (2, [].as_slice()), "{reply:?}");
    deployed(&environment.push_as(&Host::new(), ["two", "two"], Some(said)));
    assert_eq!(environment.destroy().unwrap().remaining, Vec::<String>::new());
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_a_change_set_that_a_dead_push_left_is_replaced() {
    let (environment, observer) = (Environment::initialized("leftover"), Observer::new());
    let template = environment.deployment(&json!({ "Topic": { "Type": "AWS::SNS::Topic" } }), Vec::new()).template;
    let create = observer.cloudformation.create_change_set().stack_name(&environment.name);
    let create = create.change_set_name("amplify-push").template_body(template.to_string());
    let parameters = ["DeploymentBucketName", "AuthRoleName", "UnauthRoleName"].map(|key| {
        let parameter = aws_sdk_cloudformation::types::Parameter::builder();
        parameter.parameter_key(key).use_previous_value(true).build()
    });
    let capability = aws_sdk_cloudformation::types::Capability::CapabilityNamedIam;
    let create = create.set_parameters(Some(parameters.to_vec())).capabilities(capability);
    observer.wait(create.send()).unwrap();
    assert_eq!(observer.change_sets(&environment.name), ["amplify-push AVAILABLE"]);

    // Nothing changes: neither the old nor the new one is there afterwards.
    let before = proxy::calls(&environment.name).len();
    deployed(&environment.deploy(&Host::new(), &json!({}), Vec::new()));
    let calls = environment.calls_since(before);
    let made = ["CreateChangeSet", "DeleteChangeSet", "CreateChangeSet", "DescribeChangeSet", "DeleteChangeSet"];
    assert_eq!(calls, made);
    assert_eq!(observer.change_sets(&environment.name), Vec::<String>::new());
    assert_eq!(observer.status(&environment.name).as_deref(), Some("CREATE_COMPLETE"), "it was not touched");
    assert_eq!(environment.destroy().unwrap().remaining, Vec::<String>::new());
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_without_nested_change_sets_the_stack_is_updated_directly_and_that_is_said() {
    let environment = Environment::initialized("flat");
    proxy::script(&environment.name, |action, _, reply| {
        let nested = "<IncludeNestedStacks>true</IncludeNestedStacks>";
        (action == "DescribeChangeSet").then(|| reply.replace(nested, ""))
    });
    assert_eq!(
        environment.foresee_as(["one", "one"], plan(&[])),
        ForeseeReply { blind: true, ..ForeseeReply::default() }
    );
    let before = proxy::calls(&environment.name).len();
    let outcome = environment.push_as(&Host::new(), ["one", "one"], Some(plan(&[])));
    deployed(&outcome);
    let calls = environment.calls_since(before);
    assert_eq!(calls, ["CreateChangeSet", "DescribeChangeSet", "DeleteChangeSet", "UpdateStack"]);
    assert!(outcome.log.iter().any(|record| record.text.contains("without comparing")), "{:?}", outcome.log);
    assert_eq!(environment.destroy().unwrap().remaining, Vec::<String>::new());
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_what_cloudformation_refuses_is_said_with_the_reason_of_the_nested_stack() {
    let (environment, observer) = (Environment::initialized("refused"), Observer::new());
    let below = "arn:aws:cloudformation:eu-west-1:111122223333:changeSet/amplify-push-X/ab";
    let name = environment.name.clone();
    let mut pending = 2;
    // As CloudFormation answers: at first it is being made, then the nested one tells why it is not.
    proxy::script(&environment.name, move |action, body, _| {
        if action != "DescribeChangeSet" {
            return None;
        }
        let nested = body.contains("amplify-push-X");
        pending -= i32::from(!nested);
        let (status, reason) = match (nested, pending >= 0) {
            (true, _) => ("FAILED", "Template error: instance of Fn::GetAtt references undefined resource Tabel"),
            (_, true) => ("CREATE_IN_PROGRESS", ""),
            _ => ("FAILED", &*format!("Nested change set {below} was not successfully created: Currently in FAILED.")),
        };
        let stack = if nested { format!("{name}-storagenotes-1ABC") } else { name.clone() };
        Some(format!(
            "<DescribeChangeSetResponse><DescribeChangeSetResult><StackName>{stack}</StackName><Status>{status}</Status>\
             <StatusReason>{reason}</StatusReason></DescribeChangeSetResult></DescribeChangeSetResponse>"
        ))
    });
    let outcome = environment.push_as(&Host::new(), ["one", "one"], Some(plan(&[])));
    let error = outcome.error();
    assert_eq!(error.code, "change-set-failed");
    assert!(error.message.ends_with("storagenotes-1ABC`"), "{error:?}");
    assert!(error.causes[0].contains("undefined resource Tabel"), "{error:?}");
    assert_eq!(observer.change_sets(&environment.name), Vec::<String>::new());
    assert_eq!(observer.status(&environment.name).as_deref(), Some("CREATE_COMPLETE"));
    assert_eq!(environment.destroy().unwrap().remaining, Vec::<String>::new());
}
