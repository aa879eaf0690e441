//! Serves an environment's buckets, tables, users and REST APIs on loopback, and starts the functions that wait for changes.

mod buckets;
mod chunked;
mod connections;
mod form;
mod gateway;
mod http;
mod listing;
mod overrides;
mod runner;
mod sidecar;
mod surroundings;
mod triggers;
mod users;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::{Arc, Mutex, PoisonError, mpsc},
    time::Duration,
};

use amplify_local_identity::Store;
use serde::{Deserialize, Serialize};
pub(crate) use sidecar::forget;
use tokio::{runtime::Runtime, sync::watch, task::JoinHandle};

pub use self::surroundings::Notice;
use self::{runner::Runner, surroundings::Surroundings, triggers::Changes};
use crate::{Error, LocalCloud, lock::Lock, paths::Paths, store, tables};

/// How long a deployment or another server may hold the data before serving gives up.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long requests may take to end when the services stop.
const GRACE: Duration = Duration::from_secs(2);
/// How often items past their time to live are deleted.
const SWEEP: Duration = Duration::from_secs(60);

/// A service that can be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Service {
    S3,
    DynamoDb,
    ApiGateway,
    /// User pools and identity pools.
    Cognito,
}

/// What to serve.
#[derive(Clone, Debug, Default)]
pub struct Serve {
    /// The services; none means all.
    pub services: Vec<Service>,
    /// The first port; each further service takes the next. 0 takes free ports.
    pub port: u16,
    /// Who serves, for other processes that find the environment in use; such as `amplify mock`.
    pub holder: String,
    /// Whether other processes may rely on the services going on.
    pub lasting: bool,
    /// Whether changes in buckets and tables start the functions that wait for them, and schedules those of their rules.
    pub triggers: bool,
}

/// Where services listen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Endpoints {
    pub s3: Option<SocketAddr>,
    pub dynamodb: Option<SocketAddr>,
    pub api_gateway: Option<SocketAddr>,
    pub cognito: Option<SocketAddr>,
}

/// A REST API that is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedApi {
    /// Its name.
    pub name: String,
    /// Where it is, stage included.
    pub url: String,
}

/// The file by which other processes find the services.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Serving {
    pub(crate) s3: Option<SocketAddr>,
    pub(crate) dynamodb: Option<SocketAddr>,
    pub(crate) api_gateway: Option<SocketAddr>,
    pub(crate) cognito: Option<SocketAddr>,
    /// Whether they go on for longer than it takes to run one function.
    pub(crate) lasting: bool,
}

impl Serving {
    /// Reads it; true only while somebody holds the data lock.
    pub(crate) fn read(paths: &Paths) -> Option<Self> {
        serde_json::from_slice(&fs_err::read(paths.serving()).ok()?).ok()
    }
}

/// Running services. They end when this is dropped, or with [`Services::stop`].
pub struct Services {
    endpoints: Endpoints,
    stop: watch::Sender<bool>,
    notices: Mutex<mpsc::Receiver<Notice>>,
    tasks: Vec<JoinHandle<()>>,
    runtime: Option<Runtime>,
    paths: Paths,
    /// Freed last.
    _lock: Lock,
}

impl LocalCloud {
    /// Starts serving. Only one process at a time serves an environment; deployments go on working meanwhile.
    ///
    /// # Errors
    /// The environment is in use, or a port is.
    pub fn serve(&self, options: &Serve) -> Result<Services, Error> {
        let lock = Lock::take(&self.paths.data_lock(), &options.holder, PATIENCE)?;
        let wants = |service| options.services.is_empty() || options.services.contains(&service);
        let mut port = options.port;
        // Functions that an API or a user pool calls need what else there is, whoever asked for it.
        let functions_run = wants(Service::ApiGateway) || wants(Service::Cognito);
        let mut bind = |wanted: bool, name: &'static str| {
            if !wanted {
                return functions_run.then(|| listen(0, name)).transpose();
            }
            let listener = listen(port, name)?;
            if port != 0 {
                port = port.wrapping_add(1);
            }
            Ok::<_, Error>(Some(listener))
        };
        let s3 = bind(wants(Service::S3), "S3")?;
        let dynamodb = bind(wants(Service::DynamoDb), "DynamoDB")?;
        let api_gateway = if wants(Service::ApiGateway) { bind(true, "API Gateway")? } else { None };
        let cognito = bind(wants(Service::Cognito), "Cognito")?;
        let address = |listener: &Option<TcpListener>| listener.as_ref().map(TcpListener::local_addr).transpose();
        let endpoints = Endpoints {
            s3: address(&s3)?,
            dynamodb: address(&dynamodb)?,
            api_gateway: address(&api_gateway)?,
            cognito: address(&cognito)?,
        };

        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let (stop, stopped) = watch::channel(false);
        let (tell, notices) = mpsc::channel();
        let runner = Runner::new(self, endpoints, tell, stopped.clone());
        let mut tasks = Vec::new();
        if let Some(listener) = s3 {
            let (changes, heard) = if options.triggers {
                let (changes, heard) = Changes::channel();
                (changes, Some(heard))
            } else {
                (Changes::unheard(), None)
            };
            if let Some(heard) = heard {
                tasks.push(runtime.spawn(triggers::notify(runner.clone(), heard)));
            }
            let region = self.state().ok().flatten().map_or_else(|| self.region.clone(), |state| state.region);
            let service = http::S3::new(buckets::Buckets::new(self.paths.buckets(), region, changes));
            let answer = move |request| {
                let service = service.clone();
                async move { service.answer(request).await }
            };
            tasks.push(runtime.spawn(connections::serve(accept(&runtime, listener)?, answer, stopped.clone())));
        }
        if let Some(listener) = dynamodb {
            let database = tables::open(&self.paths)?;
            let listener = accept(&runtime, listener)?;
            let end = ended(stopped.clone());
            tasks.push(runtime.spawn({
                let database = database.clone();
                // Its only errors are those of a listener that is gone.
                async move { drop(dynoxide::server::serve_with_shutdown(listener, database, end).await) }
            }));
            if options.triggers {
                let places = runtime.block_on(triggers::begin(&runner, &database));
                tasks.push(runtime.spawn(triggers::follow(runner.clone(), database.clone(), places)));
            }
            tasks.push(runtime.spawn(expire(database, stopped.clone())));
        }
        let surroundings = Arc::new(Surroundings::new(runner.clone()));
        let store = Store::at(&self.paths.identities());
        let people = Arc::new(amplify_local_identity::Service::new(store, surroundings));
        if let Some(listener) = api_gateway {
            let gateway = gateway::Gateway::new(runner.clone(), people.clone());
            let answer = move |request| {
                let gateway = gateway.clone();
                async move { gateway.answer(request).await }
            };
            tasks.push(runtime.spawn(connections::serve(accept(&runtime, listener)?, answer, stopped.clone())));
        }
        if let Some(listener) = cognito {
            let answer = move |request| users::answer(people.clone(), request);
            tasks.push(runtime.spawn(connections::serve(accept(&runtime, listener)?, answer, stopped)));
        }
        if options.triggers {
            tasks.push(runtime.spawn(triggers::keep_time(runner)));
        }
        let Endpoints { s3, dynamodb, api_gateway, cognito } = endpoints;
        let serving = Serving { s3, dynamodb, api_gateway, cognito, lasting: options.lasting };
        let document = serde_json::to_vec(&serving).map_err(io::Error::from)?;
        let services = Services {
            endpoints,
            stop,
            notices: Mutex::new(notices),
            tasks,
            runtime: Some(runtime),
            paths: self.paths.clone(),
            _lock: lock,
        };
        store::replace(&self.paths.serving(), &document)?;
        Ok(services)
    }

    /// The REST APIs that are deployed, at the address where they are served.
    ///
    /// # Errors
    /// A state file that cannot be read.
    pub fn apis(&self, address: SocketAddr) -> Result<Vec<ServedApi>, Error> {
        let apis = self.state()?.map(|state| gateway::apis(&state)).unwrap_or_default();
        let each = |(id, stages, name): (String, Vec<String>, String)| {
            stages
                .into_iter()
                .map(move |stage| ServedApi { name: name.clone(), url: format!("http://{address}/{id}/{stage}") })
        };
        Ok(apis.into_iter().flat_map(each).collect())
    }

    /// Whether there are users to be served, or identities.
    ///
    /// # Errors
    /// A state file that cannot be read.
    pub fn has_users(&self) -> Result<bool, Error> {
        let pools = ["AWS::Cognito::UserPool", "AWS::Cognito::IdentityPool"];
        let state = self.state()?;
        let mut resources = state.as_ref().map(runner::resources).into_iter().flatten();
        Ok(resources.any(|resource| pools.contains(&resource.resource_type.as_str())))
    }

    /// The schedules that are on: each rule with what it says.
    ///
    /// # Errors
    /// A state file that cannot be read.
    pub fn schedules(&self) -> Result<Vec<(String, String)>, Error> {
        let state = self.state()?;
        let rules = state.as_ref().map(triggers::rules).unwrap_or_default();
        Ok(rules.into_iter().map(|(rule, says)| (rule.physical_id.clone(), says.to_owned())).collect())
    }

    /// Where another process serves this environment for others as well, if one does.
    pub fn served(&self) -> Option<Endpoints> {
        if !self.paths.data_lock().exists() {
            return None;
        }
        match Lock::attempt(&self.paths.data_lock(), "a look") {
            Ok(None) => {
                let serving = Serving::read(&self.paths).filter(|serving| serving.lasting)?;
                let Serving { s3, dynamodb, api_gateway, cognito, .. } = serving;
                Some(Endpoints { s3, dynamodb, api_gateway, cognito })
            }
            _ => None,
        }
    }
}

impl Services {
    /// Where they listen.
    pub fn endpoints(&self) -> Endpoints {
        self.endpoints
    }

    /// What has happened since that somebody may want to see, one by one: requests, functions that ran, messages to users.
    pub fn notice(&self) -> Option<Notice> {
        self.notices.lock().unwrap_or_else(PoisonError::into_inner).try_recv().ok()
    }

    /// Ends them: requests under way are answered, everything is closed, and the environment is free.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        let Some(runtime) = self.runtime.take() else { return };
        let tasks = std::mem::take(&mut self.tasks);
        runtime.block_on(async {
            let all = async {
                for task in tasks {
                    let _ = task.await;
                }
            };
            let _ = tokio::time::timeout(GRACE, all).await;
        });
        runtime.shutdown_timeout(GRACE);
        let _ = store::remove_file(&self.paths.serving());
    }
}

fn listen(port: u16, service: &'static str) -> Result<TcpListener, Error> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| Error::Port {
        port,
        service,
        reason: error.to_string(),
    })
}

fn accept(runtime: &Runtime, listener: TcpListener) -> io::Result<tokio::net::TcpListener> {
    listener.set_nonblocking(true)?;
    let _guard = runtime.enter();
    tokio::net::TcpListener::from_std(listener)
}

/// Resolves when the services are to stop.
async fn ended(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is the same.
    let _ = stopped.wait_for(|stop| *stop).await;
}

/// Deletes items past their time to live, now and then.
async fn expire(database: dynoxide::Database, stopped: watch::Receiver<bool>) {
    let end = ended(stopped);
    tokio::pin!(end);
    loop {
        tokio::select! {
            () = &mut end => return,
            () = tokio::time::sleep(SWEEP) => {
                let database = database.clone();
                let _ = tokio::task::spawn_blocking(move || database.sweep_ttl()).await;
            }
        }
    }
}
