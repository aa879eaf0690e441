//! Carries out a deployment that was planned and confirmed.

use std::time::Instant;

use amplify_planner::{Allowed, Options};
use amplify_plugin_abi::{
    message::{Request, Response},
    provider::{DeployReply, ProviderReply, ProviderRequest},
};
use amplify_project::{
    Project, ProjectLock, ProjectState, failpoint,
    status::{Operation, Row},
};

use super::{Deployment, Frozen, Planned, build, plan, record, request};
use crate::{
    environment::{
        frontend, make,
        provider::{self, answered_wrongly},
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
}

impl Job<'_> {
    /// Freezes, builds, deploys and records.
    ///
    /// # Errors
    /// A plugin or provider that fails, or Ctrl-C: the project is unchanged then. A file system that refuses the record.
    pub fn carry_out(&self, state: ProjectState, rows: &[Row]) -> Result<Outcome, Error> {
        let host = self.host;
        let provider_name = state.provider().unwrap_or_else(|| provider::AWS.to_owned());
        let entry = provider::installed(host, &provider_name)?;
        let environment = state.environment()?.to_owned();
        let mut pending = Pending::new(self.project, self.lock, state);
        let mut clock = Instant::now();
        let mut seconds = Vec::new();

        let frozen = Frozen::take(self.project)?;
        let artifacts = build(host, self.project, &frozen, &mut pending, &self.to_build(rows), self.force)?;
        // What is deployed is what was frozen, so that is what the guard looks at, whatever was shown before.
        let options = Options { artifacts: artifacts.files.clone(), ..self.options.clone() };
        let Planned { rows, wanted, plan } = plan(&frozen.project, &pending.state, &options)?;
        plan_text::check_limits(&plan)?;
        plan_text::check_guard(&plan.blocked(&self.allowed))?;
        lap(&mut clock, &mut seconds, "build");

        if interrupt::requested() {
            return Err(Error::interrupted());
        }
        let data_dir = self.project.paths().local_data(&environment);
        let local = make::local(self.project, &environment)?;
        let request = request(&wanted, &frozen, pending.view(), local, &data_dir)?;
        let request = Request::Provider(Box::new(ProviderRequest::Deploy(request)));
        host.output.progress("Updating resources in the cloud. This may take a few minutes...");
        // Once it is deployed it is recorded, even if Ctrl-C came too late to roll it back.
        let reply = match host.invoke_whole(entry, &request, Some(&mut pending))? {
            Response::Provider(reply) => match *reply {
                ProviderReply::Deployed(reply) => reply,
                _ => return Err(answered_wrongly(entry)),
            },
            _ => return Err(answered_wrongly(entry)),
        };
        let _deployed = interrupt::postpone();
        failpoint::hit("deployed")?;
        host.output.end_live();
        lap(&mut clock, &mut seconds, "deploy");

        let before = view::of(self.project.root(), &pending.state).deployed_meta;
        let deployment =
            Deployment { assembly: &wanted, rows: &rows, artifacts: &artifacts, reply: &reply, force: self.force };
        record(&mut pending, &frozen, &deployment)?;
        frontend::write_exports(host, &mut pending, Some(before))?;
        let state = pending.state.clone();
        pending.record()?;
        lap(&mut clock, &mut seconds, "record");
        Ok(Outcome { state, rows, reply, seconds })
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

fn lap(clock: &mut Instant, seconds: &mut Vec<(&'static str, f64)>, phase: &'static str) {
    seconds.push((phase, clock.elapsed().as_secs_f64()));
    *clock = Instant::now();
}
