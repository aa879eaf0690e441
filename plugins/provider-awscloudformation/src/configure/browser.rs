//! Opens a page in the user's browser.

use std::process::{Command, Stdio};

/// Tries to; the link was told before, so nothing is said where there is no browser.
pub(crate) fn open(url: &str) {
    let (program, arguments): (_, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("rundll32", &["url.dll,FileProtocolHandler"])
    } else {
        ("xdg-open", &[])
    };
    let mut command = Command::new(program);
    command.args(arguments).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // It lives on when the command has ended.
    drop(command.spawn());
}
