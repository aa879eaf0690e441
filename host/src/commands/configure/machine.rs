//! `amplify configure`: a way into an account, kept on this machine.

use amplify_plugin_abi::environment::Target;
use serde_json::json;

use super::access;
use crate::{
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    environment::provider,
    error::Error,
    exit::Exit,
    host::Host,
};

/// The command.
pub struct Machine;

impl Command for Machine {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["configure"], "Sets up access to your account in the cloud on this machine.")
            .asks()
            .argument(
                Argument::option("--providers", "name|json", "The provider, by its name or as {\"<name>\": {<options>}}")
                    .short('p')
                    .aliases(&["provider", "providers-config", "providersConfig"]),
            )
            .argument(Argument::flag("--no-browser", "Print links instead of opening them"))
            .details(
                "Leads through making a user in the account, and keeps its keys in a profile outside of every project. What \
                 is in the files already stays. Keys are not shown while they are typed. `amplify configure project` changes \
                 the settings of a project, and which credentials its environment uses.",
            )
            .example("amplify configure", "Make a user and a profile")
            .example("amplify configure --no-browser", "The same where there is no browser")
            .example(
                "amplify configure --answers access.json",
                "Take region, keys and the profile's name from a file: {\"aws\": {\"region\", \"userName\", ...}}",
            )
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let given = call.value("providers").map(provider::parse).transpose()?;
        let name = given.map_or_else(|| provider::AWS.to_owned(), |(name, _)| name);
        let entry = provider::installed(host, &name)?;
        let reply = access(host, call, entry, Target::default())?;
        host.questions.finish(host.output)?;
        for message in &reply.messages {
            host.output.answer(message)?;
        }
        host.output.document(&json!({ "provider": name, "messages": reply.messages }))?;
        Ok(Exit::Done)
    }
}
