//! What the plugin says of itself.

use amplify_sdk::testing::check_manifest;

use crate::plugin;

#[test]
fn the_manifest_is_valid() {
    let manifest = check_manifest(&plugin());
    let commands: Vec<&str> = manifest.commands.iter().map(|command| command.name.as_str()).collect();
    assert_eq!(commands, ["add", "update"]);
    let services: Vec<&str> = manifest.services.iter().map(|service| service.name.as_str()).collect();
    assert_eq!(services, ["S3", "DynamoDB"]);
}
