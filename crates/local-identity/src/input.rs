//! The body of a call, read with the checks that the API makes.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::failure::{Failure, Outcome};

/// The longest value of an attribute.
const LONGEST_VALUE: usize = 2048;

/// The fields of a call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Input {
    fields: Map<String, Value>,
}

/// Limits of the lengths of fields that hold a text.
fn limit(field: &str) -> usize {
    match field {
        "Username" | "USERNAME" | "ClientId" | "GroupName" | "SecretHash" | "NewUsername" => 128,
        "Password" | "PASSWORD" | "NEW_PASSWORD" | "PreviousPassword" | "ProposedPassword" | "TemporaryPassword" => 256,
        "UserPoolId" | "IdentityPoolId" | "IdentityId" => 64,
        "ConfirmationCode" | "Code" | "UserCode" => 2048,
        "AccessToken" | "Token" | "Session" => 64 * 1024,
        _ => 16 * 1024,
    }
}

fn wrong_type(field: &str, wanted: &str) -> Failure {
    Failure::serialization(format!("{field} must be {wanted}"))
}

fn checked<'v>(field: &str, text: &'v str) -> Outcome<&'v str> {
    let constraint = |rule: String| {
        let (first, rest) = field.split_at(field.len().min(1));
        let name = format!("{}{rest}", first.to_lowercase());
        Err(Failure::invalid_parameter(format!(
            "1 validation error detected: Value at '{name}' failed to satisfy constraint: Member must have length {rule}"
        )))
    };
    if text.is_empty() {
        return constraint("greater than or equal to 1".into());
    }
    let limit = limit(field);
    if text.len() > limit {
        return constraint(format!("less than or equal to {limit}"));
    }
    Ok(text)
}

impl Input {
    /// Reads a body.
    pub(crate) fn parse(body: &[u8]) -> Outcome<Self> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self::default());
        }
        let fields = serde_json::from_slice(body)
            .map_err(|error| Failure::serialization(format!("the body is no JSON object: {error}")))?;
        Ok(Self { fields })
    }

    /// An object within, as an input of its own; empty if it is not there.
    pub(crate) fn object(&self, field: &str) -> Outcome<Self> {
        match self.fields.get(field) {
            None | Some(Value::Null) => Ok(Self::default()),
            Some(Value::Object(fields)) => Ok(Self { fields: fields.clone() }),
            Some(_) => Err(wrong_type(field, "an object")),
        }
    }

    pub(crate) fn optional(&self, field: &str) -> Outcome<Option<&str>> {
        match self.fields.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => checked(field, text).map(Some),
            Some(_) => Err(wrong_type(field, "a text")),
        }
    }

    pub(crate) fn text(&self, field: &str) -> Outcome<&str> {
        self.optional(field)?.ok_or_else(|| Failure::invalid_parameter(format!("Missing required parameter {field}")))
    }

    pub(crate) fn flag(&self, field: &str) -> Outcome<bool> {
        match self.fields.get(field) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(wrong_type(field, "true or false")),
        }
    }

    pub(crate) fn has(&self, field: &str) -> bool {
        self.fields.get(field).is_some_and(|value| !value.is_null())
    }

    /// A whole number within bounds.
    pub(crate) fn number(&self, field: &str, least: u64, most: u64) -> Outcome<Option<u64>> {
        match self.fields.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_u64() {
                Some(number) if (least..=most).contains(&number) => Ok(Some(number)),
                Some(_) => Err(Failure::invalid_parameter(format!("{field} must be a number from {least} to {most}"))),
                None => Err(wrong_type(field, "a whole number")),
            },
        }
    }

    /// Texts by name, such as `ClientMetadata`.
    pub(crate) fn texts(&self, field: &str) -> Outcome<BTreeMap<String, String>> {
        let fields = self.object(field)?.fields;
        fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| match value {
                Value::String(text) => Ok((name, text)),
                _ => Err(wrong_type(&format!("{field}.{name}"), "a text")),
            })
            .collect()
    }

    /// A list of texts.
    pub(crate) fn names(&self, field: &str) -> Outcome<Vec<String>> {
        let all = match self.fields.get(field) {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Array(all)) => all,
            Some(_) => return Err(wrong_type(field, "a list")),
        };
        all.iter()
            .map(|each| each.as_str().map(str::to_owned).ok_or_else(|| wrong_type(field, "a list of texts")))
            .collect()
    }

    /// A list of `Name` and `Value`.
    pub(crate) fn attributes(&self, field: &str) -> Outcome<BTreeMap<String, String>> {
        let all = match self.fields.get(field) {
            None | Some(Value::Null) => return Ok(BTreeMap::new()),
            Some(Value::Array(all)) => all,
            Some(_) => return Err(wrong_type(field, "a list")),
        };
        let mut attributes = BTreeMap::new();
        for each in all {
            let name = each.get("Name").and_then(Value::as_str).unwrap_or_default();
            if name.is_empty() || name.len() > 32 + "custom:".len() {
                return Err(Failure::invalid_parameter(format!("{field} has an attribute without a valid Name")));
            }
            let value = match each.get("Value") {
                None | Some(Value::Null) => "",
                Some(Value::String(text)) => text,
                Some(_) => return Err(wrong_type(&format!("{field}.{name}"), "a text")),
            };
            if value.len() > LONGEST_VALUE {
                return Err(Failure::invalid_parameter(format!(
                    "1 validation error detected: Value at 'userAttributes.{name}' failed to satisfy constraint: Member \
                     must have length less than or equal to {LONGEST_VALUE}"
                )));
            }
            if attributes.insert(name.to_owned(), value.to_owned()).is_some() {
                return Err(Failure::invalid_parameter(format!("The attribute {name} is given twice.")));
            }
        }
        Ok(attributes)
    }
}
