//! Where plugins come from: a folder, an archive, a description, an index, on disk and on a server; and who has signed them.

use std::io::{Cursor, Write};

use amplify_tests::http::{Request, Server, reply};
use minisign::KeyPair;

use super::*;

/// Serves a folder as any web server does.
fn served(folder: PathBuf) -> Server {
    Server::start(move |mut stream| {
        let Some(request) = Request::read(&mut stream) else { return };
        let file = folder.join(request.target.trim_start_matches('/'));
        let answer = match fs_err::read(file) {
            Ok(bytes) => reply(200, &[], &bytes),
            Err(_) => reply(404, &[], b""),
        };
        let _ = stream.write_all(&answer);
    })
}

#[test]
fn a_plugin_comes_from_each_kind_of_source() {
    let team = Team::new();
    let (index, dist) = (served(team.at("index")), served(team.at("dist")));
    // A description on disk is in other tests, an index on disk in nearly all.
    let target = amplify_plugin_abi::TARGET;
    let archive = format!("misbehaving-0.1.0-{target}.tar.gz");
    let folder = harness().join("fixtures/misbehaving").display().to_string();
    for (source, kind) in [
        (folder, "folder"),
        (format!("../dist/{archive}"), "archive"),
        (format!("{}/misbehaving-0.1.0.json", dist.url()), "release"),
        (index.url(), "index"),
    ] {
        let _ = fs_err::remove_dir_all(team.sandbox.home().join(".amplify/store"));
        let mut words = vec!["plugin", "add", "--from", &source, "--trust"];
        if kind == "index" {
            words.insert(2, "misbehaving");
            let nameless = team.run(&["plugin", "add", "--from", &source, "--trust"]).ended_with(1);
            assert!(nameless.stderr.contains("none is named"), "{nameless}");
        }
        let added = team.run(&words).success().prints("Successfully added plugin package.");
        let lock = team.sandbox.read("amplify/plugins.lock");
        assert!(lock.contains(&format!("source = \"{kind}+")), "{source}: {lock}");
        let fetched = source.starts_with("http://");
        assert!(!fetched || added.stderr.contains(" MB of "), "it tells how far it is: {added}");
        let _ = team.use_it().used();
        // The same on another machine, by the lock alone.
        let _ = fs_err::remove_dir_all(team.at("other-home"));
        let _ = team.run_elsewhere(&["plugin", "install", "--locked", "--trust"]).success().prints("Installed");
        let _ = team.run_elsewhere(&["misbehave", "add", "error", "--yes", "--locked"]).used();
        let _ = team.run(&["plugin", "remove", "misbehaving"]).success();
    }
    let _ = team.run(&["plugin", "add", "misbehaving", "--from", "http://127.0.0.1:9", "--trust"]).ended_with(1);
}

#[test]
fn a_pinned_key_s_signature_is_asked_for() {
    let team = Team::new();
    let (ours, other) =
        (KeyPair::generate_unencrypted_keypair().unwrap(), KeyPair::generate_unencrypted_keypair().unwrap());
    let (ours_text, other_text) = (ours.pk.to_base64(), other.pk.to_base64());
    let add = |key: &str| team.run(&["plugin", "add", "misbehaving", "--from", "../index", "--trust", "--key", key]);
    let before = team.sandbox.tree();
    let _ = add("RWnonsense").ended_with(1).says("code: plugin-key-invalid");
    let _ = add(&ours_text).ended_with(1).says("code: plugin-signature-wrong");
    assert!(team.sandbox.tree() == before);

    let description = team.at("dist/misbehaving-0.1.0.json");
    let text = fs_err::read(&description).unwrap();
    let signature = minisign::sign(None, &ours.sk, Cursor::new(&text), None, None).unwrap().into_string();
    fs_err::write(format!("{}.minisig", description.display()), signature).unwrap();
    let words = ["plugin", "publish", description.to_str().unwrap(), "--index", "../index"];
    let _ = team.run(&words).success().prints("is in the index already");
    let _ = add(&other_text).ended_with(1).says("code: plugin-signature-wrong");
    assert!(team.sandbox.tree() == before);
    let _ = add(&ours_text).success();
    let asked = team.sandbox.read("amplify/plugins.toml");
    assert!(asked.contains(&format!("key = \"{ours_text}\"")), "{asked}");
    let _ = team.use_it().used();

    // Pinned for all of an index: whoever comes later is held to it as well.
    let _ = team.run(&["plugin", "remove", "misbehaving"]).success();
    let _ = team.run(&["plugin", "configure", "--index", "../index", "--key", &other_text]).success();
    let _ = team.run(&["plugin", "add", "misbehaving", "--trust"]).ended_with(1).says("plugin-signature-wrong");
    let _ = team.run(&["plugin", "configure", "--index", "../index", "--key", &ours_text]).success();
    let _ = team.run(&["plugin", "add", "misbehaving", "--trust"]).success();
    fs_err::remove_file(team.at("index/releases/misbehaving/0.1.0/misbehaving-0.1.0.json.minisig")).unwrap();
    let _ = team.run_elsewhere(&["plugin", "install", "--trust"]).ended_with(1).says("plugin-signature-wrong");
    assert!(!team.at("other-home/.amplify/store/misbehaving").exists());
}
