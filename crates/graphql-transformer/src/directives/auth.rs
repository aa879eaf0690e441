//! `@auth`: who may use a model, a field or an operation.

mod fields;
mod objects;
mod policies;
mod providers;
mod rules;
mod warnings;

use std::cell::RefCell;

use super::{Argument, Directive, Place, Shape, Spec};
use crate::build::Build;
use crate::syntax::{Definition, DirectiveUse, Field};
use policies::Policies;

/// Collects what the roles of an identity pool may do while the uses are seen.
#[derive(Default)]
pub(super) struct Auth {
    policies: RefCell<Policies>,
}

const OPERATIONS: Shape = Shape::List(&Shape::Choice(&["create", "update", "delete", "read"]));
static SPEC: Spec = Spec {
    name: "auth",
    places: &[Place::Object, Place::Field],
    repeatable: false,
    arguments: &[Argument::required(
        "rules",
        Shape::List(&Shape::Object(&[
            Argument::required("allow", Shape::Choice(&["owner", "groups", "private", "public"])),
            Argument::optional("provider", Shape::Choice(&["apiKey", "iam", "oidc", "userPools"])),
            Argument::optional("ownerField", Shape::Text),
            Argument::optional("identityField", Shape::Text),
            Argument::optional("identityClaim", Shape::Text),
            Argument::optional("groupClaim", Shape::Text),
            Argument::optional("groups", Shape::List(&Shape::Text)),
            Argument::optional("groupsField", Shape::Text),
            Argument::optional("operations", OPERATIONS),
            Argument::optional("queries", Shape::List(&Shape::Choice(&["get", "list"]))),
            Argument::optional("mutations", Shape::List(&Shape::Choice(&["create", "update", "delete"]))),
        ])),
    )],
};

impl Directive for Auth {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn object(&self, build: &mut Build<'_>, object: &Definition, used: &DirectiveUse) {
        if super::has_table(build, object, "auth", used)
            && let Some(rules) = rules::read(build, used, rules::On::Object)
        {
            objects::protect(build, object, &rules, &mut self.policies.borrow_mut());
            warnings::report(build, object, used.span, &rules);
        }
    }

    fn field(&self, build: &mut Build<'_>, parent: &Definition, field: &Field, used: &DirectiveUse) {
        let on = match parent.directive("model") {
            Some(_) => rules::On::ModelField,
            None => rules::On::PlainField,
        };
        let Some(rules) = rules::read(build, used, on) else { return };
        let policies = &mut self.policies.borrow_mut();
        match on {
            rules::On::ModelField if !build.models.contains_key(&parent.name.text) => {}
            rules::On::ModelField => fields::protect(build, parent, field, &rules, policies),
            _ => fields::protect_plain(build, parent, field, &rules, policies),
        }
    }

    fn after(&self, build: &mut Build<'_>) {
        self.policies.take().add(build);
    }
}
