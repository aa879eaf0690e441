//! Keeps records of deployments as files, and says what there is.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
};

use amplify_sdk::{
    environment::{
        App, AppEnvironment, DiscoverReply, DiscoverRequest, FetchReply, FetchRequest, IdentifyReply, IdentifyRequest,
        PublishReply, PublishRequest, Target,
    },
    prelude::*,
    provider::Upload,
};
use serde_json::{Value, json};

use crate::{io, note, place};

fn of(target: &Target, what: &str) -> Result<std::path::PathBuf, PluginError> {
    place(&target.state, &target.project_name, &target.environment, what)
}

fn revision(place: &Path) -> String {
    match fs_err::read(place.join("record/#current-cloud-backend.zip")) {
        Ok(bytes) => {
            let mut hasher = DefaultHasher::new();
            bytes.hash(&mut hasher);
            format!("{:016x}", hasher.finish())
        }
        Err(_) => String::new(),
    }
}

pub fn check(place: &Path, based_on: &str) -> Result<(), PluginError> {
    if revision(place) == based_on {
        return Ok(());
    }
    Err(PluginError::new("pull-first", "somebody else has published meanwhile").hint("type `amplify pull`"))
}

pub fn publish(request: &PublishRequest) -> Result<PublishReply, PluginError> {
    let place = of(&request.target, "publish")?;
    if place.join("refuse-publish").exists() {
        return Err(PluginError::new("refused", "the record was refused").hint("remove `refuse-publish`"));
    }
    check(&place, &request.based_on)?;
    fs_err::create_dir_all(place.join("record")).map_err(io)?;
    for file in &request.files {
        fs_err::copy(&file.path, place.join("record").join(&file.key)).map_err(io)?;
    }
    Ok(PublishReply { revision: revision(&place) })
}

pub fn fetch(request: &FetchRequest) -> Result<FetchReply, PluginError> {
    let place = of(&request.target, "fetch")?;
    let mut reply = FetchReply { revision: revision(&place), files: Vec::new() };
    if !request.into.is_empty() {
        for key in &request.files {
            let (from, to) = (place.join("record").join(key), Path::new(&request.into).join(key));
            if from.is_file() {
                fs_err::copy(from, &to).map_err(io)?;
                reply.files.push(Upload { key: key.clone(), path: to.to_string_lossy().into_owned() });
            }
        }
    }
    Ok(reply)
}

pub fn discover(request: &DiscoverRequest) -> Result<DiscoverReply, PluginError> {
    let folder = request.options.get("folder").and_then(Value::as_str).unwrap_or_default();
    note(folder, "discover")?;
    let mut apps = Vec::new();
    for project in folders(Path::new(folder))? {
        let environments = folders(&Path::new(folder).join(&project))?.into_iter().filter_map(|name| {
            let state = fs_err::read(Path::new(folder).join(&project).join(&name).join("state.json")).ok()?;
            Some(AppEnvironment { name, state: serde_json::from_slice(&state).ok()? })
        });
        let app = App { id: format!("id-{project}"), name: project.clone(), environments: environments.collect() };
        if request.app_id.is_empty() || request.app_id == app.id {
            apps.push(app);
        }
    }
    Ok(DiscoverReply { apps, local: json!({ "configLevel": "general" }) })
}

fn folders(folder: &Path) -> Result<Vec<String>, PluginError> {
    let mut names = Vec::new();
    for entry in fs_err::read_dir(folder).map_err(io)? {
        let entry = entry.map_err(io)?;
        if entry.path().is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

pub fn identify(request: &IdentifyRequest) -> Result<IdentifyReply, PluginError> {
    let place = of(&request.target, "identify")?;
    if place.join("stranger").exists() {
        return Err(PluginError::new("account-mismatch", "the environment belongs to somebody else"));
    }
    Ok(IdentifyReply { summary: "account 111122223333 (the shared folder)".into(), ..IdentifyReply::default() })
}
