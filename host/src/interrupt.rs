//! Ctrl-C. Work that can be cancelled is asked to stop; anything else ends at once, since the journal keeps the project whole.

use std::{
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

use crate::exit::Exit;

static CANCELLED: AtomicBool = AtomicBool::new(false);
static PROMPTING: AtomicBool = AtomicBool::new(false);
static CANCELLABLE: AtomicU32 = AtomicU32::new(0);
static POSTPONED: AtomicU32 = AtomicU32::new(0);
static LOCK_FILE: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Listens for Ctrl-C, and for requests to terminate.
pub fn listen() {
    // Without a handler Ctrl-C ends the process as it always did, which leaves the project just as whole.
    let _ = ctrlc::set_handler(|| {
        let first = !CANCELLED.swap(true, Ordering::SeqCst);
        if first && CANCELLABLE.load(Ordering::SeqCst) > 0 && !PROMPTING.load(Ordering::SeqCst) {
            return;
        }
        if PROMPTING.load(Ordering::SeqCst) {
            // A prompt leaves the terminal in raw mode otherwise; if that fails there is nothing more to do.
            let _ = crossterm::terminal::disable_raw_mode();
        }
        leave();
    });
}

#[expect(clippy::exit, reason = "the only way out of the process from the handler's thread")]
fn leave() {
    remove_lock();
    amplify_plugin_host::departure_is_meant();
    std::process::exit(Exit::Interrupted as i32);
}

/// Removes the file of the project's lock, for a process that ends without dropping anything.
pub fn remove_lock() {
    // The system takes the lock itself back; only its file would stay, and the folders that an `init` made for it.
    if let Some(file) = LOCK_FILE.lock().unwrap_or_else(PoisonError::into_inner).take()
        && fs_err::remove_file(&file).is_ok()
    {
        for folder in file.ancestors().skip(1).take(2) {
            let _ = fs_err::remove_dir(folder);
        }
    }
}

/// Whether the user has asked to stop, and nothing [postpones](postpone) that.
pub fn requested() -> bool {
    CANCELLED.load(Ordering::SeqCst) && POSTPONED.load(Ordering::SeqCst) == 0
}

/// While the guard lives, the first Ctrl-C only sets [`requested`]; the second ends the process.
#[must_use = "Ctrl-C ends the process again once the guard is gone"]
pub fn cancellable() -> Cancellable {
    CANCELLABLE.fetch_add(1, Ordering::SeqCst);
    Cancellable
}

/// See [`cancellable`].
pub struct Cancellable;

impl Drop for Cancellable {
    fn drop(&mut self) {
        CANCELLABLE.fetch_sub(1, Ordering::SeqCst);
    }
}

/// While the guard lives, the first Ctrl-C stops nothing: what has happened elsewhere already is being brought to its end.
#[must_use = "Ctrl-C counts again once the guard is gone"]
pub fn postpone() -> Postponed {
    POSTPONED.fetch_add(1, Ordering::SeqCst);
    Postponed { _working: cancellable() }
}

/// See [`postpone`].
pub struct Postponed {
    _working: Cancellable,
}

impl Drop for Postponed {
    fn drop(&mut self) {
        POSTPONED.fetch_sub(1, Ordering::SeqCst);
    }
}

/// While the guard lives, the file of a lock goes with the process. From now on the first Ctrl-C only sets [`requested`],
/// also when the guard is gone: the command is as good as done then, and ends with what came of it.
#[must_use = "the file stays behind once the guard is gone"]
pub fn removing(lock_file: PathBuf) -> Removing {
    *LOCK_FILE.lock().unwrap_or_else(PoisonError::into_inner) = Some(lock_file);
    CANCELLABLE.fetch_add(1, Ordering::SeqCst);
    Removing
}

/// See [`removing`].
pub struct Removing;

impl Drop for Removing {
    fn drop(&mut self) {
        *LOCK_FILE.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// While the guard lives, a prompt owns the terminal, or answers are read: Ctrl-C ends the process at once.
#[must_use = "the prompt ends with the guard"]
pub fn prompting() -> Prompting {
    PROMPTING.store(true, Ordering::SeqCst);
    Prompting
}

/// See [`prompting`].
pub struct Prompting;

impl Drop for Prompting {
    fn drop(&mut self) {
        PROMPTING.store(false, Ordering::SeqCst);
    }
}
