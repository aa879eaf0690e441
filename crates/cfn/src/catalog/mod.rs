//! Per resource type: what changing a property does, and what is lost with the resource.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Serialize;

mod data;
mod table;

pub use data::holds_data;

/// What CloudFormation does to a resource when a property changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UpdateBehaviour {
    /// Changed in place, while the resource goes on working.
    NoInterruption,
    /// Changed in place, with a pause or with effects on what the resource holds.
    SomeInterruption,
    /// A new resource with a new physical id takes the old one's place.
    Replacement,
    /// The type is not in the table.
    Unknown,
}

/// The properties of a type whose change is more than an update in place. All others are `NoInterruption`.
struct Rules {
    replacement: &'static [&'static str],
    interruption: &'static [&'static str],
    /// Properties below one of the above that can be changed in place after all.
    in_place: &'static [&'static str],
}

/// What changing a property does. `property_path` is as comparisons give it, `KeySchema[0].AttributeName`: a path inherits
/// from the nearest ancestor that the table lists.
pub fn behaviour(resource_type: &str, property_path: &str) -> UpdateBehaviour {
    let Some(rules) = rules(resource_type) else { return UpdateBehaviour::Unknown };
    let path = without_indexes(property_path);
    let mut rest: &str = &path;
    loop {
        if rules.in_place.contains(&rest) {
            return UpdateBehaviour::NoInterruption;
        }
        if rules.replacement.contains(&rest) {
            return UpdateBehaviour::Replacement;
        }
        if rules.interruption.contains(&rest) {
            return UpdateBehaviour::SomeInterruption;
        }
        match rest.rfind('.') {
            Some(end) => rest = &rest[..end],
            None => return UpdateBehaviour::NoInterruption,
        }
    }
}

/// Whether the table has the type.
pub fn knows(resource_type: &str) -> bool {
    rules(resource_type).is_some()
}

fn rules(resource_type: &str) -> Option<&'static Rules> {
    static INDEX: OnceLock<HashMap<&'static str, &'static Rules>> = OnceLock::new();
    if resource_type.starts_with("Custom::") {
        return Some(&table::CUSTOM);
    }
    INDEX.get_or_init(|| table::TYPES.iter().map(|(name, rules)| (*name, rules)).collect()).get(resource_type).copied()
}

/// The path with everything in brackets left out.
fn without_indexes(path: &str) -> Cow<'_, str> {
    if !path.contains(['[', ']']) {
        return Cow::Borrowed(path);
    }
    let mut depth = 0_usize;
    path.chars()
        .filter(|letter| {
            match letter {
                '[' => depth += 1,
                ']' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect()
}
