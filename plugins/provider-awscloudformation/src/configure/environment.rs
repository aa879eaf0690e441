//! `amplify configure project`: which credentials an environment uses on this machine.

use amplify_sdk::{
    environment::{ConfigureReply, ConfigureRequest},
    prelude::*,
};
use serde_json::Value;

use super::questions::{choose, profiles, say};
use crate::{
    access::Access, access_error::AccessError, error::Error, keys, machine::Machine, place::Place, session::Session,
};

pub(crate) async fn run(context: &mut Context<'_>, request: &ConfigureRequest) -> Result<ConfigureReply, Error> {
    let machine = Machine::real();
    let place = Place::from(&request.target);
    // What cannot be read is replaced all the same.
    let now = Access::from_local(place.local).unwrap_or(Access::Chain);
    let wanted = match Access::from_options(&request.options)? {
        Some(access) => Some(access),
        None => ask(context, &machine, &now).await?,
    };
    let Some(wanted) = wanted.filter(|wanted| *wanted != now) else {
        return Ok(ConfigureReply { local: Value::Null, messages: Vec::new() });
    };
    // Keys of another account would be of no use, and of some danger.
    let session = Session::asking(context, &wanted, place.get("Region")).await?;
    session.identity_for(place.environment, place.get("StackId")).await?;
    let local = wanted.keep(&machine, Some(&now))?;
    if let Access::KeyFile(file) = &now
        && Access::from_local(&local)? != now
    {
        keys::forget(&machine, file);
    }
    Ok(ConfigureReply { local, messages: Vec::new() })
}

/// What is to be used from now on; `None` leaves it as it is.
async fn ask(context: &mut Context<'_>, machine: &Machine, now: &Access) -> Result<Option<Access>, AccessError> {
    say(context, "For the awscloudformation provider.");
    if *now == Access::Chain {
        if !context.confirm("aws.setProject", "Do you want to set the project level configuration", true)? {
            return Ok(None);
        }
    } else {
        let choices = ["update", "remove", "cancel"].map(Choice::same).to_vec();
        let text = "Do you want to update or remove the project level configuration";
        match context.select("aws.action", text, choices, Some("update"))?.as_str() {
            "cancel" => return Ok(None),
            "remove" => {
                let sure = context.confirm("aws.remove", "Remove project level configuration", false)?;
                context.check_answered()?;
                return Ok(sure.then_some(Access::Chain));
            }
            _ => {}
        }
    }
    choose(context, &profiles(machine).await?).map(Some)
}
