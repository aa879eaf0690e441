//! `init --app`: somebody's app from a git repository into an empty folder, made and deployed.

use std::{path::PathBuf, process::Command};

use amplify_tests::Sandbox;

/// A bare repository with an app, as somebody shares it.
fn shared(sandbox: &Sandbox) -> (PathBuf, String) {
    let bare = sandbox.home().join("shared.git");
    let git = |words: &[&str]| {
        let mut command = Command::new("git");
        sandbox.clear(&mut command);
        let identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
        let done = command.args(identity).args(words).current_dir(sandbox.root()).output().unwrap();
        assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
    };
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "An app"]);
    git(&["clone", "--quiet", "--bare", ".", bare.to_str().unwrap()]);
    let url = format!("file://{}", bare.display());
    (bare, url)
}

#[test]
fn an_app_is_cloned_and_deployed() {
    let author = Sandbox::initialised();
    author.add_bucket("photos");
    let (_, url) = shared(&author);
    let sandbox = Sandbox::new();
    let made = sandbox.amplify(["init", "--app", &url, "--yes"]).success();
    let _ = made.says("Setting environment to sampledev").prints("All resources are updated in the cloud");
    let meta = sandbox.read_json("amplify/backend/amplify-meta.json");
    assert!(meta["storage"]["photos"]["output"]["BucketName"].as_str().unwrap().ends_with("-sampledev"), "{meta}");
    let _ = sandbox.amplify(["plan", "--detailed-exitcode"]).ended_with(0);
    let _ = sandbox.amplify(["init", "--app", &url, "--yes"]).ended_with(2).says("code: folder-not-empty");
}

#[test]
fn what_fails_leaves_an_empty_folder() {
    let sandbox = Sandbox::new();
    let nowhere = format!("file://{}/nowhere.git", sandbox.home().display());
    let _ = sandbox.amplify(["init", "--app", &nowhere, "--yes"]).ended_with(1).says("code: clone-failed");
    assert_eq!(sandbox.tree(), []);
    let _ = sandbox.amplify(["init", "--app", "--upload-pack=touch evil", "--yes"]);
    assert_eq!(sandbox.tree(), []);

    // An app whose deployment is refused.
    let author = Sandbox::initialised();
    author.add_bucket("photos");
    let template = "amplify/backend/storage/photos/s3-cloudformation-template.json";
    assert!(author.exists(template));
    author.write(template, "{ \"Resources\": 7 }");
    let (_, url) = shared(&author);
    let _ = sandbox.amplify(["init", "--app", &url, "--yes"]).ended_with(1);
    assert_eq!(sandbox.tree(), []);
    assert!(fs_err::read_dir(sandbox.root()).unwrap().next().is_none(), "not even a folder is left");
}
