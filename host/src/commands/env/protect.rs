//! `amplify env protect`: nothing that an environment holds is deleted or replaced without a second word.

use serde_json::json;

use crate::{
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    environment::protected,
    error::Error,
    exit::Exit,
    host::Host,
    open,
    pending::Pending,
};

/// The command.
pub struct Protect;

impl Command for Protect {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["env", "protect"], "Protects what an environment holds from being deleted or replaced")
            .needs_project()
            .argument(Argument::positional("name", "The environment; without it the current one"))
            .argument(Argument::flag("--off", "Protect it no longer"))
            .details(
                "A push that would lose data, and the deletion of the environment, are refused unless \
                 `--allow-protected <env>` is given as well. The protection is recorded in `project-config.json`, so it \
                 holds for everybody who has the project, build machines included. From the next push on, tables, buckets and \
                 user pools stay when they leave the deployment or the environment is deleted; until then it is not deleted.",
            )
            .example("amplify env protect prod", "Protect `prod`")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let (project, lock, state) = open::change_on_any_branch(host, "env protect")?;
        let name = super::named(call, &state)?;
        let on = !call.flag("off");
        let mut pending = Pending::new(&project, &lock, state);
        protected::set(&mut pending.state.config, &name, on);
        let names = protected::names(&pending.state.config);
        pending.commit(host)?;
        let word = if on { "is protected" } else { "is not protected" };
        host.output.answer(&format!("The environment `{name}` {word}."))?;
        host.output.document(&json!({ "env": name, "protected": on, "all": names }))?;
        Ok(Exit::Done)
    }
}
