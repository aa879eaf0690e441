//! What a deployment tells while it runs, and what it returns.

use indexmap::IndexMap;
use serde_json::{Map, Value};

/// A change of state of a stack or resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Logical ids from the root stack down, joined by `/`; the stack's name for the root stack itself.
    pub path: String,
    /// CloudFormation type.
    pub resource_type: String,
    /// Such as `CREATE_COMPLETE`, as CloudFormation names them.
    pub status: &'static str,
    /// Why, on failure.
    pub reason: Option<String>,
}

/// Watches a deployment.
pub trait Observer {
    /// Something changed its state.
    fn event(&mut self, event: &Event);
    /// Whether to stop. Asked between resources; what was done is then undone.
    fn cancelled(&mut self) -> bool;
}

/// Watches nothing and never stops.
impl Observer for () {
    fn event(&mut self, _: &Event) {}
    fn cancelled(&mut self) -> bool {
        false
    }
}

/// A finished deployment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Deployed {
    /// The root stack's id.
    pub stack_id: String,
    /// The root stack's outputs.
    pub outputs: Map<String, Value>,
    /// Outputs of each nested stack of the root, by logical id.
    pub nested: IndexMap<String, Map<String, Value>>,
    /// Resources that only stand in the records.
    pub recorded: Vec<RecordedResource>,
    /// What was done, nested stacks themselves not counted.
    pub counts: Counts,
    /// What was to be deleted and could not be, with the reason.
    pub leftovers: Vec<String>,
}

/// A resource that was recorded and does not run here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedResource {
    /// Logical ids from the root stack down.
    pub path: String,
    /// CloudFormation type.
    pub resource_type: String,
}

/// How many resources a deployment changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Counts {
    pub created: u32,
    pub updated: u32,
    pub replaced: u32,
    pub deleted: u32,
}
