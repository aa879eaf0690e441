//! The `amplify/` folder on disk: its documents, typed; its status; its changes, each command one transaction.
//!
//! Start at [`Project::find`], then [`Project::load`] for what the files say, [`status::rows`] for what a push would do, and
//! [`Project::lock`] with [`Transaction::begin`] to change anything. Nothing here prints, asks, or looks at the environment.

mod amplify_meta;
mod backend_config;
mod config;
pub mod deployment;
mod document;
mod entries;
pub mod environments;
mod error;
pub mod failpoint;
pub mod gitattributes;
pub mod gitignore;
pub mod hash;
mod held;
mod lock;
pub mod merge;
pub mod names;
pub mod paths;
mod project;
pub mod record;
pub mod resources;
mod revisions;
mod spool;
mod state;
pub mod status;
mod team_provider_info;
pub mod timestamp;
mod transaction;
mod tree;
mod tree_lock;

pub use amplify_meta::AmplifyMeta;
pub use backend_config::BackendConfig;
pub use config::{LocalAwsInfo, LocalEnvInfo, ProjectConfig};
pub use document::{Document, Indent};
pub use entries::{Dependency, Entries, ResourceRef, dependencies};
pub use error::Error;
pub use lock::ProjectLock;
pub use paths::Paths;
pub use project::Project;
pub use record::Record;
pub use revisions::Revisions;
pub use spool::{Kept, Spool};
pub use state::ProjectState;
pub use team_provider_info::TeamProviderInfo;
pub use transaction::{Altered, Content, Transaction};
pub use tree_lock::ReadGuard;

/// Finishes or undoes what an interrupted command left in a project. [`Project::lock`] and [`Project::read`] do it too.
///
/// # Errors
/// [`Error::Locked`] while a command is at work there; a file system that refuses.
pub fn recover(root: &std::path::Path) -> Result<(), Error> {
    let project = Project::at(root);
    if project.paths().amplify().is_dir() { project.lock("recover").map(drop) } else { Ok(()) }
}
