//! `amplify configure`: access for this machine, and the settings of a project.

mod machine;
mod project;

pub use machine::Machine;
pub use project::Project;

use amplify_plugin_abi::{
    environment::{ConfigureReply, ConfigureRequest, Target},
    provider::{ProviderReply, ProviderRequest},
};
use amplify_plugin_host::Entry;

use crate::{command::Call, environment::provider, error::Error, host::Host, questions::Mode};

/// Lets a provider set up access: for an environment, or for the machine where the target names none.
fn access(host: &Host<'_>, call: &Call, entry: &Entry, target: Target) -> Result<ConfigureReply, Error> {
    let options = call.value("providers").map(provider::parse).transpose()?.map(|(_, options)| options);
    let home = host.surroundings.home.as_deref().map(|home| home.to_string_lossy().into_owned());
    let request = ConfigureRequest {
        target,
        options: options.unwrap_or_default(),
        home: home.unwrap_or_default(),
        // Nobody looks at a page that a script opens.
        no_browser: call.flag("no-browser") || host.settings.mode != Mode::Terminal,
    };
    match provider::request(host, entry, ProviderRequest::Configure(request))? {
        ProviderReply::Configured(reply) => Ok(reply),
        _ => Err(provider::answered_wrongly(entry)),
    }
}
