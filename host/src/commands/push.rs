//! `amplify push`: deploys what changed, and records it.

use std::collections::BTreeMap;

use amplify_planner::{Allowed, Options};
use amplify_plugin_abi::{message::LifecycleEvent, provider::RecordedResource};
use amplify_project::{Project, ProjectLock, ProjectState, status::Operation};
use serde_json::{Map, Value, json};

use crate::{
    command::{Call, Command},
    commands::status,
    deploy::{self, Job, Outcome, Planned, Saved},
    descriptor::{Argument, Descriptor},
    environment::{data_backup, protected, provider, remote::Remote},
    error::Error,
    events,
    exit::Exit,
    host::Host,
    open,
    pending::Pending,
    plan_text,
    progress::Telling,
    selection, tracked,
};

/// The command, for all resources or those of one category.
pub struct Push;

impl Command for Push {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["push"], "Provisions cloud resources with the latest local developments.")
            .needs_project()
            .asks()
            .argument(Argument::positional("category", "Only the resources of this category, and what they need"))
            .argument(Argument::positional("name", "Only this resource, and what it needs"))
            .argument(Argument::flag("--force", "Build and deploy every resource, changed or not"))
            .argument(
                Argument::option(
                    "--allow-replace",
                    "name",
                    "Replace what holds data in this resource; may be given several times",
                )
                .repeated(),
            )
            .argument(
                Argument::option(
                    "--allow-delete",
                    "name",
                    "Delete what holds data in this resource; may be given several times",
                )
                .repeated(),
            )
            .argument(protected::argument())
            .argument(data_backup::argument())
            .argument(Argument::option("--plan", "file", "Deploy a plan that `amplify plan --out` saved, and no other"))
            .argument(tracked::argument())
            .details(
                "Shows the plan and asks before anything is deployed. Changes that lose data stop the push unless the \
                 resource is named; tables in an account are backed up before, if that is not declined. Ctrl-C rolls the \
                 deployment back. With `--json` each line is one event.",
            )
            .example("amplify push --yes", "Deploy without asking")
            .example("amplify push storage photos", "Deploy one resource, and what it needs")
            .example("amplify push --allow-delete notes", "Deploy, and let the table of `notes` go with its items")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        host.telling.set(Telling::Events);
        let (project, lock, state) = open::change(host, "push")?;
        state.environment()?;
        let saved = saved(host, call)?;
        let only = match &saved {
            Some(saved) => saved.only(),
            None => selection::only(host.catalog, &state, call.argument(0), call.argument(1))?,
        };
        let options = Options { only, ..Options::default() };
        let allowed = allowed(call);
        let force = call.flag("force");
        let planned = deploy::plan(host, &project, &state, &options)?;
        show(host, &state, &planned)?;
        let unknown = planned.plan.unknown_names(&allowed);
        if let Some(name) = unknown.first() {
            let error = Error::usage("unknown-resource", format!("no resource of this push is called `{name}`"));
            return Err(error.hint("`--allow-replace` and `--allow-delete` take the names that the plan shows"));
        }
        let environment = state.environment()?.to_owned();
        let remote = Remote::of(host, &project, &state, &environment);
        if !planned.plan.has_changes() && !force {
            host.questions.finish(host.output)?;
            if project.revisions()?.is_unpublished(&environment) {
                publish_again(host, &project, &lock, &remote?)?;
            }
            host.output.answer("No changes detected")?;
            host.output.event(&json!({ "event": "done", "changed": false }))?;
            return Ok(Exit::Done);
        }
        let check = |state: &ProjectState, planned: &Planned| -> Result<(), Error> {
            check(planned, &allowed)?;
            protected::check_plan(state, call, &planned.plan)?;
            saved.as_ref().map_or(Ok(()), |saved| saved.check(planned))
        };
        check(&state, &planned)?;
        tracked::check(project.root(), call)?;
        let remote = remote?;
        remote.identify()?;
        let standing = remote.standing(&project)?;
        let copies = data_backup::offer(host, call, &remote, &planned.plan)?;
        // A saved plan was read before.
        let sure = saved.is_some() || host.ask_confirm("push.confirm", "Are you sure you want to continue?", true)?;
        host.questions.finish(host.output)?;
        if !sure {
            host.output.info("Nothing was deployed.");
            host.output.event(&json!({ "event": "done", "changed": false }))?;
            return Ok(Exit::Done);
        }
        let (state, planned) = before(host, &project, &lock, state, planned, &options)?;
        check(&state, &planned)?;
        if copies {
            data_backup::make(host, &remote, &planned.plan)?;
        }
        let job = Job { host, project: &project, lock: &lock, options, allowed, force, standing };
        let outcome = job.carry_out(state, &planned.rows)?;
        events::after(host, LifecycleEvent::PostPush, &plan_document(&planned)?, Some((&project, &lock)));
        tell(host, &outcome)?;
        match outcome.unpublished {
            Some(error) => Err(unpublished(error)),
            None => Ok(Exit::Done),
        }
    }
}

/// Publishes the record of a deployment whose push could not do that.
fn publish_again(host: &Host<'_>, project: &Project, lock: &ProjectLock, remote: &Remote<'_>) -> Result<(), Error> {
    let standing = remote.standing(project)?;
    host.output.progress("Publishing the record of the last push...");
    remote.publish(project, lock, &standing.revision).map_err(unpublished)
}

fn unpublished(error: Error) -> Error {
    let causes = std::iter::once(error.message.into_string()).chain(error.causes);
    let message = "everything is deployed, but its record could not be published for others";
    let failure = causes.fold(Error::failed("record-not-published", message), Error::cause);
    error.hints.into_iter().fold(failure, Error::hint).hint("type `amplify push` again to publish it")
}

/// The plan that is to be deployed, if it was saved.
fn saved(host: &Host<'_>, call: &Call) -> Result<Option<Saved>, Error> {
    let Some(file) = call.value("plan") else { return Ok(None) };
    if call.argument(0).is_some() {
        let error = Error::usage("plan-and-selection", "`--plan` says itself which resources it is about");
        return Err(error.hint("type the command without a category and a resource"));
    }
    Saved::read(&host.settings.folder.join(file)).map(Some)
}

fn allowed(call: &Call) -> Allowed {
    let names = |option: &str| call.values(option).into_iter().map(str::to_owned).collect();
    Allowed { replace: names("allow-replace"), delete: names("allow-delete") }
}

fn check(planned: &Planned, allowed: &Allowed) -> Result<(), Error> {
    plan_text::check_limits(&planned.plan)?;
    plan_text::check_guard(&planned.plan.blocked(allowed))
}

fn plan_document(planned: &Planned) -> Result<Value, Error> {
    serde_json::to_value(&planned.plan)
        .map_err(|error| Error::internal("the plan cannot be written as JSON").cause(error))
}

/// The table of `status`, and the plan.
fn show(host: &Host<'_>, state: &ProjectState, planned: &Planned) -> Result<(), Error> {
    host.output.answer(&status::text(state.environment().ok(), &planned.rows))?;
    // Without changes the plan has nothing to say but what is left out.
    if planned.plan.has_changes() || planned.rows.iter().any(|row| row.operation != Operation::NoChange) {
        host.output.answer("")?;
        host.output.answer(&plan_text::text(&planned.plan, host.output.style()))?;
    }
    host.output.event(&json!({ "event": "plan", "plan": plan_document(planned)? }))
}

/// Tells plugins that the push begins. What they change is recorded, and planned again.
fn before(
    host: &Host<'_>,
    project: &Project,
    lock: &ProjectLock,
    state: ProjectState,
    planned: Planned,
    options: &Options,
) -> Result<(ProjectState, Planned), Error> {
    let mut pending = Pending::new(project, lock, state.clone());
    events::before(host, LifecycleEvent::PrePush, &plan_document(&planned)?, Some(&mut pending))?;
    if pending.mark() == 0 {
        return Ok((state, planned));
    }
    pending.commit(host)?;
    let state = project.load()?;
    let planned = deploy::plan(host, project, &state, options)?;
    Ok((state, planned))
}

/// Outputs of what was deployed, resources that do not run here, seconds, and what to do next.
fn tell(host: &Host<'_>, outcome: &Outcome) -> Result<(), Error> {
    let output = host.output;
    output.answer(&output.style().success("All resources are updated in the cloud"))?;
    let mut outputs: Map<String, Value> = Map::new();
    for row in outcome.rows.iter().filter(|row| row.operation != Operation::Delete) {
        let Some(of_resource) = outcome.reply.outputs.get(&format!("{}{}", row.category, row.name)) else { continue };
        if of_resource.is_empty() {
            continue;
        }
        output.answer(&format!("\n{} {}", row.category, row.name))?;
        let (secret, open): (Vec<_>, Vec<_>) = of_resource.iter().partition(|(key, _)| is_secret(key));
        for (key, value) in &open {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            output.answer(&format!("  {key}: {value}"))?;
        }
        for (key, _) in secret {
            output.answer(&format!("  {key}: not shown, see amplify/backend/amplify-meta.json"))?;
        }
        let category = outputs.entry(row.category.clone()).or_insert_with(|| json!({}));
        category[&row.name] = open.into_iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    }
    if !outcome.reply.recorded.is_empty() {
        output.info(&format!("\nRecorded, but not running here: {}", by_type(&outcome.reply.recorded)));
    }
    let seconds: Vec<String> =
        outcome.seconds.iter().map(|(phase, seconds)| format!("{phase} {seconds:.1} s")).collect();
    output.info(&format!("\n{}", seconds.join(", ")));
    let local = outcome.state.provider().as_deref() == Some(provider::LOCAL);
    let next: Vec<&str> = if local {
        vec![
            "\"amplify mock\" serves the deployed buckets and tables on this machine",
            "\"amplify mock function <name>\" runs a function",
        ]
    } else {
        vec!["\"amplify status\" shows what is deployed"]
    };
    output.info("\nSome next steps:");
    for step in &next {
        output.info(step);
    }
    let seconds: Map<String, Value> =
        outcome.seconds.iter().map(|(phase, seconds)| ((*phase).to_owned(), json!(seconds))).collect();
    output.event(&json!({
        "event": "done",
        "changed": true,
        "env": outcome.state.environment().ok(),
        "provider": outcome.state.provider(),
        "outputs": outputs,
        "recorded": outcome.reply.recorded,
        "counts": outcome.reply.counts,
        "seconds": seconds,
        "nextSteps": next,
    }))
}

/// Whether an output is one that must not end up in the log of a build, going by its name: a template cannot say it.
fn is_secret(key: &str) -> bool {
    key.to_lowercase().contains("secret")
}

/// How many of each type, such as `2 AWS::IAM::Role, 1 AWS::IAM::Policy`.
fn by_type(recorded: &[RecordedResource]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for resource in recorded {
        *counts.entry(&resource.resource_type).or_default() += 1;
    }
    let words: Vec<String> = counts.iter().map(|(resource_type, count)| format!("{count} {resource_type}")).collect();
    words.join(", ")
}
