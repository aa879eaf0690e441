//! A plan in the terminal: the planner's lines, with signs, and with colours where they are wanted.

use amplify_planner::{Guarded, Limit, Mark, Plan};

use crate::{error::Error, style::Style};

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
    Err(error.hint(format!("make a backup first; if the data may go, add {}", options.join(" "))))
}
