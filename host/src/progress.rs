//! Progress of long work: a redrawn line in a terminal, a line a change elsewhere, an event a line with `--json`.

use std::time::Duration;

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

/// Shows one report. `elapsed` went by since the first one of the command.
pub fn show(output: &Output, telling: Telling, progress: &Progress, elapsed: Duration) {
    if output.json() {
        if telling != Telling::Lines {
            // If nobody reads on, the next line of the answer finds out and ends the command.
            let _ = output.event(&event(progress, elapsed));
        }
        return;
    }
    match progress {
        Progress::Step { text } => output.progress(&format!("{text}...")),
        Progress::Resource { path, resource_type, status, reason } => {
            let line = format!("{status} {path} ({resource_type}) {:.1} s", seconds(elapsed));
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

/// Tenths are as much as anybody reads.
fn seconds(elapsed: Duration) -> f64 {
    (elapsed.as_secs_f64() * 10.0).floor() / 10.0
}

fn event(progress: &Progress, elapsed: Duration) -> serde_json::Value {
    let elapsed = seconds(elapsed);
    match progress {
        Progress::Step { text } => json!({ "event": "step", "text": text }),
        Progress::Resource { path, resource_type, status, reason } => {
            json!({
                "event": "resource", "path": path, "type": resource_type, "status": status, "reason": reason,
                "elapsed": elapsed,
            })
        }
        Progress::Message { text } => json!({ "event": "message", "text": text }),
        _ => json!({ "event": "unknown" }),
    }
}
