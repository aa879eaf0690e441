//! From an ordered value to a [`Template`], collecting every part that has the wrong form.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::{Output, Parameter, Resource, Template};
use crate::parse::{ParseError, StructureProblem};
use crate::problem::Problems;
use crate::suggest;

const SECTIONS: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Rules",
    "Mappings",
    "Conditions",
    "Transform",
    "Hooks",
    "Globals",
    "Resources",
    "Outputs",
];

const RESOURCE_KEYS: &[&str] = &[
    "Type",
    "Properties",
    "Condition",
    "DependsOn",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "Metadata",
    "CreationPolicy",
    "UpdatePolicy",
    "Version",
];

const PARAMETER_KEYS: &[&str] = &[
    "Type",
    "Description",
    "Default",
    "AllowedValues",
    "AllowedPattern",
    "ConstraintDescription",
    "MinLength",
    "MaxLength",
    "MinValue",
    "MaxValue",
    "NoEcho",
];

pub(super) fn template(document: Value, name: &str) -> Result<Template, ParseError> {
    let mut reader = Reader::default();
    let mut template = Template {
        name: name.to_owned(),
        description: None,
        transforms: Vec::new(),
        metadata: None,
        parameters: IndexMap::new(),
        mappings: IndexMap::new(),
        conditions: IndexMap::new(),
        resources: IndexMap::new(),
        outputs: IndexMap::new(),
        document: Value::Null,
    };
    if let Some(sections) = reader.object(&document, "") {
        reader.known_keys(sections, "", SECTIONS, "section");
        template.description = reader.text(sections, "", "Description");
        template.transforms = sections.get("Transform").map(transforms).unwrap_or_default();
        template.metadata = sections.get("Metadata").cloned();
        if sections.get("AWSTemplateFormatVersion").is_some_and(|version| version != "2010-09-09") {
            reader.problem("AWSTemplateFormatVersion", "the only version is `2010-09-09`", None);
        }
        if !sections.contains_key("Resources") {
            reader.problem("", "the section `Resources` is missing", Some("add a `Resources` section".to_owned()));
        }
        template.parameters = reader.section(sections, "Parameters", Reader::parameter);
        template.mappings = reader.section(sections, "Mappings", Reader::mapping);
        template.conditions = reader.section(sections, "Conditions", |_, value, _| Some(value.clone()));
        template.resources = reader.section(sections, "Resources", Reader::resource);
        template.outputs = reader.section(sections, "Outputs", Reader::output);
    }
    if !reader.problems.is_empty() {
        return Err(ParseError::Structure { template: name.to_owned(), problems: reader.problems });
    }
    template.document = document;
    Ok(template)
}

/// The names of the macros in `Transform`: a name, a list of names, or calls with a name and parameters.
fn transforms(value: &Value) -> Vec<String> {
    match value {
        Value::String(name) => vec![name.clone()],
        Value::Array(items) => items.iter().flat_map(transforms).collect(),
        Value::Object(call) => call.get("Name").map(transforms).unwrap_or_else(|| vec!["AWS::Include".to_owned()]),
        _ => Vec::new(),
    }
}

#[derive(Default)]
struct Reader {
    problems: Vec<StructureProblem>,
}

fn join(path: &str, key: &str) -> String {
    let mut path = path.to_owned();
    crate::path::push_key(&mut path, key);
    path
}

impl Reader {
    fn problem(&mut self, path: &str, message: impl Into<String>, hint: Option<String>) {
        if self.problems.len() >= Problems::MAXIMUM {
            return;
        }
        self.problems.push(StructureProblem { path: path.to_owned(), at: None, message: message.into(), hint });
    }

    fn object<'a>(&mut self, value: &'a Value, path: &str) -> Option<&'a Map<String, Value>> {
        if value.as_object().is_none() {
            self.problem(path, format!("must be an object, and is {}", crate::text::kind(value)), None);
        }
        value.as_object()
    }

    fn known_keys(&mut self, members: &Map<String, Value>, path: &str, known: &[&str], what: &str) {
        for key in members.keys().filter(|key| !known.contains(&key.as_str())) {
            if self.is_macro(path, key) {
                continue;
            }
            let hint = suggest::nearest(key, known.iter().copied()).map(|nearest| format!("did you mean `{nearest}`?"));
            self.problem(&join(path, key), format!("CloudFormation knows no {what} `{key}`"), hint);
        }
    }

    /// Reports functions that the service runs before it reads a template, where a name is expected.
    fn is_macro(&mut self, path: &str, key: &str) -> bool {
        let function = ["Fn::Transform", "Fn::ForEach"].into_iter().find(|function| key.starts_with(function));
        if let Some(function) = function {
            let hint = "write out what the function would produce".to_owned();
            self.problem(&join(path, key), format!("`{function}` is not supported"), Some(hint));
        }
        function.is_some()
    }

    fn text(&mut self, members: &Map<String, Value>, path: &str, key: &str) -> Option<String> {
        let value = members.get(key)?;
        let text = crate::text::of_scalar(value);
        if text.is_none() {
            self.problem(&join(path, key), format!("must be text, and is {}", crate::text::kind(value)), None);
        }
        text.map(|text| text.into_owned())
    }

    fn number<T: std::str::FromStr>(&mut self, members: &Map<String, Value>, path: &str, key: &str) -> Option<T> {
        let value = members.get(key)?;
        let number = crate::text::of_scalar(value).and_then(|text| text.parse().ok());
        if number.is_none() {
            self.problem(&join(path, key), "must be a number", None);
        }
        number
    }

    fn section<T>(
        &mut self,
        sections: &Map<String, Value>,
        section: &str,
        read: impl Fn(&mut Self, &Value, &str) -> Option<T>,
    ) -> IndexMap<String, T> {
        let Some(value) = sections.get(section) else { return IndexMap::new() };
        let Some(members) = self.object(value, section) else { return IndexMap::new() };
        let mut entries = IndexMap::with_capacity(members.len());
        for (name, value) in members {
            if self.is_macro(section, name) {
                continue;
            }
            let path = join(section, name);
            if matches!(section, "Parameters" | "Resources" | "Outputs")
                && (name.is_empty() || !name.chars().all(|letter| letter.is_ascii_alphanumeric()))
            {
                self.problem(&path, "a logical id has only letters and digits", None);
            }
            if let Some(entry) = read(self, value, &path) {
                entries.insert(name.clone(), entry);
            }
        }
        entries
    }

    fn parameter(&mut self, value: &Value, path: &str) -> Option<Parameter> {
        let members = self.object(value, path)?;
        self.known_keys(members, path, PARAMETER_KEYS, "parameter attribute");
        let parameter_type = self.text(members, path, "Type");
        if !members.contains_key("Type") {
            self.problem(path, "the parameter has no `Type`", Some(format!("add `Type: String` to `{path}`")));
        }
        let parameter_type = parameter_type.unwrap_or_default();
        if !parameter_type.is_empty() && !is_parameter_type(&parameter_type) {
            let known = ["String", "Number", "CommaDelimitedList", "List<Number>", "List<String>"];
            let hint = suggest::nearest(&parameter_type, known).map(|nearest| format!("did you mean `{nearest}`?"));
            self.problem(&join(path, "Type"), format!("there is no parameter type `{parameter_type}`"), hint);
        }
        let allowed_values = match members.get("AllowedValues") {
            None => None,
            Some(Value::Array(values)) => Some(values.clone()),
            Some(_) => {
                self.problem(&join(path, "AllowedValues"), "must be a list", None);
                None
            }
        };
        Some(Parameter {
            parameter_type,
            description: self.text(members, path, "Description"),
            default: members.get("Default").cloned(),
            allowed_values,
            allowed_pattern: self.text(members, path, "AllowedPattern"),
            constraint_description: self.text(members, path, "ConstraintDescription"),
            min_length: self.number(members, path, "MinLength"),
            max_length: self.number(members, path, "MaxLength"),
            min_value: self.number(members, path, "MinValue"),
            max_value: self.number(members, path, "MaxValue"),
            no_echo: self.text(members, path, "NoEcho").is_some_and(|text| text.eq_ignore_ascii_case("true")),
        })
    }

    fn mapping(&mut self, value: &Value, path: &str) -> Option<Map<String, Value>> {
        let members = self.object(value, path)?;
        for (key, second) in members {
            self.object(second, &join(path, key));
        }
        Some(members.clone())
    }

    fn resource(&mut self, value: &Value, path: &str) -> Option<Resource> {
        let members = self.object(value, path)?;
        self.known_keys(members, path, RESOURCE_KEYS, "resource attribute");
        if !members.contains_key("Type") {
            self.problem(path, "the resource has no `Type`", Some(format!("add a `Type` to `{path}`")));
        }
        let properties = match members.get("Properties") {
            None => Value::Object(Map::new()),
            Some(properties) => {
                self.object(properties, &join(path, "Properties"));
                properties.clone()
            }
        };
        Some(Resource {
            resource_type: self.text(members, path, "Type").unwrap_or_default(),
            properties,
            condition: self.text(members, path, "Condition"),
            depends_on: self.depends_on(members, path),
            deletion_policy: self.policy(members, path, "DeletionPolicy"),
            update_replace_policy: self.policy(members, path, "UpdateReplacePolicy"),
            metadata: members.get("Metadata").cloned(),
        })
    }

    fn depends_on(&mut self, members: &Map<String, Value>, path: &str) -> Vec<String> {
        match members.get("DependsOn") {
            None => Vec::new(),
            Some(Value::String(id)) => vec![id.clone()],
            Some(Value::Array(ids)) if ids.iter().all(Value::is_string) => {
                ids.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            Some(_) => {
                self.problem(&join(path, "DependsOn"), "must be a logical id or a list of logical ids", None);
                Vec::new()
            }
        }
    }

    fn policy(&mut self, members: &Map<String, Value>, path: &str, key: &str) -> Option<String> {
        const POLICIES: &[&str] = &["Delete", "Retain", "RetainExceptOnCreate", "Snapshot"];
        let policy = self.text(members, path, key)?;
        if !POLICIES.contains(&policy.as_str()) {
            let hint =
                suggest::nearest(&policy, POLICIES.iter().copied()).map(|name| format!("did you mean `{name}`?"));
            self.problem(&join(path, key), format!("there is no policy `{policy}`"), hint);
        }
        Some(policy)
    }

    fn output(&mut self, value: &Value, path: &str) -> Option<Output> {
        let members = self.object(value, path)?;
        self.known_keys(members, path, &["Value", "Description", "Export", "Condition"], "output attribute");
        if !members.contains_key("Value") {
            self.problem(path, "the output has no `Value`", Some(format!("add a `Value` to `{path}`")));
        }
        let export = match members.get("Export") {
            None => None,
            Some(export) => {
                let path = join(path, "Export");
                let name = self.object(export, &path).and_then(|export| export.get("Name"));
                if export.is_object() && name.is_none() {
                    self.problem(&path, "the export has no `Name`", None);
                }
                name.cloned()
            }
        };
        Some(Output {
            value: members.get("Value").cloned().unwrap_or_default(),
            description: self.text(members, path, "Description"),
            condition: self.text(members, path, "Condition"),
            export,
        })
    }
}

fn is_parameter_type(name: &str) -> bool {
    let plain = |name: &str| matches!(name, "String" | "Number") || name.starts_with("AWS::");
    match name.strip_prefix("List<").and_then(|inner| inner.strip_suffix('>')) {
        Some(inner) => plain(inner),
        None => name == "CommaDelimitedList" || plain(name),
    }
}
