//! `@searchable`: a model whose items are copied to a search domain, and a query that searches them.

mod domain;

use indexmap::IndexMap;

use super::{Argument, Directive, Place, Shape, Spec};
use crate::build::Build;
use crate::schema::{Root, base_scalar, names};
use crate::syntax::{Definition, DirectiveUse, Field, InputValue, Kind, TypeRef};
use crate::template::{DataSource, Resolver};
use crate::vtl;

pub(super) struct Searchable;

const STACK: &str = "SearchableStack";

/// Scalars that are sorted as they are; others have a copy that is not taken apart into words.
const RAW: [&str; 8] = ["Int", "Float", "Boolean", "AWSTimestamp", "AWSDate", "AWSDateTime", "BigInt", "Double"];

static SPEC: Spec = Spec {
    name: "searchable",
    places: &[Place::Object],
    repeatable: false,
    arguments: &[Argument::optional("queries", Shape::Object(&[Argument::optional("search", Shape::Text)]))],
};

impl Directive for Searchable {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn object(&self, build: &mut Build<'_>, object: &Definition, used: &DirectiveUse) {
        if !super::has_table(build, object, "searchable", used) {
            return;
        }
        let name = object.name.text.as_str();
        domain::ensure(build, used);
        domain::stream(build, used, name);
        let fields = searched(object);
        // `queries: null` keeps the copy and leaves the query out.
        let given = used.argument("queries");
        let query = match given {
            Some(queries) if queries.is_null() => return,
            Some(queries) => queries.member("search").and_then(|value| value.as_text()),
            None => None,
        };
        let query = query.map_or_else(|| names::clean(&format!("search{}s", names::upper(name))), str::to_owned);
        types(build, name, &fields);
        let argument = |argument: &str, ty: TypeRef| InputValue::made(argument, ty);
        let arguments = vec![
            argument("filter", TypeRef::named(made(name, "FilterInput"))),
            argument("sort", TypeRef::named(made(name, "SortInput"))),
            argument("limit", TypeRef::named("Int")),
            argument("nextToken", TypeRef::named("String")),
        ];
        let field = Field::made(&query, arguments, TypeRef::named(made(name, "Connection")));
        build.add_operation(Root::Query, field, used.span);
        let hash = build.models.get(name).map_or("id", |model| model.table.key.hash.attribute.as_str()).to_owned();
        let raw: Vec<String> = fields
            .iter()
            .filter(|field| RAW.contains(&field.ty.base()))
            .map(|field| format!("\"{}\"", field.name.text))
            .collect();
        let request = vtl::fill(
            include_str!("../vtl/search.req.vtl"),
            &[("raw", &raw.join(", ")), ("hash", &hash), ("index", &name.to_lowercase())],
        );
        let resolver = Resolver {
            type_name: build.root_type(Root::Query),
            field_name: query.clone(),
            source: DataSource::Named(domain::SOURCE.to_owned()),
            request,
            response: include_str!("../vtl/search.res.vtl").to_owned(),
        };
        build.add_resolver(&names::operation_resolver("Search", name), STACK, resolver, used.span);
        if let Some(model) = build.models.get_mut(name) {
            model.search = Some(query);
        }
    }
}

/// The fields that are searched and sorted by.
fn searched(object: &Definition) -> Vec<&Field> {
    let fields = object.fields().into_iter().flat_map(IndexMap::values);
    fields.filter(|field| field.is_declared() && base_scalar(field.ty.base()).is_some()).collect()
}

fn made(model: &str, what: &str) -> String {
    names::clean(&format!("Searchable{model}{what}"))
}

fn types(build: &mut Build<'_>, name: &str, fields: &[&Field]) {
    let schema = &mut build.schema;
    schema.ensure_search_filters();
    let filter = made(name, "FilterInput");
    let mut members: Vec<InputValue> = fields
        .iter()
        .map(|field| {
            let scalar = base_scalar(field.ty.base()).unwrap_or("String");
            InputValue::made(&field.name.text, TypeRef::named(format!("Searchable{scalar}FilterInput")))
        })
        .collect();
    members.push(InputValue::made("and", TypeRef::list_of(&filter)));
    members.push(InputValue::made("or", TypeRef::list_of(&filter)));
    members.push(InputValue::made("not", TypeRef::named(&filter)));
    schema.add_input(&filter, members);
    let names: Vec<&str> = fields.iter().map(|field| field.name.text.as_str()).collect();
    schema.add_enum(&made(name, "SortableFields"), &names);
    let sort = vec![
        InputValue::made("field", TypeRef::named(made(name, "SortableFields"))),
        InputValue::made("direction", TypeRef::named("SearchableSortDirection")),
    ];
    schema.add_input(&made(name, "SortInput"), sort);
    let fields = [
        Field::made("items", Vec::new(), TypeRef::list_of(name)),
        Field::made("nextToken", Vec::new(), TypeRef::named("String")),
        Field::made("total", Vec::new(), TypeRef::named("Int")),
    ];
    let fields = fields.into_iter().map(|field| (field.name.text.clone(), field)).collect();
    let kind = Kind::Object { implements: Vec::new(), fields };
    schema.add(Definition::made(&made(name, "Connection"), kind));
}
