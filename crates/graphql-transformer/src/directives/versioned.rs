//! `@versioned`: an update or delete names the version it means, and fails when the item has another.

use super::{Argument, Directive, Place, Shape, Spec};
use crate::build::Build;
use crate::diagnostic::Diagnostic;
use crate::schema::names;
use crate::syntax::{Definition, DirectiveUse, Field, InputValue, TypeRef};
use crate::vtl;

pub(super) struct Versioned;

static SPEC: Spec = Spec {
    name: "versioned",
    places: &[Place::Object],
    repeatable: false,
    arguments: &[Argument::optional("versionField", Shape::Text), Argument::optional("versionInput", Shape::Text)],
};

impl Directive for Versioned {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn object(&self, build: &mut Build<'_>, object: &Definition, used: &DirectiveUse) {
        if !super::has_table(build, object, "versioned", used) {
            return;
        }
        let name = object.name.text.as_str();
        let field = used.text("versionField").unwrap_or("version");
        let input = used.text("versionInput").unwrap_or("expectedVersion");
        for (argument, text) in [("versionField", field), ("versionInput", input)] {
            if text.is_empty() || names::clean(text) != text {
                let message = format!("`{argument}` is no name of a field");
                build.report(
                    Diagnostic::error("versioned-name", used.span_of(argument), message)
                        .allow("letters, digits and `_`"),
                );
                return;
            }
        }
        if !version_field(build, object, field) {
            return;
        }
        if let Some(create) = build.schema.input_mut(&names::mutation_input("create", name)) {
            create.shift_remove(field);
            if create.is_empty() {
                let message = format!("without `{field}` there is nothing left to create `{name}` with");
                build.report(Diagnostic::error("versioned-empty", used.span, message).suggest("add another field"));
            }
        }
        for word in ["update", "delete"] {
            if let Some(fields) = build.schema.input_mut(&names::mutation_input(word, name)) {
                fields.insert(input.to_owned(), InputValue::made(input, TypeRef::named("Int").required()));
            }
        }
        let values = [("field", field), ("input", input)];
        let next = vtl::fill("$util.qr($ctx.args.input.put(\"{{field}}\", $newVersion))\n", &values);
        let create = vtl::fill("$util.qr($ctx.args.input.put(\"{{field}}\", 1))\n", &values);
        let check = |next: &str| {
            let values = [("field", field), ("input", input), ("next", next)];
            vtl::fill(include_str!("../vtl/versioned.vtl"), &values)
        };
        for (word, block) in [("Create", create), ("Update", check(&next)), ("Delete", check(""))] {
            if let Some(resolver) = build.resources.resolver_mut(&names::operation_resolver(word, name)) {
                resolver.before_request(&block);
            }
        }
    }
}

/// Adds the field, or checks the declared one and makes it required.
fn version_field(build: &mut Build<'_>, object: &Definition, name: &str) -> bool {
    let declared = object.fields().and_then(|fields| fields.get(name));
    if let Some(field) = declared
        && (!matches!(field.ty.base(), "Int" | "BigInt") || field.ty.is_list())
    {
        let message = format!("`{name}` counts versions, and its type is `{}`", field.ty.base());
        build.report(
            Diagnostic::error("versioned-type", field.ty.span, message)
                .allow("Int, BigInt")
                .suggest(format!("declare it as `{name}: Int!`")),
        );
        return false;
    }
    if let Some(fields) = build.schema.get_mut(&object.name.text).and_then(Definition::fields_mut) {
        let made = || Field::made(name, Vec::new(), TypeRef::named("Int"));
        let field = fields.entry(name.to_owned()).or_insert_with(made);
        field.ty = field.ty.clone().required();
    }
    true
}
