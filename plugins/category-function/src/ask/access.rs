//! Asks what a function may do with which other resources.

use amplify_sdk::message::Progress;
use amplify_sdk::prelude::*;

use crate::{
    access::{circle, dependants, target},
    grant::{Grant, MODEL, Operation, Target},
    models,
};

/// The key below which the answers lie: category, then resource, then operations.
pub const KEY: &str = "function.access";

/// Resources of one category that access can be granted to.
struct Offer {
    category: String,
    resources: Vec<(String, Target, Option<String>)>,
}

/// Whether there is any resource that `function` (absent: a new one) could be given access to.
///
/// # Errors
/// A schema that cannot be read.
pub fn possible(context: &mut Context<'_>, function: Option<&str>) -> Result<bool, PluginError> {
    Ok(!offers(context, function)?.is_empty())
}

/// Asks for categories, resources and operations. `current` is preselected.
///
/// # Errors
/// As [`Context::ask`].
pub fn ask(context: &mut Context<'_>, function: Option<&str>, current: &[Grant]) -> Result<Vec<Grant>, PluginError> {
    let offers = offers(context, function)?;
    if let Some(function) = function {
        explain(context, function);
    }
    let choices = offers.iter().map(|offer| Choice::same(&*offer.category)).collect();
    let chosen_now = |offer: &&Offer| current.iter().any(|grant| grant.category == offer.category);
    let preselected: Vec<String> = offers.iter().filter(chosen_now).map(|offer| offer.category.clone()).collect();
    let categories = context.multi_select(KEY, "Select the category", choices, preselected, 0)?;
    let mut grants = Vec::new();
    for offer in offers.iter().filter(|offer| categories.contains(&offer.category)) {
        for resource in resources(context, offer, current)? {
            let Some((_, target, api)) = offer.resources.iter().find(|(name, ..)| *name == resource) else { continue };
            let operations = operations(context, &offer.category, &resource, current)?;
            let (category, api) = (offer.category.clone(), api.clone());
            grants.push(Grant { category, resource, target: *target, operations, api });
        }
    }
    Ok(grants)
}

/// Says what is not offered, because the function would have to be there before itself.
pub fn explain(context: &mut Context<'_>, function: &str) {
    let project = context.project().clone();
    for (category, name) in dependants(&project, function) {
        if target(&project, &category, &name).is_none() {
            continue;
        }
        if let Some(circle) = circle(&project, function, &category, &name) {
            let text = format!("`{name}` is not among what can be accessed, because it needs this function: {circle}");
            context.progress(&Progress::Message { text });
        }
    }
}

fn offers(context: &mut Context<'_>, function: Option<&str>) -> Result<Vec<Offer>, PluginError> {
    let project = &context.project().clone();
    let refused = function.map(|function| dependants(project, function)).unwrap_or_default();
    let mut offers = Vec::new();
    for category in project.backend_config.keys() {
        let resources: Vec<(String, Target, Option<String>)> = project
            .resources(category)
            .into_iter()
            .filter(|name| !refused.contains(&(category.clone(), (*name).to_owned())))
            .filter_map(|name| {
                let (target, api) = target(project, category, name)?;
                Some((name.to_owned(), target, api))
            })
            .collect();
        if !resources.is_empty() {
            offers.push(Offer { category: category.clone(), resources });
        }
    }
    // The tables of a GraphQL API are offered beside those of `storage`, as the original does it.
    let Some(api) = models::api(project).filter(|api| !refused.contains(&("api".to_owned(), api.clone()))) else {
        return Ok(offers);
    };
    let models = models::of(context, &api)?.into_iter();
    let tables: Vec<_> = models.map(|name| (format!("{name}{MODEL}"), Target::Model, Some(api.clone()))).collect();
    match offers.iter_mut().find(|offer| offer.category == "storage") {
        _ if tables.is_empty() => {}
        Some(offer) => offer.resources.extend(tables),
        None => offers.push(Offer { category: "storage".to_owned(), resources: tables }),
    }
    Ok(offers)
}

fn resources(context: &mut Context<'_>, offer: &Offer, current: &[Grant]) -> Result<Vec<String>, PluginError> {
    let category = &offer.category;
    let title = capitalised(category);
    if let [(only, ..)] = &offer.resources[..] {
        let text = format!("{title} category has a resource called {only}");
        context.progress(&Progress::Message { text });
        return Ok(vec![only.clone()]);
    }
    let text = format!(
        "{title} has {} resources in this project. Select the one you would like your Lambda to access",
        offer.resources.len()
    );
    let granted = |name: &str| current.iter().any(|grant| grant.category == *category && grant.resource == name);
    let names = || offer.resources.iter().map(|(name, ..)| name.as_str());
    let question = Question::multi_select(format!("{KEY}.{category}"), text, names().map(Choice::same).collect(), 1)
        .min_message("You must select at least resource")
        .preselected(names().filter(|name| granted(name)));
    texts(context.ask(question)?)
}

fn operations(
    context: &mut Context<'_>,
    category: &str,
    resource: &str,
    current: &[Grant],
) -> Result<Vec<Operation>, PluginError> {
    let granted = current.iter().find(|grant| grant.category == category && grant.resource == resource);
    let choices = Operation::ALL.map(|operation| Choice::same(operation.word())).to_vec();
    let text = format!("Select the operations you want to permit for {resource}");
    let question = Question::multi_select(format!("{KEY}.{category}.{resource}"), text, choices, 1)
        .min_message("You must select at least one operation")
        .preselected(granted.into_iter().flat_map(|grant| &grant.operations).map(|operation| operation.word()));
    Ok(texts(context.ask(question)?)?.iter().filter_map(|word| Operation::by_word(word)).collect())
}

fn texts(answer: serde_json::Value) -> Result<Vec<String>, PluginError> {
    serde_json::from_value(answer)
        .map_err(|error| PluginError::usage("wrong-answer", "the answer must be a list of texts").cause(error))
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
