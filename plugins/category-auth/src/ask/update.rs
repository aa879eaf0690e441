//! What of an existing resource is to be changed.

use amplify_sdk::prelude::*;

use super::{
    DEFAULT, Draft, MANUAL, SOCIAL, federation, groups,
    hosted_pages::{self, Flow},
    manual,
    reply::{choose, say},
};
use crate::{
    admin::{self, Wanted},
    names::Names,
    settings::Settings,
};

/// Settings that stay for the life of a resource: other resources, users or names in the cloud hang on them.
const LASTING: [&str; 21] = [
    "identityPoolName",
    "resourceNameTruncated",
    "userPoolName",
    "autoVerifiedAttributes",
    "mfaConfiguration",
    "mfaTypes",
    "requiredAttributes",
    "aliasAttributes",
    "userpoolClientGenerateSecret",
    "userpoolClientLambdaRole",
    "sharedId",
    "resourceName",
    "usernameAttributes",
    "usernameCaseSensitive",
    "userPoolGroups",
    "userPoolGroupList",
    "triggers",
    "permissions",
    "parentStack",
    "verificationBucketName",
    "dependsOn",
];

/// Categories whose resources may rely on what is changed.
const DEPENDANTS: [&str; 4] = ["analytics", "api", "storage", "function"];

/// Asks what is to be changed, and for the changes.
///
/// # Errors
/// An answer that is missing or does not fit.
pub fn update(
    context: &mut Context<'_>,
    present: &Settings,
    named: &[String],
    functions_for_pages: bool,
) -> Result<Draft, PluginError> {
    say(
        context,
        &["Please note that certain attributes may not be overwritten if you choose to use defaults settings."],
    );
    if DEPENDANTS.iter().any(|category| !context.project().resources(category).is_empty()) {
        say(
            context,
            &[
                "You have configured resources that might depend on this Cognito resource.  Updating this Cognito resource could have unintended side effects.",
            ],
        );
    }
    let names = Names::new(&context.project().name, present.text("sharedId").to_owned());
    let mut draft = Draft { settings: present.clone(), functions_for_pages, ..Draft::default() };
    let choices = choices(present, admin::exists(context.project()));
    let first = choices.first().map(|choice| choice.value.clone()).unwrap_or_default();
    let what = choose(context, "auth.updateFlow", "What do you want to do?", choices, &first, None)?;
    match what.as_str() {
        DEFAULT | SOCIAL => {
            federation::none(&mut draft);
            if what == DEFAULT {
                hosted_pages::none(context, &mut draft);
            }
            draft.settings = defaults(&names, &draft.settings);
            draft.settings.set("useDefault", what.clone());
            if what == SOCIAL {
                draft.settings.set("hostedUI", true);
                hosted_pages::all(context, &names, &mut draft, Flow::Default)?;
            }
        }
        MANUAL => {
            draft.settings.set("useDefault", MANUAL);
            manual::again(context, &names, &mut draft, named)?;
        }
        "callbacks" => hosted_pages::edit_addresses(context, &mut draft.settings)?,
        "providers" => hosted_pages::providers(context, &mut draft)?,
        "adminQueries" => draft.admin = Some(admin::ask::restriction(context, named)?),
        "removeAdminQueries" => draft.admin = Some(Wanted::Removed),
        _ => {
            draft.groups = Some(groups(context, named)?);
        }
    }
    Ok(draft)
}

fn choices(present: &Settings, admin: bool) -> Vec<Choice> {
    let mode = present.text("useDefault");
    let mut choices = Vec::new();
    if mode != DEFAULT {
        choices.push(Choice::new(DEFAULT, "Apply default configuration without Social Provider (Federation)"));
    }
    if mode != SOCIAL {
        choices.push(Choice::new(SOCIAL, "Apply default configuration with Social Provider (Federation)"));
    }
    choices.push(Choice::new(MANUAL, "Walkthrough all the auth configurations"));
    if present.flag("hostedUI") {
        choices.push(Choice::new("callbacks", "Add/Edit signin and signout redirect URIs"));
    }
    if present.flag("hostedUI") && present.get("authProvidersUserPool").is_some() {
        choices.push(Choice::new("providers", "Update OAuth social providers"));
    }
    if present.has_user_pool() {
        choices.push(Choice::new("groups", "Create or update Cognito user pool groups"));
        choices.push(Choice::new("adminQueries", "Create or update Admin queries API"));
    }
    if admin {
        choices.push(Choice::new("removeAdminQueries", "Remove the Admin queries API"));
    }
    choices
}

/// The defaults, with what lasts and with what nobody here knows.
fn defaults(names: &Names, present: &Settings) -> Settings {
    let mut settings = Settings::defaults(names);
    let own: Vec<(String, serde_json::Value)> =
        settings.entries().map(|(key, value)| (key.to_owned(), value.clone())).collect();
    for (key, value) in present.entries() {
        let ours = own.iter().any(|(known, _)| known == key);
        let answered_anew = ["hostedUI", "thirdPartyAuth"].contains(&key);
        if LASTING.contains(&key) || (!ours && !answered_anew) {
            settings.set(key, value.clone());
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn defaults_change_nothing_that_lasts() {
        let names = Names::new("shop", "01234567".into());
        let mut present = Settings::defaults(&names);
        for (key, value) in [
            ("userPoolName", json!("mine")),
            ("requiredAttributes", json!(["name"])),
            ("hostedUI", json!(true)),
            ("passwordPolicyMinLength", json!(20)),
            ("fromElsewhere", json!("kept")),
        ] {
            present.set(key, value);
        }
        let after = defaults(&names, &present);
        assert_eq!(after.text("userPoolName"), "mine");
        assert_eq!(after.list("requiredAttributes"), ["name"]);
        assert_eq!(after.text("fromElsewhere"), "kept");
        assert_eq!(after.number("passwordPolicyMinLength").as_deref(), Some("8"));
        assert!(!after.flag("hostedUI"));
    }
}
