//! The properties of a function as its template gives them, with what is deployed filled in where it refers to others.

use amplify_cfn::{Inputs, Pseudo, Resolve, Stack, Template};
use amplify_planner::Assembly;
use amplify_project::ProjectState;
use serde_json::{Map, Value, json};

use crate::error::Error;

const FUNCTION: &str = "AWS::Lambda::Function";

/// The evaluated properties of the function of a resource.
///
/// # Errors
/// A resource that is not part of the deployment, or a template that cannot be evaluated.
pub fn of(assembly: &Assembly, state: &ProjectState, category: &str, name: &str) -> Result<Value, Error> {
    let Some(stack) = assembly.stack(category, name) else {
        let error = Error::failed("function-skipped", format!("`{category}/{name}` is not part of the deployment"));
        return Err(match assembly.skipped(category, name) {
            Some(skipped) => error.cause(&skipped.reason),
            None => error,
        });
    };
    let environment = &assembly.environment;
    let pseudo = || Pseudo::of_stack(&environment.stack_name, &environment.region, &environment.account_id);
    let root =
        Template::from_value(assembly.template.clone(), "the root template").map_err(amplify_cfn::Error::from)?;
    let inputs = Inputs { parameters: assembly.parameters.clone(), pseudo: pseudo(), ..Inputs::default() };
    let root = Stack::prepare(&root, inputs).map_err(amplify_cfn::Error::from)?;
    let outputs = Outputs { assembly, state };
    let nested = root.resource(&stack.logical_id, &outputs).map_err(amplify_cfn::Error::from)?;
    let parameters: Map<String, Value> =
        nested.properties.get("Parameters").and_then(Value::as_object).cloned().unwrap_or_default();
    let template = stack.template.parse()?;
    let inputs = Inputs { parameters, pseudo: pseudo(), ..Inputs::default() };
    let inner = Stack::prepare(template, inputs).map_err(amplify_cfn::Error::from)?;
    let function = template.resources.iter().find(|(_, resource)| resource.resource_type == FUNCTION);
    let Some((id, _)) = function else {
        return Err(Error::failed("no-function", format!("the template of `{category}/{name}` has no function")));
    };
    Ok(inner.resource(id, &Unknown).map_err(amplify_cfn::Error::from)?.properties)
}

/// The outputs recorded at the last push; a name of its own for what was never deployed.
struct Outputs<'o> {
    assembly: &'o Assembly,
    state: &'o ProjectState,
}

impl Resolve for Outputs<'_> {
    fn reference(&self, logical_id: &str) -> Option<Value> {
        Some(json!(logical_id))
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Option<Value> {
        let recorded = || {
            let stack = self.assembly.stacks.iter().find(|stack| stack.logical_id == logical_id)?;
            let output = attribute.strip_prefix("Outputs.")?;
            self.state.meta.outputs(&stack.category, &stack.resource)?.get(output).cloned()
        };
        Some(recorded().unwrap_or_else(|| json!(format!("{logical_id}.{attribute}"))))
    }
}

/// Resources of the function's own stack, such as its role: their names are enough to run it.
struct Unknown;

impl Resolve for Unknown {
    fn reference(&self, logical_id: &str) -> Option<Value> {
        Some(json!(logical_id))
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Option<Value> {
        Some(json!(format!("{logical_id}.{attribute}")))
    }
}
