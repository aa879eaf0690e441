//! Compiles the schema of a GraphQL API into what its deployment consists of, without any I/O.
//!
//! [`compile`] takes an [`Input`] (schema texts, configuration, the user's own files, the previous build) and gives a
//! [`Compilation`]: templates (one of the API and one per model), resolvers, the final schema, parameters, and
//! diagnostics. All errors are found at once; each has a stable code, a place in a source, what is allowed there and
//! what was probably meant, and [`Diagnostic::render`] shows it with a caret under the place.
//!
//! 1. `syntax` reads the sources. The parser is `apollo-parser`: it keeps the place of every token, goes on after an
//!    error, and bounds nesting and length, so hostile text costs linear time and no stack. Parsers that stop at the
//!    first error, or recurse without bound, were no choice; a full compiler such as `apollo-compiler` would check
//!    directives that this crate describes itself.
//! 2. `schema` folds extensions and checks names, types and directive arguments.
//! 3. `directives` hold one module per directive, behind the trait [`Directive`]; [`compile_with`] takes others.
//! 4. `template` distributes the resources over stacks and turns references between them into parameters, exports
//!    and imports. Names and logical ids equal those of existing deployments, so that no table is replaced.
//! 5. `guards` compares the tables with those of the previous build: what the service cannot do is an error here.
//! 6. `vtl` holds the mapping templates.
//!
//! `@predictions` and conflict resolution are known by name and reported as not supported.

mod build;
mod compile;
mod diagnostic;
mod directives;
mod guards;
mod input;
mod model;
mod models;
mod output;
mod schema;
mod source;
mod syntax;
mod template;
mod vtl;

pub use build::Build;
pub use compile::{Compilation, compile, compile_with};
pub use diagnostic::{Diagnostic, Severity};
pub use directives::{Argument, Directive, Place, Shape, Spec, built_in};
pub use input::{ApiKey, AuthConfig, AuthMode, Input, Overrides, Previous};
pub use model::{Change, Index, Key, KeyPart, KeyQuery, KeyType, Level, Model, Table};
pub use models::models;
pub use output::{IndexChange, Migration, Output, Stack};
pub use schema::{Root, Schema, base_scalar};
pub use source::{Position, Source, Span};
pub use syntax::{
    Definition, DirectiveUse, EnumValue, Field, InputValue, Kind, Name, TypeRef, TypeShape, Value, ValueNode,
};
pub use template::{Body, DataSource, Entry, Function, ROOT, Resolver, Resources};
