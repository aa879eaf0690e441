//! Three-way merges: what was deployed when this folder was last in step, what is deployed now, and what the folder holds.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// What becomes of files that were changed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// They stay as they are.
    Keep,
    /// What is deployed takes their place; what only this folder has stays.
    Overwrite,
    /// What is deployed takes the place of everything.
    Restore,
}

/// What a merge does with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The deployed one is added.
    Added,
    /// The deployed one takes the place of ours.
    Replaced,
    /// It is deleted, because it is not deployed any more.
    Deleted,
    /// Ours differs from the deployed one, which did not change meanwhile; ours stays.
    Kept,
    /// Both changed; ours stays.
    Conflict,
}

/// Files by path.
pub type Files<'f> = BTreeMap<&'f str, &'f [u8]>;

/// Merges files. Those that are the same on both sides are left out of the answer.
pub fn files<'f>(base: &Files<'f>, theirs: &Files<'f>, ours: &Files<'f>, mode: Mode) -> BTreeMap<&'f str, Outcome> {
    let paths: BTreeSet<&str> = base.keys().chain(theirs.keys()).chain(ours.keys()).copied().collect();
    let outcome = |path| outcome(base.get(path), theirs.get(path), ours.get(path), mode);
    paths.into_iter().filter_map(|path| Some((path, outcome(path)?))).collect()
}

fn outcome<T: PartialEq>(base: Option<&T>, theirs: Option<&T>, ours: Option<&T>, mode: Mode) -> Option<Outcome> {
    if theirs == ours {
        return None;
    }
    let take = match (theirs, ours) {
        (Some(_), Some(_)) => Outcome::Replaced,
        (Some(_), None) => Outcome::Added,
        (None, _) => Outcome::Deleted,
    };
    Some(match mode {
        Mode::Restore => take,
        Mode::Overwrite if theirs.is_some() || base.is_some() => take,
        _ if ours == base => take,
        _ if theirs == base => Outcome::Kept,
        _ => Outcome::Conflict,
    })
}

/// Whose value stands where both sides changed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Base,
    Theirs,
    Ours,
}

/// Merges JSON values key by key; lists and scalars are merged as a whole. `conflicts` gets the keys, joined by dots, that both
/// sides changed.
pub fn json(
    base: Option<&Value>,
    theirs: Option<&Value>,
    ours: Option<&Value>,
    mode: Mode,
    conflicts: &mut Vec<String>,
) -> Option<Value> {
    merged([base, theirs, ours], mode, Side::Ours, String::new(), conflicts)
}

/// A document that three people know: everything that one of two changed is in each of the values, and they differ only where
/// both changed the same.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ThreeWay {
    /// With what both began with there.
    pub base: Value,
    /// With what they have there.
    pub theirs: Value,
    /// With what we have there.
    pub ours: Value,
    /// The keys, joined by dots, that both changed.
    pub conflicts: Vec<String>,
}

/// Merges objects key by key, in our order, and keeps all that is known of what cannot be merged.
pub fn three_way(base: &Value, theirs: &Value, ours: &Value) -> ThreeWay {
    let mut conflicts = Vec::new();
    let mut of = |side| {
        conflicts.clear();
        let values = [Some(base), Some(theirs), Some(ours)];
        merged(values, Mode::Keep, side, String::new(), &mut conflicts).unwrap_or_default()
    };
    let (base, theirs, ours) = (of(Side::Base), of(Side::Theirs), of(Side::Ours));
    ThreeWay { base, theirs, ours, conflicts }
}

/// `values` are those of base, theirs and ours.
fn merged(
    values: [Option<&Value>; 3],
    mode: Mode,
    side: Side,
    path: String,
    conflicts: &mut Vec<String>,
) -> Option<Value> {
    let [base, theirs, ours] = values;
    let empty = Map::new();
    if let (Some(Value::Object(theirs)), Some(Value::Object(ours))) = (theirs, ours) {
        let base = base.and_then(Value::as_object).unwrap_or(&empty);
        let keys = ours.keys().chain(theirs.keys().filter(|key| !ours.contains_key(*key)));
        let mut result = Map::new();
        for key in keys {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let values = [base.get(key), theirs.get(key), ours.get(key)];
            let value = merged(values, mode, side, path, conflicts);
            result.extend(value.map(|value| (key.clone(), value)));
        }
        return Some(Value::Object(result));
    }
    match outcome(base, theirs, ours, mode) {
        None | Some(Outcome::Kept) => ours.cloned(),
        Some(Outcome::Conflict) => {
            conflicts.push(path);
            match side {
                Side::Base => base.cloned(),
                Side::Theirs => theirs.cloned(),
                Side::Ours => ours.cloned(),
            }
        }
        Some(Outcome::Added | Outcome::Replaced | Outcome::Deleted) => theirs.cloned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of<'f>(files: &[(&'f str, &'f str)]) -> Files<'f> {
        files.iter().map(|(path, text)| (*path, text.as_bytes())).collect()
    }

    #[test]
    fn only_what_stayed_the_same_here_is_replaced() {
        let base = of(&[("same", "1"), ("theirs", "1"), ("ours", "1"), ("both", "1"), ("gone", "1"), ("dropped", "1")]);
        let theirs =
            of(&[("same", "1"), ("theirs", "2"), ("ours", "1"), ("both", "2"), ("new", "1"), ("dropped", "2")]);
        let ours = of(&[("same", "1"), ("theirs", "1"), ("ours", "2"), ("both", "3"), ("gone", "1"), ("mine", "1")]);
        let merge = |mode| files(&base, &theirs, &ours, mode).into_iter().collect::<Vec<_>>();
        assert_eq!(
            merge(Mode::Keep),
            [
                ("both", Outcome::Conflict),
                ("dropped", Outcome::Conflict),
                ("gone", Outcome::Deleted),
                ("mine", Outcome::Kept),
                ("new", Outcome::Added),
                ("ours", Outcome::Kept),
                ("theirs", Outcome::Replaced),
            ]
        );
        assert_eq!(
            merge(Mode::Overwrite),
            [
                ("both", Outcome::Replaced),
                ("dropped", Outcome::Added),
                ("gone", Outcome::Deleted),
                ("mine", Outcome::Kept),
                ("new", Outcome::Added),
                ("ours", Outcome::Replaced),
                ("theirs", Outcome::Replaced),
            ]
        );
        assert_eq!(merge(Mode::Restore)[3], ("mine", Outcome::Deleted));
    }

    #[test]
    fn the_same_change_on_both_sides_is_no_conflict() {
        let changed = of(&[("a", "2")]);
        assert!(files(&of(&[("a", "1")]), &changed, &changed, Mode::Keep).is_empty());
        assert!(files(&of(&[("a", "1")]), &of(&[]), &of(&[]), Mode::Keep).is_empty());
    }

    #[test]
    fn without_a_base_differing_files_are_conflicts_and_nothing_is_lost() {
        let outcomes = files(&of(&[]), &of(&[("a", "1"), ("b", "1")]), &of(&[("a", "2"), ("c", "1")]), Mode::Keep);
        let wanted = [("a", Outcome::Conflict), ("b", Outcome::Added), ("c", Outcome::Kept)];
        assert_eq!(outcomes.into_iter().collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn documents_are_merged_by_key_and_keep_their_order() {
        let base = json!({"b": {"x": 1, "old": 1}, "gone": 1});
        let theirs = json!({"new": 1, "b": {"x": 2, "y": [1]}});
        let ours = json!({"mine": 1, "b": {"x": 1, "old": 1, "z": 3}, "gone": 1});
        let mut conflicts = Vec::new();
        let result = json(Some(&base), Some(&theirs), Some(&ours), Mode::Keep, &mut conflicts).unwrap();
        assert_eq!(result.to_string(), r#"{"mine":1,"b":{"x":2,"z":3,"y":[1]},"new":1}"#);
        assert!(conflicts.is_empty());
    }

    #[test]
    fn a_key_that_both_changed_stays_ours_and_is_named() {
        let (base, theirs, ours) = (json!({"a": {"b": [1]}}), json!({"a": {"b": [2]}}), json!({"a": {"b": [3]}}));
        let mut conflicts = Vec::new();
        let result = json(Some(&base), Some(&theirs), Some(&ours), Mode::Keep, &mut conflicts).unwrap();
        assert_eq!((result, conflicts.as_slice()), (ours.clone(), ["a.b".to_owned()].as_slice()));
        for mode in [Mode::Overwrite, Mode::Restore] {
            let mut conflicts = Vec::new();
            assert_eq!(json(Some(&base), Some(&theirs), Some(&ours), mode, &mut conflicts).unwrap(), theirs);
            assert!(conflicts.is_empty());
        }
    }
    #[test]
    fn what_both_changed_is_known_from_each_side_and_all_else_is_merged() {
        let base = json!({"a": {"x": 1, "gone": 1}, "same": 1});
        let theirs = json!({"a": {"x": 2, "theirs": 1}, "same": 1, "both": {"t": 1, "k": 1}});
        let ours = json!({"mine": 1, "a": {"x": 3, "gone": 2}, "same": 1, "both": {"k": 2}});
        let merge = three_way(&base, &theirs, &ours);
        assert_eq!(merge.conflicts, ["a.x", "a.gone", "both.k"]);
        let of = |x: i32, gone: Option<i32>, k: Option<i32>| {
            let mut wanted = json!({"mine": 1, "a": {"x": x}, "same": 1, "both": {}});
            wanted["a"].as_object_mut().unwrap().extend(gone.map(|gone| ("gone".to_owned(), json!(gone))));
            wanted["a"]["theirs"] = json!(1);
            wanted["both"].as_object_mut().unwrap().extend(k.map(|k| ("k".to_owned(), json!(k))));
            wanted["both"]["t"] = json!(1);
            wanted.to_string()
        };
        assert_eq!(merge.ours.to_string(), of(3, Some(2), Some(2)));
        assert_eq!(merge.theirs.to_string(), of(2, None, Some(1)));
        assert_eq!(merge.base.to_string(), of(1, Some(1), None));
    }
}
