//! A plan in the terminal: the planner's lines, with signs, and with colours where they are wanted.

use amplify_planner::{Guarded, Limit, Mark, Plan};
use amplify_plugin_abi::provider::{ForeseeReply, UnplannedChange};

use crate::{deploy::Foreseen, error::Error, style::Style};

/// The plan as text.
pub fn text(plan: &Plan, style: Style) -> String {
    let lines = plan.lines();
    let alone = lines.len() == 1;
    let lines: Vec<String> = lines
        .iter()
        .map(|line| {
            let plain = line.plain();
            match line.mark {
                Mark::Create => style.success(&plain),
                Mark::Delete | Mark::Loss => style.danger(&plain),
                Mark::Replace | Mark::Update => style.warning(&plain),
                Mark::Summary if alone => style.bold(&plain),
                Mark::Summary => format!("\n{}", style.bold(&plain)),
                _ => plain,
            }
        })
        .collect();
    lines.join("\n")
}

/// What the cloud says of it.
pub fn foreseen(foreseen: &Foreseen) -> String {
    let ForeseeReply { changes, unplanned, blind } = &foreseen.reply;
    if *blind {
        return "\nThe cloud cannot say here what would change in nested stacks.".to_owned();
    }
    let mut lines = match (changes.is_empty(), foreseen.steps) {
        (true, _) => vec!["\nThe cloud foresees no changes.".to_owned()],
        (false, 0 | 1) => vec!["\nThe cloud foresees:".to_owned()],
        (false, steps) => vec![format!("\nThe cloud foresees, of the {steps} steps together:")],
    };
    lines.extend(changes.iter().map(|change| {
        let action = if change.action == "mayReplace" { "may replace" } else { &change.action };
        let because =
            if change.properties.is_empty() { String::new() } else { format!(": {}", change.properties.join(", ")) };
        format!("  {action} {} ({}){because}", change.path, change.resource_type)
    }));
    if !unplanned.is_empty() {
        lines.push("The plan does not say:".to_owned());
    }
    lines.extend(unplanned.iter().map(|UnplannedChange { text, loss, option }| {
        match (loss.as_str(), option.as_str()) {
            ("", _) => format!("  {text}"),
            (loss, "") => format!("! {text}: it loses {loss}; a push stops there"),
            (loss, option) => format!("! {text}: it loses {loss}; a push stops there, unless it is given {option}"),
        }
    }));
    lines.join("\n")
}

/// Refuses a deployment that breaks a limit of the service.
///
/// # Errors
/// A limit is exceeded.
pub fn check_limits(plan: &Plan) -> Result<(), Error> {
    let exceeded: Vec<&Limit> = plan.exceeded().collect();
    if exceeded.is_empty() {
        return Ok(());
    }
    let mut error = Error::failed("limit-exceeded", "the deployment is larger than the service allows");
    for limit in exceeded {
        let place = if limit.stack.is_empty() { "the whole deployment" } else { &limit.stack };
        error = error.cause(format!("{place} has {} {}, of {} allowed", limit.count, limit.limit, limit.maximum));
        for (name, count) in &limit.largest {
            error = error.cause(format!("{name}: {count}"));
        }
    }
    Err(error.hint("split the largest contributors into resources of their own"))
}

/// Refuses a deployment that loses data which the user has not named.
///
/// # Errors
/// Something is blocked.
pub fn check_guard(blocked: &[Guarded]) -> Result<(), Error> {
    if blocked.is_empty() {
        return Ok(());
    }
    let mut error = Error::failed("data-loss", "the deployment would lose data; nothing was changed");
    for guarded in blocked {
        let verb = if guarded.replaced { "replacing" } else { "deleting" };
        error = error.cause(format!("{verb} `{}` loses {}", guarded.path, guarded.loss));
    }
    let mut options: Vec<String> = blocked.iter().map(Guarded::option).collect();
    options.dedup();
    Err(error.hint(format!("if the data may go, add {}; tables in an account are backed up before", options.join(" "))))
}
