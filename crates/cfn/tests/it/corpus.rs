//! Every template of the corpus of real projects parses, evaluates and equals itself.

use std::path::{Path, PathBuf};

use amplify_cfn::{Inputs, Pseudo, Stack, Template, catalog, compare};
use serde_json::{Map, Value};

/// The corpus lies beside the repository, or where `AMPLIFY_CORPUS` says; a machine may have none.
fn corpus() -> Option<PathBuf> {
    let root = std::env::var_os("AMPLIFY_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), PathBuf::from);
    if root.is_dir() {
        return Some(root);
    }
    println!("skipped: no corpus");
    None
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs_err::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn is_template(path: &Path) -> bool {
    let name = path.file_name().unwrap().to_string_lossy();
    let known = path.extension().is_some_and(|extension| extension == "json" || extension == "yml");
    let inside = |folder: &str| path.parent().is_some_and(|parent| parent.ends_with(folder));
    known && (name.contains("template") || name == "nested-cloudformation-stack.yml" || inside("stacks"))
}

fn templates() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    if let Some(root) = corpus() {
        files(&root, &mut found);
    }
    found.retain(|path| is_template(path));
    found.into_iter().map(|path| (path.clone(), fs_err::read_to_string(path).unwrap())).collect()
}

/// Values as a deployment would give them: what the folder records, else something that fits the type.
fn values(template: &Template, path: &Path) -> Map<String, Value> {
    let recorded = fs_err::read_to_string(path.with_file_name("parameters.json")).unwrap_or_else(|_| "{}".to_owned());
    let recorded: Value = serde_json::from_str(&recorded).unwrap();
    let mut values = Map::new();
    for (name, parameter) in &template.parameters {
        let value = match recorded.get(name) {
            Some(Value::Array(items)) => joined(items).into(),
            Some(value) => value.clone(),
            None if parameter.default.is_some() => continue,
            None if name == "env" => "dev".into(),
            None if parameter.parameter_type == "Number" => 1.into(),
            None => "value".into(),
        };
        values.insert(name.clone(), value);
    }
    values
}

/// Lists reach a nested stack as one text.
fn joined(items: &[Value]) -> String {
    let texts: Vec<&str> = items.iter().map(|item| item.as_str().unwrap_or("[object Object]")).collect();
    texts.join(",")
}

#[test]
fn every_template_parses_evaluates_and_equals_itself() {
    for (path, text) in templates() {
        let name = path.display().to_string();
        let template = Template::parse(&text, &name).unwrap_or_else(|error| panic!("{error}"));
        let pseudo = Pseudo::of_stack("amplify-app-dev-62055", "us-east-1", "123456789012");
        let inputs = Inputs { parameters: values(&template, &path), pseudo, ..Inputs::default() };
        let stack = Stack::prepare(&template, inputs).unwrap_or_else(|error| panic!("{error}"));
        let order = stack.order().unwrap_or_else(|error| panic!("{error}"));
        let evaluated = stack.evaluate_symbolic().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(order.len(), evaluated.resources.len(), "{name}");
        assert_eq!(compare(Some(&evaluated), Some(&evaluated)), [], "{name}");
        assert_eq!(compare(None, Some(&evaluated)).len(), evaluated.resources.len(), "{name}");
    }
}

#[test]
fn every_type_is_in_the_catalog() {
    for (path, text) in templates() {
        let template = Template::parse(&text, &path.display().to_string()).unwrap();
        for (id, resource) in &template.resources {
            assert!(
                catalog::knows(&resource.resource_type),
                "{} of `{id}` in {}",
                resource.resource_type,
                path.display()
            );
        }
    }
}
