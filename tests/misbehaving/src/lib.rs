//! A plugin that misbehaves on request: one mode for each fault that the host must survive.
#![forbid(unsafe_code)]
use amplify_sdk::prelude::*;

struct Misbehaving;

impl Util for Misbehaving {
    fn manifest(&self) -> Manifest {
        Manifest::new("misbehaving", PluginKind::util("misbehave"), "0.1.0", "Misbehaves on request")
    }

    fn run(&self, _: &mut Context<'_>, _: &CommandRequest) -> Result<Changes, PluginError> {
        Ok(Changes::new())
    }
}

amplify_sdk::export_plugin!(util: Misbehaving);
