//! YAML as CloudFormation reads it.

use amplify_cfn::{ParseError, Template};
use serde_json::{Value, json};

/// The value of a template's metadata, which may be anything.
fn parsed(yaml: &str) -> Value {
    let indented: String = yaml.lines().map(|line| format!("  {line}\n")).collect();
    let text = format!("Resources: {{}}\nMetadata:\n{indented}");
    Template::parse(&text, "t.yml").unwrap_or_else(|error| panic!("{error}\n{text}")).metadata.unwrap()
}

fn error(yaml: &str) -> ParseError {
    Template::parse(yaml, "t.yml").unwrap_err()
}

#[test]
fn short_forms() {
    for (yaml, expected) in [
        ("a: !Ref env", json!({"Ref": "env"})),
        ("a: !Ref 'AWS::Region'", json!({"Ref": "AWS::Region"})),
        ("a: !GetAtt A.Arn", json!({"Fn::GetAtt": ["A", "Arn"]})),
        ("a: !GetAtt A.Outputs.B", json!({"Fn::GetAtt": ["A", "Outputs.B"]})),
        ("a: !GetAtt [A, Arn]", json!({"Fn::GetAtt": ["A", "Arn"]})),
        ("a: !GetAtt\n  - A\n  - Arn", json!({"Fn::GetAtt": ["A", "Arn"]})),
        ("a: !Condition C", json!({"Condition": "C"})),
        ("a: !Sub '${A}-x'", json!({"Fn::Sub": "${A}-x"})),
        ("a: !Sub [x, {y: !Ref Z}]", json!({"Fn::Sub": ["x", {"y": {"Ref": "Z"}}]})),
        ("a: !GetAZs ''", json!({"Fn::GetAZs": ""})),
        ("a: !Base64 5", json!({"Fn::Base64": "5"})),
        ("a: !ImportValue x", json!({"Fn::ImportValue": "x"})),
        ("a: !Not [!Equals [!Ref e, 5]]", json!({"Fn::Not": [{"Fn::Equals": [{"Ref": "e"}, 5]}]})),
        (
            "a: !And [!Condition A, !Or [!Condition B]]",
            json!({"Fn::And": [{"Condition": "A"}, {"Fn::Or": [{"Condition": "B"}]}]}),
        ),
        ("a: !FindInMap [M, !Ref R, k]", json!({"Fn::FindInMap": ["M", {"Ref": "R"}, "k"]})),
        ("a: !Cidr [!Ref B, 1, 8]", json!({"Fn::Cidr": [{"Ref": "B"}, 1, 8]})),
        ("a: !Length [1]", json!({"Fn::Length": [1]})),
        ("a: !ToJsonString {b: 1}", json!({"Fn::ToJsonString": {"b": 1}})),
        ("a: !Transform {Name: x}", json!({"Fn::Transform": {"Name": "x"}})),
        ("a: !Split ['-', !Ref A]", json!({"Fn::Split": ["-", {"Ref": "A"}]})),
        (
            "a: !If [C, !Select [3, !Split ['-', !Ref S]], !Join ['', [a, !Ref b]]]",
            json!({"Fn::If": ["C", {"Fn::Select": [3, {"Fn::Split": ["-", {"Ref": "S"}]}]}, {"Fn::Join": ["", ["a", {"Ref": "b"}]]}]}),
        ),
        ("a: {\"Fn::Sub\": x}", json!({"Fn::Sub": "x"})),
    ] {
        assert_eq!(parsed(yaml)["a"], expected, "{yaml}");
    }
}

#[test]
fn block_texts() {
    let yaml = "a: |\n  one\n    two\n\nb: >-\n  one\n  two\nc: !Sub |\n  x: ${Y}\nd: |+\n  keep\n\ne: \"q\\n\\u00e4\"\nf: 'it''s'";
    assert_eq!(
        parsed(yaml),
        json!({"a": "one\n  two\n", "b": "one two", "c": {"Fn::Sub": "x: ${Y}\n"}, "d": "keep\n\n", "e": "q\nä", "f": "it's"})
    );
}

#[test]
fn scalars_keep_their_meaning() {
    let yaml = "date: 2012-10-17\nzero: 012\ntrue: no\nyes: 'yes'\naccount: 123456789012\nversion: 1.10\nnothing:\ntilde: ~\non: y";
    assert_eq!(
        parsed(yaml),
        json!({
            "date": "2012-10-17", "zero": "012", "true": false, "yes": "yes", "account": 123_456_789_012_i64,
            "version": "1.10", "nothing": null, "tilde": null, "on": "y",
        })
    );
}

#[test]
fn core_tags() {
    let yaml =
        "a: !!str 5\nb: !!int 5\nc: !!bool true\nd: !!float 1.5\ne: !!null x\nf: !!map {x: 1}\ng: !!seq [1]\nh: ! 5";
    assert_eq!(
        parsed(yaml),
        json!({"a": "5", "b": 5, "c": true, "d": 1.5, "e": null, "f": {"x": 1}, "g": [1], "h": "5"})
    );
    for yaml in ["a: !!binary aGk=", "a: !!timestamp 2001-01-01", "a: !!set {x: }", "a: !!omap [x: 1]"] {
        assert!(matches!(error(yaml), ParseError::UnknownTag { .. }), "{yaml}");
    }
    assert!(matches!(error("a: !!int x"), ParseError::Syntax { .. }));
    assert!(matches!(error("a: !!map [x]"), ParseError::Syntax { .. }));
}

#[test]
fn order_is_kept() {
    assert_eq!(parsed("z: 1\na: 2\nm:\n  y: 1\n  b: 2").to_string(), r#"{"z":1,"a":2,"m":{"y":1,"b":2}}"#);
}

#[test]
fn anchors_aliases_and_merges() {
    let yaml = "base: &base {a: 1, b: &deep [x, !Ref Y]}\nsame: *base\nmerged:\n  <<: *base\n  a: 2\nboth:\n  <<: [{a: 3}, *base]\nname: &n key\n*n : value";
    assert_eq!(
        parsed(yaml),
        json!({
            "base": {"a": 1, "b": ["x", {"Ref": "Y"}]},
            "same": {"a": 1, "b": ["x", {"Ref": "Y"}]},
            "merged": {"a": 2, "b": ["x", {"Ref": "Y"}]},
            "both": {"a": 3, "b": ["x", {"Ref": "Y"}]},
            "name": "key",
            "key": "value",
        })
    );
    assert_eq!(parsed("a: {'<<': {b: 1}}"), json!({"a": {"<<": {"b": 1}}}));
}

#[test]
fn hostile_aliases_are_refused() {
    let mut bomb = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", vec![before; 10].join(", ")));
    }
    assert!(matches!(error(&bomb), ParseError::AliasExpansion { .. }));

    let big = format!("a: &a '{}'\nb: [{}]\n", "x".repeat(1 << 20), vec!["*a"; 1000].join(", "));
    assert!(matches!(error(&big), ParseError::AliasExpansion { .. }));

    let mut tower = "a0: &a0 1\n".to_owned();
    for level in 1..2_000 {
        tower.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
    }
    assert!(matches!(error(&tower), ParseError::TooDeep { .. }));

    assert!(error("a: &a [*a]").to_string().contains("an alias stands inside the value that it repeats"));
}

#[test]
fn depth_is_limited() {
    let nested = format!("a: {}1{}", "[".repeat(150), "]".repeat(150));
    assert!(matches!(error(&nested), ParseError::TooDeep { at: Some(_), .. }));
    let hostile = "[".repeat(200_000);
    assert!(matches!(error(&hostile), ParseError::TooDeep { .. } | ParseError::Syntax { .. }));
    let blocks: String = (0..300).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    assert!(matches!(error(&blocks), ParseError::TooDeep { .. }));
}

#[test]
fn errors_have_a_place() {
    for (yaml, message) in [
        ("a: 1\nb: 2\na: 3\n", "`t.yml`:3:1: the key `a` appears twice in one object"),
        ("a:\n  b: !Reff x\n", "`t.yml`:2:6: unknown tag `!Reff`"),
        ("a: 1\n--- \nb: 2\n", "`t.yml`:2:1: not valid YAML: a template is one document, and a second one starts here"),
        ("? [a]\n: 1\n", "`t.yml`:1:3: not valid YAML: a key must be text, not a list or an object"),
        ("a:\n  <<: 5\n", "`t.yml`:2:3: not valid YAML: the value of `<<` must be an object or a list of objects"),
    ] {
        assert_eq!(error(yaml).to_string(), message);
    }
    assert!(error("a: 'open\n").to_string().starts_with("`t.yml`:"));
    assert!(error("a:\n\t- b\n").to_string().starts_with("`t.yml`:2:"));
    assert_eq!(error("a: !Reff x").hints(), ["did you mean `!Ref`?"]);
    assert_eq!(error("a: *nowhere").code(), "template-syntax");
    assert_eq!(error("<<: {a: 1}\n<<: {b: 1}\n").code(), "template-duplicate-key");
}
