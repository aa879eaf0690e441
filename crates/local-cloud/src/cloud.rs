//! One environment of the local cloud.

use std::path::Path;

use crate::{Error, paths::Paths, state::State};

/// The account that everything here belongs to, as DynamoDB's emulator has it.
const ACCOUNT_ID: &str = "000000000000";
const REGION: &str = "us-east-1";

/// An environment of the local cloud, kept in one folder.
///
/// Opening it touches nothing; every operation takes the locks it needs. Operations block: those that need an asynchronous
/// runtime bring their own.
#[derive(Clone, Debug)]
pub struct LocalCloud {
    pub(crate) paths: Paths,
    pub(crate) region: String,
    pub(crate) account_id: String,
}

impl LocalCloud {
    /// The environment whose files lie in `data_dir`, which need not exist yet.
    pub fn open(data_dir: &Path) -> Self {
        Self { paths: Paths::new(data_dir), region: REGION.into(), account_id: ACCOUNT_ID.into() }
    }

    /// Sets the region of an environment that is not deployed yet; `us-east-1` otherwise.
    #[must_use]
    pub fn in_region(mut self, region: &str) -> Self {
        self.region = region.to_owned();
        self
    }

    /// What is deployed; `None` if nothing ever was.
    ///
    /// # Errors
    /// A state file that cannot be read.
    pub fn state(&self) -> Result<Option<State>, Error> {
        State::load(&self.paths.state())
    }
}
