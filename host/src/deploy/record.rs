//! Records a deployment: outputs and times, the copy of what is deployed, and the root template.

use std::collections::BTreeMap;

use amplify_planner::{Assembly, StepFile, shown_values};
use amplify_plugin_abi::{message::CompileReply, provider::DeployReply};
use amplify_project::{
    Content, Document, Indent,
    deployment::{self, DeployedResource, Package},
    hash,
    paths::relative,
    record::DeployedValues,
    status::{Operation, Row},
    timestamp,
};
use jiff::Timestamp;

use super::{Frozen, build::Artifacts, compile};
use crate::{error::Error, pending::Pending};

/// A deployment that succeeded.
pub struct Deployment<'d> {
    /// What was deployed.
    pub assembly: &'d Assembly,
    /// What `status` said of the resources it was about.
    pub rows: &'d [Row],
    /// What was built for it.
    pub artifacts: &'d Artifacts,
    /// What was compiled for it.
    pub compiled: &'d BTreeMap<(String, String), CompileReply>,
    /// What the provider answered.
    pub reply: &'d DeployReply,
    /// Whether unchanged resources count as pushed too.
    pub force: bool,
}

/// Puts the record into the pending changes.
///
/// # Errors
/// Files that cannot be read.
pub fn record(pending: &mut Pending<'_>, frozen: &Frozen, deployment: &Deployment<'_>) -> Result<(), Error> {
    let now = timestamp::iso(Timestamp::now());
    let mut resources = Vec::new();
    let mut pushed = Vec::new();
    for stack in &deployment.assembly.stacks {
        let (category, name) = (&stack.category, &stack.resource);
        let Some(row) = deployment.rows.iter().find(|row| row.category == *category && row.name == *name) else {
            continue;
        };
        let changed = matches!(row.operation, Operation::Create | Operation::Update)
            || deployment.compiled.contains_key(&(category.clone(), name.clone()));
        let is_pushed = !stack.kept && (deployment.force || changed);
        if row.operation == Operation::Delete {
            continue;
        }
        let built = deployment.artifacts.built.get(&(category.clone(), name.clone()));
        resources.push(DeployedResource {
            category: category.clone(),
            name: name.clone(),
            pushed: is_pushed,
            template_url: (!stack.kept).then(|| stack.template_url.clone()),
            outputs: deployment.reply.outputs.get(&stack.logical_id).cloned().unwrap_or_default(),
            folder_hash: is_pushed.then(|| hash::push(&frozen.project.paths().resource(category, name))).transpose()?,
            package: built.map(|built| Package {
                built: built.rebuilt.then(|| now.clone()),
                packed: now.clone(),
                file_name: built.upload_name.clone(),
            }),
        });
        if is_pushed {
            pushed.push((category.clone(), name.clone()));
        }
    }
    let deleted: Vec<(String, String)> = deployment
        .rows
        .iter()
        .filter(|row| row.operation == Operation::Delete)
        .map(|row| (row.category.clone(), row.name.clone()))
        .collect();
    deployment::record(&mut pending.state, &resources, &deleted, &now)?;
    for (category, name) in pushed {
        let files = frozen.files(&category, &name)?;
        let files = files.into_iter().map(|(below, path)| (below, Content::File(path))).collect();
        pending.transaction.replace_dir(&relative::cloud_resource(&category, &name), files)?;
    }
    compile::record(pending, frozen, deployment.compiled)?;
    for (category, name) in deleted {
        pending.transaction.delete_dir(&relative::cloud_resource(&category, &name))?;
    }
    values(pending, deployment.assembly)?;
    let root = Document::new(deployment.assembly.template.clone(), Indent::Tabs);
    Ok(pending.transaction.write_document(relative::ROOT_TEMPLATE, &root)?)
}

/// Keeps the environment's values that were deployed, for colleagues and for the next pull here: those of what was deployed
/// now, and what is known of the rest.
fn values(pending: &mut Pending<'_>, assembly: &Assembly) -> Result<(), Error> {
    let environment = pending.state.environment()?.to_owned();
    let known = pending.transaction.read(relative::DEPLOYED_VALUES)?;
    // A file that somebody broke is made anew.
    let known =
        known.and_then(|bytes| DeployedValues::parse(&bytes, relative::DEPLOYED_VALUES).ok()).unwrap_or_default();
    let mut deployed = DeployedValues::default();
    for stack in &assembly.stacks {
        let (category, name) = (stack.category.as_str(), stack.resource.as_str());
        let values = match stack.kept {
            true => known.get(category, name).cloned(),
            false => pending
                .state
                .team
                .resource_values(&environment, category, name)
                .map(|values| shown_values(stack, values))
                .transpose()?,
        };
        deployed.set(category, name, values.unwrap_or_default());
    }
    Ok(pending.transaction.write(relative::DEPLOYED_VALUES, deployed.to_bytes())?)
}

/// Puts into the pending changes what a step deploys otherwise than the project has it, so that the next plan shows what
/// is left.
///
/// # Errors
/// Files that cannot be read.
pub fn record_files(pending: &mut Pending<'_>, frozen: &Frozen, files: &[StepFile]) -> Result<(), Error> {
    for StepFile { category, resource, file, content } in files {
        let bytes = match content {
            Some(bytes) => bytes.clone(),
            None => fs_err::read(frozen.project.paths().resource(category, resource).join(file))?,
        };
        pending.transaction.write(&format!("{}/{file}", relative::cloud_resource(category, resource)), bytes)?;
    }
    Ok(())
}
