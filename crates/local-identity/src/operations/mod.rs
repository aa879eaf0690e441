//! The operations, by the names that the API gives them.

mod account;
mod admin;
mod challenge;
mod custom;
mod describe;
mod factors;
mod forgot;
mod groups;
mod identities;
mod issue;
mod listing;
mod sign_in;
mod sign_up;

use serde_json::{Value, json};

use crate::{
    call::Call,
    failure::{Failure, Outcome},
    user::User,
};

type Operation = fn(&mut Call<'_>) -> Outcome<Value>;

/// Operations of users and their apps: the body alone says who asks.
const OPEN: &[(&str, Operation)] = &[
    ("AssociateSoftwareToken", factors::associate),
    ("ChangePassword", account::change_password),
    ("ConfirmForgotPassword", forgot::confirm),
    ("ConfirmSignUp", sign_up::confirm),
    ("DeleteUser", account::delete),
    ("DeleteUserAttributes", account::delete_attributes),
    ("ForgotPassword", forgot::begin),
    ("GetTokensFromRefreshToken", issue::from_refresh_token),
    ("GetUser", account::get),
    ("GetUserAttributeVerificationCode", account::send_code),
    ("GlobalSignOut", issue::sign_out),
    ("InitiateAuth", sign_in::initiate),
    ("ResendConfirmationCode", sign_up::resend),
    ("RespondToAuthChallenge", challenge::respond),
    ("RevokeToken", issue::revoke),
    ("SetUserMFAPreference", factors::prefer),
    ("SignUp", sign_up::sign_up),
    ("UpdateUserAttributes", account::update_attributes),
    ("VerifySoftwareToken", factors::verify),
    ("VerifyUserAttribute", account::verify),
];

/// Operations of administrators: the call must be signed.
const SIGNED: &[(&str, Operation)] = &[
    ("AdminAddUserToGroup", groups::add),
    ("AdminConfirmSignUp", admin::confirm),
    ("AdminCreateUser", admin::create),
    ("AdminDeleteUser", admin::delete),
    ("AdminDeleteUserAttributes", admin::delete_attributes),
    ("AdminDisableUser", admin::disable),
    ("AdminEnableUser", admin::enable),
    ("AdminGetUser", admin::get),
    ("AdminInitiateAuth", sign_in::admin_initiate),
    ("AdminListGroupsForUser", groups::of_user),
    ("AdminRemoveUserFromGroup", groups::remove),
    ("AdminResetUserPassword", admin::reset_password),
    ("AdminRespondToAuthChallenge", challenge::admin_respond),
    ("AdminSetUserMFAPreference", factors::admin_prefer),
    ("AdminSetUserPassword", admin::set_password),
    ("AdminUpdateUserAttributes", admin::update_attributes),
    ("AdminUserGlobalSignOut", issue::admin_sign_out),
    ("CreateGroup", groups::create),
    ("DeleteGroup", groups::delete),
    ("DescribeUserPool", describe::pool),
    ("DescribeUserPoolClient", describe::client),
    ("GetGroup", groups::get),
    ("GetUserPoolMfaConfig", describe::factors),
    ("ListGroups", groups::list),
    ("ListUserPoolClients", describe::clients),
    ("ListUserPools", describe::pools),
    ("ListUsers", listing::users),
    ("ListUsersInGroup", listing::in_group),
];

const IDENTITIES: &[(&str, Operation)] =
    &[("GetCredentialsForIdentity", identities::credentials), ("GetId", identities::id)];

fn named(operations: &[(&str, Operation)], name: &str) -> Option<Operation> {
    operations.iter().find(|(known, _)| *known == name).map(|(_, operation)| *operation)
}

/// Runs an operation on user pools.
pub(crate) fn users(call: &mut Call<'_>, name: &str, signed: bool) -> Outcome<Value> {
    if let Some(operation) = named(OPEN, name) {
        return operation(call);
    }
    let Some(operation) = named(SIGNED, name) else {
        return Err(Failure::unknown_operation(format!("the operation `{name}` is not served on this machine")));
    };
    if !signed {
        return Err(Failure::no_credentials("Missing Authentication Token"));
    }
    operation(call)
}

/// Runs an operation on identity pools.
pub(crate) fn identities(call: &mut Call<'_>, name: &str) -> Outcome<Value> {
    match named(IDENTITIES, name) {
        Some(operation) => operation(call),
        None => Err(Failure::unknown_operation(format!("the operation `{name}` is not served on this machine"))),
    }
}

/// The key of a sign-in, or what the keys of a user's sign-ins begin with.
pub(crate) fn login_key(user: &str, login: &str) -> String {
    format!("{user}/{login}")
}

/// An answer that says nothing.
fn nothing() -> Value {
    json!({})
}

/// The names that a user may have made the client's hash with.
fn hashed_names<'n>(given: &'n str, user: Option<&'n User>) -> Vec<&'n str> {
    let mut names = vec![given];
    names.extend(user.into_iter().flat_map(|user| [user.name.as_str(), user.sub.as_str()]));
    names
}
