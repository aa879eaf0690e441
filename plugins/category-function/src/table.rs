//! The table that a function keeps the items of.

use amplify_sdk::prelude::*;
use serde_json::{Value, json};

use crate::{
    access::depend,
    names::{parameter, variable},
    template::{section, variables},
};

/// The service of tables, as `backend-config.json` records it.
pub const SERVICE: &str = "DynamoDB";

/// The policy that every function has, and that the table's statement stands in.
pub const POLICY: &str = "lambdaexecutionpolicy";

const ATTRIBUTES: [&str; 2] = ["Name", "Arn"];

/// A table of the project, as far as a function's code needs to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The resource of `storage`.
    pub resource: String,
    /// Name and type (`S`, `N` or `B`).
    pub partition_key: (String, String),
    /// Name and type, where there is one.
    pub sort_key: Option<(String, String)>,
}

impl Table {
    /// Reads a table of the project.
    ///
    /// # Errors
    /// No such table, or one whose keys are not known.
    pub fn load(context: &mut Context<'_>, resource: &str) -> Result<Self, PluginError> {
        let known = context.project().resources_of_service("storage", SERVICE);
        if !known.contains(&resource) {
            let error = PluginError::usage("unknown-table", format!("there is no table `{resource}` in this project"));
            return Err(match known.is_empty() {
                true => error.hint("add one with `amplify add storage`"),
                false => error.hint(format!("the tables are: {}", known.join(", "))),
            });
        }
        let path = format!("amplify/backend/storage/{resource}/parameters.json");
        let parameters = context.read_json(&path)?.unwrap_or_default();
        let key = |name: &str| {
            let text = |part: &str| Some(parameters.get(format!("{name}{part}"))?.as_str()?.to_owned());
            let (name, kind) = (text("Name")?, text("Type")?);
            // Both become part of the code.
            let plain =
                |text: &str| text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-.".contains(letter));
            (plain(&name) && plain(&kind)).then_some((name, kind))
        };
        let partition_key = key("partitionKey").ok_or_else(|| {
            PluginError::new("table-without-key", format!("`{path}` does not say which key the table has"))
                .hint("it needs `partitionKeyName` and `partitionKeyType`; a type is S, N or B")
        })?;
        Ok(Self { resource: resource.to_owned(), partition_key, sort_key: key("sortKey") })
    }
}

/// Lets a function keep the items of a table: dependency, variables and policy.
pub fn keep(template: &mut Value, depends_on: &mut Vec<Value>, table: &str) {
    depend(template, depends_on, "storage", table, &ATTRIBUTES);
    if let Some(variables) = variables(template) {
        for attribute in ATTRIBUTES {
            let value = json!({"Ref": parameter("storage", table, attribute)});
            variables.insert(variable("storage", table, attribute), value);
        }
    }
    let arn = json!({"Ref": parameter("storage", table, "Arn")});
    let statement = json!({
        "Effect": "Allow",
        "Action": ["dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:PutItem",
                   "dynamodb:UpdateItem", "dynamodb:DeleteItem"],
        "Resource": [arn, {"Fn::Join": ["/", [arn, "index/*"]]}]
    });
    let policy = section(template, "Resources").get_mut(POLICY);
    let statements = policy.and_then(|policy| policy.pointer_mut("/Properties/PolicyDocument/Statement"));
    if let Some(statements) = statements.and_then(Value::as_array_mut) {
        statements.push(statement);
    }
}
