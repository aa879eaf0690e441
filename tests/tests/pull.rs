//! `amplify pull`: what others deployed comes in, what was changed here stays, and there is a way back.

use std::collections::BTreeMap;

use amplify_tests::{Member, Team, corpus::copy_folder};

/// Two clones of a project with two deployed functions; both know what is deployed.
fn two(team: &Team) -> (Member, Member) {
    let anna = team.founder();
    anna.add_function("hello");
    anna.edit("hello", "one");
    anna.add_function("other");
    anna.edit("other", "one");
    let _ = anna.amplify(["push", "--yes"]).success();
    anna.share("dev");
    let ben = team.clone("dev");
    let _ = ben.amplify(["env", "checkout", "dev"]).success();
    (anna, ben)
}

fn push(member: &Member) {
    let _ = member.amplify(["push", "--yes"]).success();
}

#[test]
fn a_fresh_clone_knows_what_is_deployed_and_git_sees_no_change() {
    let team = Team::new();
    let (anna, ben) = two(&team);
    ben.clean();
    let _ = ben.amplify(["plan", "--detailed-exitcode"]).success();
    let (ours, theirs) = (ben.sandbox.tree(), anna.sandbox.tree());
    let record = |tree: &[(String, Vec<u8>)]| -> Vec<(String, Vec<u8>)> {
        tree.iter()
            .filter(|(path, _)| path.contains("#current-cloud-backend") || path.contains("aws-exports"))
            .cloned()
            .collect()
    };
    assert!(record(&ours) == record(&theirs));
    assert!(record(&ours).len() > 4);
    let again = ben.amplify(["pull"]).success();
    let _ = again.prints("Successfully pulled backend environment dev");
    ben.clean();
}

#[test]
fn the_second_to_push_is_told_to_pull_first_and_loses_nothing() {
    let team = Team::new();
    let (anna, ben) = two(&team);
    ben.edit("hello", "by ben");
    ben.add_function("bens");
    ben.edit("bens", "new");
    push(&ben);
    anna.edit("other", "by anna");
    anna.add_function("annas");
    let before = (anna.files(), team.calls());
    let refused = anna.amplify(["push", "--yes"]).ended_with(1).says("pull-first");
    let _ = refused.says("amplify pull");
    assert!(anna.files() == before.0);
    assert!(!team.calls()[before.1.len()..].contains("deploy"), "nothing is deployed");

    let pulled = anna.amplify(["pull"]).success();
    let _ = pulled.prints("function/bens/src/index.js").prints("function/other/src/index.js");
    assert!(anna.source("hello").contains("by ben"));
    assert!(anna.source("bens").contains("new"));
    assert!(anna.source("other").contains("by anna"), "what was changed here stays");
    let config = anna.sandbox.read_json("amplify/backend/backend-config.json");
    let names: Vec<&String> = config["function"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["hello", "other", "annas", "bens"]);
    push(&anna);
    let _ = ben.amplify(["pull", "--yes"]).success();
    assert!(ben.source("other").contains("by anna"));
    let _ = ben.amplify(["plan", "--detailed-exitcode"]).success();
    let _ = anna.amplify(["plan", "--detailed-exitcode"]).success();
}

#[test]
fn a_resource_that_others_removed_goes_unless_it_was_changed_here() {
    let team = Team::new();
    let (anna, ben) = two(&team);
    let _ = ben.amplify(["remove", "function", "hello", "--yes"]).success();
    let _ = ben.amplify(["remove", "function", "other", "--yes"]).success();
    push(&ben);
    anna.edit("other", "still needed");
    let pulled = anna.amplify(["pull", "--yes"]).ended_with(1).says("pull-conflicts");
    let _ = pulled.says("function/other/src/index.js").says("`function.other`");
    assert!(!anna.sandbox.exists("amplify/backend/function/hello"));
    assert!(anna.source("other").contains("still needed"));
    let status = anna.amplify(["status"]).success();
    assert!(!status.stdout.contains("hello"), "{status}");
    let _ = status.prints("| Function | other         | Create");
}

#[test]
fn a_file_that_both_changed_stays_and_the_other_one_can_be_had() {
    let team = Team::new();
    let (anna, ben) = two(&team);
    ben.edit("hello", "by ben");
    ben.edit("other", "by ben");
    push(&ben);
    anna.edit("hello", "by anna");
    let pulled = anna.amplify(["pull", "--yes"]).ended_with(1).says("pull-conflicts");
    assert!(anna.source("hello").contains("by anna"), "`--yes` alone overwrites nothing");
    assert!(anna.source("other").contains("by ben"), "what is no conflict comes in");
    // The command that the hint names takes the other one.
    let hint = pulled.stderr.lines().find_map(|line| line.split_once(": cp ")).unwrap().1.to_owned();
    let status =
        std::process::Command::new("sh").args(["-c", &format!("cp {hint}")]).current_dir(anna.sandbox.root()).status();
    assert!(status.unwrap().success());
    assert!(anna.source("hello").contains("by ben"));

    anna.edit("hello", "by anna again");
    anna.add_function("annas");
    let pulled = anna.amplify(["pull", "--overwrite", "--yes"]).success();
    let _ = pulled.says("become what is deployed").says("function/hello/src/index.js");
    assert!(anna.source("hello").contains("by ben"));
    assert!(anna.sandbox.exists("amplify/backend/function/annas"), "what only this folder has stays");
}

#[test]
fn restore_makes_the_folder_what_is_deployed_and_can_be_undone() {
    let team = Team::new();
    let (anna, ben) = two(&team);
    ben.edit("other", "by ben");
    push(&ben);
    anna.edit("hello", "by anna");
    anna.add_function("annas");
    let before = anna.files();
    let refused = anna.amplify(["pull", "--restore"]).ended_with(2).says("pull.confirm");
    assert!(anna.files() == before, "{refused}");
    let refused = anna.amplify(["pull", "--restore", "--answer", "pull.confirm=no"]).ended_with(1);
    assert!(anna.files() == before, "{refused}");

    let pulled = anna.amplify(["pull", "--restore", "--yes"]).success();
    assert!(anna.source("hello").contains("one") && anna.source("other").contains("by ben"));
    assert!(!anna.sandbox.exists("amplify/backend/function/annas"));
    let _ = anna.amplify(["plan", "--detailed-exitcode"]).success();
    // The command that was printed puts everything back.
    let undo =
        pulled.stderr.lines().find_map(|line| line.trim().strip_prefix("amplify pull --undo ")).unwrap().to_owned();
    let restored = anna.files();
    anna.edit("hello", "edited since");
    let _ = anna.amplify(["pull", "--undo", &undo]).ended_with(1).says("function/hello/src/index.js");
    anna.edit("hello", "one");
    assert!(anna.files() == restored);
    let _ = anna.amplify(["pull", "--undo", &undo]).success();
    assert!(anna.files() == before, "every file is as it was");
    let _ = anna.amplify(["push", "--yes"]).ended_with(1).says("pull-first");
    let _ = anna.amplify(["pull", "--undo", "nothing"]).ended_with(2).says("backup-not-found");
    let _ = anna.amplify(["pull", "--undo", "../../../evil"]).ended_with(2).says("backup-not-found");
}

#[test]
fn a_hostile_record_changes_nothing() {
    let team = Team::new();
    let (anna, ben) = two(&team);
    let zip = team.cloud().join("app/dev/record/#current-cloud-backend.zip");
    let good = fs_err::read(&zip).unwrap();
    let before = anna.sandbox.tree();
    for name in ["../evil.txt", "/tmp/evil.txt", "function/../../evil.txt"] {
        // A name of the same length keeps the archive whole.
        let (from, to) = ("amplify-meta.json", format!("{name:.<17}"));
        let mut evil = good.clone();
        for at in 0..evil.len() - from.len() {
            if &evil[at..at + from.len()] == from.as_bytes() {
                evil[at..at + from.len()].copy_from_slice(&to.as_bytes()[..from.len()]);
            }
        }
        fs_err::write(&zip, evil).unwrap();
        let _ = anna.amplify(["pull", "--yes"]).ended_with(1).says("record-damaged");
        assert!(anna.sandbox.tree() == before, "{name}");
        assert!(!anna.sandbox.root().parent().unwrap().join("evil.txt").exists());
    }
    fs_err::write(&zip, b"garbage").unwrap();
    let _ = anna.amplify(["pull", "--yes"]).ended_with(1).says("record-damaged");
    let _ = ben.amplify(["env", "checkout", "dev", "--restore", "--yes"]).ended_with(1).says("record-damaged");
    assert!(anna.sandbox.tree() == before);
}

#[test]
fn into_an_empty_folder() {
    let team = Team::new();
    let (anna, _) = two(&team);
    let carl = team.outsider();
    let before = carl.sandbox.tree();
    let missing = carl.amplify(["pull", "--providers", &carl.provider()]).ended_with(2);
    for key in ["pull.app", "init.editor", "init.appType", "pull.modify"] {
        assert!(missing.stderr.contains(key), "`{key}` is listed\n{missing}");
    }
    assert!(carl.sandbox.tree() == before);
    let amplify = r#"{"appId": "id-app", "envName": "dev", "projectName": "app", "defaultEditor": "code"}"#;
    let pulled = carl.amplify([
        "pull",
        "--amplify",
        amplify,
        "--frontend",
        r#"{"frontend": "javascript"}"#,
        "--providers",
        &carl.provider(),
        "--yes",
    ]);
    let _ = pulled.success().says("Amplify AppID found: id-app").prints("Successfully pulled backend environment dev");
    assert_eq!(carl.source("hello"), anna.source("hello"));
    assert!(carl.sandbox.read(".gitignore").contains("amplify/.config/local-*"));
    assert_eq!(carl.sandbox.read_json("amplify/.config/local-env-info.json")["defaultEditor"], "vscode");
    assert_eq!(carl.sandbox.read("src/aws-exports.js"), anna.sandbox.read("src/aws-exports.js"));
    assert_eq!(
        carl.sandbox.read_json("amplify/team-provider-info.json")["dev"]["shared"],
        anna.sandbox.read_json("amplify/team-provider-info.json")["dev"]["shared"]
    );
    let _ = carl.amplify(["plan", "--detailed-exitcode"]).success();
    carl.edit("hello", "by carl");
    push(&carl);
    let _ = anna.amplify(["pull"]).success();
    assert!(anna.source("hello").contains("by carl"));
    let _ = carl.amplify(["pull", "--app-id", "id-else"]).ended_with(1).says("Amplify appId mismatch");
    let _ = carl.amplify(["pull", "--env", "prod"]).ended_with(1).says("no environment `prod`");
}

#[test]
fn without_modifying_the_backend_only_the_configuration_comes() {
    let team = Team::new();
    let (anna, _) = two(&team);
    let carl = team.outsider();
    let arguments =
        ["pull", "--app-id", "id-app", "--providers", &carl.provider(), "--yes", "--answer", "pull.modify=no"];
    let _ = carl.amplify(arguments).success().prints("Added backend environment config object to your project.");
    assert!(!carl.sandbox.exists("amplify") && !carl.sandbox.exists(".gitignore"));
    assert_eq!(carl.sandbox.read("src/aws-exports.js"), anna.sandbox.read("src/aws-exports.js"));
    let wrong = carl.amplify(["pull", "--appId", "id-none", "--providers", &carl.provider(), "--yes"]);
    let _ = wrong.ended_with(1).says("Amplify AppID: id-none not found");
    let wrong =
        carl.amplify(["pull", "--appId", "id-app", "--envName", "prod", "--providers", &carl.provider(), "--yes"]);
    let _ = wrong.ended_with(1).says("has no backend environment `prod`").says("dev");
    let _ = carl.amplify(["pull", "--providers", "local", "--yes"]).ended_with(1).says("no projects to pull from");
}

#[test]
fn an_environment_that_git_does_not_know_is_attached() {
    let team = Team::new();
    let (anna, ben) = two(&team);
    let _ = anna.amplify(["env", "add", "--yes", "--env", "test", "--providers", &anna.provider()]).success();
    anna.edit("hello", "in test");
    push(&anna);
    let pulled = ben.amplify(["pull", "--envName", "test", "--providers", &ben.provider(), "--app-id", "id-app"]);
    let _ = pulled.ended_with(1).says("function/hello/src/index.js");
    assert!(ben.source("hello").contains("one"), "ours stays");
    let team_info = ben.sandbox.read_json("amplify/team-provider-info.json");
    assert_eq!(team_info, anna.sandbox.read_json("amplify/team-provider-info.json"));
    assert_eq!(ben.sandbox.read_json("amplify/.config/local-env-info.json")["envName"], "test");
    let _ = ben.amplify(["env", "checkout", "dev"]).success();
    let _ = ben.amplify(["plan", "--detailed-exitcode"]).success();
}

#[test]
fn with_no_override_the_backend_folder_stays() {
    let team = Team::new();
    let (anna, ben) = two(&team);
    ben.edit("hello", "by ben");
    push(&ben);
    let _ = anna.amplify(["pull", "--no-override"]).success();
    assert!(anna.source("hello").contains("one"));
    let _ = anna.amplify(["status"]).success().prints("| Function | hello         | Update");
    let _ = anna.amplify(["pull", "--no-override", "--restore"]).ended_with(2).says("options-conflict");
}

/// The project without what differs from one run to the next.
fn seen(member: &Member) -> BTreeMap<String, Vec<u8>> {
    let sandbox = &member.sandbox;
    sandbox
        .tree()
        .into_iter()
        .filter(|(path, _)| {
            !path.starts_with("amplify/mock-data")
                && !path.starts_with("amplify/.transaction")
                && !path.contains("local-lock")
                && !path.contains("local-backups")
                && !path.starts_with(".git/")
        })
        .collect()
}

#[test]
fn killed_at_every_step_the_old_project_or_the_new_one_stands() {
    let team = Team::new();
    let (anna, ben) = two(&team);
    ben.edit("hello", "by ben");
    ben.add_function("bens");
    let _ = ben.amplify(["remove", "function", "other", "--yes"]).success();
    push(&ben);
    let carl = team.outsider();
    let attach = ["pull", "--app-id", "id-app", "--providers", &carl.provider(), "--yes"];
    for (member, command) in [(&anna, &["pull", "--yes"][..]), (&carl, &attach[..])] {
        let pristine = tempfile::tempdir().unwrap();
        copy_folder(&member.sandbox.root(), pristine.path());
        let old = seen(member);
        let _ = member.amplify(command.iter().copied()).success();
        let new = seen(member);
        assert_ne!(old, new);
        let (mut kept_old, mut found_new) = (0, 0);
        for step in 1.. {
            assert!(step < 2000, "the command never ends");
            fs_err::remove_dir_all(member.sandbox.root()).unwrap();
            copy_folder(pristine.path(), &member.sandbox.root());
            let output = member.command(command.iter().copied()).env("AMPLIFY_FAILPOINT", format!("kill:{step}")).run();
            if output.status == 0 {
                break;
            }
            let context = format!("killed at step {step}\n{output}");
            assert_eq!(output.status, -1, "{context}");
            let _ = member.amplify(["status"]);
            let found = seen(member);
            assert!(found == old || found == new, "neither old nor new: {context}");
            if found == old {
                kept_old += 1
            } else {
                found_new += 1
            }
            if step % 7 == 0 {
                let _ = member.amplify(command.iter().copied()).success();
                assert!(seen(member) == new, "given again after: {context}");
            }
        }
        assert!(kept_old > 2 && found_new > 0, "{kept_old} times the old project, {found_new} times the new one");
    }
}
