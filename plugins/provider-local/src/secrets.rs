//! Secrets of an environment on this machine: one file beside its data, which only its owner may read and git ignores.

use std::{collections::BTreeMap, io::Write, path::Path};

use amplify_sdk::{
    environment::{SecretParameter, SecretsRequest},
    prelude::*,
};

const FILE: &str = "secrets.json";

type Secrets = BTreeMap<String, String>;

/// Keeps and forgets what is asked.
pub(crate) fn run(request: &SecretsRequest) -> Result<(), PluginError> {
    let folder: &Path = request.target.data_dir.as_ref();
    let mut secrets = load(folder)?;
    secrets.extend(request.set.iter().map(|secret| (secret.name.clone(), secret.value.clone())));
    for name in &request.remove {
        secrets.remove(name);
    }
    save(folder, &secrets).map_err(|error| unusable("written", &error))
}

/// The parameters of a deployment with the secrets among them.
pub(crate) fn with(mut parameters: JsonMap, wanted: &[SecretParameter], folder: &Path) -> Result<JsonMap, PluginError> {
    if wanted.is_empty() {
        return Ok(parameters);
    }
    let secrets = load(folder)?;
    let missing: Vec<&str> =
        wanted.iter().map(|wanted| wanted.secret.as_str()).filter(|name| !secrets.contains_key(*name)).collect();
    if let Some(first) = missing.first() {
        let error = missing.iter().fold(
            PluginError::new("secrets-missing", "this machine does not have secrets of the environment"),
            |error, name| error.cause(format!("`{name}` was set on another machine, or never")),
        );
        return Err(error.hint(format!("`amplify env secret {first}` sets it here")));
    }
    for wanted in wanted {
        parameters.insert(wanted.parameter.clone(), secrets[&wanted.secret].clone().into());
    }
    Ok(parameters)
}

fn load(folder: &Path) -> Result<Secrets, PluginError> {
    match fs_err::read(folder.join(FILE)) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| unusable("understood", &error)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Secrets::new()),
        Err(error) => Err(unusable("read", &error)),
    }
}

fn save(folder: &Path, secrets: &Secrets) -> std::io::Result<()> {
    let path = folder.join(FILE);
    if secrets.is_empty() {
        return match fs_err::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
    }
    fs_err::create_dir_all(folder)?;
    // A temporary file is its owner's alone from the beginning, and stays so.
    let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(folder)?;
    file.write_all(serde_json::to_string_pretty(secrets)?.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

fn unusable(what: &str, error: &dyn std::fmt::Display) -> PluginError {
    PluginError::new("secret-store", format!("the secrets of this machine cannot be {what}")).cause(error.to_string())
}

#[cfg(test)]
mod tests {
    use amplify_sdk::environment::{NamedSecret, Target};
    use serde_json::Value;

    use super::*;

    fn request(folder: &Path, set: &[(&str, &str)], remove: &[&str]) -> SecretsRequest {
        let named = |(name, value): &(&str, &str)| NamedSecret { name: (*name).into(), value: (*value).into() };
        SecretsRequest {
            target: Target { data_dir: folder.to_string_lossy().into_owned(), ..Target::default() },
            set: set.iter().map(named).collect(),
            remove: remove.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    #[test]
    fn secrets_are_kept_for_their_owner_and_handed_to_the_stack() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("dev");
        run(&request(&folder, &[("auth/app/one", "1"), ("auth/app/two", "2")], &["auth/app/none"])).unwrap();
        run(&request(&folder, &[("auth/app/one", "new")], &["auth/app/two"])).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs_err::metadata(folder.join(FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let wanted = |name: &str| [SecretParameter { parameter: "P".into(), secret: name.into() }];
        let found = with(JsonMap::new(), &wanted("auth/app/one"), &folder).unwrap();
        assert_eq!(found["P"], Value::from("new"));
        let error = with(JsonMap::new(), &wanted("auth/app/two"), &folder).unwrap_err();
        assert!(error.code == "secrets-missing" && error.hints[0].contains("auth/app/two"), "{error:?}");
        run(&request(&folder, &[], &["auth/app/one"])).unwrap();
        assert!(!folder.join(FILE).exists());
    }
}
