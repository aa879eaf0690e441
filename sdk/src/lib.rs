//! Write plugins for the `amplify` command line.
//!
//! A plugin is a `cdylib` crate that implements one of four traits and exports it:
//!
//! | kind | trait | for |
//! | --- | --- | --- |
//! | category | [`Category`] | resources of one kind: `amplify add <category>` |
//! | provider | [`Provider`] | deploying to a cloud |
//! | frontend | [`Frontend`] | an app framework's settings and configuration files |
//! | util | [`Util`] | commands and event handlers of its own |
//!
//! A plugin never prints, never reads the environment, and never writes the project's files. It asks questions and reads
//! files through the [`Context`] it is given, and returns [`change::Changes`], which the host checks and applies as one
//! transaction.
#![deny(missing_docs)]

mod connection;
mod context;
mod dispatch;
mod entry;
mod export;
mod panics;
pub mod testing;
mod traits;

pub use amplify_plugin_abi::{
    ABI_VERSION, JsonMap, PROTOCOL, TARGET, answers, change, check, error, frontend, manifest, message, project,
    provider, question,
};
pub use context::{Context, HostConnection, content};
pub use dispatch::{Handler, Plugin, handler, invoke, kind};
#[doc(hidden)]
pub use export::__private;
pub use traits::{Category, Frontend, Provider, Util};

/// What nearly every plugin needs.
pub mod prelude {
    pub use crate::{
        Category, Context, Frontend, JsonMap, Provider, Util,
        change::{Changes, FileChange, FileContent},
        error::PluginError,
        manifest::{Argument, Command, Manifest, Method, Needs, PluginKind, Service},
        message::{
            BuildReply, BuildRequest, CallReply, CommandRequest, EventRequest, LifecycleEvent, LogLevel, Progress,
        },
        project::ProjectView,
        question::{Choice, Question, Validation},
    };
}
