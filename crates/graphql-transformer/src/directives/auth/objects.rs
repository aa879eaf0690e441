//! Rules on a type: each operation that a rule covers is protected; the others stay open.

use indexmap::IndexMap;

use super::policies::Policies;
use super::providers::{add_to_field, add_to_operation, add_to_type, of_rules};
use super::rules::{Allow, Operation, Provider, Rule};
use crate::build::Build;
use crate::model::{Change, Level};
use crate::schema::{Root, names};
use crate::syntax::{Definition, Field, InputValue, Kind, TypeRef};
use crate::template::{DataSource, Resolver};
use crate::vtl;
use crate::vtl::auth::{Checks, GroupKind, Groups, Owner};

/// The checks for rules; `None` where the rules need no template.
pub(super) fn checks<'r>(
    build: &Build<'_>,
    object: &Definition,
    rules: &[&'r Rule],
    prefix: &str,
) -> Option<Checks<'r>> {
    // A rule for everyone who signs in makes the others pointless.
    let everyone =
        |rule: &&Rule| rule.provider == Provider::UserPools && matches!(rule.allow, Allow::Private | Allow::Public);
    if rules.iter().any(everyone) {
        return None;
    }
    let list =
        |field: &str| object.fields().and_then(|fields| fields.get(field)).is_some_and(|field| field.ty.is_list());
    let guarded: Vec<&&Rule> = rules.iter().filter(|rule| matches!(rule.allow, Allow::Owner | Allow::Groups)).collect();
    let provider = |provider| guarded.iter().any(|rule| rule.provider == provider);
    let owners = guarded.iter().filter(|rule| rule.allow == Allow::Owner).map(|rule| Owner {
        field: &rule.owner_field,
        claim: &rule.claim,
        list: list(&rule.owner_field),
    });
    let groups = guarded.iter().filter(|rule| rule.allow == Allow::Groups).map(|rule| Groups {
        claim: &rule.group_claim,
        kind: match &rule.groups {
            Some(groups) => GroupKind::Static(groups),
            None => GroupKind::Dynamic(&rule.groups_field, list(&rule.groups_field)),
        },
    });
    (!guarded.is_empty()).then(|| Checks {
        owners: owners.collect(),
        groups: groups.collect(),
        user_pools: provider(Provider::UserPools),
        oidc: provider(Provider::Oidc),
        pools_are_default: Provider::of(&build.input.auth.default) == Provider::UserPools,
        prefix: prefix.to_owned(),
    })
}

/// The rules that cover an operation.
pub(super) fn covering(rules: &[Rule], operation: Operation) -> Vec<&Rule> {
    rules.iter().filter(|rule| rule.covers(operation)).collect()
}

/// True when a rule of the default provider is among them.
pub(super) fn default_among(build: &Build<'_>, rules: &[&Rule]) -> bool {
    let default = Provider::of(&build.input.auth.default);
    rules.iter().any(|rule| rule.provider == default)
}

pub(super) fn operation_of(change: Change) -> Operation {
    match change {
        Change::Create => Operation::Create,
        Change::Update => Operation::Update,
        Change::Delete => Operation::Delete,
    }
}

pub(super) fn protect(build: &mut Build<'_>, object: &Definition, rules: &[Rule], policies: &mut Policies) {
    let name = object.name.text.as_str();
    let all: Vec<&Rule> = rules.iter().collect();
    policies.want(rules);
    let own = of_rules(build, &all, false);
    add_to_type(build, name, &own);
    policies.grant(&all, name, None);
    nested_types(build, object, &own, policies);
    let Some(model) = build.models.get(name).cloned() else { return };
    for (change, field) in &model.mutations {
        let rules = covering(rules, operation_of(*change));
        operation(build, Root::Mutation, field, &rules, policies);
        if let Some(checks) = checks(build, object, &rules, "") {
            let block = if *change == Change::Create { checks.create() } else { checks.condition() };
            let id = names::operation_resolver(&names::upper(change.word()), name);
            if let Some(resolver) = build.resources.resolver_mut(&id) {
                resolver.before_request(&block);
            }
        }
    }
    let queries = [("Get", &model.get, Operation::Get), ("List", &model.list, Operation::List)];
    for (word, field, kind) in queries {
        if let Some(field) = field {
            let id = names::operation_resolver(word, name);
            read(build, object, field, &id, &covering(rules, kind), word == "Get", policies);
        }
    }
    for query in &model.key_queries {
        read(build, object, &query.field, &query.resolver, &covering(rules, Operation::Read), false, policies);
    }
    if let Some(field) = &model.search {
        let rules = covering(rules, Operation::Read);
        operation(build, Root::Query, field, &rules, policies);
        let id = names::operation_resolver("Search", name);
        if let Some(checks) = checks(build, object, &rules, "")
            && let Some(resolver) = build.resources.resolver_mut(&id)
        {
            resolver.before_answer(vtl::SEARCH_ANSWER, &checks.found());
        }
    }
    connections(build, object, &covering(rules, Operation::Read));
    for (subscription_name, changes) in &model.subscriptions {
        for change in changes {
            let rules = covering(rules, operation_of(*change));
            subscription(build, object, model.level, subscription_name, &rules, policies);
        }
    }
    without_auth_fields(build, name, rules);
}

/// Types without a table that the model holds directly let the same providers in.
fn nested_types(build: &mut Build<'_>, object: &Definition, own: &[&str], policies: &mut Policies) {
    for field in object.fields().into_iter().flat_map(IndexMap::values) {
        let base = field.ty.base();
        let nested = build.schema.get(base).is_some_and(|found| matches!(found.kind, Kind::Object { .. }));
        if nested && !build.is_model(base) && !build.schema.is_root(base) {
            add_to_type(build, base, own);
            policies.grant_nested(base);
        }
    }
}

fn operation(build: &mut Build<'_>, root: Root, field: &str, rules: &[&Rule], policies: &mut Policies) {
    if rules.is_empty() {
        return;
    }
    let open = default_among(build, rules);
    let directives = of_rules(build, rules, open);
    add_to_operation(build, root, field, &directives);
    policies.grant(rules, &build.root_type(root), Some(field));
}

fn read(
    build: &mut Build<'_>,
    object: &Definition,
    field: &str,
    resolver: &str,
    rules: &[&Rule],
    single: bool,
    policies: &mut Policies,
) {
    operation(build, Root::Query, field, rules, policies);
    let Some(checks) = checks(build, object, rules, "") else { return };
    let block = if single { checks.single("$ctx.result") } else { checks.many() };
    if let Some(resolver) = build.resources.resolver_mut(resolver) {
        resolver.before_response(&block);
    }
}

/// Fields of other types that reach this one.
fn connections(build: &mut Build<'_>, object: &Definition, rules: &[&Rule]) {
    if rules.is_empty() {
        return;
    }
    let directives = of_rules(build, rules, default_among(build, rules));
    let checks = checks(build, object, rules, "");
    let (single, many) = (checks.as_ref().map(|c| c.single("$ctx.result")), checks.as_ref().map(Checks::many));
    for (parent, field, list) in build.connected_to(&object.name.text) {
        add_to_field(build, &parent, &field, &directives);
        if let (Some(block), Some(resolver)) =
            (if list { &many } else { &single }, build.resources.resolver_mut(&names::field_resolver(&parent, &field)))
        {
            resolver.before_response(block);
        }
    }
}

fn subscription(
    build: &mut Build<'_>,
    object: &Definition,
    level: Level,
    name: &str,
    rules: &[&Rule],
    policies: &mut Policies,
) {
    let root = build.root_type(Root::Subscription);
    if rules.is_empty() || build.schema.field(&root, name).is_none() {
        return;
    }
    let id = names::field_resolver(&root, name);
    let mut resolver = Resolver {
        type_name: root.clone(),
        field_name: name.to_owned(),
        source: DataSource::None,
        request: "{\n  \"version\": \"2018-05-29\",\n  \"payload\": {}\n}\n".to_owned(),
        response: "$util.toJson(null)\n".to_owned(),
    };
    build.resources.needs_none = true;
    if level == Level::On {
        let directives = of_rules(build, rules, default_among(build, rules));
        add_to_field(build, &root, name, &directives);
        policies.grant(rules, &root, Some(name));
        // What is stored cannot be asked: only groups that a rule names, and owners, can be checked.
        let known: Vec<&Rule> = rules.iter().copied().filter(|rule| !rule.is_dynamic()).collect();
        let Some(checks) = checks(build, object, &known, "") else { return };
        resolver.before_response(&checks.subscription());
        owner_arguments(build, object, &root, name, rules);
    }
    if build.resources.contains(&id) {
        // One field for several mutations: the rules of the last one decide.
        if let Some(existing) = build.resources.resolver_mut(&id) {
            *existing = resolver;
        }
    } else {
        build.add_resolver(&id, &object.name.text, resolver, object.name.span);
    }
}

fn owner_arguments(build: &mut Build<'_>, object: &Definition, root: &str, name: &str, rules: &[&Rule]) {
    let owners: Vec<&&Rule> = rules.iter().filter(|rule| rule.allow == Allow::Owner).collect();
    if owners.iter().any(|rule| !rule.owner_field_given)
        && let Some(fields) = build.schema.get_mut(&object.name.text).and_then(Definition::fields_mut)
    {
        let owner = || Field::made("owner", Vec::new(), TypeRef::named("String"));
        fields.entry("owner".to_owned()).or_insert_with(owner);
    }
    // Members of a group subscribe without naming an owner.
    let optional = rules.iter().any(|rule| rule.allow == Allow::Groups && !rule.groups_field_given);
    let ty = if optional { TypeRef::named("String") } else { TypeRef::named("String").required() };
    let argument = |rule: &&&Rule| (rule.owner_field.clone(), InputValue::made(&rule.owner_field, ty.clone()));
    if let Some(field) = build.schema.field_mut(root, name) {
        field.arguments = owners.iter().map(argument).collect();
    }
}

/// Conditions of mutations never see who owns an item.
fn without_auth_fields(build: &mut Build<'_>, model: &str, rules: &[Rule]) {
    let Some(input) = build.schema.input_mut(&names::condition_input(model)) else { return };
    for rule in rules {
        match rule.allow {
            Allow::Owner => input.shift_remove(&rule.owner_field),
            Allow::Groups => input.shift_remove(&rule.groups_field),
            Allow::Private | Allow::Public => None,
        };
    }
}

/// The response of a field that has no resolver of its own.
pub(super) fn plain_field(parent: &str, field: &str) -> Resolver {
    Resolver {
        type_name: parent.to_owned(),
        field_name: field.to_owned(),
        source: DataSource::None,
        request: "{\n  \"version\": \"2017-02-28\",\n  \"payload\": {}\n}\n".to_owned(),
        response: format!("$util.toJson($ctx.source.{field})\n"),
    }
}

/// Marks a mutation's result, once, so that protected fields stay hidden in it.
pub(super) fn mark(build: &mut Build<'_>, id: &str) {
    let block = vtl::auth::mark_mutation(&build.root_type(Root::Mutation));
    if let Some(resolver) = build.resources.resolver_mut(id)
        && !resolver.response.contains(block.trim_end())
    {
        resolver.before_response(&block);
    }
}
