//! `amplify plan`: what a push would create, update, replace and delete, and which property is the cause.

use amplify_planner::{Allowed, Options};
use amplify_project::{Project, ProjectLock, ProjectState};
use serde_json::json;

use crate::{
    command::{Call, Command},
    deploy::{self, Foreseen, Job, Planned},
    descriptor::{Argument, Descriptor},
    environment::remote::Remote,
    error::Error,
    exit::Exit,
    host::Host,
    open, plan_text, selection, tracked,
};

/// The command.
pub struct Plan;

impl Command for Plan {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["plan"], "Shows what a push would create, update, replace and delete, and why.")
            .needs_project()
            .argument(Argument::positional("category", "Only the resources of this category, and what they need"))
            .argument(Argument::positional("name", "Only this resource, and what it needs"))
            .argument(Argument::flag(
                "--detailed-exitcode",
                "End with status 0 if there is nothing to do, 1 on an error, 2 if there are changes",
            ))
            .argument(Argument::flag("--cloud", "Have the cloud itself say what would change, and compare"))
            .argument(tracked::argument())
            .argument(Argument::option("--out", "file", "Save the plan, for `amplify push --plan`"))
            .details(
                "Nothing is deployed, and no cloud is asked: the project is compared with what was deployed last. \
                 Changes that lose data say so in words. With `--cloud` everything is built and sent, the cloud makes a \
                 change set of all stacks, which is shown and deleted again, and what it says beside the plan is named; \
                 the command ends with status 1 if that would lose data, for there a push would stop. Since files are \
                 sent, it stops at a secret in a file that git tracks, as a push does.",
            )
            .example("amplify plan", "What a push would do")
            .example("amplify plan --json", "The same, for scripts")
            .example("amplify plan --cloud", "Ask the cloud as well")
            .example("amplify plan --out reviewed.json", "Save it, to push exactly this later")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let cloud = call.flag("cloud");
        if !cloud && tracked::is_given(call) {
            let error = Error::usage("nothing-is-sent", "`--allow-secret-in` goes with `--cloud`");
            return Err(error.hint("type the command without it: a plan sends nothing, unless the cloud is asked"));
        }
        // Whoever asks the cloud holds the environment meanwhile.
        let (project, lock, state) = match cloud {
            true => open::change(host, "plan --cloud").map(|(project, lock, state)| (project, Some(lock), state))?,
            false => open::read(host).map(|(project, state)| (project, None, state))?,
        };
        let only = selection::only(host.catalog, &state, call.argument(0), call.argument(1))?;
        let options = Options { only, ..Options::default() };
        let planned = deploy::plan(host, &project, &state, &options)?;
        if let Some(file) = call.value("out") {
            deploy::save(&host.settings.folder.join(file), &planned, options.only.as_ref())?;
        }
        let foreseen = match &lock {
            Some(lock) => {
                tracked::check(project.root(), call)?;
                Some(foresee(host, &project, lock, state, options, &planned)?)
            }
            None => None,
        };
        let plan = foreseen.as_ref().map_or(&planned.plan, |foreseen| &foreseen.plan);
        host.output.answer(&plan_text::text(plan, host.output.style()))?;
        let mut document = serde_json::to_value(plan)
            .map_err(|error| Error::internal("the plan cannot be written as JSON").cause(error))?;
        let mut changed = plan.has_changes();
        let mut refused = false;
        if let Some(foreseen) = &foreseen {
            host.output.answer(&plan_text::foreseen(foreseen))?;
            document["cloud"] = json!(foreseen.reply);
            changed |= !foreseen.reply.changes.is_empty();
            refused = foreseen.reply.unplanned.iter().any(|change| !change.loss.is_empty());
        }
        host.output.document(&document)?;
        Ok(match (refused, call.flag("detailed-exitcode") && changed) {
            (true, _) => Exit::Failed,
            (false, true) => Exit::Usage,
            (false, false) => Exit::Done,
        })
    }
}

/// Has the provider ask its cloud.
fn foresee(
    host: &Host<'_>,
    project: &Project,
    lock: &ProjectLock,
    state: ProjectState,
    options: Options,
    planned: &Planned,
) -> Result<Foreseen, Error> {
    let remote = Remote::of(host, project, &state, state.environment()?)?;
    remote.identify()?;
    let standing = remote.standing(project)?;
    let job = Job { host, project, lock, options, allowed: Allowed::default(), force: false, standing };
    job.foresee(state, &planned.rows)
}
