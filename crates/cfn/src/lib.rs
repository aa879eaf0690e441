//! CloudFormation templates: parse, evaluate, compare and check them, without a cloud and without any I/O.
//!
//! 1. [`Template::parse`] reads JSON or YAML (short forms included) and keeps the order of everything.
//! 2. [`Stack::prepare`] binds parameter values and decides the conditions.
//! 3. [`Stack::resource`] evaluates one resource against a [`Resolve`] that knows the resources that exist, and
//!    [`Stack::evaluate_symbolic`] evaluates all of them with references left as tokens such as `${Table.Arn}`.
//! 4. [`compare`] says what an update would do to each resource, and why.
//! 5. [`limits`] counts what the service counts, before the service does.
//!
//! ```
//! use amplify_cfn::{Action, Inputs, Stack, Template, compare};
//!
//! let evaluate = |text: &str| {
//!     let template = Template::parse(text, "storage.yml")?;
//!     let stack = Stack::prepare(&template, Inputs::default())?;
//!     stack.order()?;
//!     Ok::<_, amplify_cfn::Error>(stack.evaluate_symbolic()?)
//! };
//! let old = evaluate("Resources: {Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: a}}}")?;
//! let new = evaluate("Resources: {Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: b}}}")?;
//!
//! let diffs = compare(Some(&old), Some(&new));
//! assert_eq!(diffs[0].action, Action::Replace);
//! assert_eq!(diffs[0].causes[0].path, "TableName");
//! # Ok::<(), amplify_cfn::Error>(())
//! ```
//!
//! Every error names the template and the path inside it, has a stable `code()` and says in `hints()` what to do.

pub mod catalog;
mod compare;
mod cycle;
mod dependencies;
mod error;
mod evaluate;
mod inputs;
mod intrinsic;
pub mod limits;
mod merge;
mod names;
mod nested;
mod parameters;
mod parse;
mod partition;
mod path;
mod problem;
mod stack;
mod suggest;
mod template;
mod text;
mod token;

pub use catalog::UpdateBehaviour;
pub use compare::{Action, PropertyDiff, ResourceDiff, compare};
pub use cycle::{CycleError, Edge};
pub use error::{Error, EvalError};
pub use evaluate::{EvaluatedOutput, EvaluatedResource, EvaluatedStack, Resolve};
pub use inputs::{Inputs, Pseudo};
pub use merge::merge;
pub use nested::{NestedStack, check_nested};
pub use parse::{Format, ParseError, Position, StructureProblem, locate};
pub use partition::{Partition, is_usual, localize, localized};
pub use problem::{Problem, ProblemKind};
pub use stack::Stack;
pub use template::{Output, Parameter, Resource, Template};
