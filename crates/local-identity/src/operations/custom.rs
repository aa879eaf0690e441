//! An app's own sign-in: functions decide what is asked, ask it, and judge the answer.

use serde_json::{Value, json};

use super::{
    challenge::{self, Step},
    issue, sign_in,
};
use crate::{
    call::Call,
    directory::{flag, text},
    failure::{Failure, Outcome},
    input::Input,
    srp,
    trigger::Trigger,
    user::{Status, User},
};

/// What was asked so far, as functions are told.
pub(super) fn round(name: &str, result: bool, metadata: Value) -> Value {
    json!({ "challengeName": name, "challengeResult": result, "challengeMetadata": metadata })
}

pub(super) fn start(call: &Call<'_>, user: &User, parameters: &Input) -> Outcome<Value> {
    match user.status {
        Status::Unconfirmed => return Err(Failure::user_not_confirmed("User is not confirmed.")),
        Status::ResetRequired => {
            return Err(Failure::password_reset_required("Password reset required for the user"));
        }
        _ => {}
    }
    if parameters.optional("CHALLENGE_NAME")? == Some("SRP_A") {
        let client = srp::public(parameters.text("SRP_A")?)?;
        return decide(call, user, vec![round("SRP_A", true, Value::Null)], Some(&client));
    }
    decide(call, user, Vec::new(), None)
}

/// Asks the function what comes next.
pub(super) fn decide(call: &Call<'_>, user: &User, rounds: Vec<Value>, client: Option<&[u8]>) -> Outcome<Value> {
    let trigger = Trigger::new("DefineAuthChallenge", "DefineAuthChallenge_Authentication", user)
        .with(&json!({ "session": rounds }));
    let unset = json!({ "challengeName": null, "issueTokens": null, "failAuthentication": null });
    let Some(response) = call.fire(trigger, unset)? else {
        return Err(Failure::invalid_parameter("Custom auth lambda trigger is not configured for the user pool."));
    };
    if flag(&response, "failAuthentication") {
        return Err(Failure::wrong_password());
    }
    if flag(&response, "issueTokens") {
        return issue::complete(call, user, "Authentication");
    }
    match (text(&response, "challengeName"), client) {
        (Some("CUSTOM_CHALLENGE"), _) => create(call, user, rounds),
        (Some("PASSWORD_VERIFIER"), Some(client)) => sign_in::ask_for_proof(call, user, client, Some(rounds)),
        _ => Err(Failure::invalid_lambda_response("DefineAuthChallenge response invalid")),
    }
}

fn create(call: &Call<'_>, user: &User, rounds: Vec<Value>) -> Outcome<Value> {
    let trigger = Trigger::new("CreateAuthChallenge", "CreateAuthChallenge_Authentication", user)
        .with(&json!({ "challengeName": "CUSTOM_CHALLENGE", "session": rounds }));
    let unset =
        json!({ "publicChallengeParameters": null, "privateChallengeParameters": null, "challengeMetadata": null });
    let Some(response) = call.fire(trigger, unset)? else {
        return Err(Failure::invalid_parameter("Custom auth lambda trigger is not configured for the user pool."));
    };
    let texts = |key: &str| {
        let values = response.get(key).and_then(Value::as_object).cloned().unwrap_or_default();
        let text = |value: Value| value.as_str().map(str::to_owned).unwrap_or_else(|| value.to_string());
        Value::Object(values.into_iter().map(|(name, value)| (name, Value::String(text(value)))).collect())
    };
    let mut public = texts("publicChallengeParameters");
    public["USERNAME"] = user.name.clone().into();
    let step = Step::Custom {
        rounds,
        private: texts("privateChallengeParameters"),
        metadata: response.get("challengeMetadata").cloned().unwrap_or_default(),
    };
    challenge::ask(call, user, step, public)
}

/// Has an answer judged, and goes on.
pub(super) fn answered(
    call: &Call<'_>,
    user: &User,
    answer: &str,
    mut rounds: Vec<Value>,
    private: &Value,
    metadata: Value,
) -> Outcome<Value> {
    let trigger = Trigger::new("VerifyAuthChallengeResponse", "VerifyAuthChallengeResponse_Authentication", user)
        .with(&json!({ "privateChallengeParameters": private, "challengeAnswer": answer }));
    let Some(response) = call.fire(trigger, json!({ "answerCorrect": null }))? else {
        return Err(Failure::invalid_parameter("Custom auth lambda trigger is not configured for the user pool."));
    };
    rounds.push(round("CUSTOM_CHALLENGE", flag(&response, "answerCorrect"), metadata));
    decide(call, user, rounds, None)
}
