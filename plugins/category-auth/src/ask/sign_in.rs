//! How users sign up and in: names, verification, MFA, passwords, attributes, tokens.

use amplify_sdk::prelude::*;

use super::reply::{answer_text, choose, number, say, several, with_code, yes_or_no};
use crate::{attribute, settings::Settings};

const NOT_EDITABLE: &str = " Warning: you will not be able to edit these selections. ";

/// With what users sign in. Cannot be changed later.
pub fn username_attributes(context: &mut Context<'_>, settings: &mut Settings) -> Result<(), PluginError> {
    say(context, &[NOT_EDITABLE]);
    let answer = choose(
        context,
        "auth.usernameAttributes",
        "How do you want users to be able to sign in?",
        vec![
            Choice::new("username", "Username"),
            Choice::new("email", "Email"),
            Choice::new("phone_number", "Phone Number"),
            Choice::new("email, phone_number", "Email or Phone Number"),
        ],
        "username",
        Some(
            "Users can sign in with a name of their own choice, or with their email address or phone number.\n\
             An address or number is then what makes a user unique in the pool.",
        ),
    )?;
    if answer != "username" {
        let list: Vec<&str> = answer.split(", ").collect();
        settings.set("usernameAttributes", list);
    }
    Ok(())
}

/// What users must give when they sign up. Cannot be changed later.
pub fn required_attributes(context: &mut Context<'_>, settings: &mut Settings) -> Result<(), PluginError> {
    say(context, &[NOT_EDITABLE]);
    let text = "What attributes are required for signing up?";
    let question = Question::multi_select("auth.requiredAttributes", text, attribute::required(), 0);
    let chosen = several(context, question, &settings.list("requiredAttributes"))?;
    settings.set("requiredAttributes", chosen);
    Ok(())
}

/// Whether a second factor is needed, and which.
pub fn mfa(context: &mut Context<'_>, settings: &mut Settings, exists: bool) -> Result<(), PluginError> {
    let present = settings.text("mfaConfiguration").to_owned();
    // A pool that has it keeps it: its users have set it up.
    if present == "OFF" || present.is_empty() {
        let mut choices = vec![Choice::new("OFF", "OFF")];
        if !exists {
            choices.push(Choice::new("ON", "ON (Required for all logins, can not be enabled later)"));
        }
        choices.push(Choice::new("OPTIONAL", "OPTIONAL (Individual users can use MFA)"));
        let help = "Multifactor authentication (MFA) asks users for a code beside their password, which they get by \
                    text message or from an app.";
        let text = "Multifactor authentication (MFA) user login options:";
        let answer = choose(context, "auth.mfaConfiguration", text, choices, "OFF", Some(help))?;
        settings.set("mfaConfiguration", answer);
    }
    if settings.text("mfaConfiguration") == "OFF" {
        return Ok(());
    }
    let choices = vec![
        Choice::new("SMS Text Message", "SMS Text Message"),
        Choice::new("TOTP", "Time-Based One-Time Password (TOTP)"),
    ];
    let question = Question::multi_select("auth.mfaTypes", "For user login, select the MFA types:", choices, 1)
        .min_message("You must select at least one MFA type from the list.");
    let types = several(context, question, &settings.list("mfaTypes"))?;
    settings.set("mfaTypes", types);
    message(context, settings, "smsAuthenticationMessage", "Please specify an SMS authentication message:")
}

/// How an address or number is verified.
pub fn verification(context: &mut Context<'_>, settings: &mut Settings) -> Result<(), PluginError> {
    let choices = vec![
        Choice::new("email", "Enabled (Requires per-user email entry at registration)"),
        Choice::new("phone_number", "Disabled (Uses SMS/TOTP as an alternative)"),
        Choice::new("email, phone_number", "Email and phone number (What a user gives is verified)"),
    ];
    let present = settings.list("autoVerifiedAttributes").join(", ");
    let default = choices.iter().find(|choice| choice.value == present).map_or("email", |choice| &choice.value);
    let default = default.to_owned();
    let text = "Email based user registration/forgot password:";
    let answer = choose(context, "auth.autoVerifiedAttributes", text, choices, &default, None)?;
    let list: Vec<&str> = answer.split(", ").collect();
    settings.set("autoVerifiedAttributes", list);
    let verified = settings.list("autoVerifiedAttributes");
    if verified.iter().any(|each| each == "email") {
        let subject = Question::input("auth.emailVerificationSubject", "Please specify an email verification subject:")
            .default_text(settings.text("emailVerificationSubject"))
            .validation(Validation::length(1, 140, "The subject has 1 to 140 characters"));
        let subject = answer_text(context, subject)?;
        settings.set("emailVerificationSubject", subject);
        message(context, settings, "emailVerificationMessage", "Please specify an email verification message:")?;
    }
    if verified.iter().any(|each| each == "phone_number") {
        message(context, settings, "smsVerificationMessage", "Please specify an SMS verification message:")?;
    }
    Ok(())
}

fn message(context: &mut Context<'_>, settings: &mut Settings, name: &str, text: &str) -> Result<(), PluginError> {
    let answer = with_code(context, &format!("auth.{name}"), text, settings.text(name))?;
    settings.set(name, answer);
    Ok(())
}

/// What a password must have.
pub fn password(context: &mut Context<'_>, settings: &mut Settings) -> Result<(), PluginError> {
    let text = "Do you want to override the default password policy for this User Pool?";
    let own = context.confirm("auth.defaultPasswordPolicy", text, settings.flag("defaultPasswordPolicy"))?;
    settings.set("defaultPasswordPolicy", own);
    if !own {
        return Ok(());
    }
    let length = settings.number("passwordPolicyMinLength").unwrap_or_else(|| "8".into());
    let text = "Enter the minimum password length for this User Pool:";
    let question = Question::input("auth.passwordPolicyMinLength", text).default_text(length);
    let message = "The minimum password length must be a number and must be greater than 5 and less than 99.";
    let length = number(context, question, 6..=98, message)?;
    settings.set("passwordPolicyMinLength", length);
    let choices = ["Lowercase", "Uppercase", "Numbers", "Symbols"];
    let choices = choices.map(|what| Choice::same(format!("Requires {what}"))).to_vec();
    let text = "Select the password character requirements for your userpool:";
    let question = Question::multi_select("auth.passwordPolicyCharacters", text, choices, 0);
    let characters = several(context, question, &settings.list("passwordPolicyCharacters"))?;
    settings.set("passwordPolicyCharacters", characters);
    Ok(())
}

/// How long tokens are good for, and what an app can read and write.
pub fn client(context: &mut Context<'_>, settings: &mut Settings) -> Result<(), PluginError> {
    let days = settings.number("userpoolClientRefreshTokenValidity").unwrap_or_else(|| "30".into());
    let text = "Specify the app's refresh token expiration period (in days):";
    let question = Question::input("auth.userpoolClientRefreshTokenValidity", text).default_text(days);
    let days = number(context, question, 1..=3650, "Token expiration should be between 1 to 3650 days.")?;
    settings.set("userpoolClientRefreshTokenValidity", days);
    let text = "Do you want to specify the user attributes this app can read and write?";
    let own =
        context.confirm("auth.userpoolClientSetAttributes", text, settings.flag("userpoolClientSetAttributes"))?;
    settings.set("userpoolClientSetAttributes", own);
    if !own {
        return Ok(());
    }
    let text = "Specify read attributes:";
    let question = Question::multi_select("auth.userpoolClientReadAttributes", text, attribute::readable(), 0);
    let read = several(context, question, &settings.list("userpoolClientReadAttributes"))?;
    settings.set("userpoolClientReadAttributes", read);
    let required = settings.list("requiredAttributes");
    let choices = attribute::writable(&required);
    let question =
        Question::multi_select("auth.userpoolClientWriteAttributes", "Specify write attributes:", choices, 0);
    let chosen = several(context, question, &settings.list("userpoolClientWriteAttributes"))?;
    // An app could not sign anybody up if it could not write what is required.
    let write: Vec<String> = required.into_iter().chain(chosen).collect();
    settings.set("userpoolClientWriteAttributes", write);
    Ok(())
}

/// Whether guests get credentials too.
pub fn guests(context: &mut Context<'_>, settings: &mut Settings) -> Result<(), PluginError> {
    let allow = yes_or_no(
        context,
        "auth.allowUnauthenticatedIdentities",
        "Allow unauthenticated logins? (Provides scoped down permissions that you can control via AWS IAM)",
        settings.flag("allowUnauthenticatedIdentities"),
        "Guests get AWS credentials of a role of their own before they sign in. What that role may do is up to you.",
    )?;
    settings.set("allowUnauthenticatedIdentities", allow);
    Ok(())
}

/// A name that Cognito shows, checked against what it allows.
pub fn pool_name(
    context: &mut Context<'_>,
    key: &str,
    text: &str,
    default: &str,
    allowed: &str,
) -> Result<String, PluginError> {
    let rule = format!("The name may have 1 to 128 characters of {allowed}");
    let pattern = if allowed.contains("spaces") { r"[A-Za-z0-9_\s+=,.@-]{1,128}" } else { "[A-Za-z0-9_]{1,128}" };
    let question = Question::input(key, text).default_text(default);
    answer_text(context, question.validation(Validation::pattern(pattern, rule)))
}
