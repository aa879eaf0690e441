//! `amplify add api`, for a REST API.

use amplify_sdk::{prelude::*, random::Random};

use super::{
    ask::{self, PATHS},
    auth, files, lambda,
    params::Params,
};
use crate::plugin::CATEGORY;

/// Asks for a new API and makes it.
///
/// # Errors
/// An answer that is missing or breaks a rule, and those of the function and auth plugins.
pub fn add(context: &mut Context<'_>, random: &dyn Random) -> Result<Changes, PluginError> {
    let resource = ask_name(context, random)?;
    let functions = lambda::count(context.project());
    let mut params = Params::new(&resource);
    loop {
        let position = params.paths.len();
        let path = ask::one(context, position, &resource, &params.names(), None)?;
        params.paths.push(path);
        if !context.another(PATHS, position, "Do you want to add another path?", false)? {
            break;
        }
    }
    params.settle(context.project(), auth::resource(context.project()).as_deref());
    Ok(lambda::told(files::added(&params)?, context.project(), functions)
        .message(format!("Successfully added resource {resource} locally"))
        .next_step("\"amplify push\" will build all your local backend resources and provision it in the cloud"))
}

fn ask_name(context: &mut Context<'_>, random: &dyn Random) -> Result<String, PluginError> {
    let taken: Vec<String> = context.project().resources(CATEGORY).into_iter().map(Into::into).collect();
    let wanted = Validation {
        // It is a logical id in the template, beside which ids are made of it.
        pattern: Some("[a-zA-Z0-9]+".into()),
        max_length: Some(64),
        taken,
        message: "Resource name should be alphanumeric".into(),
        ..Validation::default()
    };
    let text = "Provide a friendly name for your resource to be used as a label for this category in the project:";
    context.input("api.resourceName", text, Some(format!("api{}", random.hex(8))), Some(wanted))
}
