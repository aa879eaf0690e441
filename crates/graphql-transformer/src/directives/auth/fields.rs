//! Rules on a field: of a model, per operation; of another type, for groups that a rule names.

use super::objects::{checks, covering, default_among, mark, operation_of, plain_field};
use super::policies::Policies;
use super::providers::{add_to_field, add_to_operation, add_to_type, of_rules};
use super::rules::{On, Operation, Rule};
use crate::build::Build;
use crate::diagnostic::Diagnostic;
use crate::model::{Change, Level};
use crate::schema::{Root, names};
use crate::syntax::{Definition, Field};
use crate::template::ROOT;
use crate::vtl;

/// The rules of the type that the field belongs to; empty without `@auth`.
fn rules_of_parent(build: &mut Build<'_>, parent: &Definition) -> Option<Vec<Rule>> {
    let used = parent.directive("auth")?;
    // They have been read, and complained about, already.
    let before = build.findings.len();
    let rules = super::rules::read(build, used, On::Object);
    build.findings.truncate(before);
    rules
}

fn parent_directives(build: &mut Build<'_>, parent: &Definition, rules: &[&Rule], of_parent: Option<&[Rule]>) {
    let open = of_parent.is_none_or(|rules| default_among(build, &rules.iter().collect::<Vec<_>>()));
    let directives = of_rules(build, rules, open);
    add_to_type(build, &parent.name.text, &directives);
}

/// A field of a model.
pub(super) fn protect(
    build: &mut Build<'_>,
    parent: &Definition,
    field: &Field,
    rules: &[Rule],
    policies: &mut Policies,
) {
    let (type_name, name) = (parent.name.text.as_str(), field.name.text.as_str());
    let all: Vec<&Rule> = rules.iter().collect();
    policies.want(rules);
    policies.grant(&all, type_name, Some(name));
    let of_parent = rules_of_parent(build, parent);
    parent_directives(build, parent, &all, of_parent.as_deref());
    let Some(model) = build.models.get(type_name).cloned() else { return };
    // The type's default provider keeps an operation that a rule on a field opens to another one.
    let open = |build: &Build<'_>, operation: Operation| {
        of_parent.as_deref().is_some_and(|rules| default_among(build, &covering(rules, operation)))
    };
    let reading = covering(rules, Operation::Read);
    if !reading.is_empty() {
        read(build, parent, field, &reading, model.level);
        for (query, kind) in [(&model.get, Operation::Get), (&model.list, Operation::List)] {
            let Some(query) = query else { continue };
            if !of_rules(build, &reading, false).is_empty() {
                let directives = of_rules(build, &reading, open(build, kind));
                add_to_operation(build, Root::Query, query, &directives);
            }
            policies.grant(&reading, &build.root_type(Root::Query), Some(query));
        }
    }
    for (change, mutation) in &model.mutations {
        let operation = operation_of(*change);
        let rules = covering(rules, operation);
        if rules.is_empty() {
            continue;
        }
        let own = of_rules(build, &rules, false);
        if !own.is_empty() {
            add_to_field(build, type_name, name, &own);
            let directives = of_rules(build, &rules, open(build, operation));
            add_to_operation(build, Root::Mutation, mutation, &directives);
            policies.grant(&rules, &build.root_type(Root::Mutation), Some(mutation));
        }
        change_field(build, parent, name, *change, &rules);
        if model.level == Level::On && model.subscriptions.values().any(|heard| heard.contains(change)) {
            mark(build, &names::operation_resolver(&names::upper(change.word()), type_name));
        }
    }
}

fn read(build: &mut Build<'_>, parent: &Definition, field: &Field, rules: &[&Rule], level: Level) {
    let (type_name, name) = (parent.name.text.as_str(), field.name.text.as_str());
    let directives = of_rules(build, rules, false);
    add_to_field(build, type_name, name, &directives);
    let id = names::field_resolver(type_name, name);
    if !build.resources.contains(&id) {
        build.add_resolver(&id, type_name, plain_field(type_name, name), field.name.span);
    }
    if level == Level::On && field.ty.is_required() {
        let message = format!("`{name}` may be hidden from subscribers, so it must be able to be null");
        build.report(
            Diagnostic::error("auth-required-field", field.ty.span, message)
                .suggest("make it optional, protect the whole type, or turn subscriptions off"),
        );
    }
    let guard = checks(build, parent, rules, "").map(|checks| checks.single("$ctx.source"));
    let mutation = build.root_type(Root::Mutation);
    if let Some(resolver) = build.resources.resolver_mut(&id) {
        if level == Level::On {
            resolver.response = vtl::auth::hidden_in_mutations(&mutation, &resolver.response);
        }
        if let Some(guard) = guard {
            resolver.before_request(&guard);
        }
    }
}

fn change_field(build: &mut Build<'_>, parent: &Definition, field: &str, change: Change, rules: &[&Rule]) {
    let Some(checks) = checks(build, parent, rules, &format!("{field}_")) else { return };
    let given = format!("$ctx.args.input.containsKey(\"{field}\")");
    // To set a field to null is to delete it.
    let (word, condition, block) = match change {
        Change::Create => ("Create", given, checks.create()),
        Change::Update => ("Update", given, checks.condition()),
        Change::Delete => ("Update", format!("{given} && $util.isNull($ctx.args.input.{field})"), checks.condition()),
    };
    let id = names::operation_resolver(word, &parent.name.text);
    if let Some(resolver) = build.resources.resolver_mut(&id) {
        resolver.before_request(&vtl::auth::when(&condition, &block));
    }
}

/// A field of a type without a table, or of a root type.
pub(super) fn protect_plain(
    build: &mut Build<'_>,
    parent: &Definition,
    field: &Field,
    rules: &[Rule],
    policies: &mut Policies,
) {
    let (type_name, name) = (parent.name.text.as_str(), field.name.text.as_str());
    let all: Vec<&Rule> = rules.iter().collect();
    policies.want(rules);
    policies.grant(&all, type_name, Some(name));
    let root = build.schema.is_root(type_name);
    if root {
        let message = format!("`{name}` has no item to look at, so only providers and named groups are checked");
        build.report(Diagnostic::warning("auth-on-root-field", field.name.span, message));
    } else {
        parent_directives(build, parent, &all, None);
    }
    let directives = of_rules(build, &all, false);
    add_to_field(build, type_name, name, &directives);
    let named: Vec<&Rule> = rules.iter().filter(|rule| rule.is_static()).collect();
    let Some(checks) = checks(build, parent, &named, &format!("{name}_")) else { return };
    let id = names::field_resolver(type_name, name);
    if !build.resources.contains(&id) {
        build.add_resolver(&id, ROOT, plain_field(type_name, name), field.name.span);
    }
    if let Some(resolver) = build.resources.resolver_mut(&id) {
        resolver.before_request(&checks.static_only());
    }
}
