//! The way from typed words to a command: word orders, help pages, completion.

use std::process::Command;

use amplify_tests::Sandbox;

#[test]
fn the_page_of_a_command_opens_in_both_word_orders() {
    let sandbox = Sandbox::new();
    for category in ["function", "storage"] {
        let page = sandbox.amplify(["help", category, "--json"]).success().json();
        let rows = page["sections"][0]["rows"].as_array().unwrap().clone();
        assert!(rows.len() >= 4, "{page}");
        for row in rows {
            let verb = row["name"].as_str().unwrap();
            let first = sandbox.amplify(["help", category, verb]).success().stdout;
            for words in [
                &["help", verb, category][..],
                &[category, verb, "--help"],
                &[verb, category, "--help"],
                &[category, verb, "-h"],
                &[category, verb, "help"],
            ] {
                let page = sandbox.amplify(words.iter().copied()).success();
                // `push` and `remove` are commands of their own as well, whose page may say so.
                let summary = first.lines().nth(2).unwrap();
                assert!(page.stdout == first || page.stdout.contains(summary), "{words:?}\n{page}\n{first}");
            }
        }
    }
}

#[test]
fn the_word_help_after_a_command_opens_its_page() {
    let sandbox = Sandbox::new();
    for command in ["mock", "push", "remove", "status", "plan"] {
        let page = sandbox.amplify([command, "help"]).success();
        assert_eq!(page.stdout, sandbox.amplify(["help", command]).success().stdout, "{page}");
    }
}

#[test]
fn bash_completes_words_and_values() {
    let sandbox = Sandbox::new();
    let script = sandbox.amplify(["completion", "bash"]).success().stdout;
    sandbox.write("complete.bash", script);
    let complete = |words: &[&str]| {
        let mut command = Command::new("bash");
        sandbox.clear(&mut command);
        let script = r#"source complete.bash; complete -p amplify >/dev/null || exit 9
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
            _amplify amplify "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"; printf '%s\n' "${COMPREPLY[@]}""#;
        command.args(["-c", script, "bash"]).args(words).current_dir(sandbox.root());
        let output = command.output().expect("bash starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    if Command::new("bash").arg("--version").output().is_err() {
        eprintln!("skipped: there is no bash");
        return;
    }
    assert_eq!(complete(&["amplify", "sta"]), ["status"]);
    assert_eq!(complete(&["amplify", "add", ""]), ["api", "auth", "function", "storage"]);
    assert_eq!(complete(&["amplify", "storage", "up"]), ["update"]);
    assert_eq!(complete(&["amplify", "env", "ch"]), ["checkout"]);
    assert_eq!(complete(&["amplify", "push", "--allow-d"]), ["--allow-delete"]);
    assert_eq!(complete(&["amplify", "completion", "z"]), ["zsh"]);
    assert_eq!(complete(&["amplify", "mock", "f"]), ["function"]);
    assert_eq!(complete(&["amplify", "help", "pl"]), ["plan", "plugin"]);
}

#[test]
fn a_category_that_is_none_is_not_said_to_be_added() {
    let sandbox = Sandbox::initialised();
    for command in ["plan", "push", "mock", "console"] {
        let said = |word: &str| sandbox.amplify([command, word]).ended_with(1).says("code: category-empty");
        let _ = said("storage").says("hint: type `amplify add storage` to add one");
        let _ = said("nothing").says("hint: `amplify add` names the categories that there are");
    }
    sandbox.add_bucket("photos");
    for command in ["plan", "push", "mock", "console"] {
        let said = |word: &str| sandbox.amplify([command, word]).ended_with(1).says("code: category-empty");
        let _ = said("nothing").says("hint: the project has: auth, storage");
        let _ = said("storge").says("hint: did you mean `storage`?");
        let _ = said("function").says("hint: type `amplify add function` to add one");
    }
}

#[test]
fn where_there_is_nothing_to_remove_the_way_on_is_told() {
    let sandbox = Sandbox::initialised();
    let refused = sandbox.amplify(["remove", "function", "hello", "--yes"]).ended_with(1);
    let _ = refused.says("the project has no resource of the category `function`").says("hint: `amplify status`");
}
