//! What is remembered: documents by pool, kind and key, in one SQLite file that several processes may use.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior, params};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    failure::{Failure, Outcome},
    user::User,
};

const FILE: &str = "identities.db";
/// How long a change waits for another process's.
const PATIENCE: Duration = Duration::from_secs(10);

/// The store cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the users' store cannot be used")]
pub struct StoreError {
    #[source]
    source: rusqlite::Error,
}

impl From<rusqlite::Error> for StoreError {
    fn from(source: rusqlite::Error) -> Self {
        Self { source }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::internal(format!("the users' store cannot be used: {error}"))
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(format!("the users' store is damaged: {error}"))
    }
}

/// Users, groups, sign-ins and keys of all pools of an environment.
pub struct Store {
    folder: PathBuf,
    /// Opened when it is first needed.
    connection: Mutex<Option<Connection>>,
}

/// Kinds of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A pool itself: what it remembers of its own.
    Pool,
    /// By user name.
    User,
    /// An attribute that names a user: attribute and value to user name.
    Alias,
    /// A group made by a call; those of the template are in the directory.
    Group,
    /// A challenge that waits for its answer.
    Challenge,
    /// A sign-in, which its tokens live by.
    Login,
    /// The key that signs tokens.
    Key,
    /// A client's identity in an identity pool.
    Identity,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Pool => "pool",
            Kind::User => "user",
            Kind::Alias => "alias",
            Kind::Group => "group",
            Kind::Challenge => "challenge",
            Kind::Login => "login",
            Kind::Key => "key",
            Kind::Identity => "identity",
        }
    }
}

impl Store {
    /// The store in a folder. It is made when something is to be remembered.
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf(), connection: Mutex::default() }
    }

    /// Works with the connection, which is opened first if it is not yet.
    fn connected<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *connection {
            Some(connection) => work(connection),
            none => work(none.insert(open(&self.folder)?)),
        }
    }

    /// Whether there is a store in the folder.
    pub fn exists(folder: &Path) -> bool {
        folder.join(FILE).exists()
    }

    /// Whether a pool is known.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn knows(&self, pool: &str) -> Result<bool, StoreError> {
        const KNOWN: &str = "SELECT EXISTS (SELECT 1 FROM items WHERE pool = ?1)";
        self.connected(|connection| Ok(connection.query_row(KNOWN, [pool], |row| row.get(0))?))
    }

    /// Forgets a pool with everyone in it.
    ///
    /// # Errors
    /// The store cannot be changed.
    pub fn forget(&self, pool: &str) -> Result<(), StoreError> {
        self.connected(|connection| {
            connection.execute("DELETE FROM items WHERE pool = ?1", [pool])?;
            Ok(())
        })
    }

    /// Remembers a new pool.
    ///
    /// # Errors
    /// The store cannot be changed.
    pub fn begin(&self, pool: &str) -> Result<(), StoreError> {
        let made = serde_json::json!({ "made": crate::clock::seconds(std::time::SystemTime::now()) }).to_string();
        self.connected(|connection| {
            connection.execute(
                "INSERT OR IGNORE INTO items (pool, kind, key, document) VALUES (?1, ?2, '', ?3)",
                params![pool, Kind::Pool.name(), made],
            )?;
            Ok(())
        })
    }

    /// Takes everybody out of a group, which is no longer there.
    ///
    /// # Errors
    /// The store cannot be changed.
    pub fn dissolve(&self, pool: &str, group: &str) -> Result<(), Failure> {
        self.work(pool, |items| {
            for (name, mut user) in items.list::<User>(Kind::User, "", "")? {
                if user.groups.remove(group) {
                    items.put(Kind::User, &name, &user)?;
                }
            }
            Ok(())
        })
    }

    /// Works on a pool in one transaction, which is kept if the work succeeds.
    pub(crate) fn work<T>(&self, pool: &str, work: impl FnOnce(&Items<'_>) -> Outcome<T>) -> Outcome<T> {
        self.connected(|connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&Items { transaction: &transaction, pool })?;
            transaction.commit()?;
            Ok(done)
        })
    }
}

fn open(folder: &Path) -> Result<Connection, rusqlite::Error> {
    let begin = Instant::now();
    loop {
        match set_up(folder) {
            // SQLite itself does not wait where two processes set up the same file at once.
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && begin.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(10));
            }
            done => return done,
        }
    }
}

fn set_up(folder: &Path) -> Result<Connection, rusqlite::Error> {
    fs_err::create_dir_all(folder).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let connection = Connection::open(folder.join(FILE))?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // A change that was answered is on the disk.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS items (pool TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, \
         document TEXT NOT NULL, PRIMARY KEY (pool, kind, key)) WITHOUT ROWID",
    )?;
    Ok(connection)
}

/// The documents of one pool, within a transaction.
pub(crate) struct Items<'t> {
    transaction: &'t Transaction<'t>,
    pool: &'t str,
}

impl Items<'_> {
    pub(crate) fn get<T: DeserializeOwned>(&self, kind: Kind, key: &str) -> Outcome<Option<T>> {
        let text: Option<String> = self
            .transaction
            .query_row(
                "SELECT document FROM items WHERE pool = ?1 AND kind = ?2 AND key = ?3",
                params![self.pool, kind.name(), key],
                |row| row.get(0),
            )
            .optional()?;
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
    }

    pub(crate) fn put<T: Serialize>(&self, kind: Kind, key: &str, document: &T) -> Outcome<()> {
        let text = serde_json::to_string(document)?;
        self.transaction.execute(
            "INSERT OR REPLACE INTO items (pool, kind, key, document) VALUES (?1, ?2, ?3, ?4)",
            params![self.pool, kind.name(), key, text],
        )?;
        Ok(())
    }

    pub(crate) fn delete(&self, kind: Kind, key: &str) -> Outcome<()> {
        self.transaction.execute(
            "DELETE FROM items WHERE pool = ?1 AND kind = ?2 AND key = ?3",
            params![self.pool, kind.name(), key],
        )?;
        Ok(())
    }

    /// Documents whose key begins so, in the order of their keys, after a key.
    pub(crate) fn list<T: DeserializeOwned>(&self, kind: Kind, prefix: &str, after: &str) -> Outcome<Vec<(String, T)>> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT key, document FROM items WHERE pool = ?1 AND kind = ?2 AND substr(key, 1, length(?3)) = ?3 \
             AND key > ?4 ORDER BY key",
        )?;
        let rows = statement.query_map(params![self.pool, kind.name(), prefix, after], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        let mut found = Vec::new();
        for row in rows {
            let (key, text) = row?;
            found.push((key, serde_json::from_str(&text)?));
        }
        Ok(found)
    }

    /// Deletes the documents whose key begins so.
    pub(crate) fn clear(&self, kind: Kind, prefix: &str) -> Outcome<()> {
        self.transaction.execute(
            "DELETE FROM items WHERE pool = ?1 AND kind = ?2 AND substr(key, 1, length(?3)) = ?3",
            params![self.pool, kind.name(), prefix],
        )?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_piece_of_work_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        store.work("p", |items| items.put(Kind::User, "ann", &1)).unwrap();
        let failed = store.work("p", |items| {
            items.put(Kind::User, "bob", &2)?;
            Err::<(), _>(Failure::wrong_code())
        });
        assert_eq!(failed, Err(Failure::wrong_code()));
        drop(store);
        let store = Store::at(folder.path());
        let users: Vec<(String, u8)> = store.work("p", |items| items.list(Kind::User, "", "")).unwrap();
        assert_eq!(users, [("ann".to_owned(), 1)]);
        store.forget("p").unwrap();
        assert!(!store.knows("p").unwrap());
    }

    #[test]
    fn a_prefix_is_no_pattern() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        store
            .work("p", |items| {
                for key in ["a%/1", "a%/2", "ab/1"] {
                    items.put(Kind::Login, key, &0)?;
                }
                items.clear(Kind::Login, "a%/")
            })
            .unwrap();
        let left: Vec<(String, u8)> = store.work("p", |items| items.list(Kind::Login, "", "")).unwrap();
        assert_eq!(left, [("ab/1".to_owned(), 0)]);
    }

    #[test]
    fn two_processes_share_a_store() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (Store::at(folder.path()), Store::at(folder.path()));
        std::thread::scope(|scope| {
            for store in [&one, &two] {
                scope.spawn(move || {
                    for _ in 0..25 {
                        let add = |items: &Items<'_>| {
                            let count: u32 = items.get(Kind::Pool, "")?.unwrap_or(0);
                            items.put(Kind::Pool, "", &(count + 1))
                        };
                        store.work("p", add).unwrap();
                    }
                });
            }
        });
        assert_eq!(one.work("p", |items| items.get::<u32>(Kind::Pool, "")).unwrap(), Some(50));
    }
}
