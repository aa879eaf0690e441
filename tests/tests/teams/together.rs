//! Several people at once: branches that are merged, installs that meet.

use super::*;

/// A team in git that has locked `category-middle`; its index has others, too.
fn team_in_git() -> Team {
    let team = Team::new();
    for word in ["alpha", "beta", "middle", "omega"] {
        let description = release_as(&harness().join("fixtures/misbehaving"), &team.at("dist"), |manifest| {
            manifest.name = format!("category-{word}");
            manifest.kind = PluginKind::category(word);
        });
        let words = ["plugin", "publish", description.to_str().unwrap(), "--index", "../index"];
        let _ = team.run(&words).success();
    }
    let _ = team.run(&["plugin", "configure", "--index", "../index"]).success();
    let _ = team.run(&["plugin", "add", "category-middle", "--trust"]).success();
    team.sandbox.git(&["init", "--quiet", "--initial-branch", "main"]);
    commit(&team, "begin");
    team
}

fn commit(team: &Team, message: &str) {
    team.sandbox.git(&["add", "--all"]);
    team.sandbox.git(&["commit", "--quiet", "--message", message]);
}

/// Adds a plugin on a branch of its own that begins at `main`.
fn add_on_branch(team: &Team, branch: &str, plugin: &str) {
    team.sandbox.git(&["switch", "--quiet", "--create", branch, "main"]);
    let _ = team.run(&["plugin", "add", plugin]).success();
    commit(team, plugin);
}

fn locked(team: &Team) -> Vec<String> {
    let lock = team.sandbox.read("amplify/plugins.lock");
    let names = lock.lines().filter_map(|line| line.strip_prefix("name = "));
    names.map(|name| name.trim_matches('"').to_owned()).collect()
}

#[test]
fn locks_of_two_branches_are_merged() {
    let team = team_in_git();
    add_on_branch(&team, "one", "category-alpha");
    add_on_branch(&team, "two", "category-omega");
    // Git needs nobody's help.
    team.sandbox.git(&["merge", "--quiet", "--no-edit", "one"]);
    assert_eq!(locked(&team), ["category-alpha", "category-middle", "category-omega"]);
    let _ = team.run(&["status", "--locked"]).success();
    let _ = team.run(&["plugin", "install"]).success().prints("Every plugin is there.");

    // Two plugins that stand beside each other: the error says how to go on, and that works.
    add_on_branch(&team, "three", "category-alpha");
    add_on_branch(&team, "four", "category-beta");
    let mut merge = std::process::Command::new("git");
    team.sandbox.clear(&mut merge);
    let who = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
    let merge =
        merge.args(who).args(["merge", "--no-edit", "three"]).current_dir(team.sandbox.root()).output().unwrap();
    assert!(!merge.status.success(), "{}", String::from_utf8_lossy(&merge.stdout));
    let asked = team.sandbox.read("amplify/plugins.toml");
    let both: String = asked
        .lines()
        .filter(|line| !line.contains(['<', '>']) && !line.starts_with("==="))
        .fold(String::new(), |text, line| text + line + "\n");
    team.sandbox.write("amplify/plugins.toml", both);
    let refused = team.run(&["plugin", "install"]).ended_with(1).says("a merge was not finished");
    let ours = "git checkout --ours amplify/plugins.lock";
    assert!(refused.stderr.contains(ours), "{refused}");
    team.sandbox.git(&ours.split(' ').skip(1).collect::<Vec<_>>());
    let _ = team.run(&["status", "--locked"]).ended_with(1).says("`category-alpha` is asked for and not locked");
    let _ = team.run(&["plugin", "install"]).success().prints("Locked category-alpha 0.1.0");
    assert_eq!(locked(&team), ["category-alpha", "category-beta", "category-middle"]);
    let _ = team.run(&["status", "--locked"]).success();
}

#[test]
fn installs_that_meet_do_not_disturb_one_another() {
    let team = Team::with_plugin();
    let home = team.at("other-home");
    let begin = || {
        let words = ["plugin", "install", "--locked", "--trust"];
        team.sandbox.command(words).env("HOME", &home).begin()
    };
    let running: Vec<_> = (0..3).map(|_| begin()).collect();
    for install in running {
        let _ = install.end().success();
    }
    let unfinished: Vec<_> = fs_err::read_dir(home.join(".amplify/store/.unfinished")).unwrap().collect();
    assert!(unfinished.is_empty(), "{unfinished:?}");
    let _ = team.run_elsewhere(&["misbehave", "add", "error", "--yes"]).used();
    let _ = team.run_elsewhere(&["status", "--locked", "--paranoid"]).success();
}
