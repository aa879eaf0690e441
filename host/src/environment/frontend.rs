//! The app's frontend: which one it is, its settings, and its configuration files.

use std::path::Path;

use amplify_plugin_abi::{
    JsonMap, check,
    frontend::{FrontendReply, FrontendRequest, RootFile},
    manifest::{Hook, PluginKind},
    message::{ExportsRequest, Request, Response},
    project::ProjectView,
};
use amplify_plugin_host::Entry;
use serde_json::Value;

use super::{provider::answered_wrongly, served::Endpoints};
use crate::{error::Error, host::Host, pending::Pending, view};

/// The frontends installed, with how well each fits the folder, the best first.
///
/// # Errors
/// A frontend's own.
pub fn scored(host: &Host<'_>, root: &Path, pending: &mut Pending<'_>) -> Result<Vec<(String, u8)>, Error> {
    let mut found = Vec::new();
    for entry in host.catalog.registry().frontends() {
        let request = FrontendRequest::Detect { project: view::of_folder(root) };
        let FrontendReply::Detected { score } = ask(host, entry, request, Some(pending))? else {
            return Err(answered_wrongly(entry));
        };
        found.push((entry.manifest.kind.word().to_owned(), score));
    }
    found.sort_by_key(|(_, score)| std::cmp::Reverse(*score));
    Ok(found)
}

/// Asks for the settings of a new project.
///
/// # Errors
/// The frontend's own, and those of missing answers.
pub fn configure(
    host: &Host<'_>,
    name: &str,
    project: ProjectView,
    options: JsonMap,
    pending: &mut Pending<'_>,
) -> Result<Value, Error> {
    let entry = host.catalog.registry().frontend(name).ok_or_else(|| {
        let error = Error::failed("frontend-missing", format!("the frontend `{name}` is not installed"));
        error.hint("type `amplify plugin list` to see those that are")
    })?;
    match ask(host, entry, FrontendRequest::Configure { project, options }, Some(pending))? {
        FrontendReply::Configured { settings } => Ok(settings),
        _ => Err(answered_wrongly(entry)),
    }
}

/// Writes the app's configuration files from the pending state. `before` is the meta of what was deployed until now.
///
/// # Errors
/// The frontend's own, or files that are not the frontend's to write.
pub fn write_exports(host: &Host<'_>, pending: &mut Pending<'_>, before: Option<JsonMap>) -> Result<(), Error> {
    let served = super::served::endpoints(host, pending)?;
    write(host, pending, before, &served, &served)
}

/// The same where services are served on this machine, or no longer are: `served_before` have been so far.
///
/// # Errors
/// As [`write_exports`].
pub fn write_served(
    host: &Host<'_>,
    pending: &mut Pending<'_>,
    served_before: &Endpoints,
    served: &Endpoints,
) -> Result<(), Error> {
    write(host, pending, None, served_before, served)
}

fn write(
    host: &Host<'_>,
    pending: &mut Pending<'_>,
    before: Option<JsonMap>,
    served_before: &Endpoints,
    served: &Endpoints,
) -> Result<(), Error> {
    let name = pending.state.config.frontend().to_owned();
    let Some(entry) = host.catalog.registry().frontend(&name) else {
        host.output.warning(&format!(
            "the frontend `{name}` is not installed; the app's configuration files stay as they are"
        ));
        return Ok(());
    };
    let mut project = pending.view();
    if let Some(before) = before {
        project.deployed_meta = before;
    }
    let values = of_categories(host, &project, served, pending);
    let earlier = ProjectView { meta: project.deployed_meta.clone(), ..project.clone() };
    let previous = of_categories(host, &earlier, served_before, pending);
    let reply = ask(host, entry, FrontendRequest::Exports { project, values, previous }, Some(pending))?;
    for file in files(entry, reply)? {
        match file.text {
            Some(text) => pending.transaction.write(&file.path, text)?,
            None => pending.transaction.delete_file(&file.path)?,
        }
    }
    Ok(())
}

/// What categories want the app to know of their resources. One that fails is named, and the others count.
fn of_categories(host: &Host<'_>, project: &ProjectView, served: &Endpoints, pending: &mut Pending<'_>) -> JsonMap {
    let mut values = JsonMap::new();
    for entry in &host.catalog.registry().plugins {
        let head = entry.manifest.head();
        let resources = project.meta.get(head.kind.word()).and_then(Value::as_object);
        let kept = matches!(head.kind, PluginKind::Category { .. }) && !resources.is_none_or(JsonMap::is_empty);
        // The hooks may have to be read from a file.
        if !kept || !entry.manifest.hooks.contains(&Hook::Exports) {
            continue;
        }
        let request = Request::Exports(ExportsRequest { project: project.clone(), endpoints: served.clone() });
        match host.invoke(entry, &request, Some(pending)) {
            Ok(Response::Exports(own)) => {
                for (key, value) in own {
                    values.entry(key).or_insert(value);
                }
            }
            Ok(_) => host.output.warning(&answered_wrongly(entry).message),
            Err(error) => host.output.warning(&format!(
                "the app's configuration file lacks what the plugin `{}` says: {}",
                head.name, error.message
            )),
        }
    }
    values
}

/// The files that a frontend has written, so that they can be deleted.
///
/// # Errors
/// The frontend's own.
pub fn owned(host: &Host<'_>, pending: &mut Pending<'_>) -> Result<Vec<String>, Error> {
    let name = pending.state.config.frontend().to_owned();
    let Some(entry) = host.catalog.registry().frontend(&name) else { return Ok(Vec::new()) };
    let project = pending.view();
    let reply = ask(host, entry, FrontendRequest::OwnedFiles { project }, Some(pending))?;
    Ok(files(entry, reply)?.into_iter().map(|file| file.path).collect())
}

fn files(entry: &Entry, reply: FrontendReply) -> Result<Vec<RootFile>, Error> {
    let FrontendReply::Files { files } = reply else { return Err(answered_wrongly(entry)) };
    let wrong = check::root_files(&files);
    if wrong.is_empty() {
        return Ok(files);
    }
    let message =
        format!("the plugin `{}` wants to write what is not its own; nothing was changed", entry.manifest.name);
    Err(wrong.into_iter().fold(Error::failed("plugin-changes-refused", message), Error::cause))
}

fn ask(
    host: &Host<'_>,
    entry: &Entry,
    request: FrontendRequest,
    pending: Option<&mut Pending<'_>>,
) -> Result<FrontendReply, Error> {
    match host.invoke(entry, &Request::Frontend(Box::new(request)), pending)? {
        Response::Frontend(reply) => Ok(*reply),
        _ => Err(answered_wrongly(entry)),
    }
}
