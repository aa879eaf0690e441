//! Key paths such as `Resources.Table.Properties.KeySchema[0]`, as messages show them.

use std::fmt::Write as _;

use serde_json::Value;

/// One step from a value to a part of it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Segment<'a> {
    Key(&'a str),
    Index(usize),
}

/// Writes the steps as one text.
pub(crate) fn render(segments: &[Segment<'_>]) -> String {
    let mut text = String::new();
    for segment in segments {
        match segment {
            Segment::Key(key) => push_key(&mut text, key),
            Segment::Index(index) => push_index(&mut text, *index),
        }
    }
    text
}

/// Adds a key to a path.
pub(crate) fn push_key(path: &mut String, key: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(key);
}

/// Adds a list index to a path.
pub(crate) fn push_index(path: &mut String, index: usize) {
    // Writing to a String cannot fail.
    let _ = write!(path, "[{index}]");
}

/// The steps of a path as texts; an index keeps its brackets.
pub(crate) fn split(path: &str) -> Vec<String> {
    let mut steps = Vec::new();
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let (key, mut rest) = part.split_at(part.find('[').unwrap_or(part.len()));
        if !key.is_empty() {
            steps.push(key.to_owned());
        }
        while let Some(end) = rest.find(']') {
            steps.push(rest[..=end].to_owned());
            rest = &rest[end + 1..];
        }
    }
    steps
}

/// Visits every part of a value with its path, children after their parent, until `visit` says not to go deeper.
pub(crate) fn walk<'a>(
    value: &'a Value,
    path: &mut Vec<Segment<'a>>,
    visit: &mut dyn FnMut(&'a Value, &mut Vec<Segment<'a>>) -> bool,
) {
    if !visit(value, path) {
        return;
    }
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(Segment::Index(index));
                walk(item, path, visit);
                path.pop();
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                path.push(Segment::Key(key));
                walk(member, path, visit);
                path.pop();
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renders_and_splits() {
        let path =
            render(&[Segment::Key("A"), Segment::Key("B"), Segment::Index(1), Segment::Index(2), Segment::Key("C")]);
        assert_eq!(path, "A.B[1][2].C");
        assert_eq!(split(&path), ["A", "B", "[1]", "[2]", "C"]);
        assert_eq!(split("Resources.A.Fn::If[0]"), ["Resources", "A", "Fn::If", "[0]"]);
    }
}
