//! Somebody writes a plugin: from `plugin init` to a release, outside this repository, with the SDK of the release.

use amplify_tests::{Outside, harness, workspace};
use serde_json::Value;

const KINDS: [(&str, &str); 4] = [("category", "q"), ("util", "report"), ("provider", "moon"), ("frontend", "swing")];

fn init(outside: &Outside, kind: &str, word: &str) -> String {
    let name = format!("{kind}-{word}");
    let made = outside.amplify("", ["plugin", "init", &name, "--kind", kind, "--event", "PostPush", "--yes", "--json"]);
    let document = made.success().json();
    assert_eq!((&document["word"], &document["kind"]), (&word.into(), &kind.into()));
    name
}

#[test]
fn a_new_plugin_of_each_kind_builds_passes_its_tests_and_keeps_the_contract() {
    let outside = Outside::new();
    for (kind, word) in KINDS {
        let name = init(&outside, kind, word);
        let manifest = fs_err::read_to_string(outside.root().join(&name).join("Cargo.toml")).unwrap();
        assert!(manifest.contains("lib/amplify/sdk"), "the SDK is the release's own: {manifest}");
        outside.cargo(&outside.root().join(&name), ["test", "--release", "--quiet"]);
        let verified = outside.amplify(&name, ["plugin", "verify"]).success();
        assert!(verified.stdout.contains("keeps the contract"), "{verified}");
        assert!(!verified.stdout.contains("fault:") && !verified.stdout.contains("warning:"), "{verified}");
        let library = outside.root().join(&name).join("target/plugins").join(&name);
        let written: Value =
            serde_json::from_slice(&fs_err::read(library.join("amplify-plugin.json")).unwrap()).unwrap();
        assert_eq!((&written["name"], &written["events"][0]), (&name.into(), &"PostPush".into()));
    }
    // A manifest that somebody has edited is what the library says again, as the error of a disagreement promises.
    let manifest = outside.root().join("category-q/target/plugins/category-q/amplify-plugin.json");
    let sound = fs_err::read_to_string(&manifest).unwrap();
    fs_err::write(&manifest, sound.replace("The category q", "By hand")).unwrap();
    let _ = outside.amplify("category-q", ["plugin", "build"]).success();
    assert_eq!(fs_err::read_to_string(&manifest).unwrap(), sound);
}

#[test]
fn a_new_plugin_needs_no_more_than_thirty_lines() {
    let outside = Outside::new();
    let _ = outside.amplify("", ["plugin", "new", "category-small", "--yes"]).success();
    let source = fs_err::read_to_string(outside.root().join("category-small/src/lib.rs")).unwrap();
    let own = source.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).count();
    assert!(own <= 30, "{own} lines:\n{source}");
    assert!(source.lines().all(|line| line.len() <= 120), "{source}");
    for file in ["README.md", ".gitignore", ".github/workflows/plugin.yml", "tests/plugin.rs", "src/template.json"] {
        let text = fs_err::read_to_string(outside.root().join("category-small").join(file)).unwrap();
        assert!(!text.replace("${{", "").contains("{{"), "{file}: {text}");
    }
}

#[test]
fn what_cannot_be_a_plugin_is_said_before_anything_is_made() {
    let outside = Outside::new();
    let refused = |words: &[&str]| {
        let output = outside.amplify("", [&["plugin", "init"], words, &["--yes"]].concat());
        assert!(fs_err::read_dir(outside.root()).unwrap().next().is_none(), "nothing is made\n{output}");
        output.ended_with(2)
    };
    let _ = refused(&[]).says("plugin.name");
    let _ = refused(&["Big-Name"]).says("lower-case");
    let _ = refused(&["category-status"]).says("no command of amplify's own");
    for name in ["fn", "core", "test", "amplify-sdk"] {
        let _ =
            refused(&[name]).says("a crate cannot have the name").says(&format!("amplify plugin init category-{name}"));
    }
    let _ = refused(&["category-x", "--word", "my-queue"]).says("Use lower-case letters and digits, a letter first");
    let _ = refused(&["category-x", "--kind", "virus"]).says("category");
    let _ = refused(&["category-x", "--event", "PostPsuh"]).says("did you mean `PostPush`?");
    let _ = refused(&["category-x", "--sdk-path", "nowhere"]).says("is not the folder of amplify-sdk");
    let _ = outside.amplify("", ["plugin", "init", "category-x", "--yes"]).success();
    let _ = outside.amplify("", ["plugin", "init", "category-x", "--yes"]).ended_with(1).says("exists already");
    let _ = outside.amplify("", ["plugin", "build"]).ended_with(1).says("is not the folder of a crate");
    let dashes = outside.amplify("", ["plugin", "init", "category-my-queue", "--yes", "--json"]).success().json();
    assert_eq!(dashes["word"], "myqueue", "a project takes letters and digits only");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere", outside.root().join("category-link")).unwrap();
        let _ = outside.amplify("", ["plugin", "init", "category-link", "--yes"]).ended_with(1).says("exists already");
    }
}

#[test]
fn a_package_is_the_same_every_time_and_packages_are_merged() {
    let outside = Outside::new();
    let _ = outside.amplify("", ["plugin", "init", "category-parcel", "--yes"]).success();
    let pack = |out: &str| {
        let packed = outside.amplify("category-parcel", ["plugin", "package", "--out", out, "--json"]).success().json();
        let archive = fs_err::read(packed["archives"][0].as_str().unwrap()).unwrap();
        (packed, archive)
    };
    let ((first, archive), (_, again)) = (pack("one"), pack("two"));
    assert!(archive == again, "the same library makes the same archive");
    let this = amplify_plugin_abi::TARGET;
    let words = ["plugin", "package", "--target", this, "--target", this, "--out", "named", "--json"];
    let named = outside.amplify("category-parcel", words).success().json();
    assert_eq!(named["release"], first["release"], "this machine's target, named");
    let release = &first["release"];
    let target = target_of(release);
    assert_eq!(release["targets"][&target]["size"], archive.len());
    if cfg!(all(target_os = "linux", target_env = "gnu")) {
        assert!(release["targets"][&target]["libc"].as_str().unwrap().starts_with("2."), "{release}");
    }
    let description = first["description"].as_str().unwrap();
    let mut other: Value = serde_json::from_slice(&fs_err::read(description).unwrap()).unwrap();
    let mut moved = other["targets"].as_object_mut().unwrap().remove(&target).unwrap();
    moved["archive"] = "category-parcel-0.1.0-riscv64gc-unknown-linux-gnu.tar.gz".into();
    other["targets"]["riscv64gc-unknown-linux-gnu"] = moved;
    fs_err::write(outside.root().join("other.json"), other.to_string()).unwrap();
    let words = ["plugin", "package", "--merge", description, "--merge", "../other.json", "--out", "all", "--json"];
    let merged = outside.amplify("category-parcel", words).success().json();
    assert_eq!(merged["release"]["targets"].as_object().unwrap().len(), 2);
    other["version"] = "0.2.0".into();
    other["targets"]["riscv64gc-unknown-linux-gnu"]["archive"] =
        "category-parcel-0.2.0-riscv64gc-unknown-linux-gnu.tar.gz".into();
    fs_err::write(outside.root().join("other.json"), other.to_string()).unwrap();
    let _ = outside.amplify("category-parcel", words).ended_with(1);

    // What is wrong with a plugin that cannot be laid out is told to its author, in files that there are.
    let cargo = outside.root().join("category-parcel/Cargo.toml");
    let text = fs_err::read_to_string(&cargo).unwrap();
    fs_err::write(&cargo, text.replace("description = ", "# description = ")).unwrap();
    let refused = outside.amplify("category-parcel", ["plugin", "build"]).ended_with(1).says("it has no summary");
    assert!(refused.stderr.contains("`description`") && !refused.stderr.contains(".new-"), "{refused}");
}

fn target_of(release: &Value) -> String {
    release["targets"].as_object().unwrap().keys().next().unwrap().clone()
}

#[test]
fn the_sdk_stands_alone_and_has_the_versions_of_the_workspace() {
    let text = |path: &str| fs_err::read_to_string(workspace().join(path)).unwrap();
    let version = |text: &str, after: &str| {
        let (_, rest) = text.split_once(after).unwrap();
        rest.split('"').nth(1).unwrap().to_owned()
    };
    let (root, sdk, abi) = (text("Cargo.toml"), text("sdk/Cargo.toml"), text("sdk/abi/Cargo.toml"));
    assert!(!sdk.contains("workspace = true") && !abi.contains("workspace = true"), "nothing is inherited");
    assert_eq!(version(&sdk, "\nversion = "), version(&root, "[workspace.package]\nversion = "));
    for (one, name) in
        [(&sdk, "abi_stable"), (&abi, "abi_stable"), (&sdk, "serde_json"), (&sdk, "base64"), (&abi, "regex-lite")]
    {
        let wanted = version(&root, &format!("\n{name} = "));
        assert_eq!(version(one, &format!("\n{name} = ")), wanted, "{name}");
    }
    for manifest in [&sdk, &abi] {
        assert!(manifest.contains("rust-version = \"1.85\""), "the oldest compiler is stated");
    }
}

#[test]
fn verify_names_what_breaks_the_contract() {
    let outside = Outside::new();
    let folder = harness().join("fixtures/misbehaving");
    let folder = folder.to_str().unwrap();
    let report = outside.amplify("", ["plugin", "verify", folder, "--answer", "x=y", "--json"]).ended_with(1).json();
    assert_eq!((&report["passed"], &report["name"]), (&false.into(), &"misbehaving".into()));
    let faults: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["level"] == "fault")
        .map(|finding| finding["place"].as_str().unwrap())
        .collect();
    assert_eq!(faults, ["method panic", "event PrePush"], "{report}");
    let told = outside.amplify("", ["plugin", "verify", folder]).ended_with(1).says("has 2 faults");
    // One that hangs or aborts there is found out by what was said last.
    let at = |text: &str| told.stderr.find(text).unwrap_or_else(|| panic!("{text}\n{told}"));
    assert!(
        at("trying command add\n") < at("trying method panic\n")
            && at("trying method panic\n") < at("trying event PrePush\n")
    );
    let _ = outside.amplify("", ["plugin", "verify", "."]).ended_with(1).says("there is no built plugin");
    let many = harness().join("lib/amplify/plugins");
    let _ =
        outside.amplify("", ["plugin", "verify", many.to_str().unwrap()]).ended_with(1).says("name the folder of one");
}
