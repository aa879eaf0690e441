//! Looks up the names in a template before anything is evaluated.

use crate::dependencies::{self, Reference};
use crate::inputs::Pseudo;
use crate::path::{self, Segment};
use crate::problem::{ProblemKind, Problems};
use crate::template::Template;

/// Looks up every name in the template, also in branches that the conditions leave out: CloudFormation does so, too.
pub(crate) fn check(template: &Template, problems: &mut Problems) {
    let resource_names = || template.resources.keys().map(String::as_str);
    let mut check = |reference: Reference<'_>, path: &dyn Fn() -> String| {
        let kind = match reference {
            Reference::Name(name) if !is_name(template, name) => {
                let known = template.parameters.keys().map(String::as_str).chain(resource_names());
                let nearest = problems.nearest(name, known.chain(Pseudo::NAMES.iter().copied()));
                ProblemKind::UnknownReference { name: name.to_owned(), nearest }
            }
            Reference::Resource(name) if !template.resources.contains_key(name) => ProblemKind::UnknownResource {
                name: name.to_owned(),
                nearest: problems.nearest(name, resource_names()),
            },
            Reference::Condition(name) if !template.conditions.contains_key(name) => {
                let nearest = problems.nearest(name, template.conditions.keys().map(String::as_str));
                ProblemKind::UnknownCondition { name: name.to_owned(), nearest }
            }
            _ => return,
        };
        problems.push(path, kind);
    };
    for (name, condition) in &template.conditions {
        let steps = vec![Segment::Key("Conditions"), Segment::Key(name)];
        dependencies::references(condition, steps, None, &mut |reference, steps| {
            check(reference, &|| path::render(steps));
        });
    }
    for (id, resource) in &template.resources {
        if let Some(condition) = &resource.condition {
            check(Reference::Condition(condition), &|| format!("Resources.{id}.Condition"));
        }
        for (index, target) in resource.depends_on.iter().enumerate() {
            check(Reference::Resource(target), &|| match lists_dependencies(template, id) {
                true => format!("Resources.{id}.DependsOn[{index}]"),
                false => format!("Resources.{id}.DependsOn"),
            });
        }
        let steps = vec![Segment::Key("Resources"), Segment::Key(id), Segment::Key("Properties")];
        dependencies::references(&resource.properties, steps, None, &mut |reference, steps| {
            check(reference, &|| path::render(steps));
        });
    }
    for (name, output) in &template.outputs {
        if let Some(condition) = &output.condition {
            check(Reference::Condition(condition), &|| format!("Outputs.{name}.Condition"));
        }
        let parts = [("Value", Some(&output.value)), ("Export", output.export.as_ref())];
        for (key, value) in parts.into_iter().filter_map(|(key, value)| Some((key, value?))) {
            let steps = vec![Segment::Key("Outputs"), Segment::Key(name), Segment::Key(key)];
            dependencies::references(value, steps, None, &mut |reference, steps| {
                check(reference, &|| path::render(steps));
            });
        }
    }
}

fn is_name(template: &Template, name: &str) -> bool {
    template.parameters.contains_key(name) || template.resources.contains_key(name) || Pseudo::NAMES.contains(&name)
}

/// Whether `DependsOn` of a resource is written as a list, so that paths to its entries have an index.
pub(crate) fn lists_dependencies(template: &Template, id: &str) -> bool {
    let resource = template.document.get("Resources").and_then(|resources| resources.get(id));
    resource.and_then(|resource| resource.get("DependsOn")).is_some_and(|depends_on| depends_on.is_array())
}
