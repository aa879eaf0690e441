//! Files that git tracks and that hold a secret stop a push.

use std::process::Command;

use amplify_tests::{Sandbox, corpus};

const FILE: &str = "amplify/backend/function/hello/src/index.js";

fn git(sandbox: &Sandbox, words: &[&str]) {
    let mut command = Command::new("git");
    sandbox.clear(&mut command);
    let done = command.args(words).current_dir(sandbox.root()).output().unwrap();
    assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn a_secret_in_a_tracked_file_stops_the_push() {
    let sandbox = Sandbox::initialised();
    let _ = sandbox.amplify(["function", "add", "--yes", "--answer", "function.resourceName=hello"]).success();
    let token = format!("ghp_{}", "a1B2".repeat(9));
    sandbox.write(FILE, format!("// one\nexports.handler = async () => '{token}';\n"));
    let before = sandbox.tree();
    let refused = sandbox.amplify(["push", "--yes"]).ended_with(1).says("code: secret-in-git");
    let refused = refused.says(&format!("`{FILE}` line 2 holds a GitHub token"));
    assert!(!refused.to_string().contains(&token), "{refused}");
    assert!(sandbox.tree() == before);
    // What git ignores and does not track is nobody's business, unless it was added in spite of that.
    git(&sandbox, &["init", "--quiet"]);
    let ignored = "amplify/mock-data/notes.txt";
    sandbox.write(ignored, &token);
    let _ = sandbox.amplify(["push", "--yes", "--allow-secret-in", FILE]).success();
    git(&sandbox, &["add", "--force", ignored]);
    sandbox.write(FILE, "exports.handler = async () => 'no secret';\n");
    let _ = sandbox.amplify(["push", "--yes"]).ended_with(1).says(&format!("`{ignored}` line 1 holds a GitHub token"));
    git(&sandbox, &["rm", "--cached", "--quiet", ignored]);
    let _ = sandbox.amplify(["push", "--yes"]).success();
}

#[test]
fn a_push_does_not_print_the_secret_that_it_deployed() {
    for options in [&["push", "--yes"][..], &["push", "--yes", "--json"], &["push", "--yes", "--debug"]] {
        let sandbox = Sandbox::initialised();
        let _ = sandbox.amplify(["add", "auth", "--yes"]).success();
        let pushed = sandbox.amplify(options.iter().copied()).success();
        let meta = sandbox.read_json("amplify/backend/amplify-meta.json");
        let (_, pool) = meta["auth"].as_object().unwrap().iter().next().unwrap();
        let secret = pool["output"]["AppClientSecret"].as_str().unwrap();
        let id = pool["output"]["UserPoolId"].as_str().unwrap();
        assert!(secret.len() > 20 && pushed.to_string().contains(id), "{pushed}");
        assert!(!pushed.to_string().contains(secret), "{options:?}: {pushed}");
    }
}

#[test]
fn real_projects_hold_none() {
    let Some(corpus) = corpus() else { return };
    for project in corpus.projects() {
        let sandbox = Sandbox::of_corpus(&corpus, &project);
        let _ = sandbox.amplify(["init", "--yes", "--provider", "local", "--env", "here"]).success();
        let pushed = sandbox.amplify(["push", "--yes"]);
        assert!(!pushed.stderr.contains("secret-in-git"), "{project}\n{pushed}");
    }
}
