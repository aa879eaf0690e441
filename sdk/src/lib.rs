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
//! transaction: all of them or none, whatever happens meanwhile.
//!
//! # A complete category
//! `amplify add notes` asks for a name, and keeps a note as a resource of the project:
//!
//! ```standalone_crate
//! use amplify_sdk::prelude::*;
//!
//! struct Notes;
//!
//! impl Category for Notes {
//!     fn manifest(&self) -> Manifest {
//!         Manifest::new("category-notes", PluginKind::category("notes"), env!("CARGO_PKG_VERSION"), "Notes for the team")
//!             .command(Command::new("add", "Add a note").example("amplify add notes", "Ask for a name and add the note"))
//!             .command(Command::new("remove", "Remove a note").argument(Argument::positional("name", "The note").required()))
//!             .service("Note", "Note")
//!     }
//!
//!     fn run(&self, context: &mut Context<'_>, request: &CommandRequest) -> Result<Changes, PluginError> {
//!         match request.command.as_str() {
//!             "add" => {
//!                 let wanted = Validation::pattern("[a-z][a-z0-9]{0,19}", "Use letters and digits")
//!                     .not_taken(context.project().resources("notes"));
//!                 let name = context.input("notes.name", "Name of the note:", Some("todo".into()), Some(wanted))?;
//!                 Ok(Changes::new()
//!                     .add_resource("notes", &name, [("service", "Note".into())])
//!                     .text("notes", &name, "note.md", format!("# {name}\n"))
//!                     .message(format!("Successfully added {name} locally")))
//!             }
//!             "remove" => {
//!                 let name = request.arguments.first().map_or("", String::as_str);
//!                 if context.project().resource("notes", name).is_none() {
//!                     return Err(PluginError::usage("unknown-note", format!("there is no note `{name}`")));
//!                 }
//!                 Ok(Changes::new().remove_resource("notes", name))
//!             }
//!             other => Err(PluginError::usage("unknown-command", format!("there is no command `{other}`"))),
//!         }
//!     }
//! }
//!
//! amplify_sdk::export_plugin!(category: Notes);
//!
//! // In a test, the plugin runs in process:
//! fn main() {
//!     use amplify_sdk::testing::{Host, check_manifest};
//!
//!     check_manifest(&Notes);
//!     let mut host = Host::new().answer("notes.name", "shopping");
//!     let added = host.run(&Notes, "add", &[]);
//!     assert_eq!(added.text("notes", "shopping", "note.md"), "# shopping\n");
//!
//!     host.apply(&added);
//!     assert_eq!(host.run(&Notes, "add", &[]).error().code, "wrong-answer", "the name is taken now");
//!     assert!(!host.run(&Notes, "remove", &["shopping"]).changes().is_empty());
//! }
//! ```
//!
//! # The crate
//! A `cdylib` that depends on `amplify-sdk` alone; `rlib` besides, so that tests can link it:
//!
//! ```toml
//! [lib]
//! crate-type = ["cdylib", "rlib"]
//!
//! [dependencies]
//! amplify-sdk = "0.1"
//! ```
//!
//! Any compiler from Rust 1.85 on will do: a plugin and its host need not be built by the same one. Keep `panic = "unwind"`,
//! cargo's default, so that a panic in the plugin becomes an error that names it.
//!
//! # What a plugin must not do
//! - Call the host from a thread of its own: a [`Context`] stays on the thread of the request, and the compiler sees to it.
//! - Work for long without [`Context::check_cancelled`]: nothing else stops it but the end of the process.
//! - Answer two questions of one kind with one key: the key is how answers files and `--answer` name the answer.
#![deny(missing_docs)]

mod connection;
mod context;
mod dispatch;
mod entry;
mod export;
pub mod headless;
pub mod operation;
mod panics;
pub mod random;
pub mod testing;
mod traits;

pub use amplify_plugin_abi::{
    ABI_VERSION, JsonMap, PROTOCOL, TARGET, answers, change, check, environment, error, frontend, manifest, message,
    project, provider, question,
};
pub use context::{Context, HostConnection, content};
pub use dispatch::{Handler, Plugin, handler, invoke, kind};
#[doc(hidden)]
pub use export::__private;
/// JSON values, and the macro that makes them.
pub use serde_json::{Value, json};
pub use traits::{Category, Frontend, Provider, Util};

/// What nearly every plugin needs.
pub mod prelude {
    pub use crate::{
        Category, Context, Frontend, JsonMap, Provider, Util, Value,
        change::{Changes, FileChange, FileContent},
        error::PluginError,
        json,
        manifest::{Argument, Command, Hook, Manifest, Method, Needs, PluginKind, Service},
        message::{
            BuildReply, BuildRequest, CallReply, CommandRequest, CompileReply, CompileRequest, CompiledFile,
            EventRequest, HeadlessRequest, LifecycleEvent, LogLevel, MockRequest, Progress,
        },
        project::ProjectView,
        question::{Choice, Question, Validation},
    };
}
