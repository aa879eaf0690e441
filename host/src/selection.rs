//! The resources that a command is limited to: a category, or one resource of it.

use amplify_planner::Only;
use amplify_project::ProjectState;

use crate::{catalog::Catalog, error::Error, suggestion};

/// The selection that was typed, if it exists in the project or in what is deployed.
///
/// # Errors
/// No such category or resource.
pub fn only(
    catalog: &Catalog<'_>,
    state: &ProjectState,
    category: Option<&str>,
    name: Option<&str>,
) -> Result<Option<Only>, Error> {
    let Some(category) = category else { return Ok(None) };
    let names = names(state, category);
    if names.is_empty() {
        let error =
            Error::failed("category-empty", format!("the project has no resource of the category `{category}`"));
        let known = categories(state);
        return Err(match suggestion::nearest(category, known.iter().map(String::as_str)) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None if catalog.categories().any(|(word, _)| word == category) => {
                error.hint(format!("type `amplify add {category}` to add one"))
            }
            None if known.is_empty() => error.hint("`amplify add` names the categories that there are"),
            None => error.hint(format!("the project has: {}", known.join(", "))),
        });
    }
    if let Some(name) = name.filter(|name| names.iter().all(|known| known != name)) {
        let error = Error::failed("resource-not-found", format!("the project has no resource `{category}/{name}`"));
        return Err(match suggestion::nearest(name, names.iter().map(String::as_str)) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint(format!("{category} has: {}", names.join(", "))),
        });
    }
    Ok(Some(Only { category: category.to_owned(), resource: name.map(str::to_owned) }))
}

/// The resources of a category, deployed ones that are gone from the project included.
fn names(state: &ProjectState, category: &str) -> Vec<String> {
    let mut names: Vec<String> = state.meta.names(category).into_iter().map(str::to_owned).collect();
    for name in state.cloud_meta.iter().flat_map(|meta| meta.names(category)) {
        if names.iter().all(|known| known != name) {
            names.push(name.to_owned());
        }
    }
    names
}

fn categories(state: &ProjectState) -> Vec<String> {
    let deployed = state.cloud_meta.iter().flat_map(|meta| meta.categories());
    let mut all: Vec<String> = state.meta.categories().chain(deployed).map(str::to_owned).collect();
    all.sort();
    all.dedup();
    all
}
