//! Data that a push is about to lose is copied first, where somebody has copies.

use amplify_tests::{Account, Fault, FaultProxy, Refusal, Sandbox};
use serde_json::{Value, json};

const TABLE: [&str; 4] = [
    "storage.service=DynamoDB",
    "storage.resourceName=notes",
    "storage.columns[0].name=id",
    "storage.columns[0].type=string",
];

fn add_table(account: &Account) {
    let answers = TABLE.into_iter().flat_map(|answer| ["--answer", answer]);
    let _ = account.amplify(["add", "storage", "--yes"].into_iter().chain(answers)).success();
}

/// A deployed table with an item, beside users.
fn deployed() -> Option<Account> {
    let account = Account::new()?;
    let _ = account.amplify(["init", "--yes", "--provider", "awscloudformation"]).success();
    add_table(&account);
    let _ = account.amplify(["add", "auth", "--yes"]).success();
    let _ = account.amplify(["push", "--yes"]).success();
    put(&account);
    Some(account)
}

fn put(account: &Account) {
    let put =
        "import boto3; boto3.client('dynamodb').put_item(TableName='notes-dev', Item={'id': {'S': 'one'}}); print(1)";
    assert_eq!(account.python(put, &[]), 1);
}

/// Names of the tables that the account's backups are of.
fn backups(account: &Account) -> Value {
    account.python(
        "import boto3, json\n\
         found = boto3.client('dynamodb').list_backups()['BackupSummaries']\n\
         print(json.dumps([backup['TableName'] for backup in found]))",
        &[],
    )
}

/// What a table holds that is made from a backup.
fn restored(account: &Account, backup: &str) -> Value {
    let script = format!(
        "import boto3, json\n\
         dynamodb = boto3.client('dynamodb')\n\
         dynamodb.restore_table_from_backup(TargetTableName='again', BackupArn='{backup}')\n\
         print(json.dumps(dynamodb.scan(TableName='again')['Items']))",
    );
    account.python(&script, &[])
}

#[test]
fn a_table_that_goes_is_backed_up_and_can_be_had_again() {
    let Some(account) = deployed() else { return };
    let config = account.sandbox.read_json("amplify/backend/backend-config.json");
    let users = config["auth"].as_object().unwrap().keys().next().unwrap().as_str();
    let _ = account.amplify(["remove", "storage", "notes", "--yes"]).success();
    let _ = account.amplify(["remove", "auth", users, "--yes"]).success();
    let push = ["push", "--allow-delete", "notes", "--allow-delete", users];
    // Nobody is there to ask, and nobody has said: nothing is copied, and nothing deployed.
    let _ = account.amplify(push).ended_with(2).says("`push.backup`").says("`push.confirm`");
    assert_eq!(backups(&account), json!([]));
    let no = push.into_iter().chain(["--answer", "push.backup=true", "--answer", "push.confirm=false"]);
    let _ = account.amplify(no).success().says("Nothing was deployed.");
    assert_eq!(backups(&account), json!([]));

    let pushed = account.amplify(push.into_iter().chain(["--yes", "--json"])).success();
    let events = pushed.json_lines();
    let backup = events.iter().find(|event| event["event"] == "backup").expect("a backup is an event");
    assert_eq!((&backup["path"], &backup["resource"]), (&json!("storagenotes/DynamoDBTable"), &json!("notes-dev")));
    let name = backup["name"].as_str().unwrap();
    assert_eq!(
        backup["restore"],
        format!(
            "aws dynamodb restore-table-from-backup --region eu-west-1 --target-table-name notes-dev-restored --backup-arn {name}"
        )
    );
    // No call copies users: they are named.
    let _ = pushed.says(&format!("there is no backup of `auth{users}/UserPool` (AWS::Cognito::UserPool "));
    assert_eq!(account.list()["tables"], json!([]));
    assert_eq!(
        (backups(&account), restored(&account, name)),
        (json!(["notes-dev"]), json!([{ "id": { "S": "one" } }]))
    );
}

#[test]
fn a_table_that_is_replaced_is_backed_up_unless_that_is_declined_and_no_backup_is_no_push() {
    let Some(mut account) = deployed() else { return };
    let proxy = FaultProxy::start(&account.cloud);
    let template = "amplify/backend/storage/notes/notes-cloudformation-template.json";
    let change_key = |account: &Account, key: &str| {
        let mut document = account.sandbox.read_json(template);
        let properties = &mut document["Resources"]["DynamoDBTable"]["Properties"];
        properties["AttributeDefinitions"] = json!([{ "AttributeName": key, "AttributeType": "S" }]);
        properties["KeySchema"] = json!([{ "AttributeName": key, "KeyType": "HASH" }]);
        // A table with a name of its own cannot stand beside the one that it replaces.
        properties["TableName"] = json!(format!("notes-{key}-dev"));
        account.sandbox.write(template, format!("{document:#}"));
    };
    change_key(&account, "first");
    let push = ["push", "--yes", "--allow-replace", "notes"];
    account.through = Some(proxy.url());
    proxy.arm_named("dynamodb CreateBackup", Fault::Refused(Refusal::Denied, 1));
    let refused = account.amplify(push).ended_with(1).says("nothing was deployed").says("--no-backup");
    let calls = proxy.disarm();
    account.through = None;
    assert!(calls.iter().any(|call| call.operation == "CreateBackup"), "{refused}");
    assert!(
        !calls.iter().any(|call| ["CreateChangeSet", "UpdateStack"].contains(&call.operation.as_str())),
        "{refused}"
    );
    assert_eq!(account.list()["tables"], json!(["notes-dev"]));

    let _ = account.amplify(push).success().says("Backed up storagenotes/DynamoDBTable (notes-dev): arn:aws:dynamodb:");
    assert_eq!((&account.list()["tables"], backups(&account)), (&json!(["notes-first-dev"]), json!(["notes-dev"])));
    change_key(&account, "second");
    let _ = account.amplify(push.into_iter().chain(["--no-backup"])).success();
    assert_eq!((&account.list()["tables"], backups(&account)), (&json!(["notes-second-dev"]), json!(["notes-dev"])));
}

#[test]
fn this_machine_has_no_backups_and_asks_for_none() {
    let sandbox = Sandbox::initialised();
    let answers = TABLE.into_iter().flat_map(|answer| ["--answer", answer]);
    let _ = sandbox.amplify(["add", "storage", "--yes"].into_iter().chain(answers)).success();
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let _ = sandbox.amplify(["remove", "storage", "notes", "--yes"]).success();
    let _ = sandbox.amplify(["push", "--allow-delete", "notes", "--answer", "push.confirm=true"]).success();
}

#[test]
fn a_deletion_backs_up_what_goes_if_it_is_told_to() {
    let Some(mut account) = deployed() else { return };
    let _ = account.amplify(["env", "add", "--yes", "--env", "test"]).success();
    let proxy = FaultProxy::start(&account.cloud);
    account.through = Some(proxy.url());
    proxy.arm_named("dynamodb CreateBackup", Fault::Refused(Refusal::Denied, 1));
    let remove = ["env", "remove", "dev", "--yes", "--backup"];
    let _ = account.amplify(remove).ended_with(1).says("nothing was deleted");
    proxy.disarm();
    account.through = None;
    assert_eq!(account.list()["tables"], json!(["notes-dev"]));

    let removed = account.amplify(remove).success().says("--backup backs up the tables among it first");
    let removed = removed.says("(AWS::Cognito::UserPool ").says("Backed up storagenotes/DynamoDBTable (notes-dev): ");
    let name = removed.stderr.lines().find_map(|line| line.strip_prefix("Backed up ")?.split_once(": ")).unwrap().1;
    assert_eq!(account.list()["tables"], json!([]));
    assert_eq!(restored(&account, name), json!([{ "id": { "S": "one" } }]));
    let _ = account.amplify(["delete", "--yes", "--force"]).success();
    assert_eq!(backups(&account), json!(["notes-dev"]));
}

#[test]
fn backups_that_were_made_are_told_though_a_later_one_fails() {
    let Some(account) = deployed() else { return };
    let answers = TABLE.map(|answer| answer.replace("notes", "zones"));
    let answers = answers.iter().flat_map(|answer| ["--answer", answer.as_str()]);
    let _ = account.amplify(["add", "storage", "--yes"].into_iter().chain(answers)).success();
    let _ = account.amplify(["push", "--yes"]).success();
    let _ = account.amplify(["env", "add", "--yes", "--env", "test"]).success();
    // Somebody has deleted it in the account.
    let gone = "import boto3; boto3.client('dynamodb').delete_table(TableName='zones-dev'); print(1)";
    assert_eq!(account.python(gone, &[]), 1);
    let failed = account.amplify(["env", "remove", "dev", "--yes", "--backup"]).ended_with(1);
    let failed = failed.says("nothing was deleted").says("Backed up storagenotes/DynamoDBTable (notes-dev): ");
    let name = failed.stderr.lines().find_map(|line| line.strip_prefix("Backed up ")?.split_once(": ")).unwrap().1;
    assert_eq!(restored(&account, name), json!([{ "id": { "S": "one" } }]));
}

#[test]
fn what_makes_no_backups_says_so_before_it_deletes() {
    let sandbox = Sandbox::initialised();
    let _ = sandbox.amplify(["delete", "--yes", "--force", "--backup"]).ended_with(1).says("code: no-backups");
    assert!(sandbox.exists("amplify"));
}

#[test]
fn the_table_of_a_model_that_is_renamed_is_backed_up() {
    let Some(account) = Account::new() else { return };
    let sandbox = &account.sandbox;
    let _ = account.amplify(["init", "--yes", "--provider", "awscloudformation"]).success();
    sandbox.write("mine.graphql", "type Note @model { id: ID! text: String }\n");
    let api = json!({ "api": { "service": "AppSync", "name": "blog", "schema": { "file": "mine.graphql" } } });
    sandbox.write("api.json", api.to_string());
    let _ = account.amplify(["add", "api", "--yes", "--answers", "api.json"]).success();
    let _ = account.amplify(["push", "--yes"]).success();
    let table = account.list()["tables"][0].as_str().unwrap().to_owned();
    assert!(table.starts_with("Note-"), "{table}");

    sandbox.write("amplify/backend/api/blog/schema.graphql", "type Memo @model { id: ID! text: String }\n");
    let _ = account.amplify(["push", "--yes"]).ended_with(1).says("--allow-delete NoteTable");
    let pushed = account.amplify(["push", "--yes", "--allow-delete", "NoteTable"]).success();
    let _ = pushed.says(&format!("Backed up apiblog/Note/NoteTable ({table}): "));
    assert_eq!(backups(&account), json!([table]));
}
