//! Gives a function access to other resources: parameters, variables, policy and dependencies.

use std::collections::BTreeSet;

use amplify_sdk::{JsonMap, project::ProjectView};
use serde_json::{Value, json};

use crate::{
    grant::{Grant, MODEL, Operation, Target},
    models,
    names::parameter,
    table,
    template::{mentions, refers_to, role_policy, section, variables},
};

const POLICY: &str = "AmplifyResourcesPolicy";

/// The grants that `function-parameters.json` remembers, as far as this plugin knows their services. What it does not know
/// stays in the file and in the template as it is.
pub fn remembered(memory: &JsonMap, project: &ProjectView) -> Vec<Grant> {
    let mut grants = Vec::new();
    let Some(permissions) = memory.get("permissions").and_then(Value::as_object) else { return grants };
    for (category, resources) in permissions {
        for (resource, words) in resources.as_object().into_iter().flatten() {
            let Some((target, api)) = target(project, category, resource) else { continue };
            let words: Vec<&str> = words.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let operations: Vec<Operation> =
                Operation::ALL.into_iter().filter(|operation| words.contains(&operation.word())).collect();
            if !operations.is_empty() {
                grants.push(Grant { category: category.clone(), resource: resource.clone(), target, operations, api });
            }
        }
    }
    grants
}

/// What a resource of the project is, if access to it can be granted; with its API, if it is a type of one.
pub fn target(project: &ProjectView, category: &str, resource: &str) -> Option<(Target, Option<String>)> {
    if category == "storage" && resource.ends_with(MODEL) {
        return Some((Target::Model, Some(models::api(project)?)));
    }
    Some((Target::of(category, project.resource(category, resource)?.get("service")?.as_str()?)?, None))
}

/// The resources that need `function`, directly or through others: the function must not need them in turn.
pub fn dependants(project: &ProjectView, function: &str) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::from([("function".to_owned(), function.to_owned())]);
    loop {
        let before = found.len();
        for (category, resources) in &project.backend_config {
            for (name, entry) in resources.as_object().into_iter().flatten() {
                let needs = entry.get("dependsOn").and_then(Value::as_array).into_iter().flatten().any(|on| {
                    let text = |key: &str| on.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
                    found.contains(&(text("category"), text("resourceName")))
                });
                if needs {
                    found.insert((category.clone(), name.clone()));
                }
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// How a resource comes to need the function, and with it a circle if the function needed the resource:
/// `function/resize -> storage/photos -> function/resize`. `None` if it does not.
pub fn circle(project: &ProjectView, function: &str, category: &str, resource: &str) -> Option<String> {
    let goal = ("function".to_owned(), function.to_owned());
    let mut ways = vec![vec![goal.clone(), (category.to_owned(), resource.to_owned())]];
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop() {
        let Some((category, name)) = way.last().filter(|last| seen.insert((*last).clone())) else { continue };
        let on = project.resource(category, name).and_then(|entry| entry.get("dependsOn")).and_then(Value::as_array);
        for on in on.into_iter().flatten() {
            let text = |key: &str| on[key].as_str().unwrap_or_default().to_owned();
            let next = (text("category"), text("resourceName"));
            let longer = way.iter().cloned().chain([next.clone()]).collect::<Vec<_>>();
            if next == goal {
                let steps: Vec<String> = longer.iter().map(|(category, name)| format!("{category}/{name}")).collect();
                return Some(steps.join(" -> "));
            }
            ways.push(longer);
        }
    }
    None
}

/// Replaces the access `old` by `new` in a template, in what is remembered, and in the list of dependencies.
pub fn apply(template: &mut Value, memory: &mut JsonMap, depends_on: &mut Vec<Value>, old: &[Grant], new: &[Grant]) {
    if old == new {
        return;
    }
    remember(memory, old, new);
    replace_policy(template, old, new);
    // The table that the function's code is about stays known to it, whatever access is granted beside that.
    let own = template.pointer(&format!("/Resources/{}", table::POLICY)).cloned().unwrap_or_default();
    let is_own = |grant: &Grant| grant.parameters().iter().any(|name| mentions(&own, name));
    if let Some(variables) = variables(template) {
        for (name, ours) in old.iter().filter(|grant| !is_own(grant)).flat_map(Grant::variables) {
            if variables.get(&name) == Some(&ours) {
                variables.shift_remove(&name);
            }
        }
        variables.extend(new.iter().flat_map(Grant::variables));
    }
    for grant in new {
        let (category, resource) = grant.depends_on();
        depend(template, depends_on, category, resource, grant.target.attributes());
    }
    for grant in old {
        let (category, resource) = grant.depends_on();
        forget(template, depends_on, category, resource, grant.target.attributes());
    }
}

fn remember(memory: &mut JsonMap, old: &[Grant], new: &[Grant]) {
    let mut permissions = memory.get("permissions").and_then(Value::as_object).cloned().unwrap_or_default();
    for grant in old {
        if let Some(resources) = permissions.get_mut(&grant.category).and_then(Value::as_object_mut) {
            resources.shift_remove(&grant.resource);
        }
    }
    for (category, resources) in crate::grant::to_memory(new) {
        let place = permissions.entry(category).or_insert_with(|| json!({}));
        for (resource, words) in resources.as_object().into_iter().flatten() {
            place[resource.as_str()] = words.clone();
        }
    }
    permissions.retain(|_, resources| resources.as_object().is_none_or(|resources| !resources.is_empty()));
    if permissions.is_empty() {
        memory.shift_remove("permissions");
    } else {
        memory.insert("permissions".into(), Value::Object(permissions));
    }
}

/// Statements about resources of `old` go, those of `new` come; others that somebody wrote by hand stay.
fn replace_policy(template: &mut Value, old: &[Grant], new: &[Grant]) {
    let present = template.pointer(&format!("/Resources/{POLICY}/Properties/PolicyDocument/Statement"));
    let mut statements: Vec<Value> = present.and_then(Value::as_array).cloned().unwrap_or_default();
    statements.retain(|statement| !old.iter().any(|grant| grant.is_about(statement)));
    statements.extend(new.iter().flat_map(Grant::statements));
    let resources = section(template, "Resources");
    if statements.is_empty() {
        resources.shift_remove(POLICY);
        return;
    }
    match resources.get_mut(POLICY).and_then(|policy| policy.pointer_mut("/Properties/PolicyDocument/Statement")) {
        Some(place) => *place = Value::Array(statements),
        None => {
            resources.insert(POLICY.into(), role_policy("amplify-lambda-execution-policy", statements));
        }
    }
}

/// Declares the parameters of a resource's outputs and the dependency that fills them.
pub fn depend(template: &mut Value, depends_on: &mut Vec<Value>, category: &str, resource: &str, attributes: &[&str]) {
    let parameters = section(template, "Parameters");
    for attribute in attributes {
        let name = parameter(category, resource, attribute);
        parameters.entry(name.clone()).or_insert_with(|| json!({"Type": "String", "Default": name}));
    }
    match depends_on.iter_mut().find(|on| is_on(on, category, resource)) {
        Some(on) => {
            let mut all: Vec<Value> = on.get("attributes").and_then(Value::as_array).cloned().unwrap_or_default();
            for attribute in attributes {
                if !all.iter().any(|known| known == attribute) {
                    all.push((*attribute).into());
                }
            }
            on["attributes"] = Value::Array(all);
        }
        None => depends_on.push(json!({"category": category, "resourceName": resource, "attributes": attributes})),
    }
}

/// Takes back what [`depend`] did, as far as nothing in the template refers to it any more.
pub fn forget(template: &mut Value, depends_on: &mut Vec<Value>, category: &str, resource: &str, attributes: &[&str]) {
    for attribute in attributes {
        let name = parameter(category, resource, attribute);
        if refers_to(template, &name) {
            continue;
        }
        section(template, "Parameters").shift_remove(&name);
        for on in depends_on.iter_mut().filter(|on| is_on(on, category, resource)) {
            if let Some(list) = on.get_mut("attributes").and_then(Value::as_array_mut) {
                list.retain(|known| known != attribute);
            }
        }
    }
    let emptied = |on: &Value| on.get("attributes").and_then(Value::as_array).is_some_and(Vec::is_empty);
    depends_on.retain(|on| !(is_on(on, category, resource) && emptied(on)));
}

fn is_on(on: &Value, category: &str, resource: &str) -> bool {
    on.get("category").and_then(Value::as_str) == Some(category)
        && on.get("resourceName").and_then(Value::as_str) == Some(resource)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        runtime::Runtime,
        template::{Facts, new},
    };

    fn fresh() -> Value {
        new(&Facts { function_name: "f", role_name: "r", runtime: Runtime::NodeJs })
    }

    fn grant(resource: &str, target: Target, operations: &[Operation]) -> Grant {
        Grant {
            category: "storage".into(),
            resource: resource.into(),
            target,
            operations: operations.to_vec(),
            api: None,
        }
    }

    #[test]
    fn access_comes_and_goes_without_trace() {
        let (mut template, mut memory, mut depends_on) = (fresh(), JsonMap::new(), Vec::new());
        let both = [
            grant("items", Target::DynamoDb, &[Operation::Read]),
            grant("photos", Target::S3, &[Operation::Create, Operation::Read]),
        ];
        apply(&mut template, &mut memory, &mut depends_on, &[], &both);
        assert_eq!(template["Parameters"]["storageitemsArn"], json!({"Type": "String", "Default": "storageitemsArn"}));
        let variables = &template["Resources"]["LambdaFunction"]["Properties"]["Environment"]["Variables"];
        assert_eq!(variables["STORAGE_PHOTOS_BUCKETNAME"], json!({"Ref": "storagephotosBucketName"}));
        assert_eq!(
            Value::Object(memory.clone()),
            json!({"permissions": {"storage": {"items": ["read"], "photos": ["create", "read"]}}})
        );
        assert_eq!(
            json!(depends_on),
            json!([
                {"category": "storage", "resourceName": "items", "attributes": ["Name", "Arn"]},
                {"category": "storage", "resourceName": "photos", "attributes": ["BucketName"]}
            ])
        );

        apply(&mut template, &mut memory, &mut depends_on, &both, &both[1..]);
        assert!(template["Parameters"].get("storageitemsArn").is_none());
        assert_eq!(depends_on.len(), 1);
        apply(&mut template, &mut memory, &mut depends_on, &both[1..], &[]);
        assert_eq!((template, memory, depends_on), (fresh(), JsonMap::new(), Vec::new()));
    }

    #[test]
    fn what_is_still_needed_and_what_was_written_by_hand_stays() {
        let (mut template, mut memory, mut depends_on) = (fresh(), JsonMap::new(), Vec::new());
        let table = [grant("items", Target::DynamoDb, &[Operation::Read])];
        apply(&mut template, &mut memory, &mut depends_on, &[], &table);
        let by_hand = json!({"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"});
        let policy =
            template.pointer_mut("/Resources/AmplifyResourcesPolicy/Properties/PolicyDocument/Statement").unwrap();
        policy.as_array_mut().unwrap().push(by_hand.clone());
        template["Outputs"]["Table"] = json!({"Value": {"Fn::Sub": "${storageitemsName}"}});

        apply(&mut template, &mut memory, &mut depends_on, &table, &[]);
        let policy = template.pointer("/Resources/AmplifyResourcesPolicy/Properties/PolicyDocument/Statement").unwrap();
        assert_eq!(*policy, json!([by_hand]));
        assert!(template["Parameters"].get("storageitemsName").is_some(), "an output still refers to it");
        assert!(template["Parameters"].get("storageitemsArn").is_none());
        assert_eq!(
            json!(depends_on),
            json!([{"category": "storage", "resourceName": "items", "attributes": ["Name"]}])
        );
    }

    #[test]
    fn permissions_of_unknown_services_are_kept() {
        let mut memory = JsonMap::new();
        memory.insert("permissions".into(), json!({"analytics": {"visits": ["read"]}}));
        memory.insert("lambdaLayers".into(), json!([]));
        let photos = [grant("photos", Target::S3, &[Operation::Read])];
        apply(&mut fresh(), &mut memory, &mut Vec::new(), &[], &photos);
        assert_eq!(memory["permissions"], json!({"analytics": {"visits": ["read"]}, "storage": {"photos": ["read"]}}));
        apply(&mut fresh(), &mut memory, &mut Vec::new(), &photos, &[]);
        assert_eq!(
            Value::Object(memory),
            json!({"permissions": {"analytics": {"visits": ["read"]}}, "lambdaLayers": []})
        );
    }

    #[test]
    fn dependants_are_followed() {
        let mut project = ProjectView::default();
        project.backend_config.insert("function".into(), json!({"thumb": {"service": "Lambda"}, "other": {}}));
        let on = |category: &str, name: &str| json!({"dependsOn": [{"category": category, "resourceName": name}]});
        project.backend_config.insert("storage".into(), json!({"photos": on("function", "thumb"), "free": {}}));
        project.backend_config.insert("api".into(), json!({"rest": on("storage", "photos")}));
        let found = dependants(&project, "thumb");
        assert!(found.contains(&("api".into(), "rest".into())) && found.contains(&("storage".into(), "photos".into())));
        assert!(!found.contains(&("storage".into(), "free".into())));
    }
}
