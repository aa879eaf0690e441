//! Progress of long work: a redrawn line in a terminal, a line a change elsewhere, an event a line with `--json`.

use amplify_plugin_abi::message::Progress;
use serde_json::json;

use crate::output::Output;

/// How progress is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// As lines on stderr; the answer of `--json` is one document, so it is silent there.
    Lines,
    /// As lines on stderr, or as events on stdout with `--json`.
    Events,
    /// Messages are the command's answer: where a server listens.
    Answer,
}

/// Shows one report.
pub fn show(output: &Output, telling: Telling, progress: &Progress) {
    if output.json() {
        if telling != Telling::Lines {
            // If nobody reads on, the next line of the answer finds out and ends the command.
            let _ = output.event(&event(progress));
        }
        return;
    }
    match progress {
        Progress::Step { text } => output.progress(&format!("{text}...")),
        Progress::Resource { path, resource_type, status, reason } => {
            let line = format!("{status} {path} ({resource_type})");
            match reason {
                Some(reason) => output.info(&format!("{line}: {reason}")),
                None => output.progress(&line),
            }
        }
        Progress::Message { text } if telling == Telling::Answer => {
            let _ = output.answer(text);
        }
        Progress::Message { text } => output.info(text),
        _ => {}
    }
}

fn event(progress: &Progress) -> serde_json::Value {
    match progress {
        Progress::Step { text } => json!({ "event": "step", "text": text }),
        Progress::Resource { path, resource_type, status, reason } => {
            json!({ "event": "resource", "path": path, "type": resource_type, "status": status, "reason": reason })
        }
        Progress::Message { text } => json!({ "event": "message", "text": text }),
        _ => json!({ "event": "unknown" }),
    }
}
