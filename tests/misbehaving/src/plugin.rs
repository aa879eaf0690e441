//! Faults of a running plugin.

use std::time::Duration;

use amplify_sdk::{
    error::ErrorKind,
    message::{CallRequest, HeadlessRequest, LifecycleEvent, Request},
    prelude::*,
    question::Question,
};
use serde_json::json;

/// The plugin: a category whose word is `misbehave`.
pub struct Misbehaving;

impl Category for Misbehaving {
    fn manifest(&self) -> Manifest {
        assert!(!crate::load::describe_panics(), "no manifest today");
        Manifest::new(
            "misbehaving",
            PluginKind::category("misbehave"),
            env!("CARGO_PKG_VERSION"),
            "Misbehaves on request",
        )
        .command(
            Command::new("add", "Misbehave in one way")
                .argument(Argument::positional("mode", "The fault, or `well` for none").required())
                .argument(Argument::option("--size", "How many bytes a huge reply has")),
        )
        .service("Fault", "A fault")
        .method("behave", "Behaves")
        .method("panic", "Panics")
        .event(LifecycleEvent::PrePush)
        .event(LifecycleEvent::PostPush)
    }

    fn run(&self, context: &mut Context<'_>, request: &CommandRequest) -> Result<Changes, PluginError> {
        match request.arguments.first().map_or("", String::as_str) {
            "well" => well(context),
            "panic" => panic!("on request: {}", request.command),
            "exit" => {
                let _ = context.read_text("README.md")?;
                std::process::exit(0)
            }
            "panic-odd" => std::panic::panic_any(Odd),
            "panic-thread" => {
                let worker = std::thread::Builder::new().name("worker".into()).spawn(|| panic!("in a thread"));
                let joined = worker.map(std::thread::JoinHandle::join);
                Ok(Changes::new().message(format!("the thread ended: {}", matches!(joined, Ok(Err(_))))))
            }
            "error" => Err(PluginError::new("misbehaved", "the plugin failed as `error` asks")
                .cause("it was asked to")
                .hint("ask for `well` instead")),
            "loop" => loop {
                context.check_cancelled()?;
                std::thread::sleep(Duration::from_millis(1));
            },
            "questions" => loop {
                context.confirm("misbehave.again", "Again?", true)?;
            },
            "questions-stubborn" => {
                while !context.cancelled() {
                    // The error is ignored, as a careless plugin would.
                    let _ = context.confirm("misbehave.again", "Again?", true);
                }
                Ok(Changes::new())
            }
            "secret" => secret(context),
            "value-of-nothing" => {
                Ok(Changes::new().environment_value("misbehave", "nothing", "size", "5".into()).message("changed"))
            }
            "secret-of-nothing" => Ok(Changes::new().secret("misbehave", "nothing", "word", "abc").message("changed")),
            "outside-parent" => Ok(Changes::new().text("misbehave", "fault", "../../../evil.txt", "evil")),
            "outside-absolute" => Ok(Changes::new().text("misbehave", "fault", "/tmp/evil.txt", "evil")),
            "outside-resource" => Ok(Changes::new().text("misbehave", "../storage", "evil.txt", "evil")),
            "other-category" => Ok(Changes::new().text("storage", "photos", "evil.txt", "evil")),
            "other-resource" => Ok(Changes::new().remove_resource("storage", "photos")),
            "kept-nothing" => {
                let content = FileContent::Kept(7);
                Ok(Changes::new().file("misbehave", "fault", "file.txt", content))
            }
            "keep" => {
                let content = context.keep(FileContent::Text("handed over before".into()));
                let text = if matches!(content, FileContent::Kept(_)) { "kept" } else { "not kept" };
                let changes = Changes::new().add_resource("misbehave", "well", [("service", "Fault".into())]);
                Ok(changes.file("misbehave", "well", "file.txt", content).message(text))
            }
            "read-outside" => context.read_text("../../etc/passwd").map(|_| Changes::new()),
            "huge" => {
                let size = request.options.get("size").and_then(|size| size.as_str()?.parse().ok()).unwrap_or(1_000);
                Ok(Changes::new().message("x".repeat(size)))
            }
            "call-itself" => context
                .call("misbehave", "behave", json!({"depth": 1}))
                .map(|value| Changes::new().message(value.to_string())),
            other => Err(PluginError::usage("unknown-mode", format!("there is no mode `{other}`"))),
        }
    }

    fn headless(&self, _: &mut Context<'_>, request: &HeadlessRequest) -> Result<JsonMap, PluginError> {
        assert!(request.payload != "panic", "on request: headless");
        Ok(JsonMap::from_iter([("misbehave.name".to_owned(), request.payload.clone())]))
    }

    fn event(&self, _: &mut Context<'_>, request: &EventRequest) -> Result<Changes, PluginError> {
        assert!(request.event != LifecycleEvent::PrePush, "on request: event");
        Ok(Changes::new().message(format!("heard {:?}", request.event)))
    }

    fn call(&self, _: &mut Context<'_>, request: &CallRequest) -> Result<CallReply, PluginError> {
        assert!(request.method != "panic", "on request: call");
        Ok(CallReply { value: request.parameters.clone(), ..CallReply::default() })
    }

    fn build(&self, _: &mut Context<'_>, request: &BuildRequest) -> Result<BuildReply, PluginError> {
        assert!(request.resource != "panic", "on request: build");
        Ok(BuildReply { upload_name: request.resource.clone(), ..BuildReply::default() })
    }
}

/// Uses every service of the host once.
fn well(context: &mut Context<'_>) -> Result<Changes, PluginError> {
    context.step("Behaving");
    context.log(LogLevel::Debug, "all is well");
    let name = context.input("misbehave.name", "Name:", Some("fault".into()), None)?;
    let readme = context.read_text("README.md")?.unwrap_or_default();
    let files = context.list("amplify")?.join(",");
    let echo = context.call("echo", "say", json!({"name": name}))?;
    if context.cancelled() {
        return Err(PluginError { kind: ErrorKind::Cancelled, ..PluginError::new("cancelled", "interrupted") });
    }
    Ok(Changes::new().add_resource("misbehave", &name, [("service", "Fault".into())]).json(
        "misbehave",
        &name,
        "parameters.json",
        json!({"readme": readme, "files": files, "echo": echo}),
    ))
}

/// A resource that needs a secret.
fn secret(context: &mut Context<'_>) -> Result<Changes, PluginError> {
    let password = context.ask(Question::secret("misbehave.password", "Password:"))?;
    let entry = [("service", "Fault".into()), ("providerPlugin", "awscloudformation".into())];
    let template = json!({
        "Parameters": { "env": { "Type": "String" }, "password": { "Type": "String", "NoEcho": true } },
        "Resources": { "Topic": { "Type": "AWS::SNS::Topic", "Properties": { "DisplayName": { "Ref": "password" } } } },
    });
    Ok(Changes::new()
        .add_resource("misbehave", "vault", entry)
        .json("misbehave", "vault", "template.json", template)
        .secret("misbehave", "vault", "password", password.as_str().unwrap_or_default()))
}

/// A panic payload that is no text, and whose destructor panics as well.
struct Odd;

impl Drop for Odd {
    fn drop(&mut self) {
        panic!("in the destructor");
    }
}

/// Replies that the SDK would never give.
pub fn raw_reply(request: &[u8]) -> Option<Vec<u8>> {
    let Ok(Request::Command(request)) = serde_json::from_slice(request) else { return None };
    let reply: &[u8] = match request.arguments.first()?.as_str() {
        "garbage" => b"\xff\xfe\x00not JSON",
        "empty" => b"",
        "half" => br#"{"type": "changes", "body": {"files": ["#,
        "wrong-shape" => br#"{"type": "changes", "body": {"files": 7}}"#,
        "wrong-type" => br#"{"type": "wishes", "body": {}}"#,
        "other-answer" => br#"{"type": "answers", "body": {}}"#,
        // What a plugin built against a later SDK might answer.
        "later" => br#"{"type": "changes", "later": 1, "body": {"messages": ["from later"], "wishes": [{}]}}"#,
        "deep" => return Some(b"[".repeat(100_000)),
        _ => return None,
    };
    Some(reply.to_vec())
}
