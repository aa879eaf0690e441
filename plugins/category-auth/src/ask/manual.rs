//! Every question, one after another.

use amplify_sdk::prelude::*;

use super::{
    Draft, federation, groups,
    hosted_pages::{self, Flow},
    reply::{choose, yes_or_no},
    sign_in,
};
use crate::{admin, names::Names, settings::Services, triggers};

/// Asks for a new resource.
pub fn all(context: &mut Context<'_>, names: &Names, draft: &mut Draft) -> Result<(), PluginError> {
    services(context, draft)?;
    let wanted = Validation::pattern("[a-zA-Z0-9]{1,128}", "Resource name should be alphanumeric");
    let text =
        "Please provide a friendly name for your resource that will be used to label this category in the project:";
    let name = context.input("auth.resourceName", text, Some(names.resource()), Some(wanted))?;
    draft.settings.set("resourceName", name);
    if draft.settings.has_identity_pool() {
        identity_pool_name(context, names, draft)?;
        sign_in::guests(context, &mut draft.settings)?;
        federation::all(context, draft, false)?;
    } else {
        without_identity_pool(draft);
    }
    let text = "Please provide a name for your user pool:";
    let allowed = "letters, digits, spaces and _+=,.@-";
    let name = sign_in::pool_name(context, "auth.userPoolName", text, &names.user_pool(), allowed)?;
    draft.settings.set("userPoolName", name);
    sign_in::username_attributes(context, &mut draft.settings)?;
    with_groups(context, draft, &[], false)?;
    admin::ask::whether(context, draft, &[], true)?;
    rest(context, names, draft, false)?;
    triggers::ask::triggers(context, draft)
}

/// Asks again for what an existing resource can change; `named` are its groups. Every default is what is there, so that
/// Enter changes nothing.
pub fn again(context: &mut Context<'_>, names: &Names, draft: &mut Draft, named: &[String]) -> Result<(), PluginError> {
    if draft.settings.has_user_pool() {
        services(context, draft)?;
    }
    if draft.settings.has_identity_pool() {
        if draft.settings.text("identityPoolName").is_empty() {
            identity_pool_name(context, names, draft)?;
        }
        sign_in::guests(context, &mut draft.settings)?;
        federation::all(context, draft, true)?;
    } else {
        without_identity_pool(draft);
    }
    if !draft.settings.has_user_pool() {
        return Ok(());
    }
    with_groups(context, draft, named, true)?;
    // A No leaves what is there.
    admin::ask::whether(context, draft, named, false)?;
    rest(context, names, draft, true)?;
    triggers::ask::triggers(context, draft)
}

fn identity_pool_name(context: &mut Context<'_>, names: &Names, draft: &mut Draft) -> Result<(), PluginError> {
    let text = "Please enter a name for your identity pool.";
    let (key, allowed) = ("auth.identityPoolName", "letters, digits and underscores");
    let name = sign_in::pool_name(context, key, text, &names.identity_pool(), allowed)?;
    draft.settings.set("identityPoolName", name);
    Ok(())
}

fn without_identity_pool(draft: &mut Draft) {
    federation::none(draft);
    for key in ["identityPoolName", "allowUnauthenticatedIdentities", "thirdPartyAuth"] {
        draft.settings.remove(key);
    }
}

fn with_groups(
    context: &mut Context<'_>,
    draft: &mut Draft,
    named: &[String],
    exists: bool,
) -> Result<(), PluginError> {
    let help = "Groups let you manage users by what they may do. A group can have a role with permissions of its own, and \
                the order of groups says whose role counts for a member of several.";
    let text = "Do you want to add User Pool Groups?";
    let wanted = yes_or_no(context, "auth.userPoolGroups", text, !exists || !named.is_empty(), help)?;
    // A No where nothing was said before changes nothing.
    if wanted || !exists || draft.settings.get("userPoolGroups").is_some() {
        draft.settings.set("userPoolGroups", wanted || !named.is_empty());
    }
    if wanted {
        draft.groups = Some(groups(context, named)?);
    }
    Ok(())
}

fn services(context: &mut Context<'_>, draft: &mut Draft) -> Result<(), PluginError> {
    let choices = vec![
        Choice::new(
            Services::IdentityPoolAndUserPool.word(),
            "User Sign-Up, Sign-In, connected with AWS IAM controls (Enables per-user Storage features for images or other content, Analytics, and more)",
        ),
        Choice::new(Services::UserPoolOnly.word(), "User Sign-Up & Sign-In only (Best used with a cloud API only)"),
    ];
    let help = "A user pool keeps users and signs them in. An identity pool beside it gives them AWS credentials, which \
                storage for user files and some APIs need.";
    let text = "Select the authentication/authorization services that you want to use:";
    let present = draft.settings.services().word();
    let answer = choose(context, "auth.authSelections", text, choices, present, Some(help))?;
    draft.settings.set("authSelections", answer);
    Ok(())
}

fn rest(context: &mut Context<'_>, names: &Names, draft: &mut Draft, exists: bool) -> Result<(), PluginError> {
    let settings = &mut draft.settings;
    sign_in::mfa(context, settings, exists)?;
    sign_in::verification(context, settings)?;
    sign_in::password(context, settings)?;
    if !exists {
        sign_in::required_attributes(context, settings)?;
    }
    sign_in::client(context, settings)?;
    triggers::ask::capabilities(context, draft)?;
    let help = "With OAuth, users sign in on pages that Cognito hosts, also with social providers, and come back to your \
                app with tokens.";
    let text = "Do you want to use an OAuth flow?";
    let hosted = yes_or_no(context, "auth.hostedUI", text, !exists || draft.settings.flag("hostedUI"), help)?;
    draft.settings.set("hostedUI", hosted);
    if hosted {
        return hosted_pages::all(context, names, draft, Flow::Manual);
    }
    hosted_pages::none(context, draft);
    Ok(())
}
