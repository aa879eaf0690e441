//! `amplify init` with the payloads of the original, good and bad ones.

use amplify_tests::Sandbox;
use serde_json::json;

#[test]
fn the_payloads_of_the_original_are_taken() {
    let sandbox = Sandbox::new();
    let amplify = json!({ "projectName": "shop", "envName": "test", "defaultEditor": "code" }).to_string();
    let frontend = json!({
        "frontend": "javascript", "framework": "vue",
        "config": { "SourceDir": "app", "DistributionDir": "out", "BuildCommand": "b", "StartCommand": "s" }
    })
    .to_string();
    let providers = json!({ "local": {} }).to_string();
    let categories = json!({ "auth": { "userPoolId": "x" } }).to_string();
    let words = [
        "init",
        "--amplify",
        &amplify,
        "--frontend",
        &frontend,
        "--providers",
        &providers,
        "--categories",
        &categories,
        "--yes",
    ];
    let _ = sandbox.amplify(words).success();
    let config = sandbox.read_json("amplify/.config/project-config.json");
    assert_eq!(config["projectName"], "shop");
    assert_eq!(config["javascript"]["framework"], "vue");
    assert_eq!(config["javascript"]["config"]["SourceDir"], "app");
    let local = sandbox.read_json("amplify/.config/local-env-info.json");
    assert_eq!((&local["envName"], &local["defaultEditor"]), (&json!("test"), &json!("vscode")));
}

#[test]
fn a_bad_payload_is_named_and_nothing_is_made() {
    for (option, value, code) in [
        ("--amplify", "{bad", "option-syntax"),
        ("--amplify", "shop", "option-syntax"),
        ("--amplify", "[1]", "option-syntax"),
        ("--amplify", r#"{"projectName": 3}"#, "wrong-answer"),
        ("--amplify", r#"{"envName": "DEV"}"#, "wrong-answer"),
        ("--frontend", "{bad", "option-syntax"),
        ("--frontend", "7", "option-syntax"),
        ("--frontend", r#"{"frontend": "cobol"}"#, "wrong-answer"),
        ("--frontend", r#"{"frontend": "javascript", "config": {"SourceDir": 5}}"#, "javascript-config-not-text"),
        ("--providers", "[1]", "option-syntax"),
        ("--providers", r#"{"local": "#, "option-syntax"),
        ("--categories", "{bad", "option-syntax"),
        ("--categories", "auth", "option-syntax"),
    ] {
        let sandbox = Sandbox::new();
        let output = sandbox.amplify(["init", option, value, "--yes"]).ended_with(2);
        let _ = output.says(&format!("code: {code}"));
        assert_eq!(sandbox.tree(), [], "{option} {value}");
        assert!(!sandbox.exists("amplify"), "{option} {value}");
    }
}
