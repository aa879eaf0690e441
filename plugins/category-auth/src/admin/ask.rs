//! Whether there are admin queries, and for whom.

use amplify_sdk::prelude::*;

use super::Wanted;
use crate::ask::{Draft, yes_or_no};

/// The choice that leads to a name of one's own.
pub const OTHER: &str = "Enter a custom group";

/// Asks whether there are to be any; `named` are the groups that are there.
///
/// # Errors
/// An answer that is missing or does not fit.
pub fn whether(
    context: &mut Context<'_>,
    draft: &mut Draft,
    named: &[String],
    default: bool,
) -> Result<(), PluginError> {
    let help = "An API with which your app can list and look up users, confirm, enable and disable them, and manage \
                their groups. It is for every user who is signed in, or for one group of them.";
    if yes_or_no(context, "auth.adminQueries", "Do you want to add an admin queries API?", default, help)? {
        let groups = draft.groups.clone().unwrap_or_else(|| named.to_vec());
        draft.admin = Some(restriction(context, &groups)?);
    }
    Ok(())
}

/// Asks who may use them.
///
/// # Errors
/// An answer that is missing or does not fit.
pub fn restriction(context: &mut Context<'_>, groups: &[String]) -> Result<Wanted, PluginError> {
    let text = "Do you want to restrict access to the admin queries API to a specific Group";
    if !context.confirm("auth.adminQueriesRestricted", text, true)? {
        return Ok(Wanted::For(None));
    }
    let choices: Vec<Choice> = groups.iter().map(String::as_str).chain([OTHER]).map(Choice::same).collect();
    let first = choices.first().map(|choice| choice.value.clone());
    let group =
        context.select("auth.adminGroup", "Select the group to restrict access with:", choices, first.as_deref())?;
    if group != OTHER {
        return Ok(Wanted::For(Some(group)));
    }
    let wanted = Validation::pattern("[a-zA-Z0-9]{1,128}", "Resource name should be alphanumeric");
    Ok(Wanted::For(Some(context.input("auth.adminGroupName", "Provide a group name:", None, Some(wanted))?)))
}
