//! The resources that keep a stack from going on, wherever they are below it.

use amplify_sdk::environment::StuckResource;
use aws_sdk_cloudformation::Client;

use crate::{
    error::Error,
    stack::{self, STACK, name_of},
};

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stuck {
    /// Logical ids from the root stack down, joined by `/`.
    pub path: String,
    pub resource_type: String,
    pub status: String,
    pub reason: String,
    /// How a call that skips it names it.
    pub name: String,
}

impl Stuck {
    /// For an error.
    pub fn line(&self) -> String {
        format!("`{}` ({}): {}", self.path, self.resource_type, self.reason)
    }
}

impl From<Stuck> for StuckResource {
    fn from(stuck: Stuck) -> Self {
        let Stuck { path, resource_type, status, reason, .. } = stuck;
        Self { path, resource_type, status, reason }
    }
}

/// Finds them. A nested stack is one only if nothing in it is.
pub(crate) async fn find(client: &Client, root: &str) -> Result<Vec<Stuck>, Error> {
    let mut found: Vec<Stuck> = Vec::new();
    let mut stacks = vec![(root.to_owned(), String::new())];
    while let Some((id, above)) = stacks.pop() {
        for resource in stack::resources(client, &id).await? {
            if !resource.status.ends_with("_FAILED") {
                continue;
            }
            let (path, name) = match above.as_str() {
                "" => (resource.logical_id.clone(), resource.logical_id.clone()),
                above => {
                    (format!("{above}/{}", resource.logical_id), format!("{}.{}", name_of(&id), resource.logical_id))
                }
            };
            if resource.resource_type == STACK && !resource.physical_id.is_empty() {
                stacks.push((resource.physical_id, path.clone()));
            }
            let reason = resource.reason.unwrap_or_else(|| "no reason was given".into());
            found.push(Stuck { path, resource_type: resource.resource_type, status: resource.status, reason, name });
        }
    }
    Ok(leaves(found))
}

fn leaves(found: Vec<Stuck>) -> Vec<Stuck> {
    let paths: Vec<String> = found.iter().map(|stuck| format!("{}/", stuck.path)).collect();
    let is_above = |stuck: &Stuck| {
        paths.iter().any(|path| path.starts_with(&format!("{}/", stuck.path)) && *path != format!("{}/", stuck.path))
    };
    found.iter().filter(|stuck| !is_above(stuck)).cloned().collect()
}

/// The names for a call that skips resources. A nested stack stands for what is stuck in it.
pub(crate) fn names(stuck: &[Stuck], paths: &[String]) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for path in paths {
        let below = format!("{path}/");
        let found = stuck.iter().filter(|stuck| stuck.path == *path || stuck.path.starts_with(&below));
        let before = names.len();
        names.extend(found.map(|stuck| stuck.name.clone()));
        if names.len() == before {
            let stuck = stuck.iter().map(|stuck| stuck.path.clone()).collect();
            return Err(Error::NotStuck { path: path.clone(), stuck });
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stuck(path: &str, name: &str) -> Stuck {
        let text = String::new;
        Stuck { path: path.into(), name: name.into(), resource_type: text(), status: text(), reason: text() }
    }

    #[test]
    fn a_stack_is_stuck_only_if_nothing_in_it_is() {
        let all = vec![stuck("a", "a"), stuck("a/b", "a-1.b"), stuck("a/b/C", "b-1.C"), stuck("ab", "ab")];
        let paths: Vec<String> = leaves(all).into_iter().map(|stuck| stuck.path).collect();
        assert_eq!(paths, ["a/b/C", "ab"]);
    }

    #[test]
    fn what_is_skipped_is_named_as_the_call_wants_it() {
        let all = [
            stuck("Topic", "Topic"),
            stuck("storagea/Table", "root-storagea-X.Table"),
            stuck("storagea/B", "root-storagea-X.B"),
        ];
        let of = |paths: &[&str]| names(&all, &paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["Topic", "storagea/B"]).unwrap(), ["Topic", "root-storagea-X.B"]);
        assert_eq!(of(&["storagea"]).unwrap(), ["root-storagea-X.Table", "root-storagea-X.B"]);
        let error = of(&["storage"]).unwrap_err();
        assert_eq!(error.code(), "not-stuck");
        assert!(error.hints()[0].contains("storagea/Table"), "{:?}", error.hints());
    }
}
