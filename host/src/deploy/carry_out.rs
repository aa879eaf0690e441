//! Carries out a deployment that was planned and confirmed.

use std::{collections::BTreeMap, time::Instant};

use amplify_planner::{Allowed, Assembly, Options, Plan, Step};
use amplify_plugin_abi::{
    JsonMap,
    message::{CompileReply, Request, Response},
    provider::{DeployCounts, DeployPlan, DeployReply, DeployRequest, ForeseeReply, ProviderReply, ProviderRequest},
};
use amplify_plugin_host::Entry;
use amplify_project::{
    Project, ProjectLock, ProjectState, Revisions, failpoint,
    status::{Operation, Row},
};

use serde_json::json;

use super::{
    Deployment, Frozen, Planned, build, build::Artifacts, compile, origin, plan_prepared, record, record_files,
    request, shown,
};
use crate::{
    environment::{
        frontend, make,
        provider::{self, answered_wrongly},
        remote::{self, Remote, Standing},
        secrets,
    },
    error::Error,
    host::Host,
    interrupt,
    pending::Pending,
    plan_text, view,
};

/// A deployment to be carried out.
pub struct Job<'j> {
    /// Everything a command may use.
    pub host: &'j Host<'j>,
    /// The project.
    pub project: &'j Project,
    /// The right to change it.
    pub lock: &'j ProjectLock,
    /// Which resources.
    pub options: Options,
    /// Data that may be lost.
    pub allowed: Allowed,
    /// Whether unchanged resources are built and deployed too.
    pub force: bool,
    /// The record that it is based on.
    pub standing: Standing,
}

/// What came of it.
pub struct Outcome {
    /// The project as it is recorded now.
    pub state: ProjectState,
    /// The resources it was about.
    pub rows: Vec<Row>,
    /// What the provider answered.
    pub reply: DeployReply,
    /// Seconds of each phase, in order.
    pub seconds: Vec<(&'static str, f64)>,
    /// Why its record could not be published, if so.
    pub unpublished: Option<Error>,
}

/// What the cloud says of a deployment, beside what the planner says.
pub struct Foreseen {
    /// What was planned from the frozen and built files.
    pub plan: Plan,
    /// How many deployments it takes; the answer is about all of them together.
    pub steps: usize,
    /// What the provider answered.
    pub reply: ForeseeReply,
}

/// A deployment that is frozen, built and planned.
struct Ready<'j> {
    pending: Pending<'j>,
    frozen: Frozen,
    artifacts: Artifacts,
    compiled: BTreeMap<(String, String), CompileReply>,
    rows: Vec<Row>,
    deployed: Option<Assembly>,
    wanted: Assembly,
    plan: Plan,
    steps: Vec<Step>,
    shown: DeployPlan,
}

impl<'j> Job<'j> {
    /// Freezes, builds, deploys and records; the last two once for each step of the plan.
    ///
    /// # Errors
    /// A plugin or provider that fails, or Ctrl-C: the project is as the last step left it then. A file system that
    /// refuses the record.
    pub fn carry_out(&self, state: ProjectState, rows: &[Row]) -> Result<Outcome, Error> {
        let host = self.host;
        let provider_name = state.provider().unwrap_or_else(|| provider::AWS.to_owned());
        let entry = provider::installed(host, &provider_name)?;
        let mut clock = Clock::start();
        let Ready { mut pending, frozen, artifacts, compiled, rows, deployed, wanted, plan, steps, shown } =
            self.prepare(state, rows)?;
        plan_text::check_limits(&plan)?;
        plan_text::check_guard(&plan.blocked(&self.allowed))?;
        clock.lap("build");

        let mut total = DeployReply::default();
        for (number, step) in steps.iter().enumerate() {
            self.tell(number, &steps)?;
            let reply = match self.deploy(entry, step, &shown, &frozen, &mut pending) {
                Ok(reply) => reply,
                Err(error) => {
                    return Err(self.unfinished(origin::told(error, &step.assembly), number, &steps, &pending.state));
                }
            };
            // Once it is deployed it is recorded, even if Ctrl-C came too late to roll it back.
            let _deployed = interrupt::postpone();
            failpoint::hit("deployed")?;
            host.output.end_live();
            clock.lap("deploy");

            if step.plan.everything_else {
                note(&mut pending.state, &provider_name, &reply.state)?;
                let before = view::of(self.project.root(), &pending.state).deployed_meta;
                let (assembly, force) = (&step.assembly, self.force);
                let (rows, artifacts, compiled) = (&rows, &artifacts, &compiled);
                let deployment = Deployment { assembly, rows, artifacts, compiled, reply: &reply, force };
                record(&mut pending, &frozen, &deployment)?;
                frontend::write_exports(host, &mut pending, Some(before))?;
            }
            record_files(&mut pending, &frozen, &step.files)?;
            let state = pending.state.clone();
            if self.standing.keeps {
                // Noted with the record itself: whoever dies before it is published publishes it the next time.
                let environment = state.environment()?;
                let unpublished = |revisions: &mut Revisions| revisions.set_unpublished(environment);
                remote::write_revisions(self.project, &mut pending.transaction, unpublished)?;
            }
            pending.record()?;
            failpoint::hit("recorded")?;
            pending = Pending::new(self.project, self.lock, state);
            total = together(total, reply);
            clock.lap("record");
        }
        secrets::forget(host, self.project, &pending.state, secrets::unused(deployed.as_ref(), &wanted));
        let unpublished = self.publish(&pending.state).err();
        clock.lap("publish");
        Ok(Outcome { state: pending.state, rows, reply: total, seconds: clock.seconds, unpublished })
    }

    /// Freezes and builds, and has the provider ask its cloud what would change on the way to the end. Nothing is recorded.
    ///
    /// Of several steps the cloud is asked about what the last one deploys: each is compared with what is there now, so the
    /// last one is told with all that come before it.
    ///
    /// # Errors
    /// A plugin or provider that fails, and a provider that has no cloud to ask.
    pub fn foresee(&self, state: ProjectState, rows: &[Row]) -> Result<Foreseen, Error> {
        let provider_name = state.provider().unwrap_or_else(|| provider::AWS.to_owned());
        let entry = provider::installed(self.host, &provider_name)?;
        let Ready { mut pending, frozen, plan, steps, shown, .. } = self.prepare(state, rows)?;
        let count = steps.len();
        let Some(step) = steps.last() else {
            return Ok(Foreseen { plan, steps: count, reply: ForeseeReply::default() });
        };
        let request = self.request(step, &shown, &frozen, &pending)?;
        match self.provide(entry, ProviderRequest::Foresee(request), &mut pending) {
            Ok(ProviderReply::Foreseen(reply)) => Ok(Foreseen { plan, steps: count, reply }),
            Ok(_) => Err(answered_wrongly(entry)),
            Err(error) if provider::is_unsupported(&error) => {
                let message = format!("the provider `{provider_name}` has no cloud that says what would change");
                Err(Error::failed("no-preview", message).hint("`amplify plan` says what it would deploy"))
            }
            Err(error) => Err(error),
        }
    }

    /// Freezes, builds and plans.
    fn prepare(&self, state: ProjectState, rows: &[Row]) -> Result<Ready<'j>, Error> {
        let host = self.host;
        let mut pending = Pending::new(self.project, self.lock, state);
        let frozen = Frozen::take(self.project)?;
        let artifacts = build(host, self.project, &frozen, &mut pending, &self.to_build(rows), self.force)?;
        let only = self.options.only.as_ref();
        let compiled = compile::compile_frozen(host, self.project, &frozen, &pending.state, rows, only)?;
        // What is deployed is what was frozen, so that is what the guard looks at, whatever was shown before.
        let options = Options { artifacts: artifacts.files.clone(), ..self.options.clone() };
        let Planned { rows, wanted, deployed, plan } = plan_prepared(&frozen.project, &pending.state, &options)?;
        let steps = amplify_planner::steps(&plan, deployed.as_ref(), &wanted)?;
        let shown = shown(&plan, &self.allowed);
        Ok(Ready { pending, frozen, artifacts, compiled, rows, deployed, wanted, plan, steps, shown })
    }

    /// Has the provider deploy one step.
    fn deploy(
        &self,
        entry: &Entry,
        step: &Step,
        shown: &DeployPlan,
        frozen: &Frozen,
        pending: &mut Pending<'_>,
    ) -> Result<DeployReply, Error> {
        if interrupt::requested() {
            return Err(Error::interrupted());
        }
        let request = self.request(step, shown, frozen, pending)?;
        match self.provide(entry, ProviderRequest::Deploy(request), pending)? {
            ProviderReply::Deployed(reply) => Ok(reply),
            _ => Err(answered_wrongly(entry)),
        }
    }

    fn request(
        &self,
        step: &Step,
        shown: &DeployPlan,
        frozen: &Frozen,
        pending: &Pending<'_>,
    ) -> Result<DeployRequest, Error> {
        let environment = pending.state.environment()?.to_owned();
        let data_dir = self.project.paths().local_data(&environment);
        let local = make::local(self.project, &environment)?;
        let (view, standing) = (pending.view(), &self.standing);
        let provider = pending.state.provider().unwrap_or_default();
        let sibling = make::sibling(&pending.state.team, &environment, &provider);
        let request = request(&step.assembly, frozen, view, local, &data_dir, standing, shown.clone())?;
        Ok(DeployRequest { sibling, ..request })
    }

    fn provide(
        &self,
        entry: &Entry,
        request: ProviderRequest,
        pending: &mut Pending<'_>,
    ) -> Result<ProviderReply, Error> {
        match self.host.invoke_whole(entry, &Request::Provider(Box::new(request)), Some(pending))? {
            Response::Provider(reply) => Ok(*reply),
            _ => Err(answered_wrongly(entry)),
        }
    }

    /// Lets others know what is deployed.
    fn publish(&self, state: &ProjectState) -> Result<(), Error> {
        if !self.standing.keeps {
            return Ok(());
        }
        let _deployed = interrupt::postpone();
        let remote = Remote::of(self.host, self.project, state, state.environment()?)?;
        remote.publish(self.project, self.lock, &self.standing.revision)
    }

    /// Says of a step that failed what became of those before it, which others are to know, too.
    fn unfinished(&self, error: Error, number: usize, steps: &[Step], state: &ProjectState) -> Error {
        if number == 0 {
            return error;
        }
        let error = match self.publish(state) {
            Ok(()) => error,
            Err(unpublished) => error.cause(format!("and its record was not published: {}", unpublished.message)),
        };
        error.hint(format!(
            "{number} of {} steps are deployed and recorded; the next `amplify push` goes on from there",
            steps.len()
        ))
    }

    fn tell(&self, number: usize, steps: &[Step]) -> Result<(), Error> {
        let output = self.host.output;
        if let [_, _, ..] = steps {
            let (number, of, text) = (number + 1, steps.len(), steps[number].plan.text());
            output.info(&format!("Step {number} of {of}: {text}"));
            output.event(&json!({ "event": "step", "number": number, "of": of, "text": text }))?;
        }
        output.progress("Updating resources in the cloud. This may take a few minutes...");
        Ok(())
    }

    fn to_build(&self, rows: &[Row]) -> Vec<(String, String)> {
        rows.iter()
            .filter(|row| match row.operation {
                Operation::Create | Operation::Update => true,
                Operation::NoChange => self.force,
                Operation::Delete => false,
            })
            .map(|row| (row.category.clone(), row.name.clone()))
            .collect()
    }
}

/// Notes what the provider knows of the environment only now.
fn note(state: &mut ProjectState, provider: &str, new: &JsonMap) -> Result<(), Error> {
    if new.is_empty() {
        return Ok(());
    }
    let environment = state.environment()?.to_owned();
    let mut recorded = state.team.provider_state(&environment).cloned().unwrap_or_default();
    recorded.extend(new.clone());
    state.team.set_provider_state(&environment, provider, recorded);
    let mut recorded = state.meta.provider_state(provider).cloned().unwrap_or_default();
    recorded.extend(new.clone());
    state.meta.set_provider(provider, recorded);
    Ok(())
}

/// What several steps did.
fn together(total: DeployReply, step: DeployReply) -> DeployReply {
    let (before, now) = (total.counts, step.counts);
    let counts = DeployCounts {
        created: before.created + now.created,
        updated: before.updated + now.updated,
        replaced: before.replaced + now.replaced,
        deleted: before.deleted + now.deleted,
    };
    DeployReply { counts, ..step }
}

/// Seconds of each phase, in the order in which they were first entered.
struct Clock {
    last: Instant,
    seconds: Vec<(&'static str, f64)>,
}

impl Clock {
    fn start() -> Self {
        Self { last: Instant::now(), seconds: Vec::new() }
    }

    /// What went by since the last lap belongs to a phase.
    fn lap(&mut self, phase: &'static str) {
        let passed = self.last.elapsed().as_secs_f64();
        match self.seconds.iter_mut().find(|(known, _)| *known == phase) {
            Some((_, seconds)) => *seconds += passed,
            None => self.seconds.push((phase, passed)),
        }
        self.last = Instant::now();
    }
}
