//! Every project file, whole, broken and strange.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "what a test cannot do fails it")]

mod common;

use std::path::Path;

use amplify_project::{
    AmplifyMeta, BackendConfig, Document, Error, LocalAwsInfo, LocalEnvInfo, ProjectConfig, TeamProviderInfo,
};
use common::Fixture;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const FILES: [&str; 6] = [
    "amplify/.config/project-config.json",
    "amplify/.config/local-env-info.json",
    "amplify/team-provider-info.json",
    "amplify/backend/backend-config.json",
    "amplify/backend/amplify-meta.json",
    "amplify/#current-cloud-backend/amplify-meta.json",
];

fn load_error(path: &str, content: &[u8]) -> Error {
    let fixture = Fixture::new(&[("storage", "photos")], true);
    fs_err::write(fixture.root().join(path), content).unwrap();
    fixture.project.load().unwrap_err()
}

#[test]
fn broken_files_are_named_with_a_place_and_a_way_out() {
    for path in FILES {
        let whole = "{\n    \"projectName\": \"app\",\n    \"x\": {";
        for content in
            [whole.as_bytes(), b"", b"\xff\xfe{\0", b"<<<<<<< HEAD\n{}", b"[]", b"null", b"\"text\"", b"{}{}"]
        {
            let error = load_error(path, content);
            assert!(matches!(error.code(), "project-file-invalid" | "project-file-malformed"), "{path}: {error}");
            assert!(error.to_string().contains(path.rsplit('/').next().unwrap()), "{error}");
            assert!(!error.hints().is_empty());
        }
        let error = load_error(path, whole.as_bytes());
        assert!(error.to_string().contains("ends too early"), "{error}");
    }
    let tracked = load_error(FILES[3], b"{");
    assert!(tracked.hints()[0].contains("git checkout -- "), "{:?}", tracked.hints());
    let generated = load_error(FILES[4], b"{");
    assert!(generated.hints()[0].contains("env checkout"), "{:?}", generated.hints());
}

#[test]
fn sections_of_the_wrong_type_are_named() {
    for (path, content, expected) in [
        (0, r#"{"version": "3.0"}"#, "`projectName` is missing"),
        (0, r#"{"projectName": 1}"#, "`projectName` should be a string, but is a number"),
        (0, r#"{"projectName": "a", "frontend": "ios", "ios": []}"#, "`ios` should be an object, but is an array"),
        (0, r#"{"projectName": "a", "providers": "aws"}"#, "`providers` should be a list of strings, but is a string"),
        (1, r#"{"envName": true}"#, "`envName` should be a string, but is a boolean"),
        (2, r#"{"dev": "x"}"#, "`dev` should be an object, but is a string"),
        (2, r#"{"dev": {"local": 1}}"#, "`dev.local` should be an object, but is a number"),
        (
            2,
            r#"{"dev": {"categories": {"auth": {"a": null}}}}"#,
            "`dev.categories.auth.a` should be an object, but is null",
        ),
        (3, r#"{"storage": "x"}"#, "`storage` should be an object, but is a string"),
        (3, r#"{"storage": {"a": []}}"#, "`storage.a` should be an object, but is an array"),
        (3, r#"{"storage": {"a": {"service": 3}}}"#, "`storage.a.service` should be a string, but is a number"),
        (3, r#"{"storage": {"a": {"dependsOn": {}}}}"#, "`storage.a.dependsOn` should be an array, but is an object"),
        (
            3,
            r#"{"storage": {"a": {"dependsOn": [{"category": "x"}]}}}"#,
            "`storage.a.dependsOn[0].resourceName` should be a string, but is null",
        ),
        (
            3,
            r#"{"storage": {"a": {"dependsOn": [{"category": "x", "resourceName": "y", "attributes": [1]}]}}}"#,
            "`storage.a.dependsOn[0].attributes` should be a list of strings, but is a number",
        ),
        (4, r#"{"providers": []}"#, "`providers` should be an object, but is an array"),
        (4, r#"{"providers": {"local": ""}}"#, "`providers.local` should be an object, but is a string"),
        (5, r#"{"storage": null}"#, "`storage` should be an object, but is null"),
    ] {
        let error = load_error(FILES[path], content.as_bytes());
        assert_eq!(error.code(), "project-file-malformed");
        assert!(error.to_string().ends_with(expected), "{error}");
    }
}

#[test]
fn names_in_files_lead_nowhere() {
    for content in [
        r#"{"storage": {"../../../etc": {}}}"#,
        r#"{"..": {"a": {}}}"#,
        r#"{"storage": {"": {}}}"#,
        r#"{"storage": {"a\u0000b": {}}}"#,
    ] {
        for path in &FILES[3..6] {
            assert_eq!(load_error(path, content.as_bytes()).code(), "invalid-name", "{path} {content}");
        }
    }
    assert_eq!(load_error(FILES[2], br#"{"../x": {}}"#).code(), "invalid-name");
    assert_eq!(load_error(FILES[1], br#"{"envName": "../x"}"#).code(), "invalid-name");
}

#[test]
fn what_later_versions_of_the_original_write_is_no_resource() {
    let fixture = Fixture::new(&[("storage", "photos")], true);
    let text = r#"{"parameters": {"AMPLIFY_x": {"usedBy": [{"category": "function", "resourceName": "x"}]}}, "storage": {"photos": {}}}"#;
    fixture.write("amplify/backend/backend-config.json", text);
    assert_eq!(fixture.rows(), ["No Change storage/photos"]);
    let state = fixture.project.load().unwrap();
    assert_eq!(state.backend_config.to_bytes(), text.as_bytes());
}

#[test]
fn categories_beside_the_providers_are_tolerated() {
    let text = br#"{"providers": {"awscloudformation": {"Region": "r"}, "categories": {"auth": {}}}}"#;
    let meta = AmplifyMeta::parse(text, Path::new("m")).unwrap();
    assert_eq!(meta.providers(), ["awscloudformation"]);
    assert_eq!(meta.resources().count(), 0);
    let team = TeamProviderInfo::parse(br#"{"dev": {"categories": {}, "local": {}}}"#, Path::new("t")).unwrap();
    assert_eq!(team.provider("dev"), Some("local"));
}

#[test]
fn values_of_an_environment() {
    let mut team = TeamProviderInfo::new();
    team.set_value("dev", "auth", "pool", "id", json!("x"));
    team.set_provider_state("dev", "local", Map::new());
    team.set_value("dev", "auth", "other", "gone", Value::Null);
    assert_eq!(team.document().value, json!({"dev": {"local": {}, "categories": {"auth": {"pool": {"id": "x"}}}}}));
    assert_eq!(team.document().value.to_string(), r#"{"dev":{"local":{},"categories":{"auth":{"pool":{"id":"x"}}}}}"#);
    team.set_value("dev", "auth", "pool", "id", Value::Null);
    assert_eq!(team.resource_values("dev", "auth", "pool"), Some(&Map::new()));
    team.remove_values("dev", "auth", "pool");
    team.remove_values("prod", "auth", "pool");
    assert_eq!(team.document().value, json!({"dev": {"local": {}}}));
}

#[test]
fn frontend_settings_change_with_the_frontend() {
    let mut config = ProjectConfig::new("app", "javascript", Some(Map::new()));
    let keys = |config: &ProjectConfig| config.document().object().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&config), ["projectName", "version", "frontend", "javascript", "providers"]);
    assert!(config.frontend_settings().is_some());
    config.set_frontend("ios", None);
    assert_eq!(keys(&config), ["projectName", "version", "frontend", "providers"]);
    assert_eq!((config.frontend(), config.frontend_settings()), ("ios", None));
    assert_eq!(config.providers(), ["awscloudformation"]);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i32>().prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((".{0,6}", inner), 0..5).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn any_object() -> impl Strategy<Value = Value> {
    prop::collection::vec((".{0,6}", any_json()), 0..6).prop_map(|pairs| Value::Object(pairs.into_iter().collect()))
}

/// The same value as text in some layout of its own.
fn laid_out(value: &Value, layout: u8) -> String {
    match layout % 4 {
        0 => value.to_string(),
        1 => serde_json::to_string_pretty(value).unwrap(),
        2 => serde_json::to_string_pretty(value).unwrap().replace('\n', "\r\n") + "\r\n",
        _ => format!("\u{feff}\n {}\n\n", serde_json::to_string_pretty(value).unwrap()),
    }
}

fn keys_of(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) => {
            map.iter().flat_map(|(key, value)| [vec![key.clone()], keys_of(value)].concat()).collect()
        }
        Value::Array(items) => items.iter().flat_map(keys_of).collect(),
        _ => Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_document_that_nobody_changed_is_written_as_it_was(value in any_object(), layout: u8) {
        let text = laid_out(&value, layout);
        let document = Document::parse(text.as_bytes(), Path::new("f.json")).unwrap();
        prop_assert_eq!(document.to_bytes(), text.as_bytes());
    }

    #[test]
    fn a_changed_document_says_the_new_value_in_the_new_order(old in any_object(), new in any_object(), layout: u8) {
        let mut document = Document::parse(laid_out(&old, layout).as_bytes(), Path::new("f.json")).unwrap();
        document.value = new.clone();
        let again = Document::parse(&document.to_bytes(), Path::new("f.json")).unwrap();
        prop_assert_eq!(&again.value, &new);
        prop_assert_eq!(keys_of(&again.value), keys_of(&new));
    }

    #[test]
    fn unknown_keys_survive_a_change_beside_them(old in any_object(), key in ".{1,4}", value in any_json(), layout: u8) {
        let mut document = Document::parse(laid_out(&old, layout).as_bytes(), Path::new("f.json")).unwrap();
        document.object_mut().insert(key.clone(), value.clone());
        let again = Document::parse(&document.to_bytes(), Path::new("f.json")).unwrap();
        let mut expected = old;
        expected[key.as_str()] = value;
        prop_assert_eq!(&again.value, &expected);
        prop_assert_eq!(keys_of(&again.value), keys_of(&expected));
    }

    #[test]
    fn no_bytes_make_a_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        parse_all(&bytes);
    }

    #[test]
    fn no_object_makes_a_parser_panic(value in any_object()) {
        parse_all(value.to_string().as_bytes());
    }
}

fn parse_all(bytes: &[u8]) {
    let path = Path::new("f.json");
    let _ = ProjectConfig::parse(bytes, path).map(|file| file.to_bytes());
    let _ = LocalEnvInfo::parse(bytes, path).map(|file| file.to_bytes());
    let _ = LocalAwsInfo::parse(bytes, path).map(|file| file.to_bytes());
    let _ = TeamProviderInfo::parse(bytes, path).map(|file| file.to_bytes());
    let _ = BackendConfig::parse(bytes, path).map(|file| file.to_bytes());
    let _ = AmplifyMeta::parse(bytes, path).map(|file| file.to_bytes());
}
