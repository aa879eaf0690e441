//! Merges a function's `custom-policies.json` into the staged copy of its template.

use serde_json::{Map, Value, json};

/// The file beside a function's template that holds the policies.
pub const FILE_NAME: &str = "custom-policies.json";

/// The logical id of the policy resource that is added.
pub const LOGICAL_ID: &str = "CustomLambdaExecutionPolicy";

const ROLE: &str = "LambdaExecutionRole";

/// What a statement of a role's policy may say here.
const KEYS: [&str; 5] = ["Sid", "Effect", "Action", "Resource", "Condition"];

/// Adds the statements of `policies` to `template` as one `AWS::IAM::Policy` named [`LOGICAL_ID`] on the function's role.
///
/// `policies` is a list of `{"Action": [..], "Resource": [..], "Effect"?}`; a missing `Effect` is `Allow`, `Sid` and
/// `Condition` are kept, any other key is refused, and `${env}` in a resource stands for the environment's name. A statement
/// without actions and resources, as in the file that `add` writes, counts for nothing; if no statement is left, the
/// template ends without the policy.
///
/// # Errors
/// One line that says which statement is wrong, or that the template has no role to attach the policy to. The template is
/// unchanged then.
pub fn merge(template: &mut Value, policies: &Value) -> Result<(), String> {
    let list = policies.as_array().ok_or("the document must be a list of statements")?;
    let mut statements = Vec::new();
    for (index, policy) in list.iter().enumerate() {
        let wrong = |what: String| format!("statement {}: {what}", index + 1);
        if let Some(statement) = statement(policy).map_err(wrong)? {
            statements.push(statement);
        }
    }
    let has_env = template.pointer("/Parameters/env").is_some();
    let resources = template
        .get_mut("Resources")
        .and_then(Value::as_object_mut)
        .ok_or_else(|| "the template has no `Resources`".to_owned())?;
    if statements.is_empty() {
        resources.shift_remove(LOGICAL_ID);
        return Ok(());
    }
    if !resources.contains_key(ROLE) {
        return Err(format!("the template has no resource `{ROLE}` that could be given the policy"));
    }
    if !has_env && statements.iter().any(|statement| mentions_env(&statement["Resource"])) {
        return Err("`${env}` needs a parameter `env` in the template".to_owned());
    }
    resources.insert(
        LOGICAL_ID.to_owned(),
        json!({
            "DependsOn": [ROLE],
            "Type": "AWS::IAM::Policy",
            "Properties": {
                "PolicyName": "custom-lambda-execution-policy",
                "Roles": [{"Ref": ROLE}],
                "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}
            }
        }),
    );
    Ok(())
}

/// One statement for the template, or `None` for an empty one.
fn statement(policy: &Value) -> Result<Option<Value>, String> {
    let policy = policy.as_object().ok_or("it must be an object with `Action` and `Resource`")?;
    // A misspelt `Effect` would turn what is denied into what is allowed.
    if let Some(unknown) = policy.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(format!("there is no key `{unknown}`; the keys are {}", KEYS.join(", ")));
    }
    let actions = list(policy, "Action")?;
    let resources = list(policy, "Resource")?;
    if actions.is_empty() && resources.is_empty() {
        return Ok(None);
    }
    if actions.is_empty() || resources.is_empty() {
        let missing = if actions.is_empty() { "Action" } else { "Resource" };
        return Err(format!("`{missing}` is empty"));
    }
    for action in &actions {
        let name = action.as_str().ok_or_else(|| format!("the action {action} must be text"))?;
        let known_form =
            name == "*" || name.split_once(':').is_some_and(|(service, rest)| is_word(service) && !rest.is_empty());
        if !known_form {
            return Err(format!("the action `{name}` must look like `s3:GetObject`"));
        }
    }
    for resource in &resources {
        match resource {
            Value::String(arn) if arn == "*" || arn.starts_with("arn:") => {}
            Value::Object(_) => {}
            other => return Err(format!("the resource {other} must be an ARN, `*` or an intrinsic function")),
        }
    }
    let effect = match policy.get("Effect") {
        None => "Allow",
        Some(Value::String(effect)) if effect == "Allow" || effect == "Deny" => effect,
        Some(other) => return Err(format!("`Effect` must be `Allow` or `Deny`, not {other}")),
    };
    let mut result = Map::new();
    result.insert("Effect".into(), effect.into());
    result.insert("Action".into(), Value::Array(actions));
    result.insert("Resource".into(), resources.into_iter().map(with_environment).collect());
    for (key, value) in policy {
        if !result.contains_key(key) {
            result.insert(key.clone(), value.clone());
        }
    }
    Ok(Some(Value::Object(result)))
}

fn list(policy: &Map<String, Value>, key: &str) -> Result<Vec<Value>, String> {
    match policy.get(key) {
        None => Err(format!("`{key}` is missing")),
        Some(Value::Array(items)) => Ok(items.clone()),
        Some(Value::Null) => Err(format!("`{key}` must be a list")),
        Some(single) => Ok(vec![single.clone()]),
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn with_environment(resource: Value) -> Value {
    match resource {
        Value::String(arn) if arn.contains("${env}") => json!({"Fn::Sub": [arn, {"env": {"Ref": "env"}}]}),
        other => other,
    }
}

fn mentions_env(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(mentions_env),
        Value::Object(map) => map.get("Fn::Sub").is_some_and(|sub| sub.pointer("/1/env/Ref") == Some(&json!("env"))),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template() -> Value {
        json!({
            "Parameters": {"env": {"Type": "String"}},
            "Resources": {"LambdaFunction": {"Type": "AWS::Lambda::Function"}, "LambdaExecutionRole": {"Type": "AWS::IAM::Role"}}
        })
    }

    #[test]
    fn statements_become_one_policy_on_the_role() {
        let mut merged = template();
        let policies = json!([
            {"Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::pictures-${env}/*"]},
            {"Action": ["ses:SendEmail"], "Resource": ["*"], "Effect": "Deny", "Sid": "NoMail"}
        ]);
        merge(&mut merged, &policies).unwrap();
        assert_eq!(
            merged["Resources"][LOGICAL_ID],
            json!({
                "DependsOn": ["LambdaExecutionRole"],
                "Type": "AWS::IAM::Policy",
                "Properties": {
                    "PolicyName": "custom-lambda-execution-policy",
                    "Roles": [{"Ref": "LambdaExecutionRole"}],
                    "PolicyDocument": {"Version": "2012-10-17", "Statement": [
                        {"Effect": "Allow", "Action": ["s3:GetObject"],
                         "Resource": [{"Fn::Sub": ["arn:aws:s3:::pictures-${env}/*", {"env": {"Ref": "env"}}]}]},
                        {"Effect": "Deny", "Action": ["ses:SendEmail"], "Resource": ["*"], "Sid": "NoMail"}
                    ]}
                }
            })
        );
    }

    #[test]
    fn the_empty_scaffold_changes_nothing_and_emptied_policies_go() {
        let mut untouched = template();
        merge(&mut untouched, &json!([{"Action": [], "Resource": []}])).unwrap();
        assert_eq!(untouched, template());

        let mut merged = template();
        merge(&mut merged, &json!([{"Action": "sqs:SendMessage", "Resource": "*"}])).unwrap();
        assert_eq!(
            merged.pointer("/Resources/CustomLambdaExecutionPolicy/Properties/PolicyDocument/Statement/0/Action"),
            Some(&json!(["sqs:SendMessage"]))
        );
        merge(&mut merged, &json!([])).unwrap();
        assert_eq!(merged, template());
    }

    #[test]
    fn what_is_wrong_is_said_and_leaves_the_template_alone() {
        let cases = [
            (json!({}), "the document must be a list of statements"),
            (json!(["*"]), "statement 1: it must be an object with `Action` and `Resource`"),
            (json!([{"Action": ["s3:Get"]}]), "statement 1: `Resource` is missing"),
            (json!([{"Action": ["s3:Get"], "Resource": []}]), "statement 1: `Resource` is empty"),
            (
                json!([{"Action": [], "Resource": []}, {"Action": ["GetObject"], "Resource": ["*"]}]),
                "statement 2: the action `GetObject` must look like `s3:GetObject`",
            ),
            (
                json!([{"Action": ["s3:Get"], "Resource": ["bucket"]}]),
                "statement 1: the resource \"bucket\" must be an ARN, `*` or an intrinsic function",
            ),
            (
                json!([{"Action": ["s3:Get"], "Resource": ["*"], "Effect": "Maybe"}]),
                "statement 1: `Effect` must be `Allow` or `Deny`, not \"Maybe\"",
            ),
            (
                json!([{"Action": ["s3:Get"], "Resource": ["*"], "Efect": "Deny"}]),
                "statement 1: there is no key `Efect`; the keys are Sid, Effect, Action, Resource, Condition",
            ),
        ];
        for (policies, message) in cases {
            let mut merged = template();
            assert_eq!(merge(&mut merged, &policies).unwrap_err(), message);
            assert_eq!(merged, template());
        }
    }

    #[test]
    fn a_template_that_cannot_take_the_policy_is_refused() {
        let policies = json!([{"Action": ["s3:Get"], "Resource": ["arn:aws:s3:::a-${env}"]}]);
        let mut no_role = json!({"Parameters": {"env": {}}, "Resources": {}});
        assert!(merge(&mut no_role, &policies).unwrap_err().contains("`LambdaExecutionRole`"));
        let mut no_env = json!({"Resources": {"LambdaExecutionRole": {}}});
        assert!(merge(&mut no_env, &policies).unwrap_err().contains("parameter `env`"));
    }
}
