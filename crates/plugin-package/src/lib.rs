//! What a plugin is published as: one archive for each target, and one description of the release.
//!
//! - A **package archive** is a `.tar.gz` named by [`archive_name`]. It holds files and no folder: the manifest
//!   `amplify-plugin.json`, the library that the manifest names, and perhaps texts such as `README.md`. The same content makes
//!   the same bytes ([`pack`]). What comes from elsewhere is read by [`unpack`] or [`Package::read`], which take nothing but that.
//! - A **[`Release`]** is a small JSON document that names the archives of one version, target by target, with their hashes.
//! - [`Glibc`] is the version of the C library that a library needs, or that runs here.
//!
//! Nothing here knows a network, a terminal or where plugins are installed.
#![deny(missing_docs)]

mod archive;
mod digest;
mod error;
mod libc;
mod release;
mod unpack;

pub use archive::{Package, archive_name, is_text, pack};
pub use digest::{Digest, digest};
pub use error::Error;
pub use libc::Glibc;
pub use release::{Release, ReleaseTarget, release_name};
pub use unpack::{MAX_FILE, MAX_FILES, MAX_TEXT, Unpacked, unpack};
