//! A template as it is written: its sections typed, nothing evaluated.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::parse::{self, ParseError};

mod read;

/// A CloudFormation template whose structure has been checked. The order of the text is kept everywhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// How messages call the template, usually its path inside the project.
    pub name: String,
    pub description: Option<String>,
    /// The macros that the template names in `Transform`.
    pub transforms: Vec<String>,
    pub metadata: Option<Value>,
    pub parameters: IndexMap<String, Parameter>,
    /// Mapping name → top-level key → second-level key → value.
    pub mappings: IndexMap<String, Map<String, Value>>,
    pub conditions: IndexMap<String, Value>,
    pub resources: IndexMap<String, Resource>,
    pub outputs: IndexMap<String, Output>,
    /// The whole document with long function names.
    pub document: Value,
}

/// One entry of `Parameters`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameter {
    /// `String`, `Number`, `CommaDelimitedList`, `List<...>`, `AWS::...::Id`, `AWS::SSM::Parameter::Value<...>`.
    pub parameter_type: String,
    pub description: Option<String>,
    pub default: Option<Value>,
    pub allowed_values: Option<Vec<Value>>,
    /// A regular expression that the whole value must match.
    pub allowed_pattern: Option<String>,
    pub constraint_description: Option<String>,
    pub min_length: Option<u64>,
    pub max_length: Option<u64>,
    pub min_value: Option<f64>,
    pub max_value: Option<f64>,
    /// The value is a secret: messages must not show it.
    pub no_echo: bool,
}

/// One entry of `Resources`.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    pub resource_type: String,
    /// An object; empty when the template gives none.
    pub properties: Value,
    /// The condition without which the resource is not created.
    pub condition: Option<String>,
    pub depends_on: Vec<String>,
    pub deletion_policy: Option<String>,
    pub update_replace_policy: Option<String>,
    pub metadata: Option<Value>,
}

/// One entry of `Outputs`.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    pub value: Value,
    pub description: Option<String>,
    pub condition: Option<String>,
    /// The `Name` of `Export`, not evaluated.
    pub export: Option<Value>,
}

impl Template {
    /// Reads JSON or YAML, short forms included. `name` is how messages call the template.
    ///
    /// # Errors
    /// Syntax, duplicate keys, excessive depth or aliases with line and column; parts that have not the form that
    /// CloudFormation requires with their key path, all at once.
    pub fn parse(text: &str, name: &str) -> Result<Self, ParseError> {
        let document = parse::document(text, name)?;
        Self::read(document, name).map_err(|error| match error {
            ParseError::Structure { template, mut problems } => {
                let paths: Vec<&str> = problems.iter().map(|problem| problem.path.as_str()).collect();
                let places = parse::locate_all(text, &paths);
                for (problem, at) in problems.iter_mut().zip(places) {
                    problem.at = at;
                }
                ParseError::Structure { template, problems }
            }
            error => error,
        })
    }

    /// Takes a document that is a value already.
    ///
    /// # Errors
    /// As [`Template::parse`], without positions.
    pub fn from_value(document: Value, name: &str) -> Result<Self, ParseError> {
        parse::check_depth(&document, name)?;
        Self::read(document, name)
    }

    fn read(document: Value, name: &str) -> Result<Self, ParseError> {
        read::template(document, name)
    }
}

impl Parameter {
    /// Whether a reference yields a list: `CommaDelimitedList` and every `List<...>`.
    pub fn is_list(&self) -> bool {
        let of_value = self.ssm_type().unwrap_or(&self.parameter_type);
        of_value == "CommaDelimitedList" || of_value.starts_with("List<")
    }

    /// The type of the value that an SSM parameter holds, when this is a reference to one.
    pub fn ssm_type(&self) -> Option<&str> {
        self.parameter_type.strip_prefix("AWS::SSM::Parameter::Value<")?.strip_suffix('>')
    }
}
