//! `amplify env checkout`: makes another environment the current one.

use amplify_plugin_abi::message::LifecycleEvent;
use serde_json::json;

use crate::{
    command::{Call, Command},
    commands::pull,
    descriptor::{Argument, Descriptor},
    environment::{
        backup,
        bring::{self, Brought},
        frontend,
        remote::Fetched,
        switch,
    },
    error::Error,
    events,
    exit::Exit,
    host::Host,
    open,
    pending::Pending,
};
use amplify_project::{Project, Record, merge::Mode};

/// The command.
pub struct Checkout;

impl Command for Checkout {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["env", "checkout"], "Moves your environment to the environment specified in the command.")
            .argument(Argument::positional("name", "The environment").required())
            .argument(Argument::flag("--restore", "Make the backend folder exactly what is deployed there"))
            .asks()
            .details(
                "Your backend directory stays as it is, unless `--restore` is given; what is known of the environment's \
                 deployment takes the place of the other's, and is fetched from the cloud where this folder does not know \
                 it. On a fresh clone an environment on this machine starts empty again.",
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
        let restore = call.flag("restore");
        let ask = if restore { switch::Ask::Always } else { switch::Ask::IfUnknown };
        switch::checkout(host, &project, &mut pending, name, ask)?;
        let brought = if restore { Some(restored(&mut pending, &project)?) } else { None };
        if let Some(brought) = &brought {
            pull::confirm(host, brought)?;
        }
        host.questions.finish(host.output)?;
        frontend::write_exports(host, &mut pending, None)?;
        let backup = if restore { backup::keep(&mut pending, &project, name)? } else { None };
        pending.commit(host)?;
        events::after(host, LifecycleEvent::PostEnvCheckout, &data, Some((&project, &lock)));
        host.output.answer(&host.output.style().success("Initialized your environment successfully."))?;
        if let Some(backup) = &backup {
            pull::tell_backup(host, backup);
        }
        host.output.document(&json!({ "env": name, "provider": project.load()?.provider() }))?;
        Ok(Exit::Done)
    }
}

/// Makes the backend folder what is deployed in the environment that is the current one now.
fn restored(pending: &mut Pending<'_>, project: &Project) -> Result<Brought, Error> {
    let record = Record::of_transaction(&pending.transaction)?;
    let theirs = Fetched { revision: String::new(), record, root_template: None };
    // Whatever is there goes, so it does not matter where it came from.
    let base = Record::of_folder(&project.paths().cloud_backend(), None)?;
    bring::backend(pending, project, &base, &theirs, Mode::Restore)
}
