//! What the payloads are made of. Names and words are those of later versions of the original.

use super::shape::{Field, Shape, Versions, field, required};

/// Attributes that a user has and an app can write.
pub const ATTRIBUTES: [&str; 17] = [
    "ADDRESS",
    "BIRTHDATE",
    "EMAIL",
    "FAMILY_NAME",
    "GENDER",
    "GIVEN_NAME",
    "LOCALE",
    "MIDDLE_NAME",
    "NAME",
    "NICKNAME",
    "PHONE_NUMBER",
    "PICTURE",
    "PREFERRED_USERNAME",
    "PROFILE",
    "UPDATED_AT",
    "WEBSITE",
    "ZONE_INFO",
];

const READABLE: [&str; 19] = [
    "ADDRESS",
    "BIRTHDATE",
    "EMAIL",
    "EMAIL_VERIFIED",
    "FAMILY_NAME",
    "GENDER",
    "GIVEN_NAME",
    "LOCALE",
    "MIDDLE_NAME",
    "NAME",
    "NICKNAME",
    "PHONE_NUMBER",
    "PHONE_NUMBER_VERIFIED",
    "PICTURE",
    "PREFERRED_USERNAME",
    "PROFILE",
    "UPDATED_AT",
    "WEBSITE",
    "ZONE_INFO",
];

/// Sign-in methods, and the answer that each stands for.
pub const SIGN_IN: [(&str, &str); 4] = [
    ("USERNAME", "username"),
    ("EMAIL", "email"),
    ("PHONE_NUMBER", "phone_number"),
    ("EMAIL_AND_PHONE_NUMBER", "email, phone_number"),
];

/// What a password must have.
pub const CHARACTERS: [(&str, &str); 4] = [
    ("REQUIRE_LOWERCASE", "Requires Lowercase"),
    ("REQUIRE_UPPERCASE", "Requires Uppercase"),
    ("REQUIRE_DIGIT", "Requires Numbers"),
    ("REQUIRE_SYMBOL", "Requires Symbols"),
];

/// Providers that an identity pool trusts.
pub const FEDERATION: [(&str, &str); 4] = [
    ("FACEBOOK", "graph.facebook.com"),
    ("GOOGLE", "accounts.google.com"),
    ("AMAZON", "www.amazon.com"),
    ("APPLE", "appleid.apple.com"),
];

/// Providers of the hosted pages.
pub const SOCIAL: [(&str, &str); 4] = [
    ("FACEBOOK", "Facebook"),
    ("GOOGLE", "Google"),
    ("LOGIN_WITH_AMAZON", "LoginWithAmazon"),
    ("SIGN_IN_WITH_APPLE", "SignInWithApple"),
];

const FEDERATED: Shape = Shape::Object(&[
    required("provider", Shape::Word(&["FACEBOOK", "GOOGLE", "AMAZON", "APPLE"]), ""),
    required("clientId", Shape::Text, "The app's id at the provider"),
]);

const GROUP: Shape = Shape::Object(&[required("groupName", Shape::Text, "Letters and digits, 128 at most")]);

const ADMIN_QUERIES: Shape = Shape::Object(&[required(
    "permissions",
    Shape::Switch(
        "restrictAccess",
        &[field("groupName", Shape::Text, "Of no use without a restriction")],
        &[required("groupName", Shape::Text, "The group that may use the API")],
    ),
    "With `restrictAccess` one group only may use the API, without it everybody who is signed in",
)]);

const MFA_SETTINGS: [Field; 2] = [
    required("mfaTypes", Shape::Words(&["SMS", "TOTP"]), ""),
    field("smsMessage", Shape::Text, "With `{####}`, where the code goes"),
];

const MFA: Shape = Shape::Kinds("mode", &[(&["OFF"], &[]), (&["ON", "OPTIONAL"], &MFA_SETTINGS)]);

const PASSWORDS: Shape = Shape::Object(&[
    field("minimumLength", Shape::Count, "6 to 98"),
    field(
        "additionalConstraints",
        Shape::Words(&["REQUIRE_LOWERCASE", "REQUIRE_UPPERCASE", "REQUIRE_DIGIT", "REQUIRE_SYMBOL"]),
        "",
    ),
]);

const CLIENT: [Field; 2] = [required("clientId", Shape::Text, ""), required("clientSecret", Shape::Text, "")];

const SOCIAL_CLIENT: Shape = Shape::Kinds(
    "provider",
    &[
        (&["FACEBOOK", "GOOGLE", "LOGIN_WITH_AMAZON"], &CLIENT),
        (
            &["SIGN_IN_WITH_APPLE"],
            &[
                required("clientId", Shape::Text, "The services id"),
                required("teamId", Shape::Text, ""),
                required("keyId", Shape::Text, ""),
                field("privateKey", Shape::Text, "In an update it can be left out, and stays"),
            ],
        ),
    ],
);

const GRANT: Shape = Shape::Word(&["CODE", "IMPLICIT"]);
const SCOPES: Shape = Shape::Words(&["PHONE", "EMAIL", "OPENID", "PROFILE", "AWS.COGNITO.SIGNIN.USER.ADMIN"]);

const PAGES: Shape = Shape::Object(&[
    field("domainPrefix", Shape::Text, "Lower-case letters, digits and inner hyphens, 62 at most"),
    required("redirectSigninURIs", Shape::Texts, "Each with a slash at its end"),
    required("redirectSignoutURIs", Shape::Texts, "Each with a slash at its end"),
    required("oAuthGrantType", GRANT, ""),
    required("oAuthScopes", SCOPES, ""),
    field("socialProviderConfigurations", Shape::List(&SOCIAL_CLIENT), ""),
]);

const CHANGED_PAGES: Shape = Shape::Object(&[
    field("domainPrefix", Shape::Text, "Lower-case letters, digits and inner hyphens, 62 at most"),
    field("redirectSigninURIs", Shape::Texts, "Each with a slash at its end"),
    field("redirectSignoutURIs", Shape::Texts, "Each with a slash at its end"),
    field("oAuthGrantType", GRANT, ""),
    field("oAuthScopes", SCOPES, ""),
    field("socialProviderConfigurations", Shape::List(&SOCIAL_CLIENT), "Without it the providers stay"),
]);

const VERIFIED: Shape = Shape::List(&Shape::Kinds(
    "type",
    &[
        (&["EMAIL"], &[field("verificationMessage", Shape::Text, ""), field("verificationSubject", Shape::Text, "")]),
        (&["PHONE_NUMBER"], &[field("verificationMessage", Shape::Text, "")]),
    ],
));

const RECOVERY: Shape = Shape::Kinds(
    "deliveryMethod",
    &[
        (&["EMAIL"], &[field("emailMessage", Shape::Text, ""), field("emailSubject", Shape::Text, "")]),
        (&["SMS"], &[field("smsMessage", Shape::Text, "")]),
    ],
);

/// The fields of a user pool that both commands take, with the one that differs between versions at the end.
macro_rules! pool {
    ($pages:expr, $last:expr $(, $own:expr)*) => {
        Shape::Object(&[
            $($own,)*
            field("userPoolGroups", Shape::List(&GROUP), "In their order of precedence"),
            field("adminQueries", ADMIN_QUERIES, "An API for the app's own administrators"),
            field("mfa", MFA, ""),
            field("passwordPolicy", PASSWORDS, ""),
            field("refreshTokenPeriod", Shape::Count, "Days, 1 to 3650"),
            field("readAttributes", Shape::Words(&READABLE), ""),
            field("writeAttributes", Shape::Words(&ATTRIBUTES), ""),
            field("oAuth", $pages, "Cognito's own sign-in pages"),
            $last,
        ])
    };
}

macro_rules! new_pool {
    ($last:expr) => {
        pool!(
            PAGES,
            $last,
            required("signinMethod", Shape::Word(&["USERNAME", "EMAIL", "PHONE_NUMBER", "EMAIL_AND_PHONE_NUMBER"]), ""),
            required("requiredSignupAttributes", Shape::Words(&ATTRIBUTES), ""),
            field("userPoolName", Shape::Text, "")
        )
    };
}

macro_rules! add {
    ($last:expr) => {
        &[
            required("resourceName", Shape::Text, "Letters and digits, 128 at most"),
            required(
                "serviceConfiguration",
                Shape::Object(&[
                    required("serviceName", Shape::Word(&["Cognito"]), ""),
                    required("includeIdentityPool", Shape::Flag, ""),
                    field(
                        "identityPoolConfiguration",
                        Shape::Object(&[
                            field("identityPoolName", Shape::Text, ""),
                            field("unauthenticatedLogin", Shape::Flag, ""),
                            field("identitySocialFederation", Shape::List(&FEDERATED), ""),
                        ]),
                        "Only with an identity pool",
                    ),
                    required("userPoolConfiguration", new_pool!($last), ""),
                ]),
                "",
            ),
        ]
    };
}

macro_rules! update {
    ($last:expr) => {
        &[required(
            "serviceModification",
            Shape::Object(&[
                required("serviceName", Shape::Word(&["Cognito"]), ""),
                required(
                    "userPoolModification",
                    pool!(CHANGED_PAGES, $last),
                    "A field that is given replaces the old one, what is left out stays, and an empty `oAuth` takes the pages \
                     away",
                ),
                field("includeIdentityPool", Shape::Flag, ""),
                field(
                    "identityPoolModification",
                    Shape::Object(&[
                        field("unauthenticatedLogin", Shape::Flag, ""),
                        field("identitySocialFederation", Shape::List(&FEDERATED), ""),
                    ]),
                    "Only with an identity pool",
                ),
            ]),
            "",
        )]
    };
}

/// What `add` takes.
pub const ADD: Versions = Versions(&[
    (1, add!(field("passwordRecovery", RECOVERY, ""))),
    (2, add!(field("autoVerifiedAttributes", VERIFIED, ""))),
]);

/// What `update` takes.
pub const UPDATE: Versions = Versions(&[
    (1, update!(field("passwordRecovery", RECOVERY, ""))),
    (2, update!(field("autoVerifiedAttributes", VERIFIED, ""))),
]);

/// What a word of a payload stands for.
pub fn meaning(known: &[(&'static str, &'static str)], word: &str) -> &'static str {
    known.iter().find(|(each, _)| *each == word).map_or("", |(_, meaning)| meaning)
}
