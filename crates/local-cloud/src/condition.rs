//! What keeps an environment from being deployed, and how that is mended.

use crate::{
    Error, LocalCloud,
    deploy::{Observer, PATIENCE},
    journal,
    lock::{self, Lock},
    state::State,
};

/// The state of an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// Whether anything was ever deployed.
    pub deployed: bool,
    /// Steps that an interrupted deployment left to undo: path and type of what they made or changed, the last one first.
    pub unfinished: Vec<(String, String)>,
    /// Who deploys at this moment; empty if nobody does.
    pub holder: String,
}

impl LocalCloud {
    /// Looks at the environment, and changes nothing.
    ///
    /// # Errors
    /// A state that cannot be read.
    pub fn condition(&self) -> Result<Condition, Error> {
        let state = self.state()?;
        let serial =
            state.as_ref().map_or_else(|| State::empty(&self.region, &self.account_id).serial, |state| state.serial);
        let path = self.paths.deploy_lock();
        let held = path.exists() && Lock::attempt(&path, "a look")?.is_none();
        let unfinished = if held { Vec::new() } else { journal::unfinished(&self.paths.journal(), serial)? };
        Ok(Condition {
            deployed: state.is_some_and(|state| state.stack.is_some()),
            unfinished: unfinished.iter().filter_map(journal::Step::subject).collect(),
            holder: if held { lock::holder_of(&path) } else { String::new() },
        })
    }

    /// Undoes what an interrupted deployment began. The next deployment does the same by itself.
    ///
    /// # Errors
    /// Another process deploys, or files that cannot be changed.
    pub fn roll_back_unfinished(&self, observer: &mut dyn Observer) -> Result<(), Error> {
        let _lock = Lock::take(&self.paths.deploy_lock(), "a recovery", PATIENCE)?;
        self.recover(observer).map(drop)
    }
}
