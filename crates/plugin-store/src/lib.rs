//! The plugins of a project and of its team: what is asked for, what is locked, and how that gets onto a machine.
//!
//! - [`Requirements`] is `amplify/plugins.toml`, [`Lock`] is `amplify/plugins.lock`, and [`differences`] compares them.
//! - A [`Source`] is where plugins come from; a [`Finder`] looks into sources, [`choose`] takes the newest release that will do.
//! - The [`Store`] keeps every installed build in a folder of its own. [`install_all`] fills it from what is locked: what
//!   arrives is checked against the lock before it is unpacked, and put in place whole or not at all.
//! - [`publish()`] adds a release to a static index.
//!
//! Opening a library is not done here, and neither is asking whether a source is trusted: see [`KnownSources`].

mod check;
mod error;
mod find;
pub mod index;
mod known_sources;
mod lock;
mod network;
mod proxy;
mod publish;
mod requirements;
mod resolve;
mod signature;
mod source;
mod store;
mod watch;

pub use check::{Difference, differences};
pub use error::Error;
pub use find::{Choice, Finder, Machine, Offer, choose, newest};
pub use known_sources::KnownSources;
pub use lock::{LOCK, Lock, Locked, LockedTarget};
pub use network::{Network, NetworkSettings};
pub use proxy::Proxies;
pub use publish::{Published, publish, yank};
pub use requirements::{REQUIREMENTS, Requirements, Wanted};
pub use resolve::{Job, Resolved, caret, each, install_all, offer_of, resolve, stale};
pub use signature::check_key;
pub use source::{Kind, Place, Source, written};
pub use store::{Build, Store};
pub use watch::{Silent, Watch};
