//! A resource's stack with everything in it evaluated, and the stacks nested inside it.

use std::{cell::RefCell, collections::HashMap};

use amplify_cfn::{EvalError, EvaluatedStack, Inputs, Partition, Pseudo, Resolve, Stack, Template};
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::{Assembly, Environment, Error, NestedStack, StagedTemplate, kept_secrets};

/// The type of nested stacks.
pub(crate) const NESTED: &str = "AWS::CloudFormation::Stack";

/// An evaluated stack with the stacks inside it.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    /// The stack itself.
    pub stack: EvaluatedStack,
    /// Stacks inside it whose templates are known, by logical id.
    pub children: IndexMap<String, Tree>,
    /// Key of its template in [`NestedStack::children`]; `None` for the resource's own.
    pub template: Option<String>,
}

/// Evaluates the stacks of one assembly.
pub(crate) struct Evaluator<'a> {
    assembly: &'a Assembly,
    root: Stack<'a>,
    /// Outputs of nested stacks that are known to differ between the two sides: logical id and output.
    outputs: RefCell<HashMap<(String, String), Value>>,
}

impl<'a> Evaluator<'a> {
    /// An evaluator for an assembly; `template` is its root template.
    pub fn new(assembly: &'a Assembly, template: &'a Template) -> Result<Self, Error> {
        let environment = &assembly.environment;
        let inputs = Inputs {
            parameters: assembly
                .parameters
                .clone()
                .into_iter()
                .chain(kept_secrets::stand_ins(&assembly.secrets))
                .collect(),
            pseudo: pseudo(environment, &assembly.stack_name),
            ..Inputs::default()
        };
        let root = Stack::prepare(template, inputs).map_err(|source| failed("the root stack", source))?;
        Ok(Self { assembly, root, outputs: RefCell::default() })
    }

    /// Sets an output of a nested stack, for the stacks that use it.
    pub fn set_output(&self, logical_id: &str, output: &str, value: Value) {
        self.outputs.borrow_mut().insert((logical_id.to_owned(), output.to_owned()), value);
    }

    /// The root's own resources: all but the nested stacks.
    pub fn own_resources(&self, template: &Template) -> Result<EvaluatedStack, Error> {
        let mut resources = IndexMap::new();
        for id in self.root.resources() {
            if template.resources.get(id).is_none_or(|resource| resource.resource_type == NESTED) {
                continue;
            }
            let resource = self.root.resource(id, self).map_err(|source| failed("the root stack", source))?;
            resources.insert(id.to_owned(), resource);
        }
        Ok(EvaluatedStack { resources, outputs: IndexMap::new() })
    }

    /// Evaluates the stack of one resource.
    pub fn tree(&self, stack: &NestedStack) -> Result<Tree, Error> {
        let resource = self.root.resource(&stack.logical_id, self).map_err(|source| failed(&stack.label(), source))?;
        let parameters = passed_on(&resource.properties);
        let name = format!("{}-{}", self.assembly.stack_name, stack.logical_id);
        self.evaluate(stack, &stack.template, parameters, &name, &stack.label())
    }

    fn evaluate(
        &self,
        stack: &NestedStack,
        template: &StagedTemplate,
        parameters: Map<String, Value>,
        name: &str,
        label: &str,
    ) -> Result<Tree, Error> {
        let environment = &self.assembly.environment;
        let inputs = Inputs { parameters, pseudo: pseudo(environment, name), ..Inputs::default() };
        let prepared = Stack::prepare(template.parse()?, inputs).map_err(|source| failed(label, source))?;
        let evaluated = prepared.evaluate_symbolic().map_err(|source| failed(label, source))?;
        let mut children = IndexMap::new();
        for (id, resource) in evaluated.resources.iter().filter(|(_, resource)| resource.resource_type == NESTED) {
            let url = resource.properties.get("TemplateURL").and_then(Value::as_str).unwrap_or_default();
            let Some((key, child)) = key_in(url, environment).and_then(|key| stack.children.get_key_value(key)) else {
                continue;
            };
            let child = self.evaluate(
                stack,
                child,
                passed_on(&resource.properties),
                &format!("{name}-{id}"),
                &format!("{label}/{id}"),
            )?;
            children.insert(id.clone(), Tree { template: Some(key.clone()), ..child });
        }
        Ok(Tree { stack: evaluated, children, template: None })
    }
}

impl Resolve for Evaluator<'_> {
    fn reference(&self, logical_id: &str) -> Option<Value> {
        let parameter = match logical_id {
            "AuthRole" => "AuthRoleName",
            "UnauthRole" => "UnauthRoleName",
            "DeploymentBucket" => "DeploymentBucketName",
            _ => return Some(format!("${{{logical_id}}}").into()),
        };
        self.assembly.parameters.get(parameter).cloned()
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Option<Value> {
        let environment = &self.assembly.environment;
        if let (Some(name), "Arn") = (self.role(logical_id), attribute) {
            let partition = Partition::of(&environment.region).name();
            return Some(format!("arn:{partition}:iam::{}:role/{name}", environment.account_id).into());
        }
        if let Some(output) = attribute.strip_prefix("Outputs.")
            && let Some(value) = self.outputs.borrow().get(&(logical_id.to_owned(), output.to_owned()))
        {
            return Some(value.clone());
        }
        Some(format!("${{{logical_id}.{attribute}}}").into())
    }
}

impl Evaluator<'_> {
    fn role(&self, logical_id: &str) -> Option<&str> {
        let parameter = match logical_id {
            "AuthRole" => "AuthRoleName",
            "UnauthRole" => "UnauthRoleName",
            _ => return None,
        };
        self.assembly.parameters.get(parameter)?.as_str()
    }
}

pub(crate) fn pseudo(environment: &Environment, stack_name: &str) -> Pseudo {
    Pseudo::of_stack(stack_name, &environment.region, &environment.account_id)
}

pub(crate) fn failed(resource: &str, source: EvalError) -> Error {
    Error::Evaluate { resource: resource.to_owned(), source: Box::new(source) }
}

/// The key of a URL in the environment's bucket, whatever host addresses it.
fn key_in<'u>(url: &'u str, environment: &Environment) -> Option<&'u str> {
    url.split_once(&format!("/{}/", environment.bucket)).map(|(_, key)| key)
}

/// The parameters of a nested stack as its template sees them. A value that is not known before the deployment is passed as
/// an expression of the outer stack, which every type of parameter takes.
pub(crate) fn passed_on(properties: &Value) -> Map<String, Value> {
    let parameters = properties.get("Parameters").and_then(Value::as_object).into_iter().flatten();
    parameters
        .map(|(name, value)| {
            let token = value.as_str().and_then(|text| text.strip_prefix("${")?.strip_suffix('}'));
            match token.filter(|token| !token.contains("${")) {
                Some(token) => (name.clone(), json!({ "Ref": token })),
                None => (name.clone(), value.clone()),
            }
        })
        .collect()
}
