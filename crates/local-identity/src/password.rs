//! Passwords: the pool's policy, and what is kept of them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    directory::{Pool, flag, number},
    failure::{Failure, Outcome},
    random, srp,
};

/// What counts as a symbol.
const SYMBOLS: &str = "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+- ";
const LONGEST: usize = 256;

/// What is kept of a password: enough to check it, not to tell it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Password {
    pub(crate) salt: String,
    pub(crate) verifier: String,
    /// When a password that an administrator gave ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<u64>,
}

impl Password {
    pub(crate) fn new(pool: &str, user: &str, password: &str) -> Outcome<Self> {
        let salt = random::bytes::<16>()?;
        let verifier = srp::verifier(pool, user, password, &salt);
        Ok(Self { salt: hex::encode(salt), verifier: hex::encode(verifier), until: None })
    }

    pub(crate) fn verifier(&self) -> Vec<u8> {
        hex::decode(&self.verifier).unwrap_or_default()
    }

    pub(crate) fn is(&self, pool: &str, user: &str, password: &str) -> bool {
        let salt = hex::decode(&self.salt).unwrap_or_default();
        password.len() <= LONGEST && srp::verifier(pool, user, password, &salt) == self.verifier()
    }
}

fn policy(pool: &Pool) -> Value {
    pool.properties.pointer("/Policies/PasswordPolicy").cloned().unwrap_or_default()
}

/// How many days a password that an administrator gave is good for.
pub(crate) fn days(pool: &Pool) -> u64 {
    number(&policy(pool), "TemporaryPasswordValidityDays")
        .or_else(|| number(pool.properties.get("AdminCreateUserConfig")?, "UnusedAccountValidityDays"))
        .filter(|days| *days > 0)
        .unwrap_or(7)
}

/// Checks a new password against the pool's policy.
pub(crate) fn check(pool: &Pool, password: &str) -> Outcome<()> {
    let policy = policy(pool);
    // Without a policy, the service has this one.
    let set = policy.as_object().is_some_and(|policy| !policy.is_empty());
    let requires = |key: &str| !set || flag(&policy, key);
    let refuse = |what: &str| Err(Failure::invalid_password(format!("Password did not conform with policy: {what}")));
    let least = number(&policy, "MinimumLength").unwrap_or(8);
    if (password.chars().count() as u64) < least {
        return refuse("Password not long enough");
    }
    if password.len() > LONGEST {
        return refuse("Password too long");
    }
    for (key, present, what) in [
        ("RequireLowercase", password.contains(|c: char| c.is_lowercase()), "lowercase characters"),
        ("RequireUppercase", password.contains(|c: char| c.is_uppercase()), "uppercase characters"),
        ("RequireNumbers", password.contains(|c: char| c.is_ascii_digit()), "numeric characters"),
        ("RequireSymbols", password.contains(|c: char| SYMBOLS.contains(c)), "symbol characters"),
    ] {
        if requires(key) && !present {
            return refuse(&format!("Password must have {what}"));
        }
    }
    if password.starts_with(' ') || password.ends_with(' ') {
        return refuse("Password must not begin or end with a space");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pool(policy: Value) -> Pool {
        Pool { properties: json!({ "Policies": { "PasswordPolicy": policy } }), ..Pool::default() }
    }

    #[test]
    fn each_rule_is_named() {
        let strict = pool(json!({
            "MinimumLength": "8", "RequireLowercase": true, "RequireUppercase": "true", "RequireNumbers": true,
            "RequireSymbols": true
        }));
        check(&strict, "Passw0rd!").unwrap();
        for (password, what) in [
            ("P0rd!", "not long enough"),
            ("PASSW0RD!", "lowercase"),
            ("passw0rd!", "uppercase"),
            ("Password!", "numeric"),
            ("Passw0rdd", "symbol"),
            (" Passw0rd!", "space"),
            (&"aA1!".repeat(65), "too long"),
        ] {
            let failure = check(&strict, password).unwrap_err();
            assert!(failure.name == "InvalidPasswordException" && failure.message.contains(what), "{failure:?}");
        }
        check(&pool(json!({ "MinimumLength": 6 })), "simple").unwrap();
        assert!(check(&pool(json!({})), "password").is_err(), "the service's own policy");
    }

    #[test]
    fn a_password_is_recognised_and_not_told() {
        let kept = Password::new("us-east-1_x", "ann", "Passw0rd!").unwrap();
        assert!(kept.is("us-east-1_x", "ann", "Passw0rd!"));
        assert!(!kept.is("us-east-1_x", "ann", "passw0rd!"));
        assert!(!kept.is("us-east-1_x", "bob", "Passw0rd!"));
        assert!(!serde_json::to_string(&kept).unwrap().contains("Passw0rd"));
    }
}
