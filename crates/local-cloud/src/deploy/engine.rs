//! Walks a stack and its nested stacks, and brings each resource to what its template says.

use std::collections::{BTreeMap, BTreeSet};

use amplify_cfn::{EvalError, EvaluatedResource, Inputs, Pseudo, Resolve, Stack, Template};
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::{
    observe::{Counts, Event, Observer},
    template_url,
};
use crate::{
    Error,
    handlers::{STACK, Workshop, shapes},
    identity::Identity,
    journal::{Journal, Step},
    state::{Discarded, OutputState, ResourceState, StackState, State, join},
};

/// Why a deployment stops.
pub(super) enum Halt {
    Cancelled,
    /// A resource failed.
    Failed {
        path: String,
        resource_type: String,
        reason: String,
    },
    /// A template cannot be deployed.
    Template {
        stack: String,
        findings: Vec<String>,
        hints: Vec<String>,
    },
    /// The local cloud itself failed.
    Fatal(Error),
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Halt::Fatal(error)
    }
}

/// One deployment at work.
pub(super) struct Engine<'e> {
    pub(super) workshop: Workshop,
    /// The state that the deployment started from; what it retains and takes up again is noted here.
    pub(super) state: State,
    pub(super) journal: Journal,
    pub(super) observer: &'e mut dyn Observer,
    pub(super) counts: Counts,
    /// To be deleted once the deployment is committed.
    pub(super) discarded: Vec<Discarded>,
    /// Exports of the stacks done so far, and of the earlier deployment.
    pub(super) exports: BTreeMap<String, Value>,
    /// Names in use: type and physical id.
    pub(super) owned: BTreeSet<(String, String)>,
    /// Stacks entered whose update is not announced yet.
    pub(super) open: Vec<OpenStack>,
}

/// A stack that is being walked.
pub(super) struct OpenStack {
    path: String,
    existed: bool,
    announced: bool,
}

/// A stack as it is wanted.
pub(super) struct Wanted<'w> {
    pub(super) name: String,
    pub(super) id: String,
    /// Logical ids from the root stack down; empty for the root.
    pub(super) path: &'w str,
    pub(super) template: Value,
    pub(super) parameters: Map<String, Value>,
}

/// What the resources of a stack resolve to so far.
struct Known<'k> {
    stack_id: &'k str,
    resources: &'k IndexMap<String, ResourceState>,
}

impl Resolve for Known<'_> {
    fn reference(&self, logical_id: &str) -> Option<Value> {
        self.resources.get(logical_id).map(|resource| resource.reference.clone())
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Option<Value> {
        let resource = self.resources.get(logical_id)?;
        if let Some(stack) = &resource.stack {
            return stack.outputs.get(attribute.strip_prefix("Outputs.")?).map(|output| output.value.clone());
        }
        if let Some(value) = resource.attributes.get(attribute) {
            return Some(value.clone());
        }
        let identity = Identity::of(self.stack_id, logical_id, resource.generation);
        resource.recorded.then(|| shapes::unknown_attribute(&identity, attribute))
    }
}

impl Engine<'_> {
    /// Deploys a stack. `old` is what there is of it.
    pub(super) fn stack(&mut self, old: Option<&StackState>, wanted: Wanted<'_>) -> Result<StackState, Halt> {
        let path = if wanted.path.is_empty() { wanted.name.clone() } else { wanted.path.to_owned() };
        self.open.push(OpenStack { path: path.clone(), existed: old.is_some(), announced: false });
        if old.is_none() {
            self.announce();
        }
        let stack = self.walk(old, wanted, &path)?;
        let open = self.open.pop();
        if open.is_some_and(|open| open.announced) {
            self.tell(&path, STACK, if old.is_some() { "UPDATE_COMPLETE" } else { "CREATE_COMPLETE" }, None);
        }
        Ok(stack)
    }

    fn walk(&mut self, old: Option<&StackState>, wanted: Wanted<'_>, path: &str) -> Result<StackState, Halt> {
        let invalid =
            |findings: Vec<String>, hints: Vec<String>| Halt::Template { stack: path.to_owned(), findings, hints };
        let unevaluated = |error: EvalError| invalid(findings(&error), error.hints());
        let template = Template::from_value(wanted.template.clone(), path)
            .map_err(|error| invalid(lines(&error.to_string()), error.hints()))?;
        let inputs = Inputs {
            parameters: wanted.parameters.clone(),
            pseudo: self.pseudo(&wanted),
            exports: self.exports.clone(),
        };
        let prepared = Stack::prepare(&template, inputs).map_err(unevaluated)?;
        let order = prepared.order().map_err(|error| invalid(lines(&error.to_string()), error.hints()))?;

        let mut resources: IndexMap<String, ResourceState> = IndexMap::with_capacity(order.len());
        for id in &order {
            if self.observer.cancelled() {
                return Err(Halt::Cancelled);
            }
            let known = Known { stack_id: &wanted.id, resources: &resources };
            let resource_path = join(wanted.path, id);
            let evaluated = match prepared.resource(id, &known) {
                Ok(evaluated) => evaluated,
                Err(error) => {
                    let declared = template.resources.get(id).map(|resource| resource.resource_type.clone());
                    let (resource_type, reason) = (declared.unwrap_or_default(), findings(&error).join("; "));
                    self.tell(&resource_path, &resource_type, "CREATE_FAILED", Some(reason.clone()));
                    return Err(Halt::Failed { path: resource_path, resource_type, reason });
                }
            };
            let before = old.and_then(|stack| stack.resources.get(id));
            let resource = if evaluated.resource_type == STACK {
                let made = self.nested(before, &wanted, id, &resource_path, evaluated)?;
                if let Some(before) = before.filter(|before| before.stack.is_none()) {
                    self.discard(&resource_path, before, before.update_replace_policy.as_deref());
                }
                made
            } else {
                self.resource(before, &wanted, id, &resource_path, evaluated)?
            };
            resources.insert(id.clone(), resource);
        }
        if let Some(old) = old {
            for (id, gone) in old.resources.iter().rev().filter(|(id, _)| !resources.contains_key(*id)) {
                self.discard(&join(wanted.path, id), gone, gone.deletion_policy.as_deref());
            }
        }
        let known = Known { stack_id: &wanted.id, resources: &resources };
        let outputs = prepared.outputs(&known).map_err(unevaluated)?;
        let outputs: IndexMap<String, OutputState> = outputs
            .into_iter()
            .map(|(name, output)| (name, OutputState { value: output.value, export: output.export }))
            .collect();
        for output in outputs.values() {
            if let Some(name) = &output.export {
                self.exports.insert(name.clone(), output.value.clone());
            }
        }
        Ok(StackState {
            name: wanted.name,
            id: wanted.id,
            template: wanted.template,
            parameters: wanted.parameters,
            resources,
            outputs,
        })
    }

    /// Deploys a nested stack.
    fn nested(
        &mut self,
        before: Option<&ResourceState>,
        parent: &Wanted<'_>,
        id: &str,
        path: &str,
        evaluated: EvaluatedResource,
    ) -> Result<ResourceState, Halt> {
        let fail = |reason: String| Halt::Failed { path: path.to_owned(), resource_type: STACK.into(), reason };
        let before = before.filter(|before| before.stack.is_some());
        let template = self.nested_template(&evaluated.properties).map_err(fail)?;
        let parameters = match evaluated.properties.get("Parameters") {
            Some(Value::Object(parameters)) => parameters.clone(),
            _ => Map::new(),
        };
        let (name, stack_id) = match before.and_then(|before| before.stack.as_deref()) {
            Some(stack) => (stack.name.clone(), stack.id.clone()),
            None => {
                let identity = Identity::of(&parent.id, id, 0);
                let name = crate::identity::generated_name(&identity, &parent.name, id, 128);
                let stack_id = stack_id(&self.state.region, &self.state.account_id, &name);
                (name, stack_id)
            }
        };
        let old = before.and_then(|before| before.stack.as_deref());
        let wanted = Wanted { name, id: stack_id.clone(), path, template, parameters };
        let stack = self.stack(old, wanted)?;
        Ok(ResourceState {
            resource_type: STACK.into(),
            physical_id: stack_id.clone(),
            reference: json!(stack_id),
            properties: evaluated.properties,
            attributes: Map::new(),
            generation: 0,
            deletion_policy: evaluated.deletion_policy,
            update_replace_policy: evaluated.update_replace_policy,
            recorded: false,
            facts: Map::new(),
            stack: Some(Box::new(stack)),
        })
    }

    fn nested_template(&self, properties: &Value) -> Result<Value, String> {
        let url =
            properties.get("TemplateURL").and_then(Value::as_str).ok_or("the property `TemplateURL` is missing")?;
        let (bucket, key) =
            template_url::object(url).ok_or_else(|| format!("`{url}` is not the address of an object"))?;
        let file = self
            .workshop
            .object(&bucket, &key)
            .ok_or_else(|| format!("there is no template `{key}` in the bucket `{bucket}`"))?;
        let text = fs_err::read_to_string(file).map_err(|error| error.to_string())?;
        Template::parse(&text, &key).map(|template| template.document).map_err(|error| error.to_string())
    }

    /// Notes that a resource, with all that is below it, goes when the deployment is committed.
    pub(super) fn discard(&mut self, path: &str, gone: &ResourceState, policy: Option<&str>) {
        if let Some(stack) = &gone.stack {
            for (id, resource) in stack.resources.iter().rev() {
                let kept = policy.filter(|policy| *policy == "Retain").or(resource.deletion_policy.as_deref());
                self.discard(&join(path, id), resource, kept);
            }
        }
        let discarded = Discarded {
            path: path.to_owned(),
            resource_type: gone.resource_type.clone(),
            physical_id: gone.physical_id.clone(),
        };
        if matches!(policy, Some("Retain" | "RetainExceptOnCreate")) {
            if !gone.recorded && gone.resource_type != STACK {
                self.state.retained.push(discarded);
            }
            self.tell(path, &gone.resource_type, "DELETE_SKIPPED", None);
        } else {
            self.discarded.push(discarded);
        }
    }

    /// Records a step before it is taken.
    pub(super) fn record(&mut self, step: Step) -> Result<(), Halt> {
        Ok(self.journal.record(step)?)
    }

    /// Says that the stacks around the next event are being updated, if that was not said yet.
    fn announce(&mut self) {
        for index in 0..self.open.len() {
            if self.open[index].announced {
                continue;
            }
            self.open[index].announced = true;
            let status = if self.open[index].existed { "UPDATE_IN_PROGRESS" } else { "CREATE_IN_PROGRESS" };
            let path = self.open[index].path.clone();
            self.observer.event(&Event { path, resource_type: STACK.into(), status, reason: None });
        }
    }

    /// Tells the observer of a resource.
    pub(super) fn tell(&mut self, path: &str, resource_type: &str, status: &'static str, reason: Option<String>) {
        self.announce();
        self.observer.event(&Event { path: path.into(), resource_type: resource_type.into(), status, reason });
    }

    fn pseudo(&self, wanted: &Wanted<'_>) -> Pseudo {
        Pseudo {
            region: self.state.region.clone(),
            account_id: self.state.account_id.clone(),
            stack_name: wanted.name.clone(),
            stack_id: wanted.id.clone(),
            partition: "aws".into(),
            url_suffix: "amazonaws.com".into(),
            notification_arns: Vec::new(),
        }
    }
}

/// The id of a stack, the same for the same name.
pub(super) fn stack_id(region: &str, account_id: &str, name: &str) -> String {
    let uuid = Identity::of(name, "", 0).uuid("stack");
    format!("arn:aws:cloudformation:{region}:{account_id}:stack/{name}/{uuid}")
}

fn findings(error: &EvalError) -> Vec<String> {
    error.problems.iter().map(ToString::to_string).collect()
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}
