//! The service's limits, checked for every stack and for the operation as a whole.

use amplify_cfn::{Template, limits};

use crate::{Assembly, Error, plan::Limit};

/// Limits that are exceeded or close.
pub(crate) fn check(assembly: &Assembly, root: &Template) -> Result<Vec<Limit>, Error> {
    let mut resources = vec![("root".to_owned(), root.resources.len())];
    let mut found = Vec::new();
    let bytes = serde_json::to_vec(&assembly.template).map_or(0, |bytes| bytes.len());
    found.extend(limits::check(root, bytes).into_iter().map(|finding| limit("root", finding)));
    for stack in &assembly.stacks {
        let templates = stack.children.iter().map(|(key, child)| {
            let name = key.rsplit('/').next().unwrap_or(key);
            (format!("{}/{}", stack.logical_id, name.trim_end_matches(".json")), child)
        });
        for (path, staged) in std::iter::once((stack.logical_id.clone(), &stack.template)).chain(templates) {
            let template = staged.parse()?;
            resources.push((path.clone(), template.resources.len()));
            found
                .extend(limits::check(template, staged.bytes().len()).into_iter().map(|finding| limit(&path, finding)));
        }
    }
    found.extend(limits::check_operation_of(&resources).map(|finding| limit("", finding)));
    Ok(found)
}

fn limit(stack: &str, finding: limits::Finding) -> Limit {
    Limit {
        stack: stack.to_owned(),
        limit: finding.limit.to_owned(),
        count: finding.count,
        maximum: finding.maximum,
        exceeded: finding.exceeded,
        largest: finding.largest,
    }
}
