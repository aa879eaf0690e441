//! Fetches the record of the last deployment from the deployment bucket.

use std::path::{Component, Path, PathBuf};

use amplify_sdk::{
    environment::{FetchReply, FetchRequest},
    provider::Upload as File,
};
use aws_sdk_s3::Client;
use tokio::{io::AsyncWriteExt, task::JoinSet};

use crate::{
    error::Error,
    failure::{code, failed},
    place::Place,
    published::{self, RECORD},
};

pub(crate) async fn run(request: &FetchRequest) -> Result<FetchReply, Error> {
    let place = Place::from(&request.target);
    let bucket = place.bucket()?;
    let (session, _) = place.open().await?;
    if request.into.is_empty() {
        let first = request.files.first().map_or(RECORD, |first| first.as_str());
        let found = published::find(&session.s3, bucket, first).await?;
        return Ok(FetchReply { revision: found.map(|found| found.revision).unwrap_or_default(), files: Vec::new() });
    }
    let mut asked = JoinSet::new();
    for (number, key) in request.files.iter().enumerate() {
        let path = inside(Path::new(&request.into), key)?;
        let (client, bucket, key) = (session.s3.clone(), bucket.to_owned(), key.clone());
        asked.spawn(async move {
            let revision = get(&client, &bucket, &key, &path).await?;
            Ok::<_, Error>(revision.map(|revision| (number, revision, key, path)))
        });
    }
    let mut found = Vec::new();
    for fetched in asked.join_all().await {
        found.extend(fetched?);
    }
    found.sort();
    let first = found.first().filter(|(number, ..)| *number == 0);
    let revision = first.map(|(_, revision, ..)| revision.clone()).unwrap_or_default();
    let files = found.into_iter().map(|(_, _, key, path)| File { key, path: path.to_string_lossy().into_owned() });
    Ok(FetchReply { revision, files: files.collect() })
}

/// Where a file goes. A name that leads out of the folder is refused.
fn inside(folder: &Path, key: &str) -> Result<PathBuf, Error> {
    let name = Path::new(key);
    if !key.is_empty() && name.components().all(|part| matches!(part, Component::Normal(_))) {
        Ok(folder.join(name))
    } else {
        Err(Error::File(std::io::Error::other(format!("`{key}` is no name of a file in a folder"))))
    }
}

/// Fetches one file and returns its revision; `None` if the bucket has no such file.
async fn get(client: &Client, bucket: &str, key: &str, path: &Path) -> Result<Option<String>, Error> {
    let mut reply = match client.get_object().bucket(bucket).key(key).send().await {
        Ok(reply) => reply,
        Err(error) if published::is_missing(code(&error)) => return Ok(None),
        Err(error) => return Err(failed("GetObject")(error)),
    };
    if let Some(folder) = path.parent() {
        fs_err::create_dir_all(folder)?;
    }
    let mut file = tokio::fs::File::from_std(fs_err::File::create(path)?.into_parts().0);
    while let Some(bytes) = reply.body.next().await {
        let bytes =
            bytes.map_err(|error| Error::Connection { operation: "GetObject", causes: vec![error.to_string()] })?;
        file.write_all(&bytes).await?;
    }
    file.flush().await?;
    Ok(Some(published::revision(reply.e_tag.as_deref())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_in_the_folder() {
        let folder = Path::new("/tmp/x");
        assert_eq!(inside(folder, "#current-cloud-backend.zip").unwrap(), folder.join("#current-cloud-backend.zip"));
        for name in ["", "../a", "/etc/passwd", "a/../../b"] {
            assert_eq!(inside(folder, name).unwrap_err().code(), "file", "{name}");
        }
    }
}
