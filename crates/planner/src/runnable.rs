//! The properties of a function as its template gives them, with what is deployed filled in, so that it can be run here.

use amplify_cfn::{Inputs, Resolve, Stack};
use amplify_project::ProjectState;
use serde_json::{Value, json};

use crate::{
    Assembly, Error,
    evaluate::{failed, passed_on, pseudo},
    kept_secrets,
    planning::parse_root,
};

const FUNCTION: &str = "AWS::Lambda::Function";

/// The evaluated properties of the function of a resource; `None` if the resource is not deployed or has no function.
///
/// Outputs of other resources are those recorded at the last push. What was never deployed gets a name that says where it
/// would come from.
///
/// # Errors
/// A template that cannot be parsed or evaluated.
pub fn function_properties(
    assembly: &Assembly,
    state: &ProjectState,
    category: &str,
    name: &str,
) -> Result<Option<Value>, Error> {
    let Some(stack) = assembly.stack(category, name) else { return Ok(None) };
    let template = stack.template.parse()?;
    let Some(id) = template.resources.iter().find(|(_, resource)| resource.resource_type == FUNCTION).map(|(id, _)| id)
    else {
        return Ok(None);
    };
    let label = stack.label();
    let root = parse_root(assembly)?;
    let inputs = Inputs {
        parameters: assembly.parameters.clone().into_iter().chain(kept_secrets::stand_ins(&assembly.secrets)).collect(),
        pseudo: pseudo(&assembly.environment, &assembly.stack_name),
        ..Inputs::default()
    };
    let root = Stack::prepare(&root, inputs).map_err(|source| failed("the root stack", source))?;
    let nested =
        root.resource(&stack.logical_id, &Recorded { assembly, state }).map_err(|source| failed(&label, source))?;
    let inputs = Inputs {
        parameters: passed_on(&nested.properties),
        pseudo: pseudo(&assembly.environment, &format!("{}-{}", assembly.stack_name, stack.logical_id)),
        ..Inputs::default()
    };
    let inner = Stack::prepare(template, inputs).map_err(|source| failed(&label, source))?;
    let function = inner.resource(id, &Names).map_err(|source| failed(&label, source))?;
    Ok(Some(function.properties))
}

/// The outputs recorded at the last push.
struct Recorded<'r> {
    assembly: &'r Assembly,
    state: &'r ProjectState,
}

impl Resolve for Recorded<'_> {
    fn reference(&self, logical_id: &str) -> Option<Value> {
        Some(json!(logical_id))
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Option<Value> {
        let recorded = || {
            let stack = self.assembly.stacks.iter().find(|stack| stack.logical_id == logical_id)?;
            let output = attribute.strip_prefix("Outputs.")?;
            self.state.meta.outputs(&stack.category, &stack.resource)?.get(output).cloned()
        };
        recorded().or_else(|| Names.attribute(logical_id, attribute))
    }
}

/// Resources of the function's own stack, such as its role: their names are enough to run it.
struct Names;

impl Resolve for Names {
    fn reference(&self, logical_id: &str) -> Option<Value> {
        Some(json!(logical_id))
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Option<Value> {
        Some(json!(format!("{logical_id}.{attribute}")))
    }
}
