//! A template with its inputs: parameters bound, conditions decided, ready to evaluate.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde_json::Value;

use crate::cycle::{CycleError, Edge};
use crate::dependencies::{self, Reference};
use crate::error::EvalError;
use crate::evaluate::{
    self, Budget, EvaluatedOutput, EvaluatedResource, EvaluatedStack, Evaluator, Mode, Resolve, Scope,
};
use crate::inputs::{Inputs, Pseudo};
use crate::names;
use crate::parameters::{self, Bound};
use crate::path::{self, Segment};
use crate::problem::{ProblemKind, Problems};
use crate::template::{Resource, Template};

/// A template whose parameters are checked and whose conditions are decided.
#[derive(Debug)]
pub struct Stack<'t> {
    template: &'t Template,
    inputs: Inputs,
    bound: Bound,
    conditions: HashMap<&'t str, bool>,
}

impl<'t> Stack<'t> {
    /// Binds the parameters, decides the conditions and looks up every name that the template refers to.
    ///
    /// # Errors
    /// All parameters without a valid value, all values without a parameter, unsupported transforms, all references to
    /// names that do not exist, and all conditions that cannot be decided.
    pub fn prepare(template: &'t Template, inputs: Inputs) -> Result<Self, EvalError> {
        let mut problems = Problems::default();
        for name in template.transforms.iter().filter(|name| *name != "AWS::LanguageExtensions") {
            let kind = ProblemKind::TransformUnsupported { name: name.clone() };
            problems.push(|| "Transform".to_owned(), kind);
        }
        let bound = parameters::bind(template, &inputs.parameters, &mut problems);
        names::check(template, &mut problems);
        let mut stack = Self { template, inputs, bound, conditions: HashMap::new() };
        if problems.is_empty() {
            stack.decide(&mut problems);
        }
        if problems.is_empty() { Ok(stack) } else { Err(stack.error(problems)) }
    }

    fn error(&self, problems: Problems) -> EvalError {
        EvalError { template: self.template.name.clone(), problems: problems.into_vec() }
    }

    /// Decides every condition, each after those that it uses.
    fn decide(&mut self, problems: &mut Problems) {
        let template = self.template;
        let names: Vec<&'t str> = template.conditions.keys().map(String::as_str).collect();
        let uses = |name: &str| template.conditions.get(name).map(evaluate::conditions_used).unwrap_or_default();
        let order = match dependencies::sort(&names, &uses) {
            Ok(order) => order,
            Err(circle) => {
                let mut names: Vec<String> = circle.into_iter().map(str::to_owned).collect();
                names.extend(names.first().cloned());
                problems.push(|| "Conditions".to_owned(), ProblemKind::ConditionCycle { names });
                return;
            }
        };
        let mut decided = HashMap::with_capacity(order.len());
        let mut budget = Budget::default();
        for name in order {
            let mut evaluator = Evaluator::with_budget(self.scope(Mode::Conditions, &decided), budget);
            let outcome = evaluator.decide(name, &template.conditions[name]);
            problems.append(evaluator.problems);
            budget = evaluator.budget;
            if let Some(outcome) = outcome {
                decided.insert(name, outcome);
            }
        }
        self.conditions = decided;
    }

    fn scope<'a>(&'a self, mode: Mode<'a>, conditions: &'a HashMap<&'t str, bool>) -> Scope<'a> {
        Scope {
            template: self.template,
            parameters: &self.bound.values,
            pseudo: &self.inputs.pseudo,
            exports: &self.inputs.exports,
            conditions,
            parent_tokens: &self.bound.tokens,
            opaque: !self.bound.tokens.is_empty() || matches!(mode, Mode::Symbolic),
            mode,
        }
    }

    /// The template that this stack is made of.
    pub fn template(&self) -> &'t Template {
        self.template
    }

    /// The values of the pseudo parameters.
    pub fn pseudo(&self) -> &Pseudo {
        &self.inputs.pseudo
    }

    /// What a reference to a parameter yields: text, or a list of texts.
    pub fn parameter(&self, name: &str) -> Option<&Value> {
        self.bound.values.get(name)
    }

    /// Parameters that could not be held against their `AllowedPattern`, because it uses what only the service knows.
    pub fn unchecked_patterns(&self) -> &[String] {
        &self.bound.unchecked_patterns
    }

    /// Whether a condition holds; `None` when there is none of that name.
    pub fn condition(&self, name: &str) -> Option<bool> {
        self.conditions.get(name).copied()
    }

    fn holds(&self, condition: Option<&str>) -> bool {
        condition.is_none_or(|name| self.condition(name).unwrap_or(false))
    }

    fn active(&self, id: &str) -> Option<&'t Resource> {
        self.template.resources.get(id).filter(|resource| self.holds(resource.condition.as_deref()))
    }

    /// The logical ids of the resources that exist under the decided conditions, in template order.
    pub fn resources(&self) -> impl Iterator<Item = &'t str> + '_ {
        let all = &self.template.resources;
        all.iter().filter(|(_, resource)| self.holds(resource.condition.as_deref())).map(|(id, _)| id.as_str())
    }

    /// What a resource needs to exist before it: by `DependsOn`, `Ref`, `Fn::GetAtt` and `Fn::Sub`.
    pub fn dependencies(&self, id: &str) -> Vec<Edge> {
        let mut edges = Vec::new();
        self.visit_needs(id, &mut |to, steps| {
            edges.push(Edge { from: id.to_owned(), to: to.to_owned(), path: path::render(steps) });
        });
        edges
    }

    fn visit_needs(&self, id: &str, visit: &mut dyn FnMut(&'t str, &[Segment<'t>])) {
        let Some((id, resource)) = self.template.resources.get_key_value(id) else { return };
        let mut steps = vec![Segment::Key("Resources"), Segment::Key(id), Segment::Key("DependsOn")];
        let listed = names::lists_dependencies(self.template, id);
        for (index, target) in resource.depends_on.iter().enumerate() {
            if self.active(target).is_none() {
                continue;
            }
            if listed {
                steps.push(Segment::Index(index));
            }
            visit(target, &steps);
            steps.truncate(3);
        }
        steps.pop();
        steps.push(Segment::Key("Properties"));
        let decide = |name: &str| self.condition(name);
        dependencies::references(&resource.properties, steps, Some(&decide), &mut |reference, steps| {
            if let Reference::Name(target) | Reference::Resource(target) = reference
                && self.active(target).is_some()
            {
                visit(target, steps);
            }
        });
    }

    /// The active resources in an order in which they can be created; template order where it is free.
    ///
    /// # Errors
    /// Some resources need each other in a circle.
    pub fn order(&self) -> Result<Vec<String>, CycleError> {
        let names: Vec<&str> = self.resources().collect();
        let needs = |id: &str| {
            let mut targets = Vec::new();
            self.visit_needs(id, &mut |to, _| targets.push(to));
            targets
        };
        match dependencies::sort(&names, &needs) {
            Ok(order) => Ok(order.into_iter().map(str::to_owned).collect()),
            Err(circle) => {
                let next = circle.iter().cycle().skip(1);
                let edges = circle.iter().zip(next);
                let edges = edges.filter_map(|(from, to)| dependencies::edge(self.dependencies(from), to)).collect();
                Err(CycleError { template: self.template.name.clone(), edges })
            }
        }
    }

    /// Evaluates one active resource; `resolve` knows the resources that exist already.
    ///
    /// # Errors
    /// Everything in the resource that cannot be evaluated; a logical id that is not active.
    pub fn resource(&self, id: &str, resolve: &dyn Resolve) -> Result<EvaluatedResource, EvalError> {
        let mut evaluator = Evaluator::new(self.scope(Mode::Concrete(resolve), &self.conditions));
        let evaluated = self.evaluate_resource(id, &mut evaluator);
        self.finish(evaluator, evaluated)
    }

    /// Evaluates the outputs whose condition holds, in template order.
    ///
    /// # Errors
    /// Everything in the outputs that cannot be evaluated.
    pub fn outputs(&self, resolve: &dyn Resolve) -> Result<IndexMap<String, EvaluatedOutput>, EvalError> {
        let mut evaluator = Evaluator::new(self.scope(Mode::Concrete(resolve), &self.conditions));
        let outputs = self.evaluate_outputs(&mut evaluator);
        self.finish(evaluator, Some(outputs))
    }

    /// Evaluates everything without any resource: references become tokens such as `${Table}` and `${Table.Arn}`, and
    /// an import that no export is given for becomes one, too.
    ///
    /// # Errors
    /// Everything in resources and outputs that cannot be evaluated.
    pub fn evaluate_symbolic(&self) -> Result<EvaluatedStack, EvalError> {
        let mut evaluator = Evaluator::new(self.scope(Mode::Symbolic, &self.conditions));
        let mut resources = IndexMap::with_capacity(self.template.resources.len());
        for id in self.resources() {
            if let Some(resource) = self.evaluate_resource(id, &mut evaluator) {
                resources.insert(id.to_owned(), resource);
            }
        }
        let outputs = self.evaluate_outputs(&mut evaluator);
        self.finish(evaluator, Some(EvaluatedStack { resources, outputs }))
    }

    fn finish<T>(&self, evaluator: Evaluator<'_>, value: Option<T>) -> Result<T, EvalError> {
        match value {
            Some(value) if evaluator.problems.is_empty() => Ok(value),
            _ => Err(self.error(evaluator.problems)),
        }
    }

    fn evaluate_resource<'a>(&'a self, id: &'a str, evaluator: &mut Evaluator<'a>) -> Option<EvaluatedResource> {
        let Some((id, resource)) = self.template.resources.get_key_value(id) else {
            let nearest = evaluator.problems.nearest(id, self.template.resources.keys().map(String::as_str));
            evaluator.report(ProblemKind::UnknownResource { name: id.to_owned(), nearest });
            return None;
        };
        if let Some(condition) = resource.condition.as_ref().filter(|name| !self.holds(Some(name))) {
            evaluator.report(ProblemKind::ResourceInactive { name: id.clone(), condition: condition.clone() });
            return None;
        }
        let properties = evaluator.at(&["Resources", id, "Properties"], &resource.properties)?;
        let depends_on = resource.depends_on.iter().filter(|target| self.active(target).is_some());
        Some(EvaluatedResource {
            resource_type: resource.resource_type.clone(),
            properties,
            deletion_policy: resource.deletion_policy.clone(),
            update_replace_policy: resource.update_replace_policy.clone(),
            depends_on: depends_on.cloned().collect(),
        })
    }

    fn evaluate_outputs<'a>(&'a self, evaluator: &mut Evaluator<'a>) -> IndexMap<String, EvaluatedOutput> {
        let mut outputs = IndexMap::with_capacity(self.template.outputs.len());
        for (name, output) in &self.template.outputs {
            if !self.holds(output.condition.as_deref()) {
                continue;
            }
            let value = evaluator.text_at(&["Outputs", name, "Value"], &output.value);
            let export = match &output.export {
                None => Some(None),
                Some(export) => evaluator.text_at(&["Outputs", name, "Export", "Name"], export).map(Some),
            };
            if let (Some(value), Some(export)) = (value, export) {
                outputs.insert(name.clone(), EvaluatedOutput { value: Value::String(value), export });
            }
        }
        outputs
    }
}
