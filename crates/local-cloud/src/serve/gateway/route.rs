//! Which path of an API's description a request is for.

use serde_json::{Map, Value};

/// A path and what its parameters stand for.
#[derive(Debug, PartialEq)]
pub(super) struct Route<'d> {
    /// As the description has it: `/book/{isbn}`.
    pub(super) resource: &'d str,
    /// What the description says of it.
    pub(super) methods: &'d Value,
    /// Decoded.
    pub(super) parameters: Map<String, Value>,
}

/// Finds the path: a fixed part goes before a parameter, and a parameter before `{proxy+}`.
pub(super) fn find<'d>(paths: &'d Map<String, Value>, path: &str) -> Option<Route<'d>> {
    let parts: Vec<&str> = split(path);
    let fitting = paths.iter().filter_map(|(resource, methods)| {
        let (rank, parameters) = fit(&split(resource), &parts)?;
        Some((rank, Route { resource, methods, parameters }))
    });
    fitting.min_by(|one, other| one.0.cmp(&other.0)).map(|(_, route)| route)
}

fn split(path: &str) -> Vec<&str> {
    let inside = path.trim_start_matches('/').trim_end_matches('/');
    if inside.is_empty() { Vec::new() } else { inside.split('/').collect() }
}

/// How well a path fits, smaller being better, and its parameters.
fn fit(wanted: &[&str], parts: &[&str]) -> Option<(Vec<u8>, Map<String, Value>)> {
    let mut rank = Vec::new();
    let mut parameters = Map::new();
    for (index, piece) in wanted.iter().enumerate() {
        let name = piece.strip_prefix('{').and_then(|piece| piece.strip_suffix('}'));
        if let Some(name) = name.and_then(|name| name.strip_suffix('+')) {
            let rest = parts.get(index..).filter(|rest| !rest.is_empty())?;
            parameters.insert(name.into(), decode(&rest.join("/"), false).into());
            rank.push(2);
            return Some((rank, parameters));
        }
        let part = parts.get(index)?;
        match name {
            Some(name) => {
                parameters.insert(name.into(), decode(part, false).into());
                rank.push(1);
            }
            None if decode(part, false) == *piece => rank.push(0),
            None => return None,
        }
    }
    (wanted.len() == parts.len()).then_some((rank, parameters))
}

/// Takes percent signs away; in queries a plus is a blank.
pub(super) fn decode(text: &str, query: bool) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        let hex = text.get(index + 1..index + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (bytes[index], hex) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                index += 2;
            }
            (b'+', _) if query => decoded.push(b' '),
            (byte, _) => decoded.push(byte),
        }
        index += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(path: &str) -> Option<(String, Value)> {
        let paths = json!({
            "/items": 1, "/items/{proxy+}": 1, "/book/{isbn}": 1, "/book/latest": 1, "/book/{isbn}/{proxy+}": 1, "/": 1,
        });
        find(paths.as_object().unwrap(), path).map(|route| (route.resource.to_owned(), route.parameters.into()))
    }

    #[test]
    fn the_most_exact_path_is_found() {
        let is = |path: &str, resource: &str, parameters: Value| {
            assert_eq!(found(path), Some((resource.to_owned(), parameters)), "{path}");
        };
        is("/items", "/items", json!({}));
        is("/items/", "/items", json!({}));
        is("/items/a/b%20c", "/items/{proxy+}", json!({ "proxy": "a/b c" }));
        is("/book/12", "/book/{isbn}", json!({ "isbn": "12" }));
        is("/book/latest", "/book/latest", json!({}));
        is("/book/latest/x", "/book/{isbn}/{proxy+}", json!({ "isbn": "latest", "proxy": "x" }));
        is("/", "/", json!({}));
        assert_eq!(found("/other"), None);
        assert_eq!(found("/book"), None);
    }

    #[test]
    fn percent_signs_that_stand_for_nothing_stay() {
        assert_eq!(decode("a%2Fb%zz%4", false), "a/b%zz%4");
        assert_eq!(decode("a+b%C3%BC", true), "a bü");
        assert_eq!(decode("a+b", false), "a+b");
    }
}
