//! The schema language as data: definitions, fields, types, values, each with its place in the text.

mod document;
mod parse;
mod print;
mod value;

pub use document::{Definition, DirectiveUse, EnumValue, Field, InputValue, Kind, Name, TypeRef, TypeShape};
pub(crate) use parse::{Parsed, parse};
pub(crate) use print::{definition as print_definition, roots as print_roots};
pub use value::{Value, ValueNode};
