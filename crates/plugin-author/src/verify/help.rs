//! The texts that help, completion and `plugin list` show.

use amplify_sdk::manifest::{Command, Manifest, PluginKind};

use super::Report;

/// Checks the texts. That there are any, one line each, is what `check::manifest` sees to.
pub(super) fn check(manifest: &Manifest, report: &mut Report) {
    line(&manifest.summary, "summary", report);
    for command in &manifest.commands {
        check_command(manifest, command, report);
    }
    for method in &manifest.methods {
        present(&method.summary, &format!("method {}", method.name), report);
    }
    for service in &manifest.services {
        if service.label.trim().is_empty() {
            report.fault(&format!("service {}", service.name), "it has no label for lists of choices");
        }
    }
}

fn check_command(manifest: &Manifest, command: &Command, report: &mut Report) {
    let place = format!("command {}", command.name);
    line(&command.summary, &place, report);
    if command.name == "help" || command.aliases.iter().any(|alias| alias == "help") {
        let word = manifest.kind.word();
        report.fault(&place, format!("`amplify {word} help` is amplify's own page, so nobody could reach it"));
    }
    for argument in &command.arguments {
        present(&argument.summary, &format!("{place}, {}", argument.name), report);
    }
    for example in &command.examples {
        let words: Vec<&str> = example.command.split_whitespace().collect();
        let word = manifest.kind.word();
        let addressed =
            matches!(manifest.kind, PluginKind::Provider { .. } | PluginKind::Frontend { .. }) || words.contains(&word);
        if words.first() != Some(&"amplify") || !addressed {
            report.fault(
                &place,
                format!("the example `{}` does not begin with `amplify` or lacks `{word}`", example.command),
            );
        }
        present(&example.summary, &format!("{place}, example `{}`", example.command), report);
    }
}

fn present(text: &str, place: &str, report: &mut Report) {
    if text.trim().is_empty() {
        report.fault(place, "it has no summary");
    } else {
        line(text, place, report);
    }
}

fn line(text: &str, place: &str, report: &mut Report) {
    if text.ends_with('.') {
        report.warn(place, format!("`{text}` ends with a period; a summary is a phrase"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_nobody_could_reach_is_a_fault() {
        let manifest = |name: &str| {
            let kind = PluginKind::category("queue");
            Manifest::new("category-queue", kind, "1.0.0", "Queues").command(Command::new(name, "Says more"))
        };
        let faults = |manifest: &Manifest| {
            let mut report = Report::default();
            check(manifest, &mut report);
            report.findings.len()
        };
        assert_eq!((faults(&manifest("helps")), faults(&manifest("help"))), (0, 1));
        let mut aliased = manifest("manual");
        aliased.commands[0] = aliased.commands[0].clone().alias("help");
        assert_eq!(faults(&aliased), 1);
    }
}
