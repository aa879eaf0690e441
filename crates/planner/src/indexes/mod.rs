//! Changes of a table's global secondary indexes, put into an order: CloudFormation takes one created or deleted index of
//! a table in an update.

mod moves;
mod ordered;
mod steps;

pub(crate) use ordered::{OrderedTable, find};
pub(crate) use steps::plan as plan_steps;
pub use steps::{IndexChange, Step, StepFile, StepPlan, steps};
