//! Says whose credentials are used for an environment.

use amplify_sdk::environment::{IdentifyReply, IdentifyRequest};

use crate::{access::Access, error::Error, place::Place, session::Session};

pub(crate) async fn run(request: &IdentifyRequest) -> Result<IdentifyReply, Error> {
    let place = Place::from(&request.target);
    let access = Access::from_local(place.local)?;
    let session = Session::open(&access, place.get("Region")).await?;
    let identity = session.identity_for(place.environment, place.stack().ok()).await?;
    let whose = match &access {
        Access::Profile(name) => format!("profile {name}"),
        Access::Chain | Access::KeyFile(_) | Access::Keys(_) => name_of(&identity.arn).to_owned(),
    };
    let summary = format!("account {} ({}), {whose}", identity.account, session.region);
    Ok(IdentifyReply { summary, account: identity.account, region: session.region })
}

/// `user/bob` in `arn:aws:iam::123456789012:user/bob`.
fn name_of(arn: &str) -> &str {
    arn.splitn(6, ':').nth(5).unwrap_or(arn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_or_a_role_is_named() {
        assert_eq!(name_of("arn:aws:iam::123456789012:user/bob"), "user/bob");
        assert_eq!(name_of("arn:aws:sts::123456789012:assumed-role/ci/a:b"), "assumed-role/ci/a:b");
        assert_eq!(name_of("somebody"), "somebody");
    }
}
