//! The credentials of a session: taken from where the environment says, and looked at once before anything begins.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use aws_config::{
    SdkConfig,
    profile::{ProfileFileCredentialsProvider, ProfileSet},
    provider_config::ProviderConfig,
};
use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider, future},
};
use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};

use crate::{access::Access, access_error::AccessError, error::Error, failure, keys::KeyPair, machine::Machine, mfa};

/// With less left than this, a push that takes the usual time would lose its credentials.
const LEAST: Duration = Duration::from_secs(300);

/// Where credentials come from that nobody needs to fetch.
const KEYS: &str = "amplify";

/// The configuration with the credentials of an environment. Fails if they are not there or over.
pub(crate) async fn sign_in(
    machine: &Machine,
    access: &Access,
    profiles: &ProfileSet,
    config: SdkConfig,
) -> Result<SdkConfig, Error> {
    let provider = provider(machine, access, profiles, &config).await?;
    let Some(provider) = provider.or_else(|| config.credentials_provider()) else {
        return Err(Error::NoCredentials { causes: Vec::new() });
    };
    let first = provider.provide_credentials().await.map_err(|error| failure::unsigned(&error))?;
    if first.expiry().is_some_and(|ends| ends <= SystemTime::now()) {
        return Err(Error::Expired { operation: "signing in", message: "what was found is over already".into() });
    }
    let provider = Looked { first: Mutex::new(Some(first)), provider };
    Ok(config.into_builder().credentials_provider(SharedCredentialsProvider::new(provider)).build())
}

/// When keys of the variables end, which nobody renews. Programs that sign in say so beside them.
pub(crate) fn keys_end(machine: &Machine, access: &Access) -> Option<DateTime> {
    let used = matches!(access, Access::Chain) && machine.holds_keys();
    let text = machine.variable("AWS_CREDENTIAL_EXPIRATION").filter(|_| used)?;
    DateTime::from_str(&text, DateTimeFormat::DateTimeWithOffset).ok()
}

/// Fails if they end before a push could be through.
pub(crate) fn last(ends: Option<DateTime>, now: SystemTime) -> Result<(), Error> {
    let Some(ends) = ends else { return Ok(()) };
    match ends.secs() - DateTime::from(now).secs() {
        ..=0 => Err(Error::Expired { operation: "signing in", message: "AWS_CREDENTIAL_EXPIRATION is over".into() }),
        left if left < LEAST.as_secs().cast_signed() => Err(Error::ExpiresSoon { seconds: left.unsigned_abs() }),
        _ => Ok(()),
    }
}

/// The one that was chosen; `None` for the SDK's chain.
async fn provider(
    machine: &Machine,
    access: &Access,
    profiles: &ProfileSet,
    config: &SdkConfig,
) -> Result<Option<SharedCredentialsProvider>, Error> {
    let profile = profiles.selected_profile();
    Ok(match access {
        Access::Chain if !machine.holds_keys() && mfa::is_wanted(profiles, profile) => {
            Some(mfa::provider(machine, profiles, profile, config).await?)
        }
        Access::Chain => None,
        Access::Profile(name) if profiles.get_profile(name).is_none() => {
            let mut known: Vec<String> = profiles.profiles().map(str::to_owned).collect();
            known.sort();
            return Err(AccessError::ProfileMissing { name: name.clone(), known }.into());
        }
        // The chain would take keys of the environment first: another account than the one that was chosen.
        Access::Profile(name) => Some(mfa::provider(machine, profiles, name, config).await?),
        Access::KeyFile(file) => Some(of_keys(&KeyPair::read(file)?)),
        Access::Keys(pair) => Some(of_keys(pair)),
    })
}

fn of_keys(pair: &KeyPair) -> SharedCredentialsProvider {
    SharedCredentialsProvider::new(Credentials::new(&pair.access_key_id, &pair.secret_access_key, None, None, KEYS))
}

/// The SDK's own way for a profile.
pub(crate) fn of_profile(name: &str, config: &SdkConfig) -> SharedCredentialsProvider {
    let mut settings = ProviderConfig::default().with_region(config.region().cloned());
    if let Some(http) = config.http_client() {
        settings = settings.with_http_client(http);
    }
    let provider = ProfileFileCredentialsProvider::builder().configure(&settings).profile_name(name).build();
    SharedCredentialsProvider::new(provider)
}

/// Hands out the credentials that were looked at, and then goes on asking: a program or a sign-on is called once.
struct Looked {
    first: Mutex<Option<Credentials>>,
    provider: SharedCredentialsProvider,
}

impl fmt::Debug for Looked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Looked(hidden)")
    }
}

impl ProvideCredentials for Looked {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        match self.first.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(first) => future::ProvideCredentials::ready(Ok(first)),
            None => self.provider.provide_credentials(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_end_soon_are_told_before_anything_begins() {
        let with = |text| {
            let keys =
                [("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "s"), ("AWS_CREDENTIAL_EXPIRATION", text)];
            Machine::with(&keys)
        };
        let ends = keys_end(&with("2030-01-01T10:00:00+00:00"), &Access::Chain);
        assert_eq!(ends, keys_end(&with("2030-01-01T12:00:00+02:00"), &Access::Chain));
        let at = |left: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(ends.unwrap().secs().unsigned_abs() - left);
        assert!(last(ends, at(301)).is_ok());
        let soon = last(ends, at(200)).unwrap_err();
        assert_eq!((soon.code(), soon.to_string().contains("3 minutes")), ("credentials-expiring", true), "{soon}");
        assert_eq!(last(ends, at(0)).unwrap_err().code(), "credentials-expired");
        // Nobody knows, or they are not used.
        assert_eq!(keys_end(&with("soon"), &Access::Chain), None);
        assert_eq!(keys_end(&with("2030-01-01T10:00:00Z"), &Access::Profile("work".into())), None);
        let alone = Machine::with(&[("AWS_CREDENTIAL_EXPIRATION", "2030-01-01T10:00:00Z")]);
        assert_eq!(keys_end(&alone, &Access::Chain), None);
        assert!(last(None, at(0)).is_ok());
    }
}
