//! The state of an environment, ways out of a stuck one, its web console, and its tags.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use amplify_tests::{
    Account, Sandbox,
    http::{Request, Server, reply},
};
use serde_json::json;

#[test]
fn an_interrupted_deployment_is_shown_and_rolled_back() {
    let sandbox = Sandbox::initialised();
    let healthy = sandbox.amplify(["recover"]).success();
    let _ = healthy.prints("Environment dev: UPDATE_COMPLETE, it can be deployed to");
    let _ = sandbox.amplify(["recover", "--cancel", "--yes"]).ended_with(1).says("code: recover-not-offered");
    let _ = sandbox.amplify(["recover", "--cancel", "--recreate"]).ended_with(2).says("one thing at a time");

    // What a deployment that was killed leaves: a record of what it was about to make.
    let serial = sandbox.read_json("amplify/mock-data/dev/state.json")["serial"].clone();
    let begin = json!({ "step": "begin", "serial": serial });
    let create = json!({ "step": "create", "path": "storagephotos/S3Bucket", "resourceType": "AWS::S3::Bucket", "physicalId": "half-made" });
    sandbox.write("amplify/mock-data/dev/journal", format!("{begin}\n{create}\n"));
    fs_err::create_dir_all(sandbox.root().join("amplify/mock-data/dev/s3/half-made")).unwrap();
    let found = sandbox.amplify(["recover", "--json"]).success().json();
    assert_eq!((&found["status"], &found["actions"]), (&json!("UPDATE_INTERRUPTED"), &json!(["cancel"])), "{found}");
    assert_eq!(found["stuck"][0]["path"], "storagephotos/S3Bucket");
    let _ = sandbox.amplify(["recover"]).ended_with(2).says("recover.action");
    let _ = sandbox.amplify(["recover", "--cancel"]).ended_with(2).says("recover.confirm");
    let chosen = ["recover", "--answer", "recover.action=cancel", "--answer", "recover.confirm=true"];
    let _ = sandbox.amplify(chosen).success().prints("UPDATE_COMPLETE");
    assert!(!sandbox.exists("amplify/mock-data/dev/s3/half-made") && !sandbox.exists("amplify/mock-data/dev/journal"));
}

#[test]
fn this_machine_has_no_console() {
    let sandbox = Sandbox::initialised();
    sandbox.add_bucket("photos");
    for words in [&["console"][..], &["console", "storage", "photos"], &["storage", "console"]] {
        let _ = sandbox.amplify(words.iter().copied()).ended_with(1).says("code: no-console");
    }
    let _ = sandbox.amplify(["console", "storage", "nothing"]).ended_with(1).says("nothing");
}

#[test]
fn the_console_of_an_account_is_linked_as_deep_as_was_asked() {
    let Some(account) = Account::new() else { return };
    let sandbox = &account.sandbox;
    let _ = account.amplify(["init", "--yes", "--provider", "awscloudformation", "--env", "prod"]).success();
    let app = sandbox.read_json("amplify/team-provider-info.json")["prod"]["awscloudformation"]["AmplifyAppId"].clone();
    let app = app.as_str().expect("the environment is listed in its app").to_owned();
    sandbox.add_bucket("photos");
    let _ = account.amplify(["function", "add", "--yes", "--answer", "function.resourceName=hello"]).success();
    let not_yet = account.amplify(["console", "storage", "photos"]).ended_with(1);
    let _ = not_yet.says("code: not-deployed").says("`photos` of `storage`");
    let _ = account.amplify(["push", "--yes"]).success();

    let console = "https://console.aws.amazon.com";
    let bucket =
        sandbox.read_json("amplify/backend/amplify-meta.json")["storage"]["photos"]["output"]["BucketName"].clone();
    let bucket = format!("{console}/s3/buckets/{}?region=eu-west-1", bucket.as_str().unwrap());
    // The app's page of the environment: what comes before its name is `backend` in base 64.
    let environment = format!("{console}/amplify/home?region=eu-west-1#/{app}/YmFja2VuZA/prod");
    let function = format!("{console}/lambda/home?region=eu-west-1#/functions/hello-prod");
    let links: [(&[&str], &str); 6] = [
        (&["console"], &environment),
        (&["console", "storage"], &bucket),
        (&["storage", "console"], &bucket),
        (&["console", "storage", "photos"], &bucket),
        (&["console", "function", "hello"], &function),
        (&["console", "--no-browser"], &environment),
    ];
    for (words, link) in links {
        // There is no terminal here, so nobody looks at a browser: the link is all that is printed.
        assert_eq!(account.amplify(words.iter().copied()).success().stdout, format!("{link}\n"), "{words:?}");
    }
    let document = account.amplify(["console", "function", "--json"]).success().json();
    assert_eq!(document, json!({ "url": function, "opened": false }));
    let _ = account.amplify(["console", "api"]).ended_with(1).says("code: category-empty");
    let _ = account.amplify(["console", "storage", "nothing"]).ended_with(1).says("nothing");

    // Where the app is not known, the environment is its root stack.
    let mut team = sandbox.read_json("amplify/team-provider-info.json");
    team["prod"]["awscloudformation"].as_object_mut().unwrap().remove("AmplifyAppId");
    let stack = team["prod"]["awscloudformation"]["StackId"].as_str().unwrap().replace(':', "%3A").replace('/', "%2F");
    sandbox.write("amplify/team-provider-info.json", team.to_string());
    let stack = format!("{console}/cloudformation/home?region=eu-west-1#/stacks/stackinfo?stackId={stack}\n");
    assert_eq!(account.amplify(["console"]).success().stdout, stack);
    let _ = account.amplify(["delete", "--yes", "--force"]).success();
}

/// Runs the command at a terminal, with a browser that notes what it opens; gives back that and what was printed.
#[cfg(target_os = "linux")]
fn opened(account: &Account, words: &[&str], path: Option<&str>) -> (Vec<String>, String) {
    let browser = amplify_tests::Browser::of(&account.sandbox);
    let mut command = std::process::Command::new(amplify_tests::program());
    command.args(words).current_dir(account.sandbox.root());
    account.sandbox.clear(&mut command);
    command.envs(account.variables()).env("TERM", "xterm-256color").env("NO_COLOR", "1");
    command.env("PATH", path.map_or_else(|| browser.path(), str::to_owned));
    let mut session = rexpect::session::spawn_command(command, Some(60_000)).unwrap();
    let printed = session.exp_eof().unwrap();
    (browser.opened(1), printed)
}

#[cfg(target_os = "linux")]
#[test]
fn the_console_is_opened_at_a_terminal_and_printed_anyway() {
    let Some(account) = Account::new() else { return };
    let _ = account.amplify(["init", "--yes", "--provider", "awscloudformation"]).success();
    let link = account.amplify(["console"]).success().stdout.trim().to_owned();
    assert!(link.ends_with("/YmFja2VuZA/dev"), "{link}");

    let (links, printed) = opened(&account, &["console"], None);
    assert!(links == [link.clone()] && printed.contains(&link), "{links:?}\n{printed}");
    let (links, printed) = opened(&account, &["console", "--no-browser"], None);
    assert!(links.is_empty() && printed.contains(&link), "{links:?}\n{printed}");
    // Nothing that opens it, as on a machine without a display.
    let (links, printed) = opened(&account, &["console"], Some("/nowhere"));
    assert!(links.is_empty() && printed.contains(&link), "{links:?}\n{printed}");
    let _ = account.amplify(["delete", "--yes", "--force"]).success();
}

#[test]
fn tags_are_checked_before_anything_is_deployed() {
    let sandbox = Sandbox::initialised();
    sandbox.add_bucket("photos");
    sandbox.write("amplify/backend/tags.json", r#"[{"Key": "aws:mine", "Value": "x"}]"#);
    let _ = sandbox.amplify(["push", "--yes"]).ended_with(1).says("code: tags-invalid").says("`aws:`");
    sandbox.write("amplify/backend/tags.json", r#"[{"Key": "user:Stack", "Value": "{project-env}"}]"#);
    let _ = sandbox.amplify(["push", "--yes"]).success();
    sandbox.write("amplify/backend/tags.json", r#"{"user:Stack": "dev"}"#);
    let _ = sandbox.amplify(["env", "add", "--yes", "--env", "test"]).ended_with(1).says("tags.json");
    assert!(!sandbox.exists("amplify/mock-data/test"));
}

/// What a stand-in before the emulator says of a root stack. No emulator gets into these states by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// As it is.
    Healthy,
    /// Its roll back is stuck in a nested stack.
    Stuck,
    /// That was skipped.
    Mended,
    /// Its first creation failed.
    NeverWhole,
}

const BELOW: &str = "arn:aws:cloudformation:eu-west-1:111122223333:stack/below-storagephotos-X1/y";

/// Answers for the emulator in a phase, and changes the phase as the calls say.
fn answer(phase: &mut Phase, action: &str, body: &str, reply: &str) -> Option<String> {
    let statuses = ["CREATE_COMPLETE", "UPDATE_COMPLETE"].map(|status| format!("<StackStatus>{status}"));
    let seen_as = |status: &str| {
        let seen =
            statuses.iter().fold(reply.to_owned(), |text, is| text.replace(is, &format!("<StackStatus>{status}")));
        (seen != reply).then_some(seen)
    };
    match (*phase, action) {
        (Phase::Stuck, "ContinueUpdateRollback") => {
            if body.contains("ResourcesToSkip.member.1=below-storagephotos-X1.Table") {
                *phase = Phase::Mended;
            }
            let name = "ContinueUpdateRollback";
            Some(format!("<{name}Response><{name}Result/></{name}Response>"))
        }
        (Phase::Stuck, "ListStackResources") => {
            let (id, physical, kind) = match body.contains("below-") {
                true => ("Table", "photos-dev", "AWS::DynamoDB::Table"),
                false => ("storagephotos", BELOW, "AWS::CloudFormation::Stack"),
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
        (Phase::Stuck, "DescribeStacks") => seen_as("UPDATE_ROLLBACK_FAILED"),
        (Phase::Mended, "DescribeStacks") => seen_as("UPDATE_ROLLBACK_COMPLETE"),
        // An update begins, and the stack is what it makes of it.
        (Phase::Mended, "ExecuteChangeSet" | "UpdateStack") => {
            *phase = Phase::Healthy;
            None
        }
        (Phase::NeverWhole, "DescribeStacks") => seen_as("ROLLBACK_COMPLETE"),
        (Phase::NeverWhole, "DeleteStack") => {
            *phase = Phase::Healthy;
            None
        }
        _ => None,
    }
}

#[test]
fn ways_out_of_a_stuck_stack() {
    let Some(account) = Account::new() else { return };
    let sandbox = &account.sandbox;
    let phase = Arc::new(Mutex::new(Phase::Healthy));
    let (shared, port) = (phase.clone(), account.cloud.ministack.port);
    let before = Server::start(move |mut client| {
        let Some(request) = Request::read(&mut client) else { return };
        let answered = request.forward(port).unwrap_or_default();
        let body = String::from_utf8_lossy(&request.body);
        let action = body.split('&').find_map(|pair| pair.strip_prefix("Action=")).unwrap_or_default();
        let text = String::from_utf8_lossy(&answered);
        let document = text.find('<').map_or("", |begin| &text[begin..]);
        let own = answer(&mut shared.lock().unwrap(), action, &body, document);
        let own = own.map(|own| reply(200, &[("content-type", "text/xml")], own.as_bytes()));
        let _ = client.write_all(&own.unwrap_or(answered));
    });
    let run = |words: &[&str]| account.command(words.iter().copied()).env("AWS_ENDPOINT_URL", before.url()).run();
    let _ = run(&["init", "--yes", "--provider", "awscloudformation"]).success();
    assert_eq!(run(&["recover", "--json"]).success().json()["usable"], true);
    let _ = run(&["recover", "--recreate", "--yes"]).ended_with(1).says("code: recover-not-offered");

    // A root stack that never was whole is made again under its name, and what is recorded of it is that of the new one.
    let recorded = || sandbox.read_json("amplify/team-provider-info.json")["dev"]["awscloudformation"].clone();
    let old = recorded();
    *phase.lock().unwrap() = Phase::NeverWhole;
    let _ = run(&["recover"]).ended_with(2).says("recover.action");
    let _ = run(&["recover", "--recreate", "--yes"]).success().prints("it can be deployed to");
    let new = recorded();
    assert_eq!((&new["StackName"], &new["Region"]), (&old["StackName"], &old["Region"]), "{new}");
    assert_ne!(new["StackId"], old["StackId"], "{new}");

    sandbox.add_bucket("photos");
    *phase.lock().unwrap() = Phase::Stuck;
    let _ = run(&["push", "--yes"]).ended_with(1).says("code: stack-blocked").says("amplify recover");
    let found = run(&["recover", "--json"]).ended_with(1).json();
    assert_eq!((&found["status"], &found["usable"]), (&json!("UPDATE_ROLLBACK_FAILED"), &json!(false)), "{found}");
    assert_eq!(found["stuck"][0]["path"], "storagephotos/Table", "{found}");
    let _ = run(&["recover", "--skip", "storagephotos/Table", "--yes"]).ended_with(2).says("`--continue`");
    let again = run(&["recover", "--continue", "--yes"]).ended_with(1);
    let _ = again.prints("! storagephotos/Table (AWS::DynamoDB::Table) UPDATE_FAILED: the index is gone");
    let wrong = run(&["recover", "--continue", "--skip", "storagephotos/Other", "--yes"]).ended_with(1);
    let _ = wrong.says("code: not-stuck").says("storagephotos/Table");
    let mended = run(&["recover", "--continue", "--skip", "storagephotos/Table", "--yes"]).success();
    let _ = mended.prints("Environment dev: UPDATE_ROLLBACK_COMPLETE, it can be deployed to");
    let _ = run(&["push", "--yes"]).success();
    let _ = run(&["delete", "--yes", "--force"]).success();
}
