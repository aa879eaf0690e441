//! Nested stacks: what a parent and its children must agree on.

use serde_json::{Map, Value};

use crate::dependencies::{self, Reference};
use crate::error::EvalError;
use crate::path::{self, Segment};
use crate::problem::{ProblemKind, Problems};
use crate::template::Template;

/// A child of a template, by the logical id that it has there.
#[derive(Debug, Clone, Copy)]
pub struct NestedStack<'t> {
    pub logical_id: &'t str,
    pub template: &'t Template,
}

/// Holds a parent against its children, which the service does only in the middle of a deployment: every parameter that
/// a child gets must be declared there, every one without a default must be given, and every output that the parent
/// reads must exist.
///
/// # Errors
/// All disagreements, with the path in the parent.
pub fn check_nested(parent: &Template, children: &[NestedStack<'_>]) -> Result<(), EvalError> {
    let mut problems = Problems::default();
    for child in children {
        let given = parent.resources.get(child.logical_id);
        let empty = Map::new();
        let given = given.and_then(|resource| resource.properties.get("Parameters")?.as_object()).unwrap_or(&empty);
        let path = format!("Resources.{}.Properties.Parameters", child.logical_id);
        for name in given.keys().filter(|name| !child.template.parameters.contains_key(*name)) {
            let nearest = problems.nearest(name, child.template.parameters.keys().map(String::as_str));
            let kind = ProblemKind::ParameterUndeclared { name: name.clone(), nearest };
            problems.push(|| format!("{path}.{name}"), kind);
        }
        for (name, parameter) in &child.template.parameters {
            if parameter.default.is_none() && !given.contains_key(name) {
                problems.push(|| path.clone(), ProblemKind::ParameterMissing { name: name.clone() });
            }
        }
    }
    check_outputs(parent, children, &mut problems);
    if problems.is_empty() {
        Ok(())
    } else {
        Err(EvalError { template: parent.name.clone(), problems: problems.into_vec() })
    }
}

fn check_outputs(parent: &Template, children: &[NestedStack<'_>], problems: &mut Problems) {
    let mut check = |value: &Value, steps: &[&str]| {
        let steps: Vec<Segment<'_>> = steps.iter().copied().map(Segment::Key).collect();
        dependencies::references(value, steps, None, &mut |reference, steps| {
            let Reference::StackOutput(id, attribute) = reference else { return };
            let Some(child) = children.iter().find(|child| child.logical_id == id) else { return };
            let Some(output) = attribute.strip_prefix("Outputs.") else { return };
            if !child.template.outputs.contains_key(output) {
                let nearest = problems.nearest(output, child.template.outputs.keys().map(String::as_str));
                let kind = ProblemKind::OutputMissing { stack: id.to_owned(), output: output.to_owned(), nearest };
                problems.push(|| path::render(steps), kind);
            }
        });
    };
    for (id, resource) in &parent.resources {
        check(&resource.properties, &["Resources", id, "Properties"]);
    }
    for (name, output) in &parent.outputs {
        check(&output.value, &["Outputs", name, "Value"]);
    }
}
