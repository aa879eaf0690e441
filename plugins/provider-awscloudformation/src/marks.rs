//! Tags: those that the user asks for, and two that say which environment a stack belongs to.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types::Tag;

use crate::{error::Error, stack::Stack};

const PROJECT: &str = "amplify-project";
const ENVIRONMENT: &str = "amplify-environment";

/// The tags of a new environment's stack.
pub(crate) fn new(asked: &BTreeMap<String, String>, project: &str, environment: &str) -> Vec<Tag> {
    let own = [(PROJECT, project), (ENVIRONMENT, environment)];
    let own = own.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| (key.into(), value.into()));
    tags(&asked.clone().into_iter().chain(own).collect())
}

/// The tags for an update; `None` leaves them as they are. A stack that was made without the own ones goes without them:
/// a new tag would update everything in it.
pub(crate) fn update(asked: &BTreeMap<String, String>, stack: &Stack) -> Option<Vec<Tag>> {
    let own = [PROJECT, ENVIRONMENT].into_iter().filter_map(|key| Some((key.into(), stack.tags.get(key)?.clone())));
    (!asked.is_empty()).then(|| tags(&asked.clone().into_iter().chain(own).collect()))
}

/// Fails if a stack says that it belongs to another environment.
pub(crate) fn check(stack: &Stack, environment: &str) -> Result<(), Error> {
    match stack.tags.get(ENVIRONMENT) {
        Some(other) if other != environment && !environment.is_empty() => Err(Error::OtherEnvironment {
            stack: stack.name.clone(),
            environment: environment.to_owned(),
            found: other.clone(),
        }),
        _ => Ok(()),
    }
}

fn tags(all: &BTreeMap<String, String>) -> Vec<Tag> {
    all.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn said(tags: &[Tag]) -> BTreeMap<String, String> {
        tags.iter().map(|tag| (tag.key().unwrap().to_owned(), tag.value().unwrap().to_owned())).collect()
    }

    fn stack(tags: &[(&str, &str)]) -> Stack {
        Stack { tags: map(tags), ..Stack::gone("amplify-shop-dev-1") }
    }

    #[test]
    fn a_new_stack_says_what_it_belongs_to() {
        let tags = said(&new(&map(&[("team", "x")]), "shop", "dev"));
        assert_eq!(tags, map(&[("team", "x"), (PROJECT, "shop"), (ENVIRONMENT, "dev")]));
    }

    #[test]
    fn an_update_keeps_what_says_so() {
        let asked = map(&[("team", "y")]);
        let marked = stack(&[("team", "x"), (PROJECT, "shop"), (ENVIRONMENT, "dev")]);
        assert_eq!(update(&BTreeMap::new(), &marked), None);
        let tags = said(&update(&asked, &marked).unwrap());
        assert_eq!(tags, map(&[("team", "y"), (PROJECT, "shop"), (ENVIRONMENT, "dev")]));
        assert_eq!(said(&update(&asked, &stack(&[])).unwrap()), asked, "one of the original's");
    }

    #[test]
    fn a_stack_of_another_environment_is_refused() {
        assert!(check(&stack(&[(ENVIRONMENT, "dev")]), "dev").is_ok());
        assert!(check(&stack(&[]), "dev").is_ok());
        assert_eq!(check(&stack(&[(ENVIRONMENT, "prod")]), "dev").unwrap_err().code(), "other-environment");
    }
}
