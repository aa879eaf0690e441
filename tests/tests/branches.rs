//! Branches of git: what two of them changed comes together, and one that belongs to an environment changes no other.

use std::process::{Command, Output};

use amplify_tests::{Sandbox, program};
use serde_json::json;

/// Runs a real git that finds the program as `amplify`, and returns how it ended.
fn git(sandbox: &Sandbox, line: &str) -> Output {
    let mut command = Command::new("git");
    sandbox.clear(&mut command);
    let beside = program().parent().unwrap().to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([beside].into_iter().chain(std::env::split_paths(&others))).unwrap();
    command.args(["-c", "user.name=Test", "-c", "user.email=test@example.com"]);
    command.env("PATH", path).args(line.split(' ')).current_dir(sandbox.root()).output().unwrap()
}

fn done(sandbox: &Sandbox, line: &str) -> String {
    let output = git(sandbox, line);
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(output.status.success(), "git {line}\n{text}");
    text
}

fn commit(sandbox: &Sandbox, message: &str) {
    let _ = done(sandbox, "add --all");
    let _ = done(sandbox, &format!("commit --quiet -m {message}"));
}

/// A branch that adds a function and an environment.
fn branch(sandbox: &Sandbox, name: &str) {
    let _ = done(sandbox, "checkout --quiet main");
    let _ = done(sandbox, &format!("checkout --quiet -b {name}"));
    let _ = sandbox.amplify(["env", "checkout", "dev"]).success();
    let answer = format!("function.resourceName={name}");
    let _ = sandbox.amplify(["function", "add", "--yes", "--answer", &answer]).success();
    let environment = format!("env{name}");
    let _ = sandbox.amplify(["env", "add", "--yes", "--env", &environment, "--provider", "local"]).success();
    commit(sandbox, name);
}

/// A repository with the branches `left` and `right`, on `left`.
fn two_branches(prepare: impl Fn(&Sandbox)) -> Sandbox {
    let sandbox = Sandbox::initialised();
    let _ = done(&sandbox, "init --quiet --initial-branch main");
    prepare(&sandbox);
    commit(&sandbox, "begin");
    branch(&sandbox, "right");
    branch(&sandbox, "left");
    sandbox
}

#[test]
fn two_branches_that_add_a_function_and_an_environment_are_merged() {
    // git alone cannot.
    let without = two_branches(|_| ());
    assert!(!git(&without, "merge --quiet right").status.success());
    assert!(without.read("amplify/team-provider-info.json").contains("<<<<<<<"));

    let sandbox = two_branches(|sandbox| {
        let set = sandbox.amplify(["git", "setup"]).success();
        let _ = set.says("Commit .gitattributes");
        let again = sandbox.amplify(["git", "setup", "--json"]).success().json();
        assert_eq!(again, json!({ "driver": "amplify-json", "attributesChanged": false }));
    });
    let before = sandbox.read("amplify/team-provider-info.json");
    let _ = done(&sandbox, "merge --quiet right");
    assert_eq!(done(&sandbox, "status --porcelain"), "");
    let config = sandbox.read_json("amplify/backend/backend-config.json");
    let functions: Vec<&String> = config["function"].as_object().unwrap().keys().collect();
    assert_eq!(functions, ["left", "right"]);
    let team = sandbox.read_json("amplify/team-provider-info.json");
    let environments: Vec<&String> = team.as_object().unwrap().keys().collect();
    assert_eq!(environments, ["dev", "envleft", "envright"], "{team}");
    // What was there is there byte for byte.
    let kept = before.trim_end().trim_end_matches('}').trim_end();
    assert!(sandbox.read("amplify/team-provider-info.json").starts_with(kept), "{before}");
    // The program takes it for one project.
    let _ = sandbox.amplify(["env", "checkout", "envright"]).success();
    let status = sandbox.amplify(["status"]).success();
    let _ = status.prints("| Function | left").prints("| Function | right");
    let _ = sandbox.amplify(["push", "--yes"]).success();
    assert_eq!(done(&sandbox, "status --porcelain"), "");
}

#[test]
fn what_both_changed_is_marked_and_nothing_else() {
    let sandbox = Sandbox::initialised();
    let _ = done(&sandbox, "init --quiet --initial-branch main");
    let file = "amplify/backend/storage/photos/parameters.json";
    let lines = |name: &str, size: u8, own: &str| format!("{{\n  \"name\": \"{name}\",\n  \"size\": {size}{own}\n}}\n");
    sandbox.write(file, lines("photos", 1, ""));
    let _ = sandbox.amplify(["git", "setup"]).success();
    commit(&sandbox, "begin");
    let _ = done(&sandbox, "checkout --quiet -b right");
    sandbox.write(file, lines("pictures", 2, ",\n  \"right\": true"));
    commit(&sandbox, "right");
    let _ = done(&sandbox, "checkout --quiet main");
    sandbox.write(file, lines("photos", 3, ",\n  \"left\": [1]"));
    commit(&sandbox, "left");
    let merged = git(&sandbox, "merge right");
    assert!(!merged.status.success());
    let said = String::from_utf8_lossy(&merged.stderr).into_owned() + &String::from_utf8_lossy(&merged.stdout);
    assert!(said.contains("both sides changed the same in `amplify/backend/storage/photos/parameters.json`"), "{said}");
    assert!(said.contains("cause: size"), "{said}");
    let expected = "{\n  \"name\": \"pictures\",\n<<<<<<< ours\n  \"size\": 3,\n=======\n  \"size\": 2,\n>>>>>>> theirs\n  \"left\": [\n    1\n  ],\n  \"right\": true\n}\n";
    let text = sandbox.read(file);
    assert_eq!(text.replace("[1]", "[\n    1\n  ]"), expected);

    // What is no object is merged by lines, and a clone without the program as git does it alone.
    let tree = |name: &str, text: &str| {
        sandbox.write(name, text);
        sandbox.root().join(name).display().to_string()
    };
    let (base, ours, theirs) =
        (tree("base", "[\n1,\n2,\n3\n]\n"), tree("ours", "[\n0,\n2,\n3\n]\n"), tree("theirs", "[\n1,\n2,\n4\n]\n"));
    let _ = sandbox.amplify(["git", "merge-file", &base, &ours, &theirs]).success();
    assert_eq!(sandbox.read("ours"), "[\n0,\n2,\n4\n]\n");
    let wrong = sandbox.amplify(["git", "merge-file", "nothing", "ours", "theirs"]).ended_with(1);
    let _ = wrong.says("code: file-unreadable").says("nothing");
}

#[test]
fn a_clone_without_the_program_merges_as_git_does() {
    let sandbox = two_branches(|sandbox| drop(sandbox.amplify(["git", "setup"]).success()));
    // The helper of the sandbox does not find the program.
    let mut command = Command::new("git");
    sandbox.clear(&mut command);
    let merge = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "merge", "right"];
    assert!(!command.args(merge).current_dir(sandbox.root()).status().unwrap().success());
    let team = sandbox.read("amplify/team-provider-info.json");
    assert!(team.contains("<<<<<<<") && team.contains("envleft") && team.contains("envright"), "{team}");
}

#[test]
fn nothing_is_set_up_where_there_is_no_repository() {
    let sandbox = Sandbox::initialised();
    let before = sandbox.tree();
    let _ = sandbox.amplify(["git", "setup"]).ended_with(1).says("code: git-failed").says("git init");
    let _ = sandbox.amplify(["env", "bind", "dev"]).ended_with(1).says("code: no-branch");
    assert!(sandbox.tree() == before);
}

#[test]
fn a_branch_that_belongs_to_an_environment_changes_no_other() {
    let sandbox = Sandbox::initialised();
    let _ = done(&sandbox, "init --quiet --initial-branch main");
    sandbox.add_bucket("photos");
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let _ = sandbox.amplify(["env", "add", "--yes", "--env", "prod", "--provider", "local"]).success();
    let unknown = sandbox.amplify(["env", "bind", "nothing"]).ended_with(1);
    let _ = unknown.says("nothing");
    let bound = sandbox.amplify(["env", "bind", "prod", "--json"]).success().json();
    assert_eq!(bound, json!({ "branch": "main", "env": "prod", "all": { "main": "prod" } }));
    let _ = sandbox.amplify(["env", "bind", "dev", "--branch", "develop"]).success();
    let _ = sandbox.amplify(["push", "--yes"]).success();
    commit(&sandbox, "begin");

    // Switching the branch does not switch the environment: whatever changes anything stops.
    let _ = done(&sandbox, "checkout --quiet -b develop");
    let before = sandbox.tree();
    for words in [
        &["push", "--yes"][..],
        &["remove", "storage", "photos", "--yes"],
        &["add", "storage", "--yes"],
        &["delete", "--yes", "--force"],
        &["pull", "--yes"],
        &["env", "secret", "auth/app/googleSecret", "--remove"],
    ] {
        let stopped = sandbox.amplify(words.iter().copied()).ended_with(1).says("code: branch-mismatch");
        let _ = stopped.says("the branch `develop` belongs to the environment `dev`").says("amplify env checkout dev");
    }
    assert!(sandbox.tree() == before);
    // What only looks is free, and so is whoever names the environment.
    let _ = sandbox.amplify(["status"]).success();
    let _ = sandbox.amplify(["plan"]).success();
    let _ = sandbox.amplify(["push", "--yes", "--env", "prod"]).success();
    let _ = sandbox.amplify(["env", "checkout", "dev"]).success();
    let _ = sandbox.amplify(["push", "--yes"]).success();

    // An environment that belongs to a branch is not changed from one that belongs to none.
    let _ = done(&sandbox, "checkout --quiet -b feature");
    let _ = sandbox.amplify(["push", "--yes"]).ended_with(1).says("the environment `dev` belongs to `develop`");
    // A commit that is checked out by itself has no branch.
    let _ = done(&sandbox, "checkout --quiet --detach");
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let _ = done(&sandbox, "checkout --quiet feature");
    let both = sandbox.amplify(["env", "bind", "prod", "--branch", "develop", "--off"]).ended_with(2);
    let _ = both.says("code: off-names-nothing");
    let _ = sandbox.amplify(["env", "bind", "--branch", "develop", "--off"]).success();
    let _ = sandbox.amplify(["push", "--yes"]).success();
    // With the environment goes what binds it.
    let _ = sandbox.amplify(["env", "remove", "prod", "--yes"]).success();
    let config = sandbox.read_json("amplify/.config/project-config.json");
    assert_eq!(config.get("branchEnvironments"), None, "{config}");
}
