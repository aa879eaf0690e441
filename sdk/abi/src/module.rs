//! The two tables of functions that are shared in memory. Everything else is a document in a byte buffer.

use abi_stable::{
    StableAbi,
    library::RootModule,
    package_version_strings,
    sabi_types::VersionStrings,
    std_types::{RSlice, RVec},
};

/// A byte buffer holding one JSON document. The side that made it frees it (its destructor travels with it).
pub type Buffer = RVec<u8>;

/// A borrowed JSON document.
pub type Bytes<'a> = RSlice<'a, u8>;

/// What a plugin library exports.
///
/// The functions never unwind: the export macro of `amplify-sdk` turns a panic into a [`crate::error::PluginError`].
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = PluginModuleRef)))]
#[sabi(missing_field(panic))]
pub struct PluginModule {
    /// The message protocol this plugin speaks, see [`crate::PROTOCOL`].
    pub protocol: extern "C" fn() -> u32,
    /// A [`crate::manifest::Description`]: the manifest without the facts about the library file, or why there is none.
    pub describe: extern "C" fn() -> Buffer,
    /// Handles one [`crate::message::Request`] and returns one [`crate::message::Response`].
    ///
    /// May be called from several threads. The table is valid for the duration of the call only.
    #[sabi(last_prefix_field)]
    pub invoke: extern "C" fn(request: Bytes<'_>, host: HostTableRef) -> Buffer,
}

impl RootModule for PluginModuleRef {
    abi_stable::declare_root_module_statics! {PluginModuleRef}
    const BASE_NAME: &'static str = "amplify_plugin";
    const NAME: &'static str = "amplify_plugin";
    const VERSION_STRINGS: VersionStrings = package_version_strings!();
}

/// An opaque handle of the host, passed back with every callback.
#[repr(transparent)]
#[derive(Clone, Copy, StableAbi)]
pub struct HostContext(
    /// Meaningful to the host alone.
    pub usize,
);

/// What a plugin can ask of the host while it handles a request.
///
/// `ask`, `call`, `read` and `list` return a [`crate::message::CallbackReply`].
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = HostTableRef)))]
#[sabi(missing_field(panic))]
pub struct HostTable {
    /// Handle to pass back.
    pub context: HostContext,
    /// Asks a [`crate::question::Question`]; replies with a [`crate::question::Answer`].
    pub ask: extern "C" fn(context: HostContext, question: Bytes<'_>) -> Buffer,
    /// Reports a [`crate::message::Progress`].
    pub progress: extern "C" fn(context: HostContext, progress: Bytes<'_>),
    /// Writes a [`crate::message::LogRecord`].
    pub log: extern "C" fn(context: HostContext, record: Bytes<'_>),
    /// Calls a method of another plugin with a [`crate::message::CallRequest`]; replies with a [`crate::message::CallReply`].
    pub call: extern "C" fn(context: HostContext, request: Bytes<'_>) -> Buffer,
    /// Reads a project file, pending changes included. The argument is a JSON string: a path relative to the project's
    /// root, with forward slashes. Replies with a [`crate::change::FileContent`], or null where there is no such file.
    pub read: extern "C" fn(context: HostContext, path: Bytes<'_>) -> Buffer,
    /// Lists the files below a folder of the project (the same kind of path), as a JSON array of paths relative to it.
    pub list: extern "C" fn(context: HostContext, path: Bytes<'_>) -> Buffer,
    /// Whether the user has asked to stop. Long work checks this several times a second.
    #[sabi(last_prefix_field)]
    pub cancelled: extern "C" fn(context: HostContext) -> bool,
}
