//! Puts the record of a deployment into the deployment bucket, so that others can fetch it.

use amplify_sdk::{
    environment::{PublishReply, PublishRequest},
    provider::Upload as File,
};
use aws_sdk_s3::Client;

use crate::{
    attempt::Attempt,
    error::Error,
    failure::{failed, is_refusal},
    lease::Lease,
    place::Place,
    published::{self, Own, PUSHED_BY},
    uploads::{self, Content, Measured, Upload},
};

pub(crate) async fn run(request: &PublishRequest) -> Result<PublishReply, Error> {
    let place = Place::from(&request.target);
    let bucket = place.bucket()?;
    Attempt::forget(place.data_dir);
    let (session, identity) = place.open().await?;
    let Some((first, rest)) = request.files.split_first() else { return Ok(PublishReply::default()) };
    let lease = Lease::resume(&session.s3, bucket, &identity.arn, place.data_dir).await?;
    let work = async {
        let record = Record { client: &session.s3, bucket, by: &identity.arn, data_dir: place.data_dir };
        let revision = record.write(first, &request.based_on).await?;
        lease.check()?;
        uploads::replace(&session.s3, bucket, rest.iter().map(upload).collect()).await?;
        Ok(PublishReply { revision })
    };
    let published = work.await;
    lease.release().await;
    published
}

fn upload(file: &File) -> Upload {
    Upload { key: file.key.clone(), content: Content::File(file.path.clone().into()) }
}

/// Where the record goes.
struct Record<'r> {
    client: &'r Client,
    bucket: &'r str,
    by: &'r str,
    data_dir: &'r str,
}

impl Record<'_> {
    /// Writes the file that names the record, if the one it replaces is that which the deployment was based on.
    async fn write(&self, file: &File, based_on: &str) -> Result<String, Error> {
        let measured = uploads::measure(upload(file))?;
        let sha256 = measured.sha256();
        let mut own = Own::read(self.data_dir);
        let before = own.clone();
        own.about_to_write(self.data_dir, &sha256)?;
        let revision = match self.put(&measured, based_on).await? {
            Some(revision) => revision,
            None => {
                let found = published::find(self.client, self.bucket, &file.key).await?;
                match found {
                    // The answer was lost, and the client wrote again; or an earlier try got as far as this.
                    Some(found) if found.sha256 == sha256 => found.revision,
                    found => {
                        published::check(found.as_ref(), based_on, &before)?;
                        let now = found.map(|found| found.revision).unwrap_or_default();
                        self.put(&measured, &now).await?.ok_or(Error::LeaseLost)?
                    }
                }
            }
        };
        own.written(self.data_dir, &sha256)?;
        Ok(revision)
    }

    /// Writes it if the bucket holds the one with this revision; no revision means that it must hold none.
    async fn put(&self, measured: &Measured, revision: &str) -> Result<Option<String>, Error> {
        let put = uploads::request(self.client, self.bucket, measured).await?.metadata(PUSHED_BY, self.by);
        let put = if revision.is_empty() { put.if_none_match("*") } else { put.if_match(format!("\"{revision}\"")) };
        match put.send().await {
            Ok(reply) => Ok(Some(published::revision(reply.e_tag()))),
            Err(error) if is_refusal(&error) => Ok(None),
            Err(error) => Err(failed("PutObject")(error)),
        }
    }
}
