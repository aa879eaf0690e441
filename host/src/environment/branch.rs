//! Branches of git that belong to an environment: a command that changes something stops on a branch of another one.

use std::path::Path;

use amplify_project::{ProjectConfig, ProjectState};
use serde_json::{Map, Value};

use crate::error::Error;

/// Where `project-config.json` says which branch belongs to which environment, so that all of a team know.
const KEY: &str = "branchEnvironments";

/// How `HEAD` names a branch.
const REFERENCE: &str = "ref: refs/heads/";

/// Branches with their environments.
pub fn bound(config: &ProjectConfig) -> Map<String, Value> {
    config.document().object().get(KEY).and_then(Value::as_object).cloned().unwrap_or_default()
}

/// Binds a branch to an environment, or to none.
pub fn bind(config: &mut ProjectConfig, branch: &str, environment: Option<&str>) {
    let mut bound = bound(config);
    match environment {
        Some(environment) => drop(bound.insert(branch.to_owned(), environment.into())),
        None => drop(bound.shift_remove(branch)),
    }
    keep(config, bound);
}

/// Takes an environment that is gone from all branches.
pub fn forget(config: &mut ProjectConfig, environment: &str) {
    let mut bound = bound(config);
    bound.retain(|_, other| other != environment);
    keep(config, bound);
}

fn keep(config: &mut ProjectConfig, bound: Map<String, Value>) {
    let document = config.document_mut().object_mut();
    if bound.is_empty() {
        document.shift_remove(KEY);
    } else {
        document.insert(KEY.to_owned(), Value::Object(bound));
    }
}

/// The branch that is checked out where a project lies; none outside of a repository, and where a commit is checked out
/// by itself, as build machines do.
pub fn current(root: &Path) -> Option<String> {
    let marked = root.ancestors().map(|folder| folder.join(".git")).find(|path| path.exists())?;
    let folder = if marked.is_dir() {
        marked
    } else {
        // A working tree beside the repository, or a submodule.
        let text = fs_err::read_to_string(&marked).ok()?;
        marked.parent()?.join(text.strip_prefix("gitdir: ")?.trim_end())
    };
    let head = fs_err::read_to_string(folder.join("HEAD")).ok()?;
    Some(head.strip_prefix(REFERENCE)?.trim_end().to_owned())
}

/// Stops on a branch that belongs to another environment than the current one, and in an environment that belongs to other
/// branches.
///
/// # Errors
/// It is so.
pub fn check(root: &Path, state: &ProjectState) -> Result<(), Error> {
    let bound = bound(&state.config);
    if bound.is_empty() {
        return Ok(());
    }
    let (Some(branch), Ok(active)) = (current(root), state.environment()) else { return Ok(()) };
    verdict(&bound, &branch, active, &state.team.environments())
}

fn verdict(bound: &Map<String, Value>, branch: &str, active: &str, known: &[&str]) -> Result<(), Error> {
    let refusal = |message: String| {
        Error::failed("branch-mismatch", message).hint(format!("add --env {active} if that is what you mean"))
    };
    let own = bound.get(branch).and_then(Value::as_str).filter(|name| known.contains(name));
    if own == Some(active) {
        return Ok(());
    }
    if let Some(own) = own {
        let message =
            format!("the branch `{branch}` belongs to the environment `{own}`, and the current one is `{active}`");
        return Err(refusal(message).hint(format!("type `amplify env checkout {own}`")));
    }
    let owners: Vec<&str> =
        bound.iter().filter(|(_, name)| *name == active).map(|(branch, _)| branch.as_str()).collect();
    if owners.is_empty() {
        return Ok(());
    }
    let owners = owners.join("`, `");
    Err(refusal(format!("the environment `{active}` belongs to `{owners}`, and the branch is `{branch}`"))
        .hint("type `amplify env checkout <name>` to work on another one"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_branch_and_an_environment_that_belong_to_others_stop() {
        let bound = json!({ "main": "prod", "release": "prod", "develop": "dev", "old": "gone" });
        let of = |branch: &str, active: &str| {
            verdict(bound.as_object().unwrap(), branch, active, &["prod", "dev", "free"]).map_err(|error| error.message)
        };
        for (branch, active) in [("main", "prod"), ("release", "prod"), ("develop", "dev"), ("feature", "free")] {
            assert_eq!(of(branch, active), Ok(()), "{branch} {active}");
        }
        for (branch, active) in [("main", "dev"), ("main", "free"), ("develop", "prod"), ("feature", "prod")] {
            assert!(of(branch, active).is_err(), "{branch} {active}");
        }
        // An environment that is gone binds nobody.
        assert_eq!(of("old", "free"), Ok(()));
        let told = of("feature", "prod").unwrap_err();
        assert_eq!(&*told, "the environment `prod` belongs to `main`, `release`, and the branch is `feature`");
    }

    #[test]
    fn a_branch_is_read_from_repositories_working_trees_and_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        let (root, inner) = (folder.path(), folder.path().join("apps/shop"));
        fs_err::create_dir_all(&inner).unwrap();
        assert_eq!(current(&inner), None);
        let head = |path: &str, text: &str| {
            fs_err::create_dir_all(root.join(path)).unwrap();
            fs_err::write(root.join(path).join("HEAD"), text).unwrap();
        };
        head(".git", "ref: refs/heads/feature/cart\n");
        assert_eq!(current(&inner).as_deref(), Some("feature/cart"));
        head(".git", "0123456789012345678901234567890123456789\n");
        assert_eq!(current(&inner), None);
        fs_err::write(inner.join(".git"), "gitdir: ../../.git/worktrees/shop\n").unwrap();
        head(".git/worktrees/shop", "ref: refs/heads/hotfix\n");
        assert_eq!(current(&inner).as_deref(), Some("hotfix"));
    }
}
