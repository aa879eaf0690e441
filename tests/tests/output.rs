//! What goes to which stream, and in which form.

use amplify_tests::Sandbox;

fn project() -> Sandbox {
    let sandbox = Sandbox::initialised();
    sandbox.add_bucket("photos");
    sandbox
}

const READERS: &[&[&str]] = &[
    &["help"],
    &["version"],
    &["status"],
    &["plan"],
    &["plugin", "list"],
    &["env", "list"],
    &["categories"],
    &["completion", "zsh"],
    &["help", "storage", "add"],
];

#[test]
fn piped_output_has_no_escape_bytes() {
    let sandbox = project();
    for words in READERS {
        let output = sandbox.amplify(words.iter().copied()).success();
        assert!(!output.stdout.is_empty(), "{words:?}");
        assert!(!output.stdout.contains('\u{1b}') && !output.stderr.contains('\u{1b}'), "{words:?}\n{output}");
        assert!(output.stdout.ends_with('\n'), "{words:?}\n{output}");
    }
    let push = sandbox.amplify(["push", "--yes"]).success();
    assert!(!push.stdout.contains('\u{1b}') && !push.stderr.contains('\u{1b}'), "{push}");
}

#[test]
fn json_is_json_and_nothing_else() {
    let sandbox = project();
    for words in [
        &["status", "--json"][..],
        &["plan", "--json"],
        &["plugin", "list", "--json"],
        &["env", "list", "--json"],
        &["version", "--json"],
        &["add", "function", "--yes", "--json", "--answer", "function.resourceName=hello"],
        &["remove", "function", "hello", "--yes", "--json"],
    ] {
        let output = sandbox.amplify(words.iter().copied()).success();
        assert!(output.json().is_object(), "{words:?}\n{output}");
    }
    let push = sandbox.amplify(["push", "--yes", "--json"]).success();
    let events = push.json_lines();
    assert!(events.len() > 3 && events.iter().all(serde_json::Value::is_object), "{push}");
}

#[test]
fn errors_are_json_too() {
    let sandbox = Sandbox::new();
    for (words, status) in
        [(&["status", "--json"][..], 1), (&["push", "--json", "--yes"], 1), (&["stauts", "--json"], 2)]
    {
        let output = sandbox.amplify(words.iter().copied()).ended_with(status);
        let last = output.stdout.lines().last().unwrap_or_default();
        let document: serde_json::Value = serde_json::from_str(last).unwrap_or_else(|_| output.json());
        assert!(document["error"]["code"].is_string(), "{words:?}\n{output}");
        assert!(document["error"]["message"].is_string(), "{words:?}\n{output}");
        assert!(document["error"]["hints"].is_array(), "{words:?}\n{output}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_error_that_standard_output_refuses_goes_to_standard_error() {
    let sandbox = Sandbox::new();
    let full = fs_err::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut invocation = sandbox.command(["status", "--json"]);
    invocation.command.stdout(full.into_file()).stderr(std::process::Stdio::piped());
    let output = invocation.command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("code: project-not-found"));
}

#[test]
fn a_long_wrong_answer_is_shortened() {
    let sandbox = project();
    let long = format!("function.resourceName={}", "a".repeat(300));
    let output = sandbox.amplify(["add", "function", "--yes", "--answer", &long]).ended_with(2);
    assert!(output.stderr.contains("aaa...`") && output.stderr.len() < 600, "{output}");
}

#[test]
fn quiet_leaves_the_answer() {
    let sandbox = project();
    let loud = sandbox.amplify(["status"]).success();
    let quiet = sandbox.amplify(["status", "--quiet"]).success();
    assert_eq!(loud.stdout, quiet.stdout);
    assert_eq!(quiet.stderr, "", "{quiet}");
    let push = sandbox.amplify(["push", "--yes", "--quiet"]).success();
    assert_eq!(push.stderr, "", "{push}");
}

#[test]
fn a_push_without_changes_is_short() {
    let sandbox = project();
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let output = sandbox.amplify(["push", "--yes"]).success();
    let lines = output.stdout.lines().count() + output.stderr.lines().count();
    assert!(lines < 10, "{output}");
    assert!(format!("{}{}", output.stdout, output.stderr).contains("No changes detected"), "{output}");
}

#[test]
fn debug_says_more_on_standard_error_only() {
    let sandbox = project();
    let plain = sandbox.amplify(["status"]).success();
    let debug = sandbox.amplify(["status", "--debug"]).success();
    assert_eq!(plain.stdout, debug.stdout);
    assert!(debug.stderr.len() > plain.stderr.len(), "{debug}");
}
