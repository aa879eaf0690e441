//! A plan as lines, so that every command prints it the same.

use amplify_cfn::{Action, UpdateBehaviour};
use amplify_project::status::Operation;
use serde_json::Value;

use crate::{
    TagChange,
    indexes::StepPlan,
    plan::{Cause, Change, Limit, Plan, ResourcePlan},
};

/// Longest text of a value in a line, in characters.
const VALUE_WIDTH: usize = 60;

/// Most causes shown of one change that is no replacement.
const CAUSES: usize = 8;

/// A line of a printed plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// How deep it is: 0 for a resource of the project, 1 for a CloudFormation resource, 2 for what explains it.
    pub indent: usize,
    /// What it is about, for its colour and sign.
    pub mark: Mark,
    /// The text, without sign and indentation.
    pub text: String,
}

/// What a line of a plan is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A property and its values.
    Cause,
    /// Something is created.
    Create,
    /// Something is deleted.
    Delete,
    /// Something stays without being managed any longer.
    Keep,
    /// Data is lost, or a limit is exceeded.
    Loss,
    /// Something to know.
    Note,
    /// Something is deleted and created anew.
    Replace,
    /// A resource is left out.
    Skip,
    /// The sum at the end.
    Summary,
    /// Something is updated.
    Update,
}

impl Mark {
    /// Its sign, so that the meaning does not rest on colour.
    pub fn sign(self) -> &'static str {
        match self {
            Mark::Create => "+",
            Mark::Delete => "-",
            Mark::Replace => "-/+",
            Mark::Update => "~",
            Mark::Loss => "!",
            Mark::Keep => "=",
            Mark::Skip => "?",
            Mark::Cause | Mark::Note | Mark::Summary => "",
        }
    }
}

impl Line {
    /// The line with sign and indentation, without colour.
    pub fn plain(&self) -> String {
        let sign = self.mark.sign();
        let gap = if sign.is_empty() { "" } else { " " };
        format!("{}{sign}{gap}{}", "  ".repeat(self.indent), self.text)
    }
}

impl Plan {
    /// The plan as lines: changed and skipped resources with their changes, limits, and the sum.
    pub fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        if !self.root.is_empty() || !self.tags.is_empty() {
            let mark = if self.tags.is_empty() && self.root.iter().all(|change| change.action == Action::Create) {
                Mark::Create
            } else {
                Mark::Update
            };
            lines.push(Line { indent: 0, mark, text: "environment".to_owned() });
            self.root.iter().for_each(|change| change_lines(change, &mut lines));
            lines.extend(self.tags.iter().map(tag_line));
        }
        for resource in self.resources.iter().filter(|resource| resource.is_changed() || resource.skipped.is_some()) {
            resource_lines(resource, &mut lines);
        }
        self.limits.iter().for_each(|limit| limit_lines(limit, &mut lines));
        if !self.steps.is_empty() {
            let text =
                format!("one index of a table changes at a time, so this takes {} deployments:", self.steps.len());
            lines.push(Line { indent: 0, mark: Mark::Note, text });
            let text = |(number, step): (usize, &StepPlan)| format!("{}. {}", number + 1, step.text());
            lines.extend(self.steps.iter().enumerate().map(|step| Line {
                indent: 1,
                mark: Mark::Note,
                text: text(step),
            }));
        }
        let summary = self.summary();
        let text = match (self.has_changes(), summary.create + summary.update + summary.replace + summary.delete) {
            (false, _) => "No changes.".to_owned(),
            (true, 0) if !self.tags.is_empty() => {
                "Plan: the tags of everything in the environment are updated.".to_owned()
            }
            (true, 0) => "Plan: no CloudFormation resource changes; the project's files are recorded.".to_owned(),
            _ => format!(
                "Plan: {} to create, {} to update, {} to replace, {} to delete.",
                summary.create, summary.update, summary.replace, summary.delete
            ),
        };
        lines.push(Line { indent: 0, mark: Mark::Summary, text });
        lines
    }
}

fn tag_line(change: &TagChange) -> Line {
    let short = |value: &Option<String>| short(value.as_deref().map(Value::from).as_ref());
    let text = format!("tag `{}`: {} → {}", change.key, short(&change.old), short(&change.new));
    Line { indent: 1, mark: Mark::Update, text }
}

fn resource_lines(resource: &ResourcePlan, lines: &mut Vec<Line>) {
    let (mark, word) = match (&resource.skipped, resource.operation) {
        (Some(_), _) => (Mark::Skip, "skipped"),
        (None, Operation::Create) => (Mark::Create, "create"),
        (None, Operation::Update) => (Mark::Update, "update"),
        (None, Operation::Delete) => (Mark::Delete, "delete"),
        (None, Operation::NoChange) => (Mark::Note, "no change"),
    };
    let text = format!("{} {} ({}): {word}", resource.category, resource.name, resource.service);
    lines.push(Line { indent: 0, mark, text });
    if let Some(reason) = &resource.skipped {
        lines.push(Line { indent: 1, mark: Mark::Note, text: reason.clone() });
    }
    lines.extend(resource.notes.iter().map(|note| Line { indent: 1, mark: Mark::Note, text: note.clone() }));
    resource.changes.iter().for_each(|change| change_lines(change, lines));
}

fn change_lines(change: &Change, lines: &mut Vec<Line>) {
    let (mark, word) = match change.action {
        Action::Create => (Mark::Create, "create"),
        Action::Update => (Mark::Update, "update"),
        Action::Replace => (Mark::Replace, "replace"),
        Action::Delete => (Mark::Delete, "delete"),
        Action::Retain => (Mark::Keep, "keep"),
    };
    lines.push(Line { indent: 1, mark, text: format!("{} ({}): {word}", change.path, change.resource_type) });
    let decisive = |cause: &&Cause| cause.behaviour == UpdateBehaviour::Replacement;
    let (first, rest): (Vec<&Cause>, Vec<&Cause>) = change.causes.iter().partition(decisive);
    let shown = first.len().max(CAUSES);
    let causes: Vec<&Cause> = first.into_iter().chain(rest).collect();
    lines.extend(causes.iter().take(shown).map(|cause| Line { indent: 2, mark: Mark::Cause, text: cause_text(cause) }));
    if causes.len() > shown {
        let text = format!("and {} more properties", causes.len() - shown);
        lines.push(Line { indent: 2, mark: Mark::Cause, text });
    }
    if let Some(loss) = &change.data_loss {
        lines.push(Line { indent: 2, mark: Mark::Loss, text: format!("lost: {loss}") });
    }
    lines.extend(change.notes.iter().map(|note| Line { indent: 2, mark: Mark::Note, text: note.clone() }));
}

fn cause_text(cause: &Cause) -> String {
    let behaviour = match (cause.behaviour, cause.conditional) {
        (UpdateBehaviour::Replacement, false) => " (forces replacement)",
        (UpdateBehaviour::Replacement, true) => " (forces replacement if the value changes)",
        (UpdateBehaviour::SomeInterruption, _) => " (interrupts)",
        (UpdateBehaviour::Unknown, _) => " (effect unknown)",
        (UpdateBehaviour::NoInterruption, _) => "",
    };
    format!("{}: {} → {}{behaviour}", cause.property, short(cause.old.as_ref()), short(cause.new.as_ref()))
}

/// A value in at most [`VALUE_WIDTH`] characters.
fn short(value: Option<&Value>) -> String {
    let Some(value) = value else { return "(none)".to_owned() };
    let text = value.to_string();
    if text.chars().count() <= VALUE_WIDTH {
        return text;
    }
    let kept: String = text.chars().take(VALUE_WIDTH - 1).collect();
    format!("{kept}…")
}

fn limit_lines(limit: &Limit, lines: &mut Vec<Line>) {
    let place =
        if limit.stack.is_empty() { "the whole deployment".to_owned() } else { format!("stack {}", limit.stack) };
    let mark = if limit.exceeded { Mark::Loss } else { Mark::Note };
    let verdict = if limit.exceeded { "exceeds" } else { "is close to" };
    let text = format!("{place} {verdict} the limit of {} {}: {}", limit.maximum, limit.limit, limit.count);
    lines.push(Line { indent: 0, mark, text });
    for (name, count) in &limit.largest {
        lines.push(Line { indent: 1, mark: Mark::Note, text: format!("{name}: {count}") });
    }
}
