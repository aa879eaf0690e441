//! Functions that a pool calls: the event that goes to them, and what they may answer.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    call::Call,
    failure::{Failure, Outcome},
    user::User,
};

/// Why a function gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TriggerFault {
    /// It failed, with this message.
    Failed(String),
    /// It could not be run at all.
    Unreachable(String),
}

/// What a function is called with.
pub(crate) struct Trigger {
    /// The key in the pool's `LambdaConfig`.
    name: &'static str,
    source: String,
    user: String,
    request: Value,
}

impl Trigger {
    pub(crate) fn new(name: &'static str, source: impl Into<String>, user: &User) -> Self {
        let mut attributes = json!(user.all_attributes());
        attributes["cognito:user_status"] = user.status.name().into();
        Self { name, source: source.into(), user: user.name.clone(), request: json!({ "userAttributes": attributes }) }
    }

    /// The trigger for somebody whom the pool does not know.
    pub(crate) fn unknown(name: &'static str, source: impl Into<String>, user: &str) -> Self {
        Self { name, source: source.into(), user: user.to_owned(), request: json!({}) }
    }

    /// With more fields of the request.
    pub(crate) fn with(mut self, fields: &Value) -> Self {
        for (name, value) in fields.as_object().into_iter().flatten() {
            self.request[name] = value.clone();
        }
        self
    }

    /// With texts that the client passed on, under a name of the request; nothing if there are none.
    pub(crate) fn passing(mut self, name: &str, texts: &BTreeMap<String, String>) -> Self {
        if !texts.is_empty() {
            self.request[name] = json!(texts);
        }
        self
    }
}

impl Call<'_> {
    /// Whether the pool has a function for a trigger.
    pub(crate) fn has_trigger(&self, name: &str) -> Outcome<bool> {
        Ok(self.pool()?.function(name).is_some())
    }

    /// Runs the function of a trigger, if the pool has one. What it answers is the `response` of the event it returns.
    pub(crate) fn fire(&self, trigger: Trigger, response: Value) -> Outcome<Option<Value>> {
        let pool = self.pool()?;
        let Some(arn) = pool.function(trigger.name) else { return Ok(None) };
        let client = self.client_id();
        let mut trigger = trigger;
        if !self.metadata.is_empty() && trigger.request.get("clientMetadata").is_none() {
            trigger.request["clientMetadata"] = json!(self.metadata);
        }
        let version = pool.properties.pointer("/LambdaConfig/PreTokenGenerationConfig/LambdaVersion");
        let version = match version.and_then(Value::as_str) {
            Some("V2_0") if trigger.name == "PreTokenGeneration" => "2",
            _ => "1",
        };
        let event = json!({
            "version": version,
            "region": self.directory.region,
            "userPoolId": pool.id,
            "userName": trigger.user,
            "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client },
            "triggerSource": trigger.source,
            "request": trigger.request,
            "response": response,
        });
        let name = trigger.name;
        match self.environment.invoke(arn, &event) {
            Ok(answer) => match answer.get("response") {
                Some(response @ Value::Object(_)) => Ok(Some(response.clone())),
                _ => Err(Failure::invalid_lambda_response("Unrecognizable lambda output")),
            },
            Err(TriggerFault::Failed(message)) => {
                Err(Failure::user_lambda(format!("{name} failed with error {message}.")))
            }
            Err(TriggerFault::Unreachable(message)) => {
                Err(Failure::unexpected_lambda(format!("{name} invocation failed due to error {message}.")))
            }
        }
    }
}
