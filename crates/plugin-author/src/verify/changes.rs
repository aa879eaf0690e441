//! What a command changes: is it a resource that amplify can show and deploy?

use amplify_cfn::Template;
use amplify_sdk::{
    change::{Changes, FileContent, ResourceChange},
    manifest::{Command, Manifest, PluginKind},
};

use super::Report;

/// Looks at the changes of a command that succeeded.
pub(super) fn check(manifest: &Manifest, command: &Command, changes: &Changes, place: &str, report: &mut Report) {
    let PluginKind::Category { category } = &manifest.kind else { return };
    let mut added = 0;
    for change in &changes.resources {
        let ResourceChange::Add { category: of, resource, entry } = change else { continue };
        if of != category {
            continue;
        }
        added += 1;
        let service = entry.get("service").and_then(|service| service.as_str());
        match service {
            None => {
                report.fault(place, format!("the entry of `{resource}` has no `service`"));
            }
            Some(service) if manifest.services.iter().all(|known| known.name != service) => {
                report.fault(place, format!("the service `{service}` of `{resource}` is not in the manifest"));
            }
            Some(_) => {}
        }
        let of_resource = |path: &str| path.contains("template") && !path.contains('/');
        let templates = changes.files.iter().filter(|file| {
            file.category == *category
                && file.resource == *resource
                && of_resource(&file.path)
                && file.content.is_some()
        });
        let mut count = 0;
        for file in templates {
            count += 1;
            if let Some(Err(error)) = file.content.as_ref().map(|content| parsed(content, &file.path)) {
                report.fault(place, format!("`{}` is no CloudFormation template", file.path)).causes.push(error);
            }
        }
        if count == 0 {
            report.warn(
                place,
                format!("`{resource}` has no file `*template*.json` or `.yml`, so nothing of it is deployed"),
            );
        }
    }
    if command.name == "add" && added == 0 {
        report.warn(place, "it adds no resource");
    }
}

fn parsed(content: &FileContent, name: &str) -> Result<(), String> {
    let result = match content {
        FileContent::Text(text) => Template::parse(text, name),
        FileContent::Json(value) | FileContent::JsonTabs(value) => Template::from_value(value.clone(), name),
        _ => return Err("it is no text".to_owned()),
    };
    result.map(|_| ()).map_err(|error| error.to_string())
}
