//! `amplify mock`: the deployed environment on this machine, served, or one resource of it run once.

mod category;
mod run;
mod serve;

use crate::{
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    error::Error,
    exit::Exit,
    host::Host,
    open, selection,
};

/// The command.
pub struct Mock;

impl Command for Mock {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["mock"], "Run mock server for testing categories locally.")
            .needs_project()
            .argument(Argument::positional("category", "Serve the services of this category only"))
            .argument(Argument::positional("name", "Run this resource of the category once"))
            .argument(Argument::option("--port", "number", "First port to serve on; each further service takes the next one"))
            .argument(Argument::option(
                "--event",
                "file",
                "The event for the run as JSON, from the working folder or the resource's own; src/event.json if not given",
            ))
            .argument(Argument::option("--timeout", "seconds", "Stop the run after so long; its own timeout if not given"))
            .details(
                "Serves the deployed services of an environment on this machine, for any AWS client. The addresses are \
                 printed. A category whose plugin brings its own stand-in is served by that when it is named. Ctrl-C ends it; the data stay. With the name of a function, runs it once and prints what it \
                 returned; what it logs goes to standard error, and a failed function ends with status 1.",
            )
            .example("amplify mock", "Serve everything on free ports")
            .example("amplify mock storage --port 20005", "Serve one category, on ports of your choice")
            .example("amplify mock function hello --event event.json", "Run `hello` with an event")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let (project, state) = open::read(host)?;
        let only = selection::only(host.catalog, &state, call.argument(0), call.argument(1))?;
        if let Some(only) = &only
            && let Some(keeper) = category::keeper(host, &only.category)
        {
            return category::serve(host, &project, &state, keeper, only.resource.as_deref(), call);
        }
        let of_other_kind: &[&str] = if call.argument(1).is_some() { &["port"] } else { &["event", "timeout"] };
        if let Some(option) = of_other_kind.iter().find(|option| call.value(option).is_some()) {
            let kind = if call.argument(1).is_some() { "serving" } else { "running one resource, which is not named" };
            return Err(Error::usage("option-misplaced", format!("`--{option}` is for {kind}"))
                .hint("type `amplify help mock` for what it takes"));
        }
        match only {
            Some(only) => match only.resource {
                Some(name) => run::run(host, &project, &state, &only.category, &name, call),
                None if run::are_functions(&project, &state, &only.category)? => {
                    Err(run::not_named(&state, &only.category))
                }
                None => serve::serve(host, &project, &state, serve::services(&state, &only.category), call),
            },
            None => serve::serve(host, &project, &state, Vec::new(), call),
        }
    }
}
