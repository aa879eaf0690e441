//! The documents of protocol 1, as text. A plugin in the field reads and writes exactly these, so a change here is a change
//! of the protocol: new optional fields may appear, nothing else.

use amplify_plugin_abi::{
    OLDEST_PROTOCOL, PROTOCOL,
    change::{Changes, FileContent},
    error::PluginError,
    frontend::{FrontendReply, FrontendRequest, RootFile},
    manifest::{Argument, Command, Description, Manifest, PluginKind},
    message::{
        CallReply, CallbackReply, CommandRequest, CompileReply, CompileRequest, CompiledFile, EventRequest,
        LifecycleEvent, LogLevel, LogRecord, Progress, Request, Response,
    },
    project::ProjectView,
    provider::{ProviderReply, ProviderRequest},
    question::{Answer, Choice, Question, Validation},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// A value is written as this document, and read from it, and from what a newer side may make of it.
#[track_caller]
fn is<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T, document: Value) {
    assert_eq!(serde_json::to_value(value).unwrap(), document);
    assert_eq!(serde_json::from_value::<T>(document.clone()).unwrap(), *value);
    for place in objects(&document, String::new()) {
        let mut newer = document.clone();
        newer.pointer_mut(&place).unwrap()["later"] = json!({"a": [1, null]});
        let read = serde_json::from_value::<T>(newer.clone());
        let read = read.unwrap_or_else(|error| panic!("a new key in `{place}` is not passed over: {error}"));
        // In JSON that is somebody's own, such as a file's content, the key is not a newer side's and is kept.
        assert!(read == *value || serde_json::to_value(&read).unwrap() == newer, "`{place}`: {read:?}");
    }
}

/// The places of all objects in a document. One that only names which of several things follows gets no other key.
fn objects(document: &Value, place: String) -> Vec<String> {
    match document {
        Value::Object(keys) => {
            let chooses = keys.len() == 1 && keys.keys().all(|key| ["ok", "error"].contains(&key.as_str()));
            let inner = keys.iter().flat_map(|(key, value)| objects(value, format!("{place}/{key}")));
            inner.chain((!chooses).then(|| place.clone())).collect()
        }
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(at, item)| objects(item, format!("{place}/{at}"))).collect()
        }
        _ => Vec::new(),
    }
}

/// A document of an older or a newer side is read as this value.
#[track_caller]
fn reads<T: DeserializeOwned + PartialEq + std::fmt::Debug>(document: Value, value: &T) {
    assert_eq!(serde_json::from_value::<T>(document).unwrap(), *value);
}

#[test]
fn this_is_protocol_1() {
    assert_eq!(PROTOCOL, 1, "a new protocol needs its own file beside this one, which stays for the older plugins");
    assert_eq!(OLDEST_PROTOCOL, PROTOCOL.max(2) - 1, "the one before is accepted, once there is one");
}

#[test]
fn requests() {
    let command = CommandRequest { command: "add".into(), arguments: vec!["x".into()], ..CommandRequest::default() };
    let body = json!({"command": "add", "arguments": ["x"], "options": {}, "project": null});
    is(&Request::Command(command.clone()), json!({"type": "command", "body": body}));
    reads(
        json!({"type": "command", "body": {"command": "add", "arguments": ["x"], "later": 1}}),
        &Request::Command(command),
    );
    let event = EventRequest { event: LifecycleEvent::PrePush, data: Value::Null, project: None };
    reads(json!({"type": "event", "body": {"event": "PrePush"}}), &Request::Event(event));
    let compile = CompileRequest { resource: "blog".into(), ..CompileRequest::default() };
    reads(json!({"type": "compile", "body": {"resource": "blog"}}), &Request::Compile(compile));
    let provider = ProviderRequest::Destroy(Default::default());
    is(
        &Request::Provider(Box::new(provider)),
        json!({"type": "provider", "body": {"operation": "destroy", "environment": "", "state": {}, "dataDir": ""}}),
    );
    let frontend = FrontendRequest::Detect { project: ProjectView::default() };
    reads(
        json!({"type": "frontend", "body": {"operation": "detect", "project": {}}}),
        &Request::Frontend(Box::new(frontend)),
    );
}

#[test]
fn responses() {
    let changes = Changes::new()
        .add_resource("storage", "photos", [("service", "S3".into())])
        .patch_resource("storage", "photos", [("a", Value::Null)])
        .remove_resource("storage", "old")
        .text("storage", "photos", "a.txt", "a")
        .json("storage", "photos", "a.json", json!({}))
        .json_tabs("storage", "photos", "b.json", json!({}))
        .file("storage", "photos", "c", FileContent::Base64("/w==".into()))
        .delete_file("storage", "photos", "d")
        .environment_value("storage", "photos", "k", 1.into())
        .secret("storage", "photos", "s", "v")
        .message("m")
        .next_step("n");
    let file = |path: &str, content: Value| json!({"category": "storage", "resource": "photos", "path": path, "content": content});
    let body = json!({
        "files": [
            file("a.txt", json!({"type": "text", "data": "a"})),
            file("a.json", json!({"type": "json", "data": {}})),
            file("b.json", json!({"type": "jsonTabs", "data": {}})),
            file("c", json!({"type": "base64", "data": "/w=="})),
            file("d", Value::Null),
        ],
        "resources": [
            {"change": "add", "category": "storage", "resource": "photos", "entry": {"service": "S3"}},
            {"change": "patch", "category": "storage", "resource": "photos", "entry": {"a": null}},
            {"change": "remove", "category": "storage", "resource": "old"},
        ],
        "environment": [{"category": "storage", "resource": "photos", "key": "k", "value": 1}],
        "secrets": [{"category": "storage", "resource": "photos", "key": "s", "value": "v"}],
        "messages": ["m"],
        "nextSteps": ["n"],
    });
    is(&Response::Changes(changes), json!({"type": "changes", "body": body}));
    reads(json!({"type": "changes", "body": {}}), &Response::Changes(Changes::new()));
    reads(
        json!({"type": "call", "body": {"value": 1}}),
        &Response::Call(CallReply { value: 1.into(), ..Default::default() }),
    );
    let file = CompiledFile { path: "build/a".into(), content: FileContent::Text("a".into()) };
    is(
        &Response::Compile(CompileReply { folders: vec!["build".into()], files: vec![file], ..Default::default() }),
        json!({"type": "compile", "body": {
            "folders": ["build"],
            "files": [{"path": "build/a", "content": {"type": "text", "data": "a"}}],
        }}),
    );
    reads(json!({"type": "compile", "body": {}}), &Response::Compile(CompileReply::default()));
    is(
        &Response::Provider(Box::new(ProviderReply::Served)),
        json!({"type": "provider", "body": {"operation": "served"}}),
    );
    let files = FrontendReply::Files { files: vec![RootFile { path: "a".into(), text: None }] };
    is(
        &Response::Frontend(Box::new(files)),
        json!({"type": "frontend", "body": {"operation": "files", "files": [{"path": "a", "text": null}]}}),
    );
    let error =
        PluginError::usage("bad-name", "the name is bad").cause("it is").hint("take another").url("https://a.b");
    is(
        &Response::Error(error),
        json!({"type": "error", "body": {
            "kind": "usage", "code": "bad-name", "message": "the name is bad",
            "causes": ["it is"], "hints": ["take another"], "url": "https://a.b",
        }}),
    );
}

#[test]
fn questions() {
    is(
        &Question::input("a", "A?").default_text("x").validation(Validation::pattern("[a-z]", "m").not_taken(["b"])),
        json!({"key": "a", "text": "A?", "kind": "input", "default": "x",
            "validation": {"pattern": "[a-z]", "taken": ["b"], "message": "m"}}),
    );
    is(&Question::secret("a", "A?"), json!({"key": "a", "text": "A?", "kind": "secret"}));
    is(
        &Question::another("l", 2, "More?", true),
        json!({"key": "l[2].another", "text": "More?", "kind": "confirm", "default": true, "moreOf": "l"}),
    );
    let choice = json!({"value": "x", "label": "X"});
    is(
        &Question::select("a", "A?", vec![Choice::new("x", "X")]).help("h"),
        json!({"key": "a", "text": "A?", "kind": "select", "choices": [choice], "help": "h"}),
    );
    is(
        &Question::multi_select("a", "A?", vec![Choice::new("x", "X")], 1).min_message("m"),
        json!({"key": "a", "text": "A?", "kind": "multiSelect", "choices": [choice], "default": [], "min": 1, "minMessage": "m"}),
    );
    is(
        &Question::sort("a", "A?", vec![Choice::new("x", "X")]),
        json!({"key": "a", "text": "A?", "kind": "sort", "choices": [choice]}),
    );
    is(
        &Question::edit("a", "A?", "a.txt", "b"),
        json!({"key": "a", "text": "A?", "kind": "edit", "name": "a.txt", "content": "b"}),
    );
    reads(json!({"value": "x"}), &Answer::given("x"));
}

#[test]
fn callbacks() {
    is(&CallbackReply::Ok(1.into()), json!({"ok": 1}));
    is(
        &CallbackReply::Error(PluginError::new("c", "m")),
        json!({"error": {"kind": "failed", "code": "c", "message": "m"}}),
    );
    is(&LogRecord { level: LogLevel::Warning, text: "t".into() }, json!({"level": "warning", "text": "t"}));
    is(&Progress::Step { text: "t".into() }, json!({"progress": "step", "text": "t"}));
    is(
        &Progress::Resource { path: "a/b".into(), resource_type: "T".into(), status: "S".into(), reason: None },
        json!({"progress": "resource", "path": "a/b", "resourceType": "T", "status": "S"}),
    );
}

#[test]
fn manifests() {
    let mut manifest = Manifest::new("category-storage", PluginKind::category("storage"), "1.0.0", "S")
        .command(
            Command::new("add", "A")
                .alias("create")
                .argument(Argument::option("--size", "How big").required())
                .example("amplify add storage", "E"),
        )
        .service("S3", "Content")
        .method("m", "M")
        .event(LifecycleEvent::PostPush);
    manifest.abi = "1.0.0".into();
    manifest.target = "t".into();
    let document = json!({
        "name": "category-storage", "kind": "category", "category": "storage", "version": "1.0.0", "summary": "S",
        "protocol": 1, "abi": "1.0.0", "target": "t",
        "commands": [{
            "name": "add", "aliases": ["create"], "summary": "A",
            "arguments": [{"name": "--size", "takesValue": true, "required": true, "summary": "How big"}],
            "examples": [{"command": "amplify add storage", "summary": "E"}],
            "needs": "project",
        }],
        "services": [{"name": "S3", "label": "Content"}],
        "methods": [{"name": "m", "summary": "M"}],
        "events": ["PostPush"],
    });
    is(&manifest, document.clone());
    let mut newer = document.clone();
    newer["events"] = json!(["PreDream", "PostPush"]);
    newer["dreams"] = json!(true);
    reads(newer, &manifest);
    is(&Description::Manifest(manifest), document);
    let failed = Description::Failed { error: PluginError::new("c", "m") };
    is(&failed, json!({"error": {"kind": "failed", "code": "c", "message": "m"}}));
}
