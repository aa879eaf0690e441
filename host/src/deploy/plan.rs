//! What a push would do: the rows of `status`, the deployment that is wanted, and the plan that leads there.

use amplify_planner::{Assembly, Only, Options, Plan, assemble, deployed};
use amplify_project::{
    Project, ProjectState,
    status::{self, Filter, Row},
};

use super::compile::compile;
use crate::{error::Error, host::Host};

/// A plan and what it was made from.
pub struct Planned {
    /// What `status` says of the selected resources.
    pub rows: Vec<Row>,
    /// The deployment that is wanted.
    pub wanted: Assembly,
    /// What is deployed now, if anything is.
    pub deployed: Option<Assembly>,
    /// What leads there.
    pub plan: Plan,
}

/// Compiles what is to be compiled, and plans a deployment of all resources, or of the selected ones. Nothing is written.
///
/// # Errors
/// Files that cannot be read or understood.
pub fn plan(host: &Host<'_>, project: &Project, state: &ProjectState, options: &Options) -> Result<Planned, Error> {
    let rows = status::rows_of(project, state, filter(options.only.as_ref()))?;
    let compiled = compile(host, project, state, &rows, options.only.as_ref())?;
    plan_prepared(project, state, &Options { prepared: compiled.prepared.clone(), ..options.clone() })
}

/// Plans a deployment whose files are all there.
///
/// # Errors
/// Files that cannot be read or understood.
pub fn plan_prepared(project: &Project, state: &ProjectState, options: &Options) -> Result<Planned, Error> {
    let rows = status::rows_of(project, state, filter(options.only.as_ref()))?;
    let wanted = assemble(project, state, options)?;
    let deployed = deployed(project, state)?;
    let plan = amplify_planner::plan(deployed.as_ref(), &wanted, &rows)?;
    Ok(Planned { rows, wanted, deployed, plan })
}

fn filter(only: Option<&Only>) -> Filter<'_> {
    Filter { category: only.map(|only| only.category.as_str()), name: only.and_then(|only| only.resource.as_deref()) }
}
