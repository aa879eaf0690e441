//! `@key`: the primary key of a table, or an index with its query.

use indexmap::IndexMap;

use super::{Argument, Directive, Place, Shape, Spec};
use crate::build::Build;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::model::{Index, Key as Parts, KeyPart, KeyQuery, KeyType};
use crate::schema::{Root, affordable, names};
use crate::syntax::{Definition, DirectiveUse, Field, InputValue, TypeRef, ValueNode};
use crate::template::{DataSource, Resolver};
use crate::vtl;

pub(super) struct Key;

static SPEC: Spec = Spec {
    name: "key",
    places: &[Place::Object],
    repeatable: true,
    arguments: &[
        Argument::optional("name", Shape::Text),
        Argument::required("fields", Shape::List(&Shape::Text)),
        Argument::optional("queryField", Shape::Text),
    ],
};

/// What the service allows for one table.
pub(crate) const MOST_GLOBAL: usize = 20;
const MOST_LOCAL: usize = 5;
/// More than any key has; what is joined to one attribute has a limit of a kilobyte.
const MOST_FIELDS: usize = 100;

impl Directive for Key {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn object(&self, build: &mut Build<'_>, object: &Definition, used: &DirectiveUse) {
        if !super::has_table(build, object, "key", used) || !fits(build, object, used) {
            return;
        }
        let Some(parts) = parts(build, object, used) else { return };
        match name_of(used) {
            None => primary(build, object, &parts),
            Some(name) => secondary(build, object, used, name, &parts),
        }
    }
}

fn name_of(used: &DirectiveUse) -> Option<&str> {
    used.text("name").filter(|name| !name.is_empty())
}

fn field_names(used: &DirectiveUse) -> Vec<&ValueNode> {
    used.argument("fields").map(ValueNode::items).unwrap_or_default().iter().collect()
}

/// Checks what concerns the uses on one type together.
fn fits(build: &mut Build<'_>, object: &Definition, used: &DirectiveUse) -> bool {
    let name = name_of(used);
    let earlier = object.directives.iter().take_while(|other| !std::ptr::eq(*other, used));
    if earlier.filter(|other| other.name.text == "key").any(|other| name_of(other) == name) {
        let message = match name {
            None => format!("`{}` has two primary keys", object.name.text),
            Some(name) => format!("`{}` has two keys named `{name}`", object.name.text),
        };
        build.report(Diagnostic::error("key-twice", used.span, message).suggest("give one of them another `name`"));
        return false;
    }
    if name.is_none() && used.text("queryField").is_some() {
        build.report(
            Diagnostic::error(
                "key-query-on-primary",
                used.span_of("queryField"),
                "the primary key has no query of its own",
            )
            .suggest("remove `queryField`, or give the key a `name`"),
        );
        return false;
    }
    let legal = |name: &str| {
        (3..=255).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
    };
    if name.is_some_and(|name| !legal(name)) {
        let message = "an index cannot have this name";
        build.report(
            Diagnostic::error("key-name", used.span_of("name"), message)
                .allow("3 to 255 letters, digits, `_`, `-` and `.`"),
        );
        return false;
    }
    true
}

/// Checks the fields and turns them into attributes.
fn parts(build: &mut Build<'_>, object: &Definition, used: &DirectiveUse) -> Option<Parts> {
    let given = field_names(used);
    let declared: IndexMap<&str, &Field> = (object.fields()?.iter())
        .filter(|(_, field)| field.is_declared())
        .map(|(name, field)| (name.as_str(), field))
        .collect();
    if given.is_empty() {
        build.report(Diagnostic::error("key-empty", used.span_of("fields"), "a key needs at least one field"));
        return None;
    }
    if given.len() > MOST_FIELDS {
        let message = format!("a key of {} fields is longer than a table takes", given.len());
        let found = Diagnostic::error("key-too-long", used.span_of("fields"), message);
        build.report(found.allow(format!("up to {MOST_FIELDS} fields")));
        return None;
    }
    let mut found: Vec<KeyPart> = Vec::new();
    for node in &given {
        let name = node.as_text().unwrap_or_default();
        let Some(field) = declared.get(name) else {
            let message = format!("`{}` has no field `{name}`", object.name.text);
            let mut diagnostic = Diagnostic::error("key-field-unknown", node.span, message);
            diagnostic.suggestion = did_you_mean(name, declared.keys().copied().take(affordable(build.findings.len())));
            build.report(diagnostic);
            continue;
        };
        if found.iter().any(|part| part.attribute == name) {
            build.report(Diagnostic::error("key-field-twice", node.span, format!("the key has `{name}` twice")));
            continue;
        }
        let ty = build.schema.key_scalar(&field.ty).and_then(KeyType::of_scalar).filter(|_| !field.ty.is_list());
        let Some(ty) = ty else {
            let message = format!("`{name}` cannot be part of a key");
            build.report(
                Diagnostic::error("key-field-type", node.span, message)
                    .allow("texts, numbers, dates and enums; no lists"),
            );
            continue;
        };
        if name_of(used).is_none() && !field.ty.is_required() {
            let message = format!("`{name}` is part of the primary key and may be null");
            build.report(
                Diagnostic::error("key-field-nullable", node.span, message)
                    .suggest(format!("declare it as `{name}: {}!`", field.ty.base())),
            );
            continue;
        }
        found.push(KeyPart { attribute: name.to_owned(), ty });
    }
    if found.len() != given.len() {
        return None;
    }
    let fields: Vec<String> = found.iter().map(|part| part.attribute.clone()).collect();
    let range = match found.len() {
        1 => None,
        2 => found.get(1).cloned(),
        _ => Some(KeyPart { attribute: fields[1..].join("#"), ty: KeyType::Text }),
    };
    Some(Parts { hash: found.swap_remove(0), range, fields })
}

fn primary(build: &mut Build<'_>, object: &Definition, parts: &Parts) {
    let name = object.name.text.clone();
    ensure_conditions(build, object, None, parts);
    let Some(model) = build.models.get_mut(&name) else { return };
    model.table.key = parts.clone();
    let (get, list) = (model.get.clone(), model.list.clone());
    let base = |field: &str| object.fields().and_then(|fields| fields.get(field)).map_or("ID", |field| field.ty.base());
    let argument = |field: &String| InputValue::made(field, TypeRef::named(base(field)).required());
    let query = build.root_type(Root::Query);
    if let Some(field) = get.and_then(|get| build.schema.field_mut(&query, &get)) {
        field.arguments = parts.fields.iter().map(|name| (name.clone(), argument(name))).collect();
    }
    if let Some(field) = list.and_then(|list| build.schema.field_mut(&query, &list)) {
        let rest = std::mem::take(&mut field.arguments);
        field.arguments = key_arguments(object, None, parts);
        field.arguments.extend(rest);
        let direction = InputValue::made("sortDirection", TypeRef::named("ModelSortDirection"));
        field.arguments.insert("sortDirection".to_owned(), direction);
    }
    for word in ["create", "update"] {
        if let Some(input) = build.schema.input_mut(&names::mutation_input(word, &name)) {
            for (field, value) in input.iter_mut().filter(|(field, _)| parts.fields.contains(field)) {
                value.ty = TypeRef::named(base(field)).required();
            }
        }
    }
    if let Some(input) = build.schema.input_mut(&names::mutation_input("delete", &name)) {
        let rest = std::mem::take(input);
        input.extend(parts.fields.iter().map(|field| (field.clone(), argument(field))));
        for (field, value) in rest.into_iter().filter(|(field, _)| field != "id") {
            input.entry(field).or_insert(value);
        }
    }
    if let Some(input) = build.schema.input_mut(&names::condition_input(&name)) {
        input.retain(|field, _| !parts.fields.contains(field));
    }
    primary_resolvers(build, &name, parts);
}

fn primary_resolvers(build: &mut Build<'_>, model: &str, parts: &Parts) {
    let composite = vtl::key::put_composite(parts);
    let from_input = vtl::key::object_key(parts, "ctx.args.input");
    for (word, block) in [
        ("Get", vtl::key::object_key(parts, "ctx.args")),
        ("List", vtl::key::condition(parts)),
        ("Create", format!("{from_input}{composite}")),
        ("Update", format!("{from_input}{composite}")),
        ("Delete", from_input.clone()),
    ] {
        if let Some(resolver) = build.resources.resolver_mut(&names::operation_resolver(word, model)) {
            resolver.before_request(&block);
        }
    }
}

fn secondary(build: &mut Build<'_>, object: &Definition, used: &DirectiveUse, name: &str, parts: &Parts) {
    let model = object.name.text.clone();
    let (hash, sorted) = primary_of(object);
    let local = parts.hash.attribute == hash;
    if local && (!sorted || parts.range.is_none()) {
        let message =
            format!("the key `{name}` starts with `{hash}` like the primary key, but one of them has no sort field");
        build.report(
            Diagnostic::error("key-local-without-sort", used.span, message)
                .suggest("give both a second field, or start this key with another field"),
        );
        return;
    }
    let Some(entry) = build.models.get_mut(&model) else { return };
    let most = if local { MOST_LOCAL } else { MOST_GLOBAL };
    if entry.table.indexes.iter().filter(|index| index.local == local).count() >= most {
        let message = format!("the table of `{model}` has {most} indexes of this kind already, and can have no more");
        build.report(Diagnostic::error("key-too-many", used.span, message));
        return;
    }
    entry.table.indexes.push(Index { name: name.to_owned(), local, key: parts.clone() });
    ensure_conditions(build, object, Some(name), parts);
    let block = vtl::key::complete_composite(name, parts);
    for word in ["Create", "Update"].into_iter().filter(|_| !block.is_empty()) {
        if let Some(resolver) = build.resources.resolver_mut(&names::operation_resolver(word, &model)) {
            resolver.before_request(&block);
        }
    }
    if let Some(query) = used.text("queryField") {
        key_query(build, object, used, name, query, parts);
    }
}

/// The hash field of the primary key and whether it has a sort field.
fn primary_of(object: &Definition) -> (String, bool) {
    let primary = object.directives.iter().find(|used| used.name.text == "key" && name_of(used).is_none());
    let fields = primary.map(field_names).unwrap_or_default();
    let hash = fields.first().and_then(|node| node.as_text()).unwrap_or("id");
    (hash.to_owned(), fields.len() > 1)
}

fn key_query(build: &mut Build<'_>, object: &Definition, used: &DirectiveUse, name: &str, query: &str, parts: &Parts) {
    let model = object.name.text.as_str();
    build.ensure_connection(model);
    super::model::ensure_filter(build, object);
    let mut arguments: Vec<InputValue> = key_arguments(object, Some(name), parts).into_values().collect();
    for (argument, ty) in [
        ("sortDirection", "ModelSortDirection".to_owned()),
        ("filter", names::filter_input(model)),
        ("limit", "Int".to_owned()),
        ("nextToken", "String".to_owned()),
    ] {
        arguments.push(InputValue::made(argument, TypeRef::named(ty)));
    }
    build.schema.ensure_sort_direction();
    let span = used.span_of("queryField");
    build.add_operation(Root::Query, Field::made(query, arguments, TypeRef::named(names::connection(model))), span);
    let type_name = build.root_type(Root::Query);
    let id = names::field_resolver(&type_name, query);
    let resolver = Resolver {
        type_name,
        field_name: query.to_owned(),
        source: DataSource::Named(names::data_source(model)),
        request: vtl::key::query(name, parts),
        response: vtl::RESULT.to_owned(),
    };
    build.add_resolver(&id, model, resolver, span);
    if let Some(entry) = build.models.get_mut(model) {
        entry.key_queries.push(KeyQuery { field: query.to_owned(), resolver: id });
    }
}

/// The sort condition's argument of a key, with its type.
pub(crate) fn sort_argument(
    build: &Build<'_>,
    object: &Definition,
    name: Option<&str>,
    parts: &Parts,
) -> Option<InputValue> {
    let argument = vtl::key::sort_argument(parts)?;
    if parts.fields.len() > 2 {
        let ty = names::composite_condition(&object.name.text, name);
        return Some(InputValue::made(&argument, TypeRef::named(ty)));
    }
    let scalar = build.schema.key_scalar(&object.fields()?.get(&argument)?.ty)?;
    Some(InputValue::made(&argument, TypeRef::named(names::key_condition(scalar))))
}

/// Hash and sort arguments of a list or query.
fn key_arguments(object: &Definition, name: Option<&str>, parts: &Parts) -> IndexMap<String, InputValue> {
    let field = |name: &str| object.fields().and_then(|fields| fields.get(name));
    let hash = parts.hash.attribute.as_str();
    let ty = TypeRef::named(field(hash).map_or("ID", |field| field.ty.base()));
    let mut arguments = IndexMap::from([(hash.to_owned(), InputValue::made(hash, ty))]);
    if let Some(sort) = vtl::key::sort_argument(parts) {
        let ty = if parts.fields.len() > 2 {
            names::composite_condition(&object.name.text, name)
        } else {
            let scalar = field(&sort).and_then(|field| crate::schema::base_scalar(field.ty.base()));
            names::key_condition(scalar.unwrap_or("String"))
        };
        arguments.insert(sort.clone(), InputValue::made(&sort, TypeRef::named(ty)));
    }
    arguments
}

/// The input types that the sort argument of a key needs.
fn ensure_conditions(build: &mut Build<'_>, object: &Definition, name: Option<&str>, parts: &Parts) {
    let ty = |field: &String| object.fields().and_then(|fields| fields.get(field)).map(|field| field.ty.clone());
    if parts.fields.len() > 2 {
        let members: Vec<_> = parts.fields[1..].iter().filter_map(|name| Some((name.clone(), ty(name)?))).collect();
        build.schema.ensure_composite(&object.name.text, name, &members);
    } else if let Some(ty) = parts.fields.get(1).and_then(ty)
        && let Some(scalar) = build.schema.key_scalar(&ty)
    {
        build.schema.ensure_key_condition(scalar);
    }
}
