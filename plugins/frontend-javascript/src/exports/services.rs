//! The keys of each service, predictions aside.

use amplify_sdk::JsonMap;
use serde_json::{Value, json};

use super::{insert, resource::Resource};

/// Adds the keys of a service. A service that apps need to know nothing about adds none.
pub fn add(object: &mut JsonMap, service: &str, resources: &[Resource<'_>], region: Option<&str>) {
    let Some(first) = resources.first() else { return };
    let region = || region.map(Value::from);
    let mut set = |key: &str, value: Option<Value>| insert(object, key, value);
    match service {
        "Cognito" => {
            set("aws_cognito_identity_pool_id", first.get("IdentityPoolId"));
            set("aws_cognito_region", region());
            set("aws_user_pools_id", first.get("UserPoolId"));
            set("aws_user_pools_web_client_id", first.get("AppClientIDWeb"));
            set("oauth", Some(oauth(first, region()).into()));
            set("federationTarget", federation_target(first).map(Value::from));
        }
        "S3" => {
            set("aws_user_files_s3_bucket", first.get("BucketName"));
            set("aws_user_files_s3_bucket_region", first.get("Region"));
        }
        "AppSync" => {
            set("aws_appsync_graphqlEndpoint", first.get("GraphQLAPIEndpointOutput"));
            set("aws_appsync_region", region());
            set("aws_appsync_authenticationType", Some(authentication_type(first)));
            set("aws_appsync_apiKey", first.text("GraphQLAPIKeyOutput").map(Value::from));
        }
        "API Gateway" => {
            let apis = each(resources, &["name", "endpoint", "region"], |api| {
                [api.get("ApiName"), api.get("RootUrl"), region()]
            });
            set("aws_cloud_logic_custom", Some(apis));
        }
        "Pinpoint" => {
            set("aws_mobile_analytics_app_id", first.get("Id"));
            set("aws_mobile_analytics_app_region", first.get("Region"));
        }
        "DynamoDB" => {
            set("aws_dynamodb_all_tables_region", region());
            let tables = each(resources, &["tableName", "region"], |table| [table.get("Name"), table.get("Region")]);
            set("aws_dynamodb_table_schemas", Some(tables));
        }
        "S3AndCloudFront" => {
            set("aws_content_delivery_bucket", first.get("HostingBucketName"));
            set("aws_content_delivery_bucket_region", first.get("Region"));
            let url = first.text("CloudFrontSecureURL").map(Value::from).or_else(|| first.get("WebsiteURL"));
            set("aws_content_delivery_url", url);
        }
        "Lex" => {
            set("aws_bots", Some("enable".into()));
            let bots = each(resources, &["name", "alias", "region"], |bot| {
                [bot.get("BotName"), Some("$LATEST".into()), bot.get("Region")]
            });
            set("aws_bots_config", Some(bots));
        }
        "Sumerian" => {
            let mut scenes = JsonMap::new();
            for resource in resources {
                let mut config = resource.output.clone();
                config.shift_remove("service");
                scenes.insert(resource.name.into(), json!({ "sceneConfig": config }));
            }
            set("XR", Some(json!({ "scenes": scenes })));
        }
        _ => {}
    }
}

/// One object for each resource, with the keys given.
fn each<const N: usize>(
    resources: &[Resource<'_>],
    keys: &[&str; N],
    values: impl Fn(&Resource<'_>) -> [Option<Value>; N],
) -> Value {
    let object = |resource: &Resource<'_>| {
        let mut object = JsonMap::new();
        for (key, value) in keys.iter().zip(values(resource)) {
            insert(&mut object, key, value);
        }
        Value::Object(object)
    };
    resources.iter().map(object).collect()
}

fn oauth(auth: &Resource<'_>, region: Option<Value>) -> JsonMap {
    let mut oauth = JsonMap::new();
    if let (Some(domain), Some(Value::String(region))) = (auth.text("HostedUIDomain"), region) {
        oauth.insert("domain".into(), format!("{domain}.auth.{region}.amazoncognito.com").into());
    }
    let Some(metadata) = oauth_metadata(auth) else { return oauth };
    let joined = |key: &str| {
        let urls = metadata.get(key)?.as_array()?;
        Some(Value::from(urls.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")))
    };
    insert(&mut oauth, "scope", metadata.get("AllowedOAuthScopes").cloned());
    insert(&mut oauth, "redirectSignIn", joined("CallbackURLs"));
    insert(&mut oauth, "redirectSignOut", joined("LogoutURLs"));
    let flow = metadata.get("AllowedOAuthFlows").and_then(|flows| flows.get(0)).and_then(Value::as_str);
    insert(&mut oauth, "responseType", flow.map(|flow| if flow == "implicit" { "token" } else { flow }.into()));
    oauth
}

fn oauth_metadata(auth: &Resource<'_>) -> Option<JsonMap> {
    serde_json::from_str(auth.text("OAuthMetadata")?).ok()
}

fn federation_target(auth: &Resource<'_>) -> Option<&'static str> {
    let clients = ["GoogleWebClient", "FacebookWebClient", "AmazonWebClient"];
    let identity_pool = clients.into_iter().any(|client| auth.text(client).is_some());
    match (oauth_metadata(auth).is_some(), identity_pool) {
        (true, true) => Some("COGNITO_USER_AND_IDENTITY_POOLS"),
        (true, false) => Some("COGNITO_USER_POOLS"),
        (false, true) => Some("COGNITO_IDENTITY_POOLS"),
        (false, false) => None,
    }
}

fn authentication_type(api: &Resource<'_>) -> Value {
    let by_config = || {
        let config = api.output.get("authConfig")?;
        config.pointer("/defaultAuthentication/authenticationType")?.as_str()
    };
    api.text("securityType").or_else(by_config).unwrap_or_default().into()
}
