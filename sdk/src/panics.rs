//! Panics of a plugin: caught, not printed, and told to the host.

use std::{
    any::Any,
    cell::RefCell,
    panic::{AssertUnwindSafe, PanicHookInfo},
    sync::{Mutex, Once, PoisonError},
};

/// How many panics of other threads are kept until the host hears of them.
const MAX_FOREIGN: usize = 16;

thread_local! {
    /// Where the last panic of this thread happened.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
    /// Whether this thread is inside [`catch`].
    static INSIDE: RefCell<usize> = const { RefCell::new(0) };
}

/// Panics of threads that the plugin started itself.
static FOREIGN: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// A caught panic.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Caught {
    /// What it said.
    pub message: String,
    /// Such as `src/lib.rs:10:5`.
    pub place: Option<String>,
}

/// Keeps panics from being printed. A plugin library carries its own copy of the standard library, so this hook belongs to
/// that library alone; what the user reads is the host's business.
pub(crate) fn silence() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| std::panic::set_hook(Box::new(note)));
}

fn note(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string);
    let inside = INSIDE.try_with(|depth| *depth.borrow() > 0).unwrap_or(false);
    if inside {
        let _ = PLACE.try_with(|cell| cell.replace(place));
        return;
    }
    let thread = std::thread::current();
    let line = format!(
        "thread `{}` panicked{}: {}",
        thread.name().unwrap_or("unnamed"),
        place.map(|place| format!(" at {place}")).unwrap_or_default(),
        message(info.payload()),
    );
    let mut foreign = FOREIGN.lock().unwrap_or_else(PoisonError::into_inner);
    if foreign.len() < MAX_FOREIGN {
        foreign.push(line);
    }
}

/// Takes what panicked in threads of the plugin's own since the last time.
pub(crate) fn foreign() -> Vec<String> {
    std::mem::take(&mut *FOREIGN.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Runs something and catches its panic.
pub(crate) fn catch<T>(work: impl FnOnce() -> T) -> Result<T, Caught> {
    INSIDE.with(|depth| *depth.borrow_mut() += 1);
    let result = std::panic::catch_unwind(AssertUnwindSafe(work));
    INSIDE.with(|depth| *depth.borrow_mut() -= 1);
    result.map_err(|payload| {
        let caught = Caught { message: message(&*payload), place: PLACE.with(RefCell::take) };
        // A payload's destructor may itself panic, which could not be caught any more.
        std::mem::forget(payload);
        caught
    })
}

fn message(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a value that is no text".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_either_kind_is_kept() {
        assert_eq!(catch(|| 1), Ok(1));
        let fixed = catch(|| panic!("fixed")).unwrap_err();
        assert_eq!(fixed.message, "fixed");
        let number = 7;
        let formatted = catch(|| panic!("number {number}")).unwrap_err();
        assert_eq!(formatted.message, "number 7");
        let other = catch(|| std::panic::panic_any(5_u8)).unwrap_err();
        assert_eq!(other.message, "a value that is no text");
    }

    #[test]
    fn a_payload_with_a_panicking_destructor_is_harmless() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("in the destructor");
            }
        }
        assert!(catch(|| std::panic::panic_any(Bomb)).is_err());
    }
}
