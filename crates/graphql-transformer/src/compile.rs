//! From input to output: parse, check, run the directives, assemble.

use std::io::{Cursor, Write as _};
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::build::Build;
use crate::diagnostic::{Diagnostic, Severity};
use crate::directives::{self, Directive};
use crate::guards;
use crate::input::Input;
use crate::output::{Migration, Output};
use crate::schema;
use crate::source::Span;
use crate::syntax::{self, Parsed};
use crate::template::{self, Body};

/// What came of a compilation.
#[derive(Debug)]
pub struct Compilation {
    /// Absent when there is an error among the diagnostics.
    pub output: Option<Output>,
    /// Everything that was found, in the order of the sources.
    pub diagnostics: Vec<Diagnostic>,
}

impl Compilation {
    /// The findings that stopped it.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|found| found.severity == Severity::Error)
    }
}

/// The service's limit for one mapping template.
const LONGEST: usize = 65_536;

/// Compiles with the built-in directives.
pub fn compile(input: &Input) -> Compilation {
    compile_with(input, &directives::built_in())
}

/// Compiles with the given directives, in their order.
pub fn compile_with(input: &Input, directives: &[Box<dyn Directive>]) -> Compilation {
    let mut findings = Vec::new();
    let mut parsed = Parsed::default();
    for (index, source) in input.sources.iter().enumerate() {
        syntax::parse(index, &source.text, &mut parsed, &mut findings);
    }
    if parsed.definitions.is_empty() && findings.is_empty() {
        let message = "the schema has no types";
        findings.push(
            Diagnostic::error("schema-empty", Span { source: 0, start: 0, end: 0 }, message)
                .suggest("declare a type, such as `type Note @model { id: ID! text: String }`"),
        );
    }
    custom_transformers(input, &mut findings);
    let broken = !findings.is_empty();
    let schema = schema::gather(parsed, &mut findings);
    // After a syntax error what was read is incomplete; to complain about what is missing would mislead.
    if broken && findings.iter().any(|found| found.code == "syntax" || found.code == "schema-too-deep") {
        return finish(None, findings);
    }
    let malformed = schema::validate(&schema, directives, &mut findings);
    let mut build = Build::new(input, schema, malformed, findings);
    run(&mut build, directives);
    let Build { schema, models, mut resources, mut findings, declared, .. } = build;
    let open = |name: &&String| declared.get(*name).is_some_and(|model| model.directive("auth").is_none());
    let unprotected = models.keys().filter(open).cloned().collect();
    if has_errors(&findings) {
        return finish(None, findings);
    }
    // Of a large API the types take as much room as the templates, which come now.
    let printed = schema.print();
    drop((schema, declared));
    let (resolvers, functions) = texts(input, &mut resources);
    let mut archives: IndexMap<_, _> =
        resources.functions.iter().map(|(name, files)| (name.clone(), archive(files))).collect();
    archives.extend(input.overrides.functions.clone());
    for (name, text) in resolvers.iter().filter(|(_, text)| text.len() > LONGEST) {
        let message = format!("the template `{name}` has {} bytes, and the service takes {LONGEST}", text.len());
        let found = Diagnostic::warning("template-too-long", Span::NONE, message);
        findings.push(found.suggest("spread the rules and fields over several types"));
    }
    let assembled = template::assemble(input, &models, resources, &mut findings);
    let parameters = parameters(input, &assembled.template);
    let mut output = Output {
        template: assembled.template,
        stacks: assembled.stacks,
        resolvers,
        pipeline_functions: functions,
        functions: archives,
        schema: printed,
        parameters,
        stack_mapping: assembled.moved,
        unprotected,
        migration: Migration::default(),
    };
    if let Some(previous) = &input.previous {
        output.migration = guards::check(previous, &output, &models, &mut findings);
    }
    finish(Some(output), findings)
}

fn has_errors(findings: &[Diagnostic]) -> bool {
    findings.iter().any(|found| found.severity == Severity::Error)
}

fn finish(output: Option<Output>, mut findings: Vec<Diagnostic>) -> Compilation {
    findings.sort_by_key(|found| (found.span.source, found.span.start));
    Compilation { output: output.filter(|_| !has_errors(&findings)), diagnostics: findings }
}

fn custom_transformers(input: &Input, findings: &mut Vec<Diagnostic>) {
    let listed = input.configuration.as_ref().and_then(|file| file.get("transformers")).and_then(Value::as_array);
    for name in listed.into_iter().flatten() {
        let message = format!("the transformer {name} is a JavaScript module, which cannot be loaded");
        findings.push(
            Diagnostic::error("custom-transformer", Span::NONE, message)
                .suggest("remove it from `transformers` in transform.conf.json"),
        );
    }
    if input.configuration.as_ref().is_some_and(|file| file.get("ResolverConfig").is_some_and(Value::is_object)) {
        let message = "conflict resolution (`ResolverConfig`) is not supported yet";
        findings.push(
            Diagnostic::error("conflict-resolution", Span::NONE, message)
                .suggest("remove `ResolverConfig` from transform.conf.json"),
        );
    }
}

fn run(build: &mut Build<'_>, directives: &[Box<dyn Directive>]) {
    let declared = Arc::clone(&build.declared);
    for directive in directives {
        let name = directive.spec().name;
        for definition in declared.values() {
            if build.is_malformed(&definition.name.text) || !matches!(definition.kind, syntax::Kind::Object { .. }) {
                continue;
            }
            for used in definition.directives.iter().filter(|used| used.name.text == name) {
                directive.object(build, definition, used);
            }
            for field in definition.fields().into_iter().flat_map(IndexMap::values) {
                for used in field.directives.iter().filter(|used| used.name.text == name) {
                    directive.field(build, definition, field, used);
                }
            }
        }
        directive.after(build);
    }
}

type Texts = IndexMap<String, String>;

/// Takes out the generated template files, with the user's own in place of those of the same name and in addition.
///
/// They are most of what a large API is made of, so they are moved: what stands in a stack itself stays.
fn texts(input: &Input, resources: &mut template::Resources) -> (Texts, Texts) {
    let (mut resolvers, mut functions) = (Texts::new(), Texts::new());
    for (id, entry) in &mut resources.entries {
        match &mut entry.body {
            Body::Resolver(resolver) => {
                let [request, response] = resolver.files();
                if !resources.inline.contains(id) {
                    resolvers.insert(request, moved(&mut resolver.request));
                }
                resolvers.insert(response, moved(&mut resolver.response));
            }
            Body::Function(function) => {
                let [request, response] = function.files();
                functions.insert(request, moved(&mut function.request));
                functions.insert(response, moved(&mut function.response));
            }
            Body::Plain(_) | Body::Table(_) => {}
        }
    }
    resolvers.extend(input.overrides.resolvers.clone());
    functions.extend(input.overrides.pipeline_functions.clone());
    (resolvers, functions)
}

/// A text without the room that it grew into.
fn moved(text: &mut String) -> String {
    let mut text = std::mem::take(text);
    text.shrink_to_fit();
    text
}

/// A zip of a function's files; the same for the same files.
fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        let options = zip::write::SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
        // Memory takes everything, so writing cannot fail; an archive without files would show it.
        let _ = writer.start_file(*name, options.unix_permissions(0o644)).map(|()| writer.write_all(text.as_bytes()));
    }
    writer.finish().map(Cursor::into_inner).unwrap_or_default()
}

/// The project's parameters, those that the template declares.
fn parameters(input: &Input, template: &Value) -> Map<String, Value> {
    let mut parameters = Map::new();
    parameters.insert("CreateAPIKey".to_owned(), u8::from(input.auth.api_key_days().is_some()).into());
    for (name, value) in &input.parameters {
        // An old way to say that there is no key.
        if name == "APIKeyExpirationEpoch" && value.as_i64() == Some(-1) {
            continue;
        }
        parameters.insert(name.clone(), value.clone());
    }
    for role in ["authRoleName", "unauthRoleName"] {
        parameters.entry(role).or_insert_with(
            || serde_json::json!({"Ref": if role == "authRoleName" { "AuthRoleName" } else { "UnauthRoleName" }}),
        );
    }
    let declared = template.get("Parameters").and_then(Value::as_object);
    parameters.retain(|name, _| declared.is_some_and(|declared| declared.contains_key(name)));
    parameters
}
