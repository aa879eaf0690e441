//! Opens an address with the system's own program for that.

use std::process::{Command, Stdio};

/// Opens an address; says whether a program took it.
pub fn open(url: &str) -> bool {
    // Anything else could be a file or an option to the program that opens it.
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return false;
    }
    let (program, arguments): (&str, &[&str]) = match std::env::consts::OS {
        "macos" => ("open", &[]),
        "windows" => ("rundll32", &["url.dll,FileProtocolHandler"]),
        _ => ("xdg-open", &[]),
    };
    let mut command = Command::new(program);
    command.args(arguments).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Where this program leads the terminal's session, whatever is in its group ends with it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn().is_ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_addresses_of_the_web_are_opened() {
        assert!(!super::open("file:///etc/passwd"));
        assert!(!super::open("--version"));
    }
}
