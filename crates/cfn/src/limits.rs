//! The service's limits, counted before the service counts them.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

use crate::intrinsic;
use crate::path::{self, Segment};
use crate::template::Template;

/// Resources in one template.
pub const RESOURCES: usize = 500;
/// Parameters in one template.
pub const PARAMETERS: usize = 200;
/// Outputs in one template.
pub const OUTPUTS: usize = 200;
/// Mappings in one template.
pub const MAPPINGS: usize = 200;
/// Bytes of one template.
pub const TEMPLATE_BYTES: usize = 1_000_000;
/// Resources that one operation may touch, over all nested stacks.
pub const OPERATION_RESOURCES: usize = 2_500;

/// From how many percent of a limit on there is a finding.
const WARNING_PERCENT: usize = 80;
/// How many contributors a finding names.
const CONTRIBUTORS: usize = 10;

/// A limit that is near or exceeded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What is limited, such as `resources in a template`.
    pub limit: &'static str,
    pub count: usize,
    pub maximum: usize,
    /// The count is above the maximum, so the service would refuse.
    pub exceeded: bool,
    /// The ten largest contributors with their share of the count, largest first.
    pub largest: Vec<(String, usize)>,
}

/// Holds one template, whose text has `bytes` bytes, against all limits; findings from 80 % on.
///
/// Contributors are: for resources their types, for bytes the resources, for parameters the common beginnings of their
/// names (`functionhello` of `functionhelloArn`), for outputs the resources that they tell about.
pub fn check(template: &Template, bytes: usize) -> Vec<Finding> {
    let findings = [
        finding("resources in a template", template.resources.len(), RESOURCES, || {
            tally(template.resources.values().map(|resource| resource.resource_type.clone()))
        }),
        finding("parameters in a template", template.parameters.len(), PARAMETERS, || {
            tally(template.parameters.keys().map(|name| beginning(name).to_owned()))
        }),
        finding("outputs in a template", template.outputs.len(), OUTPUTS, || {
            tally(template.outputs.values().map(|output| subject(template, &output.value)))
        }),
        finding("mappings in a template", template.mappings.len(), MAPPINGS, || {
            let size = |value: &serde_json::Map<String, Value>| value.values().map(|keys| keys.to_string().len()).sum();
            template.mappings.iter().map(|(name, mapping)| (name.clone(), size(mapping))).collect()
        }),
        finding("bytes of a template", bytes, TEMPLATE_BYTES, || {
            let resources = template.document.get("Resources").and_then(Value::as_object);
            let resources = resources.into_iter().flatten();
            resources.map(|(id, resource)| (id.clone(), resource.to_string().len())).collect()
        }),
    ];
    findings.into_iter().flatten().collect()
}

/// Holds the number of resources of a whole deployment against the limit of one operation.
pub fn check_operation(total_resources: usize) -> Option<Finding> {
    finding("resources in one operation", total_resources, OPERATION_RESOURCES, Vec::new)
}

/// As [`check_operation`], naming the largest stacks; `stacks` are names and numbers of resources.
pub fn check_operation_of(stacks: &[(String, usize)]) -> Option<Finding> {
    let total = stacks.iter().map(|(_, resources)| resources).sum();
    finding("resources in one operation", total, OPERATION_RESOURCES, || stacks.to_vec())
}

fn finding(
    limit: &'static str,
    count: usize,
    maximum: usize,
    contributors: impl FnOnce() -> Vec<(String, usize)>,
) -> Option<Finding> {
    if count * 100 < maximum * WARNING_PERCENT {
        return None;
    }
    let mut largest = contributors();
    largest.sort_by(|(left, left_count), (right, right_count)| right_count.cmp(left_count).then(left.cmp(right)));
    largest.truncate(CONTRIBUTORS);
    Some(Finding { limit, count, maximum, exceeded: count > maximum, largest })
}

fn tally(names: impl Iterator<Item = String>) -> Vec<(String, usize)> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    counts.into_iter().collect()
}

/// The part of a camel-case name before its second capital word: category and resource in derived parameters.
fn beginning(name: &str) -> &str {
    let mut letters = name.char_indices().skip(1);
    let end = letters.find(|(_, letter)| letter.is_ascii_uppercase()).map_or(name.len(), |(index, _)| index);
    &name[..end]
}

/// The first resource that an output refers to, or the output's kind.
fn subject(template: &Template, value: &Value) -> String {
    let mut found: Option<String> = None;
    path::walk(value, &mut Vec::<Segment<'_>>::new(), &mut |part, _| {
        let call = part.as_object().and_then(intrinsic::call);
        let id = match call {
            Some((intrinsic::REF, Value::String(id))) => Some(id.as_str()),
            Some((intrinsic::GET_ATT, argument)) => intrinsic::get_att_parts(argument).map(|(id, _)| id),
            Some((intrinsic::SUB, argument)) => {
                let text = argument.as_str().or_else(|| argument.get(0)?.as_str()).unwrap_or_default();
                intrinsic::sub_parts(text).into_iter().find_map(|part| match part {
                    intrinsic::SubPart::Variable(name) => name.split('.').next(),
                    _ => None,
                })
            }
            _ => None,
        };
        if let Some(id) = id.filter(|id| found.is_none() && template.resources.contains_key(*id)) {
            found = Some(id.to_owned());
        }
        found.is_none()
    });
    found.unwrap_or_else(|| "constants and parameters".to_owned())
}
