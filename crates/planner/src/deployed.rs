//! What was deployed last, from `#current-cloud-backend` and the recorded root template.

use amplify_project::{Project, ProjectState};

use crate::{
    Assembly, Environment, Error, NestedStack, Secret, Skipped, kept_secrets,
    recorded::Recorded,
    resource::Entry,
    root,
    stage::{Outcome, Side, Stage},
    trust::Trust,
};

/// The deployment that the current environment holds; `None` before a provider has made it.
///
/// Nested stacks take their parameters from the recorded root template; where that is missing or of another environment,
/// they are put together as if `#current-cloud-backend` were deployed now. A resource whose deployed template is not
/// recorded is listed as skipped.
///
/// # Errors
/// Files that cannot be read or parsed.
pub fn deployed(project: &Project, state: &ProjectState) -> Result<Option<Assembly>, Error> {
    let environment = Environment::of(state);
    if !environment.initialized {
        return Ok(None);
    }
    let recorded = Recorded::read(project, &environment)?;
    let before = state.cloud_meta.as_ref().map(|meta| Entry::all(meta)).unwrap_or_default();
    let Earlier { stacks, skipped } = stacks(project, &environment, &before, recorded.as_ref())?;
    let template = match &recorded {
        Some(recorded) => recorded.template.clone(),
        None => {
            let mut template = root::with_stacks(&stacks);
            Trust::Template.complete(&mut template, &stacks, None);
            let known: Vec<Secret> = before.iter().flat_map(|entry| environment.secrets_of(entry)).collect();
            kept_secrets::declare(&mut template, &stacks, &known);
            amplify_cfn::localize(&mut template, &environment.region);
            template
        }
    };
    let secrets = kept_secrets::declared(&template);
    Ok(Some(Assembly {
        stack_name: environment.stack_name.clone(),
        parameters: environment.parameters.clone(),
        template,
        stacks,
        uploads: Vec::new(),
        skipped,
        notes: Vec::new(),
        tags: Vec::new(),
        environment,
        secrets,
        recorded: recorded.is_some(),
    }))
}

/// The nested stacks that are deployed.
#[derive(Debug)]
pub(crate) struct Earlier {
    pub stacks: Vec<NestedStack>,
    pub skipped: Vec<Skipped>,
}

/// Stages what `#current-cloud-backend` holds of the resources in its `amplify-meta.json`.
pub(crate) fn stacks(
    project: &Project,
    environment: &Environment,
    before: &[Entry],
    recorded: Option<&Recorded>,
) -> Result<Earlier, Error> {
    let stage = Stage { project, environment, recorded, side: Side::Deployed };
    let mut stacks = Vec::new();
    let mut skipped = Vec::new();
    for entry in before.iter().filter(|entry| entry.was_uploaded()) {
        match stage.resource(entry)? {
            Outcome::Ready(staged) => {
                let url = entry.template_url().unwrap_or_default().to_owned();
                let fallback = format!("amplify-cfn-templates/{}/{}", entry.category, staged.file_name);
                let template_key = key_of(&url, environment).unwrap_or(fallback);
                stacks.push(NestedStack {
                    template_url: root::url(environment, &template_key),
                    template_key,
                    ..staged.stack
                });
            }
            Outcome::Skipped(reason) => {
                skipped.push(Skipped { category: entry.category.clone(), resource: entry.name.clone(), reason })
            }
        }
    }
    if recorded.is_none() {
        Trust::Template.break_circle(&mut stacks, environment);
    }
    Ok(Earlier { stacks, skipped })
}

/// The key of a `TemplateURL` in an environment's bucket.
pub(crate) fn key_of(url: &str, environment: &Environment) -> Option<String> {
    url.strip_prefix(&root::url(environment, "")).map(str::to_owned)
}
