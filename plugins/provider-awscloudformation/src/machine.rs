//! What the SDK sees of the machine: variables, the home folder, the AWS files in it. Whatever else needs one of these asks
//! here, so that both always look at the same place.

use std::path::{Path, PathBuf};

use aws_config::profile::{self, ProfileSet};
use aws_types::os_shim_internal::{Env, Fs};

use crate::access_error::AccessError;

/// Variables with which the SDK's own chain finds credentials, or a profile that was chosen for this shell.
const CREDENTIALS: [&str; 5] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/// The machine.
#[derive(Clone)]
pub(crate) struct Machine {
    env: Env,
}

impl Machine {
    /// This one.
    pub fn real() -> Self {
        Self { env: Env::real() }
    }

    /// One with these variables.
    #[cfg(test)]
    pub fn with(variables: &[(&str, &str)]) -> Self {
        Self { env: Env::from_slice(variables) }
    }

    /// A variable that is set and not empty.
    pub fn variable(&self, name: &str) -> Option<String> {
        self.env.get(name).ok().filter(|value| !value.is_empty())
    }

    /// Whether variables say where credentials are, so that nobody needs to be asked.
    pub fn says_credentials(&self) -> bool {
        CREDENTIALS.iter().any(|name| self.variable(name).is_some())
    }

    /// Whether variables hold a key pair, which the chain takes before any profile.
    pub fn holds_keys(&self) -> bool {
        self.variable("AWS_ACCESS_KEY_ID").is_some() && self.variable("AWS_SECRET_ACCESS_KEY").is_some()
    }

    /// The home folder.
    pub fn home(&self) -> Option<PathBuf> {
        self.variable("HOME").or_else(|| self.variable("USERPROFILE")).map(PathBuf::from)
    }

    /// A path in which `~` is the home folder.
    pub fn path(&self, text: &str) -> PathBuf {
        let below = text.strip_prefix("~/").or_else(|| text.strip_prefix("~\\"));
        match (below, self.home()) {
            (Some(below), Some(home)) => home.join(below),
            _ => text.into(),
        }
    }

    /// The file with profiles: regions, roles, single sign-on.
    pub fn config_file(&self, home: &Path) -> PathBuf {
        self.aws_file("AWS_CONFIG_FILE", home, "config")
    }

    /// The file with the keys of profiles.
    pub fn credentials_file(&self, home: &Path) -> PathBuf {
        self.aws_file("AWS_SHARED_CREDENTIALS_FILE", home, "credentials")
    }

    fn aws_file(&self, variable: &str, home: &Path, name: &str) -> PathBuf {
        self.variable(variable).map_or_else(|| home.join(".aws").join(name), |file| self.path(&file))
    }

    /// The folder in which the original keeps key pairs and the sessions of roles.
    pub fn store(&self) -> Result<PathBuf, AccessError> {
        let home = self.home().ok_or(AccessError::NoHome)?;
        Ok(home.join(".amplify").join("awscloudformation"))
    }

    /// The profiles, with one selected: the one named, or the one that the variables choose.
    pub async fn profiles(&self, selected: Option<&str>) -> Result<ProfileSet, AccessError> {
        #[allow(deprecated, reason = "the new name is in a crate that is not for users of the SDK")]
        let files = profile::profile_file::ProfileFiles::default();
        let selected = selected.map(|name| name.to_owned().into());
        let loaded = profile::load(&Fs::real(), &self.env, &files, selected).await;
        loaded.map_err(|error| AccessError::Profiles { cause: error.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_move_the_files() {
        let machine = Machine::with(&[("HOME", "/home/u"), ("AWS_CONFIG_FILE", "~/elsewhere/config")]);
        let home = machine.home().unwrap();
        assert_eq!(machine.config_file(&home), Path::new("/home/u/elsewhere/config"));
        assert_eq!(machine.credentials_file(&home), Path::new("/home/u/.aws/credentials"));
        assert_eq!(machine.store().unwrap(), Path::new("/home/u/.amplify/awscloudformation"));
        assert_eq!(Machine::with(&[]).store().unwrap_err().code(), "no-home");
    }

    #[test]
    fn an_empty_variable_says_nothing() {
        assert!(!Machine::with(&[("AWS_ACCESS_KEY_ID", "")]).says_credentials());
        assert!(Machine::with(&[("AWS_PROFILE", "work")]).says_credentials());
        assert!(!Machine::with(&[("AWS_ACCESS_KEY_ID", "AKIA")]).holds_keys());
    }
}
