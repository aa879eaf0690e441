//! Where an environment's files lie.

use std::path::{Path, PathBuf};

/// The folder of one environment.
#[derive(Clone, Debug)]
pub(crate) struct Paths {
    root: PathBuf,
}

impl Paths {
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf() }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.root.join("state.json")
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.root.join("journal")
    }

    /// Held while a deployment or deletion runs.
    pub(crate) fn deploy_lock(&self) -> PathBuf {
        self.root.join("deploy.lock")
    }

    /// Held by the one process that has the tables open.
    pub(crate) fn data_lock(&self) -> PathBuf {
        self.root.join("data.lock")
    }

    /// Where the running services listen.
    pub(crate) fn serving(&self) -> PathBuf {
        self.root.join("serving.json")
    }

    /// How far each stream has been handed over.
    pub(crate) fn streams(&self) -> PathBuf {
        self.root.join("streams.json")
    }

    pub(crate) fn buckets(&self) -> PathBuf {
        self.root.join("s3")
    }

    pub(crate) fn bucket(&self, name: &str) -> PathBuf {
        self.buckets().join(name)
    }

    pub(crate) fn tables(&self) -> PathBuf {
        self.root.join("dynamodb")
    }

    /// Users, their groups and sign-ins.
    pub(crate) fn identities(&self) -> PathBuf {
        self.root.join("cognito")
    }

    /// What an interrupted deletion of the environment has yet to delete.
    pub(crate) fn trash(&self) -> PathBuf {
        self.root.join("trash")
    }

    pub(crate) fn functions(&self) -> PathBuf {
        self.root.join("functions")
    }
}
