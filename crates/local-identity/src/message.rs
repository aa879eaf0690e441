//! Messages that the service would send: nobody sends them here, the environment is told.

use serde_json::{Value, json};

use crate::{
    call::Call,
    directory::{Pool, flag, text},
    failure::Outcome,
    trigger::Trigger,
    user::User,
};

/// How a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// By mail.
    Email,
    /// To a phone.
    Sms,
}

impl Medium {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Medium::Email => "EMAIL",
            Medium::Sms => "SMS",
        }
    }

    pub(crate) fn of(attribute: &str) -> Self {
        if attribute == "phone_number" { Medium::Sms } else { Medium::Email }
    }
}

/// A message that would be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The pool.
    pub pool: String,
    /// To whom.
    pub user: String,
    /// The address or number.
    pub destination: String,
    /// How it goes.
    pub medium: Medium,
    /// Why, as the trigger `CustomMessage` names it, such as `SignUp`.
    pub reason: &'static str,
    /// The code in it, or the password.
    pub code: String,
    /// The subject of a mail.
    pub subject: String,
    /// Its text.
    pub text: String,
}

/// The address that an answer tells: enough to recognise it.
fn masked(destination: &str, medium: Medium) -> String {
    match medium {
        Medium::Sms => {
            let shown = destination.len().saturating_sub(4);
            format!("+{}{}", "*".repeat(shown.saturating_sub(1)), destination.get(shown..).unwrap_or_default())
        }
        Medium::Email => {
            let (local, domain) = destination.split_once('@').unwrap_or((destination, ""));
            let first = |text: &str| text.chars().take(1).collect::<String>();
            format!("{}***@{}***", first(local), first(domain))
        }
    }
}

/// `CodeDeliveryDetails`.
pub(crate) fn details(user: &User, attribute: &str) -> Value {
    let medium = Medium::of(attribute);
    json!({
        "AttributeName": attribute,
        "DeliveryMedium": medium.name(),
        "Destination": masked(user.attribute(attribute).unwrap_or_default(), medium),
    })
}

/// The pool's own words: subject and text.
fn words(pool: &Pool, reason: &str, medium: Medium) -> (String, String) {
    let properties = &pool.properties;
    let template = properties.get("VerificationMessageTemplate").cloned().unwrap_or_default();
    let invitation = properties.pointer("/AdminCreateUserConfig/InviteMessageTemplate").cloned().unwrap_or_default();
    let link = text(&template, "DefaultEmailOption") == Some("CONFIRM_WITH_LINK");
    let pick =
        |found: [Option<&str>; 2], otherwise: &str| found.into_iter().flatten().next().unwrap_or(otherwise).to_owned();
    match (reason, medium) {
        ("AdminCreateUser", Medium::Email) => (
            pick([text(&invitation, "EmailSubject"), None], "Your temporary password"),
            pick(
                [text(&invitation, "EmailMessage"), None],
                "Your username is {username} and temporary password is {####}.",
            ),
        ),
        ("AdminCreateUser", Medium::Sms) => (
            String::new(),
            pick(
                [text(&invitation, "SMSMessage"), None],
                "Your username is {username} and temporary password is {####}.",
            ),
        ),
        ("Authentication", _) => (
            String::new(),
            pick([text(properties, "SmsAuthenticationMessage"), None], "Your authentication code is {####}."),
        ),
        (_, Medium::Sms) => (
            String::new(),
            pick(
                [text(&template, "SmsMessage"), text(properties, "SmsVerificationMessage")],
                "Your verification code is {####}.",
            ),
        ),
        (_, Medium::Email) if link && reason != "ForgotPassword" => (
            pick([text(&template, "EmailSubjectByLink"), None], "Your verification link"),
            // The link would lead to the hosted pages; the code does here what the link does there.
            pick([text(&template, "EmailMessageByLink"), None], "Please verify your address: {##Verify Email##}")
                + " (code {####})",
        ),
        (_, Medium::Email) => (
            pick(
                [text(&template, "EmailSubject"), text(properties, "EmailVerificationSubject")],
                "Your verification code",
            ),
            pick(
                [text(&template, "EmailMessage"), text(properties, "EmailVerificationMessage")],
                "Your verification code is {####}.",
            ),
        ),
    }
}

impl Call<'_> {
    /// Sends a code or a password to a user, in the words of the pool or of its function.
    pub(crate) fn send(&self, user: &User, attribute: &str, reason: &'static str, code: &str) -> Outcome<()> {
        let pool = self.pool()?;
        let medium = Medium::of(attribute);
        let (mut subject, mut words) = words(pool, reason, medium);
        let request = json!({
            "codeParameter": "{####}",
            "linkParameter": "{##Click Here##}",
            "usernameParameter": if reason == "AdminCreateUser" { json!("{username}") } else { Value::Null },
        });
        let trigger = Trigger::new("CustomMessage", format!("CustomMessage_{reason}"), user).with(&request);
        if let Some(response) =
            self.fire(trigger, json!({ "smsMessage": null, "emailMessage": null, "emailSubject": null }))?
        {
            let own = |key: &str| text(&response, key).filter(|text| !text.is_empty()).map(str::to_owned);
            let message = own(if medium == Medium::Sms { "smsMessage" } else { "emailMessage" });
            // A message without the code is of no use to anyone.
            if let Some(message) = message.filter(|text| text.contains("{####}") || text.contains("{##")) {
                words = message;
                subject = own("emailSubject").unwrap_or(subject);
            }
        }
        self.environment.deliver(&Message {
            pool: pool.id.clone(),
            user: user.name.clone(),
            destination: user.attribute(attribute).unwrap_or_default().to_owned(),
            medium,
            reason,
            code: code.to_owned(),
            subject,
            text: words.replace("{####}", code).replace("{username}", &user.name),
        });
        Ok(())
    }

    /// The attribute that a user is written to: the one to verify first, or one that is verified.
    pub(crate) fn reachable(&self, user: &User) -> Outcome<Option<&'static str>> {
        let pool = self.pool()?;
        let verified = pool.list("AutoVerifiedAttributes");
        Ok(["phone_number", "email"]
            .into_iter()
            .find(|name| verified.contains(name) && user.attribute(name).is_some_and(|value| !value.is_empty())))
    }

    /// The verified attribute by which somebody who forgot the password is reached.
    pub(crate) fn recovery(&self, user: &User) -> Outcome<Option<&'static str>> {
        let pool = self.pool()?;
        let mut ways: Vec<(u64, &'static str)> = Vec::new();
        let settings = pool.properties.pointer("/AccountRecoverySetting/RecoveryMechanisms");
        for each in settings.and_then(Value::as_array).into_iter().flatten() {
            let priority = crate::directory::number(each, "Priority").unwrap_or(9);
            match text(each, "Name") {
                Some("verified_email") => ways.push((priority, "email")),
                Some("verified_phone_number") => ways.push((priority, "phone_number")),
                _ => {}
            }
        }
        ways.sort_unstable();
        if ways.is_empty() {
            ways = vec![(1, "phone_number"), (2, "email")];
        }
        Ok(ways.into_iter().map(|(_, name)| name).find(|name| user.verified(name)))
    }

    /// Whether only administrators make users.
    pub(crate) fn closed(&self) -> Outcome<bool> {
        let config = self.pool()?.properties.get("AdminCreateUserConfig").cloned().unwrap_or_default();
        Ok(flag(&config, "AllowAdminCreateUserOnly"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_in_part() {
        assert_eq!(masked("ann@example.com", Medium::Email), "a***@e***");
        assert_eq!(masked("+4930123456", Medium::Sms), "+******3456");
        assert_eq!(masked("+1", Medium::Sms), "++1");
        assert_eq!(masked("", Medium::Sms), "+");
    }
}
