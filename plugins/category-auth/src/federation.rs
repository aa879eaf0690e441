//! The identity providers that an identity pool trusts directly.

use crate::settings::Settings;

/// The provider that has an id for each platform of an app.
pub const GOOGLE: &str = "accounts.google.com";

/// The setting that names the ids of Google's that an app for a phone has beside the one for the web. An identity pool takes
/// one id for Google, so that several need an OpenID Connect provider.
pub const NATIVE_IDS: &str = "googleNativeIds";

/// The parameter that names Google's OpenID Connect provider where the account has one: an account takes one.
pub const KNOWN_PROVIDER: &str = "googleOpenIdProviderArn";

/// A provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Its name at Cognito; also the answer.
    pub name: &'static str,
    /// What the user reads.
    pub label: &'static str,
    /// Where an app is made known to it.
    pub place: &'static str,
    /// The parameter that holds the app's id.
    pub key: &'static str,
    /// The question about the id.
    pub text: &'static str,
    /// The output that says to the client libraries that it is used, where they want to know.
    pub output: Option<&'static str>,
}

/// All of them, in the order in which they are offered. Apple is one of later versions of the original.
pub const PROVIDERS: [Provider; 4] = [
    Provider {
        name: "graph.facebook.com",
        label: "Facebook",
        place: "https://developers.facebook.com",
        key: "facebookAppId",
        text: "Enter your Facebook App ID for your identity pool: ",
        output: Some("FacebookWebClient"),
    },
    Provider {
        name: GOOGLE,
        label: "Google",
        place: "https://developers.google.com/identity",
        key: "googleClientId",
        text: "Enter your Google Web Client ID for your identity pool: ",
        output: Some("GoogleWebClient"),
    },
    Provider {
        name: "www.amazon.com",
        label: "Amazon",
        place: "https://developer.amazon.com/loginwithamazon",
        key: "amazonAppId",
        text: "Enter your Amazon App ID for your identity pool: ",
        output: Some("AmazonWebClient"),
    },
    Provider {
        name: "appleid.apple.com",
        label: "Apple",
        place: "https://developer.apple.com/account",
        key: "appleAppId",
        text: "Enter your Bundle Identifier for your identity pool: ",
        output: None,
    },
];

/// Platforms on which Google has an id of its own: frontend, parameter, output and question.
pub const NATIVE: [(&str, &str, &str, &str); 2] = [
    ("ios", "googleIos", "GoogleIOSClient", "Enter your Google iOS Client ID for your identity pool: "),
    ("android", "googleAndroid", "GoogleAndroidClient", "Enter your Google Android Client ID for your identity pool: "),
];

/// The providers that are chosen.
pub fn chosen(settings: &Settings) -> Vec<Provider> {
    if !settings.has_identity_pool() {
        return Vec::new();
    }
    let names = settings.list("authProviders");
    PROVIDERS.into_iter().filter(|provider| names.iter().any(|name| name == provider.name)).collect()
}

/// The parameters that hold Google's ids beside the one for the web.
pub fn native(settings: &Settings) -> Vec<(&'static str, &'static str)> {
    let keys = settings.list(NATIVE_IDS);
    let known = NATIVE.into_iter().filter(|(_, key, ..)| keys.iter().any(|each| each == key));
    if chosen(settings).iter().any(|provider| provider.name == GOOGLE) {
        known.map(|(_, key, output, _)| (key, output)).collect()
    } else {
        Vec::new()
    }
}
