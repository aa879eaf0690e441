//! A proxy between the program and the emulator: it notes every call, and spoils the one that a test names.
//!
//! microburst spoils by chance and by operation; this one counts, which a test of every single call needs, and it can hold a
//! call so that its caller is killed in the middle of it.

mod refusal;

use std::{
    io::Write,
    net::TcpStream,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use crate::{
    Cloud,
    http::{Request, Server},
};
pub use refusal::Refusal;

/// What happens at a call. Calls are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The call, and so many after it, are refused like this by the service.
    Refused(Refusal, usize),
    /// From this call on, every call is refused like this.
    RefusedFrom(Refusal),
    /// The connection breaks before the service sees the call.
    LostBefore,
    /// The service does what is asked, and the connection breaks before the answer.
    LostAfter,
    /// From this call on, no connection comes through.
    Cut,
    /// The answer takes this long.
    Slow(Duration),
    /// The call is held before the service sees it, for ever; see [`FaultProxy::was_reached`].
    HeldBefore,
    /// The service does what is asked, and the answer is held for ever.
    HeldAfter,
}

/// What was called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Such as `cloudformation`.
    pub service: String,
    /// Such as `UpdateStack`; for services without operation names the method and what it is about.
    pub operation: String,
    /// Method, path and query, as they came.
    pub line: String,
}

/// A running proxy; gone when dropped.
pub struct FaultProxy {
    server: Server,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    calls: Vec<Call>,
    armed: Option<(When, Fault)>,
    reached: bool,
}

/// Which call a fault begins at.
enum When {
    Number(usize),
    Name(String),
}

impl FaultProxy {
    /// Starts it before a cloud.
    pub fn start(cloud: &Arc<Cloud>) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let (shared, cloud) = (state.clone(), cloud.clone());
        let server = Server::start(move |stream| serve(stream, &shared, &cloud));
        Self { server, state }
    }

    /// Its address.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Spoils a call, counted from now.
    ///
    /// # Panics
    /// If a call made the proxy panic.
    pub fn arm(&self, call: usize, fault: Fault) {
        self.begin(When::Number(call), fault);
    }

    /// Spoils the next call of a name, see [`Call::name`].
    ///
    /// # Panics
    /// If a call made the proxy panic.
    pub fn arm_named(&self, name: &str, fault: Fault) {
        self.begin(When::Name(name.to_owned()), fault);
    }

    fn begin(&self, when: When, fault: Fault) {
        *self.state.lock().expect("it never panics") = State { armed: Some((when, fault)), ..State::default() };
    }

    /// Lets everything through from now on, and returns what was called since it was armed.
    ///
    /// # Panics
    /// If a call made the proxy panic.
    pub fn disarm(&self) -> Vec<Call> {
        std::mem::take(&mut *self.state.lock().expect("it never panics")).calls
    }

    /// Whether the call that is spoilt came, and, where it is held after the service has acted, the service has.
    ///
    /// # Panics
    /// If a call made the proxy panic.
    pub fn was_reached(&self) -> bool {
        self.state.lock().expect("it never panics").reached
    }
}

impl Call {
    /// Reads it off a request.
    pub fn of(request: &Request) -> Self {
        let service = request.scope().map_or("unsigned", |scope| scope.service).to_owned();
        let body = String::from_utf8_lossy(&request.body);
        let action = body.split('&').find_map(|pair| pair.strip_prefix("Action="));
        let target = request.header("x-amz-target").and_then(|target| target.rsplit('.').next());
        let operation = match action.or(target) {
            Some(name) => name.to_owned(),
            None => rest(&service, request),
        };
        Self { service, operation, line: format!("{} {}", request.method, request.target) }
    }

    /// Service and operation.
    pub fn name(&self) -> String {
        format!("{} {}", self.service, self.operation)
    }
}

/// The name of a call whose operation is its method and path.
fn rest(service: &str, request: &Request) -> String {
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    if service != "s3" {
        // Names and ids differ from run to run; the kinds of things are at even places.
        let kinds: Vec<&str> = path.split('/').skip(1).step_by(2).collect();
        let one = if path.split('/').skip(1).count() % 2 == 0 { " (one)" } else { "" };
        return format!("{} {}{one}", request.method, kinds.join("/"));
    }
    let key = path.trim_start_matches('/').split_once('/').map_or("", |(_, key)| key);
    let mut names = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default());
    let kind = names.find(|name| ["delete", "versions", "list-type", "publicAccessBlock", "encryption"].contains(name));
    let about = kind.unwrap_or(if key.is_empty() { "bucket" } else { "object" });
    let about = match key {
        "amplify-lease.json" => "lease",
        "#current-cloud-backend.zip" | "%23current-cloud-backend.zip" => "record",
        "amplify-meta.json" => "amplify-meta.json",
        _ => about,
    };
    format!("{} {about}", request.method)
}

fn serve(mut stream: TcpStream, state: &Mutex<State>, cloud: &Cloud) {
    let Some(request) = Request::read(&mut stream) else { return };
    let call = Call::of(&request);
    let port = if call.service == "amplify" { cloud.amplify.port() } else { cloud.ministack.port };
    let fault = {
        let mut state = state.lock().expect("it never panics");
        state.calls.push(call.clone());
        let number = state.calls.len();
        if let Some((when @ When::Name(_), _)) = &mut state.armed
            && matches!(when, When::Name(name) if *name == call.name())
        {
            *when = When::Number(number);
        }
        let fault = match &state.armed {
            Some((When::Number(from), fault)) if at(*from, *fault, number) => Some(*fault),
            _ => None,
        };
        state.reached |= fault.is_some_and(|fault| fault != Fault::HeldAfter);
        fault
    };
    let through = || request.forward(port).unwrap_or_default();
    match fault {
        None => drop(stream.write_all(&through())),
        Some(Fault::Refused(refusal, _) | Fault::RefusedFrom(refusal)) => {
            let _ = stream.write_all(&refusal.reply(&call.service, &request.method));
        }
        Some(Fault::LostBefore | Fault::Cut) => {}
        Some(Fault::LostAfter) => drop(through()),
        Some(Fault::Slow(time)) => {
            let reply = through();
            thread::sleep(time);
            let _ = stream.write_all(&reply);
        }
        Some(Fault::HeldBefore) => hold(&stream),
        Some(Fault::HeldAfter) => {
            drop(through());
            state.lock().expect("it never panics").reached = true;
            hold(&stream);
        }
    }
}

/// Whether a call meets the fault that begins at another.
fn at(from: usize, fault: Fault, number: usize) -> bool {
    match fault {
        Fault::Refused(_, times) => (from..from + times).contains(&number),
        Fault::RefusedFrom(_) | Fault::Cut => number >= from,
        _ => number == from,
    }
}

/// Waits until the caller is gone.
fn hold(mut stream: &TcpStream) {
    let _ = std::io::Read::read(&mut stream, &mut [0]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(service: &str, method: &str, target: &str, body: &str) -> String {
        let scope = format!("AWS4-HMAC-SHA256 Credential=1/20260101/eu-west-1/{service}/aws4_request, Signature=0");
        let headers = vec![("authorization".to_owned(), scope)];
        Call::of(&Request { method: method.into(), target: target.into(), headers, body: body.into() }).name()
    }

    #[test]
    fn calls_are_named_without_what_differs_from_run_to_run() {
        assert_eq!(
            named("cloudformation", "POST", "/", "Version=1&Action=UpdateStack&X=1"),
            "cloudformation UpdateStack"
        );
        assert_eq!(named("s3", "PUT", "/bucket/amplify-lease.json", ""), "s3 PUT lease");
        assert_eq!(named("s3", "PUT", "/bucket/a/b.json?x-id=PutObject", ""), "s3 PUT object");
        assert_eq!(named("s3", "GET", "/bucket?list-type=2", ""), "s3 GET list-type");
        assert_eq!(named("s3", "DELETE", "/bucket", ""), "s3 DELETE bucket");
        assert_eq!(
            named("amplify", "GET", "/apps/d1/backendenvironments/dev", ""),
            "amplify GET apps/backendenvironments (one)"
        );
        assert_eq!(named("amplify", "POST", "/apps", ""), "amplify POST apps");
    }

    #[test]
    fn a_fault_has_its_calls() {
        assert!(at(3, Fault::LostAfter, 3) && !at(3, Fault::LostAfter, 4));
        assert!(at(3, Fault::Cut, 9) && !at(3, Fault::Cut, 2));
        let burst = Fault::Refused(Refusal::Throttled, 2);
        assert!(at(3, burst, 4) && !at(3, burst, 5));
    }
}
