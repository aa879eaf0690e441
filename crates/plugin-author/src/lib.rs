//! What an author of plugins needs: a new crate, its build, its rehearsal, and its package.
//!
//! - [`Scaffold`] writes a crate that builds at once, outside any workspace.
//! - [`build`] compiles it and lays the library out with the manifest that the library itself describes.
//! - [`verify`] tries the whole contract: the manifest, each command with stand-in answers, methods, events.
//! - [`package`] makes the archives and the description of a release.
//!
//! Nothing here prints; cargo does, to standard error.
#![deny(missing_docs)]

pub mod build;
mod error;
pub mod package;
mod rehearsal;
mod scaffold;
pub mod verify;

pub use error::Error;
pub use rehearsal::Loaded;
pub use scaffold::{EVENTS, Kind, Scaffold, SdkSource};
