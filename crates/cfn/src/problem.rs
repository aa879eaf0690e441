//! The findings of an evaluation, each with the key path where it stands.

use std::fmt;

use thiserror::Error;

use crate::suggest;

/// One thing that CloudFormation would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The key path in the template, such as `Resources.Table.Properties.TableName.Fn::Sub`.
    pub path: String,
    pub kind: ProblemKind,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { self.kind.fmt(f) } else { write!(f, "{}: {}", self.path, self.kind) }
    }
}

/// The problems found so far. Hostile input can have a million of them, so both their number and the search for near
/// names, which looks at every name in the template, are bounded.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    /// How many problems are told. Nobody reads more at once.
    pub(crate) const MAXIMUM: usize = 200;
    /// For how many of them near names are looked for.
    const WITH_NEAREST: usize = 20;

    pub(crate) fn push(&mut self, path: impl FnOnce() -> String, kind: ProblemKind) {
        if self.0.len() < Self::MAXIMUM {
            self.0.push(Problem { path: path(), kind });
        }
    }

    /// The candidate that is most like a name that is part of the next problem.
    pub(crate) fn nearest<'n>(&self, name: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<String> {
        if self.0.len() < Self::WITH_NEAREST { suggest::nearest(name, candidates) } else { None }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds all of another evaluation.
    pub(crate) fn append(&mut self, others: Self) {
        let room = Self::MAXIMUM.saturating_sub(self.0.len());
        self.0.extend(others.0.into_iter().take(room));
    }

    pub(crate) fn into_vec(self) -> Vec<Problem> {
        self.0
    }
}

/// What is wrong. `nearest` is an existing name that is much like the one written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProblemKind {
    /// Conditions that refer to each other in a circle, in that order.
    #[error("the conditions `{}` refer to each other in a circle", .names.join("` → `"))]
    ConditionCycle { names: Vec<String> },
    /// `Fn::ImportValue` names an export that no stack has.
    #[error("no stack exports `{name}`")]
    ExportMissing { name: String, nearest: Option<String> },
    /// A function stands where CloudFormation does not evaluate it.
    #[error("`{function}` can stand only in {place}")]
    FunctionMisplaced { function: String, place: &'static str },
    /// The arguments of a function have the wrong form.
    #[error("`{function}` needs {expected}")]
    FunctionShape { function: String, expected: String },
    /// There is no such function.
    #[error("there is no function `{function}`")]
    FunctionUnknown { function: String, nearest: Option<String> },
    /// The function exists, but is run by the service only.
    #[error("`{function}` is not supported")]
    FunctionUnsupported { function: String },
    /// `Fn::Select` counts beyond the end of its list.
    #[error("`Fn::Select` wants element {index} of a list of {length}")]
    IndexOutOfRange { index: usize, length: usize },
    /// A mapping has no such key.
    #[error("the mapping `{mapping}` has no key `{key}`")]
    MappingKeyMissing { mapping: String, key: String, nearest: Option<String> },
    /// There is no such mapping.
    #[error("there is no mapping `{name}`")]
    MappingMissing { name: String, nearest: Option<String> },
    /// CloudFormation allows `null` nowhere.
    #[error("`null` is not allowed in a template")]
    NullValue,
    /// A nested stack has no such output.
    #[error("the nested stack `{stack}` has no output `{output}`")]
    OutputMissing { stack: String, output: String, nearest: Option<String> },
    /// An output is a list or an object.
    #[error("an output must be text, and this is {kind}")]
    OutputNotText { kind: &'static str },
    /// A parameter's value breaks one of its rules; the value of a secret is shown as asterisks.
    #[error("the parameter `{name}` cannot be `{value}`: {rule}")]
    ParameterInvalid { name: String, value: String, rule: String },
    /// A parameter without default got no value.
    #[error("the parameter `{name}` has no value")]
    ParameterMissing { name: String },
    /// A value is given for a parameter that the template does not declare.
    #[error("the template declares no parameter `{name}`")]
    ParameterUndeclared { name: String, nearest: Option<String> },
    /// A resource that exists only under a condition that is false.
    #[error("the resource `{name}` does not exist here, because the condition `{condition}` is false")]
    ResourceInactive { name: String, condition: String },
    /// A condition depends on a resource.
    #[error("a condition cannot refer to the resource `{name}`")]
    ResourceInCondition { name: String },
    /// The resource is declared, but what is asked of it is not known (yet).
    #[error("{} of the resource `{name}` is not known", attribute_or_id(.attribute))]
    ResourceUnresolved { name: String, attribute: Option<String> },
    /// What the template evaluates to does not fit into memory's budget.
    #[error("the evaluated template is larger than {maximum} bytes")]
    TooLarge { maximum: usize },
    /// The template wants a macro, which the service runs.
    #[error("the transform `{name}` is not supported")]
    TransformUnsupported { name: String },
    /// There is no such condition.
    #[error("there is no condition `{name}`")]
    UnknownCondition { name: String, nearest: Option<String> },
    /// Neither a parameter nor a resource has that name.
    #[error("there is no parameter or resource `{name}`")]
    UnknownReference { name: String, nearest: Option<String> },
    /// No resource has that name.
    #[error("there is no resource `{name}`")]
    UnknownResource { name: String, nearest: Option<String> },
}

fn attribute_or_id(attribute: &Option<String>) -> String {
    attribute.as_ref().map_or_else(|| "the id".to_owned(), |attribute| format!("the attribute `{attribute}`"))
}

impl Problem {
    /// A stable name of the kind of problem.
    pub fn code(&self) -> &'static str {
        use ProblemKind as K;
        match self.kind {
            K::ConditionCycle { .. } => "condition-cycle",
            K::ExportMissing { .. } => "export-missing",
            K::FunctionMisplaced { .. } => "function-misplaced",
            K::FunctionShape { .. } => "function-shape",
            K::FunctionUnknown { .. } => "function-unknown",
            K::FunctionUnsupported { .. } => "function-unsupported",
            K::IndexOutOfRange { .. } => "index-out-of-range",
            K::MappingKeyMissing { .. } => "mapping-key-missing",
            K::MappingMissing { .. } => "mapping-missing",
            K::NullValue => "null-value",
            K::OutputMissing { .. } => "output-missing",
            K::OutputNotText { .. } => "output-not-text",
            K::ParameterInvalid { .. } => "parameter-invalid",
            K::ParameterMissing { .. } => "parameter-missing",
            K::ParameterUndeclared { .. } => "parameter-undeclared",
            K::ResourceInactive { .. } => "resource-inactive",
            K::ResourceInCondition { .. } => "resource-in-condition",
            K::ResourceUnresolved { .. } => "resource-unresolved",
            K::TooLarge { .. } => "template-too-large",
            K::TransformUnsupported { .. } => "transform-unsupported",
            K::UnknownCondition { .. } => "unknown-condition",
            K::UnknownReference { .. } => "unknown-reference",
            K::UnknownResource { .. } => "unknown-resource",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        use ProblemKind as K;
        match &self.kind {
            K::ExportMissing { nearest: Some(nearest), .. }
            | K::FunctionUnknown { nearest: Some(nearest), .. }
            | K::MappingKeyMissing { nearest: Some(nearest), .. }
            | K::MappingMissing { nearest: Some(nearest), .. }
            | K::OutputMissing { nearest: Some(nearest), .. }
            | K::ParameterUndeclared { nearest: Some(nearest), .. }
            | K::UnknownCondition { nearest: Some(nearest), .. }
            | K::UnknownReference { nearest: Some(nearest), .. }
            | K::UnknownResource { nearest: Some(nearest), .. } => Some(format!("did you mean `{nearest}`?")),
            K::ParameterMissing { name } => {
                Some(format!("give `{name}` a value in `parameters.json`, or a `Default` in the template"))
            }
            K::ParameterUndeclared { name, .. } => {
                Some(format!("declare `{name}` under `Parameters`, or remove its value from `parameters.json`"))
            }
            K::ResourceInactive { condition, .. } => {
                Some(format!("put the reference into the true branch of `Fn::If` with the condition `{condition}`"))
            }
            K::FunctionUnsupported { function } if function == "Fn::Transform" => {
                Some("write out what the macro would produce".to_owned())
            }
            K::TransformUnsupported { .. } => Some("write out what the macro would produce".to_owned()),
            K::NullValue => Some("remove the key, or use `Ref: AWS::NoValue`".to_owned()),
            _ => None,
        }
    }
}
