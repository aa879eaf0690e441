//! Reading and writing documents.

use std::path::Path;

use serde_json::json;

use super::*;

fn parse(text: &str) -> Document {
    Document::parse(text.as_bytes(), Path::new("amplify/backend/backend-config.json")).unwrap()
}

fn text(document: &Document) -> String {
    String::from_utf8(document.to_bytes()).unwrap()
}

#[test]
fn unchanged_documents_keep_every_byte() {
    for source in [
        "{}",
        "\u{feff}{\r\n  \"a\" : 1.0,\r\n\r\n  \"b\": [ 1,2 ]\r\n}\r\n",
        "{\"a\":\"\\u00e9\\/\",\"a\":2}\n",
        "{\n\t\"z\": 1e5,\n\t\"a\": {}\n}",
    ] {
        assert_eq!(text(&parse(source)), source);
    }
}

#[test]
fn only_the_changed_line_differs() {
    let mut document = parse("{\n  \"one\": {\"x\": 1.0, \"y\": [1,2]},\n\n  \"two\": {\n    \"a\": 1\n  }\n}\n");
    document.value["two"]["a"] = json!(2);
    assert_eq!(text(&document), "{\n  \"one\": {\"x\": 1.0, \"y\": [1,2]},\n  \"two\": {\n    \"a\": 2\n  }\n}\n");
}

#[test]
fn windows_line_ends_and_the_byte_order_mark_stay() {
    let mut document = parse("\u{feff}{\r\n\t\"a\": 1\r\n}");
    document.value["b"] = json!([]);
    assert_eq!(text(&document), "\u{feff}{\r\n\t\"a\": 1,\r\n\t\"b\": []\r\n}");
}

#[test]
fn an_empty_file_takes_the_layout_of_its_kind() {
    let mut tabs = parse("{}");
    tabs.value["auth"] = json!({});
    assert_eq!(text(&tabs), "{\n\t\"auth\": {}\n}");
    let mut spaces = Document::parse(b"{}", Path::new("amplify/team-provider-info.json")).unwrap();
    spaces.value["dev"] = json!(1);
    assert_eq!(text(&spaces), "{\n    \"dev\": 1\n}");
}

#[test]
fn a_change_of_order_is_written() {
    let mut document = parse("{\"a\":1,\"b\":2}");
    document.value = json!({"b": 2, "a": 1});
    assert_eq!(text(&document), "{\"b\":2,\"a\":1}");
}

#[test]
fn another_style_rewrites_all() {
    let mut document = parse("{\"a\":[1]}");
    document.style = Indent::Spaces(2);
    assert_eq!(text(&document), "{\n  \"a\": [\n    1\n  ]\n}");
}

#[test]
fn of_doubled_keys_the_last_counts_in_the_first_place() {
    let document = parse("{\"a\":1,\"b\":2,\"a\":3}");
    assert_eq!(document.value.to_string(), "{\"a\":3,\"b\":2}");
}

#[test]
fn mistakes_name_line_and_column() {
    let check = |bytes: &[u8], expected: &str| {
        let error = Document::parse(bytes, Path::new("f.json")).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.hints().len(), 1);
    };
    check(b"{\"a\": 1,\n  oops}", "`f.json` is not valid JSON: key must be a string at line 2, column 3");
    check(
        b"{\"a\": {\n",
        "`f.json` is not valid JSON: the file ends too early (EOF while parsing an object) at line 2, column 0",
    );
    check(b"{\n\"a\": \"\xff\"}", "`f.json` is not valid JSON: bytes that are not UTF-8 at line 2, column 7");
    check(b"[1]", "`f.json`: `.` should be an object, but is an array");
    check(b"", "`f.json` is not valid JSON: the file ends too early (EOF while parsing a value) at line 1, column 0");
}

#[test]
fn deep_nesting_is_an_error_and_not_a_crash() {
    let text = "[".repeat(100_000);
    assert_eq!(Document::parse(text.as_bytes(), Path::new("f.json")).unwrap_err().code(), "project-file-invalid");
}
