//! `@connection`: a field that reaches another model, by key fields or by a made foreign key.

mod by_fields;
mod by_name;

use super::{Argument, Directive, Place, Shape, Spec};
use crate::build::Build;
use crate::diagnostic::Diagnostic;
use crate::schema::names;
use crate::source::Span;
use crate::syntax::{Definition, DirectiveUse, Field, InputValue, TypeRef, ValueNode};
use crate::template::{DataSource, Resolver};
use crate::vtl;

pub(super) struct Connection;

/// The stack of all connection resolvers.
const STACK: &str = "ConnectionStack";
const PAGE: i64 = 100;

static SPEC: Spec = Spec {
    name: "connection",
    places: &[Place::Field],
    repeatable: false,
    arguments: &[
        Argument::optional("name", Shape::Text),
        Argument::optional("keyField", Shape::Text),
        Argument::optional("sortField", Shape::Text),
        Argument::optional("keyName", Shape::Text),
        Argument::optional("limit", Shape::Int),
        Argument::optional("fields", Shape::List(&Shape::Text)),
    ],
};

/// A use with what it connects.
struct Link<'d> {
    parent: &'d Definition,
    field: &'d Field,
    target: &'d Definition,
    used: &'d DirectiveUse,
}

impl Link<'_> {
    fn limit(&self) -> i64 {
        self.used.argument("limit").and_then(ValueNode::as_int).unwrap_or(PAGE)
    }

    fn refuse(&self, build: &mut Build<'_>, code: &'static str, span: Span, message: String, help: &str) {
        build.report(Diagnostic::error(code, span, message).suggest(help));
    }
}

impl Directive for Connection {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn field(&self, build: &mut Build<'_>, parent: &Definition, field: &Field, used: &DirectiveUse) {
        if !super::has_table(build, parent, "connection", used) {
            return;
        }
        let declared = std::sync::Arc::clone(&build.declared);
        let base = field.ty.base();
        let Some(target) = declared.get(base).filter(|target| target.directive("model").is_some()) else {
            // An unknown type has been reported already.
            if build.schema.get(base).is_some() || build.schema.is_scalar(base) {
                let message = format!("`{base}` has no table to connect to");
                build.report(
                    Diagnostic::error("connection-target", field.ty.span, message)
                        .suggest(format!("add `@model` to `{base}`, or remove `@connection`")),
                );
            }
            return;
        };
        if !build.models.contains_key(base) {
            return;
        }
        let link = Link { parent, field, target, used };
        if used.argument("fields").is_some_and(|fields| !fields.is_null()) {
            by_fields::connect(build, &link);
        } else {
            by_name::connect(build, &link);
        }
    }
}

fn add_resolver(build: &mut Build<'_>, link: &Link<'_>, request: String, list: bool) {
    let (parent, field) = (link.parent.name.text.as_str(), link.field.name.text.as_str());
    build.connect(&link.target.name.text, parent, field, list);
    let resolver = Resolver {
        type_name: parent.to_owned(),
        field_name: field.to_owned(),
        source: DataSource::Named(names::data_source(&link.target.name.text)),
        request,
        response: if list { vtl::connection::LIST_RESPONSE } else { vtl::RESULT }.to_owned(),
    };
    build.add_resolver(&names::field_resolver(parent, field), STACK, resolver, link.field.name.span);
}

/// Turns a list field into one with pages, a filter and a direction.
fn page_field(build: &mut Build<'_>, link: &Link<'_>, sort: Option<InputValue>) {
    let target = link.target.name.text.as_str();
    build.ensure_connection(target);
    super::model::ensure_filter(build, link.target);
    build.schema.ensure_sort_direction();
    let Some(field) = build.schema.field_mut(&link.parent.name.text, &link.field.name.text) else { return };
    field.arguments.extend(sort.map(|argument| (argument.name.text.clone(), argument)));
    for (name, ty) in [
        ("filter", names::filter_input(target)),
        ("sortDirection", "ModelSortDirection".to_owned()),
        ("limit", "Int".to_owned()),
        ("nextToken", "String".to_owned()),
    ] {
        field.arguments.insert(name.to_owned(), InputValue::made(name, TypeRef::named(ty)));
    }
    field.ty = TypeRef::named(names::connection(target));
}
