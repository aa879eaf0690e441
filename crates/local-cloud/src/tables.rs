//! The environment's DynamoDB: opened here, or reached through the process that has it open.
//!
//! Two processes must not both have it open while tables change, because each remembers the indexes of a table. So one
//! holds a lock; while that is the server of `mock`, a deployment talks to it as any other client does.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use dynoxide::{Database, DynoxideError};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{Error, lock::Lock, paths::Paths, serve::Serving};

/// The file of all tables.
const FILE: &str = "tables.db";
/// How long a server may take to say where it listens.
const PATIENCE: Duration = Duration::from_secs(10);

/// The environment's tables.
pub(crate) struct Tables {
    paths: Paths,
    backend: Option<Backend>,
}

enum Backend {
    Own { database: Database, _lock: Lock },
    Served(SocketAddr),
}

/// A refused operation.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// DynamoDB's name of the error, such as `ResourceNotFoundException`.
    pub(crate) kind: String,
    /// Its message.
    pub(crate) message: String,
}

impl Refusal {
    /// Whether the table does not exist.
    pub(crate) fn is_missing(&self) -> bool {
        self.kind.ends_with("ResourceNotFoundException")
    }
}

/// Opens the tables; the caller holds the lock.
pub(crate) fn open(paths: &Paths) -> Result<Database, Error> {
    fs_err::create_dir_all(paths.tables())?;
    let file = paths.tables().join(FILE);
    let name = file.to_str().ok_or_else(|| io::Error::other(format!("{} is not Unicode", file.display())))?;
    Database::new(name)
        .map_err(|error| Error::Database { operation: "open the tables".into(), reason: error.to_string() })
}

impl Tables {
    pub(crate) fn new(paths: &Paths) -> Self {
        Self { paths: paths.clone(), backend: None }
    }

    /// Calls an operation by its name in DynamoDB's API.
    ///
    /// The outer error is about reaching DynamoDB at all, the inner one is DynamoDB's own.
    pub(crate) fn call(&mut self, operation: &str, request: &Value) -> Result<Result<Value, Refusal>, Error> {
        let begin = Instant::now();
        loop {
            let answer = match self.backend()? {
                Backend::Own { database, .. } => Ok(dispatch(database, operation, request)),
                Backend::Served(address) => remote(*address, operation, request),
            };
            match answer {
                Ok(answer) => return Ok(answer),
                // The server has ended since; look again who has the tables.
                Err(_) if begin.elapsed() < PATIENCE => {
                    self.backend = None;
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(error) => {
                    return Err(Error::Database { operation: operation.into(), reason: error.to_string() });
                }
            }
        }
    }

    fn backend(&mut self) -> Result<&Backend, Error> {
        if self.backend.is_none() {
            self.backend = Some(self.connect()?);
        }
        self.backend.as_ref().ok_or_else(|| io::Error::other("no backend").into())
    }

    fn connect(&self) -> Result<Backend, Error> {
        let begin = Instant::now();
        loop {
            if let Some(lock) = Lock::attempt(&self.paths.data_lock(), "a deployment")? {
                return Ok(Backend::Own { database: open(&self.paths)?, _lock: lock });
            }
            if let Some(address) = Serving::read(&self.paths).and_then(|serving| serving.dynamodb) {
                return Ok(Backend::Served(address));
            }
            if begin.elapsed() > PATIENCE {
                let lock = Lock::take(&self.paths.data_lock(), "a deployment", Duration::ZERO)?;
                return Ok(Backend::Own { database: open(&self.paths)?, _lock: lock });
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn dispatch(database: &Database, operation: &str, request: &Value) -> Result<Value, Refusal> {
    fn run<Q: DeserializeOwned, A: Serialize>(
        request: &Value,
        action: impl FnOnce(Q) -> Result<A, DynoxideError>,
    ) -> Result<Value, Refusal> {
        let request = Q::deserialize(request).map_err(|error| Refusal {
            kind: "ValidationException".into(),
            // dynoxide marks its own findings so.
            message: error.to_string().trim_start_matches("VALIDATION:").to_owned(),
        })?;
        let answer = action(request).map_err(|error| refusal(&error, ""))?;
        serde_json::to_value(answer)
            .map_err(|error| Refusal { kind: "InternalServerError".into(), message: error.to_string() })
    }
    match operation {
        "CreateTable" => run(request, |request| database.create_table(request)),
        "DeleteTable" => run(request, |request| database.delete_table(request)),
        "DescribeTable" => run(request, |request| database.describe_table(request)),
        "UpdateTable" => run(request, |request| database.update_table(request)),
        "UpdateTimeToLive" => run(request, |request| database.update_time_to_live(request)),
        "DescribeTimeToLive" => run(request, |request| database.describe_time_to_live(request)),
        other => Err(Refusal { kind: "UnknownOperationException".into(), message: format!("`{other}` is not used") }),
    }
}

fn refusal(error: &DynoxideError, fallback: &str) -> Refusal {
    let body: Value = serde_json::from_str(&error.to_json()).unwrap_or_default();
    Refusal { kind: body["__type"].as_str().unwrap_or(fallback).to_owned(), message: error.to_string() }
}

/// Calls the server of another process, on a connection of its own.
fn remote(address: SocketAddr, operation: &str, request: &Value) -> io::Result<Result<Value, Refusal>> {
    let body = serde_json::to_vec(request)?;
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    // Nobody checks the signature, but DynamoDB's servers want one to be there.
    write!(
        stream,
        "POST / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/x-amz-json-1.0\r\n\
         X-Amz-Target: DynamoDB_20120810.{operation}\r\nX-Amz-Date: 20200101T000000Z\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=local/20200101/local/dynamodb/aws4_request, \
         SignedHeaders=host;x-amz-date, Signature=0\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )?;
    stream.write_all(&body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let text = String::from_utf8_lossy(&answer);
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(|| io::Error::other("the server's answer is cut off"))?;
    let body: Value = serde_json::from_str(body)?;
    if head.split(' ').nth(1) == Some("200") {
        return Ok(Ok(body));
    }
    let text = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_owned);
    Ok(Err(Refusal {
        kind: text("__type").unwrap_or_default(),
        message: text("message").or_else(|| text("Message")).unwrap_or_else(|| json!(body).to_string()),
    }))
}
