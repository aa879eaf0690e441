//! Puts resources into stacks and stacks under the root.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::split::{Needs, Splitter, Wanted};
use super::{Body, Entry, ROOT, Resources, api_id, reference, root, table};
use crate::diagnostic::Diagnostic;
use crate::input::Input;
use crate::model::Model;
use crate::output::{Members, Stack};
use crate::source::Span;

/// How many resources a stack may hold when a resolver is added to it; more go into a further one. The service takes more,
/// but no template of more than a megabyte.
const ROOM: usize = 300;
/// The service's limit for one stack.
const LIMIT: usize = 500;

const RESOURCES: &str = "Resources";
const NESTED: &str = "AWS::CloudFormation::Stack";

/// The finished templates.
#[derive(Debug)]
pub(crate) struct Assembled {
    pub(crate) template: Value,
    pub(crate) stacks: IndexMap<String, Stack>,
    /// Resources that stand elsewhere than by default.
    pub(crate) moved: IndexMap<String, String>,
}

pub(crate) fn assemble(
    input: &Input,
    models: &IndexMap<String, Model>,
    resources: Resources,
    findings: &mut Vec<Diagnostic>,
) -> Assembled {
    let mut moved = IndexMap::new();
    let mut stack_of: HashMap<String, String> = HashMap::new();
    let mut entries: IndexMap<String, Vec<(String, Body)>> = IndexMap::new();
    let own = root::resources(input, resources.needs_none).into_iter().map(|(id, body)| (id, Body::Plain(body)));
    entries.insert(ROOT.to_owned(), own.collect());
    stack_of.extend(entries[ROOT].iter().map(|(id, _)| (id.clone(), ROOT.to_owned())));
    let mut places = Places::new(input, &resources);
    for (id, entry) in resources.entries {
        let stack = places.of(&id, &entry);
        if stack != entry.stack {
            moved.insert(id.clone(), stack.clone());
        }
        stack_of.insert(id.clone(), stack.clone());
        entries.entry(stack).or_default().push((id, entry.body));
    }
    let mut outputs: IndexMap<String, Map<String, Value>> = IndexMap::new();
    for (id, (default, body)) in resources.outputs {
        // An output follows the resource that its value names.
        let named = ["/Value/Fn::GetAtt/0", "/Value/Ref"].iter().find_map(|path| body.pointer(path)?.as_str());
        let stack = named.and_then(|id| stack_of.get(id)).cloned().unwrap_or(default);
        outputs.entry(stack).or_default().insert(id, body);
    }
    let mut needs: IndexMap<String, Needs> = IndexMap::new();
    let mut wanted = Vec::new();
    let mut root_resources = Map::new();
    let mut bodies: IndexMap<String, Members> = IndexMap::new();
    // One stack after the other becomes text: as values, those of a large API would be most of its memory.
    for (stack, entries) in entries {
        let mut splitter = Splitter { stack_of: &stack_of, stack: &stack, needs: Needs::default(), wanted: Vec::new() };
        let mut members = Members::default();
        for (id, body) in entries {
            let inline = resources.inline.contains(&id);
            let mut body = written(body, inline, models);
            splitter.rewrite(&mut body);
            splitter.dependencies(&mut body);
            if stack == ROOT {
                root_resources.insert(id, beside_the_api(body));
            } else {
                members.push(&id, &body);
            }
        }
        wanted.append(&mut splitter.wanted);
        needs.insert(stack.clone(), splitter.needs);
        if stack != ROOT {
            bodies.insert(stack, members);
        }
    }
    for Wanted { stack, id, value, name } in wanted {
        let mut parts = vec![json!({"Ref": "AppSyncApiId"})];
        parts.extend(name.iter().map(|part| json!(part)));
        let body = json!({
            "Description": "Read by other stacks of the API.",
            "Value": value,
            "Export": {"Name": {"Fn::Join": [":", parts]}},
        });
        outputs.entry(stack).or_default().entry(id).or_insert(body);
    }
    let mut parameters = root::parameters();
    for (name, body) in &resources.parameters {
        parameters.insert(name.clone(), body.clone());
    }
    let mut mappings: IndexMap<String, Map<String, Value>> = IndexMap::new();
    for (stack, id, body) in resources.mappings {
        mappings.entry(stack).or_default().insert(id, body);
    }
    let mut stacks = IndexMap::new();
    for (stack, resources) in bodies {
        if resources.len() > LIMIT {
            findings.push(too_large(&stack, resources.len()));
        }
        let needs = needs.shift_remove(&stack).unwrap_or_default();
        root_resources.insert(stack.clone(), nested(&stack, &parameters, &needs, resources_none(&stack_of)));
        let mut own = parameters.clone();
        own.insert("AppSyncApiId".to_owned(), json!({"Type": "String", "Description": "Id of the API."}));
        for (name, (_, what)) in &needs.parameters {
            own.insert(name.clone(), json!({"Type": "String", "Description": what}));
        }
        let outputs = outputs.shift_remove(&stack).unwrap_or_default();
        let mappings = mappings.shift_remove(&stack).unwrap_or_default();
        let template = template(own, Value::Null, outputs.into(), mappings);
        let mut members = Members::default();
        for (name, part) in template.as_object().into_iter().flatten() {
            if name == RESOURCES {
                members.push_text(name, &resources.object());
            } else {
                members.push(name, part);
            }
        }
        stacks.insert(stack, Stack::new(&members));
    }
    custom_stacks(input, &mut parameters, &mut root_resources, &mut stacks, findings);
    if root_resources.len() > LIMIT {
        findings.push(too_large("of the API", root_resources.len()));
    }
    let mut root_outputs = root::outputs(input);
    if let (Some(known), Some(more)) = (root_outputs.as_object_mut(), outputs.shift_remove(ROOT)) {
        known.extend(more.into_iter().map(|(id, body)| (id, beside_the_api(body))));
    }
    let mappings = mappings.shift_remove(ROOT).unwrap_or_default();
    Assembled { template: template(parameters, root_resources.into(), root_outputs, mappings), stacks, moved }
}

fn written(body: Body, inline: bool, models: &IndexMap<String, Model>) -> Value {
    match body {
        Body::Plain(body) => body,
        Body::Resolver(resolver) if inline => resolver.body_with_request(),
        Body::Resolver(resolver) => resolver.body(),
        Body::Function(function) => function.body(),
        Body::Table(model) => models.get(&model).map(table::table_body).unwrap_or_default(),
    }
}

/// What stands in the API's own stack asks the API itself for its id, which no parameter tells it.
fn beside_the_api(value: Value) -> Value {
    match value {
        Value::Object(members) if members.len() == 1 && members.get("Ref").is_some_and(|id| id == "AppSyncApiId") => {
            api_id()
        }
        Value::Object(members) => members.into_iter().map(|(name, member)| (name, beside_the_api(member))).collect(),
        Value::Array(items) => items.into_iter().map(beside_the_api).collect(),
        other => other,
    }
}

fn resources_none(stack_of: &HashMap<String, String>) -> bool {
    stack_of.contains_key("NoneDataSource")
}

fn too_large(stack: &str, count: usize) -> Diagnostic {
    let message = format!("the stack `{stack}` has {count} resources, and the service takes {LIMIT}");
    Diagnostic::warning("stack-too-large", Span::NONE, message)
        .suggest("move some of them with `StackMapping` in transform.conf.json")
}

fn template(parameters: Map<String, Value>, resources: Value, outputs: Value, mappings: Map<String, Value>) -> Value {
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Part of a GraphQL API; generated.",
        "Metadata": {},
        "Parameters": parameters,
        RESOURCES: resources,
        "Outputs": outputs,
        "Mappings": mappings,
        "Conditions": root::conditions(),
    })
}

fn url(file: &str) -> Value {
    let parts = [
        json!("https://s3.amazonaws.com"),
        reference("S3DeploymentBucket"),
        reference("S3DeploymentRootKey"),
        json!("stacks"),
        json!(file),
    ];
    json!({"Fn::Join": ["/", parts]})
}

fn nested(stack: &str, parameters: &Map<String, Value>, needs: &Needs, none: bool) -> Value {
    let mut passed = Map::new();
    passed.insert("AppSyncApiId".to_owned(), api_id());
    passed.extend(parameters.keys().map(|name| (name.clone(), reference(name))));
    passed.extend(needs.parameters.iter().map(|(name, (value, _))| (name.clone(), value.clone())));
    let mut after = vec!["GraphQLSchema"];
    if none {
        after.push("NoneDataSource");
    }
    after.extend(needs.stacks.iter().map(String::as_str));
    json!({
        "Type": NESTED,
        "Properties": {"Parameters": passed, "TemplateURL": url(&format!("{stack}.json"))},
        "DependsOn": after,
    })
}

/// Which stack a resource goes into.
struct Places<'i> {
    input: &'i Input,
    deployed: HashMap<&'i str, &'i str>,
    migrated: HashSet<&'i str>,
    /// How many resources each stack holds: those whose place is settled, then those that were added.
    held: HashMap<String, usize>,
}

impl<'i> Places<'i> {
    fn new(input: &'i Input, resources: &Resources) -> Self {
        let mut deployed = HashMap::new();
        if let Some(previous) = &input.previous {
            let own = |stack: &str| input.overrides.stacks.contains_key(&format!("{stack}.json"));
            let stacks = previous.stacks.iter().filter(|(stack, _)| !own(stack));
            let stacks = stacks.map(|(stack, template)| (stack.as_str(), template));
            for (stack, template) in stacks.chain([(ROOT, &previous.root)]) {
                let resources = template.get("Resources").and_then(Value::as_object).into_iter().flatten();
                // A nested stack may have the name of a resource in another one.
                let resources = resources.filter(|(_, body)| body["Type"] != NESTED);
                deployed.extend(resources.map(|(id, _)| (id.as_str(), stack)));
            }
        }
        let migrated = input.configuration.as_ref().and_then(|file| file.pointer("/Migration/V1/Resources"));
        let migrated = migrated.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let mut places = Self { input, deployed, migrated, held: HashMap::new() };
        for (id, entry) in &resources.entries {
            if let Some(stack) = places.settled(id, entry).map(str::to_owned) {
                *places.held.entry(stack).or_default() += 1;
            }
        }
        places
    }

    /// The place that does not depend on how full a stack is.
    fn settled<'s>(&'s self, id: &str, entry: &'s Entry) -> Option<&'s str> {
        if self.migrated.contains(id) {
            return Some(ROOT);
        }
        if let Some(stack) = self.input.stack_mapping().and_then(|mapping| mapping.get(id)).and_then(Value::as_str) {
            return Some(stack);
        }
        // A resource never moves on its own: the service would make the new one before it deletes the old one.
        if let Some(stack) = self.deployed.get(id) {
            return Some(stack);
        }
        // Nothing refers to a resolver, so it may stand in any stack.
        let bound = entry.stack == ROOT || !matches!(entry.body, Body::Resolver(_));
        bound.then_some(entry.stack.as_str())
    }

    fn of(&mut self, id: &str, entry: &Entry) -> String {
        if let Some(stack) = self.settled(id, entry) {
            return stack.to_owned();
        }
        let mut stack = entry.stack.clone();
        let mut number = 1;
        while self.held.get(&stack).is_some_and(|held| *held >= ROOM) {
            number += 1;
            stack = format!("{}{number}", entry.stack);
        }
        *self.held.entry(stack.clone()).or_default() += 1;
        stack
    }
}

/// The user's own stacks: they get what they declare, and come after everything else.
fn custom_stacks(
    input: &Input,
    parameters: &mut Map<String, Value>,
    resources: &mut Map<String, Value>,
    stacks: &mut IndexMap<String, Stack>,
    findings: &mut Vec<Diagnostic>,
) {
    let mut after = vec!["GraphQLAPI".to_owned(), "GraphQLSchema".to_owned()];
    after.extend(stacks.keys().cloned());
    for (file, text) in &input.overrides.stacks {
        let mut refuse = |code, message: String, help: &str| {
            findings.push(Diagnostic::error(code, Span::NONE, message).suggest(help));
        };
        let Some(name) = file.strip_suffix(".json") else {
            refuse(
                "custom-stack-format",
                format!("`stacks/{file}` is not JSON"),
                "convert it to JSON, and name it `.json`",
            );
            continue;
        };
        let template: Value = match serde_json::from_str(text) {
            Ok(template) => template,
            Err(error) => {
                refuse("custom-stack-syntax", format!("`stacks/{file}` cannot be read: {error}"), "correct its JSON");
                continue;
            }
        };
        let id: String = file.chars().filter(char::is_ascii_alphabetic).collect();
        if stacks.contains_key(name) || resources.contains_key(&id) {
            refuse(
                "custom-stack-taken",
                format!("a generated stack has the name of `stacks/{file}`"),
                "rename the file",
            );
            continue;
        }
        let mut passed = Map::new();
        for (name, body) in template.get("Parameters").and_then(Value::as_object).into_iter().flatten() {
            if name == "AppSyncApiId" {
                passed.insert(name.clone(), api_id());
                continue;
            }
            parameters.entry(name.clone()).or_insert_with(|| body.clone());
            passed.insert(name.clone(), reference(name));
        }
        resources.insert(
            id,
            json!({
                "Type": NESTED,
                "Properties": {"Parameters": passed, "TemplateURL": url(file)},
                "DependsOn": after,
            }),
        );
        stacks.insert(name.to_owned(), Stack::from(&template));
    }
}
