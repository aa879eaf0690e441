//! The record of a deployment: published after it, compared before the next one, and told apart from somebody else's.

use amplify_tests::{Member, Team};
use serde_json::json;

/// A project whose one function is deployed, in git.
fn begun(team: &Team) -> Member {
    let founder = team.founder();
    founder.add_function("hello");
    founder.edit("hello", "one");
    let _ = founder.amplify(["push", "--yes"]).success();
    founder.share("dev");
    founder
}

fn revisions(member: &Member) -> serde_json::Value {
    member.sandbox.read_json("amplify/.config/local-revisions.json")
}

#[test]
fn init_and_push_publish_what_was_deployed() {
    let team = Team::new();
    let founder = team.founder();
    let record = team.cloud().join("app/dev/record");
    let names = |folder: &std::path::Path| -> Vec<String> {
        let mut names: Vec<String> =
            fs_err::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&record), ["#current-cloud-backend.zip", "amplify-meta.json"]);
    let first = revisions(&founder);
    founder.add_function("hello");
    let pushed = founder.amplify(["push", "--yes"]).success();
    let _ = pushed.says("Environment dev: account 111122223333");
    assert_eq!(names(&record), ["#current-cloud-backend.zip", "amplify-meta.json", "backend-config.json"]);
    assert_ne!(revisions(&founder), first);
    assert_eq!(
        fs_err::read_to_string(record.join("amplify-meta.json")).unwrap(),
        founder.sandbox.read("amplify/#current-cloud-backend/amplify-meta.json")
    );
    let before = team.calls();
    let _ = founder.amplify(["push", "--yes"]).success().prints("No changes detected");
    assert_eq!(team.calls(), before, "without changes nobody is asked");
    founder.share("dev");
    assert!(!founder.git(&["ls-files"]).contains("local-"), "git does not track what is local");
}

#[test]
fn a_record_that_could_not_be_published_is_published_by_the_next_push() {
    let team = Team::new();
    let founder = begun(&team);
    let before = revisions(&founder);
    team.fault("dev", "refuse-publish", true);
    founder.edit("hello", "two");
    let refused = founder.amplify(["push", "--yes"]).ended_with(1).prints("All resources are updated");
    let _ = refused.says("the record was refused").says("record-not-published");
    assert_eq!(revisions(&founder)["dev"], json!({ "revision": before["dev"]["revision"], "unpublished": true }));
    let _ = founder.amplify(["push", "--yes"]).ended_with(1).says("record-not-published");
    team.fault("dev", "refuse-publish", false);
    let _ = founder.amplify(["push", "--yes"]).success().prints("No changes detected");
    assert_ne!(revisions(&founder)["dev"]["revision"], before["dev"]["revision"]);
    assert_eq!(revisions(&founder)["dev"].get("unpublished"), None);
}

#[test]
fn a_push_that_dies_before_it_notes_the_record_goes_on_as_if_it_had() {
    let team = Team::new();
    let founder = begun(&team);
    for step in ["deployed", "recorded", "published"] {
        founder.edit("hello", step);
        let killed = founder.command(["push", "--yes"]).env("AMPLIFY_FAILPOINT", format!("kill:{step}")).run();
        let _ = killed.ended_with(-1);
        let _ = founder.amplify(["push", "--yes"]).success();
        let entry = revisions(&founder);
        assert_eq!(entry["dev"].get("unpublished"), None, "{step}: {entry}");
        founder.edit("hello", &format!("after {step}"));
        let _ = founder.amplify(["push", "--yes"]).success();
    }
}

#[test]
fn the_same_record_under_an_unknown_revision_is_adopted() {
    let team = Team::new();
    let founder = begun(&team);
    fs_err::remove_file(founder.sandbox.root().join("amplify/.config/local-revisions.json")).unwrap();
    founder.edit("hello", "two");
    let _ = founder.amplify(["push", "--yes"]).success();
    assert!(revisions(&founder)["dev"]["revision"].is_string());
}

#[test]
fn other_credentials_stop_before_anything_is_asked() {
    let team = Team::new();
    let founder = begun(&team);
    team.fault("dev", "stranger", true);
    founder.edit("hello", "two");
    let before = (founder.files(), team.calls());
    let _ = founder.amplify(["push", "--yes"]).ended_with(1).says("belongs to somebody else");
    assert!(founder.files() == before.0);
    assert_eq!(team.calls(), format!("{}identify dev\n", before.1));
}
