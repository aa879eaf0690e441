//! Runs a plugin in process, with scripted answers, and hands back what it wants changed.
//!
//! ```
//! use amplify_sdk::{prelude::*, testing::Host};
//! # struct Notes;
//! # impl Category for Notes {
//! #     fn manifest(&self) -> Manifest {
//! #         Manifest::new("category-notes", PluginKind::category("notes"), "1.0.0", "Notes")
//! #             .command(Command::new("add", "Add a note"))
//! #     }
//! #     fn run(&self, context: &mut Context<'_>, _: &CommandRequest) -> Result<Changes, PluginError> {
//! #         let name = context.input("notes.name", "Name of the note:", None, None)?;
//! #         Ok(Changes::new().add_resource("notes", &name, [("service", "Note".into())]).text("notes", &name, "note.md", "# Hi"))
//! #     }
//! # }
//! let outcome = Host::new().answer("notes.name", "todo").run(&Notes, "add", &[]);
//! assert_eq!(outcome.text("notes", "todo", "note.md"), "# Hi");
//! ```
//!
//! Answers are checked against the questions as the real host does it, and so are the changes. A malformed question or a
//! change outside the plugin's own category therefore fails here as it fails there.

mod connection;
mod host;
mod outcome;
mod page;
mod store;

pub use host::Host;
pub use outcome::Outcome;
pub use page::wrong_on_page;

use amplify_plugin_abi::manifest::Manifest;

use crate::Plugin;

/// Checks a plugin's manifest as the host does: names, version, nothing twice.
///
/// # Panics
/// Lists what is wrong.
#[track_caller]
pub fn check_manifest<Kind>(plugin: &impl Plugin<Kind>) -> Manifest {
    let manifest = plugin.describe();
    let wrong = amplify_plugin_abi::check::manifest(&manifest);
    assert!(wrong.is_empty(), "the manifest of `{}` is not valid: {}", manifest.name, wrong.join("; "));
    assert_eq!(manifest, plugin.describe(), "the manifest must be the same every time");
    manifest
}
