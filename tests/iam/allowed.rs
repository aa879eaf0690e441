//! What the policies of a template allow: the template is evaluated as CloudFormation would, and an IAM policy evaluator
//! (the crate `iam-rs`) is asked about single calls. Included by the tests of the plugins that write policies.

use std::collections::BTreeMap;

use amplify_cfn::{Inputs, Pseudo, Resolve, Stack, Template};
use iam_rs::{
    Arn, Context, Decision, IAMPolicy, IAMRequest, Principal, PrincipalId, evaluate_policies, interpolate_variables,
};
use serde_json::{Map, Value, json};

pub const REGION: &str = "eu-west-1";
pub const ACCOUNT: &str = "111122223333";

/// The policies of a deployed template, by the names of the roles that have them.
pub struct Allowed {
    policies: BTreeMap<String, Vec<Value>>,
}

/// Resources are known by their logical ids.
struct ById;

impl Resolve for ById {
    fn reference(&self, id: &str) -> Option<Value> {
        Some(json!(id.to_lowercase()))
    }

    fn attribute(&self, id: &str, attribute: &str) -> Option<Value> {
        Some(json!(format!("arn:aws:service:{REGION}:{ACCOUNT}:{id}/{attribute}")))
    }
}

impl Allowed {
    /// Deploys a template with these parameters; exports of other stacks are `exports`.
    pub fn of(template: &Value, parameters: Value, exports: &[(&str, &str)]) -> Self {
        let template = Template::parse(&template.to_string(), "template.json").unwrap();
        let Value::Object(parameters) = parameters else { panic!("parameters are an object") };
        let declared = |name: &String| template.parameters.contains_key(name);
        let parameters: Map<String, Value> = parameters.into_iter().filter(|(name, _)| declared(name)).collect();
        let exports = exports.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let pseudo = Pseudo::of_stack("amplify-demo-dev-101010-storage", REGION, ACCOUNT);
        let stack = Stack::prepare(&template, Inputs { parameters, pseudo, exports }).unwrap();
        let mut policies: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for id in stack.resources() {
            let resource = stack.resource(id, &ById).unwrap();
            if resource.resource_type != "AWS::IAM::Policy" {
                continue;
            }
            for role in resource.properties["Roles"].as_array().unwrap() {
                let document = resource.properties["PolicyDocument"].clone();
                policies.entry(role.as_str().unwrap().to_owned()).or_default().push(document);
            }
        }
        Self { policies }
    }

    /// Whether the role may make the call. `context` are the keys that a condition or a variable can ask for.
    pub fn may(&self, role: &str, action: &str, resource: &str, context: &[(&str, &str)]) -> bool {
        let Some(documents) = self.policies.get(role) else { return false };
        let mut known = Context::new();
        for (key, value) in context {
            known = known.with_string(*key, *value);
        }
        let policies: Vec<IAMPolicy> = documents.iter().map(|document| policy(document, &known)).collect();
        let principal = Principal::Aws(PrincipalId::String(format!("arn:aws:iam::{ACCOUNT}:role/{role}")));
        let request = IAMRequest::new_with_context(principal, action, Arn::parse(resource).unwrap(), known);
        evaluate_policies(&policies, &request).unwrap() == Decision::Allow
    }

    /// The roles that have any policy.
    pub fn roles(&self) -> Vec<&str> {
        self.policies.keys().map(String::as_str).collect()
    }
}

/// The evaluator puts variables into resources and leaves those of conditions to its caller.
fn policy(document: &Value, context: &Context) -> IAMPolicy {
    let mut document = document.clone();
    for statement in document["Statement"].as_array_mut().unwrap() {
        if let Some(condition) = statement.get_mut("Condition") {
            fill(condition, context);
        }
    }
    serde_json::from_value(document.clone()).unwrap_or_else(|error| panic!("{error}: {document}"))
}

fn fill(value: &mut Value, context: &Context) {
    match value {
        Value::String(text) => *text = interpolate_variables(text, context).unwrap(),
        Value::Array(list) => list.iter_mut().for_each(|value| fill(value, context)),
        Value::Object(map) => map.values_mut().for_each(|value| fill(value, context)),
        _ => {}
    }
}
