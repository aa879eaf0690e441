//! The life of an API key: it stays as it is deployed, until its end is near.

use amplify_graphql_transformer::ApiKey;
use serde_json::Value;

const DAY: u64 = 86_400;

/// A key that expired is deleted after so long; then there is nothing left to prolong.
const GRACE: u64 = 55 * DAY;

/// A key with a long life is prolonged when so little is left.
const SOON: u64 = 30 * DAY;

/// The logical id of a key that takes the place of a deleted one.
const SECOND: &str = "GraphQLAPIKeyAnew";

/// What a build is to hold of the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The key.
    pub key: ApiKey,
    /// Whether it differs from the one that is deployed.
    pub changed: bool,
}

/// Decides about the key. `deployed` is the one in the deployed template, `days` how long a key lives, `days_before` how
/// long it did when it was deployed, `now` the time.
///
/// A key is prolonged when less than half its life and less than 30 days are left, or when its life was set anew.
pub fn decide(deployed: Option<&ApiKey>, days: u32, days_before: Option<u32>, now: u64) -> Decision {
    let life = u64::from(days) * DAY;
    let fresh = |id: &str| ApiKey { id: id.to_owned(), expires: now + life };
    let Some(deployed) = deployed else { return Decision { key: fresh(ApiKey::ID), changed: true } };
    if now > deployed.expires + GRACE {
        let other = if deployed.id == ApiKey::ID { SECOND } else { ApiKey::ID };
        return Decision { key: fresh(other), changed: true };
    }
    let left = deployed.expires.saturating_sub(now);
    let due = left < SOON && left < life / 2;
    if due || days_before.is_some_and(|before| before != days) {
        return Decision { key: fresh(&deployed.id), changed: true };
    }
    Decision { key: deployed.clone(), changed: false }
}

/// Puts another time of expiry into a template that holds the same key.
pub fn prolong(template: &mut Value, key: &ApiKey) -> bool {
    let Some(place) = template.pointer_mut(&format!("/Resources/{}/Properties/Expires", key.id)) else { return false };
    match place.pointer_mut("/Fn::If/2") {
        Some(inner) => *inner = key.expires.into(),
        None => *place = key.expires.into(),
    }
    true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: u64 = 1_700_000_000;

    fn key(expires: u64) -> ApiKey {
        ApiKey { id: ApiKey::ID.into(), expires }
    }

    #[test]
    fn a_key_stays_until_its_end_is_near() {
        let decide = |left: u64, days| decide(Some(&key(NOW + left)), days, Some(days), NOW);
        assert!(!decide(7 * DAY, 7).changed);
        assert!(!decide(4 * DAY, 7).changed);
        assert_eq!(decide(3 * DAY, 7), Decision { key: key(NOW + 7 * DAY), changed: true });
        assert!(!decide(40 * DAY, 365).changed);
        assert_eq!(decide(29 * DAY, 365).key.expires, NOW + 365 * DAY);
    }

    #[test]
    fn another_life_takes_effect_at_once() {
        let decision = decide(Some(&key(NOW + 6 * DAY)), 100, Some(7), NOW);
        assert_eq!(decision, Decision { key: key(NOW + 100 * DAY), changed: true });
        assert!(!decide(Some(&key(NOW + 6 * DAY)), 7, None, NOW).changed);
    }

    #[test]
    fn an_expired_key_is_prolonged_and_a_deleted_one_made_anew() {
        let expired = decide(Some(&key(NOW - 10 * DAY)), 7, Some(7), NOW);
        assert_eq!(expired.key, key(NOW + 7 * DAY));
        let gone = decide(Some(&key(NOW - 60 * DAY)), 7, Some(7), NOW);
        assert_eq!(gone.key, ApiKey { id: SECOND.into(), expires: NOW + 7 * DAY });
        let again = decide(Some(&ApiKey { expires: NOW - 60 * DAY, ..gone.key }), 7, Some(7), NOW);
        assert_eq!(again.key.id, ApiKey::ID);
    }

    #[test]
    fn a_template_is_given_another_expiry() {
        let mut template = json!({ "Resources": { "GraphQLAPIKey": { "Type": "AWS::AppSync::ApiKey", "Properties": {
            "Expires": { "Fn::If": ["APIKeyExpirationEpochIsPositive", { "Ref": "APIKeyExpirationEpoch" }, 5] },
        } } } });
        assert_eq!(ApiKey::of(&template), Some(key(5)));
        assert!(prolong(&mut template, &key(6)));
        assert_eq!(ApiKey::of(&template), Some(key(6)));
    }
}
