//! Access to an account: set up for the machine, changed for an environment, and never shown.

use std::path::Path;

use amplify_tests::{Output, Sandbox};
use serde_json::json;

const ID: &str = "AKIAI44QH8DHBEXAMPLE";
const SECRET: &str = "markerHush1MI/K7MDENG/bPxRfiCYEXAMPLEKEY";
/// What the secret begins with.
const MARKER: &str = "markerHush";

fn shown(output: &Output) -> String {
    format!("{}{}", output.stdout, output.stderr)
}

#[cfg(unix)]
fn mode(file: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs_err::metadata(file).unwrap().permissions().mode() & 0o777
}

#[cfg(not(unix))]
fn mode(_: &Path) -> u32 {
    0o600
}

#[test]
fn configure_keeps_a_profile_beside_what_is_there() {
    let sandbox = Sandbox::new();
    let aws = sandbox.home().join(".aws");
    fs_err::create_dir_all(&aws).unwrap();
    let config = "# mine\n[default]\noutput=json\n";
    fs_err::write(aws.join("config"), config).unwrap();
    let answers = json!({ "aws": {
        "region": "eu-west-1", "userName": "amplify-me", "accessKeyId": ID, "secretAccessKey": SECRET, "profile": "work",
    } });
    sandbox.write("access.json", answers.to_string());
    let configured = sandbox.amplify(["configure", "--answers", "access.json", "--debug"]).success();
    let _ = configured.clone().says("https://console.aws.amazon.com/").says("userNames=amplify-me");
    let _ = configured.clone().prints("Successfully set up the new user.");
    assert!(!shown(&configured).contains(MARKER), "{configured}");
    let read = |name: &str| fs_err::read_to_string(aws.join(name)).unwrap();
    assert_eq!(read("config"), format!("{config}\n[profile work]\nregion = eu-west-1\n"));
    let kept = format!("[work]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n");
    assert_eq!(read("credentials"), kept);
    assert_eq!((mode(&aws.join("config")), mode(&aws.join("credentials"))), (0o600, 0o600));

    // It is there now, and is not overwritten by accident.
    let again = sandbox.amplify(["configure", "--answers", "access.json", "--yes"]).ended_with(2);
    let _ = again.says("aws.overwrite");
    assert_eq!(read("credentials"), kept);
    // Nobody is there to ask: everything that is missing is listed, and nothing is written.
    let nobody = Sandbox::new();
    let missing = nobody.amplify(["configure"]).ended_with(2);
    let _ = missing.says("`aws.region`").says("`aws.accessKeyId`").says("`aws.secretAccessKey`").says("`aws.profile`");
    assert!(!nobody.home().join(".aws").exists());
}
