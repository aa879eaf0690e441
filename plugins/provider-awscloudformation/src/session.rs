//! Clients that sign with an environment's credentials, for its region, and whose account they speak for.

use amplify_sdk::Context;
use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig};
use aws_sdk_s3::primitives::DateTime;

use crate::{
    access::Access,
    access_error::AccessError,
    app::Apps,
    credentials,
    error::Error,
    failure::failed,
    machine::Machine,
    mfa, network,
    patience::{self, Patience},
};

/// The services, ready to be called.
#[derive(Clone)]
pub(crate) struct Session {
    /// The Amplify service; none where the region's partition lacks it.
    pub apps: Option<Apps>,
    pub cloudformation: aws_sdk_cloudformation::Client,
    pub dynamodb: aws_sdk_dynamodb::Client,
    pub s3: aws_sdk_s3::Client,
    pub ssm: aws_sdk_ssm::Client,
    pub sts: aws_sdk_sts::Client,
    pub region: String,
    /// When its keys end, if nobody renews them.
    pub ends: Option<DateTime>,
    /// CloudFormation is asked at an address of its own: a stand-in answers.
    pub stand_in: bool,
}

/// Who the credentials speak for.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub account: String,
    pub arn: String,
}

impl Session {
    /// Signs in and prepares the clients. Without a region that of the keys, the environment or the profile is taken.
    pub async fn open(access: &Access, region: Option<&str>) -> Result<Self, Error> {
        let machine = Machine::real();
        let chosen = match access {
            Access::Profile(name) => Some(name.as_str()),
            _ => None,
        };
        let profiles = machine.profiles(chosen).await?;
        let http = network::client(&machine, profiles.get_profile(profiles.selected_profile()))?;
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http)
            .retry_config(RetryConfig::standard().with_max_attempts(patience::LOST));
        if let Some(region) = region.map(str::to_owned).or(access.region()?) {
            loader = loader.region(Region::new(region));
        }
        if let Some(name) = chosen {
            loader = loader.profile_name(name);
        }
        let config = loader.load().await;
        let Some(region) = config.region().cloned() else { return Err(Error::NoRegion) };
        let config = credentials::sign_in(&machine, access, &profiles, config).await?;
        let elsewhere = |service| config.endpoint_url().is_some() || own_endpoint(&config, service);
        // Stand-ins for S3 answer at one address and know no host name for each bucket.
        let path_style = elsewhere("S3");
        let retries = || RetryConfig::standard().with_max_attempts(patience::THROTTLED);
        let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(path_style);
        let cloudformation = aws_sdk_cloudformation::config::Builder::from(&config);
        let dynamodb = aws_sdk_dynamodb::config::Builder::from(&config);
        let ssm = aws_sdk_ssm::config::Builder::from(&config);
        let sts = aws_sdk_sts::config::Builder::from(&config);
        Ok(Self {
            apps: Apps::new(&config, region.as_ref()),
            cloudformation: aws_sdk_cloudformation::Client::from_conf(
                cloudformation.retry_config(retries()).interceptor(Patience).build(),
            ),
            dynamodb: aws_sdk_dynamodb::Client::from_conf(
                dynamodb.retry_config(retries()).interceptor(Patience).build(),
            ),
            s3: aws_sdk_s3::Client::from_conf(s3.retry_config(retries()).interceptor(Patience).build()),
            ssm: aws_sdk_ssm::Client::from_conf(ssm.retry_config(retries()).interceptor(Patience).build()),
            sts: aws_sdk_sts::Client::from_conf(sts.retry_config(retries()).interceptor(Patience).build()),
            region: region.to_string(),
            ends: credentials::keys_end(&machine, access),
            stand_in: elsewhere("CloudFormation"),
        })
    }

    /// The same after questions that must not come again: a token that a role wants is asked here.
    pub async fn asking(context: &mut Context<'_>, access: &Access, region: Option<&str>) -> Result<Self, Error> {
        for _ in 0..mfa::TOKENS {
            match Self::open(access, region).await {
                Err(Error::Access(AccessError::TokenNeeded(challenge))) => challenge.answer(context).await?,
                other => return other,
            }
        }
        Self::open(access, region).await
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
