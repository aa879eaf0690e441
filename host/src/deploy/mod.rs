//! A deployment, from the project's folder to the record of what is deployed: plan, freeze, build, deploy, record.

mod build;
mod carry_out;
mod compile;
mod freeze;
mod origin;
mod plan;
mod record;
mod request;
mod saved;
mod staging;

pub use build::build;
pub use carry_out::{Foreseen, Job, Outcome};
pub use freeze::Frozen;
pub use plan::{Planned, plan, plan_prepared};
pub use record::{Deployment, record, record_files};
pub use request::{request, shown};
pub use saved::{Saved, save};
