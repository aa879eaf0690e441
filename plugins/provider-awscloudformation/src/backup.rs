//! Backups of tables, before a deployment or a deletion loses what they hold. DynamoDB keeps them when the table goes.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use amplify_sdk::{
    environment::{BackUpReply, BackUpRequest, Backup, NoBackup},
    prelude::*,
};
use aws_sdk_dynamodb::{Client, types::BackupStatus};

use crate::{
    error::Error,
    failure::failed,
    inventory::{self, Owned},
    marks,
    place::Place,
    stack::{self, BUCKET, Verdict},
};

const TABLE: &str = "AWS::DynamoDB::Table";

/// How often it is asked whether a backup is there.
const PAUSE: Duration = Duration::from_secs(1);
/// How long that may take. DynamoDB says that it takes seconds, whatever the size of the table.
const LONGEST: u64 = 300;
/// What a name may have beside what makes it differ from all others.
const NAMED: usize = 200;

pub(crate) async fn run(context: &mut Context<'_>, request: &BackUpRequest) -> Result<BackUpReply, Error> {
    let place = Place::from(&request.target);
    let Ok(id) = place.stack() else { return Ok(BackUpReply::default()) };
    let (session, _) = place.open().await?;
    let mut reply = BackUpReply::default();
    let found = stack::find(&session.cloudformation, id).await?;
    let Some(stack) = found.filter(|stack| Verdict::of(&stack.status) != Verdict::Gone) else { return Ok(reply) };
    marks::check(&stack, place.environment)?;
    let lost = |owned: &Owned| match request.paths.as_slice() {
        [] => owned.is_filled() && !owned.stays(),
        paths => paths.contains(&owned.path),
    };
    for owned in inventory::owned(&session.cloudformation, &stack).await?.into_iter().filter(lost) {
        if owned.resource_type != TABLE {
            reply.without.push(without(owned));
            continue;
        }
        let name = match request.make {
            true => make(context, &session.dynamodb, &owned.physical_id).await?,
            false => String::new(),
        };
        reply.backups.push(backup(owned, name, &session.region));
    }
    Ok(reply)
}

fn backup(Owned { path, physical_id, .. }: Owned, name: String, region: &str) -> Backup {
    let restore = match name.as_str() {
        "" => String::new(),
        name => format!(
            "aws dynamodb restore-table-from-backup --region {region} --target-table-name {physical_id}-restored \
             --backup-arn {name}"
        ),
    };
    Backup { path, resource: physical_id, name, restore }
}

/// What is said of something that no call copies.
fn without(Owned { path, resource_type, physical_id, .. }: Owned) -> NoBackup {
    let instead = match resource_type.as_str() {
        BUCKET => format!("aws s3 sync s3://{physical_id} <folder>"),
        _ => String::new(),
    };
    NoBackup { path, resource_type, resource: physical_id, instead }
}

/// Makes one, waits until it is there, and returns its ARN.
async fn make(context: &mut Context<'_>, client: &Client, table: &str) -> Result<String, Error> {
    context.step(format!("Backing up the table {table}"));
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let create = client.create_backup().table_name(table).backup_name(name(table, seconds));
    let reply = create.send().await.map_err(failed("CreateBackup"))?;
    let mut details = reply.backup_details;
    for _ in 0..LONGEST {
        match details {
            Some(details) if *details.backup_status() == BackupStatus::Available => return Ok(details.backup_arn),
            Some(made) if *made.backup_status() == BackupStatus::Creating => {
                context.check_cancelled().map_err(|_| Error::Cancelled {
                    outcome: format!(
                        "nothing was deployed or deleted; DynamoDB finishes the backup {} of {table}",
                        made.backup_arn
                    ),
                })?;
                tokio::time::sleep(PAUSE).await;
                let describe = client.describe_backup().backup_arn(&made.backup_arn);
                let reply = describe.send().await.map_err(failed("DescribeBackup"))?;
                details = reply.backup_description.and_then(|description| description.backup_details);
            }
            _ => break,
        }
    }
    Err(Error::NoBackup { table: table.to_owned() })
}

/// A backup's name: the table's, who made it, and when.
fn name(table: &str, seconds: u64) -> String {
    let table = table.get(..NAMED).unwrap_or(table);
    format!("{table}-before-loss-{seconds}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_dynamodb_takes() {
        assert_eq!(name("notes-dev", 1_700_000_000), "notes-dev-before-loss-1700000000");
        // A table's name has up to 255 letters, and so has a backup's.
        assert!(name(&"t".repeat(255), u64::MAX).len() <= 255);
    }

    #[test]
    fn what_no_call_copies_is_told_with_what_does() {
        let owned = |resource_type: &str| Owned {
            path: "storagephotos/S3Bucket".into(),
            resource_type: resource_type.into(),
            physical_id: "photos-dev".into(),
            retained: false,
            special: false,
            protected: false,
        };
        assert_eq!(without(owned(BUCKET)).instead, "aws s3 sync s3://photos-dev <folder>");
        assert_eq!(without(owned("AWS::Cognito::UserPool")).instead, "");
        let made = backup(owned(TABLE), "arn:1".into(), "eu-west-1");
        assert!(made.restore.ends_with("--target-table-name photos-dev-restored --backup-arn arn:1"), "{made:?}");
    }
}
