//! Identity providers: of the identity pool, and of the hosted pages.

use amplify_sdk::testing::Host;
use serde_json::{Value, json};

use crate::{RESOURCE, parsed, plugin, project, settings, template, with_auth};

/// A project whose hosted pages offer a provider.
fn with_social(provider: &str) -> Host {
    let mut host = project();
    let added = social(project(), provider).defaults().run(&plugin(), "add", &[]);
    host.apply(&added);
    host
}

fn social(host: Host, provider: &str) -> Host {
    host.answer("auth.useDefault", "defaultSocial")
        .answer("auth.newCallbackURLs", json!(["https://shop.example/"]))
        .answer("auth.newLogoutURLs", json!(["https://shop.example/"]))
        .answer("auth.authProvidersUserPool", json!([provider]))
        .answer("auth.googleAppIdUserPool", "google-1")
        .answer("auth.googleAppSecretUserPool", "hush-1")
        .answer("auth.signinwithappleClientIdUserPool", "com.example.shop")
        .answer("auth.signinwithappleTeamIdUserPool", "TEAM")
        .answer("auth.signinwithappleKeyIdUserPool", "KEY")
        .answer(
            "auth.signinwithapplePrivateKeyUserPool",
            "-----BEGIN PRIVATE KEY-----\\nhush\\n-----END PRIVATE KEY-----",
        )
}

fn values(host: &Host) -> Value {
    host.view().environment.as_ref().unwrap().values["auth"][RESOURCE].clone()
}

#[test]
fn apple_has_an_id_a_team_a_key_and_a_secret() {
    let outcome = social(project(), "SignInWithApple").defaults().run(&plugin(), "add", &[]);
    let provider = &template(&outcome)["Resources"]["SignInWithAppleIdentityProvider"]["Properties"];
    assert_eq!(provider["ProviderType"], "SignInWithApple");
    assert_eq!(
        provider["ProviderDetails"],
        json!({
            "client_id": { "Ref": "signinwithappleClientIdUserPool" },
            "team_id": { "Ref": "signinwithappleTeamIdUserPool" },
            "key_id": { "Ref": "signinwithappleKeyIdUserPool" },
            "private_key": { "Ref": "signinwithapplePrivateKeyUserPool" },
            "authorize_scopes": "email"
        })
    );
    assert_eq!(template(&outcome)["Parameters"]["signinwithapplePrivateKeyUserPool"]["NoEcho"], true);
    let [secret] = outcome.changes().secrets.as_slice() else { panic!("one secret") };
    assert_eq!((secret.key.as_str(), secret.value.as_str()), ("signinwithapplePrivateKeyUserPool", "hush"));
    let values: Vec<&str> = outcome.changes().environment.iter().map(|value| value.key.as_str()).collect();
    assert_eq!(
        values,
        ["signinwithappleClientIdUserPool", "signinwithappleTeamIdUserPool", "signinwithappleKeyIdUserPool"]
    );
}

/// A manual configuration whose identity pool trusts providers.
fn trusting(frontend: &str, providers: Value) -> Host {
    let mut view = project().view().clone();
    view.frontend = frontend.into();
    Host::new()
        .project(view)
        .answer("auth.useDefault", "manual")
        .answer("auth.userPoolGroups", "no")
        .answer("auth.adminQueries", "no")
        .answer("auth.hostedUI", "no")
        .answer("auth.authProviders", providers)
        .answer("auth.facebookAppId", "facebook-1")
        .answer("auth.googleClientId", "google-web")
        .answer("auth.googleIos", "google-ios")
        .answer("auth.amazonAppId", "amazon-1")
        .answer("auth.appleAppId", "com.example.shop")
        .defaults()
}

#[test]
fn an_identity_pool_trusts_what_was_chosen() {
    let all = json!(["graph.facebook.com", "accounts.google.com", "www.amazon.com", "appleid.apple.com"]);
    let outcome = trusting("javascript", all).run(&plugin(), "add", &[]);
    let template = template(&outcome);
    assert_eq!(
        template["Resources"]["IdentityPool"]["Properties"]["SupportedLoginProviders"],
        json!({
            "graph.facebook.com": { "Ref": "facebookAppId" },
            "accounts.google.com": { "Ref": "googleClientId" },
            "www.amazon.com": { "Ref": "amazonAppId" },
            "appleid.apple.com": { "Ref": "appleAppId" }
        })
    );
    for output in ["FacebookWebClient", "GoogleWebClient", "AmazonWebClient"] {
        assert!(template["Outputs"][output].is_object(), "{output}");
    }
    assert!(!outcome.keys().contains(&"auth.googleIos"));
}

#[test]
fn an_app_for_a_phone_has_two_ids_at_google() {
    let outcome = trusting("ios", json!(["accounts.google.com"])).run(&plugin(), "add", &[]);
    let template = template(&outcome);
    let provider = &template["Resources"]["GoogleOpenIdProvider"];
    assert_eq!(provider["Properties"]["ClientIdList"], json!([{ "Ref": "googleClientId" }, { "Ref": "googleIos" }]));
    let pool = &template["Resources"]["IdentityPool"]["Properties"];
    assert!(pool.get("SupportedLoginProviders").is_none(), "{pool}");
    assert_eq!(pool["OpenIdConnectProviderARNs"][0]["Fn::If"][2], json!({ "Ref": "googleOpenIdProviderArn" }));
    assert!(template["Outputs"]["GoogleIOSClient"].is_object());
    assert_eq!(settings(&outcome)["googleNativeIds"], json!(["googleIos"]));
    let given: Vec<&str> = outcome.changes().environment.iter().map(|value| value.key.as_str()).collect();
    assert_eq!(given, ["googleClientId", "googleIos"]);
}

#[test]
fn ids_and_secrets_that_are_there_can_stay() {
    let host = with_social("Google");
    assert_eq!(values(&host)["googleAppIdUserPool"], "google-1");
    let mut view = host.view().clone();
    // What the host notes of secrets that it handed to the provider.
    view.environment.as_mut().unwrap().values["auth"][RESOURCE]["secretNames"] = json!(["googleAppSecretUserPool"]);
    let there = || with_social("Google").project(view.clone());
    let outcome = there().answer("auth.updateFlow", "providers").defaults().run(&plugin(), "update", &[]);
    assert!(outcome.changes().secrets.is_empty() && outcome.changes().environment.is_empty());

    let outcome = there()
        .answer("auth.updateFlow", "providers")
        .answer("auth.authProvidersUserPool", json!([]))
        .defaults()
        .run(&plugin(), "update", &[]);
    assert!(template(&outcome)["Resources"].get("GoogleIdentityProvider").is_none());
    assert_eq!(outcome.changes().environment[0].value, Value::Null);
    assert_eq!(outcome.changes().secrets[0].value, "", "an empty one is forgotten");
}

#[test]
fn the_hosted_pages_go_with_all_that_hangs_on_them() {
    for (flow, answers) in [("default", json!({})), ("manual", json!({ "hostedUI": "no", "thirdPartyAuth": "no" }))] {
        let mut host = with_social("Google").answer("auth.updateFlow", flow);
        for (key, value) in answers.as_object().unwrap() {
            host = host.answer(&format!("auth.{key}"), value.clone());
        }
        let outcome = host.defaults().run(&plugin(), "update", &[]);
        let template = template(&outcome);
        for gone in ["UserPoolDomain", "GoogleIdentityProvider"] {
            assert!(template["Resources"].get(gone).is_none(), "{flow}: {gone}");
        }
        assert!(template["Parameters"].get("hostedUIDomainName").is_none(), "{flow}");
        let client = &template["Resources"]["UserPoolClientWeb"];
        assert!(client.get("DependsOn").is_none() && client["Properties"].get("CallbackURLs").is_none(), "{client}");
        let settings = settings(&outcome);
        for gone in ["hostedUIDomainName", "oAuthMetadata", "authProvidersUserPool", "hostedUIProviderMeta"] {
            assert!(settings.get(gone).is_none(), "{flow}: {gone}");
        }
    }
}

/// A project whose hosted pages the original's functions look after.
pub fn of_the_original() -> Host {
    let host = with_social("Google");
    let path = format!("amplify/backend/auth/{RESOURCE}/{RESOURCE}-cloudformation-template.yml");
    let mut template = parsed(&host.text(&path).unwrap());
    let resources = template["Resources"].as_object_mut().unwrap();
    resources.shift_remove("UserPoolDomain");
    resources.shift_remove("GoogleIdentityProvider");
    for id in ["HostedUICustomResource", "HostedUIProvidersCustomResourceInputs", "OAuthCustomResource"] {
        resources.insert(id.into(), json!({ "Type": "Custom::LambdaCallout", "Properties": {} }));
    }
    let mut view = host.view().clone();
    view.environment.as_mut().unwrap().values["auth"][RESOURCE] = json!({
        "hostedUIProviderCreds":
            r#"[{"ProviderName":"Google","client_id":"google-1","client_secret":"hush-1"}]"#
    });
    host.project(view).file(&path, template.to_string())
}

#[test]
fn the_originals_functions_get_what_they_take() {
    let outcome = of_the_original()
        .answer("auth.updateFlow", "providers")
        .answer("auth.authProvidersUserPool", json!(["Google", "Facebook"]))
        .answer("auth.facebookAppIdUserPool", "facebook-1")
        .answer("auth.facebookAppSecretUserPool", "hush-2")
        .defaults()
        .run(&plugin(), "update", &[]);
    let [secret] = outcome.changes().secrets.as_slice() else { panic!("{:?}", outcome.changes().secrets) };
    assert_eq!(secret.key, "hostedUIProviderCreds");
    let entries: Value = serde_json::from_str(&secret.value).unwrap();
    assert_eq!(entries[0], json!({ "ProviderName": "Facebook", "client_id": "facebook-1", "client_secret": "hush-2" }));
    assert_eq!(entries[1], json!({ "ProviderName": "Google", "client_id": "google-1", "client_secret": "hush-1" }));
    let [gone] = outcome.changes().environment.as_slice() else { panic!("{:?}", outcome.changes().environment) };
    assert_eq!(
        (gone.key.as_str(), &gone.value),
        ("hostedUIProviderCreds", &Value::Null),
        "no longer in a tracked file"
    );

    let outcome = of_the_original().answer("auth.updateFlow", "default").defaults().run(&plugin(), "update", &[]);
    let left = template(&outcome)["Resources"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert!(!left.iter().any(|id| id.starts_with("HostedUI") || id.starts_with("OAuth")), "{left:?}");
}

#[test]
fn an_identity_pool_can_be_given_up() {
    let outcome = with_auth()
        .answer("auth.updateFlow", "manual")
        .answer("auth.authSelections", "userPoolOnly")
        .defaults()
        .run(&plugin(), "update", &[]);
    let template = template(&outcome);
    assert!(template["Resources"].get("IdentityPool").is_none());
    assert!(settings(&outcome).get("identityPoolName").is_none());
}
