//! The host's side of the callback table, and the second room of this crate with unsafe code.
//!
//! A plugin is given a table whose context is a number. The number leads to the services of the request only on the thread
//! that serves the request and only while it is served: a callback from another thread, after the request, or from within
//! another callback of the same request is refused with an error instead of touching memory that may be gone. The tables
//! themselves are small, live as long as the process, and are used again for later requests.

use std::{
    any::Any,
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    ptr::NonNull,
    sync::atomic::{AtomicUsize, Ordering},
};

use abi_stable::prefix_type::PrefixTypeTrait;
use amplify_plugin_abi::{
    change::FileContent,
    error::{ErrorKind, PluginError},
    message::{CallReply, CallRequest, CallbackReply, LogRecord, Progress},
    module::{Buffer, Bytes, HostContext, HostTable, HostTableRef},
    question::{Answer, Question},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// How many questions a plugin may ask in one request; more are taken for an endless loop.
pub const MAX_QUESTIONS: usize = 10_000;

/// What the host does for a plugin while it handles a request.
pub trait HostServices {
    /// Asks a question.
    ///
    /// # Errors
    /// No answer, or the user stopped.
    fn ask(&mut self, question: &Question) -> Result<Answer, PluginError>;
    /// Shows progress.
    fn progress(&mut self, progress: &Progress);
    /// Writes to the log.
    fn log(&mut self, record: &LogRecord);
    /// Calls another plugin.
    ///
    /// # Errors
    /// No such plugin or method, or its own failure.
    fn call(&mut self, request: &CallRequest) -> Result<CallReply, PluginError>;
    /// Reads a project file, by its path relative to the project's root. The path is the plugin's: check it.
    ///
    /// # Errors
    /// A path outside the project, or an unreadable file.
    fn read(&mut self, path: &str) -> Result<Option<FileContent>, PluginError>;
    /// Lists the files below a folder of the project, relative to that folder.
    ///
    /// # Errors
    /// A path outside the project.
    fn list(&mut self, path: &str) -> Result<Vec<String>, PluginError>;
    /// Whether the user has asked to stop.
    fn cancelled(&mut self) -> bool;
}

type Services = NonNull<dyn HostServices>;

/// The services of one depth of nested requests on one thread.
struct Slot {
    context: HostContext,
    table: HostTableRef,
    /// Absent while no request is served, and while a callback uses them.
    services: Option<Services>,
    questions: usize,
    /// A panic of a service, kept until the plugin has returned.
    panic: Option<Box<dyn Any + Send>>,
}

#[derive(Default)]
struct Slots {
    slots: Vec<Slot>,
    depth: usize,
}

thread_local! {
    static SLOTS: RefCell<Slots> = RefCell::default();
}

/// Runs something that may call back, with the services behind the table it is given.
pub(crate) fn serve<R>(services: &mut dyn HostServices, work: impl FnOnce(HostTableRef) -> R) -> R {
    let (depth, table) = occupy(erase(services));
    let served = Served { depth };
    let result = work(table);
    let panic = SLOTS.with_borrow_mut(|slots| slots.slots[depth].panic.take());
    drop(served);
    match panic {
        Some(payload) => resume_unwind(payload),
        None => result,
    }
}

/// Forgets how long the services live. [`Served`] takes the pointer away before they die.
#[allow(unsafe_code, reason = "the callback table cannot carry a lifetime")]
fn erase(services: &mut dyn HostServices) -> Services {
    let services: NonNull<dyn HostServices + '_> = NonNull::from(services);
    // SAFETY: the two types differ in the lifetime alone. The pointer is used only by `with_services`, which finds it only
    // between `occupy` and the drop of `Served`, both within the borrow that `serve` was given.
    unsafe { std::mem::transmute::<NonNull<dyn HostServices + '_>, NonNull<dyn HostServices>>(services) }
}

fn occupy(services: Services) -> (usize, HostTableRef) {
    SLOTS.with_borrow_mut(|slots| {
        let depth = slots.depth;
        if slots.slots.len() == depth {
            slots.slots.push(Slot::new());
        }
        let slot = &mut slots.slots[depth];
        slot.services = Some(services);
        slot.questions = 0;
        slot.panic = None;
        slots.depth += 1;
        (depth, slot.table)
    })
}

/// Empties the slot of a request at its end, whichever way it ends.
struct Served {
    depth: usize,
}

impl Drop for Served {
    fn drop(&mut self) {
        SLOTS.with_borrow_mut(|slots| {
            slots.slots[self.depth].services = None;
            slots.depth = self.depth;
        });
    }
}

impl Slot {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        let context = HostContext(NEXT.fetch_add(1, Ordering::Relaxed));
        let table = HostTable { context, ask, progress, log, call, read, list, cancelled }.leak_into_prefix();
        Self { context, table, services: None, questions: 0, panic: None }
    }
}

fn with_slot<R>(context: HostContext, work: impl FnOnce(&mut Slot) -> R) -> Option<R> {
    let found = SLOTS.try_with(|slots| {
        let mut slots = slots.try_borrow_mut().ok()?;
        slots.slots.iter_mut().find(|slot| slot.context.0 == context.0).map(work)
    });
    found.ok().flatten()
}

/// Lets a callback use the services of its request. A panic of theirs must not unwind into the plugin; it is kept for
/// [`serve`].
#[allow(unsafe_code, reason = "the callback table cannot carry a lifetime")]
fn with_services<R>(
    context: HostContext,
    work: impl FnOnce(&mut dyn HostServices) -> Result<R, PluginError>,
) -> Result<R, PluginError> {
    let Some(mut services) = with_slot(context, |slot| slot.services.take()).flatten() else {
        return Err(PluginError::new("callback-refused", "the plugin called the host outside of its request")
            .cause("the host can be called only from the thread of the request, while it is handled"));
    };
    // SAFETY: the pointer comes from the borrow that `serve` holds while the plugin works, on this thread; it was taken out
    // of its slot, so no second reference is made of it until it is put back below.
    let result = catch_unwind(AssertUnwindSafe(|| work(unsafe { services.as_mut() })));
    let (result, panic) = match result {
        Ok(result) => (result, None),
        Err(payload) => (
            Err(PluginError { kind: ErrorKind::Panicked, ..PluginError::new("host-panicked", "amplify panicked") }),
            Some(payload),
        ),
    };
    with_slot(context, |slot| {
        slot.services = Some(services);
        slot.panic = panic.or(slot.panic.take());
    });
    result
}

/// A callback that replies.
fn reply<Q: DeserializeOwned, A: Serialize>(
    context: HostContext,
    document: Bytes<'_>,
    work: impl FnOnce(&mut dyn HostServices, Q) -> Result<A, PluginError>,
) -> Buffer {
    let answer = understand::<Q>(document).and_then(|question| {
        with_services(context, |services| {
            let answer = work(services, question)?;
            serde_json::to_value(answer)
                .map_err(|error| PluginError::new("host-reply", "the host's answer cannot be encoded").cause(error))
        })
    });
    let reply = match answer {
        Ok(value) => CallbackReply::Ok(value),
        Err(error) => CallbackReply::Error(error),
    };
    // A JSON value always encodes; an empty buffer would be an error to the plugin, too.
    serde_json::to_vec(&reply).unwrap_or_default().into()
}

/// A callback that only tells.
fn tell<M: DeserializeOwned>(context: HostContext, document: Bytes<'_>, work: impl FnOnce(&mut dyn HostServices, M)) {
    if let Ok(message) = understand::<M>(document) {
        // Nothing can be said to the plugin here, and what it told is no more than decoration.
        let _ = with_services(context, |services| {
            work(services, message);
            Ok(Value::Null)
        });
    }
}

fn understand<T: DeserializeOwned>(document: Bytes<'_>) -> Result<T, PluginError> {
    serde_json::from_slice(document.as_slice()).map_err(|error| {
        let kind =
            if error.to_string().starts_with("unknown variant") { ErrorKind::Unsupported } else { ErrorKind::Failed };
        PluginError {
            kind,
            ..PluginError::new("bad-callback", "amplify cannot read what the plugin asks of it")
                .cause(error)
                .hint("use versions of amplify and of the plugin that belong together")
        }
    })
}

extern "C" fn ask(context: HostContext, document: Bytes<'_>) -> Buffer {
    let asked = with_slot(context, |slot| {
        slot.questions += 1;
        slot.questions
    });
    reply(context, document, |services, question: Question| {
        if asked.is_some_and(|asked| asked > MAX_QUESTIONS) {
            return Err(too_many_questions());
        }
        services.ask(&question)
    })
}

fn too_many_questions() -> PluginError {
    PluginError::new("too-many-questions", format!("the plugin asked more than {MAX_QUESTIONS} questions"))
        .hint("this is a fault of the plugin; nothing was changed")
}

extern "C" fn progress(context: HostContext, document: Bytes<'_>) {
    tell(context, document, |services, progress: Progress| services.progress(&progress));
}

extern "C" fn log(context: HostContext, document: Bytes<'_>) {
    tell(context, document, |services, record: LogRecord| services.log(&record));
}

extern "C" fn call(context: HostContext, document: Bytes<'_>) -> Buffer {
    reply(context, document, |services, request: CallRequest| services.call(&request))
}

extern "C" fn read(context: HostContext, document: Bytes<'_>) -> Buffer {
    reply(context, document, |services, path: String| services.read(&path))
}

extern "C" fn list(context: HostContext, document: Bytes<'_>) -> Buffer {
    reply(context, document, |services, path: String| services.list(&path))
}

/// A plugin that asks too much, or that calls where it must not, is told to stop.
extern "C" fn cancelled(context: HostContext) -> bool {
    let endless = with_slot(context, |slot| slot.questions > MAX_QUESTIONS).unwrap_or(true);
    endless || with_services(context, |services| Ok(services.cancelled())).unwrap_or(true)
}
