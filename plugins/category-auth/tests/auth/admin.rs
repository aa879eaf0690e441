//! The admin queries: what is asked, and what the categories `function` and `api` are asked for.

use amplify_sdk::testing::{Host, Outcome};
use serde_json::{Value, json};

use crate::{RESOURCE, plugin, project, with_auth};

const FUNCTION: &str = "AdminQueries01234567";

fn obliging(host: Host, added: bool) -> Host {
    ["function", "api"].into_iter().fold(host, |host, category| {
        host.reply(category, "put", json!({ "added": added })).reply(category, "discard", json!({ "removed": true }))
    })
}

fn parameters(outcome: &Outcome, plugin: &str, method: &str) -> Value {
    let found = outcome.calls.iter().find(|call| call.plugin == plugin && call.method == method);
    found.unwrap_or_else(|| panic!("`{plugin}` was not called: {outcome:?}")).parameters.clone()
}

/// A project that has them already, as `api` and `function` would have made them.
fn with_queries() -> Host {
    let on = json!([{ "category": "function", "resourceName": "AdminQueriesabcdef01", "attributes": ["Arn", "Name"] }]);
    with_auth().resource("api", "AdminQueries", [("service", json!("API Gateway")), ("dependsOn", on)]).resource(
        "function",
        "AdminQueriesabcdef01",
        [("service", json!("Lambda"))],
    )
}

#[test]
fn everybody_who_is_signed_in_may_ask_where_no_group_is_named() {
    let outcome = obliging(project(), true)
        .answer("auth.additionalQuestions", "yes")
        .answer("auth.adminQueries", "yes")
        .answer("auth.adminQueriesRestricted", false)
        .defaults()
        .run(&plugin(), "add", &[]);
    let function = parameters(&outcome, "function", "put");
    assert_eq!(function["name"], FUNCTION);
    assert_eq!(function["variables"]["GROUP"], "NONE");
    assert_eq!(function["variables"]["USERPOOL"], json!({ "Ref": format!("auth{RESOURCE}UserPoolId") }));
    assert_eq!(function["statements"][0]["Action"].as_array().unwrap().len(), 10);
    let api = parameters(&outcome, "api", "put");
    assert_eq!(api["resource"], "AdminQueries");
    assert_eq!(api["dependsOn"][1]["resourceName"], FUNCTION);
    let resources = &api["template"]["Resources"];
    for id in ["AdminQueries", "DeploymentAPIGWAdminQueries", "AdminQueriesAPIGWPolicyForLambda"] {
        assert!(resources[id].is_object(), "{id}");
    }
    let method = &resources["AdminQueries"]["Properties"]["Body"]["paths"]["/{proxy+}"]["post"];
    assert_eq!(method["security"], json!([{ "Cognito": ["aws.cognito.signin.user.admin"] }]));
    let messages = &outcome.changes().messages;
    assert!(messages.contains(&format!("Successfully added {FUNCTION} function locally")), "{messages:?}");
}

#[test]
fn the_default_flow_adds_none_unless_it_is_told_to() {
    for more in ["no", "yes"] {
        let outcome = project().answer("auth.additionalQuestions", more).defaults().run(&plugin(), "add", &[]);
        assert!(outcome.value().resources.len() == 1 && outcome.calls.is_empty());
    }
}

#[test]
fn a_group_is_chosen_from_the_groups_or_named() {
    let manual = |answers: Value| {
        let mut all = json!({ "useDefault": "manual", "thirdPartyAuth": "no", "hostedUI": "no",
            "groups": [{ "name": "Admins" }, { "name": "Editors" }], "configureTriggers": false });
        for (key, value) in answers.as_object().unwrap() {
            all[key] = value.clone();
        }
        obliging(project(), true).answers(json!({ "auth": all })).defaults().run(&plugin(), "add", &[])
    };
    let group = |outcome: &Outcome| parameters(outcome, "function", "put")["variables"]["GROUP"].clone();
    assert_eq!(group(&manual(json!({}))), "Admins", "the first one is proposed");
    assert_eq!(group(&manual(json!({ "adminGroup": "Editors" }))), "Editors");
    let own = json!({ "adminGroup": "Enter a custom group", "adminGroupName": "Staff" });
    assert_eq!(group(&manual(own)), "Staff");
    let bad = manual(json!({ "adminGroup": "Enter a custom group", "adminGroupName": "two words" }));
    assert!(bad.error().message.contains("auth.adminGroupName"), "{}", bad.error().message);
    assert!(manual(json!({ "adminGroup": "Nobody" })).error().message.contains("auth.adminGroup"));
}

#[test]
fn an_update_changes_the_group_of_the_function_that_is_there() {
    let outcome = obliging(with_queries(), false)
        .answer("auth.updateFlow", "adminQueries")
        .answer("auth.adminGroup", "Enter a custom group")
        .answer("auth.adminGroupName", "Staff")
        .defaults()
        .run(&plugin(), "update", &[]);
    let function = parameters(&outcome, "function", "put");
    assert_eq!(
        (function["name"].as_str(), function["variables"]["GROUP"].as_str()),
        (Some("AdminQueriesabcdef01"), Some("Staff"))
    );
    let messages = &outcome.changes().messages;
    assert!(messages.contains(&"Successfully updated AdminQueries API locally".to_owned()), "{messages:?}");
    assert!(!messages.contains(&"Nothing was changed".to_owned()), "{messages:?}");
}

#[test]
fn they_can_be_removed_and_that_is_offered_only_where_they_are() {
    let outcome =
        obliging(with_queries(), false).answer("auth.updateFlow", "removeAdminQueries").run(&plugin(), "update", &[]);
    assert_eq!(parameters(&outcome, "api", "discard"), json!({ "resource": "AdminQueries" }));
    assert_eq!(parameters(&outcome, "function", "discard"), json!({ "resource": "AdminQueriesabcdef01" }));
    let refused = with_auth().answer("auth.updateFlow", "removeAdminQueries").run(&plugin(), "update", &[]);
    assert!(refused.error().message.contains("auth.updateFlow"), "{}", refused.error().message);
}

#[test]
fn a_headless_payload_speaks_of_them() {
    let payload = |queries: Value| {
        json!({ "version": 2, "resourceName": RESOURCE, "serviceConfiguration": {
            "serviceName": "Cognito", "includeIdentityPool": false,
            "userPoolConfiguration": { "signinMethod": "USERNAME", "requiredSignupAttributes": ["EMAIL"],
                "userPoolGroups": [{ "groupName": "Admins" }], "adminQueries": queries }
        } })
    };
    let queries = json!({ "permissions": { "restrictAccess": true, "groupName": "Admins" } });
    let answers = project().headless(&plugin(), "add", payload(queries));
    assert_eq!(answers.value()["auth.adminGroup"], "Admins");
    let queries = json!({ "permissions": { "restrictAccess": false } });
    assert_eq!(project().headless(&plugin(), "add", payload(queries)).value()["auth.adminQueriesRestricted"], false);
    let queries = json!({ "permissions": { "restrictAccess": "maybe" } });
    let refused = project().headless(&plugin(), "add", payload(queries));
    assert!(refused.error().message.contains("restrictAccess"), "{}", refused.error().message);
    // Which group it is, is nothing to guess.
    let queries = json!({ "permissions": { "restrictAccess": true } });
    let refused = project().headless(&plugin(), "add", payload(queries));
    assert!(refused.error().message.contains("permissions.groupName"), "{}", refused.error().message);
}
