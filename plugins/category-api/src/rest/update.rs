//! `amplify update api`, for a REST API: paths are added, changed and removed.

use amplify_sdk::prelude::*;

use super::{
    SERVICE,
    ask::{self, PATHS},
    auth, files, lambda,
    params::Params,
};
use crate::{error::ApiError, plugin::CATEGORY};

/// The API behind the queries of administrators, which the auth category keeps.
const ADMIN_QUERIES: &str = "AdminQueries";

/// Asks which API changes and how.
///
/// # Errors
/// No API, an answer that is missing or breaks a rule, and those of the function and auth plugins.
pub fn update(context: &mut Context<'_>) -> Result<Changes, PluginError> {
    let apis = context.project().resources_of_service(CATEGORY, SERVICE);
    let apis: Vec<Choice> = apis.into_iter().map(Choice::same).collect();
    if apis.is_empty() {
        return Err(ApiError::NoRestApi.into());
    }
    let first = apis.first().map(|choice| choice.value.clone());
    let text = "Please select the REST API you would want to update";
    let resource = context.select("api.resourceName", text, apis, first.as_deref())?;
    let choices = vec![
        Choice::new("add", "Add another path"),
        Choice::new("update", "Update path"),
        Choice::new("remove", "Remove path"),
    ];
    let what = context.select("api.operation", "What would you like to do", choices, Some("add"))?;
    if resource == ADMIN_QUERIES {
        return Err(ApiError::AdminQueries.into());
    }
    let old = Params::read(context, &resource)?;
    let mut new = old.clone();
    let functions = lambda::count(context.project());
    match what.as_str() {
        "add" => add(context, &mut new)?,
        "update" => change(context, &mut new)?,
        _ => remove(context, &mut new)?,
    }
    new.settle(context.project(), auth::resource(context.project()).as_deref());
    let changes = files::updated(context, &old, new)?;
    if changes.is_empty() {
        return Ok(changes.message(format!("{resource} is as it was")));
    }
    Ok(lambda::told(changes, context.project(), functions)
        .message("Successfully updated resource")
        .next_step("\"amplify push\" will build all your local backend resources and provision it in the cloud"))
}

fn add(context: &mut Context<'_>, params: &mut Params) -> Result<(), PluginError> {
    let api = params.resource_name.clone();
    for position in 0.. {
        let path = ask::one(context, position, &api, &params.names(), None)?;
        params.paths.push(path);
        if !context.another(PATHS, position, "Do you want to add another path?", false)? {
            break;
        }
    }
    Ok(())
}

fn change(context: &mut Context<'_>, params: &mut Params) -> Result<(), PluginError> {
    let index = choose(context, params, "Please select the path you would want to edit")?;
    let api = params.resource_name.clone();
    let mut present = params.paths[index].clone();
    let others: Vec<&str> = params.names().into_iter().filter(|name| *name != present.name).collect();
    let answered = ask::one(context, 0, &api, &others, Some(&present))?;
    present.other.shift_remove("policyResourceName");
    params.paths[index] = super::ApiPath { other: present.other, ..answered };
    Ok(())
}

fn remove(context: &mut Context<'_>, params: &mut Params) -> Result<(), PluginError> {
    let index = choose(context, params, "Please select the path you would want to remove")?;
    if params.paths.len() == 1 {
        return Err(ApiError::LastPath { resource: params.resource_name.clone() }.into());
    }
    params.paths.remove(index);
    Ok(())
}

fn choose(context: &mut Context<'_>, params: &Params, text: &str) -> Result<usize, PluginError> {
    let choices: Vec<Choice> = params.paths.iter().map(|path| Choice::same(path.name.clone())).collect();
    let name = context.select("api.path", text, choices, None)?;
    let index = params.paths.iter().position(|path| path.name == name);
    index.ok_or_else(|| {
        ApiError::Params { path: params.resource_name.clone(), reason: "there is no path".into() }.into()
    })
}
