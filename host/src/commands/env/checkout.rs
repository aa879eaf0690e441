//! `amplify env checkout`: makes another environment the current one.

use amplify_plugin_abi::message::LifecycleEvent;
use serde_json::json;

use crate::{
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    environment::{frontend, switch},
    error::Error,
    events,
    exit::Exit,
    host::Host,
    open,
    pending::Pending,
};
use amplify_project::Project;

/// The command.
pub struct Checkout;

impl Command for Checkout {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["env", "checkout"], "Moves your environment to the environment specified in the command.")
            .argument(Argument::positional("name", "The environment").required())
            .details(
                "Your backend directory stays as it is; what is known of the environment's deployment takes the place of \
                 the other's. On a fresh clone an environment on this machine starts empty again.",
            )
            .example("amplify env checkout test", "Work on `test` from now on")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let name = call.argument(0).unwrap_or_default();
        let project = Project::find(&host.settings.folder)?;
        let lock = open::lock(&project, "env checkout")?;
        let mut pending = Pending::new(&project, &lock, project.load()?);
        let data = json!({ "name": name });
        events::before(host, LifecycleEvent::PreEnvCheckout, &data, Some(&mut pending))?;
        switch::checkout(host, &project, &mut pending, name)?;
        frontend::write_exports(host, &mut pending, None)?;
        pending.commit(host)?;
        events::after(host, LifecycleEvent::PostEnvCheckout, &data, Some((&project, &lock)));
        host.output.answer(&host.output.style().success("Initialized your environment successfully."))?;
        host.output.document(&json!({ "env": name, "provider": project.load()?.provider() }))?;
        Ok(Exit::Done)
    }
}
