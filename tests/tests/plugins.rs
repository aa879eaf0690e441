//! Plugins that are broken or misbehave: named when they are needed, and of no account when they are not.

use std::{
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use amplify_tests::{Invocation, Sandbox, corpus::copy_folder, harness};

const PATH: &str = "AMPLIFY_PLUGIN_PATH";

/// A folder of plugins that holds the one that misbehaves.
fn fixtures() -> std::path::PathBuf {
    harness().join("fixtures")
}

fn misbehave(sandbox: &Sandbox, mode: &str) -> Invocation {
    sandbox.command(["misbehave", "add", mode, "--yes"]).env(PATH, fixtures())
}

#[test]
fn a_misbehaving_plugin_is_named_and_changes_nothing() {
    let sandbox = Sandbox::initialised();
    let before = sandbox.tree();
    for mode in ["panic", "panic-odd", "garbage", "empty", "half", "wrong-shape", "wrong-type", "other-answer", "deep"]
    {
        let output = misbehave(&sandbox, mode).run();
        assert_eq!(output.status, 1, "{mode}\n{output}");
        assert!(output.stderr.contains("misbehaving"), "{mode}: the plugin is named\n{output}");
        assert!(!output.stderr.contains("thread '"), "{mode}: nothing of the panic hook\n{output}");
        assert!(sandbox.tree() == before, "{mode}");
    }
    // It must not pass for a command that went well.
    let gone = misbehave(&sandbox, "exit").run().ended_with(1).says("the plugin `misbehaving` ended amplify");
    let gone = gone.says("instead of answering the command `add`").says("hint: ").says("code: plugin-ended-process");
    assert!(sandbox.tree() == before, "{gone}");
    let gone =
        sandbox.command(["misbehave", "add", "exit", "--yes", "--json"]).env(PATH, fixtures()).run().ended_with(1);
    assert!(gone.stdout.contains("plugin-ended-process"), "{gone}");
    let error = misbehave(&sandbox, "error").run().ended_with(1);
    let error =
        error.says("the plugin failed as `error` asks").says("it was asked to").says("hint: ask for `well` instead");
    assert!(sandbox.tree() == before, "{error}");
    let _ = misbehave(&sandbox, "questions").run().ended_with(2).says("misbehave.again");
    let _ = misbehave(&sandbox, "no-such-mode").run().ended_with(2).says("no-such-mode");
    assert!(sandbox.tree() == before);
}

#[test]
fn a_content_that_is_handed_over_before_is_written() {
    let sandbox = Sandbox::initialised();
    let _ = misbehave(&sandbox, "keep").run().success().prints("kept");
    assert_eq!(sandbox.read("amplify/backend/misbehave/well/file.txt"), "handed over before");
}

#[test]
fn a_plugin_cannot_write_outside_its_folder() {
    let sandbox = Sandbox::initialised();
    sandbox.add_bucket("photos");
    let before = sandbox.tree();
    for mode in ["outside-parent", "outside-absolute", "outside-resource", "other-category", "other-resource"] {
        let output = misbehave(&sandbox, mode).run();
        assert_eq!(output.status, 1, "{mode}\n{output}");
        assert!(output.stderr.contains("misbehaving"), "{mode}: the plugin is named\n{output}");
        assert!(sandbox.tree() == before, "{mode}");
        assert!(!Path::new("/tmp/evil.txt").exists(), "{mode}");
        assert!(!sandbox.root().parent().unwrap().join("evil.txt").exists(), "{mode}");
    }
    for mode in ["value-of-nothing", "secret-of-nothing"] {
        let output = misbehave(&sandbox, mode)
            .run()
            .ended_with(1)
            .says("`misbehave/nothing`")
            .says("`misbehaving` asked for it");
        assert!(!output.stdout.contains("changed") && sandbox.tree() == before, "{mode}: {output}");
    }
    let _ = misbehave(&sandbox, "kept-nothing").run().ended_with(1).says("not handed over before");
    let _ = misbehave(&sandbox, "read-outside").run().ended_with(1).says("../../etc/passwd");
    assert!(sandbox.tree() == before);
}

#[test]
fn an_event_handler_that_panics_stops_its_command_and_no_other() {
    let sandbox = Sandbox::initialised();
    sandbox.add_bucket("photos");
    let before = sandbox.tree();
    let _ = sandbox.command(["push", "--yes"]).env(PATH, fixtures()).run().ended_with(1).says("misbehaving");
    assert!(sandbox.tree() == before);
    let _ = sandbox.command(["status"]).env(PATH, fixtures()).run().success();
    let _ = sandbox.amplify(["push", "--yes"]).success();
}

#[cfg(unix)]
#[test]
fn an_endless_loop_ends_with_ctrl_c() {
    let sandbox = Sandbox::initialised();
    let before = sandbox.tree();
    let mut child = misbehave(&sandbox, "loop").start();
    std::thread::sleep(Duration::from_millis(500));
    assert!(child.try_wait().unwrap().is_none(), "it loops");
    let start = Instant::now();
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(sandbox.tree() == before);
}

/// Copies the official plugins and spoils one of them.
fn with_spoiled(plugin: &str, spoil: impl FnOnce(&Path)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("plugins").join(plugin);
    copy_folder(&harness().join("lib/amplify/plugins").join(plugin), &place);
    spoil(&place);
    folder
}

fn library(folder: &Path) -> std::path::PathBuf {
    let manifest: serde_json::Value =
        serde_json::from_str(&fs_err::read_to_string(folder.join("amplify-plugin.json")).unwrap()).unwrap();
    folder.join(manifest["library"].as_str().unwrap())
}

fn set(folder: &Path, key: &str, value: serde_json::Value) {
    let path = folder.join("amplify-plugin.json");
    let mut manifest: serde_json::Value = serde_json::from_str(&fs_err::read_to_string(&path).unwrap()).unwrap();
    manifest[key] = value;
    fs_err::write(path, manifest.to_string()).unwrap();
}

#[test]
fn what_needs_no_plugin_opens_none() {
    let sandbox = Sandbox::initialised();
    // Right manifest, but the library is anything: whoever opens it fails.
    let spoiled = with_spoiled("category-storage", |folder| fs_err::write(library(folder), "not a library").unwrap());
    let run = |words: &[&str]| {
        sandbox.command(words.iter().copied()).env(PATH, spoiled.path().join("plugins")).stdin_null().run()
    };
    for words in [
        &["--version"][..],
        &["version"],
        &["help"],
        &["help", "storage"],
        &["storage", "help"],
        &["completion", "bash"],
        &["status"],
        &["plan"],
        &["plugin", "list"],
        &["categories"],
    ] {
        let _ = run(words).success();
    }
    let _ = run(&["stroage", "add"]).ended_with(2).says("storage");
    // Needed, it is named with the way out; another category is not disturbed.
    let _ = run(&["add", "storage", "--yes"]).ended_with(1).says("category-storage").says("hint:");
    let _ = run(&["add", "function", "--yes", "--answer", "function.resourceName=hello"]).success();
}

/// The program alone, as after an installation that went wrong.
#[test]
fn with_no_plugin_at_all_it_says_so_and_changes_nothing() {
    let sandbox = Sandbox::initialised();
    sandbox.add_bucket("photos");
    let alone = tempfile::tempdir_in(harness()).unwrap();
    let program = alone.path().join("bin/amplify");
    fs_err::create_dir_all(program.parent().unwrap()).unwrap();
    fs_err::hard_link(harness().join("bin/amplify"), &program).unwrap();
    let run = |words: &[&str], folder: &Path| {
        let mut command = std::process::Command::new(&program);
        sandbox.clear(&mut command);
        let output = command.args(words).current_dir(folder).stdin(Stdio::null()).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let before = sandbox.tree();
    for words in
        [&["--version"][..], &["help"], &["status"], &["plugin", "list"], &["completion", "bash"], &["env", "list"]]
    {
        assert_eq!(run(words, &sandbox.root()).0, Some(0), "{words:?}");
    }
    for words in [&["add", "storage", "--yes"][..], &["push", "--yes"], &["delete", "--yes", "--force"]] {
        let (status, said) = run(words, &sandbox.root());
        assert!(matches!(status, Some(1 | 2)) && said.contains("hint:"), "{words:?} {status:?}: {said}");
    }
    assert!(sandbox.tree() == before);
    let empty = Sandbox::new();
    empty.write("package.json", "{}\n");
    let (status, said) = run(&["init", "--yes"], &empty.root());
    assert!(status == Some(1) && said.contains("hint:"), "{status:?}: {said}");
    assert_eq!(empty.tree().len(), 1, "no state is left that nothing can use");
}

#[test]
fn each_way_to_be_broken_has_its_own_error() {
    type Spoil = fn(&Path);
    let cases: &[(&str, Spoil, &str)] = &[
        (
            "no manifest that can be read",
            |folder| fs_err::write(folder.join("amplify-plugin.json"), "{").unwrap(),
            "amplify-plugin.json",
        ),
        ("another protocol", |folder| set(folder, "protocol", 99.into()), "99"),
        ("another target", |folder| set(folder, "target", "mips-unknown-none".into()), "mips-unknown-none"),
        (
            "a tampered library",
            |folder| {
                let mut bytes = fs_err::read(library(folder)).unwrap();
                bytes.push(0);
                fs_err::write(library(folder), bytes).unwrap();
            },
            "SHA-256",
        ),
        ("no library", |folder| fs_err::remove_file(library(folder)).unwrap(), "missing"),
    ];
    for (what, spoil, says) in cases {
        let sandbox = Sandbox::initialised();
        let before = sandbox.tree();
        let spoiled = with_spoiled("category-storage", spoil);
        let path = spoiled.path().join("plugins");
        let add = ["add", "storage", "--yes", "--answer", "storage.authenticatedAccess=read"];
        let output = sandbox.command(add).env(PATH, &path).run();
        let list = sandbox.command(["plugin", "list", "--json"]).env(PATH, &path).run().success();
        // An official plugin of the same name may step in for one that cannot even be read; then the list names the broken one.
        let told = format!("{}{}{}", output.stderr, list.stdout, list.stderr);
        assert!(told.contains(says), "{what}: `{says}`\n{output}\n{list}");
        assert!(list.stdout.contains("\"state\": \"broken\""), "{what}\n{list}");
        let _ = sandbox.command(["status"]).env(PATH, &path).run().success();
        if output.status == 0 {
            continue;
        }
        assert_eq!(output.status, 1, "{what}\n{output}");
        assert!(output.stderr.contains("hint:"), "{what}\n{output}");
        assert!(sandbox.tree() == before, "{what}");
    }
}

trait NoInput {
    fn stdin_null(self) -> Self;
}

impl NoInput for Invocation {
    fn stdin_null(mut self) -> Self {
        self.command.stdin(Stdio::null());
        self
    }
}
