//! What rules leave open, although they read as if they did not. The templates stay as projects know them; this says so.

use super::objects::covering;
use super::rules::{Allow, Operation, Provider, Rule};
use crate::build::Build;
use crate::diagnostic::Diagnostic;
use crate::model::{Change, Level};
use crate::source::Span;
use crate::syntax::Definition;

/// Looks at a protected type, after everything was done for it.
pub(super) fn report(build: &mut Build<'_>, object: &Definition, span: Span, rules: &[Rule]) {
    let name = object.name.text.as_str();
    let Some(model) = build.models.get(name) else { return };
    let everyone = |rule: &&Rule| rule.allow == Allow::Private && rule.provider == Provider::UserPools;
    let mut found = Vec::new();
    let without_effect = |operation: Operation| {
        let rules = covering(rules, operation);
        rules.iter().any(everyone) && rules.iter().any(|rule| matches!(rule.allow, Allow::Owner | Allow::Groups))
    };
    let changes = Change::ALL.into_iter().filter(|change| model.mutation(*change).is_some());
    let words: Vec<&str> = changes.filter(|change| without_effect(change.into())).map(Change::word).collect();
    if !words.is_empty() {
        let message = format!(
            "whoever signs in may {} items of `{name}`, so the rules for owners and groups have no effect there",
            words.join(", ")
        );
        found.push(
            Diagnostic::warning("auth-without-effect", span, message)
                .suggest("limit the rule for `private` with `operations`, or remove the other rules"),
        );
    }
    let heard = || model.subscriptions.values().flatten();
    let open = heard().any(|change| {
        let rules = covering(rules, change.into());
        rules.iter().any(|rule| rule.is_dynamic())
            && !rules.iter().any(|rule| rule.is_static() || rule.allow == Allow::Owner || everyone(rule))
    });
    if open && model.level == Level::On {
        let message = format!(
            "whoever may call the API can subscribe to `{name}`: groups that an item names are not known at that time"
        );
        found.push(
            Diagnostic::warning("auth-subscriptions-open", span, message)
                .suggest("turn them off with `@model(subscriptions: null)`, or add a rule with `groups`"),
        );
    }
    let owned = covering(rules, Operation::Create);
    let owned = owned.iter().any(|rule| rule.allow == Allow::Owner && !rule.owner_field_given);
    let shown = build.schema.get(name).and_then(Definition::fields).is_some_and(|fields| fields.contains_key("owner"));
    if owned && !shown && !without_effect(Operation::Create) {
        let message = format!("items of `{name}` have an owner, and no field shows who that is");
        found.push(
            Diagnostic::warning("auth-owner-hidden", span, message)
                .suggest(format!("declare `owner: String` in `type {name}`")),
        );
    }
    found.into_iter().for_each(|found| build.report(found));
}

impl From<&Change> for Operation {
    fn from(change: &Change) -> Self {
        super::objects::operation_of(*change)
    }
}
