//! Codes that were sent to a user: what they are for, how long they are good, how often one may guess.

use serde::{Deserialize, Serialize};

use crate::{
    clock::{DAY, HOUR},
    failure::{Failure, Outcome},
    random,
    user::User,
};

/// How often a wrong code is taken before the right one is no longer.
const GUESSES: u32 = 5;

/// A code that was sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Code {
    code: String,
    until: u64,
    #[serde(default)]
    wrong: u32,
    /// The attribute that it was sent to.
    pub(crate) attribute: String,
}

/// What a code is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    SignUp,
    Password,
    /// To verify an attribute.
    Attribute(String),
}

impl Purpose {
    fn key(&self) -> String {
        match self {
            Purpose::SignUp => "signUp".into(),
            Purpose::Password => "password".into(),
            Purpose::Attribute(name) => format!("attribute:{name}"),
        }
    }

    fn life(&self) -> u64 {
        if *self == Purpose::Password { HOUR } else { DAY }
    }
}

/// What came of trying a code; a wrong one has to be kept count of, so it is no failure of the transaction.
pub(crate) type Tried = Result<Code, Failure>;

impl User {
    /// Makes a code, which replaces the one before.
    pub(crate) fn new_code(&mut self, purpose: &Purpose, attribute: &str, now: u64) -> Outcome<String> {
        let code = random::code()?;
        let kept = Code { code: code.clone(), until: now + purpose.life(), wrong: 0, attribute: attribute.to_owned() };
        self.codes.insert(purpose.key(), kept);
        Ok(code)
    }

    /// Uses up a code, or counts a wrong guess.
    pub(crate) fn try_code(&mut self, purpose: &Purpose, code: &str, now: u64) -> Tried {
        let key = purpose.key();
        let Some(kept) = self.codes.get_mut(&key) else {
            return Err(Failure::expired_code("Invalid code provided, please request a code again."));
        };
        if kept.wrong >= GUESSES {
            return Err(Failure::limit_exceeded("Attempt limit exceeded, please try after some time."));
        }
        if kept.code != code {
            kept.wrong += 1;
            return Err(Failure::wrong_code());
        }
        let expired = kept.until <= now;
        match self.codes.remove(&key) {
            Some(kept) if !expired => Ok(kept),
            _ => Err(Failure::expired_code("Invalid code provided, please request a code again.")),
        }
    }
}
