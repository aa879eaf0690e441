//! The settings of a project.

use amplify_sdk::{
    error::ErrorKind,
    frontend::{FrontendReply, FrontendRequest},
    message::LogLevel,
    testing::{Host, Outcome},
};
use serde_json::{Value, json};

use crate::request;

fn configure(host: &Host, options: Value) -> Outcome<FrontendReply> {
    let options = options.as_object().cloned().unwrap_or_default();
    request(host, |project| FrontendRequest::Configure { project, options })
}

fn settings(outcome: &Outcome<FrontendReply>) -> Value {
    match outcome.value() {
        FrontendReply::Configured { settings } => settings.clone(),
        other => panic!("not settings: {other:?}"),
    }
}

fn with_package(package: &Value) -> Host {
    Host::new().file("package.json", package.to_string()).defaults()
}

#[test]
fn frameworks_have_their_folders_and_commands() {
    let build = "npm run-script build";
    let start = "npm run-script start";
    let table = [
        (json!({ "dependencies": { "react": "16" } }), "react", "src", "build", build, start),
        (json!({ "dependencies": { "react": "16", "react-native": "0.62" } }), "react-native", "/", "/", build, start),
        (json!({ "dependencies": { "@angular/core": "9" } }), "angular", "src", "dist", build, "ng serve"),
        (
            json!({ "dependencies": { "@angular/core": "9", "ionic-angular": "3" } }),
            "ionic",
            "src",
            "www",
            build,
            "ionic serve",
        ),
        (json!({ "dependencies": { "vue": "2" } }), "vue", "src", "dist", build, "npm run-script serve"),
        (
            json!({ "devDependencies": { "ember-cli": "3" } }),
            "ember",
            "/",
            "dist",
            "npm run-script build -- -e production",
            start,
        ),
        (json!({ "dependencies": {} }), "none", "src", "dist", build, start),
    ];
    for (package, framework, source, distribution, build, start) in table {
        let expected = json!({
            "framework": framework,
            "config": {
                "SourceDir": source, "DistributionDir": distribution, "BuildCommand": build, "StartCommand": start
            }
        });
        let written = settings(&configure(&with_package(&package), json!({})));
        assert_eq!(written.to_string(), expected.to_string(), "keys and their order");
    }
}

#[test]
fn questions_are_those_of_the_original() {
    let outcome = configure(&Host::new().defaults(), json!({}));
    let asked: Vec<(&str, &str)> =
        outcome.asked.iter().map(|question| (question.key.as_str(), question.text.as_str())).collect();
    assert_eq!(
        asked,
        [
            ("init.framework", "What javascript framework are you using"),
            ("init.sourceDir", "Source Directory Path: "),
            ("init.distributionDir", "Distribution Directory Path:"),
            ("init.buildCommand", "Build Command: "),
            ("init.startCommand", "Start Command:")
        ]
    );
    assert!(format!("{:?}", outcome.progress).contains("Please tell us about your project"));
}

#[test]
fn answers_are_written() {
    let host = Host::new()
        .answer("init.framework", "vue")
        .answer("init.sourceDir", "app")
        .answer("init.buildCommand", "npm.cmd run-script build")
        .defaults();
    let written = settings(&configure(&host, json!({})));
    assert_eq!(written["framework"], json!("vue"));
    assert_eq!(written["config"]["SourceDir"], json!("app"));
    assert_eq!(written["config"]["DistributionDir"], json!("dist"));
    assert_eq!(written["config"]["BuildCommand"], json!("npm run-script build"), "the same on every system");
}

#[test]
fn a_whole_payload_asks_nothing() {
    let config = json!({
        "SourceDir": "a", "DistributionDir": "b", "BuildCommand": "npm.cmdx", "StartCommand": "npm.cmd"
    });
    let options = json!({ "frontend": "javascript", "framework": "React", "config": config });
    let outcome = configure(&Host::new(), options);
    assert!(outcome.asked.is_empty());
    let written = settings(&outcome);
    assert_eq!(written["framework"], json!("react"));
    assert_eq!(written["config"]["BuildCommand"], json!("npm.cmdx"));
    assert_eq!(written["config"]["StartCommand"], json!("npm"));
}

#[test]
fn an_unknown_framework_is_none_with_a_warning() {
    let outcome = configure(&Host::new().defaults(), json!({ "framework": "svelte" }));
    assert_eq!(settings(&outcome)["framework"], json!("none"));
    let warnings: Vec<&str> = outcome
        .log
        .iter()
        .filter(|record| record.level == LogLevel::Warning)
        .map(|record| record.text.as_str())
        .collect();
    assert_eq!(warnings, ["Unsupported javascript framework: svelte"]);
}

#[test]
fn an_incomplete_payload_names_what_is_missing() {
    let options = json!({ "framework": "react", "config": { "SourceDir": "src", "BuildCommand": "" } });
    let outcome = configure(&Host::new().defaults(), options);
    let error = outcome.error();
    assert_eq!(error.code, "javascript-config-incomplete");
    assert_eq!(error.kind, ErrorKind::Usage);
    assert_eq!(
        error.message,
        "The command line parameter for javascript frontend configuration is incomplete: `DistributionDir`, `BuildCommand`, `StartCommand` missing"
    );
    let odd = json!({ "config": {
        "SourceDir": 1, "DistributionDir": "b", "BuildCommand": "c", "StartCommand": "d"
    } });
    assert_eq!(configure(&Host::new(), odd).error().code, "javascript-config-not-text");
    assert_eq!(configure(&Host::new(), json!({ "config": "src" })).error().code, "javascript-config-not-text");
}

#[test]
fn a_source_folder_outside_the_project_is_refused() {
    let outcome = configure(&Host::new().answer("init.sourceDir", "../app").defaults(), json!({}));
    assert_eq!(outcome.error().code, "javascript-source-outside");
    assert!(!outcome.error().hints.is_empty());
}

#[test]
fn a_broken_package_file_gives_nothing_away() {
    let outcome = configure(&Host::new().file("package.json", "{").defaults(), json!({}));
    assert_eq!(settings(&outcome)["framework"], json!("none"));
}

#[test]
fn present_settings_are_the_defaults() {
    let mut project = Host::new().view().clone();
    project.frontend_settings = json!({
        "framework": "react",
        "config": { "SourceDir": "app", "DistributionDir": "out", "BuildCommand": "make", "StartCommand": "run" },
        "mine": 1
    });
    let host = Host::new().project(project.clone()).defaults();
    assert_eq!(settings(&configure(&host, json!({}))), project.frontend_settings);
    let other = settings(&configure(&host.answer("init.framework", "vue"), json!({})));
    assert_eq!(other["config"]["SourceDir"], json!("src"), "those of another framework are no defaults");
    assert_eq!(other["mine"], json!(1));
}
