//! The lease of an environment: an object in its deployment bucket that one push or deletion at a time holds.
//!
//! It is taken and renewed by conditional writes, so two can never hold it. It runs out by itself when its holder dies, and
//! the project folder it was taken from takes it back at once: that folder's own lock says that nobody else works there.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use aws_sdk_s3::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    primitives::{ByteStream, DateTime, DateTimeFormat},
};
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

use crate::{
    error::Error,
    failure::{code, failed},
};

/// Where the lease lies in the deployment bucket.
const KEY: &str = "amplify-lease.json";
/// How long it holds without being renewed. Clocks may differ by a minute or two.
const TERM: Duration = Duration::from_secs(180);
/// How often it is renewed.
const RENEWAL: Duration = Duration::from_secs(30);

/// What the object says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Note {
    id: String,
    owner: String,
    since: String,
    expires: String,
}

/// A lease that is held. It is renewed until it is released or dropped.
pub(crate) struct Lease {
    client: Client,
    bucket: String,
    memory: Memory,
    lost: Arc<AtomicBool>,
    keeper: JoinHandle<()>,
}

impl Lease {
    /// Takes it, or fails at once and says who holds it. `data_dir` remembers it on this machine.
    pub async fn take(client: &Client, bucket: &str, owner: &str, data_dir: &str) -> Result<Self, Error> {
        let memory = Memory { folder: data_dir.into() };
        let earlier = memory.read();
        let now = SystemTime::now();
        let id = format!("{:032x}", rand::random::<u128>());
        let note = Note { id, owner: owner.to_owned(), since: time(now), expires: time(now + TERM) };
        memory.write(&note.id)?;
        // Another one may release or take it between the two calls; a few rounds settle that.
        for _ in 0..3 {
            match write(client, bucket, &note, None).await? {
                Written::Done(tag) => return Ok(Self::held(client, bucket, note, tag, memory)),
                Written::Refused => {}
            }
            let Some((found, tag)) = read(client, bucket).await? else { continue };
            match found {
                Some(found) if earlier.as_ref() != Some(&found.id) && found.is_valid(now) => {
                    memory.restore(earlier.as_deref());
                    return Err(Error::Busy { owner: found.owner, since: found.since, expires: found.expires });
                }
                _ => {}
            }
            if let Written::Done(tag) = write(client, bucket, &note, Some(&tag)).await? {
                return Ok(Self::held(client, bucket, note, tag, memory));
            }
        }
        memory.restore(earlier.as_deref());
        let somebody = "somebody else".to_owned();
        Err(Error::Busy { owner: somebody, since: note.since, expires: note.expires })
    }

    fn held(client: &Client, bucket: &str, note: Note, tag: String, memory: Memory) -> Self {
        let lost = Arc::new(AtomicBool::new(false));
        let keeper = tokio::spawn(keep(client.clone(), bucket.to_owned(), note, tag, lost.clone()));
        Self { client: client.clone(), bucket: bucket.to_owned(), memory, lost, keeper }
    }

    /// Fails if somebody else took it over because it was not renewed in time.
    pub fn check(&self) -> Result<(), Error> {
        if self.lost.load(Ordering::Relaxed) { Err(Error::LeaseLost) } else { Ok(()) }
    }

    /// Gives it back. If that fails it runs out by itself.
    pub async fn release(self) {
        self.keeper.abort();
        if self.check().is_ok() {
            let deleted = self.client.delete_object().bucket(&self.bucket).key(KEY).send().await;
            if deleted.is_err() {
                return;
            }
        }
        self.memory.restore(None);
    }

    /// Forgets it, because its bucket goes with it.
    pub fn forget(&self) {
        self.keeper.abort();
        self.memory.restore(None);
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

impl Note {
    fn is_valid(&self, now: SystemTime) -> bool {
        DateTime::from_str(&self.expires, DateTimeFormat::DateTime).is_ok_and(|expires| expires > DateTime::from(now))
    }
}

async fn keep(client: Client, bucket: String, mut note: Note, mut tag: String, lost: Arc<AtomicBool>) {
    loop {
        tokio::time::sleep(RENEWAL).await;
        note.expires = time(SystemTime::now() + TERM);
        match write(&client, &bucket, &note, Some(&tag)).await {
            Ok(Written::Done(new)) => tag = new,
            Ok(Written::Refused) => {
                lost.store(true, Ordering::Relaxed);
                return;
            }
            // The network may be back at the next renewal; until then the term runs.
            Err(_) => {}
        }
    }
}

enum Written {
    Done(String),
    Refused,
}

/// Writes it if there is none, or if it is still the one with this tag.
async fn write(client: &Client, bucket: &str, note: &Note, tag: Option<&str>) -> Result<Written, Error> {
    let body = serde_json::to_vec_pretty(note).map_err(|error| Error::File(error.into()))?;
    let put = client.put_object().bucket(bucket).key(KEY).content_type("application/json").body(ByteStream::from(body));
    let put = match tag {
        Some(tag) => put.if_match(tag),
        None => put.if_none_match("*"),
    };
    match put.send().await {
        Ok(reply) => Ok(Written::Done(reply.e_tag().unwrap_or_default().to_owned())),
        Err(error) if is_refusal(&error) => Ok(Written::Refused),
        Err(error) => Err(failed("PutObject")(error)),
    }
}

/// Another one wrote first: the condition does not hold, or the object it named is gone.
fn is_refusal<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    matches!(code(error), Some("PreconditionFailed" | "ConditionalRequestConflict" | "NoSuchKey"))
}

/// What lies there, with its tag. Something unreadable is nobody's lease.
async fn read(client: &Client, bucket: &str) -> Result<Option<(Option<Note>, String)>, Error> {
    let reply = match client.get_object().bucket(bucket).key(KEY).send().await {
        Ok(reply) => reply,
        Err(error) if code(&error) == Some("NoSuchKey") => return Ok(None),
        Err(error) => return Err(failed("GetObject")(error)),
    };
    let tag = reply.e_tag().unwrap_or_default().to_owned();
    let body = reply.body.collect().await.map_err(|error| Error::File(std::io::Error::other(error)))?;
    Ok(Some((serde_json::from_slice(&body.into_bytes()).ok(), tag)))
}

fn time(time: SystemTime) -> String {
    let seconds = DateTime::from_secs(DateTime::from(time).secs());
    seconds.fmt(DateTimeFormat::DateTime).unwrap_or_default()
}

/// The lease that this project folder took last, in the provider's folder of the environment.
struct Memory {
    folder: PathBuf,
}

impl Memory {
    fn file(&self) -> PathBuf {
        self.folder.join("lease.json")
    }

    fn read(&self) -> Option<String> {
        serde_json::from_slice(&fs_err::read(self.file()).ok()?).ok()
    }

    fn write(&self, id: &str) -> Result<(), Error> {
        fs_err::create_dir_all(&self.folder)?;
        Ok(fs_err::write(self.file(), format!("\"{id}\"\n"))?)
    }

    /// Puts back what was remembered before; nothing leaves no file, and no folder that holds nothing else.
    fn restore(&self, earlier: Option<&str>) {
        if earlier.is_some_and(|id| self.write(id).is_ok()) {
            return;
        }
        // A file too many does no harm: it names a lease that no bucket holds.
        let _ = fs_err::remove_file(self.file());
        remove_if_empty(&self.folder);
    }
}

/// Removes a folder of the provider, and the one above it, where they are empty.
pub(crate) fn remove_if_empty(folder: &Path) {
    if fs_err::remove_dir(folder).is_ok()
        && let Some(above) = folder.parent()
    {
        let _ = fs_err::remove_dir(above);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(expires: &str) -> Note {
        let text = String::new;
        Note { id: text(), owner: text(), since: text(), expires: expires.into() }
    }

    #[test]
    fn a_lease_runs_out() {
        let now = SystemTime::now();
        assert!(note(&time(now + TERM)).is_valid(now));
        assert!(!note(&time(now - RENEWAL)).is_valid(now));
        assert!(!note("soon").is_valid(now), "an unreadable term is no term");
    }

    #[test]
    fn the_folder_remembers_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory { folder: folder.path().join("mock-data/dev") };
        assert_eq!(memory.read(), None);
        memory.write("a").unwrap();
        assert_eq!(memory.read().as_deref(), Some("a"));
        memory.restore(Some("b"));
        assert_eq!(memory.read().as_deref(), Some("b"));
        memory.restore(None);
        assert!(!folder.path().join("mock-data").exists());
    }
}
