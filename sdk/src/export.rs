//! The macro that makes a library of a plugin.

/// Exports a plugin from a `cdylib` crate. Used once, at the top level of the crate.
///
/// The first word is the kind of the plugin and names the trait that it implements; the expression makes the plugin. It is
/// evaluated once, when the host first needs the plugin, so any expression does: a unit struct, `MyPlugin::new()`,
/// `MyPlugin::default()`.
///
/// ```standalone_crate
/// # use amplify_sdk::prelude::*;
/// struct Storage;
///
/// # impl Category for Storage {
/// #     fn manifest(&self) -> Manifest {
/// #         Manifest::new("category-storage", PluginKind::category("storage"), "1.0.0", "Buckets and tables")
/// #     }
/// #     fn run(&self, _: &mut Context<'_>, _: &CommandRequest) -> Result<Changes, PluginError> {
/// #         Ok(Changes::new())
/// #     }
/// # }
/// amplify_sdk::export_plugin!(category: Storage);
/// # fn main() {}
/// ```
///
/// Likewise `provider: ...`, `frontend: ...` and `util: ...`. The crate needs no dependency besides `amplify-sdk`, and may
/// forbid unsafe code.
///
/// # Panics
/// A panic in the plugin, the expression included, reaches the host as a [`PluginError`](crate::error::PluginError) of the
/// kind `Panicked` that names the plugin and the place; nothing is printed. That needs `panic = "unwind"`, the default of
/// every cargo profile; the macro does not compile without.
///
/// # One program, one plugin
/// The macro defines a symbol with a fixed name, so a program can link one crate that uses it and no more. A test of two
/// plugins together goes through the host; a test of one scripts the other with
/// [`testing::Host::reply`](crate::testing::Host::reply).
#[macro_export]
macro_rules! export_plugin {
    (category: $plugin:expr $(,)?) => {
        $crate::__export_handler!($crate::kind::Category, $plugin);
    };
    (provider: $plugin:expr $(,)?) => {
        $crate::__export_handler!($crate::kind::Provider, $plugin);
    };
    (frontend: $plugin:expr $(,)?) => {
        $crate::__export_handler!($crate::kind::Frontend, $plugin);
    };
    (util: $plugin:expr $(,)?) => {
        $crate::__export_handler!($crate::kind::Util, $plugin);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __export_handler {
    ($kind:ty, $plugin:expr) => {
        const _: () = {
            enum Exported {}

            impl $crate::__private::Export for Exported {
                const CRATE: &'static str = ::core::env!("CARGO_PKG_NAME");

                fn handler() -> &'static dyn $crate::Handler {
                    static HANDLER: ::std::sync::OnceLock<::std::boxed::Box<dyn $crate::Handler>> =
                        ::std::sync::OnceLock::new();
                    &**HANDLER.get_or_init(|| $crate::handler::<$kind>($plugin))
                }
            }

            $crate::__export_module!($crate::__private::module::<Exported>);
        };
    };
}

/// Exports a hand-made `PluginModule`. The symbol's name is the one `abi_stable` looks for, see the check below.
#[doc(hidden)]
#[macro_export]
macro_rules! __export_module {
    ($module:expr) => {
        #[cfg(panic = "abort")]
        ::core::compile_error!("a plugin must be built with `panic = \"unwind\"`: a panic would end the whole program");

        const _: () = {
            enum Library {}

            impl $crate::__private::Library for Library {
                fn module() -> $crate::__private::PluginModule {
                    $module()
                }
            }

            #[unsafe(export_name = "_1as_0lib_1header_0root_bmodule_bloader")]
            pub static AMPLIFY_PLUGIN: $crate::__private::LibHeader = $crate::__private::header::<Library>();
        };
    };
}

#[doc(hidden)]
pub mod __private {
    //! What the macro expands to. Not for use by hand.

    pub use abi_stable::library::LibHeader;
    use abi_stable::{
        library::{__call_root_module_loader, CheckTypeLayout, ROOT_MODULE_LOADER_NAME, RootModuleResult},
        prefix_type::PrefixTypeTrait,
    };
    pub use amplify_plugin_abi::module::{Buffer, Bytes, HostTableRef, PluginModule, PluginModuleRef};

    pub use crate::{dispatch::Handler, entry::Export};

    // A version of `abi_stable` that looks for another symbol must not compile.
    const _: () = {
        let ours = b"_1as_0lib_1header_0root_bmodule_bloader";
        let theirs = ROOT_MODULE_LOADER_NAME.as_bytes();
        assert!(ours.len() == theirs.len());
        let mut position = 0;
        while position < ours.len() {
            assert!(ours[position] == theirs[position]);
            position += 1;
        }
    };

    /// What a library exports.
    pub trait Library {
        fn module() -> PluginModule;
    }

    /// The functions of a plugin made with the SDK.
    pub fn module<E: Export>() -> PluginModule {
        PluginModule { protocol, describe: describe::<E>, invoke: invoke::<E> }
    }

    extern "C" fn protocol() -> u32 {
        amplify_plugin_abi::PROTOCOL
    }

    extern "C" fn describe<E: Export>() -> Buffer {
        crate::entry::describe::<E>().into()
    }

    extern "C" fn invoke<E: Export>(request: Bytes<'_>, host: HostTableRef) -> Buffer {
        crate::entry::invoke::<E>(request.as_slice(), host).into()
    }

    /// The header by which the host finds and checks the module.
    pub const fn header<L: Library>() -> LibHeader {
        // SAFETY: `constructor` returns what `__call_root_module_loader` makes of a `PluginModuleRef`, erased.
        unsafe { LibHeader::from_constructor::<PluginModuleRef>(constructor::<L>, CheckTypeLayout::Yes) }
    }

    extern "C" fn constructor<L: Library>() -> RootModuleResult {
        crate::panics::silence();
        __call_root_module_loader(|| L::module().leak_into_prefix())
    }
}
