//! Sends files to the deployment bucket, each only if the bucket does not hold it already.

use std::{collections::BTreeMap, io::Read, path::PathBuf, sync::Arc};

use aws_sdk_s3::{Client, operation::put_object::builders::PutObjectFluentBuilder, primitives::ByteStream};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use md5::Md5;
use sha2::{Digest as _, Sha256};
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{error::Error, failure::failed};

/// Files sent at one time.
const AT_ONCE: usize = 8;
/// Metadata under which an object says its content, for buckets whose entity tags do not.
pub(crate) const SHA256: &str = "sha256";

/// What is to be in the bucket.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    pub key: String,
    pub content: Content,
}

/// Where the bytes are.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    File(PathBuf),
    Bytes(Vec<u8>),
}

/// How often the bucket needed a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    pub sent: usize,
    pub skipped: usize,
}

/// An upload whose content is known.
pub(crate) struct Measured {
    upload: Upload,
    size: i64,
    md5: String,
    sha256: [u8; 32],
}

impl Measured {
    /// SHA-256 of the content, in hexadecimal digits.
    pub fn sha256(&self) -> String {
        hex::encode(self.sha256)
    }
}

/// What the bucket says of an object.
struct Held {
    size: i64,
    tag: String,
}

/// One hash over keys and contents, the same for the same deployment.
pub(crate) fn digest(uploads: &[Upload]) -> Result<String, Error> {
    let mut whole = Sha256::new();
    for upload in uploads {
        let measured = measure(upload.clone())?;
        whole.update(upload.key.as_bytes());
        whole.update([0]);
        whole.update(measured.sha256);
    }
    Ok(hex::encode(whole.finalize()))
}

/// Brings everything into the bucket.
pub(crate) async fn send(client: &Client, bucket: &str, uploads: Vec<Upload>) -> Result<Sent, Error> {
    let measured: Vec<Measured> = uploads.into_iter().map(measure).collect::<Result<_, _>>()?;
    let held = Arc::new(held(client, bucket, &measured).await?);
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    for measured in measured {
        let (client, bucket, held, permits) = (client.clone(), bucket.to_owned(), held.clone(), permits.clone());
        tasks.spawn(async move {
            let _permit = permits.acquire_owned().await;
            if is_held(&client, &bucket, &measured, held.get(&measured.upload.key)).await? {
                return Ok(false);
            }
            put(&client, &bucket, measured).await.map(|()| true)
        });
    }
    let mut sent = Sent::default();
    while let Some(done) = tasks.join_next().await {
        // The first failure ends the others: the set is dropped.
        match done.unwrap_or_else(|error| Err(Error::File(std::io::Error::other(error))))? {
            true => sent.sent += 1,
            false => sent.skipped += 1,
        }
    }
    Ok(sent)
}

/// Reads it once.
pub(crate) fn measure(upload: Upload) -> Result<Measured, Error> {
    let (mut md5, mut sha256, mut size) = (Md5::default(), Sha256::new(), 0);
    let mut feed = |bytes: &[u8]| {
        md5::Digest::update(&mut md5, bytes);
        sha256.update(bytes);
        size += bytes.len();
    };
    match &upload.content {
        Content::Bytes(bytes) => feed(bytes),
        Content::File(path) => {
            let mut file = fs_err::File::open(path)?;
            let mut buffer = vec![0; 1 << 16];
            loop {
                match file.read(&mut buffer)? {
                    0 => break,
                    read => feed(&buffer[..read]),
                }
            }
        }
    }
    Ok(Measured {
        upload,
        size: i64::try_from(size).unwrap_or(i64::MAX),
        md5: hex::encode(md5::Digest::finalize(md5)),
        sha256: sha256.finalize().into(),
    })
}

/// Lists the part of the bucket that holds the keys: one call for a thousand objects, instead of one for each upload.
async fn held(client: &Client, bucket: &str, wanted: &[Measured]) -> Result<BTreeMap<String, Held>, Error> {
    let mut held = BTreeMap::new();
    let keys = || wanted.iter().map(|measured| measured.upload.key.as_str());
    let (Some(first), Some(last)) = (keys().min(), keys().max()) else { return Ok(held) };
    // Listing begins after a key, so one that sorts just before the first is given.
    let before = &first[..first.len() - first.chars().last().map_or(0, char::len_utf8)];
    let listing = client.list_objects_v2().bucket(bucket);
    let listing = if before.is_empty() { listing } else { listing.start_after(before) };
    let mut pages = listing.into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(failed("ListObjectsV2"))?;
        let mut past = false;
        for object in page.contents() {
            let (Some(key), Some(size)) = (object.key(), object.size()) else { continue };
            past |= key > last;
            let tag = object.e_tag().unwrap_or_default().trim_matches('"').to_owned();
            held.insert(key.to_owned(), Held { size, tag });
        }
        if past {
            break;
        }
    }
    Ok(held)
}

/// Whether the object has this content. Its tag is the MD5 of the content, unless the bucket encrypts with a key of its own.
async fn is_held(client: &Client, bucket: &str, wanted: &Measured, held: Option<&Held>) -> Result<bool, Error> {
    let Some(held) = held.filter(|held| held.size == wanted.size) else { return Ok(false) };
    if held.tag == wanted.md5 {
        return Ok(true);
    }
    let head = client.head_object().bucket(bucket).key(&wanted.upload.key).send().await;
    let head = match head {
        Ok(head) => head,
        // A refusal of this call comes without a reason. Sending the file is refused with one, if at all.
        Err(error) if error.as_service_error().is_some() => return Ok(false),
        Err(error) => return Err(failed("HeadObject")(error)),
    };
    let recorded = head.metadata().and_then(|metadata| metadata.get(SHA256));
    Ok(recorded.is_some_and(|recorded| *recorded == wanted.sha256()))
}

/// Brings files into the bucket that change every time: what is there is not looked at.
pub(crate) async fn replace(client: &Client, bucket: &str, uploads: Vec<Upload>) -> Result<(), Error> {
    let mut tasks = JoinSet::new();
    for upload in uploads {
        let (client, bucket, measured) = (client.clone(), bucket.to_owned(), measure(upload)?);
        tasks.spawn(async move { put(&client, &bucket, measured).await });
    }
    tasks.join_all().await.into_iter().collect()
}

async fn put(client: &Client, bucket: &str, measured: Measured) -> Result<(), Error> {
    request(client, bucket, &measured).await?.send().await.map(drop).map_err(failed("PutObject"))
}

/// The call that sends a file.
pub(crate) async fn request(
    client: &Client,
    bucket: &str,
    measured: &Measured,
) -> Result<PutObjectFluentBuilder, Error> {
    let body = match &measured.upload.content {
        Content::Bytes(bytes) => ByteStream::from(bytes.clone()),
        Content::File(path) => {
            ByteStream::from_path(path).await.map_err(|error| Error::File(std::io::Error::other(error)))?
        }
    };
    let request = client.put_object().bucket(bucket).key(&measured.upload.key).body(body);
    // The bucket refuses what arrived damaged.
    let request = request.checksum_sha256(STANDARD.encode(measured.sha256));
    Ok(request.metadata(SHA256, measured.sha256()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(key: &str, content: &str) -> Upload {
        Upload { key: key.into(), content: Content::Bytes(content.into()) }
    }

    #[test]
    fn a_file_measures_like_its_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        fs_err::write(&path, "hello").unwrap();
        let file = measure(Upload { key: "k".into(), content: Content::File(path) }).unwrap();
        assert_eq!(file.md5, "5d41402abc4b2a76b9719d911017c592");
        assert_eq!((file.size, file.sha256), (5, measure(bytes("k", "hello")).unwrap().sha256));
    }

    #[test]
    fn the_digest_tells_keys_and_contents_apart() {
        let of = |uploads: &[Upload]| digest(uploads).unwrap();
        assert_eq!(of(&[bytes("a", "1")]), of(&[bytes("a", "1")]));
        assert_ne!(of(&[bytes("a", "1")]), of(&[bytes("a", "2")]));
        assert_ne!(of(&[bytes("a", "1")]), of(&[bytes("b", "1")]));
    }
}
