//! Switches between environments. What is deployed in the one left behind is kept beside the local provider's data, so
//! that it is there again on the way back.

use std::path::Path;

use amplify_plugin_abi::JsonMap;
use amplify_project::{
    AmplifyMeta, BackendConfig, Content, Project, ProjectState, Record, Transaction,
    environments::{self, DeployedBackend},
    paths::relative,
};

use super::{
    make, provider,
    remote::{self, Fetched, Remote},
};
use crate::{error::Error, host::Host, pending::Pending};

/// Where the copies lie; no environment can have this name. Git ignores the folder above.
const KEPT: &str = "amplify/mock-data/.deployed";

/// Whether to ask the provider what is deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Where this folder does not know it.
    IfUnknown,
    /// Always.
    Always,
}

/// Makes an environment of the project the current one. What is deployed there comes from its provider, or from where
/// [`leave`] has put it. On a fresh clone the local provider's data are made anew.
///
/// # Errors
/// No such environment, or a provider that is needed and not installed, or fails.
pub fn checkout(
    host: &Host<'_>,
    project: &Project,
    pending: &mut Pending<'_>,
    name: &str,
    ask: Ask,
) -> Result<(), Error> {
    let current = pending.state.environment().ok().map(str::to_owned);
    if pending.state.team.environment(name).is_none() {
        let known = pending.state.team.environments().into_iter().map(str::to_owned).collect();
        return Err(amplify_project::Error::UnknownEnvironment { name: name.to_owned(), known }.into());
    }
    let provider = pending.state.team.provider(name).unwrap_or(provider::AWS).to_owned();
    let stays = current.as_deref() == Some(name);
    let kept = is_kept(&pending.transaction, name)?;
    let fresh = provider == provider::LOCAL && !project.paths().local_data(name).exists();
    let known_here = kept || (stays && pending.state.cloud_meta.is_some());
    // What was deployed from here and is not published yet is known here alone.
    let ask = ask == Ask::Always && !project.revisions()?.is_unpublished(name) || !known_here;
    if ask && provider != provider::LOCAL {
        // What is deployed there is known to its provider alone.
        let remote = Remote::of(host, project, &pending.state, name)?;
        host.output.progress(&format!("Fetching updates to backend environment: {name} from the cloud."));
        if let Some(fetched) = remote.fetch()? {
            return take_over(project, pending, name, &fetched);
        }
    }
    if fresh {
        make_again(host, project, &pending.state, name)?;
    }
    let deployed = if fresh {
        leave(pending, current.filter(|_| !stays).as_deref())?;
        Some(nothing_deployed(&pending.state, name, &provider))
    } else if stays {
        pending.state.cloud_meta.clone().map(|meta| {
            let backend_config = pending.state.cloud_backend_config.clone();
            DeployedBackend { meta, backend_config }
        })
    } else {
        leave(pending, current.as_deref())?;
        come_back(&mut pending.transaction, name)?.or_else(|| Some(nothing_deployed(&pending.state, name, &provider)))
    };
    Ok(environments::checkout(&mut pending.state, name, project.root(), deployed)?)
}

/// Makes an environment the current one, and `#current-cloud-backend` what was fetched of it. The backend folder stays.
///
/// # Errors
/// No such environment, or files that cannot be read.
pub fn take_over(project: &Project, pending: &mut Pending<'_>, name: &str, fetched: &Fetched) -> Result<(), Error> {
    let current = pending.state.environment().ok().map(str::to_owned);
    if current.as_deref() != Some(name) {
        leave(pending, current.as_deref())?;
    }
    let kept = format!("{KEPT}/{name}");
    if is_kept(&pending.transaction, name)? {
        pending.transaction.delete_dir(&kept)?;
    }
    let deployed = fetched.record.deployed()?;
    // The record may know of the environment what git has not brought yet, and never the other way round.
    if let Some(provider) = pending.state.team.provider(name).map(str::to_owned) {
        let mut recorded = pending.state.team.provider_state(name).cloned().unwrap_or_default();
        let known = recorded.len();
        for (key, value) in deployed.meta.provider_state(&provider).into_iter().flatten() {
            recorded.entry(key).or_insert_with(|| value.clone());
        }
        if recorded.len() > known {
            pending.state.team.set_provider_state(name, &provider, recorded);
        }
    }
    fetched.record.store(&mut pending.transaction, fetched.root_template.as_deref())?;
    remote::write_revisions(project, &mut pending.transaction, |revisions| revisions.set(name, &fetched.revision))?;
    Ok(environments::checkout(&mut pending.state, name, project.root(), Some(deployed))?)
}

/// Forgets what was kept of an environment that is gone.
///
/// # Errors
/// Files that cannot be read.
pub fn forget(project: &Project, transaction: &mut Transaction<'_>, name: &str) -> Result<(), Error> {
    transaction.delete_dir(&format!("{KEPT}/{name}"))?;
    remote::write_revisions(project, transaction, |revisions| revisions.remove(name))?;
    if let Some(mut local) = project.local_aws_info()?
        && local.environment(name).is_some()
    {
        local.remove_environment(name);
        transaction.write_document(relative::LOCAL_AWS_INFO, local.document())?;
    }
    Ok(())
}

/// Keeps what is deployed in the current environment, and leaves its copy empty for another one.
///
/// # Errors
/// Files that cannot be read.
pub fn leave(pending: &mut Pending<'_>, current: Option<&str>) -> Result<(), Error> {
    let anything = pending.state.cloud_meta.as_ref().is_some_and(|meta| meta.resources().next().is_some());
    let transaction = &mut pending.transaction;
    if let Some(current) = current.filter(|_| anything) {
        copy(transaction, relative::CLOUD_BACKEND, &format!("{KEPT}/{current}/backend"))?;
        if let Some(root) = transaction.read(relative::ROOT_TEMPLATE)? {
            transaction.write(&format!("{KEPT}/{current}/root.json"), root)?;
        }
        if let Some(values) = transaction.read(relative::DEPLOYED_VALUES)? {
            transaction.write(&values_of(current), values)?;
        }
    }
    transaction.delete_dir(relative::CLOUD_BACKEND)?;
    transaction.delete_file(relative::DEPLOYED_VALUES)?;
    Ok(transaction.delete_file(relative::ROOT_TEMPLATE)?)
}

/// What this folder knows of another environment's deployment; an empty record if nothing.
///
/// # Errors
/// Files that cannot be read.
pub fn kept(project: &Project, name: &str) -> Result<Record, Error> {
    let values = project.paths().join(&values_of(name));
    let values = if values.is_file() { Some(fs_err::read(values)?) } else { None };
    Ok(Record::of_folder(&project.paths().join(&format!("{KEPT}/{name}/backend")), None)?.with_values(values))
}

fn values_of(name: &str) -> String {
    format!("{KEPT}/{name}/values.json")
}

fn is_kept(transaction: &Transaction<'_>, name: &str) -> Result<bool, Error> {
    Ok(transaction.read(&format!("{KEPT}/{name}/backend/amplify-meta.json"))?.is_some())
}

fn come_back(transaction: &mut Transaction<'_>, name: &str) -> Result<Option<DeployedBackend>, Error> {
    let folder = format!("{KEPT}/{name}");
    let file = |below: &str| format!("{folder}/backend/{below}");
    let Some(meta) = transaction.read(&file("amplify-meta.json"))? else { return Ok(None) };
    let meta = AmplifyMeta::parse(&meta, Path::new(&file("amplify-meta.json")))?;
    let config = file("backend-config.json");
    let backend_config =
        transaction.read(&config)?.map(|bytes| BackendConfig::parse(&bytes, Path::new(&config))).transpose()?;
    copy(transaction, &format!("{folder}/backend"), relative::CLOUD_BACKEND)?;
    if let Some(root) = transaction.read(&format!("{folder}/root.json"))? {
        transaction.write(relative::ROOT_TEMPLATE, root)?;
    }
    if let Some(values) = transaction.read(&values_of(name))? {
        transaction.write(relative::DEPLOYED_VALUES, values)?;
    }
    transaction.delete_dir(&folder)?;
    Ok(Some(DeployedBackend { meta, backend_config }))
}

fn copy(transaction: &mut Transaction<'_>, from: &str, to: &str) -> Result<(), Error> {
    let mut files = Vec::new();
    for below in transaction.list(from)? {
        let bytes = transaction.read(&format!("{from}/{below}"))?.unwrap_or_default();
        files.push((below, Content::Bytes(bytes)));
    }
    Ok(transaction.replace_dir(to, files)?)
}

fn nothing_deployed(state: &ProjectState, name: &str, provider: &str) -> DeployedBackend {
    let mut meta = AmplifyMeta::new();
    meta.set_provider(provider, state.team.provider_state(name).cloned().unwrap_or_default());
    DeployedBackend { meta, backend_config: None }
}

/// The record that git shares stays as it is: a checkout leaves `git status` clean.
fn make_again(host: &Host<'_>, project: &Project, state: &ProjectState, name: &str) -> Result<(), Error> {
    let entry = provider::installed(host, provider::LOCAL)?;
    let recorded = state.team.provider_state(name).and_then(|recorded| recorded.get("StackName")?.as_str());
    let wanted = make::Wanted {
        project_name: state.config.project_name(),
        name,
        stack_name: recorded,
        options: JsonMap::new(),
        sibling: JsonMap::new(),
    };
    make::make(host, entry, project, wanted).map(drop)
}
