//! `@connection(name:, keyField:, sortField:)`: a foreign key that is made, and an index for the way back.

use super::{Link, add_resolver, page_field};
use crate::build::Build;
use crate::directives::key::MOST_GLOBAL;
use crate::model::{Index, Key, KeyPart, KeyType};
use crate::schema::{base_scalar, names};
use crate::syntax::{Definition, Field, InputValue, TypeRef};
use crate::vtl;
use crate::vtl::connection::Sort;

pub(super) fn connect(build: &mut Build<'_>, link: &Link<'_>) {
    let (parent, target) = (link.parent.name.text.as_str(), link.target.name.text.as_str());
    let field = link.field.name.text.as_str();
    let other = link.used.text("name").map(|name| (name, other_half(link, name)));
    if let Some((name, None)) = other {
        let message = format!("the other half of the connection `{name}` is missing on `{target}`");
        let help = format!("add `@connection(name: \"{name}\")` to a field of `{target}`, or remove the name");
        link.refuse(build, "connection-half", link.used.span_of("name"), message, &help);
        return;
    }
    let other = other.and_then(|(_, other)| other);
    let index = format!("gsi-{}", link.used.text("name").map_or_else(|| format!("{parent}.{field}"), str::to_owned));
    let key_field = link.used.text("keyField");
    match (link.field.ty.is_list(), other) {
        (true, Some(other)) if other.ty.is_list() => {
            let message = format!("`{parent}.{field}` and `{target}.{}` are both lists", other.name.text);
            let help = "put a type with two connections in between";
            link.refuse(build, "connection-many-to-many", link.used.span, message, help);
        }
        (true, other) => {
            let made = match other {
                Some(other) => names::camel([target, &other.name.text, "id"]),
                None => names::camel([parent, field, "id"]),
            };
            let attribute = key_field.map_or(made, str::to_owned);
            if !key_field_fits(build, link, link.target, &attribute) {
                return;
            }
            if other.is_none() {
                if !add_index(build, link, target, &index, &attribute, None) {
                    return;
                }
                add_inputs(build, target, &attribute, false);
            }
            list(build, link, other, &index, &attribute);
        }
        (false, other) => {
            let attribute = key_field.map_or_else(|| names::camel([parent, field, "id"]), str::to_owned);
            if !key_field_fits(build, link, link.parent, &attribute) {
                return;
            }
            if let Some(other) = other.filter(|other| other.ty.is_list()) {
                let Some(sort) = index_sort(build, link, other) else { return };
                if !add_index(build, link, parent, &index, &attribute, sort) {
                    return;
                }
            }
            single(build, link, &attribute, other.is_some_and(|other| other.ty.is_list()));
        }
    }
}

/// The field of the target with the same connection name.
fn other_half<'d>(link: &Link<'d>, name: &str) -> Option<&'d Field> {
    let fields = link.target.fields()?.values();
    let named = |field: &&Field| {
        let used = field.directives.iter().find(|used| used.name.text == "connection");
        used.is_some_and(|used| used.text("name") == Some(name))
    };
    fields.filter(|field| !std::ptr::eq(*field, link.field)).find(named)
}

fn sort_field_of(field: &Field) -> Option<&str> {
    field.directives.iter().find(|used| used.name.text == "connection").and_then(|used| used.text("sortField"))
}

/// A declared key field must be a single `ID` or `String`.
fn key_field_fits(build: &mut Build<'_>, link: &Link<'_>, owner: &Definition, attribute: &str) -> bool {
    let Some(field) = owner.fields().and_then(|fields| fields.get(attribute)) else { return true };
    let fits = matches!(field.ty.base(), "ID" | "String") && !field.ty.is_list();
    if !fits {
        let message = format!("`{}.{attribute}` holds the key of a connection", owner.name.text);
        link.refuse(build, "connection-key-field", field.ty.span, message, "give it the type `ID`");
    }
    fits
}

/// The range attribute of the index, from `sortField` of the list side; the outer `None` is an error.
fn index_sort(build: &mut Build<'_>, link: &Link<'_>, list: &Field) -> Option<Option<KeyPart>> {
    let Some(name) = sort_field_of(list) else { return Some(None) };
    let field = link.parent.fields().and_then(|fields| fields.get(name));
    let scalar = field.filter(|field| !field.ty.is_list()).and_then(|field| base_scalar(field.ty.base()));
    match scalar.and_then(KeyType::of_scalar) {
        Some(ty) => Some(Some(KeyPart { attribute: name.to_owned(), ty })),
        None => {
            let message = format!(
                "`{name}` cannot sort the connection: `{}` needs it as a text or a number",
                link.parent.name.text
            );
            let help = format!("declare `{name}: String` on `{}`", link.parent.name.text);
            link.refuse(build, "connection-sort-field", link.used.span, message, &help);
            None
        }
    }
}

/// Adds the index that leads from a key back to the items with it; false when the table has no room.
fn add_index(
    build: &mut Build<'_>,
    link: &Link<'_>,
    model: &str,
    name: &str,
    attribute: &str,
    sort: Option<KeyPart>,
) -> bool {
    let Some(entry) = build.models.get_mut(model) else { return false };
    if entry.table.indexes.iter().any(|index| index.name == name) {
        return true;
    }
    if entry.table.indexes.iter().filter(|index| !index.local).count() >= MOST_GLOBAL {
        let message = format!("the table of `{model}` has {MOST_GLOBAL} indexes already, and can have no more");
        link.refuse(build, "key-too-many", link.used.span, message, "use `fields` and an existing key");
        return false;
    }
    let mut fields = vec![attribute.to_owned()];
    fields.extend(sort.iter().map(|part| part.attribute.clone()));
    let hash = KeyPart { attribute: attribute.to_owned(), ty: KeyType::Text };
    entry.table.indexes.push(Index { name: name.to_owned(), local: false, key: Key { hash, range: sort, fields } });
    true
}

/// The foreign key is part of what is created and updated.
fn add_inputs(build: &mut Build<'_>, model: &str, attribute: &str, required: bool) {
    for (word, required) in [("create", required), ("update", false)] {
        if let Some(input) = build.schema.input_mut(&names::mutation_input(word, model)) {
            let ty = TypeRef::named("ID");
            let ty = if required { ty.required() } else { ty };
            input.entry(attribute.to_owned()).or_insert_with(|| InputValue::made(attribute, ty));
        }
    }
}

/// The field of a model that identifies it: the first of a key of one or two, else `id`.
fn id_field(build: &Build<'_>, model: &str) -> (String, KeyType) {
    let key = build.models.get(model).map(|model| &model.table.key).filter(|key| key.fields.len() <= 2);
    key.map_or_else(|| ("id".to_owned(), KeyType::Text), |key| (key.hash.attribute.clone(), key.hash.ty))
}

fn list(build: &mut Build<'_>, link: &Link<'_>, other: Option<&Field>, index: &str, attribute: &str) {
    let (id, _) = id_field(build, &link.parent.name.text);
    // The argument follows `sortField` of the single side, the index that of the list side: both halves carry it.
    let sort_field = other.and_then(sort_field_of);
    let declared = sort_field.and_then(|name| link.target.fields()?.get(name));
    let scalar = declared.and_then(|field| base_scalar(field.ty.base()));
    let argument = sort_field.zip(scalar).and_then(|(name, scalar)| Some((name, scalar, KeyType::of_scalar(scalar)?)));
    let hash = KeyPart { attribute: attribute.to_owned(), ty: KeyType::Text };
    let (sort, value) = match argument {
        None => (Sort::Open, None),
        Some((name, scalar, ty)) => {
            build.schema.ensure_key_condition(scalar);
            let range = KeyPart { attribute: name.to_owned(), ty };
            let fields = vec![attribute.to_owned(), name.to_owned()];
            let key = Key { hash: hash.clone(), range: Some(range.clone()), fields };
            let value = InputValue::made(name, TypeRef::named(names::key_condition(scalar)));
            (Sort::Argument(name, range, key), Some(value))
        }
    };
    let request = vtl::connection::query(Some(index), &hash, &id, &sort, link.limit());
    add_resolver(build, link, request, true);
    page_field(build, link, value);
}

fn single(build: &mut Build<'_>, link: &Link<'_>, attribute: &str, paired: bool) {
    let target = link.target.name.text.as_str();
    let (id, ty) = id_field(build, target);
    let fields = [attribute.to_owned()];
    let mut sort: Option<(KeyPart, [String; 1])> = None;
    if let Some(name) = link.used.text("sortField").filter(|_| !paired) {
        let range = build
            .models
            .get(target)
            .and_then(|model| model.table.key.range.clone().filter(|_| model.table.key.fields.len() == 2));
        let own = link.parent.fields().and_then(|fields| fields.get(name));
        let theirs = range.as_ref().and_then(|range| link.target.fields()?.get(&range.attribute));
        match (range, own, theirs) {
            (Some(range), Some(own), Some(theirs)) if own.ty.base() == theirs.ty.base() => {
                sort = Some((range, [name.to_owned()]));
            }
            _ => {
                let message = format!("`{name}` does not match the sort field of the primary key of `{target}`");
                let help = "declare both with the same type, and give the target a primary `@key` of two fields";
                link.refuse(build, "connection-sort-field", link.used.span_of("sortField"), message, help);
                return;
            }
        }
    }
    let mut parts: Vec<(&str, KeyType, &[String])> = vec![(&id, ty, &fields)];
    parts.extend(sort.as_ref().map(|(range, fields)| (range.attribute.as_str(), range.ty, &fields[..])));
    add_resolver(build, link, vtl::connection::get(&parts), false);
    add_inputs(build, &link.parent.name.text, attribute, link.field.ty.is_required());
}
