//! `amplify console`: where a person can look at the environment, a category or a resource.

use amplify_plugin_abi::{
    environment::ConsoleRequest,
    provider::{ProviderReply, ProviderRequest},
};
use serde_json::json;

use crate::{
    browser,
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    environment::{
        provider::{self, answered_wrongly},
        target,
    },
    error::Error,
    exit::Exit,
    host::Host,
    open, selection, view,
};

/// The command, for the environment or one category.
pub struct Console;

impl Command for Console {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["console"], "Opens the web console for the selected cloud resource.")
            .needs_project()
            .argument(Argument::positional("category", "The resources of this category"))
            .argument(Argument::positional("name", "This resource"))
            .argument(Argument::flag("--no-browser", "Print the address only"))
            .details("Prints the address. In a terminal it is opened in the browser as well.")
            .example("amplify console", "The environment's page")
            .example("amplify console storage photos", "The page of a bucket")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let (project, state) = open::read(host)?;
        let only = selection::only(host.catalog, &state, call.argument(0), call.argument(1))?;
        let (entry, target) = target::current(host, &project, &state)?;
        let environment = target.environment.clone();
        let request = ConsoleRequest {
            target,
            category: only.as_ref().map(|only| only.category.clone()).unwrap_or_default(),
            resource: only.and_then(|only| only.resource).unwrap_or_default(),
            meta: view::of(project.root(), &state).deployed_meta,
        };
        let url = match provider::request(host, entry, ProviderRequest::Console(request)) {
            Ok(ProviderReply::Console(reply)) => reply.url,
            Ok(_) => return Err(answered_wrongly(entry)),
            Err(error) if provider::is_unsupported(&error) => {
                let provider = entry.manifest.kind.word();
                let message =
                    format!("the environment `{environment}` of the provider `{provider}` has no web console");
                return Err(Error::failed("no-console", message)
                    .hint("`amplify status` shows what is deployed, and `amplify mock` serves it"));
            }
            Err(error) => return Err(error),
        };
        host.output.answer(&url)?;
        let around = host.surroundings;
        let watched = around.stdout_terminal && around.stderr_terminal && !host.output.json();
        let opened = watched && !call.flag("no-browser") && browser::open(&url);
        host.output.document(&json!({ "url": url, "opened": opened }))?;
        Ok(Exit::Done)
    }
}
