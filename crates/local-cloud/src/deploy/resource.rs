//! Brings one resource to what its template says: create, update, replace, or leave it alone.

use amplify_cfn::{Action, EvaluatedResource, EvaluatedStack, compare};
use indexmap::IndexMap;

use super::engine::{Engine, Halt, Wanted};
use crate::{
    handlers::{Made, Request, ResourceHandler, handler, has_own_name, take_retained},
    journal::Step,
    state::ResourceState,
};

/// What a resource's new properties ask for.
enum Change {
    Nothing,
    Update,
    Replace,
}

impl Engine<'_> {
    /// Deploys a resource that is no stack.
    pub(super) fn resource(
        &mut self,
        before: Option<&ResourceState>,
        stack: &Wanted<'_>,
        id: &str,
        path: &str,
        evaluated: EvaluatedResource,
    ) -> Result<ResourceState, Halt> {
        let handler = handler(&evaluated.resource_type);
        let Some(before) = before else {
            let made = self.create(handler, stack, id, path, &evaluated, 0, "CREATE")?;
            self.counts.created += 1;
            return Ok(made);
        };
        match change(id, before, &evaluated) {
            Change::Nothing => Ok(ResourceState {
                deletion_policy: evaluated.deletion_policy,
                update_replace_policy: evaluated.update_replace_policy,
                ..before.clone()
            }),
            Change::Update => {
                let made = self.update(handler, before, stack, id, path, &evaluated)?;
                self.counts.updated += 1;
                Ok(made)
            }
            Change::Replace => {
                let made = self.replace(handler, before, stack, id, path, &evaluated)?;
                self.counts.replaced += 1;
                Ok(made)
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "what a resource is, and what is done to it")]
    fn create(
        &mut self,
        handler: &dyn ResourceHandler,
        stack: &Wanted<'_>,
        id: &str,
        path: &str,
        evaluated: &EvaluatedResource,
        generation: u32,
        verb: &'static str,
    ) -> Result<ResourceState, Halt> {
        let resource_type = evaluated.resource_type.as_str();
        let (begun, done, failed) = statuses(verb);
        self.tell(path, resource_type, begun, None);
        let region = self.state.region.clone();
        let account_id = self.state.account_id.clone();
        let request = Request {
            stack_name: &stack.name,
            stack_id: &stack.id,
            logical_id: id,
            path,
            resource_type,
            properties: &evaluated.properties,
            generation,
            region: &region,
            account_id: &account_id,
        };
        let result = self.make(handler, &request);
        let (physical_id, made) = self.checked(result, path, resource_type, failed)?;
        self.tell(path, resource_type, done, None);
        Ok(state_of(handler, evaluated, physical_id, generation, made))
    }

    /// Makes a resource, or takes up one that an earlier deployment kept by policy.
    fn make(&mut self, handler: &dyn ResourceHandler, request: &Request<'_>) -> Result<(String, Made), Halt> {
        let fail = |reason: String| Halt::Failed {
            path: request.path.to_owned(),
            resource_type: request.resource_type.to_owned(),
            reason,
        };
        let physical_id = handler.physical_id(request).map_err(fail)?;
        let taken = !handler.recorded() && !self.owned.insert((request.resource_type.to_owned(), physical_id.clone()));
        if taken || handler.exists(&mut self.workshop, &physical_id).map_err(fail)? {
            if taken || take_retained(&mut self.state, request.resource_type, &physical_id).is_none() {
                return Err(fail(format!("`{physical_id}` already exists")));
            }
            let made = handler.update(&mut self.workshop, request, &physical_id).map_err(fail)?;
            return Ok((physical_id, made));
        }
        self.record(Step::Create {
            path: request.path.to_owned(),
            resource_type: request.resource_type.to_owned(),
            physical_id: physical_id.clone(),
        })?;
        let made = handler.create(&mut self.workshop, request, &physical_id).map_err(fail)?;
        Ok((physical_id, made))
    }

    fn update(
        &mut self,
        handler: &dyn ResourceHandler,
        before: &ResourceState,
        stack: &Wanted<'_>,
        id: &str,
        path: &str,
        evaluated: &EvaluatedResource,
    ) -> Result<ResourceState, Halt> {
        let resource_type = evaluated.resource_type.as_str();
        self.tell(path, resource_type, "UPDATE_IN_PROGRESS", None);
        self.record(Step::Update {
            path: path.to_owned(),
            resource_type: resource_type.to_owned(),
            physical_id: before.physical_id.clone(),
            old: before.properties.clone(),
        })?;
        let region = self.state.region.clone();
        let account_id = self.state.account_id.clone();
        let request = Request {
            stack_name: &stack.name,
            stack_id: &stack.id,
            logical_id: id,
            path,
            resource_type,
            properties: &evaluated.properties,
            generation: before.generation,
            region: &region,
            account_id: &account_id,
        };
        let result = handler.update(&mut self.workshop, &request, &before.physical_id).map_err(|reason| Halt::Failed {
            path: path.into(),
            resource_type: resource_type.into(),
            reason,
        });
        let made = self.checked(result, path, resource_type, "UPDATE_FAILED")?;
        self.tell(path, resource_type, "UPDATE_COMPLETE", None);
        Ok(state_of(handler, evaluated, before.physical_id.clone(), before.generation, made))
    }

    fn replace(
        &mut self,
        handler: &dyn ResourceHandler,
        before: &ResourceState,
        stack: &Wanted<'_>,
        id: &str,
        path: &str,
        evaluated: &EvaluatedResource,
    ) -> Result<ResourceState, Halt> {
        let same_name = before.resource_type == evaluated.resource_type
            && has_own_name(&evaluated.resource_type, &evaluated.properties)
            && self.would_be_called(handler, stack, id, path, evaluated).as_deref() == Some(&before.physical_id);
        if same_name {
            let reason = format!(
                "a change needs a new resource, which cannot have the name `{}` while the old one has it; \
                 give it another name in the template",
                before.physical_id
            );
            self.tell(path, &evaluated.resource_type, "UPDATE_FAILED", Some(reason.clone()));
            return Err(Halt::Failed { path: path.into(), resource_type: evaluated.resource_type.clone(), reason });
        }
        let made = self.create(handler, stack, id, path, evaluated, before.generation + 1, "UPDATE")?;
        self.discard(path, before, before.update_replace_policy.as_deref());
        Ok(made)
    }

    fn would_be_called(
        &self,
        handler: &dyn ResourceHandler,
        stack: &Wanted<'_>,
        id: &str,
        path: &str,
        evaluated: &EvaluatedResource,
    ) -> Option<String> {
        let request = Request {
            stack_name: &stack.name,
            stack_id: &stack.id,
            logical_id: id,
            path,
            resource_type: &evaluated.resource_type,
            properties: &evaluated.properties,
            generation: 0,
            region: &self.state.region,
            account_id: &self.state.account_id,
        };
        handler.physical_id(&request).ok()
    }

    /// Tells of a failure on its way.
    fn checked<T>(
        &mut self,
        result: Result<T, Halt>,
        path: &str,
        resource_type: &str,
        failed: &'static str,
    ) -> Result<T, Halt> {
        if let Err(Halt::Failed { reason, .. }) = &result {
            self.tell(path, resource_type, failed, Some(reason.clone()));
        }
        result
    }
}

fn statuses(verb: &str) -> (&'static str, &'static str, &'static str) {
    match verb {
        "UPDATE" => ("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE", "UPDATE_FAILED"),
        _ => ("CREATE_IN_PROGRESS", "CREATE_COMPLETE", "CREATE_FAILED"),
    }
}

fn state_of(
    handler: &dyn ResourceHandler,
    evaluated: &EvaluatedResource,
    physical_id: String,
    generation: u32,
    made: Made,
) -> ResourceState {
    ResourceState {
        resource_type: evaluated.resource_type.clone(),
        physical_id,
        reference: made.reference,
        properties: evaluated.properties.clone(),
        attributes: made.attributes,
        generation,
        deletion_policy: evaluated.deletion_policy.clone(),
        update_replace_policy: evaluated.update_replace_policy.clone(),
        recorded: handler.recorded(),
        facts: made.facts,
        stack: None,
    }
}

/// Compares as the planner does, so that what `plan` says is what happens.
fn change(id: &str, before: &ResourceState, evaluated: &EvaluatedResource) -> Change {
    if before.resource_type != evaluated.resource_type {
        return Change::Replace;
    }
    if before.properties == evaluated.properties {
        return Change::Nothing;
    }
    let only = |resource: EvaluatedResource| EvaluatedStack {
        resources: IndexMap::from_iter([(id.to_owned(), resource)]),
        outputs: IndexMap::new(),
    };
    let old = only(EvaluatedResource { properties: before.properties.clone(), ..evaluated.clone() });
    let new = only(evaluated.clone());
    match compare(Some(&old), Some(&new)).first().map(|diff| &diff.action) {
        Some(Action::Replace) => Change::Replace,
        _ => Change::Update,
    }
}
