//! Notices a plugin that ends the process. The third room of this crate with unsafe code.

use std::sync::{
    Mutex, OnceLock, PoisonError, TryLockError,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use amplify_plugin_abi::message::Request;

/// Is told the name of a plugin and what it was asked for, and gives the exit status.
type Handler = fn(&str, &str) -> i32;

static HANDLER: OnceLock<Handler> = OnceLock::new();
static MEANT: AtomicBool = AtomicBool::new(false);
static WITHIN: Mutex<Vec<Working>> = Mutex::new(Vec::new());

struct Working {
    number: u64,
    plugin: String,
    request: String,
}

/// Has `handler` called if the process ends in good order while a plugin is at work, so that it does not end as the plugin
/// likes. Nothing else is done then: no other thread runs on, and nothing is dropped. Only the first handler counts.
#[allow(unsafe_code, reason = "the standard library knows no such thing")]
pub fn on_departure(handler: Handler) {
    if HANDLER.set(handler).is_ok() {
        // SAFETY: the function has the type that is asked for, lives as long as the process, and unwinds nowhere: `extern "C"`
        // aborts instead.
        let _ = unsafe { libc::atexit(departing) };
    }
}

/// Says that the process is about to end because its own program wants it.
pub fn departure_is_meant() {
    MEANT.store(true, Ordering::SeqCst);
}

/// A plugin is at work until this is dropped.
pub(crate) struct Within(u64);

impl Within {
    pub(crate) fn enter(plugin: &str, request: &Request) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let working = Working { number, plugin: plugin.to_owned(), request: shown(request) };
        WITHIN.lock().unwrap_or_else(PoisonError::into_inner).push(working);
        Self(number)
    }
}

impl Drop for Within {
    fn drop(&mut self) {
        WITHIN.lock().unwrap_or_else(PoisonError::into_inner).retain(|working| working.number != self.0);
    }
}

/// Words for a request, such as ``the command `add` ``.
fn shown(request: &Request) -> String {
    match request {
        Request::Command(request) => format!("the command `{}`", request.command),
        Request::Call(request) => format!("the method `{}`", request.method),
        Request::Event(request) => format!("the event `{:?}`", request.event),
        Request::Headless(request) => format!("the headless command `{}`", request.command),
        Request::Build(request) => format!("building `{}`", request.resource),
        Request::Compile(request) => format!("compiling `{}`", request.resource),
        _ => "a request".to_owned(),
    }
}

#[allow(unsafe_code, reason = "the standard library knows no such thing")]
extern "C" fn departing() {
    if MEANT.load(Ordering::SeqCst) {
        return;
    }
    let within = match WITHIN.try_lock() {
        Ok(within) => within,
        Err(TryLockError::Poisoned(within)) => within.into_inner(),
        // Another thread has a plugin begin or end just now, so this one is not the plugin's.
        Err(TryLockError::WouldBlock) => return,
    };
    let (Some(handler), Some(working)) = (HANDLER.get(), within.last()) else { return };
    let status = handler(&working.plugin, &working.request);
    // SAFETY: it takes any number, and does not come back.
    unsafe { libc::_exit(status) }
}
