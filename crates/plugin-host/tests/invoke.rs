//! A plugin at work: what it may do, and each way in which it can go wrong.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::sync::{Arc, atomic::Ordering};

use amplify_plugin_abi::{
    error::ErrorKind,
    message::{
        BuildRequest, CallReply, CallRequest, EventRequest, HeadlessRequest, LifecycleEvent, LogLevel, Progress,
        Request, Response,
    },
    provider::ProviderRequest,
};
use amplify_plugin_host::{InvokeError, Loader, MAX_QUESTIONS, MAX_REPLY, Plugin};
use serde_json::json;
use support::{Plugins, Scripted, mode};

/// The plugin; its folder may go once it is open.
fn plugin() -> Arc<Plugin> {
    let plugins = Plugins::new();
    plugins.sound("misbehaving");
    Loader::new().open(&plugins.only()).unwrap()
}

fn fails(request: &Request) -> InvokeError {
    let error = plugin().invoke(request, &mut Scripted::default()).expect_err("the plugin misbehaves");
    assert!(!error.to_string().contains('\n') && !error.to_string().ends_with('.'), "{error}");
    error
}

#[test]
fn every_service_of_the_host() {
    let mut host = Scripted::default();
    let response = plugin().invoke(&mode("well"), &mut host).unwrap();
    let Response::Changes(changes) = response else { panic!("{response:?}") };
    let text = serde_json::to_string(&changes).unwrap();
    assert!(text.contains(r#""readme":"text of README.md","files":"a,b/c","echo":{"name":"fault"}"#), "{text}");
    assert_eq!(host.asked, 1);
    assert_eq!(host.progress, [Progress::Step { text: "Behaving".into() }]);
    assert_eq!((host.log[0].level, host.log[0].text.as_str()), (LogLevel::Debug, "all is well"));
    assert_eq!((host.calls[0].plugin.as_str(), host.calls[0].method.as_str()), ("echo", "say"));
    assert_eq!(host.paths, ["README.md", "amplify"]);
}

#[test]
fn a_panic_in_each_request_names_the_plugin() {
    let call = CallRequest { method: "panic".into(), ..CallRequest::default() };
    let build = BuildRequest { resource: "panic".into(), ..BuildRequest::default() };
    let event = EventRequest { event: LifecycleEvent::PrePush, data: json!(null), project: None };
    let headless = HeadlessRequest { payload: json!("panic"), ..HeadlessRequest::default() };
    let requests = [
        (mode("panic"), "add"),
        (Request::Call(call), "call"),
        (Request::Build(build), "build"),
        (Request::Event(event), "event"),
        (Request::Headless(headless), "headless"),
    ];
    let plugin = plugin();
    for (request, what) in requests {
        let error = plugin.invoke(&request, &mut Scripted::default()).unwrap_err();
        assert_eq!(
            (error.kind(), error.code(), error.plugin()),
            (ErrorKind::Panicked, "plugin-panicked", "misbehaving")
        );
        assert!(error.to_string().contains("`misbehaving` panicked"), "{error}");
        let cause = &error.causes()[0];
        assert!(cause.contains(&format!("on request: {what}")) && cause.contains("plugin.rs:"), "{cause}");
    }
    // It can still be used.
    plugin.invoke(&mode("well"), &mut Scripted::default()).unwrap();
}

#[test]
fn a_panic_with_a_payload_that_panics_itself() {
    let error = fails(&mode("panic-odd"));
    assert_eq!(error.kind(), ErrorKind::Panicked);
    assert!(error.causes()[0].contains("a value that is no text"));
}

#[test]
fn a_panic_in_a_thread_of_the_plugin_is_logged() {
    let mut host = Scripted::default();
    plugin().invoke(&mode("panic-thread"), &mut host).unwrap();
    let warnings: Vec<_> = host.log.iter().filter(|record| record.level == LogLevel::Warning).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let text = &warnings[0].text;
    assert!(text.contains("`misbehaving`") && text.contains("`worker`") && text.contains("in a thread"), "{text}");
}

#[test]
fn panics_print_nothing() {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "panics_for_the_test_of_silence", "--ignored", "--nocapture", "--test-threads", "1"])
        .output()
        .unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
#[ignore = "run by `panics_print_nothing`"]
fn panics_for_the_test_of_silence() {
    for fault in ["panic", "panic-odd", "panic-thread"] {
        let _ = plugin().invoke(&mode(fault), &mut Scripted::default());
    }
}

#[test]
fn an_error_arrives_whole() {
    let error = fails(&mode("error"));
    assert_eq!((error.kind(), error.code()), (ErrorKind::Failed, "misbehaved"));
    assert_eq!(error.to_string(), "the plugin failed as `error` asks");
    assert_eq!(error.causes(), ["it was asked to"]);
    assert_eq!(error.hints(), ["ask for `well` instead"]);
}

#[test]
fn an_endless_loop_stops_when_cancelled() {
    let mut host = Scripted::default();
    let cancel = Arc::clone(&host.cancel);
    let stopper = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(50));
        cancel.store(true, Ordering::SeqCst);
    });
    let error = plugin().invoke(&mode("loop"), &mut host).unwrap_err();
    stopper.join().unwrap();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

#[test]
fn garbage_is_not_believed() {
    for fault in ["garbage", "empty", "half", "wrong-shape", "wrong-type", "deep"] {
        let error = fails(&mode(fault));
        assert!(matches!(error, InvokeError::ReplyGarbled { .. }), "{fault}: {error:?}");
        assert_eq!(error.code(), "plugin-reply-garbled");
        assert!(
            error.causes().iter().all(|cause| !cause.chars().any(char::is_control)),
            "{fault}: {:?}",
            error.causes()
        );
    }
}

#[test]
fn an_answer_to_another_request() {
    let error = fails(&mode("other-answer"));
    let InvokeError::ReplyUnexpected { found, wanted, .. } = error else { panic!("{error:?}") };
    assert_eq!((found, wanted), ("answers", "changes"));
}

#[test]
fn changes_outside_its_folder_are_refused() {
    let faults = ["outside-parent", "outside-absolute", "outside-resource", "other-category", "other-resource"];
    for fault in faults {
        let error = fails(&mode(fault));
        assert!(matches!(error, InvokeError::ChangesRefused { .. }), "{fault}: {error:?}");
        assert_eq!(error.causes().len(), 1, "{fault}");
    }
    let error = fails(&mode("read-outside"));
    assert_eq!(error.code(), "path-outside");
}

#[test]
fn endless_questions_end() {
    for fault in ["questions", "questions-stubborn"] {
        let mut host = Scripted::default();
        let result = plugin().invoke(&mode(fault), &mut host);
        assert_eq!(host.asked, MAX_QUESTIONS, "{fault}");
        if fault == "questions" {
            assert_eq!(result.unwrap_err().code(), "too-many-questions");
        }
    }
}

#[test]
fn a_huge_answer_is_refused() {
    let Request::Command(mut request) = mode("huge") else { unreachable!() };
    request.options.insert("size".into(), (MAX_REPLY + 1).to_string().into());
    let error = fails(&Request::Command(request.clone()));
    assert!(matches!(error, InvokeError::ReplyTooLarge { .. }), "{error}");
    request.options.insert("size".into(), "100000".into());
    plugin().invoke(&Request::Command(request), &mut Scripted::default()).unwrap();
}

#[test]
fn requests_for_other_kinds_are_unsupported() {
    let request = Request::Provider(Box::new(ProviderRequest::Destroy(Default::default())));
    assert_eq!(fails(&request).kind(), ErrorKind::Unsupported);
}

#[test]
fn plugins_call_each_other_through_the_host() {
    let outer = plugin();
    let inner = plugin();
    let callee = move |request: &CallRequest| {
        let mut host = Scripted::default();
        match inner.invoke(&Request::Call(request.clone()), &mut host) {
            Ok(Response::Call(reply)) => Ok(reply),
            other => panic!("{other:?}"),
        }
    };
    let mut host = Scripted { callee: Some(Box::new(callee)), ..Scripted::default() };
    let response = outer.invoke(&mode("call-itself"), &mut host).unwrap();
    let Response::Changes(changes) = response else { panic!("{response:?}") };
    assert_eq!(changes.messages, [r#"{"depth":1}"#]);
}

#[test]
fn a_called_plugin_that_panics_fails_the_call_alone() {
    let outer = plugin();
    let callee = |_: &CallRequest| -> Result<CallReply, _> {
        let call = CallRequest { method: "panic".into(), ..CallRequest::default() };
        match plugin().invoke(&Request::Call(call), &mut Scripted::default()) {
            Err(InvokeError::Plugin { error, .. }) => Err(*error),
            other => panic!("{other:?}"),
        }
    };
    let mut host = Scripted { callee: Some(Box::new(callee)), ..Scripted::default() };
    let error = outer.invoke(&mode("call-itself"), &mut host).unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Panicked, "plugin-panicked"));
    outer.invoke(&mode("well"), &mut Scripted::default()).unwrap();
}

#[test]
fn a_panic_of_the_host_does_not_unwind_through_the_plugin() {
    let plugin = plugin();
    for service in ["ask", "progress"] {
        let mut host = Scripted { panic_in: service, ..Scripted::default() };
        let run = std::panic::AssertUnwindSafe(|| plugin.invoke(&mode("well"), &mut host));
        let payload = std::panic::catch_unwind(run).expect_err("the host's panic goes on in the host");
        assert_eq!(payload.downcast_ref::<&str>(), Some(&"the host's own fault"));
    }
    plugin.invoke(&mode("well"), &mut Scripted::default()).unwrap();
}

#[test]
fn one_plugin_serves_many_threads() {
    let plugin = plugin();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    plugin.invoke(&mode("well"), &mut Scripted::default()).unwrap();
                }
            });
        }
    });
}
