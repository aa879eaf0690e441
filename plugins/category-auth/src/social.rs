//! The social providers that users can sign in with, through a user pool's hosted pages.

use amplify_sdk::question::Choice;
use serde_json::{Value, json};

/// A provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Social {
    /// Facebook.
    Facebook,
    /// Google.
    Google,
    /// Login with Amazon.
    Amazon,
}

impl Social {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Facebook, Self::Google, Self::Amazon];

    /// The name that Cognito has for it; also the answer.
    pub fn name(self) -> &'static str {
        match self {
            Self::Facebook => "Facebook",
            Self::Google => "Google",
            Self::Amazon => "LoginWithAmazon",
        }
    }

    /// What the user reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Amazon => "Login With Amazon",
            _ => self.name(),
        }
    }

    /// The provider of a name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|social| social.name() == name)
    }

    /// The providers as choices, without those that cannot supply a required attribute.
    pub fn choices(required: &[String]) -> Vec<Choice> {
        Self::ALL
            .into_iter()
            .filter(|social| required.iter().all(|attribute| social.source(attribute).is_some()))
            .map(|social| Choice::new(social.name(), social.label()))
            .collect()
    }

    /// The parameter that holds the app's id at the provider, as `--categories` names it.
    pub fn id_key(self) -> String {
        format!("{}AppIdUserPool", self.name().to_lowercase())
    }

    /// The parameter that holds the app's secret.
    pub fn secret_key(self) -> String {
        format!("{}AppSecretUserPool", self.name().to_lowercase())
    }

    /// The questions about its id and secret.
    pub fn questions(self) -> (&'static str, &'static str) {
        match self {
            Self::Facebook => (
                "Enter your Facebook App ID for your OAuth flow: ",
                "Enter your Facebook App Secret for your OAuth flow: ",
            ),
            Self::Google => (
                "Enter your Google Web Client ID for your OAuth flow: ",
                "Enter your Google Web Client Secret for your OAuth flow: ",
            ),
            Self::Amazon => {
                ("Enter your Amazon App ID for your OAuth flow: ", "Enter your Amazon App Secret for your OAuth flow: ")
            }
        }
    }

    /// The provider's name of an attribute and the scope that it needs; none if the provider lacks it.
    pub fn source(self, attribute: &str) -> Option<(&'static str, &'static str)> {
        Some(match (self, attribute) {
            (Self::Facebook, "username") => ("id", "public_profile"),
            (Self::Facebook, "birthdate") => ("birthday", "public_profile"),
            (Self::Facebook, "email") => ("email", "email"),
            (Self::Facebook, "family_name") => ("last_name", "public_profile"),
            (Self::Facebook, "gender") => ("gender", "public_profile"),
            (Self::Facebook, "given_name") => ("first_name", "public_profile"),
            (Self::Facebook, "middle_name") => ("middle_name", "public_profile"),
            (Self::Facebook, "name") => ("name", "public_profile"),
            (Self::Facebook, "picture") => ("picture", "public_profile"),
            (Self::Facebook, "updated_at") => ("updated_at", "public_profile"),
            (Self::Google, "username") => ("sub", "profile"),
            (Self::Google, "birthdate") => ("birthdays", "profile"),
            (Self::Google, "email") => ("email", "email"),
            (Self::Google, "family_name") => ("family_name", "profile"),
            (Self::Google, "gender") => ("genders", "profile"),
            (Self::Google, "given_name") => ("given_name", "profile"),
            (Self::Google, "name") => ("name", "profile"),
            (Self::Google, "phone_number") => ("phoneNumbers", "profile"),
            (Self::Google, "picture") => ("picture", "profile"),
            (Self::Amazon, "username") => ("user_id", "profile:user_id"),
            (Self::Amazon, "email") => ("email", "profile"),
            (Self::Amazon, "locale") => ("postal_code", "postal_code"),
            (Self::Amazon, "name") => ("name", "profile"),
            _ => return None,
        })
    }

    /// What is asked of the provider and how its answers become attributes: an entry of `hostedUIProviderMeta`.
    pub fn meta(self, required: &[String]) -> Value {
        let mut scopes: Vec<&str> = if self == Self::Google { vec!["openid"] } else { Vec::new() };
        let mut mapping = serde_json::Map::new();
        for attribute in required.iter().map(String::as_str).chain(["username"]) {
            let Some((source, scope)) = self.source(attribute) else { continue };
            mapping.insert(attribute.into(), source.into());
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
        let between = if self == Self::Facebook { "," } else { " " };
        json!({
            "ProviderName": self.name(),
            "authorize_scopes": scopes.join(between),
            "AttributeMapping": mapping
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_and_mappings_follow_from_the_required_attributes() {
        let required = ["email".to_string()];
        assert_eq!(
            Social::Facebook.meta(&required),
            json!({ "ProviderName": "Facebook", "authorize_scopes": "email,public_profile",
                    "AttributeMapping": { "email": "email", "username": "id" } })
        );
        assert_eq!(Social::Google.meta(&required)["authorize_scopes"], "openid email profile");
        assert_eq!(Social::Amazon.meta(&required)["authorize_scopes"], "profile profile:user_id");
    }

    #[test]
    fn a_provider_that_lacks_a_required_attribute_is_not_offered() {
        let names = |required: &[&str]| -> Vec<String> {
            let required: Vec<String> = required.iter().map(|&each| each.into()).collect();
            Social::choices(&required).into_iter().map(|choice| choice.value).collect()
        };
        assert_eq!(names(&["email"]), ["Facebook", "Google", "LoginWithAmazon"]);
        assert_eq!(names(&["phone_number"]), ["Google"]);
        assert_eq!(names(&["address"]), Vec::<String>::new());
        assert_eq!(Social::Amazon.secret_key(), "loginwithamazonAppSecretUserPool");
    }
}
