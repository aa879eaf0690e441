//! The lease of an environment: an object in its deployment bucket that one push or deletion at a time holds.
//!
//! It is taken and renewed by conditional writes, so two can never hold it. It runs out by itself when its holder dies, and
//! the project folder it was taken from takes it back at once: that folder's own lock says that nobody else works there.

mod memory;

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use aws_sdk_s3::{
    Client,
    primitives::{ByteStream, DateTime, DateTimeFormat},
};
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

use self::memory::{Handed, Memory, Remembered};
use crate::{
    error::Error,
    failure::{code, failed, is_refusal},
};

pub(crate) use self::memory::remove_if_empty;

/// Where the lease lies in the deployment bucket.
const KEY: &str = "amplify-lease.json";
/// How long it holds without being renewed. Clocks may differ by a minute or two.
const TERM: Duration = Duration::from_secs(180);
/// With less than this left, a lease that was handed over is taken anew before it is relied upon.
const MARGIN: Duration = Duration::from_secs(60);
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

/// A lease that is held. It is renewed until it is released, handed over or dropped.
pub(crate) struct Lease {
    client: Client,
    bucket: String,
    memory: Memory,
    held: Arc<Mutex<Held>>,
    lost: Arc<AtomicBool>,
    keeper: JoinHandle<()>,
}

/// The object as it was written last.
#[derive(Clone, Debug)]
struct Held {
    note: Note,
    tag: String,
}

impl Lease {
    /// Takes it, or fails at once and says who holds it. `data_dir` remembers it on this machine.
    pub async fn take(client: &Client, bucket: &str, owner: &str, data_dir: &str) -> Result<Self, Error> {
        let memory = Memory::in_folder(data_dir);
        let earlier = memory.read();
        let now = SystemTime::now();
        let id = format!("{:032x}", rand::random::<u128>());
        let note = Note { id, owner: owner.to_owned(), since: time(now), expires: time(now + TERM) };
        // Until it is taken, a lease that this folder holds already is still to be known as its own.
        memory.write(&earlier.clone().unwrap_or_default().and(&note.id))?;
        // Another one may release or take it between the two calls; a few rounds settle that.
        for _ in 0..3 {
            match write(client, bucket, &note, None).await? {
                Written::Done(tag) => return Self::taken(client, bucket, Held { note, tag }, memory),
                Written::Refused => {}
            }
            let Some((found, tag)) = read(client, bucket).await? else { continue };
            match found {
                // The answer to the write was lost, and the client wrote again.
                Some(found) if found.id == note.id => {
                    return Self::taken(client, bucket, Held { note, tag }, memory);
                }
                Some(found) if !earlier.as_ref().is_some_and(|own| own.knows(&found.id)) && found.is_valid(now) => {
                    memory.restore(earlier.as_ref());
                    return Err(Error::Busy { owner: found.owner, since: found.since, expires: found.expires });
                }
                _ => {}
            }
            if let Written::Done(tag) = write(client, bucket, &note, Some(&tag)).await? {
                return Self::taken(client, bucket, Held { note, tag }, memory);
            }
        }
        memory.restore(earlier.as_ref());
        let somebody = "somebody else".to_owned();
        Err(Error::Busy { owner: somebody, since: note.since, expires: note.expires })
    }

    /// Goes on with the lease that an earlier request handed over; takes it anew if there is none, or little is left of it.
    pub async fn resume(client: &Client, bucket: &str, owner: &str, data_dir: &str) -> Result<Self, Error> {
        let memory = Memory::in_folder(data_dir);
        match memory.read().and_then(|remembered| remembered.held) {
            Some(Handed { id, owner, since, expires, tag, bucket: of })
                if of == bucket && is_after(&expires, SystemTime::now() + MARGIN) =>
            {
                let note = Note { id, owner, since, expires };
                Ok(Self::held(client, bucket, Held { note, tag }, memory))
            }
            _ => Self::take(client, bucket, owner, data_dir).await,
        }
    }

    fn taken(client: &Client, bucket: &str, held: Held, memory: Memory) -> Result<Self, Error> {
        memory.write(&Remembered::default().and(&held.note.id))?;
        Ok(Self::held(client, bucket, held, memory))
    }

    fn held(client: &Client, bucket: &str, held: Held, memory: Memory) -> Self {
        let (held, lost) = (Arc::new(Mutex::new(held)), Arc::new(AtomicBool::new(false)));
        let keeper = tokio::spawn(keep(client.clone(), bucket.to_owned(), held.clone(), lost.clone()));
        Self { client: client.clone(), bucket: bucket.to_owned(), memory, held, lost, keeper }
    }

    /// Keeps it for a later request, which [`Lease::resume`]s it. Nobody renews it until then.
    pub async fn hand_over(self) {
        self.keeper.abort();
        let Held { note, tag } = current(&self.held);
        let mut remembered = Remembered::default().and(&note.id);
        remembered.held = Some(Handed {
            id: note.id,
            owner: note.owner,
            since: note.since,
            expires: note.expires,
            tag,
            bucket: self.bucket.clone(),
        });
        if self.memory.write(&remembered).is_err() {
            self.release().await;
        }
    }

    /// Fails if somebody else took it over because it was not renewed in time.
    pub fn check(&self) -> Result<(), Error> {
        if self.lost.load(Ordering::Relaxed) { Err(Error::LeaseLost) } else { Ok(()) }
    }

    /// Fails if somebody else took it over while nothing here could run, not even its renewal.
    pub async fn confirm(&self) -> Result<(), Error> {
        let id = current(&self.held).note.id;
        match read(&self.client, &self.bucket).await? {
            Some((Some(note), _)) if note.id == id => Ok(()),
            _ => Err(Error::LeaseLost),
        }
    }

    /// Who holds it now; nobody, if its bucket is gone.
    pub async fn holder(client: &Client, bucket: &str, data_dir: &str) -> Result<Option<Holder>, Error> {
        let found = match read(client, bucket).await {
            Ok(found) => found.and_then(|(note, _)| note),
            Err(Error::Service { code, .. }) if code == "NoSuchBucket" => None,
            Err(error) => return Err(error),
        };
        let own = Memory::in_folder(data_dir).read();
        Ok(found.filter(|note| note.is_valid(SystemTime::now())).map(|note| Holder {
            own: own.is_some_and(|own| own.knows(&note.id)),
            owner: note.owner,
            since: note.since,
            expires: note.expires,
        }))
    }

    /// Ends the lease of somebody who is said to work no more.
    pub async fn seize(client: &Client, bucket: &str) -> Result<(), Error> {
        let Some((_, tag)) = read(client, bucket).await? else { return Ok(()) };
        remove(client, bucket, tag).await
    }

    /// Gives it back. If that fails it runs out by itself.
    pub async fn release(self) {
        self.keeper.abort();
        let held = self.check().is_ok();
        if held && remove(&self.client, &self.bucket, current(&self.held).tag).await.is_err() {
            return;
        }
        self.memory.restore(None);
    }
}

/// Deletes the object, if it is still the one with this tag.
async fn remove(client: &Client, bucket: &str, tag: String) -> Result<(), Error> {
    let delete = || client.delete_object().bucket(bucket).key(KEY);
    let deleted = match delete().if_match(tag).send().await {
        // Not every partition deletes on a condition.
        Err(error) if code(&error) == Some("NotImplemented") => delete().send().await,
        // It is somebody else's by now, or went with its bucket.
        Err(error) if is_refusal(&error) || code(&error) == Some("NoSuchBucket") => return Ok(()),
        other => other,
    };
    deleted.map(drop).map_err(failed("DeleteObject"))
}

/// Who holds a lease.
#[derive(Clone, Debug)]
pub(crate) struct Holder {
    owner: String,
    since: String,
    expires: String,
    /// It was taken from this folder, which takes it back by itself.
    pub own: bool,
}

impl Holder {
    /// One line about it.
    pub fn line(&self) -> String {
        format!("`{}` since {}, until {} unless renewed", self.owner, self.since, self.expires)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

impl Note {
    fn is_valid(&self, now: SystemTime) -> bool {
        is_after(&self.expires, now)
    }
}

/// Whether a time lies after another one. An unreadable one does not.
fn is_after(text: &str, time: SystemTime) -> bool {
    DateTime::from_str(text, DateTimeFormat::DateTime).is_ok_and(|expires| expires > DateTime::from(time))
}

fn current(held: &Mutex<Held>) -> Held {
    held.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

async fn keep(client: Client, bucket: String, held: Arc<Mutex<Held>>, lost: Arc<AtomicBool>) {
    loop {
        tokio::time::sleep(RENEWAL).await;
        let Held { mut note, tag } = current(&held);
        note.expires = time(SystemTime::now() + TERM);
        let tag = match write(&client, &bucket, &note, Some(&tag)).await {
            Ok(Written::Done(tag)) => tag,
            Ok(Written::Refused) => match read(&client, &bucket).await {
                // The answer to the write was lost, and the client wrote again.
                Ok(Some((Some(found), tag))) if found.id == note.id => tag,
                Err(_) => continue,
                _ => {
                    lost.store(true, Ordering::Relaxed);
                    return;
                }
            },
            // The network may be back at the next renewal; until then the term runs.
            Err(_) => continue,
        };
        *held.lock().unwrap_or_else(PoisonError::into_inner) = Held { note, tag };
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
}
