//! Tries a plugin's whole contract without a project, a cloud or a person.

mod changes;
mod help;
mod requests;

use std::sync::Arc;

use amplify_plugin_host::{Entry, LoadError, Loader};
use amplify_plugin_package::Glibc;
use amplify_sdk::{Value, manifest::PluginKind, testing::Host};

use crate::rehearsal::{Later, Loaded};

/// What a plugin is tried with.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    /// Other plugins, which this one may call.
    pub others: Vec<Entry>,
    /// Words of the command line that no plugin can have.
    pub reserved: Vec<String>,
    /// Answers that come before those that can be thought of, as `--answers FILE` has them.
    pub answers: Value,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The findings, in the order of the trial.
    pub findings: Vec<Finding>,
    /// How many requests the plugin was sent.
    pub requests: usize,
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// What it is about, such as `command add`.
    pub place: String,
    /// One line, no final period.
    pub text: String,
    /// More about it, a line each.
    pub causes: Vec<String>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Good to know.
    Note,
    /// Probably not what was meant.
    Warning,
    /// Breaks the contract.
    Fault,
}

impl Level {
    /// `note`, `warning` or `fault`.
    pub fn label(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Fault => "fault",
        }
    }
}

impl Report {
    /// Whether the contract is kept.
    pub fn passed(&self) -> bool {
        self.findings.iter().all(|finding| finding.level != Level::Fault)
    }

    fn add(&mut self, level: Level, place: &str, text: impl Into<String>) -> &mut Finding {
        let at = self.findings.len();
        self.findings.push(Finding { level, place: place.to_owned(), text: text.into(), causes: Vec::new() });
        &mut self.findings[at]
    }

    fn fault(&mut self, place: &str, text: impl Into<String>) -> &mut Finding {
        self.add(Level::Fault, place, text)
    }

    fn warn(&mut self, place: &str, text: impl Into<String>) -> &mut Finding {
        self.add(Level::Warning, place, text)
    }

    fn note(&mut self, place: &str, text: impl Into<String>) -> &mut Finding {
        self.add(Level::Note, place, text)
    }
}

/// Tries a plugin: its manifest against its library, its words, its help, every command with stand-in answers, every method
/// and every event. Before each request `trying` is told what it is, such as `command add`: a plugin that hangs or aborts is
/// found out by that alone.
///
/// # Errors
/// The library cannot be opened, or is not the one that the manifest describes.
pub fn verify(entry: &Entry, setting: &Setting, trying: &mut dyn FnMut(&str)) -> Result<Report, LoadError> {
    let loader = Arc::new(Loader::new());
    // Opening compares the manifest with the library: hash, protocol, layout, and what the library says of itself.
    let plugin = Loaded::open(entry, &loader)?;
    let manifest = &entry.manifest;
    let mut report = Report::default();
    help::check(manifest, &mut report);
    words(entry, setting, &mut report);
    required(entry, &mut report);
    if let Some(needed) = fs_err::read(&entry.library).ok().and_then(|library| Glibc::needed_by(&library)) {
        report.note("library", format!("it needs glibc {needed} or newer; build on an older system to reach more"));
    }
    let mut host = Host::new().answers(setting.answers.clone()).stand_ins();
    for other in setting.others.iter().filter(|other| other.manifest.kind.word() != manifest.kind.word()) {
        host = host.plugin(Later { entry: other.clone(), loader: Arc::clone(&loader) });
    }
    requests::rehearse(&plugin, host, &mut report, trying);
    Ok(report)
}

fn words(entry: &Entry, setting: &Setting, report: &mut Report) {
    let manifest = &entry.manifest;
    let word = manifest.kind.word();
    // A provider's and a frontend's word is a name, not a command.
    let addressed = matches!(manifest.kind, PluginKind::Category { .. } | PluginKind::Util { .. });
    if addressed && setting.reserved.iter().any(|reserved| reserved == word) {
        report.fault("word", format!("`{word}` is a command of amplify itself, so nobody could reach the plugin"));
    }
    category(&manifest.kind, report);
    let same = |other: &&Entry| other.manifest.kind.word() == word && other.manifest.name != manifest.name;
    for other in setting.others.iter().filter(same) {
        report.warn("word", format!("the plugin `{}` has the word `{word}`, too", other.manifest.name));
    }
}

/// A category is part of logical ids in templates.
fn category(kind: &PluginKind, report: &mut Report) {
    if let PluginKind::Category { category } = kind
        && !category.bytes().all(|byte| byte.is_ascii_alphanumeric())
    {
        let text =
            format!("the category `{category}` may have letters and digits only: no project takes its resources");
        report.fault("word", text);
    }
}

/// What each kind must offer.
fn required(entry: &Entry, report: &mut Report) {
    let manifest = &entry.manifest;
    let has = |name: &str| manifest.commands.iter().any(|command| command.name == name);
    match manifest.kind {
        PluginKind::Category { .. } => {
            if !has("add") {
                report.fault("manifest", "a category needs the command `add`");
            }
            if manifest.services.is_empty() {
                report.fault("manifest", "a category needs a service, which its resources are recorded under");
            }
        }
        PluginKind::Util { .. } if manifest.commands.is_empty() && manifest.events.is_empty() => {
            report.fault("manifest", "a util needs a command or an event");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_that_no_project_takes_is_a_fault() {
        let found = |kind: PluginKind| {
            let mut report = Report::default();
            category(&kind, &mut report);
            report.findings.len()
        };
        assert_eq!(found(PluginKind::category("queue2")), 0);
        assert_eq!(found(PluginKind::category("my-queue")), 1);
        assert_eq!(found(PluginKind::util("my-tool")), 0, "it has no resources");
    }
}
