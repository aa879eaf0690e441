//! What goes wrong by a slip of a person: misspelt words, a plugin that is missed, a machine without a home folder.

use super::*;

#[test]
fn what_is_misspelt_in_the_file_is_told_when_it_is_acted_on() {
    let team = Team::with_plugin();
    let asked = team.sandbox.read("amplify/plugins.toml");
    assert!(asked.starts_with("# The plugins that this project asks for"), "{asked}");
    team.sandbox.write("amplify/plugins.toml", asked.replace("version", "versoin"));
    for words in [&["plugin", "install"][..], &["plugin", "update"]] {
        let _ = team.run(words).success().says("the key `plugins.misbehaving.versoin`").says("did you mean `version`?");
    }
    team.sandbox.write("amplify/plugins.toml", format!("key = \"RWnonsense\"\n{asked}"));
    let _ = team.run(&["plugin", "install"]).ended_with(1).says("code: plugin-key-invalid");
    team.sandbox.write("amplify/plugins.toml", asked.replace("[plugins]", "[plugin]"));
    let _ = team.run(&["plugin", "install"]).success().says("the key `plugin`").says("did you mean `plugins`?");
}

#[test]
fn whoever_removes_a_plugin_is_told_what_it_leaves_behind() {
    let team = Team::with_plugin();
    let bundled = release(&harness().join("lib/amplify/plugins/category-storage"), &team.at("dist"));
    let bundled = bundled.display().to_string();
    let _ = team.run(&["plugin", "add", "category-storage", "--from", &bundled, "--trust"]).success();
    let mut config = team.sandbox.read_json("amplify/backend/backend-config.json");
    for category in ["misbehave", "storage"] {
        config[category]["kept"] = serde_json::json!({ "service": "S3", "providerPlugin": "awscloudformation" });
    }
    team.sandbox.write("amplify/backend/backend-config.json", config.to_string());
    let removed = team.run(&["plugin", "remove", "category-storage"]).success();
    assert!(!removed.stderr.contains("still has"), "the one that comes with amplify keeps them: {removed}");
    let removed = team.run(&["plugin", "remove", "misbehaving"]).success();
    let _ = removed.says("the project still has `kept` of the category `misbehave`").says("`amplify remove misbehave`");
}

#[test]
fn without_a_home_folder_nothing_is_installed_somewhere_else() {
    let team = Team::new();
    let before = team.sandbox.tree();
    let homeless = |words: &[&str]| {
        let mut invocation = team.sandbox.command(words.iter().copied());
        invocation.command.env_remove("HOME").env_remove("USERPROFILE");
        invocation.run()
    };
    let add = ["plugin", "add", "misbehaving", "--from", "../index", "--trust"];
    let _ = homeless(&add).ended_with(1).says("code: no-home-folder").says("set `HOME`");
    assert!(team.sandbox.tree() == before);
    let _ = team.run(&add).success();
    let before = team.sandbox.tree();
    let _ = homeless(&["plugin", "install", "--trust"]).ended_with(1).says("code: no-home-folder");
    assert!(team.sandbox.tree() == before, "no store is made in the project");
}

#[test]
fn a_new_version_is_published_before_the_old_one_is_withdrawn() {
    let team = Team::new();
    let description = team.at("dist/misbehaving-0.1.0.json").display().to_string();
    let index = || fs_err::read_to_string(team.at("index/plugins/misbehaving.jsonl")).unwrap();
    let yank = ["--index", "../index", "--yank", "misbehaving@0.1.0"];
    let _ = team.run(&[&["plugin", "publish", "nowhere.json"], &yank[..]].concat()).ended_with(1);
    assert!(!index().contains("yanked"), "nobody is left without a version: {}", index());
    let _ = team.run(&[&["plugin", "publish", &description], &yank[..]].concat()).success().prints("is withdrawn");
    assert!(index().contains("yanked"));
    let before = team.sandbox.tree();
    let words = ["plugin", "publish", &description, "--index", "https://plugins.example.com"];
    let _ = team.run(&words).ended_with(2).says("is an address, and an index is a folder");
    assert!(team.sandbox.tree() == before, "no folder has the name of the address");
}
