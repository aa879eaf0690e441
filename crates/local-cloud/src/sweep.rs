//! Deletes unpacked code that no deployed function uses any more.

use std::{collections::BTreeSet, io};

use serde_json::Value;

use crate::{handlers::CODE, paths::Paths, state::State, store};

/// Deletes the code of earlier deployments, and of failed ones.
pub(crate) fn functions(paths: &Paths, state: &State) -> io::Result<()> {
    let folder = paths.functions();
    if !folder.is_dir() {
        return Ok(());
    }
    let mut used = BTreeSet::new();
    if let Some(stack) = &state.stack {
        stack.walk("", &mut |_, resource| {
            if let Some(code) = resource.facts.get(CODE).and_then(Value::as_str) {
                used.insert(folder.join(code));
            }
        });
    }
    for function in fs_err::read_dir(&folder)? {
        let function = function?.path();
        let mut empty = true;
        for version in fs_err::read_dir(&function)? {
            let version = version?.path();
            if used.contains(&version) {
                empty = false;
            } else {
                store::remove_folder(&version)?;
            }
        }
        if empty {
            fs_err::remove_dir(&function)?;
        }
    }
    Ok(())
}
