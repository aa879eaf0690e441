//! The directives of the service that say which providers may call what.

use super::rules::{Provider, Rule};
use crate::build::Build;
use crate::schema::Root;
use crate::syntax::DirectiveUse;

fn directive(provider: Provider) -> &'static str {
    match provider {
        Provider::ApiKey => "aws_api_key",
        Provider::Iam => "aws_iam",
        Provider::Oidc => "aws_oidc",
        Provider::UserPools => "aws_cognito_user_pools",
    }
}

/// Names of the directives for rules; none where only the default provider is meant. `open` also lets the default
/// provider in where the rules name others only.
pub(super) fn of_rules(build: &Build<'_>, rules: &[&Rule], open: bool) -> Vec<&'static str> {
    let default = Provider::of(&build.input.auth.default);
    let others = rules.iter().any(|rule| rule.provider != default);
    let mut names: Vec<&'static str> = Vec::new();
    for provider in Provider::ALL {
        let wanted = match provider == default {
            true => open && others,
            false => rules.iter().any(|rule| rule.provider == provider),
        };
        if wanted {
            names.push(directive(provider));
        }
    }
    let own = rules.iter().any(|rule| rule.provider == default);
    if own && others && !names.contains(&directive(default)) {
        names.push(directive(default));
    }
    names
}

fn extend(uses: &mut Vec<DirectiveUse>, names: &[&str]) {
    for name in names {
        if !uses.iter().any(|used| used.name.text == *name) {
            uses.push(DirectiveUse::made(name, Vec::new()));
        }
    }
}

/// Adds directives to a type.
pub(super) fn add_to_type(build: &mut Build<'_>, type_name: &str, names: &[&str]) {
    if let Some(definition) = build.schema.get_mut(type_name) {
        extend(&mut definition.directives, names);
    }
}

/// Adds directives to a field.
pub(super) fn add_to_field(build: &mut Build<'_>, type_name: &str, field: &str, names: &[&str]) {
    if let Some(field) = build.schema.field_mut(type_name, field) {
        extend(&mut field.directives, names);
    }
}

/// Adds directives to an operation and to the type that it returns.
pub(super) fn add_to_operation(build: &mut Build<'_>, root: Root, field: &str, names: &[&str]) {
    let type_name = build.root_type(root);
    add_to_field(build, &type_name, field, names);
    if let Some(returned) = build.schema.field(&type_name, field).map(|field| field.ty.base().to_owned()) {
        add_to_type(build, &returned, names);
    }
}
