//! Directives that are known by name and reported at each use, because nothing is made from them.

use super::{Argument, Directive, Place, Shape, Spec};
use crate::build::Build;
use crate::diagnostic::Diagnostic;
use crate::syntax::{Definition, DirectiveUse, Field};

struct Unsupported(&'static Spec);

static PREDICTIONS: Spec = Spec {
    name: "predictions",
    places: &[Place::Field],
    repeatable: false,
    arguments: &[Argument::optional(
        "actions",
        Shape::List(&Shape::Choice(&["identifyText", "identifyLabels", "convertTextToSpeech", "translateText"])),
    )],
};

pub(super) fn all() -> Vec<Box<dyn Directive>> {
    vec![Box::new(Unsupported(&PREDICTIONS))]
}

impl Unsupported {
    fn report(&self, build: &mut Build<'_>, used: &DirectiveUse) {
        let message = format!("`@{}` is not supported yet", self.0.name);
        build.report(
            Diagnostic::error("directive-not-supported", used.span, message)
                .suggest("remove it, or add its resources in `stacks/` and its resolvers in `resolvers/`"),
        );
    }
}

impl Directive for Unsupported {
    fn spec(&self) -> &'static Spec {
        self.0
    }

    fn field(&self, build: &mut Build<'_>, _parent: &Definition, _field: &Field, used: &DirectiveUse) {
        self.report(build, used);
    }
}
