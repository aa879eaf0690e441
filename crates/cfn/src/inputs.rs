//! What a template is evaluated with: parameter values, pseudo parameters, exports of other stacks.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::Partition;

/// Everything from outside that a template can refer to.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// Values by parameter name: text, number, boolean, or a list for list types. An object is an expression of the
    /// parent stack whose value is not known; it becomes an opaque token.
    pub parameters: Map<String, Value>,
    pub pseudo: Pseudo,
    /// What `Fn::ImportValue` can find, by export name.
    pub exports: BTreeMap<String, Value>,
}

/// The values of the pseudo parameters, `AWS::Region` and the like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pseudo {
    pub region: String,
    /// Twelve digits.
    pub account_id: String,
    pub stack_name: String,
    /// The ARN of the stack.
    pub stack_id: String,
    pub partition: String,
    pub url_suffix: String,
    pub notification_arns: Vec<String>,
}

impl Default for Pseudo {
    fn default() -> Self {
        Self::of_stack("stack", "us-east-1", "000000000000")
    }
}

impl Pseudo {
    pub(crate) const NAMES: &'static [&'static str] = &[
        "AWS::AccountId",
        "AWS::NoValue",
        "AWS::NotificationARNs",
        "AWS::Partition",
        "AWS::Region",
        "AWS::StackId",
        "AWS::StackName",
        "AWS::URLSuffix",
    ];

    /// The pseudo parameters of a stack in a region, whose partition follows from the region.
    pub fn of_stack(stack_name: &str, region: &str, account_id: &str) -> Self {
        let (partition, url_suffix) = (Partition::of(region).name(), Partition::of(region).url_suffix());
        Self {
            region: region.to_owned(),
            account_id: account_id.to_owned(),
            stack_name: stack_name.to_owned(),
            stack_id: format!("arn:{partition}:cloudformation:{region}:{account_id}:stack/{stack_name}/0"),
            partition: partition.to_owned(),
            url_suffix: url_suffix.to_owned(),
            notification_arns: Vec::new(),
        }
    }

    /// The value of a pseudo parameter; `AWS::NoValue` has none.
    pub(crate) fn value(&self, name: &str) -> Option<Value> {
        let text = match name {
            "AWS::AccountId" => &self.account_id,
            "AWS::NotificationARNs" => {
                return Some(self.notification_arns.iter().map(String::as_str).collect());
            }
            "AWS::Partition" => &self.partition,
            "AWS::Region" => &self.region,
            "AWS::StackId" => &self.stack_id,
            "AWS::StackName" => &self.stack_name,
            "AWS::URLSuffix" => &self.url_suffix,
            _ => return None,
        };
        Some(Value::String(text.clone()))
    }
}
