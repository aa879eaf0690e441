//! `@model`: a table, queries, mutations and subscriptions for a type.

use indexmap::IndexMap;

use super::{Argument, Directive, Place, Shape, Spec};
use crate::build::Build;
use crate::diagnostic::Diagnostic;
use crate::model::{Change, Level, Model as Entry, Table};
use crate::schema::{FilterStyle, Root, base_scalar, enum_filter, filter_type, names};
use crate::syntax::{Definition, DirectiveUse, Field, InputValue, Kind, TypeRef, ValueNode};
use crate::template::{DataSource, Resolver};
use crate::vtl;

pub(super) struct Model;

const NAMES: Shape = Shape::List(&Shape::Text);
static SPEC: Spec = Spec {
    name: "model",
    places: &[Place::Object],
    repeatable: false,
    arguments: &[
        Argument::optional(
            "queries",
            Shape::Object(&[Argument::optional("get", Shape::Text), Argument::optional("list", Shape::Text)]),
        ),
        Argument::optional(
            "mutations",
            Shape::Object(&[
                Argument::optional("create", Shape::Text),
                Argument::optional("update", Shape::Text),
                Argument::optional("delete", Shape::Text),
            ]),
        ),
        Argument::optional(
            "subscriptions",
            Shape::Object(&[
                Argument::optional("onCreate", NAMES),
                Argument::optional("onUpdate", NAMES),
                Argument::optional("onDelete", NAMES),
                Argument::optional("level", Shape::Choice(&["off", "public", "on"])),
            ]),
        ),
        Argument::optional(
            "timestamps",
            Shape::Object(&[
                Argument::optional("createdAt", Shape::Text),
                Argument::optional("updatedAt", Shape::Text),
            ]),
        ),
    ],
};

/// Logical ids that every API has.
const TAKEN: [&str; 8] = [
    "GraphQLAPI",
    "GraphQLAPIKey",
    "GraphQLSchema",
    "NoneDataSource",
    "ConnectionStack",
    "FunctionDirectiveStack",
    "HttpStack",
    "SearchableStack",
];

impl Directive for Model {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn object(&self, build: &mut Build<'_>, object: &Definition, used: &DirectiveUse) {
        let name = object.name.text.as_str();
        if build.schema.is_root(name) || TAKEN.contains(&name) {
            let message = format!("`{name}` cannot have `@model`: the API itself has something of that name");
            build.report(Diagnostic::error("reserved-name", object.name.span, message).suggest("rename the type"));
            return;
        }
        if object.fields().is_none_or(IndexMap::is_empty) {
            return;
        }
        warn_of_extensions(build, object);
        let stamps = Stamps::read(build, object, used);
        let model = entry(object, used);
        crate::template::add_table(build, &model);
        operations(build, &model, object, &stamps);
        resolvers(build, &model, &stamps);
        stamps.add_fields(build, name);
        build.models.insert(name.to_owned(), model);
    }
}

fn warn_of_extensions(build: &mut Build<'_>, object: &Definition) {
    for field in object.fields().into_iter().flat_map(IndexMap::values).filter(|field| field.extended) {
        let message = format!("`{}` is added by an extension, so no input or filter has it", field.name.text);
        build.report(
            Diagnostic::warning("extension-field", field.name.span, message)
                .suggest(format!("declare it inside `type {}`", object.name.text)),
        );
    }
}

/// The value of a member that may be absent (the usual name), `null` (none) or a name; `present` says whether the object is.
fn named(object: Option<&ValueNode>, member: &str, usual: String) -> Option<String> {
    match object {
        None => Some(usual),
        Some(object) => object.member(member).and_then(ValueNode::as_text).map(str::to_owned),
    }
}

fn entry(object: &Definition, used: &DirectiveUse) -> Entry {
    let name = object.name.text.as_str();
    let (queries, mutations) = (used.argument("queries"), used.argument("mutations"));
    let mutations: Vec<(Change, String)> = Change::ALL
        .into_iter()
        .filter_map(|change| Some((change, named(mutations, change.word(), names::mutation(change.word(), name))?)))
        .collect();
    let (subscriptions, level) = subscriptions(name, used.argument("subscriptions"), &mutations);
    Entry {
        name: name.to_owned(),
        span: object.name.span,
        table: Table::with_id(),
        get: named(queries, "get", names::get_query(name)),
        list: named(queries, "list", names::list_query(name)),
        mutations,
        subscriptions,
        level,
        key_queries: Vec::new(),
        search: None,
    }
}

fn subscriptions(
    model: &str,
    argument: Option<&ValueNode>,
    mutations: &[(Change, String)],
) -> (IndexMap<String, Vec<Change>>, Level) {
    let member = |change: Change| format!("on{}", names::upper(change.word()));
    let level = match argument.and_then(|value| value.member("level")).and_then(ValueNode::as_enum) {
        Some("off") => Level::Off,
        Some("public") => Level::Public,
        _ => Level::On,
    };
    if argument.is_some_and(ValueNode::is_null) || level == Level::Off {
        return (IndexMap::new(), Level::Off);
    }
    let lists = argument.filter(|value| Change::ALL.iter().any(|change| value.member(&member(*change)).is_some()));
    let mut found: IndexMap<String, Vec<Change>> = IndexMap::new();
    for (change, _) in mutations {
        let names: Vec<String> = match lists {
            None => vec![names::subscription(change.word(), model)],
            Some(lists) => (lists.member(&member(*change)).map(ValueNode::items).unwrap_or_default().iter())
                .filter_map(|item| item.as_text().map(str::to_owned))
                .collect(),
        };
        for name in names {
            let changes = found.entry(name).or_default();
            if !changes.contains(change) {
                changes.push(*change);
            }
        }
    }
    (found, level)
}

/// The fields that record when an item was made and changed; `None` where that is turned off.
struct Stamps {
    created: Option<String>,
    updated: Option<String>,
    /// Declared by the type, so it must not be added.
    declared: Vec<String>,
}

impl Stamps {
    fn read(build: &mut Build<'_>, object: &Definition, used: &DirectiveUse) -> Self {
        let argument = used.argument("timestamps");
        let off = argument.is_some_and(ValueNode::is_null);
        let mut declared = Vec::new();
        let mut one = |member: &str| {
            let given = argument.and_then(|value| value.member(member));
            let name = match given {
                _ if off => return None,
                None => member.to_owned(),
                Some(value) => value.as_text()?.to_owned(),
            };
            if let Some(field) = object.fields().and_then(|fields| fields.get(&name)) {
                if !matches!(field.ty.base(), "AWSDateTime" | "String") || field.ty.is_list() {
                    let message = format!("`{name}` is not filled in, because its type is `{}`", field.ty.base());
                    build.report(
                        Diagnostic::warning("timestamp-type", field.ty.span, message).allow("AWSDateTime, String"),
                    );
                    return None;
                }
                declared.push(name.clone());
            }
            Some(name)
        };
        Self { created: one("createdAt"), updated: one("updatedAt"), declared }
    }

    fn add_fields(&self, build: &mut Build<'_>, object: &str) {
        let Some(fields) = build.schema.get_mut(object).and_then(Definition::fields_mut) else { return };
        for name in [&self.created, &self.updated].into_iter().flatten() {
            if !fields.contains_key(name) {
                fields.insert(name.clone(), Field::made(name, Vec::new(), TypeRef::named("AWSDateTime").required()));
            }
        }
    }

    fn is_declared(&self, name: &str) -> bool {
        self.declared.iter().any(|declared| declared == name)
    }
}

fn argument(name: &str, ty: TypeRef) -> InputValue {
    InputValue::made(name, ty)
}

fn operations(build: &mut Build<'_>, model: &Entry, object: &Definition, stamps: &Stamps) {
    let name = model.name.as_str();
    let style = build.style();
    if let Some(get) = &model.get {
        let id = argument("id", TypeRef::named("ID").required());
        build.add_operation(Root::Query, Field::made(get, vec![id], TypeRef::named(name)), model.span);
    }
    if let Some(list) = &model.list {
        build.schema.ensure_sort_direction();
        build.ensure_connection(name);
        ensure_filter(build, object);
        let arguments = vec![
            argument("filter", TypeRef::named(names::filter_input(name))),
            argument("limit", TypeRef::named("Int")),
            argument("nextToken", TypeRef::named("String")),
        ];
        let ty = TypeRef::named(names::connection(name));
        build.add_operation(Root::Query, Field::made(list, arguments, ty), model.span);
    }
    for (change, mutation) in &model.mutations {
        let input = names::mutation_input(change.word(), name);
        let fields = match change {
            Change::Create => create_fields(build, object, stamps),
            Change::Update => update_fields(build, object),
            Change::Delete => vec![argument("id", TypeRef::named("ID"))],
        };
        build.schema.add_input(&input, fields);
        let mut arguments = vec![argument("input", TypeRef::named(input).required())];
        if style == FilterStyle::WithConditions {
            ensure_condition(build, object);
            arguments.push(argument("condition", TypeRef::named(names::condition_input(name))));
        }
        let field = Field::made(mutation, arguments, TypeRef::named(name));
        build.add_operation(Root::Mutation, field, model.span);
    }
    if build.schema.root_name(Root::Mutation).is_some() {
        for (subscription, changes) in &model.subscriptions {
            let heard: Vec<&str> = changes.iter().filter_map(|change| model.mutation(*change)).collect();
            let mut field = Field::made(subscription, Vec::new(), TypeRef::named(name));
            field.directives.push(DirectiveUse::made("aws_subscribe", vec![("mutations", ValueNode::texts(heard))]));
            build.add_operation(Root::Subscription, field, model.span);
        }
    }
}

/// Declared fields that an input can carry, with the type they have there.
fn input_fields<'d>(build: &mut Build<'_>, object: &'d Definition) -> Vec<(&'d Field, TypeRef)> {
    let mut found = Vec::new();
    let fields = object.fields().into_iter().flat_map(IndexMap::values).filter(|field| field.is_declared());
    for field in fields {
        let base = field.ty.base();
        if build.schema.is_scalar(base) || build.schema.is_enum(base) {
            found.push((field, field.ty.clone()));
        } else if is_plain_object(build, base) {
            ensure_plain_input(build, base);
            found.push((field, field.ty.rebased(&names::plain_input(base))));
        }
    }
    found
}

fn is_plain_object(build: &Build<'_>, name: &str) -> bool {
    let object = build.declared.get(name).filter(|found| matches!(found.kind, Kind::Object { .. }));
    object.is_some() && !build.is_model(name) && !build.schema.is_root(name)
}

/// The input type of an object without a table, and of those inside it.
pub(crate) fn ensure_plain_input(build: &mut Build<'_>, object: &str) {
    let declared = std::sync::Arc::clone(&build.declared);
    let mut open = vec![object.to_owned()];
    while let Some(name) = open.pop() {
        let input = names::plain_input(&name);
        if build.schema.get(&input).is_some() {
            continue;
        }
        let mut fields = Vec::new();
        for field in declared.get(&name).and_then(Definition::fields).into_iter().flat_map(IndexMap::values) {
            let base = field.ty.base();
            if build.schema.is_scalar(base) || build.schema.is_enum(base) {
                fields.push(argument(&field.name.text, field.ty.clone()));
            } else if is_plain_object(build, base) {
                fields.push(argument(&field.name.text, field.ty.rebased(&names::plain_input(base))));
                open.push(base.to_owned());
            }
        }
        build.schema.add_input(&input, fields);
    }
}

fn create_fields(build: &mut Build<'_>, object: &Definition, stamps: &Stamps) -> Vec<InputValue> {
    let fields = input_fields(build, object);
    let made = |(field, ty): (&Field, TypeRef)| {
        let name = field.name.text.as_str();
        let relaxed = stamps.is_declared(name) || (name == "id" && ty.base() == "ID");
        argument(name, if relaxed { ty.optional() } else { ty })
    };
    fields.into_iter().map(made).collect()
}

fn update_fields(build: &mut Build<'_>, object: &Definition) -> Vec<InputValue> {
    let fields = input_fields(build, object);
    let made = |(field, ty): (&Field, TypeRef)| {
        let name = field.name.text.as_str();
        argument(name, if name == "id" { ty.required() } else { ty.optional() })
    };
    fields.into_iter().map(made).collect()
}

/// One member per declared scalar or enum field.
fn filter_fields(build: &mut Build<'_>, object: &Definition) -> Vec<InputValue> {
    let style = build.style();
    build.schema.ensure_scalar_filters(style);
    let mut members = Vec::new();
    for field in object.fields().into_iter().flat_map(IndexMap::values).filter(|field| field.is_declared()) {
        let base = field.ty.base();
        let filter = if let Some(scalar) = base_scalar(base) {
            filter_type(scalar, style)
        } else if build.schema.is_enum(base) {
            build.schema.ensure_enum_filter(base, field.ty.is_list(), style);
            enum_filter(base, field.ty.is_list(), style)
        } else {
            continue;
        };
        members.push(argument(&field.name.text, TypeRef::named(filter)));
    }
    members
}

fn with_logic(mut members: Vec<InputValue>, name: &str) -> Vec<InputValue> {
    members.push(argument("and", TypeRef::list_of(name)));
    members.push(argument("or", TypeRef::list_of(name)));
    members.push(argument("not", TypeRef::named(name)));
    members
}

/// The filter of a model's lists.
pub(crate) fn ensure_filter(build: &mut Build<'_>, object: &Definition) {
    let name = names::filter_input(&object.name.text);
    if build.schema.get(&name).is_none() {
        let members = filter_fields(build, object);
        build.schema.add_input(&name, with_logic(members, &name));
    }
}

/// The condition of a model's mutations; directives that run later take their key and owner fields out.
fn ensure_condition(build: &mut Build<'_>, object: &Definition) {
    let name = names::condition_input(&object.name.text);
    if build.schema.get(&name).is_none() {
        let mut members = filter_fields(build, object);
        members.retain(|member| member.name.text != "id");
        build.schema.add_input(&name, with_logic(members, &name));
    }
}

fn resolvers(build: &mut Build<'_>, model: &Entry, stamps: &Stamps) {
    let name = model.name.as_str();
    let source = DataSource::Named(names::data_source(name));
    let mut add = |word: &str, root: Root, field: &str, request: String| {
        let resolver = Resolver {
            type_name: build.root_type(root),
            field_name: field.to_owned(),
            source: source.clone(),
            request,
            response: vtl::RESULT.to_owned(),
        };
        build.add_resolver(&names::operation_resolver(word, name), name, resolver, model.span);
    };
    if let Some(get) = &model.get {
        add("Get", Root::Query, get, vtl::model::get());
    }
    if let Some(list) = &model.list {
        add("List", Root::Query, list, vtl::model::list());
    }
    let (created, updated) = (stamps.created.as_deref(), stamps.updated.as_deref());
    for (change, mutation) in &model.mutations {
        let request = match change {
            Change::Create => vtl::model::create(name, created, updated),
            Change::Update => vtl::model::update(name, updated),
            Change::Delete => vtl::model::delete(),
        };
        add(&names::upper(change.word()), Root::Mutation, mutation, request);
    }
}
