//! Checks what holds for every schema, whatever its directives mean.

use std::collections::HashSet;

use super::{SERVICE_DIRECTIVES, Schema, scalar_names};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::directives::{Directive, Place, check_use};
use crate::syntax::{DirectiveUse, Field, InputValue, Kind, Name, TypeRef};

/// Findings, and the names of the types whose directives must not run because they are malformed.
pub(crate) fn validate(
    schema: &Schema,
    known: &[Box<dyn Directive>],
    findings: &mut Vec<Diagnostic>,
) -> HashSet<String> {
    let mut check = Check { schema, known, findings, malformed: HashSet::new() };
    for definition in schema.types.values() {
        check.name(&definition.name);
        let name = &definition.name.text;
        let place = if matches!(definition.kind, Kind::Object { .. }) { Place::Object } else { Place::Elsewhere };
        check.directives(name, place, &definition.directives);
        match &definition.kind {
            Kind::Scalar => {}
            Kind::Object { implements, fields } | Kind::Interface { implements, fields } => {
                let place =
                    if matches!(definition.kind, Kind::Object { .. }) { Place::Field } else { Place::InterfaceField };
                check.filled(&definition.name, definition.kind.word(), fields.len());
                for field in fields.values() {
                    check.field(name, field, place);
                }
                for interface in implements {
                    check.implements(&definition.name, fields, interface);
                }
            }
            Kind::Union { members } => {
                check.filled(&definition.name, "union", members.len());
                for member in members {
                    check.member(member);
                }
            }
            Kind::Enum { values } => {
                check.filled(&definition.name, "enum", values.len());
                for value in values.values() {
                    check.directives(name, Place::Elsewhere, &value.directives);
                }
            }
            Kind::Input { fields } => {
                check.filled(&definition.name, "input", fields.len());
                for value in fields.values() {
                    check.input_value(name, value);
                }
            }
        }
    }
    check.malformed
}

struct Check<'s> {
    schema: &'s Schema,
    known: &'s [Box<dyn Directive>],
    findings: &'s mut Vec<Diagnostic>,
    malformed: HashSet<String>,
}

impl Check<'_> {
    fn name(&mut self, name: &Name) {
        if name.text.starts_with("__") {
            let message = format!("the name `{}` starts with two underscores, which the language keeps", name.text);
            self.findings.push(Diagnostic::error("reserved-name", name.span, message).suggest("choose another name"));
        }
    }

    fn filled(&mut self, name: &Name, word: &str, members: usize) {
        // Root types may be empty: operations come from the models.
        if members == 0 && !self.schema.is_root(&name.text) {
            let message = format!("the {word} `{}` has no members", name.text);
            self.findings.push(Diagnostic::error("empty-type", name.span, message));
        }
    }

    fn field(&mut self, owner: &str, field: &Field, place: Place) {
        self.name(&field.name);
        self.type_exists(&field.ty);
        if let Some(Kind::Input { .. }) = self.schema.get(field.ty.base()).map(|found| &found.kind) {
            let message = format!("`{}` is an input type, which no field can return", field.ty.base());
            self.findings.push(Diagnostic::error("input-as-output", field.ty.span, message));
        }
        self.directives(owner, place, &field.directives);
        for argument in field.arguments.values() {
            self.input_value(owner, argument);
        }
    }

    fn input_value(&mut self, owner: &str, value: &InputValue) {
        self.name(&value.name);
        self.type_exists(&value.ty);
        let found = self.schema.get(value.ty.base()).map(|found| &found.kind);
        if let Some(kind @ (Kind::Object { .. } | Kind::Interface { .. } | Kind::Union { .. })) = found {
            let message =
                format!("`{}` is {} {}, which cannot be passed in", value.ty.base(), article(kind), kind.word());
            self.findings.push(
                Diagnostic::error("output-as-input", value.ty.span, message)
                    .allow("scalars, enums and input types")
                    .suggest(format!("declare `input {}Input` and use it here", value.ty.base())),
            );
        }
        self.directives(owner, Place::Elsewhere, &value.directives);
    }

    fn type_exists(&mut self, ty: &TypeRef) {
        let name = ty.base();
        if self.schema.is_scalar(name) || self.schema.get(name).is_some() {
            return;
        }
        let message = format!("no type is named `{name}`");
        let mut found = Diagnostic::error("unknown-type", ty.span, message);
        let candidates = self.schema.types.keys().map(String::as_str).chain(scalar_names());
        found.suggestion = did_you_mean(name, candidates.take(affordable(self.findings.len())));
        if found.suggestion.is_none() && name.starts_with("AWS") {
            found.allowed = Some(scalar_names().collect::<Vec<_>>().join(", "));
        }
        self.findings.push(found);
    }

    fn implements(&mut self, owner: &Name, fields: &indexmap::IndexMap<String, Field>, interface: &Name) {
        match self.schema.get(&interface.text).map(|found| &found.kind) {
            Some(Kind::Interface { fields: wanted, .. }) => {
                for name in wanted.keys().filter(|name| !fields.contains_key(*name)) {
                    let message =
                        format!("`{}` lacks the field `{name}` of its interface `{}`", owner.text, interface.text);
                    self.findings.push(Diagnostic::error("interface-field-missing", owner.span, message));
                }
            }
            _ => {
                let message = format!("no interface is named `{}`", interface.text);
                self.findings.push(Diagnostic::error("unknown-type", interface.span, message));
            }
        }
    }

    fn member(&mut self, member: &Name) {
        if !matches!(self.schema.get(&member.text).map(|found| &found.kind), Some(Kind::Object { .. })) {
            let message = format!("a union holds object types, and `{}` is none", member.text);
            self.findings.push(Diagnostic::error("unknown-type", member.span, message));
        }
    }

    fn directives(&mut self, owner: &str, place: Place, uses: &[DirectiveUse]) {
        let mut seen = HashSet::new();
        for used in uses {
            let name = used.name.text.as_str();
            if SERVICE_DIRECTIVES.contains(&name) {
                continue;
            }
            let Some(directive) = self.known.iter().find(|directive| directive.spec().name == name) else {
                let names: Vec<&str> = self.known.iter().map(|d| d.spec().name).chain(SERVICE_DIRECTIVES).collect();
                let mut found =
                    Diagnostic::error("unknown-directive", used.span, format!("no directive is named `@{name}`"));
                found.suggestion = did_you_mean(name, names.iter().copied());
                found.allowed = Some(names.iter().map(|name| format!("@{name}")).collect::<Vec<_>>().join(", "));
                self.findings.push(found);
                self.malformed.insert(owner.to_owned());
                continue;
            };
            let before = self.findings.len();
            check_use(directive.spec(), place, used, self.findings);
            if !seen.insert(name) && !directive.spec().repeatable {
                let message = format!("`@{name}` can be used once in a place");
                self.findings
                    .push(Diagnostic::error("directive-repeated", used.span, message).suggest("merge the two uses"));
            }
            if self.findings.len() > before {
                self.malformed.insert(owner.to_owned());
            }
        }
    }
}

/// How many candidates to compare: thousands of unknown names times thousands of types would take long.
pub(crate) fn affordable(complaints: usize) -> usize {
    if complaints > 100 { 0 } else { 2_000 }
}

fn article(kind: &Kind) -> &'static str {
    if matches!(kind, Kind::Interface { .. }) { "an" } else { "a" }
}
