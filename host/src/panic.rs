//! A panic is our fault, and is reported as one: short, on stderr, with status 255.

use std::sync::{Mutex, PoisonError};

use crate::{
    error::Error,
    exit::Exit,
    output::{Manner, Output},
};

static LAST: Mutex<String> = Mutex::new(String::new());

/// Keeps the text of a panic instead of printing it.
pub fn keep_quiet() {
    std::panic::set_hook(Box::new(|panic| {
        *LAST.lock().unwrap_or_else(PoisonError::into_inner) = panic.to_string();
    }));
}

/// Reports the panic that ended the command.
pub fn report() -> Exit {
    let text = LAST.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut error =
        Error::internal("amplify itself failed; the project is as it was, or is made so by the next command");
    error.causes = text.lines().map(str::to_owned).collect();
    let version = format!("report this text with the command you typed and the version, {}", crate::run::VERSION);
    Output::new(Manner::default()).error(&error.hint(version));
    Exit::Internal
}
