//! From a project folder to a deployment, and from two deployments to a plan.
//!
//! [`assemble`] reads `amplify/backend` and gives the root template, its nested stacks, and the files that go to the
//! deployment bucket. [`deployed`] gives the same of what was deployed last. [`plan`] compares the two, CloudFormation
//! resource by CloudFormation resource. `status`, `plan` and `push` use these for every provider, so that what they print is
//! the same. Nothing here talks to a cloud or a terminal.

mod assemble;
mod assembly;
mod boundary;
mod changes;
mod code;
pub mod custom_policies;
mod deployed;
mod digest;
mod document;
mod environment;
mod error;
mod evaluate;
mod folder;
mod graphql;
mod guard;
mod indexes;
mod kept_secrets;
mod keys;
mod leaks;
mod limits;
mod lines;
mod notes;
mod parameters;
mod plan;
mod planning;
mod recorded;
mod references;
mod resource;
mod retention;
mod root;
mod runnable;
mod secrets;
mod shared_values;
mod skip;
mod stage;
mod tags;
mod trust;

pub use assemble::{Artifact, Only, Options, Prepared, assemble};
pub use assembly::{Assembly, NestedStack, Note, Skipped, Source, StagedTemplate, Tag, Upload};
pub use deployed::deployed;
pub use document::{action_word, behaviour_word};
pub use environment::Environment;
pub use error::{Edge, Error};
pub use guard::{Allowed, Guarded};
pub use indexes::{IndexChange, Step, StepFile, StepPlan, steps};
pub use kept_secrets::{SECRET_NAMES, SECRET_REVISION, Secret};
pub use leaks::{Leak, leaks};
pub use lines::{Line, Mark};
pub use plan::{Cause, Change, Limit, Plan, ResourcePlan, Summary};
pub use planning::plan;
pub use root::{ENVIRONMENT_RESOURCES, root_parameters, root_template};
pub use runnable::function_properties;
pub use shared_values::{MADE_VALUES, as_text, missing_values, recovered_values, shown_values};
pub use tags::{TagChange, tags};
