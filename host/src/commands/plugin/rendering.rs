//! What was found in a plugin, for people and for scripts.

use amplify_plugin_author::verify::{Finding, Level, Report};
use amplify_plugin_host::Entry;
use serde_json::{Value, json};

use crate::{error::Error, host::Host};

/// A document of what was found.
pub fn document(entry: &Entry, report: &Report) -> Value {
    let findings = report.findings.iter().map(|finding| {
        json!({
            "level": finding.level.label(),
            "place": finding.place,
            "text": finding.text,
            "causes": finding.causes,
        })
    });
    json!({
        "name": entry.manifest.name,
        "version": entry.manifest.version,
        "passed": report.passed(),
        "requests": report.requests,
        "findings": findings.collect::<Vec<_>>(),
    })
}

/// The findings as text, one a line.
///
/// # Errors
/// stdout is closed.
pub fn tell(host: &Host<'_>, report: &Report) -> Result<(), Error> {
    for finding in &report.findings {
        host.output.answer(&format!("{}: {}: {}", finding.level.label(), finding.place, finding.text))?;
        for cause in &finding.causes {
            host.output.answer(&format!("  {cause}"))?;
        }
    }
    Ok(())
}

/// The error of a plugin that breaks the contract.
///
/// # Errors
/// There are faults.
pub fn passed(entry: &Entry, report: &Report) -> Result<(), Error> {
    let faults: Vec<&Finding> = report.findings.iter().filter(|finding| finding.level == Level::Fault).collect();
    if faults.is_empty() {
        return Ok(());
    }
    let count = if faults.len() == 1 { "1 fault".to_owned() } else { format!("{} faults", faults.len()) };
    let error = Error::failed("plugin-faults", format!("the plugin `{}` has {count}", entry.manifest.name));
    Err(faults.into_iter().fold(error, |error, fault| error.cause(format!("{}: {}", fault.place, fault.text))))
}
