//! Conditions: `Fn::If`, and the functions of the `Conditions` section.

use serde_json::Value;

use super::{Evaluated, Evaluator, Failed, Mode};
use crate::path::Segment;
use crate::problem::ProblemKind;
use crate::text;

impl<'a> Evaluator<'a> {
    /// Decides an entry of the `Conditions` section; `None` when a problem was reported.
    pub(crate) fn decide(&mut self, name: &'a str, condition: &'a Value) -> Option<bool> {
        self.path.extend([Segment::Key("Conditions"), Segment::Key(name)]);
        self.condition(condition).ok()
    }

    fn condition(&mut self, value: &'a Value) -> Result<bool, Failed> {
        let call = value.as_object().filter(|members| members.len() == 1).and_then(|members| members.iter().next());
        match call {
            Some((key, argument)) => self.within(Segment::Key(key), |inside| match (key.as_str(), argument) {
                ("Condition", Value::String(name)) => inside.named_condition(name),
                ("Fn::And" | "Fn::Equals" | "Fn::Not" | "Fn::Or", _) => inside.test(key, argument),
                _ => inside.misplaced(key),
            }),
            None => {
                self.misshapen("Conditions", "`Condition`, `Fn::And`, `Fn::Equals`, `Fn::Not` or `Fn::Or`".to_owned())
            }
        }
    }

    fn misplaced<T>(&mut self, function: &str) -> Result<T, Failed> {
        let place = "an argument, not as a condition";
        self.fail(ProblemKind::FunctionMisplaced { function: function.to_owned(), place })
    }

    fn named_condition(&mut self, name: &str) -> Result<bool, Failed> {
        let scope = self.scope;
        if let Some(outcome) = scope.conditions.get(name) {
            return Ok(*outcome);
        }
        if scope.template.conditions.contains_key(name) {
            // It is declared and could not be decided, which is reported where it stands.
            return Err(Failed);
        }
        let nearest = self.problems.nearest(name, scope.template.conditions.keys().map(String::as_str));
        self.fail(ProblemKind::UnknownCondition { name: name.to_owned(), nearest })
    }

    /// Evaluates one of the functions that yield true or false.
    pub(super) fn test(&mut self, function: &str, argument: &'a Value) -> Result<bool, Failed> {
        match function {
            "Fn::Equals" => {
                let [left, right]: &[Value; 2] = self.arguments(function, argument, "two values")?;
                let left = self.within(Segment::Index(0), |inside| inside.value(left));
                let right = self.within(Segment::Index(1), |inside| inside.value(right));
                Ok(match (left?, right?) {
                    (Some(left), Some(right)) => text::same(&left, &right),
                    (left, right) => left.is_none() && right.is_none(),
                })
            }
            "Fn::Not" => {
                let [inner]: &[Value; 1] = self.arguments(function, argument, "a list of one condition")?;
                self.within(Segment::Index(0), |inside| inside.condition(inner)).map(|outcome| !outcome)
            }
            _ => {
                let Some(items) = argument.as_array().filter(|items| (2..=10).contains(&items.len())) else {
                    return self.misshapen(function, "a list of 2 to 10 conditions");
                };
                let mut outcomes = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    outcomes.push(self.within(Segment::Index(index), |inside| inside.condition(item)));
                }
                let outcomes = outcomes.into_iter().collect::<Result<Vec<_>, _>>()?;
                Ok(if function == "Fn::And" {
                    outcomes.iter().all(|outcome| *outcome)
                } else {
                    outcomes.iter().any(|outcome| *outcome)
                })
            }
        }
    }

    /// `Fn::If`: only the branch that is taken is evaluated.
    pub(super) fn choose(&mut self, argument: &'a Value) -> Evaluated<'a> {
        const NAME: &str = "Fn::If";
        if matches!(self.scope.mode, Mode::Conditions) {
            let place = "`Resources` and `Outputs`";
            return self.fail(ProblemKind::FunctionMisplaced { function: NAME.to_owned(), place });
        }
        let parts: &[Value; 3] = self.arguments(NAME, argument, "a condition and two values")?;
        let Value::String(condition) = &parts[0] else {
            return self.misshapen(NAME, "the name of a condition first");
        };
        let index = if self.named_condition(condition)? { 1 } else { 2 };
        self.within(Segment::Index(index), |inside| inside.value(&parts[index]))
    }
}

/// The names of the conditions that a condition uses.
pub(crate) fn conditions_used(condition: &Value) -> Vec<&str> {
    fn collect<'a>(value: &'a Value, names: &mut Vec<&'a str>) {
        match value {
            Value::Object(members) => match members.get("Condition") {
                Some(Value::String(name)) if members.len() == 1 => names.push(name),
                _ => members.values().for_each(|member| collect(member, names)),
            },
            Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
            _ => {}
        }
    }
    let mut names = Vec::new();
    collect(condition, &mut names);
    names
}
