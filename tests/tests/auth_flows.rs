//! The auth part of the quickstart, typed key by key at a pseudo-terminal and given by an answers file: the same project.

use std::process::Command;

use amplify_tests::{Sandbox, program};
use rexpect::{process::wait::WaitStatus, session::PtySession};
use serde_json::{Value, json};

const DOWN: &str = "\u{1b}[B";
const UP: &str = "\u{1b}[A";
const SHIFT_LEFT: &str = "\u{1b}[1;2D";
const SHIFT_UP: &str = "\u{1b}[1;2A";
const SPACE: &str = " ";
const ENTER: &str = "\r";

/// A part of a question, and the keys that answer it.
type Step<'s> = (&'s str, &'s [&'s str]);

/// Types a command's answers, and fails unless it ends well.
fn typed(sandbox: &Sandbox, words: &[&str], steps: &[Step<'_>]) {
    let mut command = Command::new(program());
    command.args(words).current_dir(sandbox.root());
    sandbox.clear(&mut command);
    command.env("TERM", "xterm-256color").env("NO_COLOR", "1");
    // Notes what it is to open.
    let editor = sandbox.home().join("edit.sh");
    fs_err::write(&editor, "#!/bin/sh\necho \"$1\" >> \"$HOME/edited\"\n").unwrap();
    command.env("EDITOR", format!("sh {}", editor.display()));
    let mut session: PtySession = rexpect::session::spawn_command(command, Some(20_000)).unwrap();
    for (question, keys) in steps {
        session.exp_string(question).unwrap_or_else(|error| panic!("{words:?}: no question `{question}`: {error}"));
        for key in *keys {
            session.send(key).unwrap();
            session.flush().unwrap();
        }
    }
    let end = session.exp_eof().unwrap();
    match session.process().wait().unwrap() {
        WaitStatus::Exited(_, 0) => {}
        other => panic!("{words:?}: {other:?}\n{end}"),
    }
}

/// What is in the project, with the id in its names made the same in all.
fn project(sandbox: &Sandbox) -> Vec<(String, String)> {
    let config = sandbox.read_json("amplify/backend/backend-config.json");
    let auth = config["auth"].as_object().expect("auth in the project");
    let (name, _) = auth.iter().find(|(_, entry)| entry["service"] == "Cognito").expect("a resource with a pool");
    let parameters = sandbox.read_json(&format!("amplify/backend/auth/{name}/parameters.json"));
    let id = parameters["sharedId"].as_str().unwrap().to_owned();
    // The name of a role begins with six letters of the resource's name, which may end within the id.
    let role = parameters["userpoolClientLambdaRole"].as_str().unwrap().to_owned();
    let page = parameters["verificationBucketName"].as_str().unwrap_or("no page").to_owned();
    let plain = |text: &str| text.replace(&page, "PAGE").replace(&role, "ROLE").replace(&id, "ID");
    let mut files: Vec<(String, String)> = Vec::new();
    for (path, content) in sandbox.tree() {
        if path.starts_with("amplify/backend/") || path == "amplify/team-provider-info.json" {
            let mut text = plain(&String::from_utf8_lossy(&content));
            if path.ends_with("team-provider-info.json") {
                let mut team: Value = serde_json::from_str(&text).unwrap();
                // What differs between two stacks, and between two secrets that are the same.
                team["dev"].as_object_mut().unwrap().retain(|key, _| key == "categories");
                for category in ["auth", "function"] {
                    for values in team["dev"]["categories"][category].as_object_mut().into_iter().flatten() {
                        values.1.as_object_mut().unwrap().shift_remove("secretRevision");
                    }
                }
                text = team.to_string();
            }
            if path.ends_with("amplify-meta.json") {
                let mut meta: Value = serde_json::from_str(&text).unwrap();
                meta.as_object_mut().unwrap().shift_remove("providers");
                text = meta.to_string();
            }
            files.push((plain(&path), text));
        }
    }
    files
}

/// Plays commands at a terminal and by answers files, and compares what comes of them.
fn the_same(commands: &[(&[&str], &[Step<'_>], Value)]) -> Sandbox {
    let (by_keys, by_file) = (Sandbox::initialised(), Sandbox::initialised());
    for (words, steps, answers) in commands {
        typed(&by_keys, words, steps);
        by_file.write("answers.json", answers.to_string());
        let _ = by_file.amplify(words.iter().copied().chain(["--yes", "--answers", "answers.json"])).success();
        let (keys, file) = (project(&by_keys), project(&by_file));
        let paths = |files: &[(String, String)]| files.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>();
        assert_eq!(paths(&keys), paths(&file), "{words:?}");
        for ((path, one), (_, other)) in keys.iter().zip(&file) {
            assert_eq!(one, other, "{words:?}: {path}");
        }
    }
    by_keys
}

const ADD: &[&str] = &["add", "auth"];
const UPDATE: &[&str] = &["update", "auth"];

#[test]
fn the_default_configuration_and_then_social_providers() {
    let sandbox = the_same(&[
        (
            ADD,
            &[
                ("Do you want to use the default authentication and security configuration?", &[ENTER]),
                ("How do you want users to be able to sign in?", &[DOWN, ENTER]),
                ("Do you want to configure advanced settings?", &[ENTER]),
            ],
            json!({ "auth": {
                "useDefault": "default", "usernameAttributes": "email", "additionalQuestions": "no"
            } }),
        ),
        (
            UPDATE,
            &[
                ("What do you want to do?", &[ENTER]),
                ("What domain name prefix do you want to use?", &["shop-pages\r"]),
                ("Enter your redirect signin URI:", &["https://shop.example/\r"]),
                ("Do you want to add another redirect signin URI", &["y\r"]),
                ("Enter your redirect signin URI:", &["http://localhost:3000/\r"]),
                ("Do you want to add another redirect signin URI", &["n\r"]),
                ("Enter your redirect signout URI:", &["https://shop.example/\r"]),
                ("Do you want to add another redirect signout URI", &[ENTER]),
                ("Select the social providers you want to configure for your user pool:", &[SPACE, DOWN, SPACE, ENTER]),
                ("Enter your Facebook App ID for your OAuth flow:", &["facebook-1\r"]),
                ("Enter your Facebook App Secret for your OAuth flow:", &["marker-1\r"]),
                ("Enter your Google Web Client ID for your OAuth flow:", &["google-1\r"]),
                ("Enter your Google Web Client Secret for your OAuth flow:", &["marker-2\r"]),
            ],
            json!({ "auth": {
                "updateFlow": "defaultSocial", "hostedUIDomainName": "shop-pages",
                "newCallbackURLs": ["https://shop.example/", "http://localhost:3000/"],
                "newLogoutURLs": ["https://shop.example/"], "authProvidersUserPool": ["Facebook", "Google"],
                "facebookAppIdUserPool": "facebook-1", "facebookAppSecretUserPool": "marker-1",
                "googleAppIdUserPool": "google-1", "googleAppSecretUserPool": "marker-2"
            } }),
        ),
        (
            UPDATE,
            &[
                ("What do you want to do?", &[DOWN, DOWN, ENTER]),
                ("Which redirect signin URIs do you want to edit?", &[SPACE, ENTER]),
                ("Update https://shop.example/", &["https://new.example/\r"]),
                ("Do you want to add redirect signin URIs?", &["n\r"]),
                ("Which redirect signout URIs do you want to edit?", &[ENTER]),
                ("Do you want to add redirect signout URIs?", &["n\r"]),
            ],
            json!({ "auth": {
                "updateFlow": "callbacks",
                "edit": { "signin": ["https://shop.example/"], "signinURIs": ["https://new.example/"],
                          "signout": [], "add": { "signin": false, "signout": false } }
            } }),
        ),
        (
            UPDATE,
            &[
                ("What do you want to do?", &[DOWN, DOWN, DOWN, ENTER]),
                ("Select the identity providers you want to configure for your user pool:", &[SPACE, ENTER]),
                ("Enter your Google Web Client ID for your OAuth flow:", &["-2\r"]),
                // The secret that is kept stays.
                ("Enter your Google Web Client Secret for your OAuth flow:", &[ENTER]),
            ],
            json!({ "auth": {
                "updateFlow": "providers", "authProvidersUserPool": ["Google"], "googleAppIdUserPool": "-2",
                "googleAppSecretUserPool": ""
            } }),
        ),
    ]);
    let team = sandbox.read("amplify/team-provider-info.json");
    assert!(team.contains("googleAppSecretUserPool") && !team.contains("facebook"), "{team}");
    for (path, content) in sandbox.tree() {
        let text = String::from_utf8_lossy(&content);
        assert!(path.starts_with("amplify/mock-data/") || !text.contains("marker-"), "{path}");
    }
}

#[test]
fn the_manual_configuration_with_groups_in_another_order() {
    let sandbox = the_same(&[
        (
            ADD,
            &[
                ("Do you want to use the default authentication and security configuration?", &[DOWN, DOWN, ENTER]),
                ("Select the authentication/authorization services", &[ENTER]),
                ("Please provide a friendly name for your resource", &[ENTER]),
                ("Please enter a name for your identity pool.", &[ENTER]),
                ("Allow unauthenticated logins?", &[ENTER]),
                ("Do you want to enable 3rd party authentication providers", &[DOWN, ENTER]),
                ("Please provide a name for your user pool:", &[ENTER]),
                ("How do you want users to be able to sign in?", &[ENTER]),
                ("Do you want to add User Pool Groups?", &[ENTER]),
                ("Provide a name for your user pool group:", &["Admins\r"]),
                ("Do you want to add another User Pool Group", &["y\r"]),
                ("Provide a name for your user pool group:", &["Editors\r"]),
                ("Do you want to add another User Pool Group", &["n\r"]),
                // The second moves before the first.
                ("Sort the user pool groups in order of preference", &[DOWN, SHIFT_LEFT, ENTER]),
                ("Do you want to add an admin queries API?", &[DOWN, ENTER]),
                ("Multifactor authentication (MFA) user login options:", &[DOWN, DOWN, ENTER]),
                ("For user login, select the MFA types:", &[DOWN, SPACE, ENTER]),
                ("Please specify an SMS authentication message:", &[ENTER]),
                ("Email based user registration/forgot password:", &[ENTER]),
                ("Please specify an email verification subject:", &[ENTER]),
                ("Please specify an email verification message:", &[ENTER]),
                ("Do you want to override the default password policy", &["y\r"]),
                ("Enter the minimum password length for this User Pool:", &["12\r"]),
                ("Select the password character requirements", &[SPACE, ENTER]),
                ("What attributes are required for signing up?", &[ENTER]),
                ("Specify the app's refresh token expiration period", &[ENTER]),
                ("Do you want to specify the user attributes this app can read and write?", &["n\r"]),
                ("Do you want to enable any of the following capabilities?", &[ENTER]),
                ("Do you want to use an OAuth flow?", &[DOWN, ENTER]),
                ("Do you want to configure Lambda Triggers for Cognito?", &["n\r"]),
            ],
            json!({ "auth": {
                "useDefault": "manual", "authSelections": "identityPoolAndUserPool",
                "allowUnauthenticatedIdentities": "no", "thirdPartyAuth": "no", "usernameAttributes": "username",
                "userPoolGroups": "yes", "groups": [{ "name": "Admins" }, { "name": "Editors" }],
                "adminQueries": "no", "triggers": [], "configureTriggers": false,
                "groupOrder": ["Editors", "Admins"], "mfaConfiguration": "OPTIONAL",
                "mfaTypes": ["SMS Text Message", "TOTP"], "autoVerifiedAttributes": "email",
                "defaultPasswordPolicy": true, "passwordPolicyMinLength": "12",
                "passwordPolicyCharacters": ["Requires Lowercase"], "requiredAttributes": ["email"],
                "userpoolClientRefreshTokenValidity": "30", "userpoolClientSetAttributes": false, "hostedUI": "no"
            } }),
        ),
        (
            UPDATE,
            &[
                ("What do you want to do?", &[DOWN, DOWN, DOWN, ENTER]),
                ("Select any user pool groups you want to delete:", &[ENTER]),
                ("Do you want to add another User Pool Group", &["y\r"]),
                ("Provide a name for your user pool group:", &["Readers\r"]),
                ("Do you want to add another User Pool Group", &["n\r"]),
                ("Sort the user pool groups in order of preference", &[DOWN, DOWN, SHIFT_UP, SHIFT_UP, ENTER]),
            ],
            json!({ "auth": {
                "updateFlow": "groups", "deletedGroups": [], "addGroups": true, "groups": [{ "name": "Readers" }],
                "groupOrder": ["Readers", "Editors", "Admins"]
            } }),
        ),
    ]);
    let groups = sandbox.read_json("amplify/backend/auth/userPoolGroups/user-pool-group-precedence.json");
    let names: Vec<&str> =
        groups.as_array().unwrap().iter().map(|group| group["groupName"].as_str().unwrap()).collect();
    assert_eq!(names, ["Readers", "Editors", "Admins"]);
}

/// What a user chose to edit, in this order.
fn edited(sandbox: &Sandbox) -> Vec<String> {
    let text = fs_err::read_to_string(sandbox.home().join("edited")).unwrap_or_default();
    let root = format!("{}/", sandbox.root().display());
    text.lines().map(|line| line.strip_prefix(&root).unwrap_or(line).to_owned()).collect()
}

#[test]
fn capabilities_and_admin_queries_for_everybody_in_the_default_configuration() {
    let sandbox = the_same(&[(
        ADD,
        &[
            ("Do you want to use the default authentication and security configuration?", &[ENTER]),
            ("How do you want users to be able to sign in?", &[ENTER]),
            ("Do you want to configure advanced settings?", &[DOWN, ENTER]),
            ("What attributes are required for signing up?", &[ENTER]),
            (
                "Do you want to enable any of the following capabilities?",
                // The group, some domains only, and the claims.
                &[DOWN, DOWN, SPACE, DOWN, DOWN, SPACE, DOWN, DOWN, SPACE, ENTER],
            ),
            ("Do you want to add an admin queries API?", &[UP, ENTER]),
            ("Do you want to restrict access to the admin queries API to a specific Group", &["n\r"]),
            ("Enter the name of the group to which users will be added.", &["Members\r"]),
            ("Enter a comma-delimited list of allowed email domains", &["example.com\r"]),
            ("Do you want to edit your add-to-group function now?", &["n\r"]),
            ("Do you want to edit your email-filter-whitelist function now?", &["n\r"]),
            ("Do you want to edit your alter-claims function now?", &["n\r"]),
        ],
        json!({ "auth": {
            "useDefault": "default", "usernameAttributes": "username", "additionalQuestions": "yes",
            "requiredAttributes": ["email"], "triggers": ["addUserToGroup", "emailWhitelist", "alter-claims"],
            "adminQueries": "yes", "adminQueriesRestricted": false,
            "triggerEnv": { "GROUP": "Members", "DOMAINWHITELIST": "example.com" }
        } }),
    )]);
    let config = sandbox.read_json("amplify/backend/backend-config.json");
    assert_eq!(config["function"].as_object().unwrap().len(), 4, "{config:#}");
    assert!(config["api"]["AdminQueries"].is_object(), "{config:#}");
    assert!(edited(&sandbox).is_empty());
}

#[test]
fn triggers_one_by_one_and_admin_queries_for_a_group_in_the_manual_configuration() {
    let sandbox = the_same(&[
        (
            ADD,
            &[
                ("Do you want to use the default authentication and security configuration?", &[DOWN, DOWN, ENTER]),
                ("Select the authentication/authorization services", &[DOWN, ENTER]),
                ("Please provide a friendly name for your resource", &[ENTER]),
                ("Please provide a name for your user pool:", &[ENTER]),
                ("How do you want users to be able to sign in?", &[ENTER]),
                ("Do you want to add User Pool Groups?", &[ENTER]),
                ("Provide a name for your user pool group:", &["Admins\r"]),
                ("Do you want to add another User Pool Group", &["y\r"]),
                ("Provide a name for your user pool group:", &["Editors\r"]),
                ("Do you want to add another User Pool Group", &["n\r"]),
                ("Sort the user pool groups in order of preference", &[ENTER]),
                ("Do you want to add an admin queries API?", &[ENTER]),
                ("Do you want to restrict access to the admin queries API to a specific Group", &[ENTER]),
                ("Select the group to restrict access with:", &[ENTER]),
                ("Multifactor authentication (MFA) user login options:", &[ENTER]),
                ("Email based user registration/forgot password:", &[ENTER]),
                ("Please specify an email verification subject:", &[ENTER]),
                ("Please specify an email verification message:", &[ENTER]),
                ("Do you want to override the default password policy", &["n\r"]),
                ("What attributes are required for signing up?", &[ENTER]),
                ("Specify the app's refresh token expiration period", &[ENTER]),
                ("Do you want to specify the user attributes this app can read and write?", &["n\r"]),
                ("Do you want to enable any of the following capabilities?", &[ENTER]),
                ("Do you want to use an OAuth flow?", &[DOWN, ENTER]),
                ("Do you want to configure Lambda Triggers for Cognito?", &[ENTER]),
                ("Which triggers do you want to enable for Cognito", &[DOWN, SPACE, ENTER]),
                ("What functionality do you want to use for Custom Message", &[SPACE, DOWN, SPACE, ENTER]),
                ("Enter the URL that your users will be redirected to", &["https://shop.example/\r"]),
                ("Enter the subject for your custom account confirmation email:", &["Welcome\r"]),
                ("Enter the body text for your custom account confirmation email", &["Click:\r"]),
                ("Do you want to edit your verification-link function now?", &["n\r"]),
                ("Do you want to edit your custom function now?", &[ENTER]),
            ],
            json!({ "auth": {
                "useDefault": "manual", "authSelections": "userPoolOnly", "usernameAttributes": "username",
                "userPoolGroups": "yes", "groups": [{ "name": "Admins" }, { "name": "Editors" }],
                "groupOrder": ["Admins", "Editors"], "adminQueries": "yes", "adminQueriesRestricted": true,
                "adminGroup": "Admins", "mfaConfiguration": "OFF", "autoVerifiedAttributes": "email",
                "defaultPasswordPolicy": false, "requiredAttributes": ["email"],
                "userpoolClientRefreshTokenValidity": "30", "userpoolClientSetAttributes": false, "triggers": [],
                "hostedUI": "no", "configureTriggers": true, "enabledTriggers": ["CustomMessage"],
                "modules": { "CustomMessage": ["verification-link", "custom"] },
                "triggerEnv": { "REDIRECTURL": "https://shop.example/", "EMAILSUBJECT": "Welcome", "EMAILMESSAGE": "Click:" }
            } }),
        ),
        // Of the admin queries, another group; their code and the triggers stay.
        (
            UPDATE,
            &[
                ("What do you want to do?", &[UP, UP, ENTER]),
                ("Do you want to restrict access to the admin queries API to a specific Group", &[ENTER]),
                ("Select the group to restrict access with:", &[DOWN, ENTER]),
            ],
            json!({ "auth": {
                "updateFlow": "adminQueries", "adminQueriesRestricted": true, "adminGroup": "Editors"
            } }),
        ),
    ]);
    let [path] = &edited(&sandbox)[..] else { panic!("{:?}", edited(&sandbox)) };
    assert!(path.ends_with("CustomMessage/src/custom.js") && sandbox.exists(path), "{path}");
}
