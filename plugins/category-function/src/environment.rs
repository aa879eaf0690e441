//! Environment variables that the user gives a function.
//!
//! A variable's value is a template parameter, remembered under `environmentVariableList` in `function-parameters.json`;
//! the value stands in `parameters.json`, and an environment may override it.

use amplify_sdk::JsonMap;
use serde_json::{Value, json};

use crate::template::{refers_to, section, variables};

/// What a name must look like: a letter, then letters, digits and `_`, and not beginning with `AWS_`, which the service
/// keeps for itself.
pub const NAME_PATTERN: &str = "A|AW|AWS|[B-Zb-z][A-Za-z0-9_]*|a[A-Za-z0-9_]*|A[A-VX-Za-z0-9_][A-Za-z0-9_]*|\
                                AW[A-RT-Za-z0-9_][A-Za-z0-9_]*|AWS[A-Za-z0-9][A-Za-z0-9_]*";

/// Names that Lambda or the template set themselves.
const RESERVED: [&str; 4] = ["ENV", "REGION", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"];

/// The most that all names and values of a function may take together, in bytes.
pub const MAX_TOTAL: usize = 4096;

const MEMORY_KEY: &str = "environmentVariableList";

/// One variable that the user has set: its name and the template parameter of its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Such as `TABLE_PREFIX`.
    pub name: String,
    /// Such as `tablePrefix`.
    pub parameter: String,
}

/// Why a name cannot be taken, if it cannot.
pub fn refusal(name: &str) -> Option<String> {
    let word = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !word {
        return Some("it must begin with a letter and hold only letters, digits and `_`".to_owned());
    }
    if name.starts_with("AWS_") {
        return Some("names that begin with `AWS_` belong to Lambda".to_owned());
    }
    RESERVED.contains(&name).then(|| "it is set for every function".to_owned())
}

/// The variables that are remembered.
pub fn remembered(memory: &JsonMap) -> Vec<Variable> {
    let text = |entry: &Value, key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
    let list = memory.get(MEMORY_KEY).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(|entry| {
            Some(Variable {
                name: text(entry, "environmentVariableName")?,
                parameter: text(entry, "cloudFormationParameterName")?,
            })
        })
        .collect()
}

fn remember(memory: &mut JsonMap, list: &[Variable]) {
    if list.is_empty() {
        memory.shift_remove(MEMORY_KEY);
        return;
    }
    let entries: Vec<Value> = list
        .iter()
        .map(|variable| {
            json!({
                "cloudFormationParameterName": variable.parameter,
                "environmentVariableName": variable.name
            })
        })
        .collect();
    memory.insert(MEMORY_KEY.into(), Value::Array(entries));
}

/// Makes room in the template for a variable and says which parameter holds its value.
pub fn add(template: &mut Value, memory: &mut JsonMap, name: &str) -> String {
    let mut list = remembered(memory);
    if let Some(known) = list.iter().find(|variable| variable.name == name) {
        return known.parameter.clone();
    }
    let parameters = section(template, "Parameters");
    let wanted = camel_case(name);
    let mut parameter = wanted.clone();
    let mut round = 2;
    while parameters.contains_key(&parameter) {
        parameter = format!("{wanted}{round}");
        round += 1;
    }
    parameters.insert(parameter.clone(), json!({"Type": "String"}));
    if let Some(variables) = variables(template) {
        variables.insert(name.to_owned(), json!({ "Ref": parameter.clone() }));
    }
    list.push(Variable { name: name.to_owned(), parameter: parameter.clone() });
    remember(memory, &list);
    parameter
}

/// Takes a variable out of the template and says which parameter held its value.
pub fn remove(template: &mut Value, memory: &mut JsonMap, name: &str) -> Option<String> {
    let mut list = remembered(memory);
    let position = list.iter().position(|variable| variable.name == name)?;
    let gone = list.remove(position);
    remember(memory, &list);
    if let Some(variables) = variables(template) {
        variables.shift_remove(name);
    }
    if !refers_to(template, &gone.parameter) {
        section(template, "Parameters").shift_remove(&gone.parameter);
    }
    Some(gone.parameter)
}

/// `TABLE_PREFIX` as `tablePrefix`.
fn camel_case(name: &str) -> String {
    let mut result = String::new();
    for word in name.split('_').filter(|word| !word.is_empty()) {
        let mixed = word.bytes().any(|byte| byte.is_ascii_lowercase());
        let (head, tail) = word.split_at(1);
        result.push_str(&if result.is_empty() { head.to_ascii_lowercase() } else { head.to_ascii_uppercase() });
        result.push_str(&if mixed { tail.to_owned() } else { tail.to_ascii_lowercase() });
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        runtime::Runtime,
        template::{Facts, new},
    };

    #[test]
    fn names_become_parameters() {
        for (name, parameter) in [("TABLE_PREFIX", "tablePrefix"), ("logLevel", "logLevel"), ("A", "a"), ("X_1", "x1")]
        {
            assert_eq!(camel_case(name), parameter);
        }
    }

    #[test]
    fn a_variable_comes_and_goes_without_trace() {
        let before = new(&Facts { function_name: "f", role_name: "r", runtime: Runtime::NodeJs });
        let (mut template, mut memory) = (before.clone(), JsonMap::new());
        assert_eq!(add(&mut template, &mut memory, "TABLE_PREFIX"), "tablePrefix");
        assert_eq!(add(&mut template, &mut memory, "TABLE__PREFIX"), "tablePrefix2");
        assert_eq!(add(&mut template, &mut memory, "TABLE_PREFIX"), "tablePrefix", "a second time changes nothing");
        let variables = &template["Resources"]["LambdaFunction"]["Properties"]["Environment"]["Variables"];
        assert_eq!(variables["TABLE__PREFIX"], json!({"Ref": "tablePrefix2"}));
        assert_eq!(
            Value::Object(memory.clone()),
            json!({"environmentVariableList": [
                {"cloudFormationParameterName": "tablePrefix", "environmentVariableName": "TABLE_PREFIX"},
                {"cloudFormationParameterName": "tablePrefix2", "environmentVariableName": "TABLE__PREFIX"}
            ]})
        );
        assert_eq!(remove(&mut template, &mut memory, "TABLE_PREFIX").as_deref(), Some("tablePrefix"));
        assert_eq!(remove(&mut template, &mut memory, "TABLE_PREFIX"), None);
        remove(&mut template, &mut memory, "TABLE__PREFIX");
        assert_eq!(template, before);
        assert!(memory.is_empty());
    }

    #[test]
    fn names_that_belong_to_others_are_refused() {
        for name in ["AWS_REGION", "ENV", "REGION", "LAMBDA_TASK_ROOT", "1A", "_A", "A-B", "", "Ä"] {
            assert!(refusal(name).is_some(), "{name}");
        }
        for name in ["A", "a", "AWS", "AWSOME", "AW_S", "MY_VAR", "aws_x"] {
            assert_eq!(refusal(name), None, "{name}");
        }
    }
}
