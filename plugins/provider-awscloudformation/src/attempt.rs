//! The root stack that an `init` is making, in the provider's folder of the environment: written before the call, so that a
//! stack is found again whose name nobody else ever learned.

use std::path::PathBuf;

use amplify_sdk::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    creation::{token, undo},
    deploy::settle,
    error::Error,
    record::Record,
    session::{Identity, Session},
    stack::{self, Stack},
};

/// What is known of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Attempt {
    pub stack_name: String,
    /// The token that the events of its creation carry.
    pub token: String,
    account: String,
    region: String,
}

impl Attempt {
    pub fn new(stack_name: &str, session: &Session, identity: &Identity) -> Self {
        Self {
            stack_name: stack_name.to_owned(),
            token: token(),
            account: identity.account.clone(),
            region: session.region.clone(),
        }
    }

    fn read(data_dir: &str) -> Option<Self> {
        serde_json::from_slice(&fs_err::read(file(data_dir)).ok()?).ok()
    }

    /// Whether one is remembered.
    pub fn exists(data_dir: &str) -> bool {
        file(data_dir).exists()
    }

    pub fn write(&self, data_dir: &str) -> Result<(), Error> {
        fs_err::create_dir_all(data_dir)?;
        let text = serde_json::to_vec(self).map_err(|error| Error::File(error.into()))?;
        Ok(fs_err::write(file(data_dir), text)?)
    }

    /// Forgets it: it is recorded elsewhere, or gone.
    pub fn forget(data_dir: &str) {
        // A file too many does no harm: a stack that was used since is not taken again.
        let _ = fs_err::remove_file(file(data_dir));
    }

    /// Finds the stack of an `init` that was cut off. One that cannot be used any more is deleted.
    pub async fn resume(
        context: &mut Context<'_>,
        session: &Session,
        identity: &Identity,
        data_dir: &str,
    ) -> Result<Option<(Self, Stack)>, Error> {
        let Some(earlier) = Self::read(data_dir) else { return Ok(None) };
        if earlier.account != identity.account || earlier.region != session.region {
            let Self { stack_name, account, region, .. } = &earlier;
            let text =
                format!("the stack `{stack_name}` of an earlier `init` may remain in the account {account} ({region})");
            context.log(LogLevel::Warning, text);
            return Ok(None);
        }
        let Some(found) = stack::find(&session.cloudformation, &earlier.stack_name).await? else { return Ok(None) };
        if !stack::has_event_of(&session.cloudformation, &found.id, &earlier.token).await? {
            return Ok(None);
        }
        match found.status.as_str() {
            "CREATE_IN_PROGRESS" | "CREATE_COMPLETE" => {
                let text = format!("Going on with the stack `{}` of an earlier `init`...", found.name);
                context.progress(&Progress::Message { text });
                Ok(Some((earlier, found)))
            }
            status if status.starts_with("UPDATE_") => {
                let text = format!("the stack `{}` of an earlier `init` was used since, and is left alone", found.name);
                context.log(LogLevel::Warning, text);
                Ok(None)
            }
            _ => {
                let now = settle(context, session, &found).await?;
                let outcome = undo(context, session, &now.id, &Record::default()).await;
                context.log(LogLevel::Info, format!("the stack `{}` of an earlier `init`: {outcome}", now.name));
                Ok(None)
            }
        }
    }
}

fn file(data_dir: &str) -> PathBuf {
    PathBuf::from(data_dir).join("creating.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_is_remembered_until_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().join("mock-data/dev");
        let data_dir = data_dir.to_str().unwrap();
        assert_eq!(Attempt::read(data_dir), None);
        let attempt = Attempt { stack_name: "amplify-shop-dev-1".into(), token: "t".into(), ..Attempt::default() };
        attempt.write(data_dir).unwrap();
        assert_eq!(Attempt::read(data_dir), Some(attempt));
        Attempt::forget(data_dir);
        assert_eq!(Attempt::read(data_dir), None);
    }
}
