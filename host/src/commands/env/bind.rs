//! `amplify env bind`: a branch of git belongs to an environment.

use serde_json::json;

use crate::{
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    environment::branch,
    error::Error,
    exit::Exit,
    host::Host,
    open,
    pending::Pending,
};

/// The command.
pub struct Bind;

impl Command for Bind {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["env", "bind"], "Binds a branch of git to an environment")
            .needs_project()
            .argument(Argument::positional("name", "The environment; without it the current one"))
            .argument(Argument::option("--branch", "name", "The branch; without it the one that is checked out"))
            .argument(Argument::flag("--off", "Bind the branch to nothing any more"))
            .details(
                "On a branch that is bound to another environment than the current one, whatever changes the project or \
                 the cloud stops and names the command that goes there; so it does in an environment that belongs to other \
                 branches. `--env <name>` with the current environment goes on all the same. It is recorded in \
                 `project-config.json`, so it holds for everybody who has the project. Where no branch is checked out, as \
                 on build machines, nothing is compared.",
            )
            .example("amplify env bind prod --branch main", "What is on `main` goes to `prod`")
            .example("amplify env bind --branch main --off", "No longer")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let (project, lock, state) = open::change_on_any_branch(host, "env bind")?;
        let branch = call.value("branch").map(str::to_owned).or_else(|| branch::current(project.root()));
        let Some(branch) = branch else {
            let error = Error::failed("no-branch", "no branch of git is checked out here");
            return Err(error.hint("name it: `amplify env bind <environment> --branch <name>`"));
        };
        if let (true, Some(name)) = (call.flag("off"), call.argument(0)) {
            let message = format!("`--off` binds the branch to nothing, and `{name}` names an environment");
            return Err(Error::usage("off-names-nothing", message).hint("leave one of them out"));
        }
        let name = super::named(call, &state)?;
        let environment = (!call.flag("off")).then_some(name.as_str());
        let mut pending = Pending::new(&project, &lock, state);
        branch::bind(&mut pending.state.config, &branch, environment);
        let all = branch::bound(&pending.state.config);
        pending.commit(host)?;
        host.output.answer(&match environment {
            Some(name) => format!("The branch `{branch}` belongs to the environment `{name}`."),
            None => format!("The branch `{branch}` belongs to no environment."),
        })?;
        host.output.document(&json!({ "branch": branch, "env": environment, "all": all }))?;
        Ok(Exit::Done)
    }
}
