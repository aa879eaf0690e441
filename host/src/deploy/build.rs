//! Builds the artifacts of resources whose entry says `"build": true`, by the plugin of their category.

use std::collections::BTreeMap;

use amplify_planner::Artifact;
use amplify_plugin_abi::message::{BuildReply, BuildRequest, Request, Response};
use amplify_plugin_host::Entry;
use amplify_project::Project;
use serde_json::Value;

use super::Frozen;
use crate::{environment::provider::answered_wrongly, error::Error, host::Host, pending::Pending};

/// How often a resource that is edited while it is built is built again.
const ATTEMPTS: usize = 3;

/// An artifact, and how it came about.
#[derive(Clone, Debug)]
pub struct Built {
    /// Its name in the deployment bucket.
    pub upload_name: String,
    /// Whether the tools ran.
    pub rebuilt: bool,
}

/// Artifacts and how they came about, by category and resource.
#[derive(Default)]
pub struct Artifacts {
    /// For the assembly.
    pub files: BTreeMap<(String, String), Artifact>,
    /// For the record.
    pub built: BTreeMap<(String, String), Built>,
}

/// Builds resources, given by category and name.
///
/// # Errors
/// A plugin that is missing or fails.
pub fn build(
    host: &Host<'_>,
    project: &Project,
    frozen: &Frozen,
    pending: &mut Pending<'_>,
    resources: &[(String, String)],
    force: bool,
) -> Result<Artifacts, Error> {
    let mut artifacts = Artifacts::default();
    for (category, name) in resources {
        let wants_build = |entry: &serde_json::Map<String, Value>| entry.get("build") == Some(&Value::Bool(true));
        if !pending.state.meta.entry(category, name).is_some_and(wants_build) {
            continue;
        }
        let entry = host.catalog.registry().category(category).ok_or_else(|| {
            Error::failed("category-missing", format!("no plugin builds `{category}/{name}`")).hint(format!(
                "install the plugin of the category `{category}`; type `amplify plugin list` to see those there are"
            ))
        })?;
        host.output.progress(&format!("Building {name}..."));
        let reply = build_one(host, entry, project, frozen, pending, category, name, force)?;
        if reply.artifact.is_empty() {
            continue;
        }
        let key = (category.clone(), name.clone());
        let path = frozen.keep_file(&format!("{category}-{name}-build"), reply.artifact.as_ref())?;
        artifacts.files.insert(key.clone(), Artifact { upload_name: reply.upload_name.clone(), path });
        artifacts.built.insert(key, Built { upload_name: reply.upload_name, rebuilt: reply.rebuilt });
    }
    Ok(artifacts)
}

/// The tools work in the project's own folder, where they keep what they installed. What was edited meanwhile is frozen and
/// built again, so that the artifact and the frozen copy belong together.
#[expect(clippy::too_many_arguments, reason = "all of them name what is built and from where")]
fn build_one(
    host: &Host<'_>,
    entry: &Entry,
    project: &Project,
    frozen: &Frozen,
    pending: &mut Pending<'_>,
    category: &str,
    name: &str,
    force: bool,
) -> Result<BuildReply, Error> {
    for _ in 0..ATTEMPTS {
        let request = BuildRequest {
            resource: name.to_owned(),
            folder: project.paths().resource(category, name).to_string_lossy().into_owned(),
            force,
            project: pending.view(),
        };
        let Response::Build(reply) = host.invoke(entry, &Request::Build(request), Some(pending))? else {
            return Err(answered_wrongly(entry));
        };
        if !frozen.renew(project, category, name)? {
            return Ok(reply);
        }
    }
    let error =
        Error::failed("edited-while-building", format!("`{category}/{name}` changes all the time while it is built"));
    Err(error.hint("stop what writes to its folder, and push again"))
}
