//! Every request that a manifest promises an answer to, sent once.

use std::collections::BTreeSet;

use amplify_sdk::{
    Value, check,
    error::{ErrorKind, PluginError},
    frontend::FrontendRequest,
    json,
    manifest::{Command, Hook, Manifest, PluginKind},
    message::Request,
    question::{Question, QuestionKind},
    testing::{Host, Outcome},
};

use super::{Report, changes};
use crate::rehearsal::{AnyKind, Loaded};

/// What the host of amplify answers itself, whatever a category's manifest says.
const OF_THE_HOST: [&str; 2] = ["push", "remove"];

/// Sends the requests. What a command changes is there for the next one, so `update` finds what `add` has made.
pub(super) fn rehearse(plugin: &Loaded, mut host: Host, report: &mut Report, trying: &mut dyn FnMut(&str)) {
    let manifest = amplify_sdk::Plugin::<AnyKind>::describe(plugin);
    let is_category = matches!(manifest.kind, PluginKind::Category { .. });
    let mut commands: Vec<&Command> = manifest.commands.iter().collect();
    commands.sort_by_key(|command| command.name != "add");
    for command in commands {
        let place = format!("command {}", command.name);
        if is_category && OF_THE_HOST.contains(&command.name.as_str()) {
            report.note(&place, "amplify runs it itself, for every category");
            continue;
        }
        trying(&place);
        let outcome = run(plugin, &host, &manifest, command);
        report.requests += 1;
        questions(&manifest, &place, &outcome.asked, report);
        match &outcome.result {
            Ok(_) => {
                changes::check(&manifest, command, outcome.all_changes(), &place, report);
                host.apply(&outcome);
            }
            Err(error) => failed(error, &place, report),
        }
    }
    methods(plugin, &host, &manifest, report, trying);
    for event in &manifest.events {
        let place = format!("event {event:?}");
        trying(&place);
        let outcome = host.event(plugin, *event, Value::Null);
        report.requests += 1;
        if let Err(error) = &outcome.result {
            failed(error, &place, report);
        }
    }
    if manifest.hooks.contains(&Hook::Exports) {
        trying("hook exports");
        let outcome = host.exports(plugin);
        report.requests += 1;
        if let Err(error) = &outcome.result {
            failed(error, "hook exports", report);
        }
    }
    if manifest.hooks.contains(&Hook::Mock) {
        report.note("hook mock", "it serves until it is stopped; try it with `amplify mock`");
    }
    if let PluginKind::Frontend { .. } = manifest.kind {
        frontend(plugin, &host, report, trying);
    }
    if let PluginKind::Provider { .. } = manifest.kind {
        report.note("requests", "a provider's requests work in an account; try them there with `amplify init`");
    }
}

/// Runs a command with what it requires: the name of a resource that there is, or an example.
fn run(plugin: &Loaded, host: &Host, manifest: &Manifest, command: &Command) -> Outcome {
    let name = host.view().resources(manifest.kind.word()).first().map_or("example", |name| *name).to_owned();
    let required = command.arguments.iter().filter(|argument| argument.required);
    let arguments: Vec<String> = required
        .map(|argument| match argument.name.starts_with("--") {
            true if argument.takes_value => format!("{}={name}", argument.name),
            true => argument.name.clone(),
            false => name.clone(),
        })
        .collect();
    host.run(plugin, &command.name, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The keys are how a script answers, so each names one question.
fn questions(manifest: &Manifest, place: &str, asked: &[Question], report: &mut Report) {
    let (mut seen, mut told) = (BTreeSet::new(), BTreeSet::new());
    let word = manifest.kind.word();
    let mut keys: Vec<&str> = Vec::new();
    for question in asked {
        let key = &question.key;
        let kind = match &question.kind {
            QuestionKind::Confirm { .. } => "confirm",
            _ => "value",
        };
        if !keys.contains(&key.as_str()) {
            keys.push(key);
        }
        if seen.insert((key, kind)) {
            unfit_default(question, place, report);
        } else if told.insert(key) {
            report.fault(place, format!("two questions have the key `{key}`, so no script can answer both"));
        }
        if !key.contains('.') && told.insert(key) {
            report
                .warn(place, format!("the key `{key}` should begin with `{word}.`, so that it clashes with no other"));
        }
    }
    if !asked.is_empty() {
        report.note(place, format!("it asks for {}", keys.join(", ")));
    }
}

/// A default that the question itself refuses is none: with `--yes` the answer is missing.
fn unfit_default(question: &Question, place: &str, report: &mut Report) {
    let default = question.default_answer().filter(|default| default.as_str().is_none_or(|text| !text.is_empty()));
    if let Some(default) = default
        && let Err(why) = check::answer(question, &default)
    {
        let text = format!("the default of `{}` is not accepted as its answer, so `--yes` is of no use", question.key);
        report.warn(place, text).causes.push(format!("{default}: {why}"));
    }
}

fn methods(plugin: &Loaded, host: &Host, manifest: &Manifest, report: &mut Report, trying: &mut dyn FnMut(&str)) {
    for method in &manifest.methods {
        let place = format!("method {}", method.name);
        trying(&place);
        let outcome = host.call(plugin, &method.name, json!({}));
        report.requests += 1;
        match &outcome.result {
            // Empty parameters are likely wrong, which the plugin may say.
            Err(error) if error.kind == ErrorKind::Usage || error.kind == ErrorKind::Failed && !is_ours(error) => {}
            Err(error) => failed(error, &place, report),
            Ok(_) => {}
        }
    }
    if !manifest.methods.is_empty() {
        let outcome = host.call(plugin, "no-such-method", json!({}));
        report.requests += 1;
        match &outcome.result {
            Ok(_) => {
                report.warn("methods", "a method that does not exist is answered; refuse it with an error");
            }
            Err(error) if error.kind == ErrorKind::Panicked => failed(error, "methods", report),
            Err(_) => {}
        }
    }
}

fn frontend(plugin: &Loaded, host: &Host, report: &mut Report, trying: &mut dyn FnMut(&str)) {
    let project = host.view().clone();
    let requests = [
        ("detect", FrontendRequest::Detect { project: project.clone() }),
        ("configure", FrontendRequest::Configure { project: project.clone(), options: amplify_sdk::JsonMap::new() }),
        ("owned files", FrontendRequest::OwnedFiles { project }),
    ];
    for (place, request) in requests {
        trying(place);
        let outcome = host.request(plugin, Request::Frontend(Box::new(request)));
        report.requests += 1;
        if let Err(error) = &outcome.result {
            failed(error, place, report);
        }
    }
}

/// Codes that the host gives, where what the plugin did is no matter of its users.
fn is_ours(error: &PluginError) -> bool {
    matches!(error.code.as_str(), "bad-question" | "changes-refused" | "bad-message" | "bad-response" | "wrong-answer")
        || error.code.starts_with("plugin-reply-")
        || error.code.starts_with("plugin-changes-")
}

fn failed(error: &PluginError, place: &str, report: &mut Report) {
    let text = &error.message;
    let finding = match error.kind {
        ErrorKind::Panicked => report.fault(place, text.clone()),
        ErrorKind::Unsupported => {
            report.fault(place, format!("the manifest has it, but the plugin does not know it: {text}"))
        }
        ErrorKind::MissingAnswer => {
            report.warn(place, format!("{text}, and none can be thought of; give one with `--answer key=value`"))
        }
        _ if is_ours(error) => report.fault(place, text.clone()),
        _ if error.code == "unknown-method" => report.warn(place, format!("it was not tried to its end: {text}")),
        _ => report.warn(place, format!("it ended with an error (`{}`): {text}", error.code)),
    };
    finding.causes.clone_from(&error.causes);
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if error.code.is_empty() || !error.code.bytes().all(plain) {
        report.fault(place, format!("the error code `{}` is not of the form `some-words`", error.code));
    }
    if text.trim().is_empty() || text.contains('\n') {
        report.fault(place, "its error message is not one line");
    }
}

#[cfg(test)]
mod tests {
    use amplify_sdk::question::Validation;

    use super::*;
    use crate::verify::Level;

    fn found(asked: &[Question]) -> Vec<(Level, String)> {
        let manifest = Manifest::new("category-queue", PluginKind::category("queue"), "1.0.0", "Queues");
        let mut report = Report::default();
        questions(&manifest, "command add", asked, &mut report);
        report.findings.into_iter().map(|finding| (finding.level, finding.text)).collect()
    }

    #[test]
    fn a_default_that_does_not_fit_is_told() {
        let form = || Validation::pattern("[a-z]{3,9}", "Use 3 to 9 letters");
        let asked = |default: &str| Question::input("queue.name", "Name:").default_text(default).validation(form());
        assert!(found(&[asked("jobs")]).iter().all(|(level, _)| *level == Level::Note));
        // No default at all is often written as an empty one.
        assert!(found(&[asked("")]).iter().all(|(level, _)| *level == Level::Note));
        let unfit = found(&[asked("my-queue1")]);
        assert!(unfit[0].0 == Level::Warning && unfit[0].1.contains("`queue.name`"), "{unfit:?}");
    }

    #[test]
    fn a_question_that_comes_back_is_told_once() {
        let asked: Vec<Question> = (0..50).map(|_| Question::input("queue.again", "Again:")).collect();
        let found = found(&asked);
        assert_eq!(found.iter().filter(|(level, _)| *level == Level::Fault).count(), 1, "{found:?}");
        assert_eq!(found.last().unwrap().1, "it asks for queue.again");
    }
}
