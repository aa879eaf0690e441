//! `amplify add api`, for a REST API.

use amplify_sdk::{
    change::Changes,
    error::{ErrorKind, PluginError},
    message::CallReply,
    random::FixedRandom,
    testing::{Host, Outcome},
};
use category_api::Api;
use serde_json::{Value, json};

use crate::{plugin, text};

/// The plugin with foreseeable names.
pub fn rest() -> Api {
    plugin().with_random(FixedRandom)
}

/// A project with two functions.
pub fn host() -> Host {
    Host::new()
        .resource("function", "hello", [("service", json!("Lambda"))])
        .resource("function", "other", [("service", json!("Lambda"))])
        .answer("api.service", "API Gateway")
}

/// The same with a user pool and groups.
pub fn host_with_groups() -> Host {
    host()
        .resource("auth", "pool", [("service", json!("Cognito"))])
        .resource("auth", "userPoolGroups", [("service", json!("Cognito-UserPool-Groups"))])
        .file(
            "amplify/backend/auth/userPoolGroups/user-pool-group-precedence.json",
            json!([{ "groupName": "Admins" }, { "groupName": "Editors" }]).to_string(),
        )
        .reply("auth", "ensure", json!({}))
}

pub fn open(path: &str) -> Value {
    json!({ "name": path, "lambdaSource": "existing", "function": "hello", "restrict": false })
}

pub fn add(host: Host, paths: Value) -> Outcome {
    host.answer("api.resourceName", "myrest").answer("api.paths", paths).defaults().run(&rest(), "add", &[])
}

pub fn template(outcome: &Outcome) -> Value {
    outcome.json("api", "myrest", "myrest-cloudformation-template.json")
}

fn data(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn an_open_path_is_written_as_the_original_writes_it() {
    let outcome = add(host(), json!([open("/items")]));
    let mut ours = template(&outcome);
    let gateway = ours["Resources"]["myrest"]["Properties"]["Body"]
        .as_object_mut()
        .unwrap()
        .shift_remove("x-amazon-apigateway-gateway-responses");
    assert!(gateway.is_some(), "ours, so that browsers may read errors");
    assert_eq!(text(&ours), text(&data(include_str!("../data/rest-template.json"))), "keys and their order");
    let mut expected = data(include_str!("../data/rest-api-params.json"));
    expected["privacy"] = json!({ "auth": 0, "unauth": 0 });
    assert_eq!(text(&outcome.json("api", "myrest", "api-params.json")), text(&expected));
    let parameters = outcome.json("api", "myrest", "parameters.json");
    let expected = json!({ "authRoleName": { "Ref": "AuthRoleName" }, "unauthRoleName": { "Ref": "UnauthRoleName" } });
    assert_eq!(text(&parameters), text(&expected));
    let entry = Value::Object(outcome.entry("api", "myrest").clone());
    let expected = json!({ "service": "API Gateway", "providerPlugin": "awscloudformation", "dependsOn": [
        { "category": "function", "resourceName": "hello", "attributes": ["Name", "Arn"] },
    ] });
    assert_eq!(text(&entry), text(&expected));
    assert_eq!(outcome.changes().messages, ["Successfully added resource myrest locally"]);
}

#[test]
fn a_restricted_api_is_written_as_the_original_writes_it() {
    let host = host()
        .resource("auth", "pool", [("service", json!("Cognito"))])
        .reply("auth", "ensure", json!({}))
        .answer("api.resourceName", "shop")
        .answer("api.paths", json!([
            { "name": "/items", "lambdaSource": "existing", "function": "hello", "authenticated": ["create", "read", "update", "delete"] },
            { "name": "/book/{isbn}", "lambdaSource": "existing", "function": "hello", "access": "protected",
              "authenticated": ["create", "read"], "guest": ["read"] },
        ]));
    let outcome = host.defaults().run(&rest(), "add", &[]);
    let mut ours = outcome.json("api", "shop", "shop-cloudformation-template.json");
    let body = ours["Resources"]["shop"]["Properties"]["Body"].as_object_mut().unwrap();
    body.shift_remove("x-amazon-apigateway-gateway-responses");
    // A policy knows no parameters, so the original's let nobody in there.
    let theirs = include_str!("../data/rest-restricted-template.json");
    let theirs = theirs.replace("\"/book/{isbn}/*\"", "\"/book/*/*\"").replace("\"/book/{isbn}\"\n", "\"/book/*\"\n");
    assert_eq!(text(&ours), text(&data(&theirs)), "keys and their order");
    let mut expected = data(include_str!("../data/rest-restricted-params.json"));
    expected["privacy"] = json!({ "auth": 2, "unauth": 1 });
    assert_eq!(text(&outcome.json("api", "shop", "api-params.json")), text(&expected));
}

#[test]
fn the_questions_come_in_the_order_of_the_original() {
    let host = host_with_groups()
        .reply("function", "add", json!({ "resource": "hello" }))
        .answer("api.paths[0].restrictBy", "both")
        .answer("api.paths[0].access", "protected")
        .answer("api.paths[0].authenticated", json!(["create", "read"]))
        .answer("api.paths[0].guest", json!(["read"]))
        .answer("api.paths[0].groups", json!({ "Admins": ["delete"] }));
    let outcome = host.defaults().run(&rest(), "add", &[]);
    let keys: Vec<&str> = outcome.keys().into_iter().map(|key| key.trim_start_matches("api.paths[0].")).collect();
    assert_eq!(
        keys,
        [
            "api.service",
            "api.resourceName",
            "name",
            "lambdaSource",
            "restrict",
            "restrictBy",
            "access",
            "authenticated",
            "guest",
            "groups",
            "groups.Admins",
            "another",
        ]
    );
    let asked = |key: &str| outcome.asked.iter().find(|question| question.key.ends_with(key)).unwrap().clone();
    assert_eq!(asked(".name").text, "Provide a path (e.g., /book/{isbn}):");
    assert_eq!(asked(".name").default_answer(), Some(json!("/items")));
    assert_eq!(asked(".restrict").default_answer(), Some(json!(true)));
    assert_eq!(asked(".guest").text, "What kind of access do you want for Guest users?");
    // The new function is another plugin's affair; this one only says what for.
    let call = &outcome.calls[0];
    assert_eq!((call.plugin.as_str(), call.method.as_str()), ("function", "add"));
}

#[test]
fn a_new_function_is_made_for_the_path_by_its_plugin() {
    let changes = Changes::new().add_resource("function", "fresh", [("service", json!("Lambda"))]);
    let reply = CallReply { value: json!({ "resource": "fresh" }), changes, project: None };
    let host = Host::new().answer("api.service", "API Gateway").reply_with("function", "add", Ok(reply));
    let outcome = add(host, json!([{ "name": "/book/{isbn}", "restrict": false }]));
    assert_eq!(
        outcome.calls[0].parameters,
        json!({ "templates": ["crud", "serverless-express"], "path": "/book/{isbn}" })
    );
    let params = outcome.json("api", "myrest", "api-params.json");
    assert_eq!(params["paths"][0]["lambdaFunction"], "fresh");
    let paths = template(&outcome)["Resources"]["myrest"]["Properties"]["Body"]["paths"].clone();
    let names: Vec<&String> = paths.as_object().unwrap().keys().collect();
    assert_eq!(names, ["/book/{isbn}", "/book/{isbn}/{proxy+}"]);
    let failing = Host::new().answer("api.service", "API Gateway").reply_with(
        "function",
        "add",
        Err(PluginError::new("no-plugin", "there is no plugin for `function`")),
    );
    assert_eq!(add(failing, json!([open("/x")])).error().code, "wrong-answer", "there is no function to choose");
}

#[test]
fn several_functions_stand_behind_several_paths() {
    let outcome = add(
        host(),
        json!([
            open("/items"),
            { "name": "/users/{id}", "lambdaSource": "existing", "function": "other", "restrict": false },
            { "name": "/more", "lambdaSource": "existing", "function": "hello", "restrict": false },
        ]),
    );
    let template = template(&outcome);
    let resources = template["Resources"].as_object().unwrap();
    let ids: Vec<&String> = resources.keys().collect();
    assert_eq!(
        ids,
        ["myrest", "functionhelloPermissionmyrest", "functionotherPermissionmyrest", "DeploymentAPIGWmyrest"]
    );
    let uri = |path: &str| {
        let any =
            &template["Resources"]["myrest"]["Properties"]["Body"]["paths"][path]["x-amazon-apigateway-any-method"];
        any["x-amazon-apigateway-integration"]["uri"]["Fn::Join"][1][3]["Ref"].clone()
    };
    assert_eq!(uri("/users/{id}/{proxy+}"), "functionotherArn");
    assert_eq!(uri("/more"), "functionhelloArn");
    assert_eq!(outcome.entry("api", "myrest")["dependsOn"].as_array().unwrap().len(), 2);
}

#[test]
fn access_is_written_for_each_kind_of_user() {
    let outcome = add(
        host_with_groups(),
        json!([
            { "name": "/items", "lambdaSource": "existing", "function": "hello", "restrictBy": "both", "access": "protected",
              "authenticated": ["create", "read", "update", "delete"], "guest": ["read"],
              "groups": { "Admins": ["update"], "Editors": ["read"] } },
            { "name": "/users", "lambdaSource": "existing", "function": "hello", "restrictBy": "groups",
              "groups": { "Admins": ["read"] } },
        ]),
    );
    let params = outcome.json("api", "myrest", "api-params.json");
    assert_eq!(
        text(&params["paths"][0]["privacy"]),
        text(&json!({
            "protected": true, "auth": ["/POST", "/GET", "/PUT", "/PATCH", "/DELETE"], "unauth": ["/GET"],
            "userPoolGroups": { "Admins": ["/PUT", "/PATCH"], "Editors": ["/GET"] },
        }))
    );
    assert_eq!(text(&params["paths"][1]["privacy"]), text(&json!({ "userPoolGroups": { "Admins": ["/GET"] } })));
    assert_eq!((&params["privacy"]["auth"], &params["privacy"]["unauth"]), (&json!(1), &json!(1)));
    assert_eq!(params["authResourceName"], "pool");
    let template = template(&outcome);
    let policies = [
        "PolicyAPIGWmyrestauth",
        "AdminsGroupitemsPolicy",
        "EditorsGroupitemsPolicy",
        "AdminsGroupusersPolicy",
        "PolicyAPIGWmyrestunauth",
    ];
    let ids: Vec<&String> = template["Resources"].as_object().unwrap().keys().take(5).collect();
    assert_eq!(ids, policies);
    let parameters: Vec<&String> = template["Parameters"].as_object().unwrap().keys().collect();
    assert_eq!(
        parameters,
        [
            "authRoleName",
            "unauthRoleName",
            "env",
            "functionhelloName",
            "functionhelloArn",
            "authpoolUserPoolId",
            "authuserPoolGroupsAdminsGroupRole",
            "authuserPoolGroupsEditorsGroupRole",
        ]
    );
    let admins = &template["Resources"]["AdminsGroupusersPolicy"]["Properties"];
    assert_eq!(admins["PolicyName"], "myrest-users-Admins-group-policy");
    assert_eq!(admins["Roles"][0]["Fn::Join"][1], json!([{ "Ref": "authpoolUserPoolId" }, "-AdminsGroupRole"]));
    let ensured: Vec<&Value> =
        outcome.calls.iter().map(|call| &call.parameters["allowUnauthenticatedIdentities"]).collect();
    assert_eq!(ensured, [&json!(false), &json!(true), &json!(false)], "guests are let in where they have access");
}

#[test]
fn policies_of_like_paths_have_ids_of_their_own() {
    let groups = json!({ "Admins": ["read"] });
    let path = |name: &str| json!({ "name": name, "lambdaSource": "existing", "function": "hello", "restrictBy": "groups", "groups": groups });
    let outcome = add(host_with_groups(), json!([path("/a-b"), path("/ab"), path("/AB"), path("/A/b")]));
    let template = template(&outcome);
    let policies =
        template["Resources"].as_object().unwrap().iter().filter(|(_, each)| each["Type"] == "AWS::IAM::Policy");
    let names: Vec<(&str, &str)> =
        policies.map(|(id, policy)| (id.as_str(), policy["Properties"]["PolicyName"].as_str().unwrap())).collect();
    assert_eq!(
        names,
        [
            ("AdminsGroupabPolicy", "myrest-a-b-Admins-group-policy"),
            ("AdminsGroupab2Policy", "myrest-ab2-Admins-group-policy"),
            ("AdminsGroupPolicy", "myrest--Admins-group-policy"),
            ("AdminsGroupbPolicy", "myrest-b-Admins-group-policy"),
        ]
    );
}

#[test]
fn auth_is_asked_for_where_access_is_restricted() {
    let restricted =
        json!([{ "name": "/items", "lambdaSource": "existing", "function": "hello", "authenticated": ["read"] }]);
    let added = Changes::new().add_resource("auth", "fresh", [("service", json!("Cognito"))]);
    let reply = CallReply { changes: added, ..CallReply::default() };
    let outcome = add(host().reply_with("auth", "ensure", Ok(reply)), restricted.clone());
    assert!(outcome.calls[0].parameters["question"]["text"].as_str().unwrap().starts_with("You need to add auth"));
    assert!(template(&outcome)["Resources"]["PolicyAPIGWmyrestauth"].is_object());

    let declined = add(host().reply("auth", "ensure", json!({ "declined": true })), restricted.clone());
    assert_eq!(declined.error().code, "api-no-auth");
    assert!(declined.all_changes().is_empty());
    let nobody = Err(PluginError::new("no-plugin", "there is no plugin for `auth`"));
    assert_eq!(add(host().reply_with("auth", "ensure", nobody), restricted).error().code, "api-no-auth");
    assert!(add(host(), json!([open("/x")])).calls.is_empty(), "an open API needs nobody");
}

#[test]
fn a_bad_path_is_named_by_its_question_and_rule() {
    for (paths, key, rule) in [
        (json!([open("items")]), "api.paths[0].name", "The path must begin with / e.g. /items"),
        (json!([open("/items/")]), "api.paths[0].name", "The path must not end with /"),
        (
            json!([open("/a b")]),
            "api.paths[0].name",
            "Each path part must use characters a-z A-Z 0-9 - and must not be empty.",
        ),
        (json!([open("/../../x")]), "api.paths[0].name", "Each path part must use"),
        (json!([open("/a"), open("/a")]), "api.paths[1].name", "An existing path already matches this sub-path: /a"),
        (json!([open("/a"), open("/a/b")]), "api.paths[1].name", "An existing path already matches this sub-path: /a"),
        (json!([open("/a/b"), open("/a")]), "api.paths[1].name", "/a/b exists already"),
        (json!([open("/a/{x}"), open("/a/{y}")]), "api.paths[1].name", "has one name in one place"),
    ] {
        let outcome = add(host(), paths.clone());
        let error = outcome.error();
        assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Usage, "api-path"), "{paths}");
        assert!(error.causes[0].contains(rule), "{error:?}");
        assert!(error.hints[0].contains(key), "{error:?}");
        assert!(outcome.all_changes().is_empty());
    }
}

#[test]
fn other_bad_answers_are_refused() {
    let named = |name: &str| host().answer("api.resourceName", name).answer("api.paths", json!([open("/x")]));
    for name in ["my-api", "../x", "", "a b", "${env}"] {
        assert_eq!(named(name).defaults().run(&rest(), "add", &[]).error().code, "wrong-answer", "{name}");
    }
    let taken = named("Shop").resource("api", "shop", [("service", json!("API Gateway"))]);
    assert_eq!(taken.defaults().run(&rest(), "add", &[]).error().code, "wrong-answer");
    let mut missing = open("/x");
    missing["function"] = "nobody".into();
    assert_eq!(add(host(), json!([missing])).error().code, "wrong-answer");
    for methods in [json!([]), json!(["GET"]), json!(["fly"])] {
        let path = json!([{ "name": "/x", "lambdaSource": "existing", "function": "hello", "authenticated": methods }]);
        let outcome = add(host_with_groups(), path);
        assert_eq!(outcome.error().code, "wrong-answer", "{methods}");
    }
    let strangers = json!([{ "name": "/x", "lambdaSource": "existing", "function": "hello", "restrictBy": "groups", "groups": { "Nobody": ["read"] } }]);
    assert_eq!(add(host_with_groups(), strangers).error().code, "wrong-answer");
}

#[test]
fn a_warning_tells_of_access_that_reaches_further() {
    let outcome = add(
        host_with_groups(),
        json!([
            open("/book/latest"),
            { "name": "/book/{isbn}", "lambdaSource": "existing", "function": "hello", "authenticated": ["read"] },
        ]),
    );
    assert!(outcome.log[0].text.contains("`/book/latest`"), "{:?}", outcome.log);
}
