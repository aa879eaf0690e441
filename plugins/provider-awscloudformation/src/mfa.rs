//! Roles that ask for the token of a device. The SDK assumes roles without one, so profiles with such a role in their chain
//! are signed in here. The session is kept as the original keeps it, so that the token is asked once an hour, not once a call.

use std::{
    collections::BTreeMap,
    fmt,
    path::PathBuf,
    pin::Pin,
    time::{Duration, SystemTime},
};

use amplify_sdk::prelude::*;
use aws_config::{
    SdkConfig,
    profile::{Profile, ProfileSet},
    sts::AssumeRoleProvider,
};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use serde::{Deserialize, Serialize};

use crate::{access_error::AccessError, credentials, error::Error, failure::failed, machine::Machine, private};

/// A session is used only if so much of it is left: a push may take a while.
const MARGIN: Duration = Duration::from_secs(300);

/// How many roles of a chain may each ask for a token.
pub(crate) const TOKENS: usize = 3;

/// How a role's session is called unless the profile says.
const SESSION: &str = "amplify";

/// Whether a profile, or one that it builds on, has a role that asks for a token.
pub(crate) fn is_wanted(profiles: &ProfileSet, name: &str) -> bool {
    let mut seen = vec![name];
    while let Some(profile) = seen.last().and_then(|name| profiles.get_profile(name)) {
        match role(profile) {
            Some(Role { serial: Some(_), .. }) => return true,
            Some(Role { source, .. }) if !seen.contains(&source) => seen.push(source),
            _ => return false,
        }
    }
    false
}

/// The role of a profile that builds on another one, or on its own keys.
struct Role<'p> {
    arn: &'p str,
    source: &'p str,
    serial: Option<&'p str>,
    session: Option<&'p str>,
    external_id: Option<&'p str>,
    seconds: Option<i32>,
}

fn role(profile: &Profile) -> Option<Role<'_>> {
    Some(Role {
        arn: profile.get("role_arn")?,
        source: profile.get("source_profile")?,
        serial: profile.get("mfa_serial"),
        session: profile.get("role_session_name"),
        external_id: profile.get("external_id"),
        seconds: profile.get("duration_seconds").and_then(|text| text.parse().ok()),
    })
}

type Found<'p> = Pin<Box<dyn Future<Output = Result<SharedCredentialsProvider, Error>> + 'p>>;

/// Signs in by a profile. Fails with [`AccessError::TokenNeeded`] where no session is left.
pub(crate) fn provider<'p>(
    machine: &'p Machine,
    profiles: &'p ProfileSet,
    name: &'p str,
    config: &'p SdkConfig,
) -> Found<'p> {
    Box::pin(async move {
        let whole = || credentials::of_profile(name, config);
        let profile = profiles.get_profile(name);
        let Some((profile, role)) = profile.and_then(|profile| Some((profile, role(profile)?))) else {
            return Ok(whole());
        };
        if !is_wanted(profiles, name) {
            return Ok(whole());
        }
        let base = match (role.source == name, keys(profile)) {
            (true, Some(keys)) => SharedCredentialsProvider::new(keys),
            // The SDK says what is wrong with a circle.
            (true, None) => return Ok(whole()),
            (false, _) => provider(machine, profiles, role.source, config).await?,
        };
        let session = role.session.unwrap_or(SESSION);
        let Some(serial) = role.serial else {
            let mut builder = AssumeRoleProvider::builder(role.arn).configure(config).session_name(session);
            if let Some(id) = role.external_id {
                builder = builder.external_id(id);
            }
            return Ok(SharedCredentialsProvider::new(builder.build_from_provider(base).await));
        };
        let sessions = Sessions { file: machine.store()?.join("cache.json") };
        if let Some(kept) = sessions.find(role.arn, session) {
            return Ok(SharedCredentialsProvider::new(kept));
        }
        Err(AccessError::TokenNeeded(Box::new(Challenge {
            profile: name.to_owned(),
            arn: role.arn.to_owned(),
            serial: serial.to_owned(),
            session: session.to_owned(),
            external_id: role.external_id.map(str::to_owned),
            seconds: role.seconds,
            client: {
                let config = config.to_builder().credentials_provider(base).build();
                aws_sdk_sts::Client::new(&config)
            },
            sessions,
        }))
        .into())
    })
}

fn keys(profile: &Profile) -> Option<Credentials> {
    let (id, secret) = (profile.get("aws_access_key_id")?, profile.get("aws_secret_access_key")?);
    let token = profile.get("aws_session_token").map(str::to_owned);
    Some(Credentials::new(id, secret, token, None, "profile"))
}

/// A role that waits for a token.
pub(crate) struct Challenge {
    profile: String,
    arn: String,
    serial: String,
    session: String,
    external_id: Option<String>,
    seconds: Option<i32>,
    client: aws_sdk_sts::Client,
    sessions: Sessions,
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Challenge({})", self.arn)
    }
}

impl Challenge {
    /// Asks for the token and keeps the session that it opens.
    pub async fn answer(self, context: &mut Context<'_>) -> Result<(), Error> {
        for text in [
            format!("Profile {} is configured to assume role", self.profile),
            format!("  {}", self.arn),
            "It requires MFA authentication. The MFA device is".to_owned(),
            format!("  {}", self.serial),
        ] {
            context.progress(&Progress::Message { text });
        }
        let six = Validation::pattern("[0-9]{6}", "The token is six digits");
        let question = Question::secret("aws.mfaToken", "Enter the MFA token code:").validation(six);
        let token = context.ask(question).map_err(AccessError::Host)?;
        // A stand-in opens no session.
        context.check_answered().map_err(AccessError::Host)?;
        let assume = self.client.assume_role().role_arn(&self.arn).role_session_name(&self.session);
        let assume = assume.set_external_id(self.external_id).set_duration_seconds(self.seconds);
        let assume = assume.serial_number(&self.serial).token_code(token.as_str().unwrap_or_default());
        let reply = assume.send().await.map_err(failed("AssumeRole"))?;
        let opened = reply.credentials.ok_or(Error::NoCredentials { causes: Vec::new() })?;
        self.sessions.keep(
            &self.arn,
            &self.session,
            Session {
                access_key_id: opened.access_key_id,
                secret_access_key: opened.secret_access_key,
                session_token: opened.session_token,
                expiration: opened.expiration.fmt(DateTimeFormat::DateTime).unwrap_or_default(),
            },
        )
    }
}

/// The sessions of roles, in the file of the original: by role, then by the session's name.
struct Sessions {
    file: PathBuf,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
    expiration: String,
}

type Kept = BTreeMap<String, BTreeMap<String, Session>>;

impl Sessions {
    fn read(&self) -> Kept {
        serde_json::from_slice(&fs_err::read(&self.file).unwrap_or_default()).unwrap_or_default()
    }

    fn find(&self, arn: &str, name: &str) -> Option<Credentials> {
        let session = self.read().remove(arn)?.remove(name)?;
        let ends = DateTime::from_str(&session.expiration, DateTimeFormat::DateTime).ok()?;
        let ends = SystemTime::try_from(ends).ok()?;
        let token = Some(session.session_token);
        (ends > SystemTime::now() + MARGIN)
            .then(|| Credentials::new(session.access_key_id, session.secret_access_key, token, Some(ends), "mfa"))
    }

    fn keep(&self, arn: &str, name: &str, session: Session) -> Result<(), Error> {
        let mut kept = self.read();
        kept.entry(arn.to_owned()).or_default().insert(name.to_owned(), session);
        let text = serde_json::to_vec_pretty(&kept).map_err(|error| Error::File(error.into()))?;
        Ok(private::write(&self.file, &text)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn profiles(text: &str, name: &str) -> ProfileSet {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config");
        fs_err::write(&file, text).unwrap();
        let file = file.to_str().unwrap();
        let machine = Machine::with(&[("AWS_CONFIG_FILE", file), ("AWS_SHARED_CREDENTIALS_FILE", "/none")]);
        machine.profiles(Some(name)).await.unwrap()
    }

    #[tokio::test]
    async fn a_token_is_wanted_wherever_it_stands_in_the_chain() {
        let text = "[profile keys]\naws_access_key_id = A\naws_secret_access_key = B\n\
                    [profile plain]\nrole_arn = r\nsource_profile = keys\n\
                    [profile guarded]\nrole_arn = r\nsource_profile = keys\nmfa_serial = m\n\
                    [profile above]\nrole_arn = r\nsource_profile = guarded\n\
                    [profile circle]\nrole_arn = r\nsource_profile = other\n\
                    [profile other]\nrole_arn = r\nsource_profile = circle\n";
        let profiles = profiles(text, "keys").await;
        for (name, wanted) in
            [("keys", false), ("plain", false), ("guarded", true), ("above", true), ("circle", false), ("none", false)]
        {
            assert_eq!(is_wanted(&profiles, name), wanted, "{name}");
        }
    }

    #[test]
    fn a_session_is_kept_until_it_is_nearly_over() {
        let folder = tempfile::tempdir().unwrap();
        let sessions = Sessions { file: folder.path().join("cache.json") };
        let session = |minutes: u64| Session {
            access_key_id: "A".into(),
            secret_access_key: "S".into(),
            session_token: "T".into(),
            expiration: DateTime::from(SystemTime::now() + Duration::from_secs(60 * minutes))
                .fmt(DateTimeFormat::DateTime)
                .unwrap(),
        };
        assert!(sessions.find("role", "amplify").is_none());
        sessions.keep("role", "amplify", session(60)).unwrap();
        sessions.keep("role", "other", session(4)).unwrap();
        let kept = sessions.find("role", "amplify").unwrap();
        assert_eq!((kept.access_key_id(), kept.session_token()), ("A", Some("T")));
        assert!(sessions.find("role", "other").is_none());
        assert!(sessions.find("another", "amplify").is_none());
        fs_err::write(&sessions.file, "{").unwrap();
        assert!(sessions.find("role", "amplify").is_none(), "a spoilt file is as good as none");
    }
}
