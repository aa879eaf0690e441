//! `amplify plan`: what a push would create, update, replace and delete, and which property is the cause.

use amplify_planner::{Only, Options, assemble, deployed, plan};
use amplify_project::status::{self, Filter};

use crate::{
    command::{Call, Command},
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
            .details(
                "Nothing is deployed, and no cloud is asked: the project is compared with what was deployed last. \
                 Changes that lose data say so in words.",
            )
            .example("amplify plan", "What a push would do")
            .example("amplify plan --json", "The same, for scripts")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let (project, state) = open::read(host)?;
        let only = selection::only(&state, call.argument(0), call.argument(1))?;
        let filter = filter(only.as_ref());
        let rows = status::rows_of(&project, &state, filter)?;
        let wanted = assemble(&project, &state, &Options { only: only.clone(), ..Options::default() })?;
        let plan = plan(deployed(&project, &state)?.as_ref(), &wanted, &rows)?;
        host.output.answer(&plan_text::text(&plan, host.output.style()))?;
        let document = serde_json::to_value(&plan)
            .map_err(|error| Error::internal("the plan cannot be written as JSON").cause(error))?;
        host.output.document(&document)?;
        let changed = call.flag("detailed-exitcode") && plan.has_changes();
        Ok(if changed { Exit::Usage } else { Exit::Done })
    }
}

/// The rows that a selection is about.
pub fn filter(only: Option<&Only>) -> Filter<'_> {
    Filter { category: only.map(|only| only.category.as_str()), name: only.and_then(|only| only.resource.as_deref()) }
}
