//! Gives every parameter its value and holds it against the parameter's rules.

use std::collections::HashMap;

use indexmap::IndexMap;
use regex_lite::Regex;
use serde_json::{Map, Value};

use crate::problem::{ProblemKind, Problems};
use crate::template::{Parameter, Template};
use crate::{text, token};

/// The values of all parameters as references yield them: text, or a list of texts for list types.
#[derive(Debug, Default)]
pub(crate) struct Bound {
    pub(crate) values: IndexMap<String, Value>,
    /// What stands for the values that only the parent stack will know, by parameter name.
    pub(crate) tokens: HashMap<String, Value>,
    /// Parameters whose pattern uses what only the service's regular expressions know; they were not held against it.
    pub(crate) unchecked_patterns: Vec<String>,
}

/// Binds the given values and defaults; every problem is added to `problems`.
pub(crate) fn bind(template: &Template, given: &Map<String, Value>, problems: &mut Problems) -> Bound {
    let mut bound = Bound::default();
    for (name, parameter) in &template.parameters {
        let mut report = |kind| problems.push(|| format!("Parameters.{name}"), kind);
        let Some(value) = given.get(name).or(parameter.default.as_ref()) else {
            report(ProblemKind::ParameterMissing { name: name.clone() });
            continue;
        };
        if let Some(token) = token::of_parent(value) {
            // A value that is given as text and happens to look like a token is itself again in a deployment.
            let concrete = if value.is_string() { value.clone() } else { Value::String(token.clone()) };
            bound.values.insert(name.clone(), concrete);
            bound.tokens.insert(name.clone(), Value::String(token));
            continue;
        }
        let mut unchecked = false;
        match typed(parameter, value).and_then(|typed| check(parameter, &typed, &mut unchecked).map(|()| typed)) {
            Ok(typed) => {
                bound.values.insert(name.clone(), referenced(parameter, typed));
            }
            Err(rule) => report(ProblemKind::ParameterInvalid {
                name: name.clone(),
                value: if parameter.no_echo { "****".to_owned() } else { shown(value) },
                rule,
            }),
        }
        if unchecked {
            bound.unchecked_patterns.push(name.clone());
        }
    }
    for name in given.keys().filter(|name| !template.parameters.contains_key(*name)) {
        let nearest = problems.nearest(name, template.parameters.keys().map(String::as_str));
        let kind = ProblemKind::ParameterUndeclared { name: name.clone(), nearest };
        problems.push(|| "Parameters".to_owned(), kind);
    }
    bound
}

fn shown(value: &Value) -> String {
    text::of_scalar(value).map_or_else(|| value.to_string(), |text| text.into_owned())
}

/// The value in the form of its type: one text, or a list of texts.
fn typed(parameter: &Parameter, value: &Value) -> Result<Value, String> {
    let scalar = |value: &Value| {
        let text = text::of_scalar(value).ok_or_else(|| format!("it must be text, and is {}", text::kind(value)))?;
        Ok::<_, String>(text.into_owned())
    };
    // The value of an SSM parameter type is one name, whatever type the named value has.
    if !parameter.is_list() || parameter.ssm_type().is_some() {
        return scalar(value).map(Value::String);
    }
    if let Value::Array(items) = value {
        return items.iter().map(scalar).collect::<Result<Vec<_>, _>>().map(Value::from);
    }
    let text = scalar(value)?;
    if text.is_empty() {
        return Ok(Value::Array(Vec::new()));
    }
    Ok(text.split(',').map(str::trim).collect())
}

/// What a reference to the parameter yields.
fn referenced(parameter: &Parameter, typed: Value) -> Value {
    match (parameter.ssm_type(), &typed) {
        // The service looks the value up when it deploys, as it does for a dynamic reference.
        (Some(_), Value::String(name)) => Value::String(format!("{{{{resolve:ssm:{name}}}}}")),
        _ => typed,
    }
}

/// Holds a typed value against all rules; the error is the rule in words.
fn check(parameter: &Parameter, typed: &Value, unchecked: &mut bool) -> Result<(), String> {
    let items: Vec<&str> = match typed {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        value => value.as_str().into_iter().collect(),
    };
    let rules = Rules::of(parameter, unchecked);
    items.iter().try_for_each(|item| rules.check(item)).map_err(|rule| match &parameter.constraint_description {
        Some(description) => description.clone(),
        None => rule,
    })
}

/// The rules that hold for each element of a parameter's value.
struct Rules<'a> {
    parameter: &'a Parameter,
    numeric: bool,
    pattern: Option<Regex>,
}

impl<'a> Rules<'a> {
    fn of(parameter: &'a Parameter, unchecked: &mut bool) -> Self {
        let pattern = parameter.allowed_pattern.as_ref().and_then(|pattern| {
            // The whole value must match, as the service has it.
            let compiled = Regex::new(&format!("^(?:{pattern})$"));
            *unchecked = compiled.is_err();
            compiled.ok()
        });
        let numeric = matches!(parameter.parameter_type.as_str(), "Number" | "List<Number>");
        Self { parameter, numeric, pattern }
    }

    fn check(&self, item: &str) -> Result<(), String> {
        let Parameter { allowed_values, min_length, max_length, min_value, max_value, .. } = self.parameter;
        let number = if self.numeric {
            let number = item.trim().parse::<f64>().ok().filter(|number| number.is_finite());
            Some(number.ok_or("it must be a number")?)
        } else {
            None
        };
        if let Some(allowed) = allowed_values {
            let allowed: Vec<_> = allowed.iter().filter_map(text::of_scalar).collect();
            if !allowed.iter().any(|value| value == item) {
                return Err(format!("it must be one of `{}`", allowed.join("`, `")));
            }
        }
        if let (Some(pattern), Some(regex)) = (&self.parameter.allowed_pattern, &self.pattern)
            && !regex.is_match(item)
        {
            return Err(format!("it must match the pattern `{pattern}`"));
        }
        let length = item.chars().count() as u64;
        match (number, min_value, max_value) {
            (Some(number), Some(least), _) if number < *least => return Err(format!("it must be at least {least}")),
            (Some(number), _, Some(most)) if number > *most => return Err(format!("it must be at most {most}")),
            _ => {}
        }
        match (self.numeric, min_length, max_length) {
            (false, Some(least), _) if length < *least => Err(format!("it must have at least {least} characters")),
            (false, _, Some(most)) if length > *most => Err(format!("it must have at most {most} characters")),
            _ => Ok(()),
        }
    }
}
