//! The file as it is now: people add keys of their own to it, and those are carried over.

use amplify_sdk::JsonMap;
use serde_json::Value;

/// Keys of a mock server, which a deployment must not carry over.
const OF_MOCK: [&str; 2] = [
    "aws_user_files_s3_dangerously_connect_to_http_endpoint_for_testing",
    "aws_appsync_dangerously_connect_to_http_endpoint_for_testing",
];

/// Reads the object that a file exports. It may be written as JavaScript: comments, names without quotes, trailing commas.
///
/// # Errors
/// Why the file is not understood, in a few words.
pub fn parse(text: &str) -> Result<JsonMap, String> {
    if text.trim().is_empty() {
        return Ok(JsonMap::new());
    }
    let literal = literal(text).ok_or("it exports no object")?;
    match json5::from_str(literal) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err("it exports no object".into()),
        Err(error) => Err(error.to_string().replace('\n', " ")),
    }
}

/// The object literal: what is assigned to the name that the file exports, or what it exports itself.
fn literal(text: &str) -> Option<&str> {
    let export = text.find("export default").or_else(|| text.find("module.exports"))?;
    let (before, exported) = text.split_at(export);
    let source = match exported.find('{') {
        // An object that is exported itself, and no name before it.
        Some(open) if !exported[..open].contains(';') => &exported[open..],
        _ => {
            let assigned = before.find('=')?;
            before[assigned + 1..].trim_start()
        }
    };
    let source = &source[source.find('{')?..];
    Some(&source[..=source.rfind('}')?])
}

/// Carries over the keys of `current` that `before`, what the backend had before, does not explain.
pub fn carry_over(object: &mut JsonMap, before: &JsonMap, current: JsonMap) {
    for (key, value) in current {
        if !OF_MOCK.contains(&key.as_str()) && !before.get(&key).is_some_and(says_something) {
            object.insert(key, value);
        }
    }
}

/// Whether JavaScript takes the value for true.
fn says_something(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Number(number) => number.as_f64() != Some(0.0),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn generated_files_are_read_back() {
        let object = json!({ "a": "b", "nested": { "list": [1, { "c": "}" }] } });
        let text = super::super::render(object.as_object().unwrap());
        assert_eq!(parse(&text).map(Value::Object), Ok(object));
    }

    #[test]
    fn javascript_is_understood() {
        let text = "
            /* eslint-disable */
            const awsmobile = {
                'aws_project_region': \"us-east-1\", // where it is
                API: { endpoints: [{ name: 'mine', }], },
            };

            export default awsmobile;
        ";
        let object = json!({
            "aws_project_region": "us-east-1",
            "API": { "endpoints": [{ "name": "mine" }] }
        });
        assert_eq!(parse(text).map(Value::Object), Ok(object));
        assert_eq!(parse("export default { a: 1 };\n").map(Value::Object), Ok(json!({ "a": 1 })));
        assert_eq!(parse("const a = {};\nmodule.exports = a;\n").map(Value::Object), Ok(json!({})));
        assert_eq!(parse("").map(Value::Object), Ok(json!({})));
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in
            ["export default 1;", "hello", "const a = { ...b };\nexport default a;", "const a = {\nexport default a;"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn own_keys_stay_and_keys_of_the_backend_go() {
        let map = |value: Value| value.as_object().cloned().unwrap();
        let mut object = map(json!({ "region": "new", "bucket": "new" }));
        let before = map(json!({ "region": "old", "table": "old", "empty": "" }));
        let current = map(json!({
            "region": "old", "table": "old", "bucket": "own", "empty": "own", "own": 1,
            "aws_appsync_dangerously_connect_to_http_endpoint_for_testing": true
        }));
        carry_over(&mut object, &before, current);
        assert_eq!(object, map(json!({ "region": "new", "bucket": "own", "empty": "own", "own": 1 })));
    }
}
