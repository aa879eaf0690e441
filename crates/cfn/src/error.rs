//! The errors of the crate: what each holds, its code and its hints.

use std::fmt;

use thiserror::Error;

use crate::cycle::CycleError;
use crate::parse::ParseError;
use crate::problem::Problem;

/// Everything that CloudFormation would refuse about a template with the given inputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvalError {
    /// The template's name.
    pub template: String,
    /// At least one and at most 200, in the order of the template.
    pub problems: Vec<Problem>,
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` cannot be evaluated", self.template)?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for EvalError {}

impl EvalError {
    /// A stable name of the kind of error: the problem's own when there is only one.
    pub fn code(&self) -> &'static str {
        match self.problems.as_slice() {
            [problem] => problem.code(),
            _ => "template-evaluation",
        }
    }

    /// What to do about each problem, without repetition.
    pub fn hints(&self) -> Vec<String> {
        let mut hints: Vec<String> = Vec::new();
        for hint in self.problems.iter().filter_map(Problem::hint) {
            if !hints.contains(&hint) {
                hints.push(hint);
            }
        }
        hints
    }
}

/// Any error of this crate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    #[error(transparent)]
    Cycle(#[from] CycleError),
    #[error(transparent)]
    Evaluate(#[from] EvalError),
    #[error(transparent)]
    Parse(#[from] ParseError),
}

impl Error {
    /// A stable name of the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Cycle(error) => error.code(),
            Self::Evaluate(error) => error.code(),
            Self::Parse(error) => error.code(),
        }
    }

    /// What to do about it.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Cycle(error) => error.hints(),
            Self::Evaluate(error) => error.hints(),
            Self::Parse(error) => error.hints(),
        }
    }
}
