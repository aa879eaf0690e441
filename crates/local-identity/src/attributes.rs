//! Attributes of users: which there are, what their values must look like, who may write them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    directory::{Client, Pool, flag, number, text},
    failure::{Failure, Outcome},
};

/// Attributes that every pool has.
const STANDARD: [&str; 20] = [
    "address",
    "birthdate",
    "email",
    "email_verified",
    "family_name",
    "gender",
    "given_name",
    "locale",
    "middle_name",
    "name",
    "nickname",
    "phone_number",
    "phone_number_verified",
    "picture",
    "preferred_username",
    "profile",
    "sub",
    "updated_at",
    "website",
    "zoneinfo",
];

pub(crate) type Attributes = BTreeMap<String, String>;

fn schema(message: &str) -> Failure {
    Failure::invalid_parameter(format!("Attributes did not conform to the schema: {message}"))
}

/// The entry of the pool's schema for an attribute.
fn entry<'p>(pool: &'p Pool, name: &str) -> Option<&'p Value> {
    let own = name.strip_prefix("custom:").or_else(|| name.strip_prefix("dev:custom:")).unwrap_or(name);
    let standard = STANDARD.contains(&name);
    let entries = pool.properties.get("Schema").and_then(Value::as_array).into_iter().flatten();
    entries.into_iter().find(|entry| {
        let declared = text(entry, "Name").unwrap_or_default();
        // What a template calls `x` or `custom:x` is `custom:x`, unless it is one that every pool has.
        let declared_own = declared.strip_prefix("custom:").unwrap_or(declared);
        if standard { declared == name } else { name != own && declared_own == own && !STANDARD.contains(&declared) }
    })
}

/// Names of the attributes that a user must have.
pub(crate) fn required(pool: &Pool) -> Vec<&str> {
    let entries = pool.properties.get("Schema").and_then(Value::as_array).into_iter().flatten();
    entries.filter(|entry| flag(entry, "Required")).filter_map(|entry| text(entry, "Name")).collect()
}

/// Checks that a new user has all that is required.
pub(crate) fn complete(pool: &Pool, attributes: &Attributes) -> Outcome<()> {
    let missing: Vec<String> = required(pool)
        .into_iter()
        .filter(|name| attributes.get(*name).is_none_or(String::is_empty) && *name != "sub")
        .map(|name| format!("{name}: The attribute is required"))
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(schema(&format!("{}\n", missing.join("\n")))) }
}

/// Checks attributes that somebody wants to write: an administrator, or a user through a client. `anew` if the user is not
/// there yet.
pub(crate) fn check(pool: &Pool, client: Option<&Client>, attributes: &Attributes, anew: bool) -> Outcome<()> {
    for (name, value) in attributes {
        let entry = entry(pool, name);
        if !STANDARD.contains(&name.as_str()) && entry.is_none() {
            return Err(schema(&format!("Type for attribute {{{name}}} could not be determined")));
        }
        if name == "sub" {
            return Err(Failure::invalid_parameter("Cannot modify the non-mutable attribute sub"));
        }
        let writable = client.is_none_or(|client| !name.ends_with("_verified") && client.may("WriteAttributes", name));
        if !writable {
            return Err(Failure::not_authorized("A client attempted to write unauthorized attribute"));
        }
        if let Some(entry) = entry {
            if !anew && entry.get("Mutable").is_some() && !flag(entry, "Mutable") {
                return Err(Failure::invalid_parameter(format!("user.{name}: Attribute cannot be updated.\n")));
            }
            constraints(name, value, entry)?;
        }
        form(name, value)?;
    }
    Ok(())
}

fn constraints(name: &str, value: &str, entry: &Value) -> Outcome<()> {
    if let Some(limits) = entry.get("StringAttributeConstraints") {
        let length = value.chars().count() as u64;
        if number(limits, "MinLength").is_some_and(|least| length < least)
            || number(limits, "MaxLength").is_some_and(|most| length > most)
        {
            return Err(schema(&format!("{name}: String must be within the lengths of the schema\n")));
        }
    }
    if text(entry, "AttributeDataType") == Some("Number") {
        let Ok(given) = value.parse::<f64>() else {
            return Err(schema(&format!("{name}: Attribute value must be a number\n")));
        };
        let limits = entry.get("NumberAttributeConstraints");
        let bound = |key: &str| {
            let value = limits?.get(key)?;
            value.as_f64().or_else(|| value.as_str()?.parse().ok())
        };
        if bound("MinValue").is_some_and(|least| given < least) || bound("MaxValue").is_some_and(|most| given > most) {
            return Err(schema(&format!("{name}: Number must be within the bounds of the schema\n")));
        }
    }
    Ok(())
}

fn form(name: &str, value: &str) -> Outcome<()> {
    match name {
        "email" if !value.is_empty() && !is_email(value) => {
            Err(Failure::invalid_parameter("Invalid email address format."))
        }
        "phone_number" if !value.is_empty() && !is_phone(value) => {
            Err(Failure::invalid_parameter("Invalid phone number format."))
        }
        "email_verified" | "phone_number_verified" if value != "true" && value != "false" => {
            Err(schema(&format!("{name}: Attribute value must be true or false\n")))
        }
        "birthdate" if !value.is_empty() && value.len() != 10 => {
            Err(schema("birthdate: Attribute value must be 10 characters long\n"))
        }
        _ => Ok(()),
    }
}

/// Whether a text looks like an email address.
pub(crate) fn is_email(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control();
    match text.rsplit_once('@') {
        Some((local, domain)) => {
            !local.is_empty()
                && !local.contains('@')
                && !text.contains(odd)
                && domain.split('.').count() > 1
                && domain.split('.').all(|label| !label.is_empty())
        }
        None => false,
    }
}

/// Whether a text is a phone number with its country.
pub(crate) fn is_phone(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0')
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn attributes(pairs: &[(&str, &str)]) -> Attributes {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn addresses_and_numbers() {
        for (text, is) in [("a@b.c", true), ("a@b", false), ("@b.c", false), ("a b@c.d", false), ("a@@b.c", false)] {
            assert_eq!(is_email(text), is, "{text}");
        }
        for (text, is) in [("+4930123", true), ("030123", false), ("+0123", false), ("+1 2", false), ("+", false)] {
            assert_eq!(is_phone(text), is, "{text}");
        }
    }

    #[test]
    fn the_schema_says_what_there_is() {
        let properties = json!({ "Schema": [
            { "Name": "email", "Required": true, "Mutable": true },
            { "Name": "team", "Mutable": false, "StringAttributeConstraints": { "MaxLength": "3" } },
            { "Name": "age", "AttributeDataType": "Number", "NumberAttributeConstraints": { "MinValue": "18" } },
        ] });
        let pool = Pool { properties, ..Pool::default() };
        let client = Client {
            properties: json!({ "WriteAttributes": ["email", "custom:team", "custom:age"] }),
            ..Client::default()
        };
        let check = |name: &str, value: &str, anew: bool| {
            super::check(&pool, Some(&client), &attributes(&[(name, value)]), anew).map_err(|failure| failure.message)
        };
        assert_eq!(check("custom:team", "red", true), Ok(()));
        assert_eq!(check("custom:age", "18", true), Ok(()));
        for (name, value, anew, what) in [
            ("custom:none", "1", true, "could not be determined"),
            ("team", "red", true, "could not be determined"),
            ("custom:team", "blue", true, "lengths"),
            ("custom:team", "red", false, "cannot be updated"),
            ("custom:age", "17", true, "bounds"),
            ("custom:age", "old", true, "a number"),
            ("name", "Ann", true, "unauthorized"),
            ("email_verified", "true", true, "unauthorized"),
            ("email", "ann", true, "Invalid email"),
            ("sub", "1", true, "non-mutable"),
        ] {
            assert!(check(name, value, anew).unwrap_err().contains(what), "{name}={value}");
        }
        assert!(complete(&pool, &attributes(&[])).unwrap_err().message.contains("email: The attribute is required"));
        super::check(&pool, None, &attributes(&[("email_verified", "true")]), true).unwrap();
    }
}
