//! Finds plugins, checks them, opens their libraries and speaks with them.
//!
//! - [`Registry`] knows what is installed along a [`SearchPath`]. It reads manifests (or its cache of them) and opens no
//!   library; routing, help and completion need nothing else.
//! - [`Registry::load_pinned`] does the same for a project that has locked its plugins: of those, only the pinned build counts.
//! - [`Registry::load_routes`] is for a command that uses few of them: it looks at the files of a pinned plugin that it knows when
//!   that one is used.
//! - [`Loader`] opens the library of an [`Entry`], each once, and never closes one.
//! - [`Plugin::invoke`] sends a request, with [`HostServices`] behind the plugin's callbacks.
//! - [`write_manifest`] makes the manifest of a freshly built library.
//!
//! A plugin that is broken becomes a [`Broken`] entry and disturbs no other. What goes wrong when one is opened or used is
//! a [`LoadError`] or an [`InvokeError`].
//!
//! # What cannot be caught
//! A library shares the process: an endless loop, an abort or a stack overflow in it ends with the process. A loop that
//! checks [`HostServices::cancelled`] stops at Ctrl-C; for one that does not, the host ends itself at the second Ctrl-C.
//! Nothing is lost then, because plugins return changes and only the host writes. A plugin that ends the process in good order
//! would have it end as if all were done: [`on_departure`] notices that.

mod cache;
mod callbacks;
mod departure;
mod description;
mod error;
pub mod hash;
mod invoke_error;
mod known;
mod library;
mod loader;
mod manifest_file;
mod pin;
mod plugin;
mod registry;
mod search;

pub use callbacks::{HostServices, MAX_QUESTIONS};
pub use departure::{departure_is_meant, on_departure};
pub use description::{Description, Head};
pub use error::LoadError;
pub use invoke_error::InvokeError;
pub use known::{KnownHashes, Stamp};
pub use loader::{Loader, check_library};
pub use manifest_file::{parse_manifest, replace as replace_file, write_manifest};
pub use pin::Pin;
pub use plugin::{MAX_REPLY, Plugin};
pub use registry::{Broken, Entry, Pins, Registry, Shadowed};
pub use search::SearchPath;
