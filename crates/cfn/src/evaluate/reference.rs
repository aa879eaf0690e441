//! `Ref` and `Fn::GetAtt`.

use std::borrow::Cow;

use serde_json::Value;

use super::{Evaluated, Evaluator, Failed, Mode, budget, made};
use crate::inputs::Pseudo;
use crate::intrinsic::{self, Attribute};
use crate::problem::ProblemKind;
use crate::token;

impl<'a> Evaluator<'a> {
    pub(super) fn reference(&mut self, argument: &'a Value) -> Evaluated<'a> {
        match argument {
            Value::String(name) => self.named(name),
            _ => self.misshapen(intrinsic::REF, "the name of a parameter or a resource"),
        }
    }

    /// The value of a parameter, a pseudo parameter or a resource.
    pub(super) fn named(&mut self, name: &str) -> Evaluated<'a> {
        let scope = self.scope;
        let token = scope.parent_tokens.get(name).filter(|_| !matches!(scope.mode, Mode::Concrete(_)));
        if let Some(value) = token.or_else(|| scope.parameters.get(name)) {
            self.charge(budget::size(value))?;
            return Ok(Some(Cow::Borrowed(value)));
        }
        if name == "AWS::NoValue" {
            return Ok(None);
        }
        if let Some(value) = scope.pseudo.value(name) {
            self.charge(budget::size(&value))?;
            return made(value);
        }
        if !scope.template.resources.contains_key(name) {
            let known = scope.template.parameters.keys().chain(scope.template.resources.keys()).map(String::as_str);
            let nearest = self.problems.nearest(name, known.chain(Pseudo::NAMES.iter().copied()));
            return self.fail(ProblemKind::UnknownReference { name: name.to_owned(), nearest });
        }
        self.active(name)?;
        let value = match scope.mode {
            Mode::Conditions => return self.fail(ProblemKind::ResourceInCondition { name: name.to_owned() }),
            Mode::Symbolic => Some(Value::String(token::reference(name))),
            Mode::Concrete(resolve) => resolve.reference(name),
        };
        self.resolved(name, None, value)
    }

    pub(super) fn attribute(&mut self, argument: &'a Value) -> Evaluated<'a> {
        let Some((id, attribute)) = intrinsic::get_att_parts(argument) else {
            return self
                .misshapen(intrinsic::GET_ATT, "a logical id and an attribute: `[\"Table\", \"Arn\"]` or `Table.Arn`");
        };
        let attribute = match attribute {
            Attribute::Name(name) => name,
            Attribute::Expression(value) => self.text(intrinsic::GET_ATT, "the attribute", value)?,
        };
        self.attribute_of(id, &attribute)
    }

    /// The value of an attribute of a resource.
    pub(super) fn attribute_of(&mut self, id: &str, attribute: &str) -> Evaluated<'a> {
        let resources = &self.scope.template.resources;
        if !resources.contains_key(id) {
            let nearest = self.problems.nearest(id, resources.keys().map(String::as_str));
            return self.fail(ProblemKind::UnknownResource { name: id.to_owned(), nearest });
        }
        self.active(id)?;
        let value = match self.scope.mode {
            Mode::Conditions => return self.fail(ProblemKind::ResourceInCondition { name: id.to_owned() }),
            Mode::Symbolic => Some(Value::String(token::attribute(id, attribute))),
            Mode::Concrete(resolve) => resolve.attribute(id, attribute),
        };
        self.resolved(id, Some(attribute), value)
    }

    fn resolved(&mut self, id: &str, attribute: Option<&str>, value: Option<Value>) -> Evaluated<'a> {
        match value {
            Some(value) => {
                self.charge(budget::size(&value))?;
                made(value)
            }
            None => self
                .fail(ProblemKind::ResourceUnresolved { name: id.to_owned(), attribute: attribute.map(str::to_owned) }),
        }
    }

    /// Fails when the resource exists only under a condition that does not hold.
    fn active(&mut self, id: &str) -> Result<(), Failed> {
        let scope = self.scope;
        let condition = scope.template.resources.get(id).and_then(|resource| resource.condition.as_ref());
        match condition {
            Some(condition) if scope.conditions.get(condition.as_str()) == Some(&false) => {
                self.fail(ProblemKind::ResourceInactive { name: id.to_owned(), condition: condition.clone() })
            }
            _ => Ok(()),
        }
    }
}
