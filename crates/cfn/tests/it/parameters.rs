//! Values of parameters: types, defaults and rules.

use amplify_cfn::{Inputs, Stack};
use serde_json::{Value, json};

use crate::sample::template;

/// Binds one parameter `P` with the given declaration and value.
fn bind(declaration: Value, given: Option<Value>) -> Result<Value, String> {
    let template = template(json!({"Parameters": {"P": declaration}, "Resources": {}}));
    let parameters = given.map(|value| ("P".to_owned(), value)).into_iter().collect();
    match Stack::prepare(&template, Inputs { parameters, ..Inputs::default() }) {
        Ok(stack) => Ok(stack.parameter("P").unwrap().clone()),
        Err(error) => {
            assert_eq!(error.problems.len(), 1, "{error}");
            assert_eq!(error.problems[0].path, "Parameters.P");
            Err(error.problems[0].kind.to_string())
        }
    }
}

#[test]
fn text_comes_from_any_scalar() {
    for (given, expected) in
        [(json!("a"), "a"), (json!(5), "5"), (json!(1.5), "1.5"), (json!(true), "true"), (json!(""), "")]
    {
        assert_eq!(bind(json!({"Type": "String"}), Some(given)), Ok(json!(expected)));
    }
    assert_eq!(bind(json!({"Type": "AWS::EC2::VPC::Id"}), Some(json!("vpc-1"))), Ok(json!("vpc-1")));
    let error = bind(json!({"Type": "String"}), Some(json!(["a"]))).unwrap_err();
    assert_eq!(error, "the parameter `P` cannot be `[\"a\"]`: it must be text, and is a list");
    assert!(bind(json!({"Type": "String"}), Some(Value::Null)).is_err());
    assert!(bind(json!({"Type": "String"}), Some(json!({"a": 1}))).is_err());
}

#[test]
fn numbers_stay_as_they_are_written() {
    for given in ["5", "-1.50", "007", "1e3"] {
        assert_eq!(bind(json!({"Type": "Number"}), Some(json!(given))), Ok(json!(given)));
    }
    for given in ["", "five", "NaN", "inf", "1,5"] {
        let error = bind(json!({"Type": "Number"}), Some(json!(given))).unwrap_err();
        assert_eq!(error, format!("the parameter `P` cannot be `{given}`: it must be a number"));
    }
}

#[test]
fn lists_come_from_text_or_lists() {
    let list = json!({"Type": "CommaDelimitedList"});
    assert_eq!(bind(list.clone(), Some(json!("a, b ,c"))), Ok(json!(["a", "b", "c"])));
    assert_eq!(bind(list.clone(), Some(json!(["a", 5]))), Ok(json!(["a", "5"])));
    assert_eq!(bind(list.clone(), Some(json!(""))), Ok(json!([])));
    assert_eq!(bind(list.clone(), Some(json!([]))), Ok(json!([])));
    assert_eq!(bind(list, Some(json!("one"))), Ok(json!(["one"])));
    assert_eq!(bind(json!({"Type": "List<Number>"}), Some(json!("1,2"))), Ok(json!(["1", "2"])));
    assert!(bind(json!({"Type": "List<Number>"}), Some(json!("1,x"))).is_err());
    assert_eq!(bind(json!({"Type": "List<AWS::EC2::Subnet::Id>"}), Some(json!("s-1,s-2"))), Ok(json!(["s-1", "s-2"])));
}

#[test]
fn values_in_the_parameter_store_stay_with_the_service() {
    let stored = json!({"Type": "AWS::SSM::Parameter::Value<List<String>>", "Default": "/a/b"});
    assert_eq!(bind(stored, None), Ok(json!("{{resolve:ssm:/a/b}}")));
}

#[test]
fn defaults_and_missing_values() {
    assert_eq!(bind(json!({"Type": "String", "Default": "d"}), None), Ok(json!("d")));
    assert_eq!(bind(json!({"Type": "String", "Default": "d"}), Some(json!("g"))), Ok(json!("g")));
    assert_eq!(bind(json!({"Type": "String"}), None), Err("the parameter `P` has no value".to_owned()));
    assert!(bind(json!({"Type": "Number", "Default": "x"}), None).is_err());
}

#[test]
fn allowed_values() {
    let declaration = json!({"Type": "String", "AllowedValues": ["a", true, 5]});
    assert_eq!(bind(declaration.clone(), Some(json!("true"))), Ok(json!("true")));
    assert_eq!(bind(declaration.clone(), Some(json!(5))), Ok(json!("5")));
    let error = bind(declaration, Some(json!("b"))).unwrap_err();
    assert_eq!(error, "the parameter `P` cannot be `b`: it must be one of `a`, `true`, `5`");
    assert!(bind(json!({"Type": "CommaDelimitedList", "AllowedValues": ["a", "b"]}), Some(json!("a,c"))).is_err());
}

#[test]
fn allowed_patterns_match_the_whole_value() {
    let declaration = json!({"Type": "String", "AllowedPattern": "[a-z]+|X"});
    assert!(bind(declaration.clone(), Some(json!("abc"))).is_ok());
    assert!(bind(declaration.clone(), Some(json!("X"))).is_ok());
    let error = bind(declaration.clone(), Some(json!("abc1"))).unwrap_err();
    assert_eq!(error, "the parameter `P` cannot be `abc1`: it must match the pattern `[a-z]+|X`");
    assert!(bind(declaration, Some(json!("abX"))).is_err());
}

#[test]
fn patterns_that_only_the_service_knows_are_reported_as_unchecked() {
    let declaration = json!({"Type": "String", "AllowedPattern": "(?=.*[a-z]).+", "Default": "x"});
    let template = template(json!({"Parameters": {"P": declaration}, "Resources": {}}));
    let stack = Stack::prepare(&template, Inputs::default()).unwrap();
    assert_eq!(stack.unchecked_patterns(), ["P"]);
}

#[test]
fn lengths_and_ranges() {
    let text = json!({"Type": "String", "MinLength": "2", "MaxLength": 3});
    assert!(bind(text.clone(), Some(json!("äö"))).is_ok());
    assert!(bind(text.clone(), Some(json!("a"))).unwrap_err().ends_with("it must have at least 2 characters"));
    assert!(bind(text, Some(json!("abcd"))).unwrap_err().ends_with("it must have at most 3 characters"));
    let number = json!({"Type": "Number", "MinValue": -1, "MaxValue": "10"});
    assert!(bind(number.clone(), Some(json!(-1))).is_ok());
    assert!(bind(number.clone(), Some(json!("-1.5"))).unwrap_err().ends_with("it must be at least -1"));
    assert!(bind(number, Some(json!(11))).unwrap_err().ends_with("it must be at most 10"));
}

#[test]
fn the_template_may_say_the_rule_in_its_own_words() {
    let declaration = json!({"Type": "String", "MinLength": 9, "ConstraintDescription": "use a long one"});
    let error = bind(declaration, Some(json!("short"))).unwrap_err();
    assert_eq!(error, "the parameter `P` cannot be `short`: use a long one");
}

#[test]
fn secrets_are_not_shown() {
    let declaration = json!({"Type": "String", "NoEcho": true, "MinLength": 20});
    let error = bind(declaration, Some(json!("hunter2"))).unwrap_err();
    assert!(!error.contains("hunter2"), "{error}");
    assert!(error.contains("`****`"), "{error}");
}

#[test]
fn values_without_a_parameter_are_refused() {
    let template = template(json!({"Parameters": {"env": {"Type": "String"}}, "Resources": {}}));
    let parameters = [("env", "dev"), ("envv", "x")].map(|(name, value)| (name.to_owned(), value.into()));
    let inputs = Inputs { parameters: parameters.into_iter().collect(), ..Inputs::default() };
    let error = Stack::prepare(&template, inputs).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`t.json` cannot be evaluated\n  Parameters: the template declares no parameter `envv`"
    );
    assert_eq!((error.code(), error.hints()), ("parameter-undeclared", vec!["did you mean `env`?".to_owned()]));
}

#[test]
fn all_parameters_are_checked_at_once() {
    let parameters = json!({"A": {"Type": "String"}, "B": {"Type": "Number"}, "C": {"Type": "String"}});
    let template = template(json!({"Parameters": parameters, "Resources": {}}));
    let given = [("B".to_owned(), json!("x"))].into_iter().collect();
    let error = Stack::prepare(&template, Inputs { parameters: given, ..Inputs::default() }).unwrap_err();
    let codes: Vec<_> = error.problems.iter().map(amplify_cfn::Problem::code).collect();
    assert_eq!(codes, ["parameter-missing", "parameter-invalid", "parameter-missing"]);
}
