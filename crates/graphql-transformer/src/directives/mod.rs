//! What directives do; one module each, all behind one trait.

mod auth;
mod connection;
mod function;
mod http;
mod key;
mod model;
mod searchable;
mod spec;
mod unsupported;
mod versioned;

use crate::build::Build;
use crate::diagnostic::Diagnostic;
use crate::syntax::{Definition, DirectiveUse, Field};

pub(crate) use spec::check_use;
pub use spec::{Argument, Place, Shape, Spec};

/// A directive: what it accepts and what it makes.
///
/// Directives run one after the other in a fixed order; each sees the declared types in document order and what the
/// directives before it made. Uses that do not fit the [`Spec`] are reported beforehand and never seen.
pub trait Directive {
    /// Name, places and arguments.
    fn spec(&self) -> &'static Spec;

    /// Runs for each use on an object type.
    fn object(&self, _build: &mut Build<'_>, _object: &Definition, _used: &DirectiveUse) {}

    /// Runs for each use on a field of an object type.
    fn field(&self, _build: &mut Build<'_>, _parent: &Definition, _field: &Field, _used: &DirectiveUse) {}

    /// Runs once, when all uses are done.
    fn after(&self, _build: &mut Build<'_>) {}
}

/// The directives that every project may use, in the order in which they run.
pub fn built_in() -> Vec<Box<dyn Directive>> {
    let mut directives: Vec<Box<dyn Directive>> = vec![
        Box::new(model::Model),
        Box::new(versioned::Versioned),
        Box::new(function::Function),
        Box::new(http::Http),
        Box::new(key::Key),
        Box::new(connection::Connection),
    ];
    directives.extend(unsupported::all());
    directives.push(Box::new(searchable::Searchable));
    // Last, so that it protects whatever the others make.
    directives.push(Box::<auth::Auth>::default());
    directives
}

/// True when the type has a table; else says that `@name` needs one, unless something said so already.
fn has_table(build: &mut Build<'_>, object: &Definition, name: &str, used: &DirectiveUse) -> bool {
    let type_name = object.name.text.as_str();
    if build.models.contains_key(type_name) {
        return true;
    }
    if object.directive("model").is_none() {
        let message = format!("`@{name}` needs a table, and `{type_name}` has none");
        build.report(
            Diagnostic::error("needs-model", used.span, message)
                .suggest(format!("write `type {type_name} @model`, or remove `@{name}`")),
        );
    }
    false
}
