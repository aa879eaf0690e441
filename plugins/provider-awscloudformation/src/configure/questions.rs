//! Which credentials an environment is to use, asked in the original's words.

use amplify_sdk::prelude::*;

use crate::{
    access::Access,
    access_error::AccessError,
    error::Error,
    keys::{KEY_ID, KEY_ID_PATTERN, KeyPair, SECRET_KEY, SECRET_KEY_PATTERN},
    machine::Machine,
    session::Session,
};

/// The regions offered, which are those with the Amplify service.
const REGIONS: [&str; 11] = [
    "us-east-1",
    "us-east-2",
    "us-west-2",
    "eu-west-1",
    "eu-west-2",
    "eu-central-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-south-1",
];

/// The credentials for a new environment: those given, those that variables name, else what the user chooses.
pub(crate) async fn access(context: &mut Context<'_>, machine: &Machine, given: &JsonMap) -> Result<Access, Error> {
    if let Some(access) = Access::from_options(given)? {
        return Ok(access);
    }
    if machine.says_credentials() {
        return Ok(Access::Chain);
    }
    let profiles = profiles(machine).await?;
    // A container or an instance has credentials of its own; which region they are tried in makes no difference.
    if profiles.is_empty() && Session::open(&Access::Chain, Some(REGIONS[0])).await.is_ok() {
        return Ok(Access::Chain);
    }
    Ok(choose(context, &profiles)?)
}

/// The names of the profiles, `default` before the others.
pub(crate) async fn profiles(machine: &Machine) -> Result<Vec<String>, AccessError> {
    let profiles = machine.profiles(None).await?;
    let mut names: Vec<String> = profiles.profiles().map(str::to_owned).collect();
    names.sort_by_key(|name| (name != "default", name.clone()));
    Ok(names)
}

/// Asks for a profile or a key pair.
pub(crate) fn choose(context: &mut Context<'_>, profiles: &[String]) -> Result<Access, AccessError> {
    say(context, "");
    say(context, "For more information on AWS Profiles, see:");
    say(context, "https://docs.aws.amazon.com/cli/latest/userguide/cli-multiple-profiles.html");
    say(context, "");
    let Some(first) = profiles.first() else {
        say(context, "AWS access credentials can not be found.");
        return Ok(Access::Keys(key_pair(context)?));
    };
    if !context.confirm("aws.useProfile", "Do you want to use an AWS profile?", true)? {
        return Ok(Access::Keys(key_pair(context)?));
    }
    let choices = profiles.iter().map(Choice::same).collect();
    let text = "Please choose the profile you want to use";
    let name = context.select("aws.profile", text, choices, Some(first))?;
    context.check_answered()?;
    Ok(Access::Profile(name))
}

/// Asks for a key pair and its region.
fn key_pair(context: &mut Context<'_>) -> Result<KeyPair, AccessError> {
    let (access_key_id, secret_access_key) = keys(context)?;
    let region = region(context)?;
    context.check_answered()?;
    Ok(KeyPair { access_key_id, secret_access_key, region })
}

/// Asks for the two keys, which nobody sees typed.
pub(crate) fn keys(context: &mut Context<'_>) -> Result<(String, String), AccessError> {
    let mut ask = |key, text, pattern, wanted| {
        let question = Question::secret(key, text).validation(Validation::pattern(pattern, wanted));
        let answer = context.ask(question)?;
        Ok::<_, AccessError>(answer.as_str().unwrap_or_default().to_owned())
    };
    Ok((
        ask("aws.accessKeyId", "accessKeyId:", KEY_ID_PATTERN, KEY_ID)?,
        ask("aws.secretAccessKey", "secretAccessKey:", SECRET_KEY_PATTERN, SECRET_KEY)?,
    ))
}

/// Asks for a region.
pub(crate) fn region(context: &mut Context<'_>) -> Result<String, AccessError> {
    let choices = REGIONS.into_iter().map(Choice::same).collect();
    Ok(context.select("aws.region", "region:", choices, Some(REGIONS[0]))?)
}

/// A line for the user.
pub(crate) fn say(context: &mut Context<'_>, text: impl Into<String>) {
    context.progress(&Progress::Message { text: text.into() });
}
