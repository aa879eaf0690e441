//! Each intrinsic function: what it yields, and what is said when it is written wrong.

use serde_json::{Value, json};

use crate::sample::{problem, value};

#[track_caller]
fn yields(expression: Value, expected: Value) {
    assert_eq!(value(expression.clone()).unwrap(), Some(expected), "{expression}");
}

#[test]
fn reference_of_parameters() {
    yields(json!({"Ref": "Name"}), json!("app"));
    yields(json!({"Ref": "Count"}), json!("5"));
    yields(json!({"Ref": "List"}), json!(["a", "b", "c"]));
    yields(json!({"Ref": "Empty"}), json!([]));
    assert_eq!(problem(json!({"Ref": ["Name"]})), "Ref: `Ref` needs the name of a parameter or a resource");
}

#[test]
fn reference_of_pseudo_parameters() {
    yields(json!({"Ref": "AWS::Region"}), json!("eu-west-1"));
    yields(json!({"Ref": "AWS::AccountId"}), json!("123456789012"));
    yields(json!({"Ref": "AWS::Partition"}), json!("aws"));
    yields(json!({"Ref": "AWS::URLSuffix"}), json!("amazonaws.com"));
    yields(json!({"Ref": "AWS::StackName"}), json!("amplify-app-dev-62055"));
    yields(json!({"Ref": "AWS::NotificationARNs"}), json!(["arn:a", "arn:b"]));
    let stack_id = value(json!({"Ref": "AWS::StackId"})).unwrap().unwrap();
    assert!(
        stack_id
            .as_str()
            .unwrap()
            .starts_with("arn:aws:cloudformation:eu-west-1:123456789012:stack/amplify-app-dev-62055/")
    );
}

#[test]
fn no_value_removes_what_it_stands_in() {
    assert_eq!(value(json!({"Ref": "AWS::NoValue"})).unwrap(), None);
    yields(json!({"a": {"Ref": "AWS::NoValue"}, "b": 1}), json!({"b": 1}));
    yields(json!(["x", {"Ref": "AWS::NoValue"}, "y"]), json!(["x", "y"]));
    yields(json!({"Fn::Join": ["-", ["x", {"Ref": "AWS::NoValue"}, "y"]]}), json!("x-y"));
}

#[test]
fn reference_of_resources() {
    yields(json!({"Ref": "Table"}), json!("Table-id"));
}

#[test]
fn attributes_in_all_notations() {
    yields(json!({"Fn::GetAtt": ["Table", "Arn"]}), json!("Table-Arn"));
    yields(json!({"Fn::GetAtt": "Table.Arn"}), json!("Table-Arn"));
    yields(json!({"Fn::GetAtt": ["Table", "Outputs.Name"]}), json!("Table-Outputs.Name"));
    yields(json!({"Fn::GetAtt": ["Table", "Outputs", "Name"]}), json!("Table-Outputs.Name"));
    yields(json!({"Fn::GetAtt": "Table.Outputs.Name"}), json!("Table-Outputs.Name"));
    yields(json!({"Fn::GetAtt": ["Table", {"Ref": "Name"}]}), json!("Table-app"));
    yields(json!({"Fn::GetAtt": ["Table", "NameServers"]}), json!(["Table-NameServers-0", "1"]));
    assert!(problem(json!({"Fn::GetAtt": "Table"})).starts_with("Fn::GetAtt: `Fn::GetAtt` needs a logical id"));
    assert!(problem(json!({"Fn::GetAtt": [{"Ref": "Name"}, "Arn"]})).starts_with("Fn::GetAtt: `Fn::GetAtt` needs"));
    assert_eq!(
        problem(json!({"Fn::GetAtt": ["Table", "Unknown"]})),
        "Fn::GetAtt: the attribute `Unknown` of the resource `Table` is not known"
    );
}

#[test]
fn substitution() {
    yields(
        json!({"Fn::Sub": "${Name}-${AWS::Region}-${Table}-${Table.Arn}-${Count}"}),
        json!("app-eu-west-1-Table-id-Table-Arn-5"),
    );
    yields(json!({"Fn::Sub": "${!Name} ${!AWS::Region} $ {} ${"}), json!("${Name} ${AWS::Region} $ {} ${"));
    yields(json!({"Fn::Sub": ["${a}/${Name}", {"a": {"Ref": "Count"}, "unused": 1}]}), json!("5/app"));
    yields(json!({"Fn::Sub": ["${Name}", {"Name": "own"}]}), json!("own"));
    yields(json!({"Fn::Sub": ["${a.b}", {"a.b": "dotted"}]}), json!("dotted"));
    yields(json!({"Fn::Sub": ""}), json!(""));
    assert_eq!(problem(json!({"Fn::Sub": "${List}"})), "Fn::Sub: `Fn::Sub` needs `List` to be text, and it is a list");
    assert_eq!(
        problem(json!({"Fn::Sub": {"a": 1}})),
        "Fn::Sub: `Fn::Sub` needs a text, or a list of a text and an object of variables"
    );
    assert_eq!(
        problem(json!({"Fn::Sub": ["${Name}"]})),
        "Fn::Sub: `Fn::Sub` needs a text, or a list of a text and an object of variables"
    );
    assert_eq!(
        problem(json!({"Fn::Sub": ["${a}", {"a": {"Ref": "List"}}]})),
        "Fn::Sub[1].a: `Fn::Sub` needs each variable to be text, and it is a list"
    );
}

#[test]
fn join() {
    yields(json!({"Fn::Join": ["-", ["a", {"Ref": "Name"}, 5, true]]}), json!("a-app-5-true"));
    yields(json!({"Fn::Join": ["", ["a"]]}), json!("a"));
    yields(json!({"Fn::Join": [",", {"Ref": "List"}]}), json!("a,b,c"));
    yields(json!({"Fn::Join": [",", {"Ref": "Empty"}]}), json!(""));
    yields(json!({"Fn::Join": ["+", {"Fn::Split": [".", "x.y"]}]}), json!("x+y"));
    yields(json!({"Fn::Join": ["+", {"Fn::GetAtt": ["Table", "NameServers"]}]}), json!("Table-NameServers-0+1"));
    assert_eq!(
        problem(json!({"Fn::Join": ["-", {"Ref": "Name"}]})),
        "Fn::Join[1]: `Fn::Join` needs a list, and it is text"
    );
    assert_eq!(
        problem(json!({"Fn::Join": ["-", ["a", {"Ref": "List"}]]})),
        "Fn::Join: `Fn::Join` needs a list of texts, and element 1 is a list"
    );
    assert_eq!(problem(json!({"Fn::Join": ["-"]})), "Fn::Join: `Fn::Join` needs a delimiter and a list");
    assert_eq!(problem(json!({"Fn::Join": [["-"], []]})), "Fn::Join: `Fn::Join` needs a delimiter that is plain text");
}

#[test]
fn split() {
    yields(json!({"Fn::Split": ["-", {"Ref": "AWS::StackName"}]}), json!(["amplify", "app", "dev", "62055"]));
    yields(json!({"Fn::Split": ["|", "no delimiter"]}), json!(["no delimiter"]));
    yields(json!({"Fn::Split": [",", ",a,"]}), json!(["", "a", ""]));
    assert!(problem(json!({"Fn::Split": ["", "a"]})).contains("a delimiter that is plain text and not empty"));
    assert!(
        problem(json!({"Fn::Split": ["-", ["a"]]})).starts_with("Fn::Split[1]: `Fn::Split` needs the second argument")
    );
}

#[test]
fn select() {
    yields(json!({"Fn::Select": [3, {"Fn::Split": ["-", {"Ref": "AWS::StackName"}]}]}), json!("62055"));
    yields(json!({"Fn::Select": ["1", {"Ref": "List"}]}), json!("b"));
    yields(json!({"Fn::Select": [0, [{"a": 1}, "b"]]}), json!({"a": 1}));
    assert_eq!(
        problem(json!({"Fn::Select": [3, {"Ref": "List"}]})),
        "Fn::Select: `Fn::Select` wants element 3 of a list of 3"
    );
    assert_eq!(
        problem(json!({"Fn::Select": [-1, ["a"]]})),
        "Fn::Select: `Fn::Select` needs an index that counts from 0, not `-1`"
    );
    assert_eq!(problem(json!({"Fn::Select": [0, "a"]})), "Fn::Select[1]: `Fn::Select` needs a list, and it is text");
}

#[test]
fn find_in_map() {
    let find = |keys: Value| json!({"Fn::FindInMap": keys});
    yields(find(json!(["Regions", {"Ref": "AWS::Region"}, "Ami"])), json!("ami-1"));
    yields(find(json!(["Regions", "eu-west-1", "Zones"])), json!(["x", "y"]));
    yields(find(json!(["Regions", "eu-west-1", "Size"])), json!(7));
    yields(find(json!(["Regions", "ap-south-1", "Ami", {"DefaultValue": {"Ref": "Name"}}])), json!("app"));
    yields(find(json!(["Regions", "eu-west-1", "Ami", {"DefaultValue": "none"}])), json!("ami-1"));
    assert_eq!(problem(find(json!(["Region", "a", "b"]))), "Fn::FindInMap: there is no mapping `Region`");
    assert_eq!(
        problem(find(json!(["Regions", "eu-west-2", "b"]))),
        "Fn::FindInMap: the mapping `Regions` has no key `eu-west-2`"
    );
    assert_eq!(
        problem(find(json!(["Regions", "us-east-1", "Zones"]))),
        "Fn::FindInMap: the mapping `Regions` has no key `Zones`"
    );
    assert!(problem(find(json!(["Regions", "a"]))).contains("a mapping, a top-level key"));
    assert!(problem(find(json!(["Regions", "a", "b", {"Default": 1}]))).contains("`DefaultValue`"));
    let error = value(find(json!(["Regions", "eu-west-1", "Amy"]))).unwrap_err();
    assert_eq!(error.hints(), ["did you mean `Ami`?"]);
}

#[test]
fn choice() {
    yields(json!({"Fn::If": ["Yes", "a", {"Ref": "Absent"}]}), json!("a"));
    yields(json!({"Fn::If": ["No", {"Ref": "Absent"}, {"Fn::If": ["Yes", ["b"], "c"]}]}), json!(["b"]));
    assert_eq!(value(json!({"Fn::If": ["No", "a", {"Ref": "AWS::NoValue"}]})).unwrap(), None);
    assert_eq!(problem(json!({"Fn::If": ["Yes", "a"]})), "Fn::If: `Fn::If` needs a condition and two values");
    assert_eq!(problem(json!({"Fn::If": ["Yess", "a", "b"]})), "Fn::If: there is no condition `Yess`");
    assert_eq!(
        problem(json!({"Fn::If": [{"Ref": "Name"}, "a", "b"]})),
        "Fn::If: `Fn::If` needs the name of a condition first"
    );
}

#[test]
fn import() {
    yields(json!({"Fn::ImportValue": {"Fn::Sub": "shared-vpc"}}), json!("vpc-1"));
    assert_eq!(problem(json!({"Fn::ImportValue": "shared-vcp"})), "Fn::ImportValue: no stack exports `shared-vcp`");
}

#[test]
fn base64() {
    yields(json!({"Fn::Base64": {"Fn::Sub": "Grüße ${Name}"}}), json!("R3LDvMOfZSBhcHA="));
    yields(json!({"Fn::Base64": ""}), json!(""));
    assert!(problem(json!({"Fn::Base64": ["a"]})).contains("its argument to be text, and it is a list"));
}

#[test]
fn zones() {
    yields(json!({"Fn::GetAZs": ""}), json!(["eu-west-1a", "eu-west-1b", "eu-west-1c"]));
    yields(json!({"Fn::GetAZs": {"Ref": "AWS::Region"}}), json!(["eu-west-1a", "eu-west-1b", "eu-west-1c"]));
    yields(json!({"Fn::Select": [1, {"Fn::GetAZs": "us-east-1"}]}), json!("us-east-1b"));
}

#[test]
fn cidr() {
    yields(json!({"Fn::Cidr": ["192.168.0.0/24", 2, "5"]}), json!(["192.168.0.0/27", "192.168.0.32/27"]));
    yields(json!({"Fn::Select": [1, {"Fn::Cidr": ["10.0.0.0/16", {"Ref": "Count"}, 8]}]}), json!("10.0.1.0/24"));
    assert_eq!(
        problem(json!({"Fn::Cidr": ["10.0.0.0/16", 300, 8]})),
        "Fn::Cidr: `Fn::Cidr` needs a count from 1 to 256"
    );
    assert!(
        problem(json!({"Fn::Cidr": ["10.0.0.0/16", 2]})).starts_with("Fn::Cidr: `Fn::Cidr` needs an address block")
    );
}

#[test]
fn length() {
    yields(json!({"Fn::Length": {"Ref": "List"}}), json!(3));
    yields(json!({"Fn::Length": ["a", {"Ref": "AWS::NoValue"}]}), json!(1));
    assert_eq!(
        problem(json!({"Fn::Length": {"Ref": "Name"}})),
        "Fn::Length: `Fn::Length` needs a list, and it is text"
    );
}

#[test]
fn json_text() {
    yields(
        json!({"Fn::ToJsonString": {"b": {"Ref": "Name"}, "a": [1, true, {"Ref": "AWS::NoValue"}]}}),
        json!(r#"{"b":"app","a":[1,true]}"#),
    );
    assert_eq!(
        problem(json!({"Fn::ToJsonString": "x"})),
        "Fn::ToJsonString: `Fn::ToJsonString` needs an object or a list"
    );
}

#[test]
fn functions_that_only_the_service_runs() {
    let transform = json!({"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://a"}}});
    assert_eq!(problem(transform), "Fn::Transform: `Fn::Transform` is not supported");
    let beside = json!({"a": 1, "Fn::Transform": {"Name": "AWS::Include"}});
    assert_eq!(problem(beside), "Fn::Transform: `Fn::Transform` is not supported");
    assert_eq!(problem(json!({"Fn::ForEach::Loop": []})), "Fn::ForEach::Loop: `Fn::ForEach` is not supported");
}

#[test]
fn unknown_and_misplaced_functions() {
    let error = value(json!({"Fn::GetAttr": ["Table", "Arn"]})).unwrap_err();
    assert_eq!((error.code(), error.hints()), ("function-unknown", vec!["did you mean `Fn::GetAtt`?".to_owned()]));
    assert_eq!(
        problem(json!({"Fn::Equals": ["a", "a"]})),
        "Fn::Equals: `Fn::Equals` can stand only in the `Conditions` section"
    );
    assert_eq!(
        problem(json!({"Fn::Join": ["", ["a"]], "more": 1})),
        "Fn::Join: `Fn::Join` needs to be the only key of its object"
    );
}

#[test]
fn objects_that_only_look_like_functions() {
    yields(json!({"Ref": "Name", "b": 1}), json!({"Ref": "Name", "b": 1}));
    yields(json!({"Condition": "Yes"}), json!({"Condition": "Yes"}));
}

#[test]
fn null_is_refused() {
    assert_eq!(problem(json!({"a": [null]})), "a[0]: `null` is not allowed in a template");
}

#[test]
fn all_problems_are_found_at_once() {
    let error = value(json!({
        "a": {"Fn::Select": [9, {"Ref": "List"}]},
        "b": [{"Fn::Split": ["", "x"]}, null],
        "c": "fine",
        "d": {"Fn::Sub": "${Absent}${List}"},
    }))
    .unwrap_err();
    let paths: Vec<_> =
        error.problems.iter().map(|problem| problem.path.trim_start_matches("Resources.R.Properties.X.")).collect();
    assert_eq!(paths, ["a.Fn::Select", "b[0].Fn::Split", "b[1]", "d.Fn::Sub", "d.Fn::Sub"]);
    assert_eq!(error.code(), "template-evaluation");
}

#[test]
fn doubling_texts_stop_at_a_budget() {
    let mut expression = json!("0123456789");
    for _ in 0..30 {
        expression = json!({"Fn::Sub": ["${a}${a}", {"a": expression}]});
    }
    assert!(problem(expression).ends_with("the evaluated template is larger than 67108864 bytes"));
    let mut expression = json!(["0123456789"]);
    for _ in 0..30 {
        expression =
            json!([{"Fn::Join": ["", [{"Fn::ToJsonString": expression.clone()}, {"Fn::ToJsonString": expression}]]}]);
        if expression.to_string().len() > 100_000 {
            break;
        }
    }
    assert!(value(expression).is_ok());
}

#[test]
fn the_deepest_templates_fit_into_a_small_stack() {
    let nest = |level: &dyn Fn(Value) -> Value, levels: usize| (0..levels).fold(json!("x"), |inner, _| level(inner));
    // The template around a value is four levels deep already, and a call adds two or three.
    for (level, levels) in [
        (&(|inner| json!({"Fn::Sub": ["${a}", {"a": inner}]})) as &dyn Fn(Value) -> Value, 32),
        (&|inner| json!({"Fn::If": ["Yes", inner, 1]}), 48),
        (&|inner| json!({"Fn::Join": ["", [inner]]}), 32),
        (&|inner| json!({"Fn::Select": [0, [inner]]}), 32),
        (&|inner| json!({"Fn::FindInMap": ["Regions", inner, "b", {"DefaultValue": "x"}]}), 47),
        (&|inner| json!({"a": inner}), 96),
        (&|inner| json!([inner]), 96),
    ] {
        assert!(value(nest(level, levels)).is_ok(), "{}", nest(level, 1));
    }
}
