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
///
/// A directive of one's own stands in the list beside the built-in ones, in front of `@auth`, which protects what the
/// others make:
///
/// ```
/// use amplify_graphql_transformer::{
///     Argument, Build, DataSource, Definition, Diagnostic, Directive, DirectiveUse, Field, Input, Place, Resolver, Shape,
///     Source, Spec, built_in, compile_with,
/// };
///
/// /// `@fixed(text: "...")`: a field that always answers the same.
/// struct Fixed;
///
/// static SPEC: Spec = Spec {
///     name: "fixed",
///     places: &[Place::Field],
///     repeatable: false,
///     arguments: &[Argument::required("text", Shape::Text)],
/// };
///
/// impl Directive for Fixed {
///     fn spec(&self) -> &'static Spec {
///         &SPEC
///     }
///
///     fn field(&self, build: &mut Build<'_>, parent: &Definition, field: &Field, used: &DirectiveUse) {
///         if field.ty.base() != "String" {
///             let message = format!("`{}` answers a text", field.name.text);
///             return build.report(Diagnostic::error("fixed-type", field.ty.span, message).allow("String"));
///         }
///         let (parent, field) = (&parent.name.text, &field.name.text);
///         let text = used.text("text").unwrap_or_default().replace(['"', '$', '#', '\\'], "");
///         let resolver = Resolver {
///             type_name: parent.clone(),
///             field_name: field.clone(),
///             source: DataSource::None,
///             request: r#"{ "version": "2017-02-28", "payload": {} }"#.to_owned(),
///             response: format!("$util.toJson(\"{text}\")"),
///         };
///         build.add_resolver(&format!("{parent}{field}Resolver"), "FixedStack", resolver, used.span);
///     }
/// }
///
/// let mut directives = built_in();
/// directives.insert(directives.len() - 1, Box::new(Fixed));
/// let compile = |text: &str| {
///     let sources = vec![Source { name: "schema.graphql".into(), text: text.into() }];
///     compile_with(&Input { sources, ..Input::default() }, &directives)
/// };
///
/// let output = compile(r#"type Query { hello: String @fixed(text: "good day") }"#).output.unwrap();
/// assert_eq!(output.resolvers["Query.hello.res.vtl"], r#"$util.toJson("good day")"#);
/// assert!(output.stacks["FixedStack"].value()["Resources"].get("QueryhelloResolver").is_some());
/// assert!(!output.schema.contains("@fixed"));
///
/// // What it accepts is checked by its table, in the words of all directives.
/// let wrong = compile("type Query { hello: String @fixed(txt: 1) }");
/// let codes: Vec<&str> = wrong.errors().map(|found| found.code).collect();
/// assert_eq!(codes, ["argument-missing", "unknown-argument"]);
/// ```
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
