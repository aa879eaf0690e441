//! The scripted host behaves as the real one does.

use amplify_sdk::{
    error::ErrorKind,
    message::{CallRequest, LifecycleEvent, Request},
    prelude::*,
    provider::{ProviderReply, ProviderRequest},
    testing::{Host, check_manifest},
};
use serde_json::{Value, json};

/// A category that does what its command's first argument says.
struct Notes;

impl Category for Notes {
    fn manifest(&self) -> Manifest {
        Manifest::new("category-notes", PluginKind::category("notes"), "1.0.0", "Notes")
            .command(Command::new("add", "Add a note"))
    }

    fn run(&self, context: &mut Context<'_>, request: &CommandRequest) -> Result<Changes, PluginError> {
        match request.arguments.first().map_or("", String::as_str) {
            "ask" => {
                let name = context.input(
                    "notes.name",
                    "Name:",
                    Some("todo".into()),
                    Some(Validation::pattern("[a-z]+", "Use letters")),
                )?;
                let mut items = Vec::new();
                loop {
                    items.push(context.input(
                        &format!("notes.items[{}]", items.len()),
                        "Item:",
                        Some("x".into()),
                        None,
                    )?);
                    if !context.another("notes.items", items.len() - 1, "Another?", false)? {
                        break;
                    }
                }
                Ok(Changes::new()
                    .add_resource("notes", &name, [("service", "Note".into())])
                    .json("notes", &name, "parameters.json", json!({"items": items}))
                    .environment_value("notes", &name, "size", 3.into()))
            }
            "rule" => {
                let rule = |name: &str| match name.strip_prefix("my") {
                    Some(rest) => Ok(rest.to_owned()),
                    None => Err(PluginError::usage("not-mine", format!("`{name}` does not begin with `my`"))),
                };
                let rest = context.input_read("notes.name", "Name:", Some("todo".into()), None, rule)?;
                Ok(Changes::new().message(rest))
            }
            "read" => {
                let text = context.read_text("amplify/backend/notes/todo/note.md")?.unwrap_or_default();
                let files = context.list("amplify/backend/notes")?;
                Ok(Changes::new().message(format!("{text}|{}", files.join(","))))
            }
            "call" => {
                let value = context.call("function", "addTrigger", json!({"bucket": "photos"}))?;
                let seen = context.project().resources("function").join(",");
                let code = context.read_text("amplify/backend/function/trigger/index.js")?.unwrap_or_default();
                Ok(Changes::new().message(format!("{value} {seen} {code}")))
            }
            "keep" => {
                let content = context.keep(FileContent::Text("as it is".into()));
                Ok(Changes::new().file("notes", "todo", "note.md", content))
            }
            "wait" => loop {
                context.check_cancelled()?;
            },
            "outside" => Ok(Changes::new().text("notes", "todo", "../../evil", "")),
            "malformed" => context.select("notes.kind", "Kind?", vec![], None).map(|_| Changes::new()),
            "options" => Ok(Changes::new().message(Value::Object(request.options.clone()).to_string())),
            _ => Err(PluginError::new("nothing", "nothing to do")),
        }
    }
}

/// A category that other plugins call.
struct Functions;

impl Category for Functions {
    fn manifest(&self) -> Manifest {
        Manifest::new("category-function", PluginKind::category("function"), "1.0.0", "Functions")
    }

    fn run(&self, _: &mut Context<'_>, _: &CommandRequest) -> Result<Changes, PluginError> {
        Ok(Changes::new())
    }

    fn call(&self, context: &mut Context<'_>, request: &CallRequest) -> Result<CallReply, PluginError> {
        let runtime = context.input("function.runtime", "Runtime:", Some("nodejs".into()), None)?;
        let changes = Changes::new()
            .add_resource("function", "trigger", [("runtime", runtime.into())])
            .text("function", "trigger", "index.js", "code");
        Ok(CallReply { value: request.parameters["bucket"].clone(), changes, project: None })
    }
}

struct Nowhere;

impl Provider for Nowhere {
    fn manifest(&self) -> Manifest {
        Manifest::new("provider-nowhere", PluginKind::provider("nowhere"), "1.0.0", "Deploys nowhere")
    }

    fn handle(&self, context: &mut Context<'_>, _: ProviderRequest) -> Result<ProviderReply, PluginError> {
        context.step("Destroying");
        Ok(ProviderReply::Destroyed(Default::default()))
    }
}

#[test]
fn answers_come_from_the_script() {
    let host = Host::new().answer("notes.name", "list").answer("notes.items[0]", "a").answer("notes.items[1]", "b");
    let outcome = host.run(&Notes, "add", &["ask"]);
    assert_eq!(outcome.json("notes", "list", "parameters.json"), json!({"items": ["a", "b"]}));
    assert_eq!(outcome.entry("notes", "list")["service"], "Note");
    assert_eq!(outcome.files(), ["notes/list/parameters.json"]);
    let keys = ["notes.name", "notes.items[0]", "notes.items[0].another", "notes.items[1]", "notes.items[1].another"];
    assert_eq!(outcome.keys(), keys);
    let text = outcome.text("notes", "list", "parameters.json");
    assert!(text.starts_with("{\n    \"items\""), "a new JSON file is indented by four spaces: {text}");
}

#[test]
fn an_answer_that_is_missing_or_wrong() {
    let outcome = Host::new().run(&Notes, "add", &["ask"]);
    assert_eq!((outcome.error().kind, outcome.keys().len()), (ErrorKind::MissingAnswer, 1));
    assert!(outcome.all_changes().is_empty());
    let outcome = Host::new().answer("notes.name", "No!").run(&Notes, "add", &["ask"]);
    assert_eq!(outcome.error().kind, ErrorKind::Usage);
    assert!(outcome.error().message.contains("Use letters"));
    let outcome = Host::new().defaults().run(&Notes, "add", &["ask"]);
    assert_eq!(outcome.json("notes", "todo", "parameters.json"), json!({"items": ["x"]}));
    let outcome = Host::new().run(&Notes, "add", &["malformed"]);
    assert_eq!(outcome.error().code, "bad-question");
}

#[test]
fn answers_can_be_thought_of() {
    let outcome = Host::new().stand_ins().run(&Notes, "add", &["ask"]);
    assert_eq!(outcome.files(), ["notes/todo/parameters.json"]);
    let outcome = Host::new().stand_ins().answer("notes.name", "mine").run(&Notes, "add", &["ask"]);
    assert_eq!(outcome.files(), ["notes/mine/parameters.json"], "what was answered counts");
}

#[test]
fn what_an_answer_is_made_of_can_be_refused() {
    let outcome = Host::new().answer("notes.name", "mylist").run(&Notes, "add", &["rule"]);
    assert_eq!(outcome.changes().messages, ["list"]);
    for host in [Host::new().answer("notes.name", "list"), Host::new().defaults()] {
        let outcome = host.run(&Notes, "add", &["rule"]);
        assert_eq!((outcome.error().code.as_str(), outcome.progress.len()), ("not-mine", 0), "it would be told twice");
    }
    // Whoever types can try again, with the same answer, too.
    let outcome = Host::new().typed("notes.name", ["list", "list", "mylist"]).run(&Notes, "add", &["rule"]);
    assert_eq!((outcome.changes().messages.as_slice(), outcome.progress.len()), (&["list".into()][..], 2));
    // Nobody is told that an answer is wrong which nobody gave.
    let outcome = Host::new().stand_ins().run(&Notes, "add", &["rule"]);
    assert_eq!(outcome.error().kind, ErrorKind::MissingAnswer);
    assert!(outcome.progress.is_empty(), "{:?}", outcome.progress);
}

#[test]
fn changes_can_be_applied() {
    let mut host = Host::new().answers(json!({"notes": {"name": "todo", "items": ["a"]}}));
    let outcome = host.run(&Notes, "add", &["ask"]);
    host.apply(&outcome);
    assert_eq!(host.view().resources("notes"), ["todo"]);
    assert_eq!(host.view().environment.as_ref().unwrap().values["notes"]["todo"]["size"], 3);
    assert!(host.text("amplify/backend/notes/todo/parameters.json").is_some());
}

#[test]
fn files_of_the_project() {
    let host = Host::new().file("amplify/backend/notes/todo/note.md", "hello").file("amplify/other", "");
    assert_eq!(host.run(&Notes, "add", &["read"]).changes().messages, ["hello|todo/note.md"]);
}

#[test]
fn what_a_plugin_hands_over_before_is_seen() {
    let outcome = Host::new().run(&Notes, "add", &["keep"]);
    assert!(outcome.calls.is_empty(), "{:?}", outcome.calls);
    assert_eq!(outcome.changes().files[0].content, Some(FileContent::Text("as it is".into())));
}

#[test]
fn another_plugin_answers() {
    let scripted = Host::new().reply("function", "addTrigger", "scripted");
    let outcome = scripted.run(&Notes, "add", &["call"]);
    assert_eq!(outcome.changes().messages, ["\"scripted\"  "]);
    assert_eq!((outcome.calls.len(), &outcome.calls[0].parameters), (1, &json!({"bucket": "photos"})));

    let routed = Host::new().plugin(Functions).answer("function.runtime", "python");
    let outcome = routed.run(&Notes, "add", &["call"]);
    assert_eq!(outcome.changes().messages, ["\"photos\" trigger code"], "the caller sees what was changed");
    assert_eq!(outcome.keys(), ["function.runtime"]);
    assert_eq!(outcome.entry("function", "trigger")["runtime"], "python");
    assert_eq!(outcome.called.resources.len(), 1);

    let outcome = Host::new().run(&Notes, "add", &["call"]);
    assert_eq!(outcome.error().code, "unknown-method");
    let refused = Err(PluginError::new("no", "no"));
    let outcome = Host::new().reply_with("function", "addTrigger", refused).run(&Notes, "add", &["call"]);
    assert_eq!(outcome.error().code, "no");
}

#[test]
fn it_can_be_cancelled() {
    let outcome = Host::new().cancel_after(10).run(&Notes, "add", &["wait"]);
    assert_eq!(outcome.error().kind, ErrorKind::Cancelled);
}

#[test]
fn what_the_host_refuses_is_refused() {
    let outcome = Host::new().run(&Notes, "add", &["outside"]);
    assert_eq!(outcome.error().code, "changes-refused");
    let outcome = Host::new().provider(&Notes, ProviderRequest::Destroy(Default::default()));
    assert_eq!(outcome.error().kind, ErrorKind::Unsupported);
}

#[test]
fn options_and_other_requests() {
    let outcome = Host::new().run(&Notes, "add", &["options", "--force", "--name=x"]);
    assert_eq!(outcome.changes().messages, [r#"{"force":true,"name":"x"}"#]);
    let outcome = Host::new().provider(&Nowhere, ProviderRequest::Destroy(Default::default()));
    assert!(matches!(outcome.value(), ProviderReply::Destroyed(_)));
    assert_eq!(outcome.progress.len(), 1);
    assert!(Host::new().event(&Notes, LifecycleEvent::PostPush, Value::Null).changes().is_empty());
    assert_eq!(Host::new().build(&Notes, "todo", "/nowhere").value().artifact, "");
    assert_eq!(Host::new().call(&Functions, "addTrigger", json!({})).error().kind, ErrorKind::MissingAnswer);
    assert_eq!(Host::new().headless(&Notes, "add", json!({})).error().kind, ErrorKind::Unsupported);
    let request = Request::Command(CommandRequest::default());
    assert_eq!(Host::new().request(&Notes, request).error().code, "nothing");
}

#[test]
fn manifests_are_checked() {
    assert_eq!(check_manifest(&Notes).name, "category-notes");

    struct Wrong;
    impl Util for Wrong {
        fn manifest(&self) -> Manifest {
            Manifest::new("Wrong name", PluginKind::util("wrong"), "1", "Wrong")
        }
        fn run(&self, _: &mut Context<'_>, _: &CommandRequest) -> Result<Changes, PluginError> {
            Ok(Changes::new())
        }
    }
    let caught = std::panic::catch_unwind(|| check_manifest(&Wrong)).unwrap_err();
    let text = caught.downcast_ref::<String>().unwrap();
    assert!(text.contains("the name `Wrong name`") && text.contains("the version `1`"), "{text}");
}
