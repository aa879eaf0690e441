//! Directives that are known by name and reported at each use, because nothing is made from them.

use super::{Directive, Place, Spec};
use crate::build::Build;
use crate::diagnostic::Diagnostic;
use crate::syntax::{Definition, DirectiveUse, Field};

struct Unsupported(&'static Spec);

macro_rules! spec {
    ($name:literal) => {
        &Spec { name: $name, places: &[Place::Object, Place::Field], repeatable: true, arguments: &[] }
    };
}

pub(super) fn all() -> Vec<Box<dyn Directive>> {
    let specs: [&'static Spec; 3] = [spec!("http"), spec!("searchable"), spec!("predictions")];
    specs.into_iter().map(|spec| Box::new(Unsupported(spec)) as Box<dyn Directive>).collect()
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

    fn object(&self, build: &mut Build<'_>, _object: &Definition, used: &DirectiveUse) {
        self.report(build, used);
    }

    fn field(&self, build: &mut Build<'_>, _parent: &Definition, _field: &Field, used: &DirectiveUse) {
        self.report(build, used);
    }
}
