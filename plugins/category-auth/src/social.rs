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
    /// Sign in with Apple, which later versions of the original have.
    Apple,
}

/// Something that the provider gave to the developers of an app, and that Cognito shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The end of the parameter's name.
    part: &'static str,
    /// Its name among Cognito's details of a provider.
    pub detail: &'static str,
    /// The question about it.
    pub text: &'static str,
    /// Whether nobody else may know it.
    pub secret: bool,
}

const fn public(part: &'static str, detail: &'static str, text: &'static str) -> Credential {
    Credential { part, detail, text, secret: false }
}

const fn secret(part: &'static str, detail: &'static str, text: &'static str) -> Credential {
    Credential { part, detail, text, secret: true }
}

const FACEBOOK: [Credential; 2] = [
    public("AppId", "client_id", "Enter your Facebook App ID for your OAuth flow: "),
    secret("AppSecret", "client_secret", "Enter your Facebook App Secret for your OAuth flow: "),
];
const GOOGLE: [Credential; 2] = [
    public("AppId", "client_id", "Enter your Google Web Client ID for your OAuth flow: "),
    secret("AppSecret", "client_secret", "Enter your Google Web Client Secret for your OAuth flow: "),
];
const AMAZON: [Credential; 2] = [
    public("AppId", "client_id", "Enter your Amazon App ID for your OAuth flow: "),
    secret("AppSecret", "client_secret", "Enter your Amazon App Secret for your OAuth flow: "),
];
const APPLE: [Credential; 4] = [
    public("ClientId", "client_id", "Enter your Services ID for your OAuth flow: "),
    public("TeamId", "team_id", "Enter your Team ID for your OAuth flow: "),
    public("KeyId", "key_id", "Enter your Key ID for your OAuth flow: "),
    secret("PrivateKey", "private_key", "Enter your Private Key for your OAuth flow: "),
];

impl Social {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Facebook, Self::Google, Self::Amazon, Self::Apple];

    /// Those that the original 4.21 knows, which its texts about attributes name.
    pub const OF_THE_ORIGINAL: [Self; 3] = [Self::Facebook, Self::Google, Self::Amazon];

    /// The name that Cognito has for it; also the answer.
    pub fn name(self) -> &'static str {
        match self {
            Self::Facebook => "Facebook",
            Self::Google => "Google",
            Self::Amazon => "LoginWithAmazon",
            Self::Apple => "SignInWithApple",
        }
    }

    /// What the user reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Amazon => "Login With Amazon",
            Self::Apple => "Sign in with Apple",
            _ => self.name(),
        }
    }

    /// Where an app is made known to it.
    pub fn place(self) -> &'static str {
        match self {
            Self::Facebook => "https://developers.facebook.com",
            Self::Google => "https://developers.google.com/identity",
            Self::Amazon => "https://developer.amazon.com/loginwithamazon",
            Self::Apple => "https://developer.apple.com/account",
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

    /// What is asked about it, in order.
    pub fn credentials(self) -> &'static [Credential] {
        match self {
            Self::Facebook => &FACEBOOK,
            Self::Google => &GOOGLE,
            Self::Amazon => &AMAZON,
            Self::Apple => &APPLE,
        }
    }

    /// The parameter that holds a credential, as `--categories` names it.
    pub fn key(self, credential: &Credential) -> String {
        format!("{}{}UserPool", self.name().to_lowercase(), credential.part)
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
            // Apple tells who a user is without being asked.
            (Self::Apple, "username") => ("sub", ""),
            (Self::Apple, "email") => ("email", "email"),
            (Self::Apple, "family_name") => ("lastName", "name"),
            (Self::Apple, "given_name") => ("firstName", "name"),
            (Self::Apple, "name") => ("name", "name"),
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
            if !scope.is_empty() && !scopes.contains(&scope) {
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

/// A private key as Cognito wants it: one line, without the lines that a file of it begins and ends with.
pub fn bare_key(text: &str) -> String {
    const MARK: &str = "-----";
    let between = text.split(MARK).filter(|part| !part.contains("PRIVATE KEY"));
    between.flat_map(str::chars).filter(|c| !c.is_whitespace()).collect::<String>().replace("\\n", "")
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
        assert_eq!(Social::Apple.meta(&required)["authorize_scopes"], "email");
    }

    #[test]
    fn a_provider_that_lacks_a_required_attribute_is_not_offered() {
        let names = |required: &[&str]| -> Vec<String> {
            let required: Vec<String> = required.iter().map(|&each| each.into()).collect();
            Social::choices(&required).into_iter().map(|choice| choice.value).collect()
        };
        assert_eq!(names(&["email"]), ["Facebook", "Google", "LoginWithAmazon", "SignInWithApple"]);
        assert_eq!(names(&["phone_number"]), ["Google"]);
        assert_eq!(names(&["address"]), Vec::<String>::new());
        let keys = |social: Social| -> Vec<String> {
            social.credentials().iter().map(|credential| social.key(credential)).collect()
        };
        assert_eq!(keys(Social::Amazon), ["loginwithamazonAppIdUserPool", "loginwithamazonAppSecretUserPool"]);
        assert_eq!(
            keys(Social::Apple),
            [
                "signinwithappleClientIdUserPool",
                "signinwithappleTeamIdUserPool",
                "signinwithappleKeyIdUserPool",
                "signinwithapplePrivateKeyUserPool"
            ]
        );
    }

    #[test]
    fn a_private_key_is_taken_as_a_file_has_it() {
        let file = "-----BEGIN PRIVATE KEY-----\nMIGT\nAgEA+/==\n-----END PRIVATE KEY-----\n";
        for text in [file.to_owned(), file.replace('\n', "\\n"), "MIGTAgEA+/==".to_owned()] {
            assert_eq!(bare_key(&text), "MIGTAgEA+/==", "{text}");
        }
    }
}
