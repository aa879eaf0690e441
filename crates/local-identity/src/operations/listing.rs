//! Lists of users: filters and pages.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::groups;
use crate::{
    call::Call,
    failure::{Failure, Outcome},
    store::Kind,
    user::User,
};

/// What is on a page, with the names that it is ordered by, and the token of the next page.
type Page<T> = (Vec<(String, T)>, Option<String>);

/// A page of what is ordered by name.
pub(super) fn paged<T>(call: &Call<'_>, all: Vec<(String, T)>, token: &str, most: u64) -> Outcome<Page<T>> {
    let limit = call.input.number("Limit", 0, most)?.filter(|limit| *limit > 0).unwrap_or(most);
    let after = match call.input.optional(token)? {
        None => None,
        Some(text) => {
            let decoded = BASE64_URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            Some(decoded.ok_or_else(|| Failure::invalid_parameter(format!("{token} is none of this service")))?)
        }
    };
    let rest = all.into_iter().filter(|(name, _)| after.as_ref().is_none_or(|after| name > after));
    let mut page: Vec<(String, T)> = rest.take(usize::try_from(limit).unwrap_or(60) + 1).collect();
    let more = page.len() as u64 > limit;
    if more {
        page.pop();
    }
    let next = page.last().filter(|_| more).map(|(name, _)| BASE64_URL_SAFE_NO_PAD.encode(name));
    Ok((page, next))
}

/// What users are looked for by: one attribute, all of its value or how it begins.
struct Filter {
    name: String,
    prefix: bool,
    value: String,
}

/// Attributes that can be looked for.
const SEARCHED: [&str; 11] = [
    "username",
    "email",
    "phone_number",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "sub",
    "cognito:user_status",
    "status",
    "email_verified",
];

fn filter(text: &str) -> Outcome<Option<Filter>> {
    let wrong = || Failure::invalid_parameter(format!("Error while parsing filter: {text}"));
    if text.trim().is_empty() {
        return Ok(None);
    }
    let (name, value) = text.split_once('=').ok_or_else(wrong)?;
    let name = name.trim();
    let (name, prefix) = match name.strip_suffix('^') {
        Some(name) => (name.trim_end(), true),
        None => (name, false),
    };
    let value = value.trim().strip_prefix('"').and_then(|value| value.strip_suffix('"')).ok_or_else(wrong)?;
    if !SEARCHED.contains(&name.trim_matches('"')) {
        return Err(Failure::invalid_parameter(format!("One or more requested attributes is not searchable: {name}")));
    }
    let value = value.replace("\\\"", "\"");
    Ok(Some(Filter { name: name.trim_matches('"').to_owned(), prefix, value }))
}

impl Filter {
    fn takes(&self, user: &User) -> bool {
        let found = match self.name.as_str() {
            "username" => Some(user.name.as_str()),
            "sub" => Some(user.sub.as_str()),
            "cognito:user_status" => Some(user.status.name()),
            "status" => Some(if user.enabled { "Enabled" } else { "Disabled" }),
            name => user.attribute(name),
        };
        let same = |text: &str| if self.prefix { text.starts_with(&self.value) } else { text == self.value };
        found.is_some_and(same)
    }
}

pub(super) fn users(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_pool()?;
    let wanted = call.input.names("AttributesToGet")?;
    let filter = call.input.optional("Filter")?.map(filter).transpose()?.flatten();
    let mut users: Vec<(String, User)> = call.work(|items| items.list(Kind::User, "", ""))?;
    users.retain(|(_, user)| filter.as_ref().is_none_or(|filter| filter.takes(user)));
    let (users, next) = paged(call, users, "PaginationToken", 60)?;
    let shown = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    let documents: Vec<Value> = users.iter().map(|(_, user)| user.document("Attributes", shown)).collect();
    let mut answer = json!({ "Users": documents });
    if let Some(next) = next {
        answer["PaginationToken"] = next.into();
    }
    Ok(answer)
}

pub(super) fn in_group(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_pool()?;
    let (group, _) = groups::named(call)?;
    let mut users: Vec<(String, User)> = call.work(|items| items.list(Kind::User, "", ""))?;
    users.retain(|(_, user)| user.groups.contains(&group));
    let (users, next) = paged(call, users, "NextToken", 60)?;
    let documents: Vec<Value> = users.iter().map(|(_, user)| user.document("Attributes", |_| true)).collect();
    let mut answer = json!({ "Users": documents });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_one_attribute_and_a_value() {
        for (text, name, prefix, value) in [
            ("email = \"a@b.c\"", "email", false, "a@b.c"),
            ("username ^= \"an\"", "username", true, "an"),
            ("given_name^=\"a\\\"b\"", "given_name", true, "a\"b"),
        ] {
            let filter = filter(text).unwrap().unwrap();
            assert_eq!((filter.name.as_str(), filter.prefix, filter.value.as_str()), (name, prefix, value));
        }
        for wrong in ["email", "email = a", "email = \"a", "custom:x = \"a\"", "= \"a\""] {
            assert!(filter(wrong).is_err_and(|failure| failure.name == "InvalidParameterException"), "{wrong}");
        }
        assert!(filter(" ").unwrap().is_none());
    }
}
