//! `amplify plan`: what a push would create, update, replace and delete, and which property is the cause.

use amplify_planner::Options;

use crate::{
    command::{Call, Command},
    deploy,
    descriptor::{Argument, Descriptor},
    error::Error,
    exit::Exit,
    host::Host,
    open, plan_text, selection,
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
            .argument(Argument::option("--out", "file", "Save the plan, for `amplify push --plan`"))
            .details(
                "Nothing is deployed, and no cloud is asked: the project is compared with what was deployed last. \
                 Changes that lose data say so in words.",
            )
            .example("amplify plan", "What a push would do")
            .example("amplify plan --json", "The same, for scripts")
            .example("amplify plan --out reviewed.json", "Save it, to push exactly this later")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let (project, state) = open::read(host)?;
        let only = selection::only(&state, call.argument(0), call.argument(1))?;
        let options = Options { only, ..Options::default() };
        let planned = deploy::plan(host, &project, &state, &options)?;
        if let Some(file) = call.value("out") {
            deploy::save(&host.settings.folder.join(file), &planned, options.only.as_ref())?;
        }
        let plan = planned.plan;
        host.output.answer(&plan_text::text(&plan, host.output.style()))?;
        let document = serde_json::to_value(&plan)
            .map_err(|error| Error::internal("the plan cannot be written as JSON").cause(error))?;
        host.output.document(&document)?;
        let changed = call.flag("detailed-exitcode") && plan.has_changes();
        Ok(if changed { Exit::Usage } else { Exit::Done })
    }
}
