//! The attributes that a user can have, and what the social providers know of them.

use amplify_sdk::question::Choice;

use crate::social::Social;

/// Value and label of each attribute, in the order in which they are offered.
const ATTRIBUTES: [(&str, &str); 17] = [
    ("address", "Address"),
    ("birthdate", "Birthdate"),
    ("email", "Email"),
    ("family_name", "Family Name"),
    ("middle_name", "Middle Name"),
    ("gender", "Gender"),
    ("locale", "Locale"),
    ("given_name", "Given Name"),
    ("name", "Name"),
    ("nickname", "Nickname"),
    ("phone_number", "Phone Number"),
    ("preferred_username", "Preferred Username"),
    ("picture", "Picture"),
    ("profile", "Profile"),
    ("updated_at", "Updated At"),
    ("website", "Website"),
    ("zoneinfo", "Zone Info"),
];

/// What an app can read beside them.
const VERIFIED: [(&str, &str); 2] =
    [("email_verified", "Email Verified?"), ("phone_number_verified", "Phone Number Verified?")];

/// The attributes that can be asked for at sign-up, saying which providers lack them.
pub fn required() -> Vec<Choice> {
    let choice = |(value, label): &(&str, &str)| {
        let without: Vec<&str> = Social::OF_THE_ORIGINAL
            .iter()
            .filter(|social| social.source(value).is_none())
            .map(|social| social.label())
            .collect();
        if without.is_empty() {
            return Choice::new(*value, *label);
        }
        Choice::new(*value, format!("{label} (This attribute is not supported by {}.)", without.join(", ")))
    };
    ATTRIBUTES.iter().map(choice).collect()
}

/// The attributes that an app can read.
pub fn readable() -> Vec<Choice> {
    ATTRIBUTES.iter().chain(&VERIFIED).map(|(value, label)| Choice::new(*value, *label)).collect()
}

/// The attributes that an app can write: all but those that it must be able to write anyway.
pub fn writable(required: &[String]) -> Vec<Choice> {
    ATTRIBUTES
        .iter()
        .filter(|(value, _)| !required.iter().any(|name| name == value))
        .map(|(value, label)| Choice::new(*value, *label))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_says_which_providers_lack_it() {
        let required = required();
        let label = |value: &str| required.iter().find(|choice| choice.value == value).unwrap().label.clone();
        assert_eq!(label("email"), "Email");
        assert_eq!(
            label("address"),
            "Address (This attribute is not supported by Facebook, Google, Login With Amazon.)"
        );
        assert_eq!(label("family_name"), "Family Name (This attribute is not supported by Login With Amazon.)");
    }

    #[test]
    fn what_is_required_can_be_written_without_being_chosen() {
        let choices = writable(&["email".into()]);
        assert!(!choices.iter().any(|choice| choice.value == "email"));
        assert_eq!(choices.len(), ATTRIBUTES.len() - 1);
        let has = |choices: Vec<Choice>| choices.iter().any(|choice| choice.value == "email_verified");
        assert!(has(readable()) && !has(writable(&[])), "Cognito alone writes it");
    }
}
