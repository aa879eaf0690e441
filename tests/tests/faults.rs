//! Bad input and faults: each ends with the error that names it, the agreed exit status, and an unchanged project.

use std::process::Command;

use amplify_tests::{Output, Sandbox, program};

/// A project with a table, not pushed.
fn project() -> Sandbox {
    let sandbox = Sandbox::initialised();
    let _ = add_table(&sandbox, "notes").success();
    sandbox
}

fn add_table(sandbox: &Sandbox, name: &str) -> Output {
    let answer = format!("storage.resourceName={name}");
    sandbox.amplify([
        "add",
        "storage",
        "--yes",
        "--answer",
        "storage.service=DynamoDB",
        "--answer",
        &answer,
        "--answer",
        "storage.columns[0].name=id",
        "--answer",
        "storage.columns[0].type=string",
    ])
}

const COMMANDS: &[&[&str]] = &[
    &["status"],
    &["plan"],
    &["push", "--yes"],
    &["add", "function", "--yes"],
    &["remove", "storage", "notes", "--yes"],
];

#[test]
fn a_broken_project_file_is_named_and_nothing_is_written() {
    for file in [
        "amplify/backend/backend-config.json",
        "amplify/backend/amplify-meta.json",
        "amplify/team-provider-info.json",
        "amplify/.config/project-config.json",
        "amplify/.config/local-env-info.json",
    ] {
        for broken in ["{\"half\": ", "[1, 2]", "\u{0}\u{1}garbage", ""] {
            let sandbox = project();
            sandbox.write(file, broken);
            let before = sandbox.tree();
            for command in COMMANDS {
                let output = sandbox.amplify(command.iter().copied());
                let name = file.rsplit('/').next().unwrap();
                assert_eq!(output.status, 1, "{file} = {broken:?}\n{output}");
                assert!(output.stderr.contains(name), "the file is named: {file}\n{output}");
                assert!(output.stderr.contains("hint:"), "{output}");
                assert!(!output.stderr.contains("panicked"), "{output}");
                assert!(sandbox.tree() == before, "{file} = {broken:?}: `{command:?}` wrote something");
            }
        }
    }
}

#[test]
fn a_broken_template_is_named_and_nothing_is_deployed() {
    let sandbox = project();
    sandbox.write("amplify/backend/storage/notes/notes-cloudformation-template.json", "{\"Resources\": ");
    let before = sandbox.tree();
    let _ = sandbox.amplify(["plan"]).ended_with(1).says("notes-cloudformation-template.json").says("hint:");
    let _ = sandbox.amplify(["push", "--yes"]).ended_with(1).says("notes-cloudformation-template.json");
    assert!(sandbox.tree() == before);
}

#[test]
fn outside_a_project_the_way_in_is_named() {
    let sandbox = Sandbox::new();
    for command in COMMANDS {
        let _ = sandbox.amplify(command.iter().copied()).ended_with(1).says("amplify init");
    }
    assert!(sandbox.tree().is_empty());
}

#[test]
fn an_unknown_word_suggests_near_ones() {
    let sandbox = Sandbox::initialised();
    let _ = sandbox.amplify(["stauts"]).ended_with(2).says("status");
    let _ = sandbox.amplify(["add", "storag"]).ended_with(2).says("storage");
    let _ = sandbox.amplify(["storage", "ad"]).ended_with(2).says("add");
    let _ = sandbox.amplify(["push", "--yess"]).ended_with(2).says("--yes");
}

#[test]
fn bad_names_are_refused() {
    let sandbox = Sandbox::initialised();
    let before = sandbox.tree();
    let long = "a".repeat(300);
    for name in ["../evil", "a/b", "", "with space", ".hidden", "con", &long] {
        let output = add_table(&sandbox, name);
        // A name that only some systems refuse is refused with the changes, not with the answer.
        let told = if name == "con" { "`con`" } else { "storage.resourceName" };
        assert!(matches!(output.status, 1 | 2), "{name}\n{output}");
        assert!(output.stderr.contains(told), "the answer is named: {output}");
        assert!(sandbox.tree() == before, "{name}");
    }
}

#[test]
fn no_terminal_and_no_answers_lists_every_missing_key() {
    let sandbox = Sandbox::initialised();
    let before = sandbox.tree();
    let output = sandbox.amplify(["add", "storage", "--answer", "storage.service=DynamoDB"]).ended_with(2);
    for key in ["storage.resourceName", "storage.tableName", "storage.columns[0].name", "storage.columns[0].type"] {
        assert!(output.stderr.contains(key), "`{key}` is listed\n{output}");
    }
    assert!(sandbox.tree() == before);
    let json = sandbox.amplify(["add", "storage", "--json", "--answer", "storage.service=DynamoDB"]).ended_with(2);
    assert!(json.json()["error"]["code"].is_string(), "{json}");
}

#[test]
fn a_second_command_in_the_same_project_is_told_who_holds_it() {
    let sandbox = project();
    // A first command that waits for its input while it holds the project.
    let mut holder = sandbox.command(["add", "storage", "--headless"]);
    holder
        .command
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    let mut child = holder.command.spawn().unwrap();
    let mut refused = None;
    for _ in 0..200 {
        if child.try_wait().unwrap().is_some() {
            // The other one was at it in the moment when this one began.
            child = holder.command.spawn().unwrap();
        }
        let output = sandbox.amplify(["remove", "storage", "nothing", "--yes"]);
        if output.stderr.contains(&child.id().to_string()) {
            refused = Some(output);
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let _ = child.kill();
    let _ = child.wait();
    let refused = refused.expect("the second command is refused while the first one runs").ended_with(1);
    let _ = refused.says("hint:");
    // Read-only commands and, once the holder is gone, every command go on.
    let _ = sandbox.amplify(["status"]).success();
    let _ = add_table(&sandbox, "other").success();
}

#[cfg(unix)]
#[test]
fn a_read_only_project_stays_as_it_is() {
    use std::os::unix::fs::PermissionsExt as _;

    let sandbox = project();
    if is_root() {
        // Permission bits do not bind root; a mount would need rights that a test must not assume.
        eprintln!("skipped: root may write anywhere");
        return;
    }
    let before = sandbox.tree();
    let amplify = sandbox.root().join("amplify");
    let set = |mode| fs_err::set_permissions(&amplify, std::fs::Permissions::from_mode(mode)).unwrap();
    set(0o555);
    let output = add_table(&sandbox, "other");
    set(0o755);
    assert_eq!(output.status, 1, "{output}");
    assert!(sandbox.tree() == before);
}

#[cfg(unix)]
fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0\n"))
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_ends_quietly() {
    let sandbox = project();
    let mut shell = Command::new("sh");
    // `true` reads nothing, so the program finds its standard output closed.
    let line = format!("sleep 0.2; \"{}\" help; echo \"status $?\" >&2", program().display());
    shell.arg("-c").arg(format!("({line}) | true")).current_dir(sandbox.root());
    sandbox.clear(&mut shell);
    let output = shell.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("status 3"), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
}
