//! Evaluates values: the walk through a template's values, and what comes out of it.

mod budget;
mod cidr;
mod list;
mod logic;
mod lookup;
mod reference;
mod string;
mod walk;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::inputs::Pseudo;
use crate::intrinsic;
use crate::path::{self, Segment};
use crate::problem::{ProblemKind, Problems};
use crate::template::Template;
use crate::{text, token};

pub(crate) use budget::Budget;
pub(crate) use logic::conditions_used;

/// Knows the resources that exist.
pub trait Resolve {
    /// What `Ref` yields for a resource: its physical id.
    fn reference(&self, logical_id: &str) -> Option<Value>;
    /// What `Fn::GetAtt` yields, such as `Arn`, or `Outputs.Name` of a nested stack.
    fn attribute(&self, logical_id: &str, attribute: &str) -> Option<Value>;
}

/// A resource with everything in it evaluated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvaluatedResource {
    pub resource_type: String,
    /// An object.
    pub properties: Value,
    pub deletion_policy: Option<String>,
    pub update_replace_policy: Option<String>,
    /// The explicit dependencies on resources that exist.
    pub depends_on: Vec<String>,
}

/// An output with everything in it evaluated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvaluatedOutput {
    /// Text.
    pub value: Value,
    /// The name under which other stacks can import it.
    pub export: Option<String>,
}

/// All that exists in a stack, evaluated.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EvaluatedStack {
    pub resources: IndexMap<String, EvaluatedResource>,
    pub outputs: IndexMap<String, EvaluatedOutput>,
}

/// What is evaluated, and so what references mean.
#[derive(Clone, Copy)]
pub(crate) enum Mode<'a> {
    /// The `Conditions` section: resources are out of reach.
    Conditions,
    /// Resources exist, or have existed just before.
    Concrete(&'a dyn Resolve),
    /// Resources are tokens.
    Symbolic,
}

/// Everything that an evaluation can look up.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) template: &'a Template,
    pub(crate) parameters: &'a IndexMap<String, Value>,
    pub(crate) pseudo: &'a Pseudo,
    pub(crate) exports: &'a BTreeMap<String, Value>,
    pub(crate) conditions: &'a HashMap<&'a str, bool>,
    /// What stands for parameter values that only the parent stack will know.
    pub(crate) parent_tokens: &'a HashMap<String, Value>,
    /// Texts may hold tokens, which functions must not take apart.
    pub(crate) opaque: bool,
    pub(crate) mode: Mode<'a>,
}

/// The problem is reported already.
#[derive(Debug)]
pub(crate) struct Failed;

/// A value, borrowed as long as it is written somewhere just so; `None` is `AWS::NoValue`, which removes what it
/// stands in.
type Evaluated<'a> = Result<Option<Cow<'a, Value>>, Failed>;

/// A value that a function made.
fn made<'a>(value: impl Into<Value>) -> Evaluated<'a> {
    Ok(Some(Cow::Owned(value.into())))
}

pub(crate) struct Evaluator<'a> {
    scope: Scope<'a>,
    path: Vec<Segment<'a>>,
    pub(crate) budget: Budget,
    pub(crate) problems: Problems,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(scope: Scope<'a>) -> Self {
        Self::with_budget(scope, Budget::default())
    }

    /// Goes on with what another evaluation has left of its budget.
    pub(crate) fn with_budget(scope: Scope<'a>, budget: Budget) -> Self {
        Self { scope, path: Vec::new(), budget, problems: Problems::default() }
    }

    /// Evaluates a value that stands at `path`. `None` means that a problem was reported.
    pub(crate) fn at(&mut self, path: &[&'a str], value: &'a Value) -> Option<Value> {
        self.path.clear();
        self.path.extend(path.iter().copied().map(Segment::Key));
        let evaluated = self.value(value).ok()?;
        // The properties of a resource may be removed as a whole, which leaves none.
        Some(evaluated.map_or_else(|| Value::Object(Map::new()), Cow::into_owned))
    }

    /// Evaluates a value that stands at `path` and must yield text.
    pub(crate) fn text_at(&mut self, path: &[&'a str], value: &'a Value) -> Option<String> {
        self.path.clear();
        self.path.extend(path.iter().copied().map(Segment::Key));
        let value = self.value(value).ok()?;
        let kind = match &value {
            Some(value) => match text::of_scalar(value) {
                Some(text) => return Some(text.into_owned()),
                None => text::kind(value),
            },
            None => "removed by `AWS::NoValue`",
        };
        self.report(ProblemKind::OutputNotText { kind });
        None
    }

    pub(crate) fn report(&mut self, kind: ProblemKind) {
        self.problems.push(|| path::render(&self.path), kind);
    }

    fn fail<T>(&mut self, kind: ProblemKind) -> Result<T, Failed> {
        self.report(kind);
        Err(Failed)
    }

    fn misshapen<T>(&mut self, function: &str, expected: impl Into<String>) -> Result<T, Failed> {
        self.fail(ProblemKind::FunctionShape { function: function.to_owned(), expected: expected.into() })
    }

    /// Runs `inside` with one more step in the path.
    fn within<T>(&mut self, segment: Segment<'a>, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(segment);
        let result = inside(self);
        self.path.pop();
        result
    }

    /// Counts text that a function produced against the budget.
    fn charge(&mut self, bytes: usize) -> Result<(), Failed> {
        match self.budget.spend(bytes) {
            Ok(()) => Ok(()),
            // Reported once; what follows fails quietly.
            Err(first) if first => self.fail(ProblemKind::TooLarge { maximum: Budget::MAXIMUM }),
            Err(_) => Err(Failed),
        }
    }

    fn call(&mut self, name: &'a str, argument: &'a Value) -> Evaluated<'a> {
        match name {
            intrinsic::REF => self.reference(argument),
            intrinsic::GET_ATT => self.attribute(argument),
            intrinsic::SUB => self.substitute(argument),
            "Fn::Base64" => self.base64(argument),
            "Fn::Cidr" => self.cidr(argument),
            "Fn::FindInMap" => self.find_in_map(argument),
            "Fn::GetAZs" => self.zones(argument),
            "Fn::If" => self.choose(argument),
            "Fn::ImportValue" => self.import(argument),
            "Fn::Join" => self.join(argument),
            "Fn::Length" => self.length(argument),
            "Fn::Select" => self.select(argument),
            "Fn::Split" => self.split(argument),
            "Fn::ToJsonString" => self.json_text(argument),
            "Fn::And" | "Fn::Equals" | "Fn::Not" | "Fn::Or" => match self.scope.mode {
                Mode::Conditions => made(self.test(name, argument)?),
                _ => {
                    let place = "the `Conditions` section";
                    self.fail(ProblemKind::FunctionMisplaced { function: name.to_owned(), place })
                }
            },
            "Fn::Transform" => self.fail(ProblemKind::FunctionUnsupported { function: name.to_owned() }),
            _ if name.starts_with("Fn::ForEach") => {
                self.fail(ProblemKind::FunctionUnsupported { function: "Fn::ForEach".to_owned() })
            }
            _ => {
                let short = name.trim_start_matches("Fn::");
                let nearest = self.problems.nearest(short, intrinsic::SHORT_FORMS.iter().copied());
                let nearest = nearest.map(|nearest| intrinsic::long_name(&nearest));
                self.fail(ProblemKind::FunctionUnknown { function: name.to_owned(), nearest })
            }
        }
    }

    /// The arguments of a function that takes a list of a fixed length.
    fn arguments<const N: usize>(
        &mut self,
        function: &str,
        argument: &'a Value,
        expected: &str,
    ) -> Result<&'a [Value; N], Failed> {
        match argument.as_array().and_then(|items| items.as_slice().try_into().ok()) {
            Some(items) => Ok(items),
            None => self.misshapen(function, expected),
        }
    }

    /// Evaluates an argument that must yield text, a number or a boolean; gives its text.
    fn text(&mut self, function: &str, what: &str, value: &'a Value) -> Result<Cow<'a, str>, Failed> {
        let value = self.value(value)?;
        self.text_of(function, what, value)
    }

    /// The text of a value that must be text, a number or a boolean.
    fn text_of(&mut self, function: &str, what: &str, value: Option<Cow<'a, Value>>) -> Result<Cow<'a, str>, Failed> {
        let kind = match value {
            Some(Cow::Borrowed(value)) => match text::of_scalar(value) {
                Some(text) => return Ok(text),
                None => text::kind(value),
            },
            Some(Cow::Owned(Value::String(text))) => return Ok(Cow::Owned(text)),
            Some(Cow::Owned(value)) => match text::of_scalar(&value) {
                Some(text) => return Ok(Cow::Owned(text.into_owned())),
                None => text::kind(&value),
            },
            None => "removed by `AWS::NoValue`",
        };
        self.misshapen(function, format!("{what} to be text, and it is {kind}"))
    }

    /// As [`Self::text`], for an argument of a list.
    fn text_in(
        &mut self,
        function: &str,
        what: &str,
        arguments: &'a [Value],
        index: usize,
    ) -> Result<Cow<'a, str>, Failed> {
        self.within(Segment::Index(index), |inside| inside.text(function, what, &arguments[index]))
    }

    /// Whether a text holds a token, so that it must not be taken apart.
    fn is_opaque(&self, text: &str) -> bool {
        self.scope.opaque
            && text.contains("${")
            && token::is_in(text, |id| self.scope.template.resources.contains_key(id))
    }

    /// A token for a function of arguments that are not known.
    fn opaque(&mut self, function: &str, arguments: &[Value]) -> Evaluated<'a> {
        let token = token::function(function, arguments);
        self.charge(token.len())?;
        made(token)
    }
}
