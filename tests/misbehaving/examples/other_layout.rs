//! A library whose module has the name and the version of a plugin's, but other functions.

use abi_stable::{
    StableAbi, export_root_module, library::RootModule, prefix_type::PrefixTypeTrait, sabi_types::VersionStrings,
    std_types::RString,
};

#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = PluginModuleRef)))]
pub struct PluginModule {
    pub protocol: extern "C" fn() -> u32,
    #[sabi(last_prefix_field)]
    pub describe: extern "C" fn() -> RString,
}

impl RootModule for PluginModuleRef {
    abi_stable::declare_root_module_statics! {PluginModuleRef}
    const BASE_NAME: &'static str = "amplify_plugin";
    const NAME: &'static str = "amplify_plugin";
    const VERSION_STRINGS: VersionStrings = VersionStrings::new("1.0.0");
}

#[export_root_module]
fn module() -> PluginModuleRef {
    PluginModule { protocol, describe }.leak_into_prefix()
}

extern "C" fn protocol() -> u32 {
    1
}

extern "C" fn describe() -> RString {
    RString::from("text")
}
