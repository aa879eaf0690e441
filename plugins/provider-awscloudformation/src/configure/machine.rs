//! `amplify configure`: a user in the account, and its keys in a profile of the machine.

use std::path::{Path, PathBuf};

use amplify_sdk::{
    environment::{ConfigureReply, ConfigureRequest},
    prelude::*,
    random::{Random, SystemRandom},
};
use serde_json::Value;

use super::{
    browser,
    profile_file::{self, Kind},
    questions::{keys, region, say},
};
use crate::{
    access::{key_pair, text},
    access_error::AccessError,
    error::Error,
    keys::KeyPair,
    machine::Machine,
    private,
};

const CONSOLE: &str = "https://console.aws.amazon.com/";

/// Settings of a profile that decide how it signs in, whatever keys it has.
const OTHER_WAYS: [&str; 7] = [
    "role_arn",
    "sso_session",
    "sso_start_url",
    "credential_process",
    "credential_source",
    "web_identity_token_file",
    "login_session",
];

/// What belongs to the keys that were there before.
const OF_OLD_KEYS: [&str; 2] = ["aws_session_token", "aws_security_token"];

pub(crate) fn run(context: &mut Context<'_>, request: &ConfigureRequest) -> Result<ConfigureReply, Error> {
    let machine = Machine::real();
    let home = if request.home.is_empty() { machine.home() } else { Some(PathBuf::from(&request.home)) };
    let home = home.ok_or(AccessError::NoHome)?;
    let files = Files { config: machine.config_file(&home), credentials: machine.credentials_file(&home) };
    let pair = if request.options.contains_key("accessKeyId") || request.options.contains_key("secretAccessKey") {
        let pair = key_pair(&request.options)?;
        let region = if pair.region.is_empty() { region(context)? } else { pair.region.clone() };
        KeyPair { region, ..pair }
    } else {
        user(context, text(&request.options, "region")?, request.no_browser)?
    };
    let name = match text(&request.options, "profileName")? {
        Some(name) => name.to_owned(),
        None => {
            say(context, "This would update/create the AWS Profile in your local machine");
            let form = Validation::pattern("[A-Za-z0-9_.@/+-]{1,64}", "A profile's name has no blanks");
            context
                .input("aws.profile", "Profile Name:", Some("default".into()), Some(form))
                .map_err(AccessError::Host)?
        }
    };
    files.keep(context, &name, &pair)?;
    let messages = vec!["Successfully set up the new user.".into()];
    Ok(ConfigureReply { local: Value::Null, messages })
}

/// Leads through the making of a user, and asks for its keys.
fn user(context: &mut Context<'_>, given: Option<&str>, no_browser: bool) -> Result<KeyPair, AccessError> {
    let show = |context: &mut Context<'_>, url: &str| {
        say(context, url);
        if !no_browser {
            browser::open(url);
        }
    };
    say(context, "Follow these steps to set up access to your AWS account:");
    say(context, "");
    say(context, "Sign in to your AWS administrator account:");
    show(context, CONSOLE);
    let region = match given {
        Some(region) => region.to_owned(),
        None => {
            say(context, "Specify the AWS Region");
            region(context)?
        }
    };
    say(context, "Specify the username of the new IAM user:");
    let form = Validation::pattern("[A-Za-z0-9+=,.@_-]{1,64}", "1 to 64 letters, digits and signs of `+=,.@_-`");
    let suggested = format!("amplify-{}", SystemRandom.hex(5));
    let name = context.input("aws.userName", "user name:", Some(suggested), Some(form))?;
    say(context, "Complete the user creation using the AWS console");
    show(context, &creation(&region, &name));
    say(context, "Enter the access key of the newly created user:");
    let (access_key_id, secret_access_key) = keys(context)?;
    Ok(KeyPair { access_key_id, secret_access_key, region })
}

/// The page that makes a user with keys, who may do what an Amplify project needs.
fn creation(region: &str, name: &str) -> String {
    let name = name.replace('+', "%2B").replace('=', "%3D").replace(',', "%2C").replace('@', "%40");
    format!(
        "{CONSOLE}iam/home?region={region}#/users$new?step=final&accessKey&userNames={name}&permissionType=policies&\
         policies=arn:aws:iam::aws:policy%2FAdministratorAccess-Amplify"
    )
}

/// The two files of the machine.
struct Files {
    config: PathBuf,
    credentials: PathBuf,
}

impl Files {
    fn keep(&self, context: &mut Context<'_>, name: &str, pair: &KeyPair) -> Result<(), Error> {
        let (config, credentials) = (read(&self.config)?, read(&self.credentials)?);
        let settings = profile_file::values(&config, Kind::Config, name);
        let kept = profile_file::values(&credentials, Kind::Credentials, name);
        for by in OTHER_WAYS {
            if [&settings, &kept].iter().any(|values| values.as_ref().is_some_and(|values| values.contains_key(by))) {
                return Err(AccessError::ProfileOther { name: name.to_owned(), by }.into());
            }
        }
        if settings.is_some() || kept.is_some() {
            let text = format!("There is a profile `{name}` already. Overwrite its keys and region?");
            if !context.confirm("aws.overwrite", &text, false).map_err(AccessError::Host)? {
                context.check_answered().map_err(AccessError::Host)?;
                return Err(AccessError::ProfileKept { name: name.to_owned() }.into());
            }
        }
        context.check_answered().map_err(AccessError::Host)?;
        let keys = [
            ("aws_access_key_id", pair.access_key_id.as_str()),
            ("aws_secret_access_key", pair.secret_access_key.as_str()),
        ];
        let credentials = profile_file::set(&credentials, Kind::Credentials, name, &keys, &OF_OLD_KEYS);
        let config = profile_file::set(&config, Kind::Config, name, &[("region", &pair.region)], &[]);
        private::write(&self.credentials, credentials.as_bytes())?;
        Ok(private::write(&self.config, config.as_bytes())?)
    }
}

/// The text of a file; empty if there is none. One that cannot be understood is not replaced.
fn read(file: &Path) -> Result<String, Error> {
    match fs_err::read_to_string(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        other => Ok(other?),
    }
}

#[cfg(test)]
mod tests {
    use amplify_sdk::{
        provider::{ProviderReply, ProviderRequest},
        testing::Host,
    };
    use serde_json::json;

    use super::*;
    use crate::AwsCloudFormation;

    const ID: &str = "AKIAIOSFODNN7EXAMPLE";
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    struct Home(tempfile::TempDir);

    impl Home {
        fn new(config: &str, credentials: &str) -> Self {
            let home = tempfile::tempdir().unwrap();
            for (name, text) in [("config", config), ("credentials", credentials)] {
                if !text.is_empty() {
                    fs_err::create_dir_all(home.path().join(".aws")).unwrap();
                    fs_err::write(home.path().join(".aws").join(name), text).unwrap();
                }
            }
            Self(home)
        }

        fn text(&self, name: &str) -> String {
            fs_err::read_to_string(self.0.path().join(".aws").join(name)).unwrap_or_default()
        }

        fn configure(&self, host: &Host, options: &Value) -> amplify_sdk::testing::Outcome<ProviderReply> {
            let request = ConfigureRequest {
                home: self.0.path().to_str().unwrap().into(),
                options: options.as_object().unwrap().clone(),
                no_browser: true,
                ..ConfigureRequest::default()
            };
            host.provider(&AwsCloudFormation, ProviderRequest::Configure(request))
        }
    }

    fn answers() -> Host {
        Host::new()
            .answer("aws.region", "eu-west-1")
            .answer("aws.accessKeyId", ID)
            .answer("aws.secretAccessKey", SECRET)
    }

    #[test]
    fn a_user_is_led_through_and_its_keys_are_kept() {
        let home = Home::new("", "");
        let outcome = home.configure(&answers().answer("aws.userName", "a+b").defaults(), &json!({}));
        let ProviderReply::Configured(reply) = outcome.value() else { panic!("{outcome:?}") };
        assert_eq!((&reply.local, reply.messages[0].as_str()), (&Value::Null, "Successfully set up the new user."));
        let keys = ["aws.region", "aws.userName", "aws.accessKeyId", "aws.secretAccessKey", "aws.profile"];
        assert_eq!(outcome.keys(), keys);
        let said = format!("{:?}", outcome.progress);
        assert!(said.contains("region=eu-west-1") && said.contains("userNames=a%2Bb&"), "{said}");
        assert!(!format!("{outcome:?}").contains(SECRET), "{outcome:?}");
        assert_eq!(home.text("config"), "[default]\nregion = eu-west-1\n");
        assert_eq!(
            home.text("credentials"),
            format!("[default]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n")
        );
    }

    #[test]
    fn what_nobody_answered_is_not_written() {
        let home = Home::new("", "");
        let outcome = home.configure(&Host::new().stand_ins(), &json!({}));
        assert_eq!(outcome.error().kind, amplify_sdk::error::ErrorKind::MissingAnswer);
        assert!(!home.0.path().join(".aws").exists());
    }

    #[cfg(unix)]
    #[test]
    fn the_files_are_the_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let home = Home::new("# open\n", "");
        assert!(home.configure(&answers().defaults(), &json!({})).result.is_ok());
        for name in ["config", "credentials"] {
            let file = home.0.path().join(".aws").join(name);
            assert_eq!(fs_err::metadata(file).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
        }
        assert_eq!(home.text("config"), "# open\n\n[default]\nregion = eu-west-1\n");
    }

    #[test]
    fn a_profile_is_overwritten_only_if_that_is_wanted() {
        let (config, credentials) = ("[profile work]\nregion = x # mine\n", "[work]\naws_access_key_id = OLD\n");
        let options = json!({
            "accessKeyId": ID, "secretAccessKey": SECRET, "region": "eu-west-1", "profileName": "work",
        });
        let home = Home::new(config, credentials);
        let outcome = home.configure(&Host::new().defaults(), &options);
        assert_eq!(outcome.error().code, "profile-kept");
        assert_eq!((home.text("config").as_str(), home.text("credentials").as_str()), (config, credentials));
        let outcome = home.configure(&Host::new().answer("aws.overwrite", true), &options);
        assert_eq!(outcome.keys(), ["aws.overwrite"], "what is given is not asked");
        assert!(home.text("credentials").contains(ID) && !home.text("credentials").contains("OLD"));
        assert_eq!(home.text("config"), "[profile work]\nregion = eu-west-1\n");
    }

    #[test]
    fn keys_do_not_go_where_nobody_would_look_at_them() {
        let home = Home::new("[profile work]\nrole_arn = r\nsource_profile = default\n", "");
        let outcome = home.configure(&answers().answer("aws.profile", "work").defaults(), &json!({}));
        assert_eq!(outcome.error().code, "profile-other");
        assert!(outcome.error().message.contains("role_arn"));
        assert_eq!(home.text("credentials"), "");
    }
}
