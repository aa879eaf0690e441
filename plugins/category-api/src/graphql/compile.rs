//! Compiles a schema: for the command, and for a plan or a push.

use std::collections::BTreeSet;

use amplify_graphql_transformer::{Input, Output, Severity, compile as transform};
use amplify_sdk::{message::CompiledFile, prelude::*};
use serde_json::Value;

use super::{files::CONFIGURATION_FILE, inputs::Inputs, key, path, resource};
use crate::{clock::Clock, error::ApiError, plugin::CATEGORY};

/// Where compiled files go.
const BUILD: &str = "build";

/// What newer versions of the original compile with other rules, which protect by default what this compiler leaves open.
const OTHER_TRANSFORMER: &str = "its schema is written for version 2 of the GraphQL transformer \
     (`amplify/cli.json`), which this version does not compile";

/// Compiles, and shows warnings.
///
/// # Errors
/// Everything that is wrong with the schema, at once.
pub fn compiled(context: &mut Context<'_>, resource: &str, input: &Input) -> Result<Output, PluginError> {
    let compilation = transform(input);
    let mut errors = Vec::new();
    for found in &compilation.diagnostics {
        let text = found.render(&input.sources).trim_end().to_owned();
        match found.severity {
            Severity::Error => errors.push(text),
            // A plan lists the steps itself.
            Severity::Warning if found.code == "table-index-steps" => {}
            Severity::Warning => {
                // The host puts the word in front itself.
                let head = format!("warning[{}]: ", found.code);
                context.log(LogLevel::Warning, text.strip_prefix(&head).unwrap_or(&text).to_owned());
            }
        }
    }
    match compilation.output {
        Some(output) => Ok(output),
        None => Err(ApiError::Schema { resource: resource.to_owned(), findings: errors }.into()),
    }
}

/// Adds what is compiled to a command's changes, and takes away what an earlier compilation left.
///
/// # Errors
/// A folder that cannot be read.
pub fn write(
    context: &mut Context<'_>,
    mut changes: Changes,
    resource: &str,
    output: Output,
    minify: bool,
) -> Result<Changes, PluginError> {
    let mut left: BTreeSet<String> = context.list(&path(resource, BUILD))?.into_iter().collect();
    for (name, bytes) in output.archives() {
        left.remove(&name);
        changes = changes.file(CATEGORY, resource, &format!("{BUILD}/{name}"), amplify_sdk::content(bytes));
    }
    if !output.unprotected.is_empty() {
        let types: String = output.unprotected.iter().map(|name| format!("\n\t - {name}")).collect();
        context.log(
            LogLevel::Warning,
            format!("The following types do not have '@auth' enabled. Consider using @auth with @model{types}"),
        );
    }
    // A large API is tens of megabytes: each document is gone as soon as its text is made.
    for (name, text) in output.into_files(minify) {
        left.remove(&name);
        let content = context.keep(FileContent::Text(text));
        changes = changes.file(CATEGORY, resource, &format!("{BUILD}/{name}"), content);
    }
    for old in left {
        changes = changes.delete_file(CATEGORY, resource, &format!("{BUILD}/{old}"));
    }
    let schema = path(resource, "schema");
    Ok(changes
        .message("GraphQL schema compiled successfully.")
        .message(format!("Edit your schema at {schema}.graphql or place .graphql files in a directory at {schema}")))
}

/// `amplify api gql-compile`.
///
/// # Errors
/// No API, or a schema that is wrong.
pub fn gql_compile(context: &mut Context<'_>, clock: &dyn Clock, minify: bool) -> Result<Changes, PluginError> {
    let resource = resource(context.project()).ok_or(ApiError::NoApi)?;
    let inputs = Inputs::read(context, &resource, clock.now())?;
    let output = compiled(context, &resource, &inputs.input)?;
    let configuration = with_mapping(inputs.input.configuration.as_ref(), &output);
    let mut changes = write(context, Changes::new(), &resource, output, minify)?;
    if let Some(configuration) = configuration {
        changes = changes.json(CATEGORY, &resource, CONFIGURATION_FILE, configuration);
    }
    Ok(changes)
}

/// The configuration with the places of resources that a deployment put elsewhere than they would go now.
fn with_mapping(configuration: Option<&Value>, output: &Output) -> Option<Value> {
    let before = configuration?;
    let mut after = before.clone();
    for (id, stack) in &output.stack_mapping {
        after["StackMapping"][id.as_str()] = stack.clone().into();
    }
    (after != *before).then_some(after)
}

/// What a plan and a push work with.
///
/// # Errors
/// As [`gql_compile`].
pub fn compile_for_deployment(
    context: &mut Context<'_>,
    clock: &dyn Clock,
    request: &CompileRequest,
) -> Result<CompileReply, PluginError> {
    let resource = request.resource.as_str();
    let deployed = format!("amplify/#current-cloud-backend/{CATEGORY}/{resource}/{BUILD}/cloudformation-template.json");
    let deployed = if request.unchanged { context.read_json(&deployed)? } else { None };
    if is_for_other_transformer(context)? {
        return Ok(CompileReply { skipped: Some(OTHER_TRANSFORMER.into()), ..CompileReply::default() });
    }
    let Inputs { input, key_changed } = Inputs::read(context, resource, clock.now())?;
    if let Some(mut template) = deployed {
        let mut reply = CompileReply { deployed: true, ..CompileReply::default() };
        let settled = input.key.as_ref().filter(|_| key_changed).is_none_or(|key| {
            // What else was compiled stays, so that nothing but the key changes.
            let prolonged = key::prolong(&mut template, key);
            if prolonged {
                let path = format!("{BUILD}/cloudformation-template.json");
                reply.files.push(CompiledFile { path, content: FileContent::Json(template) });
            }
            prolonged
        });
        if settled {
            return Ok(reply);
        }
    }
    let output = compiled(context, resource, &input)?;
    let file =
        |(name, text)| CompiledFile { path: format!("{BUILD}/{name}"), content: context.keep(FileContent::Text(text)) };
    let archive =
        |(name, bytes)| CompiledFile { path: format!("{BUILD}/{name}"), content: amplify_sdk::content(bytes) };
    let archives: Vec<_> = output.archives().map(archive).collect();
    let files = output.into_files(false).map(file).chain(archives).collect();
    Ok(CompileReply { folders: vec![BUILD.into()], files, ..CompileReply::default() })
}

fn is_for_other_transformer(context: &mut Context<'_>) -> Result<bool, PluginError> {
    let flags = context.read_json("amplify/cli.json")?.unwrap_or_default();
    let version = &flags["features"]["graphqltransformer"]["transformerversion"];
    Ok(version.as_u64().is_some_and(|version| version > 1))
}
