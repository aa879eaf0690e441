//! The boundary between the `amplify` host and its plugins: every type that crosses it, and nothing else.
//!
//! What crosses in memory is one `abi_stable` root module of three functions ([`module::PluginModule`]) and one table of
//! callbacks ([`module::HostTable`]). What they carry are JSON documents in byte buffers; the Rust shapes of those
//! documents are the other modules of this crate:
//!
//! | module | what it describes |
//! | --- | --- |
//! | [`manifest`] | what a plugin is and offers; also the file `amplify-plugin.json` beside its library |
//! | [`message`] | requests of the host and responses of the plugin |
//! | [`project`] | the read-only view of a project that a request carries |
//! | [`question`] | questions, and the answers to them |
//! | [`answers`] | answers documents, whose paths are the keys of questions |
//! | [`check`] | what makes an answer, a question, a manifest or a change valid; host and tests share it |
//! | [`change`] | what a plugin wants changed in the project |
//! | [`provider`] | messages for plugins that deploy |
//! | [`environment`] | messages about an environment that exists: its record, access, recovery, secrets |
//! | [`frontend`] | messages for plugins that know an app framework |
//! | [`error`] | how a plugin fails |
//!
//! # Versions
//! [`PROTOCOL`] counts breaking changes of the documents. A host accepts the current protocol and the one before.
//! A new optional field or a new request is no breaking change: fields are read leniently, and a plugin answers a request
//! it does not know with [`error::ErrorKind::Unsupported`]. The layout check of `abi_stable` covers the two tables; they
//! only grow at their end.
//!
//! Plugin authors use `amplify-sdk`, which wraps all of this.
#![deny(missing_docs)]

pub mod answers;
pub mod change;
pub mod check;
pub mod environment;
pub mod error;
pub mod frontend;
mod hidden;
pub mod manifest;
pub mod message;
pub mod module;
pub mod project;
pub mod provider;
pub mod question;

/// The number of the message protocol that this version of the crate speaks.
pub const PROTOCOL: u32 = 1;

/// The oldest protocol that a host built with this version of the crate accepts.
pub const OLDEST_PROTOCOL: u32 = 1;

/// The version of this crate, recorded in manifests so that errors can name both sides.
pub const ABI_VERSION: &str = env!("CARGO_PKG_VERSION");

/// The target triple this crate was compiled for, recorded in manifests and checked before a library is opened.
pub const TARGET: &str = env!("AMPLIFY_PLUGIN_TARGET");

/// A JSON object with its keys in the order they were written.
pub type JsonMap = serde_json::Map<String, serde_json::Value>;
