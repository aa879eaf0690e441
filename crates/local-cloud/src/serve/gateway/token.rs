//! Whom a token of a user pool is for.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

/// The claims of a token that one of the pools issued and that has not run out. Its signature is not checked: here
/// everybody is whoever they say they are.
pub(super) fn claims(header: Option<&str>, pools: &[&str], now: u64) -> Option<Value> {
    let token = header?.trim();
    let token = token.strip_prefix("Bearer ").unwrap_or(token).trim();
    let [_, payload, _] = token.split('.').collect::<Vec<_>>().try_into().ok()?;
    let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    let issuer = claims["iss"].as_str()?.rsplit('/').next()?;
    let known = pools.iter().any(|pool| pool.rsplit('/').next() == Some(issuer));
    let lasts = claims["exp"].as_u64()? > now / 1000;
    (known && lasts).then_some(claims)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tokens_of_the_pool_are_taken_until_they_run_out() {
        let pool = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_abc";
        let token = |claims: Value| format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let issuer = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc";
        let good = token(json!({ "iss": issuer, "exp": 100, "sub": "u" }));
        assert_eq!(claims(Some(&good), &[pool], 99_999).unwrap()["sub"], "u");
        assert!(claims(Some(&format!("Bearer {good}")), &[pool], 0).is_some());
        assert_eq!(claims(Some(&good), &[pool], 100_000), None, "run out");
        assert_eq!(claims(Some(&good), &["arn:x/us-east-1_other"], 0), None);
        for wrong in [None, Some(""), Some("a.b.c"), Some("a.b"), Some("Bearer")] {
            assert_eq!(claims(wrong, &[pool], 0), None, "{wrong:?}");
        }
    }
}
