//! Resources that wait for each other in a circle, told edge by edge.

use std::fmt;

/// One resource needs another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    pub from: String,
    pub to: String,
    /// The key path that makes the edge, such as `Resources.Role.DependsOn[0]`.
    pub path: String,
}

impl fmt::Display for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` needs `{}` ({})", self.from, self.to, self.path)
    }
}

/// No order exists in which the resources could be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CycleError {
    /// The template's name.
    pub template: String,
    /// The circle: each edge starts where the one before ends, and the last ends where the first starts.
    pub edges: Vec<Edge>,
}

impl fmt::Display for CycleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "resources of `{}` need each other in a circle", self.template)?;
        self.edges.iter().try_for_each(|edge| write!(f, "\n  {edge}"))
    }
}

impl std::error::Error for CycleError {}

impl CycleError {
    /// A stable name of the kind of error.
    pub fn code(&self) -> &'static str {
        "template-cycle"
    }

    /// What to do about it.
    pub fn hints(&self) -> Vec<String> {
        let depends_on = self.edges.iter().find(|edge| edge.path.contains(".DependsOn"));
        vec![match depends_on {
            Some(edge) => format!("remove `{}`, if nothing else needs that order", edge.path),
            None => "break one of these references, for example by a resource of its own for the permission".to_owned(),
        }]
    }
}
