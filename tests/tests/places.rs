//! Projects in unusual places and shapes: odd folder names, links, clones, files touched by other editors.

use amplify_tests::{Sandbox, corpus::copy_folder};

/// A project with a function that is deployed.
fn deployed() -> Sandbox {
    let sandbox = Sandbox::initialised();
    let _ = sandbox.amplify(["add", "function", "--yes", "--answer", "function.resourceName=hello"]).success();
    let _ = sandbox.amplify(["push", "--yes"]).success();
    sandbox
}

#[test]
fn spaces_quotes_and_accents_in_the_path_do_not_matter() {
    let sandbox = Sandbox::new();
    let folder = sandbox.root().join("ä b'c $x").join("ü (1)");
    fs_err::create_dir_all(&folder).unwrap();
    for words in [
        &["init", "--yes"][..],
        &["add", "function", "--yes", "--answer", "function.resourceName=hello"],
        &["push", "--yes"],
        &["mock", "function", "hello"],
        &["plan", "--detailed-exitcode"],
    ] {
        let _ = sandbox.command(words.iter().copied()).current_dir(&folder).run().success();
    }
}

#[cfg(unix)]
#[test]
fn a_project_is_found_through_a_link_and_in_a_copy() {
    let sandbox = deployed();
    let link = sandbox.home().join("link");
    fs_err::os::unix::fs::symlink(sandbox.root(), &link).unwrap();
    let copy = sandbox.home().join("copy");
    copy_folder(&sandbox.root(), &copy);
    for place in [link, copy] {
        let _ = sandbox.command(["plan", "--detailed-exitcode"]).current_dir(&place).run().success();
        let _ = sandbox.command(["mock", "function", "hello"]).current_dir(&place).run().success();
    }
}

/// What a colleague gets who clones the repository: everything but what git ignores.
#[test]
fn a_fresh_clone_is_brought_to_life_by_checkout_or_init() {
    let sandbox = deployed();
    for ignored in [
        "amplify/#current-cloud-backend",
        "amplify/.config/local-env-info.json",
        "amplify/backend/amplify-meta.json",
        "amplify/backend/awscloudformation",
        "amplify/mock-data",
        "src/aws-exports.js",
    ] {
        let path = sandbox.root().join(ignored);
        let _ = fs_err::remove_dir_all(&path).or_else(|_| fs_err::remove_file(&path));
    }
    let bare = tempfile::tempdir().unwrap();
    copy_folder(&sandbox.root(), bare.path());
    let tracked = [
        "amplify/team-provider-info.json",
        "amplify/backend/backend-config.json",
        "amplify/.config/project-config.json",
        ".gitignore",
    ];
    let shared: Vec<String> = tracked.iter().map(|file| sandbox.read(file)).collect();
    for words in [&["env", "checkout", "dev"][..], &["init", "--yes"], &["init", "--yes", "--env", "dev"]] {
        fs_err::remove_dir_all(sandbox.root()).unwrap();
        copy_folder(bare.path(), &sandbox.root());
        let status = sandbox.amplify(["status", "--json"]).success().json();
        assert_eq!(status["resources"][0]["operation"], "Create", "{status}");
        let _ = sandbox.amplify(["push", "--yes"]).ended_with(1).says("amplify env checkout dev");
        let _ = sandbox.amplify(words.iter().copied()).success();
        let _ = sandbox.amplify(["push", "--yes"]).success();
        let now: Vec<String> = tracked.iter().map(|file| sandbox.read(file)).collect();
        assert!(now == shared, "{words:?}: what git tracks has changed");
    }
}

#[test]
fn files_with_a_byte_order_mark_and_carriage_returns_stay_so() {
    let sandbox = deployed();
    let files = ["amplify/backend/backend-config.json", "amplify/.config/project-config.json"];
    for file in files {
        let text = sandbox.read(file).replace('\n', "\r\n");
        sandbox.write(file, format!("\u{feff}{text}"));
    }
    let _ = sandbox.amplify(["plan", "--detailed-exitcode"]).success();
    let _ = sandbox.amplify(["add", "function", "--yes", "--answer", "function.resourceName=second"]).success();
    for file in files {
        let text = sandbox.read(file);
        assert!(
            text.starts_with('\u{feff}') && text.contains("\r\n") && !text.replace("\r\n", "").contains('\n'),
            "{text}"
        );
    }
}
