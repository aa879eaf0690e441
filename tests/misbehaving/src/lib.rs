//! A plugin that misbehaves on request: one mode for each fault that the host must survive.
//!
//! Faults of a running plugin are chosen by the first argument of its command (or by a method's name, a resource's name, an
//! event), see [`plugin`]. Faults at load time cannot be asked for, so they are chosen by [`load::MODE`], a text in the
//! library that a test overwrites in its copy.
#![forbid(unsafe_code)]

pub mod load;
pub mod plugin;

use amplify_sdk::__private::{self as sdk, Buffer, Bytes, Export, HostTableRef, PluginModule};

/// The SDK's half: everything that a plugin written with it can do wrong.
struct Exported;

impl Export for Exported {
    const CRATE: &'static str = env!("CARGO_PKG_NAME");

    fn handler() -> &'static dyn amplify_sdk::Handler {
        static HANDLER: std::sync::OnceLock<Box<dyn amplify_sdk::Handler>> = std::sync::OnceLock::new();
        &**HANDLER.get_or_init(|| amplify_sdk::handler::<amplify_sdk::kind::Category>(plugin::Misbehaving))
    }
}

/// The other half: what only a plugin made without the SDK can do wrong.
fn module() -> PluginModule {
    load::module(PluginModule { invoke, ..sdk::module::<Exported>() })
}

extern "C" fn invoke(request: Bytes<'_>, host: HostTableRef) -> Buffer {
    match plugin::raw_reply(request.as_slice()) {
        Some(reply) => reply.into(),
        None => (sdk::module::<Exported>().invoke)(request, host),
    }
}

amplify_sdk::__export_module!(module);
