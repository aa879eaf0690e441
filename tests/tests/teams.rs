//! The plugins of a team: asked for and locked in the project, installed on every machine, refused when they were altered.

mod mistakes;
mod sources;
mod together;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use amplify_plugin_abi::manifest::{Manifest, PluginKind};
use amplify_plugin_package::{Digest, Release, pack};
use amplify_tests::{Output, Sandbox, corpus::copy_folder, harness};

const TRUST: &[&str] = &["--trust"];

/// Packages a built plugin for this machine and for another one, and returns the description's path.
fn release(built: &Path, to: &Path) -> PathBuf {
    release_as(built, to, |_| {})
}

/// The same with another manifest; a library that does not say the same of itself can be installed, and not opened.
fn release_as(built: &Path, to: &Path, change: impl FnOnce(&mut Manifest)) -> PathBuf {
    let text = fs_err::read(built.join("amplify-plugin.json")).unwrap();
    let mut manifest: Manifest = serde_json::from_slice(&text).unwrap();
    change(&mut manifest);
    let library = fs_err::read(built.join(manifest.library.as_deref().unwrap())).unwrap();
    fs_err::create_dir_all(to).unwrap();
    let mut whole: Option<Release> = None;
    for target in [manifest.target.clone(), "riscv64gc-unknown-none-elf".into()] {
        let manifest = Manifest { target: target.clone(), ..manifest.clone() };
        let archive = pack(&manifest, &library, &BTreeMap::new()).unwrap();
        let one = Release::new(&manifest, &Digest::of(&archive), None).unwrap();
        fs_err::write(to.join(&one.targets[&target].archive), archive).unwrap();
        match &mut whole {
            Some(whole) => whole.merge(&one).unwrap(),
            None => whole = Some(one),
        }
    }
    let whole = whole.unwrap();
    fs_err::write(to.join(whole.file_name()), whole.to_bytes()).unwrap();
    to.join(whole.file_name())
}

/// A project whose team has an index with one plugin, which nobody has added yet.
struct Team {
    sandbox: Sandbox,
}

impl Team {
    fn new() -> Self {
        let team = Self { sandbox: Sandbox::initialised() };
        let description = release(&harness().join("fixtures/misbehaving"), &team.at("dist"));
        let description = description.display().to_string();
        let published = team.run(&["plugin", "publish", &description, "--index", "../index"]).success();
        assert!(published.stdout.contains("is in the index now"), "{published}");
        team
    }

    /// The same with the plugin added.
    fn with_plugin() -> Self {
        let team = Self::new();
        let _ = team.run(&[&["plugin", "add", "misbehaving", "--from", "../index"], TRUST].concat()).success();
        team
    }

    /// A place beside the project.
    fn at(&self, name: &str) -> PathBuf {
        self.sandbox.root().parent().unwrap().join(name)
    }

    fn run(&self, words: &[&str]) -> Output {
        self.sandbox.command(words.iter().copied()).run()
    }

    /// Runs with another home: on another machine.
    fn run_elsewhere(&self, words: &[&str]) -> Output {
        self.sandbox.command(words.iter().copied()).env("HOME", self.at("other-home")).run()
    }

    fn use_it(&self) -> Output {
        self.run(&["misbehave", "add", "error", "--yes"])
    }

    fn state(&self, output: &Output) -> String {
        let list = output.json();
        let plugins = list["plugins"].as_array().unwrap();
        let found = plugins.iter().find(|plugin| plugin["name"] == "misbehaving" && plugin["state"] != "shadowed");
        found.map_or_else(|| "absent".into(), |plugin| plugin["state"].as_str().unwrap().into())
    }

    /// The installed library in a home.
    fn library(&self, home: &Path) -> PathBuf {
        let mut found = Vec::new();
        find(&home.join(".amplify/store/misbehaving"), &mut found);
        found.into_iter().find(|path| !path.ends_with("amplify-plugin.json")).expect("it is installed")
    }
}

/// The plugin's one command that needs no other plugin is to fail as it is told; so it was opened, and ran.
trait Used {
    fn used(self) -> Self;
}

impl Used for Output {
    fn used(self) -> Self {
        self.ended_with(1).says("code: misbehaved")
    }
}

fn find(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs_err::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() { find(&path, found) } else { found.push(path) }
    }
}

fn flip(library: &Path) {
    let mut bytes = fs_err::read(library).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs_err::write(library, bytes).unwrap();
}

#[test]
fn the_commands_have_pages_without_a_project() {
    let sandbox = Sandbox::new();
    let group = sandbox.amplify(["plugin", "help"]).success();
    assert_eq!(group.stdout, sandbox.amplify(["help", "plugin"]).success().stdout);
    for command in [
        "add",
        "build",
        "configure",
        "init",
        "install",
        "list",
        "outdated",
        "package",
        "publish",
        "remove",
        "scan",
        "update",
        "verify",
    ] {
        assert!(group.stdout.contains(&format!("\n  {command} ")), "{command}: {group}");
        let page = sandbox.amplify(["help", "plugin", command]).success().prints(&format!("amplify plugin {command}"));
        assert_eq!(page.stdout, sandbox.amplify(["plugin", command, "--help"]).success().stdout);
    }
    let _ = sandbox.amplify(["plugin", "instal"]).ended_with(2).says("install");
}

#[test]
fn a_plugin_is_added_used_and_removed() {
    let team = Team::new();
    let _ = team.use_it().ended_with(2).says("there is no command `amplify misbehave`");
    let added = team.run(&["plugin", "add", "misbehaving", "--from", "../index", "--trust"]).success();
    assert!(added.stdout.contains("Successfully added plugin package."), "{added}");
    let asked = team.sandbox.read("amplify/plugins.toml");
    assert!(asked.contains("misbehaving = { version = \"^0.1.0\", from = \"../index\" }"), "{asked}");
    let locked = team.sandbox.read("amplify/plugins.lock");
    assert!(
        locked.contains("source = \"index+../index\"") && locked.contains("riscv64gc-unknown-none-elf"),
        "{locked}"
    );
    let _ = team.use_it().used();
    assert_eq!(team.state(&team.run(&["plugin", "list", "--json"])), "ok");
    let _ = team.run(&["plugin", "outdated"]).success().prints("Every plugin is the newest there is.");
    let _ = team.run(&["plugin", "update"]).success().prints("Every plugin is the newest one that will do.");
    let _ = team.run(&["plugin", "install"]).success().prints("Every plugin is there.");
    assert_eq!(team.sandbox.read("amplify/plugins.lock"), locked, "nothing has changed");
    let _ = team.run(&["plugin", "scan"]).success().prints("Plugin scan successful");
    let _ = team.run(&["plugin", "remove", "misbehavin"]).ended_with(1).says("did you mean `misbehaving`?");
    let _ = team.run(&["plugin", "remove", "misbehaving"]).success();
    let _ = team.use_it().ended_with(2);
    assert_eq!(team.state(&team.run(&["plugin", "list", "--json"])), "absent");
}

/// Files that changed within a second may change again without a sign, so they are not remembered.
fn leave_alone() {
    std::thread::sleep(std::time::Duration::from_millis(1200));
}

#[test]
fn a_lock_that_is_left_alone_is_remembered_and_every_change_is_noticed() {
    let team = Team::new();
    // It takes no part in the commands of others, so that nobody looks at it before it is used.
    let quiet = release_as(&harness().join("fixtures/misbehaving"), &team.at("dist"), |manifest| {
        manifest.name = "category-quiet".into();
        manifest.kind = PluginKind::category("quiet");
        manifest.events.clear();
    });
    let _ = team.run(&["plugin", "publish", &quiet.display().to_string(), "--index", "../index"]).success();
    for plugin in ["misbehaving", "category-quiet"] {
        let _ = team.run(&["plugin", "add", plugin, "--from", "../index", "--trust"]).success();
    }
    let remembered = || {
        let projects = fs_err::read_dir(team.sandbox.home().join(".amplify/cache/projects")).unwrap();
        let mut files = projects.map(|file| fs_err::read_to_string(file.unwrap().path()).unwrap());
        files.any(|text| text.contains("\nlock\t2\t"))
    };
    let _ = team.use_it().used();
    assert!(!remembered(), "it was written just now");
    leave_alone();
    let _ = team.use_it().used();
    assert!(remembered());
    let _ = team.use_it().used();
    let quiet = ["quiet", "add", "error", "--yes"];
    let _ = team.run(&quiet).ended_with(1).says("code: plugin-manifest-disagrees");

    // What the file of a plugin has become is told when it is used, with what helps.
    fs_err::remove_dir_all(team.sandbox.home().join(".amplify/store/category-quiet")).unwrap();
    let _ = team.use_it().used();
    for words in [&quiet[..], &["add", "quiet"], &["quiet", "nothing"]] {
        let missing = team.run(words).ended_with(1).says("the plugin `category-quiet` 0.1.0 is not installed");
        assert!(missing.stderr.contains("hint: type `amplify plugin install category-quiet`"), "{missing}");
    }
    let _ = team.run(&["status", "--locked"]).ended_with(1).says("code: plugin-not-installed");
    assert!(team.run(&["plugin", "list"]).success().stdout.contains("missing"));
    let _ = team.run(&["help"]).success();
    let _ = team.run(&["plugin", "install"]).success().prints("Installed category-quiet");
    let _ = team.run(&quiet).ended_with(1).says("code: plugin-manifest-disagrees");

    // Either file.
    let (asked, locked) = (team.sandbox.read("amplify/plugins.toml"), team.sandbox.read("amplify/plugins.lock"));
    let path = |file: &str| team.sandbox.root().join("amplify").join(file);
    fs_err::write(path("plugins.toml"), format!("colour = \"blue\"\n{asked}")).unwrap();
    leave_alone();
    for _ in 0..2 {
        let _ = team.use_it().used().says("`amplify/plugins.toml` has the key `colour`");
    }
    fs_err::write(path("plugins.toml"), asked.replace("category-quiet", "category-quick")).unwrap();
    leave_alone();
    for _ in 0..2 {
        let _ = team.use_it().used().says("`category-quick` is asked for and not locked");
    }
    fs_err::write(path("plugins.toml"), &asked).unwrap();
    fs_err::write(path("plugins.lock"), format!("<<<<<<< ours\n{locked}")).unwrap();
    leave_alone();
    for _ in 0..2 {
        let _ = team.use_it().ended_with(2).says("there is no command `amplify misbehave`");
    }
    fs_err::write(path("plugins.lock"), &locked).unwrap();
    let _ = team.use_it().used();
    fs_err::remove_file(path("plugins.lock")).unwrap();
    fs_err::remove_file(path("plugins.toml")).unwrap();
    let _ = team.use_it().ended_with(2).says("there is no command `amplify misbehave`");
}

#[test]
fn a_resource_that_its_plugin_cannot_look_at_is_named() {
    let team = Team::new();
    // Another build than the bundled one, so that nothing stands in for it.
    let build = team.at("storage");
    copy_folder(&harness().join("lib/amplify/plugins/category-storage"), &build);
    let text = fs_err::read(build.join("amplify-plugin.json")).unwrap();
    let manifest: Manifest = serde_json::from_slice(&text).unwrap();
    let library = build.join(manifest.library.as_deref().unwrap());
    let mut bytes = fs_err::read(&library).unwrap();
    bytes.push(0);
    fs_err::write(&library, &bytes).unwrap();
    let description =
        release_as(&build, &team.at("dist"), |manifest| manifest.sha256 = Some(Digest::of(&bytes).sha256));
    let _ = team.run(&["plugin", "publish", &description.display().to_string(), "--index", "../index"]).success();
    let _ = team.run(&["plugin", "add", "category-storage", "--from", "../index", "--trust"]).success();
    let _ = team.run(&["add", "storage", "--yes", "--answer", "storage.authenticatedAccess=read"]).success();
    let words = "` is taken as its folder has it, since its plugin cannot be used";
    let plan = || team.run(&["plan"]).success();
    assert!(!plan().stderr.contains(words));
    fs_err::remove_dir_all(team.sandbox.home().join(".amplify/store/category-storage")).unwrap();
    let _ = plan().says(words).says("0.1.0 is not installed; type `amplify plugin install category-storage`");
    let _ = team.run(&["push", "--yes"]).success().says(words);
    assert!(!plan().stderr.contains(words), "nothing of it is deployed any more");
}

#[test]
fn a_colleague_is_told_what_to_install_and_has_the_same_plugin_then() {
    let team = Team::with_plugin();
    let words = ["misbehave", "add", "error", "--yes"];
    let missing = team.run_elsewhere(&words).ended_with(1).says("the plugin `misbehaving` 0.1.0 is not installed");
    assert!(missing.stderr.contains("hint: type `amplify plugin install misbehaving`"), "{missing}");
    // What does not need it is not disturbed, unless everything has to be there.
    let _ = team.run_elsewhere(&["status"]).success();
    let _ = team.run_elsewhere(&["status", "--locked"]).ended_with(1).says("amplify plugin install misbehaving");
    assert_eq!(team.state(&team.run_elsewhere(&["plugin", "list", "--json"])), "missing");
    let before = team.sandbox.tree();
    let _ = team.run_elsewhere(&["plugin", "install", "--locked", "--trust"]).success().prints("Installed misbehaving");
    assert!(team.sandbox.tree() == before, "a locked install writes nothing to the project");
    let _ = team.run_elsewhere(&words).used();
    let _ = team.run_elsewhere(&["status", "--locked"]).success();
    let (here, there) = (team.library(&team.sandbox.home()), team.library(&team.at("other-home")));
    assert_eq!(fs_err::read(here).unwrap(), fs_err::read(&there).unwrap());

    flip(&there);
    let refused = team.run_elsewhere(&words).ended_with(1).says("is not the one that its manifest describes");
    assert!(refused.stderr.contains("code: plugin-hash-mismatch"), "{refused}");
    assert_eq!(team.state(&team.run_elsewhere(&["plugin", "list", "--json"])), "broken");
    let _ = team.run_elsewhere(&["plugin", "scan"]).ended_with(1);
    let _ = team.run_elsewhere(&["plugin", "install"]).success().prints("Installed misbehaving");
    let _ = team.run_elsewhere(&words).used();
}

#[test]
fn a_new_source_must_be_agreed_to() {
    let team = Team::new();
    let before = team.sandbox.tree();
    let add = ["plugin", "add", "misbehaving", "--from", "../index"];
    let asked = team.run(&add).ended_with(2);
    assert!(asked.stderr.contains("`plugin.trust`") && asked.stderr.contains("index+../index"), "{asked}");
    assert!(asked.stderr.contains("SHA-256 of its library"), "{asked}");
    let refused = team.run(&[&add[..], &["--yes"]].concat()).ended_with(1).says("nobody agreed to the source");
    assert!(refused.stderr.contains("--trust"), "{refused}");
    assert!(team.sandbox.tree() == before && !team.sandbox.home().join(".amplify/store").exists());
    let _ = team.run(&[&add[..], &["--answer", "plugin.trust=true"]].concat()).success();
    // From now on the source is known here, and only here.
    let _ = team.run(&["plugin", "remove", "misbehaving"]).success();
    let _ = team.run(&[&add[..], &["--yes"]].concat()).success();
    let _ = team.run_elsewhere(&["plugin", "install", "--yes"]).ended_with(1).says("--trust");
}

#[test]
fn locked_fails_on_any_difference_and_says_how_to_mend_it() {
    let team = Team::with_plugin();
    let (asked, locked) = (team.sandbox.read("amplify/plugins.toml"), team.sandbox.read("amplify/plugins.lock"));
    let fails = |what: &str, says: &str| {
        let failed = team.run(&["status", "--locked"]).ended_with(1).says(says);
        assert!(failed.stderr.contains("amplify plugin install"), "{what}: {failed}");
        let ci = team.sandbox.command(["status"]).env("CI", "true").run().ended_with(1).says(says);
        assert_eq!(ci.stderr, failed.stderr, "{what}");
        let _ = team.run(&["plugin", "install", "--locked", "--trust"]).ended_with(1).says(says);
        let _ = team.sandbox.command(["plugin", "install"]).env("CI", "true").run().ended_with(1).says(says);
        // Without, the command works, and the user is told when a plugin is used.
        let _ = team.run(&["status"]).success();
    };
    let _ = team.run(&["status", "--locked"]).success();
    team.sandbox.write("amplify/plugins.toml", asked.replace("^0.1.0", "^2"));
    fails("another version", "is asked for as ^2 and locked as 0.1.0");
    let _ = team.use_it().used().says("warning: `amplify/plugins.lock` does not match `amplify/plugins.toml`");
    team.sandbox.write("amplify/plugins.toml", asked.replace("../index", "../elsewhere"));
    fails("another source", "is asked for from `../elsewhere`");
    team.sandbox.write("amplify/plugins.toml", format!("{asked}category-other = \"1\"\n"));
    fails("one more", "`category-other` is asked for and not locked");
    team.sandbox.write("amplify/plugins.toml", "");
    fails("one less", "`misbehaving` is locked and not asked for");
    // Mended by the command that the error names.
    let _ = team.run(&["plugin", "install"]).success().prints("Unlocked misbehaving");
    let _ = team.run(&["status", "--locked"]).success();
    team.sandbox.write("amplify/plugins.toml", &asked);
    let _ = team.run(&["plugin", "install"]).success().prints("Locked misbehaving 0.1.0");
    assert_eq!(team.sandbox.read("amplify/plugins.lock"), locked);
}

#[test]
fn a_lock_that_cannot_be_read_opens_nothing_and_disturbs_little() {
    let team = Team::with_plugin();
    let locked = team.sandbox.read("amplify/plugins.lock");
    let conflict = locked.replacen("version", "<<<<<<< HEAD\nversion", 1);
    let newer = locked.replace("format = 1", "format = 2");
    for (text, says, wrong) in [
        (conflict.as_str(), "keep one block for each plugin", "cannot be understood"),
        ("nonsense", "take `amplify/plugins.lock` from git", "cannot be understood"),
        (newer.as_str(), "hint: update amplify", "was written by a newer amplify"),
    ] {
        let wrong = &format!("`amplify/plugins.lock` {wrong}");
        team.sandbox.write("amplify/plugins.lock", text);
        for words in [&["--version"][..], &["help"], &["status"], &["completion", "bash"]] {
            let _ = team.run(words).success();
        }
        let list = team.run(&["plugin", "list"]).success();
        assert!(list.stdout.contains(wrong), "{list}");
        let refused = team.run(&["add", "storage", "--yes"]).ended_with(1).says(wrong);
        assert!(refused.stderr.contains(says), "{refused}");
        let _ = team.run(&["status", "--locked"]).ended_with(1).says(wrong);
        let _ = team.run(&["plugin", "install"]).ended_with(1).says(wrong);
        // A word may be that of a plugin which nobody can know of.
        for words in [&["add", "misbehave"][..], &["misbehave", "add"], &["help", "misbehave"]] {
            let _ = team.run(words).ended_with(2).says(wrong).says("type `amplify plugin list`");
        }
    }
    // The same with the other file, which is named as well.
    team.sandbox.write("amplify/plugins.lock", locked);
    team.sandbox.write("amplify/plugins.toml", "index = \"../index\"\n[plugins]\nmisbehaving = 1\n");
    let list = team.run(&["plugin", "list"]).success();
    assert!(list.stdout.contains("\n`amplify/plugins.toml` cannot be understood\n  cause: line 3: "), "{list}");
    assert!(!list.stdout.contains("plugins.lock"), "{list}");
    let _ = team.run(&["misbehave", "add"]).ended_with(2).says("`amplify/plugins.toml` cannot be understood");
    let _ = team.run(&["plugin", "install"]).ended_with(1).says("line 3: `misbehaving` is neither a version");
}

#[test]
fn a_bundled_plugin_satisfies_the_lock_only_if_it_is_the_locked_build() {
    let sandbox = Sandbox::initialised();
    let team = Team { sandbox };
    let built = harness().join("lib/amplify/plugins/category-storage");
    let description = release(&built, &team.at("dist")).display().to_string();
    let add = ["plugin", "add", "category-storage", "--from", &description, "--trust"];
    let _ = team.run(&add).success();
    let source = |output: &Output| {
        let list = output.json();
        let plugins = list["plugins"].as_array().unwrap().clone();
        let used = plugins.into_iter().find(|plugin| plugin["name"] == "category-storage" && plugin["state"] == "ok");
        used.map(|plugin| plugin["path"].as_str().unwrap().to_owned()).unwrap_or_default()
    };
    // Nothing to fetch on another machine: the program came with that very build.
    let _ = team.run_elsewhere(&["plugin", "install", "--locked"]).success().prints("Every plugin is there.");
    assert!(source(&team.run_elsewhere(&["plugin", "list", "--json"])).contains("lib/amplify/plugins"));
    let _ = team.run_elsewhere(&["status", "--locked"]).success();
    // Another build of the same version is not it, wherever it lies on the search path.
    let other = team.at("search");
    copy_folder(&built, &other.join("category-storage"));
    let manifest_path = other.join("category-storage/amplify-plugin.json");
    let manifest: Manifest = serde_json::from_slice(&fs_err::read(&manifest_path).unwrap()).unwrap();
    let library = other.join("category-storage").join(manifest.library.as_deref().unwrap());
    let mut bytes = fs_err::read(&library).unwrap();
    bytes.push(0);
    fs_err::write(&library, &bytes).unwrap();
    let manifest = Manifest { sha256: Some(Digest::of(&bytes).sha256), ..manifest };
    fs_err::write(&manifest_path, serde_json::to_vec(&manifest).unwrap()).unwrap();
    let listed = team.sandbox.command(["plugin", "list", "--json"]).env("AMPLIFY_PLUGIN_PATH", &other).run().success();
    assert!(!source(&listed).contains("search"), "{listed}");
    let shadowed = listed.json()["plugins"]
        .as_array()
        .unwrap()
        .iter()
        .any(|plugin| plugin["state"] == "shadowed" && plugin["path"].as_str().unwrap().contains("search"));
    assert!(shadowed, "{listed}");
}

#[test]
fn a_plugin_that_only_lies_around_is_not_opened_where_everything_is_locked() {
    let team = Team::new();
    team.sandbox.write("amplify/plugins.toml", "[plugins]\n");
    let fixtures = harness().join("fixtures");
    let words = ["misbehave", "add", "error", "--yes"];
    let _ = team.sandbox.command(words).env("AMPLIFY_PLUGIN_PATH", &fixtures).run().used();
    let locked = [&words[..], &["--locked"]].concat();
    let refused = team.sandbox.command(locked).env("AMPLIFY_PLUGIN_PATH", &fixtures).run().ended_with(1);
    assert!(refused.stderr.contains("is not in `amplify/plugins.lock`"), "{refused}");
    // The command that is named can be pasted, whatever the folder's name.
    let spaced = team.at("my plugins");
    copy_folder(&fixtures.join("misbehaving"), &spaced.join("misbehaving"));
    let locked = [&words[..], &["--locked"]].concat();
    let refused = team.sandbox.command(locked).env("AMPLIFY_PLUGIN_PATH", &spaced).run().ended_with(1);
    assert!(refused.stderr.contains("--from '") && refused.stderr.contains("my plugins/misbehaving'`"), "{refused}");
    let add = ["add", "storage", "--yes", "--answer", "storage.authenticatedAccess=read", "--locked"];
    let _ = team.sandbox.command(add).run().success();
}

#[test]
fn an_index_is_set_once_for_the_project() {
    let team = Team::new();
    let _ =
        team.run(&["plugin", "add", "misbehaving", "--trust"]).ended_with(1).says("amplify plugin configure --index");
    let _ = team.run(&["plugin", "configure", "--index", "../nowhere"]).ended_with(1).says("is no source of plugins");
    let _ = team.run(&["plugin", "configure", "--index", "../index"]).success();
    let _ = team.run(&["plugin", "add", "misbehaving@^0.1", "--trust"]).success();
    let text = team.sandbox.read("amplify/plugins.toml");
    assert!(text.contains("index = \"../index\"") && text.contains("misbehaving = \"^0.1\""), "{text}");
    let _ = team.run(&["plugin", "configure", "--answer", "plugin.index=none"]).success();
    let _ =
        team.run(&["plugin", "install"]).ended_with(1).says("nothing says where the plugin `misbehaving` comes from");
}

#[test]
fn adding_a_plugin_is_killed_at_every_step() {
    let team = Team::new();
    let pristine = tempfile::tempdir().unwrap();
    copy_folder(&team.sandbox.root(), pristine.path());
    let add = ["plugin", "add", "misbehaving", "--from", "../index", "--trust"];
    let (mut died, mut kinds) = (0, Vec::new());
    for step in 1.. {
        assert!(step < 200, "it never ends");
        fs_err::remove_dir_all(team.sandbox.root()).unwrap();
        copy_folder(pristine.path(), &team.sandbox.root());
        let _ = fs_err::remove_dir_all(team.sandbox.home().join(".amplify/store/misbehaving"));
        let killed = team.sandbox.command(add).env("AMPLIFY_FAILPOINT", format!("kill:{step}")).run();
        if killed.status == 0 {
            break;
        }
        assert_eq!(killed.status, -1, "killed at step {step}\n{killed}");
        died += 1;
        let list = team.run(&["plugin", "list", "--json"]).success();
        let state = team.state(&list);
        assert!(state == "ok" || state == "absent", "half of it is there after step {step}: {list}");
        assert_eq!(state == "ok", team.sandbox.exists("amplify/plugins.lock"), "step {step}");
        assert_eq!(state == "ok", team.sandbox.exists("amplify/plugins.toml"), "step {step}");
        kinds.push(state);
        let _ = team.run(&add).success();
        let _ = team.use_it().used();
    }
    assert!(died > 10, "only {died} steps");
    assert!(kinds.contains(&"ok".into()) && kinds.contains(&"absent".into()), "{kinds:?}");
    let unfinished = team.sandbox.home().join(".amplify/store/.unfinished");
    let left: Vec<_> = fs_err::read_dir(unfinished).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(left.iter().all(|path| path.is_dir()), "no download is left: {left:?}");
}
