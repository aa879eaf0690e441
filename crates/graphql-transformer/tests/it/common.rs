//! Compiles a schema and looks into what came out.

use amplify_cfn::{Inputs, Pseudo, Stack, Template};
use amplify_graphql_transformer::{AuthConfig, AuthMode, Compilation, Input, Output, Source, compile};
use serde_json::{Map, Value, json};

/// One source, user pools as the only mode.
pub fn input(schema: &str) -> Input {
    Input {
        sources: vec![Source { name: "schema.graphql".to_owned(), text: schema.to_owned() }],
        auth: AuthConfig { default: AuthMode::UserPools, additional: Vec::new() },
        now: 1_600_000_000,
        ..Input::default()
    }
}

pub fn with_modes(schema: &str, default: AuthMode, additional: &[AuthMode]) -> Input {
    Input { auth: AuthConfig { default, additional: additional.to_vec() }, ..input(schema) }
}

/// All diagnostics, as people see them.
pub fn rendered(input: &Input, compilation: &Compilation) -> String {
    compilation.diagnostics.iter().map(|found| found.render(&input.sources)).collect()
}

/// What comes out of a schema that is right; every template must evaluate.
pub fn output_of(input: &Input) -> Output {
    let compilation = compile(input);
    let text = rendered(input, &compilation);
    let output = compilation.output.unwrap_or_else(|| panic!("{text}"));
    check_templates(&output);
    output
}

pub fn output(schema: &str) -> Output {
    output_of(&input(schema))
}

/// `code line:column` of each diagnostic.
pub fn codes(schema: &str) -> Vec<String> {
    codes_of(&input(schema))
}

pub fn codes_of(input: &Input) -> Vec<String> {
    let compilation = compile(input);
    let place = |found: &amplify_graphql_transformer::Diagnostic| match found.place(&input.sources) {
        Some((_, at)) => format!("{} {}:{}", found.code, at.line, at.column),
        None => found.code.to_owned(),
    };
    compilation.diagnostics.iter().map(place).collect()
}

fn check_templates(output: &Output) {
    let stacks = output.stack_values();
    let named = stacks.iter().map(|(name, stack)| (name.as_str(), stack));
    for (name, value) in named.chain([("root", &output.template)]) {
        let template = Template::from_value(value.clone(), name).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut parameters = Map::new();
        for (parameter, body) in &template.parameters {
            if body.default.is_none() {
                parameters.insert(parameter.clone(), "value".into());
            }
        }
        parameters.insert("env".to_owned(), "dev".into());
        parameters.retain(|parameter, _| template.parameters.contains_key(parameter));
        let pseudo = Pseudo::of_stack("stack", "us-east-1", "123456789012");
        let exports = imports(value).into_iter().map(|name| (name, json!("exported"))).collect();
        let stack = Stack::prepare(&template, Inputs { parameters, pseudo, exports })
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        stack.order().unwrap_or_else(|error| panic!("{name}: {error}"));
        stack.evaluate_symbolic().unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    check_imports(output);
}

/// Names that a template imports, with the API's id as the test gives it.
fn imports(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => {
                if let Some(parts) = members.get("Fn::ImportValue").and_then(|import| import.pointer("/Fn::Join/1")) {
                    found.push(joined(parts));
                }
                open.extend(members.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    found
}

fn joined(parts: &Value) -> String {
    let parts = parts.as_array().unwrap().iter().map(|part| part.as_str().unwrap_or("value"));
    parts.collect::<Vec<_>>().join(":")
}

/// Every import names an export of a stack that the importing one waits for.
fn check_imports(output: &Output) {
    let stacks = output.stack_values();
    for (name, stack) in &stacks {
        for import in imports(stack) {
            let exporter = stacks.iter().find(|(_, other)| {
                let outputs = other["Outputs"].as_object().into_iter().flat_map(Map::values);
                outputs.filter_map(|o| o.pointer("/Export/Name/Fn::Join/1")).any(|parts| joined(parts) == import)
            });
            let (exporter, _) = exporter.unwrap_or_else(|| panic!("{name} imports `{import}`, which nobody exports"));
            let after = output.template["Resources"][name]["DependsOn"].as_array().unwrap();
            assert!(after.contains(&json!(exporter)), "{name} does not wait for {exporter}");
        }
    }
}

/// The definition of a type in the final schema.
pub fn definition<'o>(output: &'o Output, name: &str) -> &'o str {
    let blocks = output.schema.split("\n\n");
    let found = blocks.map(str::trim).find(|block| block.split_whitespace().nth(1) == Some(name));
    found.unwrap_or_else(|| panic!("no type `{name}` in\n{}", output.schema))
}
