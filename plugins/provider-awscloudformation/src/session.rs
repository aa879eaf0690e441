//! Clients that sign with an environment's credentials, for its region, and whose account they speak for.

use aws_config::{
    BehaviorVersion, Region, SdkConfig, profile::ProfileFileCredentialsProvider, provider_config::ProviderConfig,
    retry::RetryConfig,
};
use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider},
};
use aws_smithy_http_client::{
    Builder, Connector,
    proxy::ProxyConfig,
    tls::{Provider, rustls_provider::CryptoMode},
};
use serde::Deserialize;

use crate::{access::Access, app::Apps, error::Error, failure::failed};

/// How often a call is tried. CloudFormation throttles early, and a push must live through it.
const ATTEMPTS: u32 = 6;

/// The services, ready to be called.
#[derive(Clone)]
pub(crate) struct Session {
    /// The Amplify service; none where the region's partition lacks it.
    pub apps: Option<Apps>,
    pub cloudformation: aws_sdk_cloudformation::Client,
    pub s3: aws_sdk_s3::Client,
    pub ssm: aws_sdk_ssm::Client,
    pub sts: aws_sdk_sts::Client,
    pub region: String,
    /// CloudFormation is asked at an address of its own: a stand-in answers.
    pub stand_in: bool,
}

/// Who the credentials speak for.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub account: String,
    pub arn: String,
}

/// The file in which the original keeps a key pair.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyFile {
    access_key_id: String,
    secret_access_key: String,
}

impl Session {
    /// Prepares the clients; nothing is called yet. Without a region the environment's or the profile's is taken.
    pub async fn open(access: &Access, region: Option<&str>) -> Result<Self, Error> {
        let http = http_client();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http.clone())
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS));
        if let Some(region) = region {
            loader = loader.region(Region::new(region.to_owned()));
        }
        if let Access::Profile(name) = access {
            loader = loader.profile_name(name);
        }
        let config = loader.load().await;
        let Some(region) = config.region().cloned() else { return Err(Error::NoRegion) };
        let config = match access {
            Access::Chain => config,
            Access::Profile(name) => {
                // The chain would take keys of the environment first: another account than the one that was chosen.
                let provider = ProviderConfig::default().with_http_client(http).with_region(Some(region.clone()));
                let profile = ProfileFileCredentialsProvider::builder().configure(&provider).profile_name(name).build();
                with_credentials(config, profile)
            }
            Access::KeyFile(path) => {
                let bytes = fs_err::read(path).map_err(|error| Error::KeyFile { cause: error.to_string() })?;
                let keys: KeyFile = serde_json::from_slice(&bytes)
                    .map_err(|_| Error::KeyFile { cause: format!("`{}` holds no key pair", path.display()) })?;
                with_credentials(
                    config,
                    Credentials::new(keys.access_key_id, keys.secret_access_key, None, None, "amplify"),
                )
            }
        };
        let elsewhere = |service| config.endpoint_url().is_some() || own_endpoint(&config, service);
        // Stand-ins for S3 answer at one address and know no host name for each bucket.
        let path_style = elsewhere("S3");
        let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(path_style).build();
        Ok(Self {
            apps: Apps::new(&config, region.as_ref()),
            cloudformation: aws_sdk_cloudformation::Client::new(&config),
            s3: aws_sdk_s3::Client::from_conf(s3),
            ssm: aws_sdk_ssm::Client::new(&config),
            sts: aws_sdk_sts::Client::new(&config),
            region: region.to_string(),
            stand_in: elsewhere("CloudFormation"),
        })
    }

    /// Asks whose credentials these are.
    pub async fn identity(&self) -> Result<Identity, Error> {
        let reply = self.sts.get_caller_identity().send().await.map_err(failed("GetCallerIdentity"))?;
        Ok(Identity {
            account: reply.account().unwrap_or_default().to_owned(),
            arn: reply.arn().unwrap_or_default().to_owned(),
        })
    }

    /// The same, but fails if they speak for another account than the one the environment was made in. Its stack's id
    /// names that account.
    pub async fn identity_for(&self, environment: &str, stack_id: Option<&str>) -> Result<Identity, Error> {
        let identity = self.identity().await?;
        match stack_id.and_then(account_of) {
            Some(recorded) if recorded != identity.account => Err(Error::OtherAccount {
                environment: environment.to_owned(),
                recorded: recorded.to_owned(),
                found: identity.account,
                arn: identity.arn,
            }),
            _ => Ok(identity),
        }
    }
}

fn with_credentials(config: SdkConfig, credentials: impl ProvideCredentials + 'static) -> SdkConfig {
    config.into_builder().credentials_provider(SharedCredentialsProvider::new(credentials)).build()
}

/// The account in `arn:aws:cloudformation:<region>:<account>:stack/...`.
fn account_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|account| !account.is_empty())
}

/// Whether the environment or the profile gives a service an address of its own.
fn own_endpoint(config: &SdkConfig, service: &'static str) -> bool {
    use aws_types::service_config::ServiceConfigKey;
    let key = ServiceConfigKey::builder().service_id(service).env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
    let (Some(services), Ok(key)) = (config.service_config(), key) else { return false };
    services.load_config(key).is_some()
}

/// TLS by rustls on ring, with the system's certificates and the proxies that the environment names.
fn http_client() -> aws_sdk_s3::config::SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut builder = Connector::builder();
        builder = builder.proxy_config(ProxyConfig::from_env());
        if let Some(settings) = settings {
            builder = builder.connector_settings(settings.clone());
        }
        if let Some(sleep) = components.and_then(|components| components.sleep_impl()) {
            builder = builder.sleep_impl(sleep);
        }
        builder.tls_provider(Provider::Rustls(CryptoMode::Ring)).build()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stacks_id_names_its_account() {
        let id = "arn:aws:cloudformation:eu-west-1:123456789012:stack/amplify-shop-dev-1/ab-cd";
        assert_eq!(account_of(id), Some("123456789012"));
        assert_eq!(account_of("amplify-shop-dev-1"), None);
        assert_eq!(account_of("arn:aws:s3:::bucket"), None);
    }
}
