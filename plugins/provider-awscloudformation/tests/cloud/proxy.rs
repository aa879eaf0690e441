//! Stands between the provider and the emulator and notes every call.

use std::{
    collections::BTreeMap,
    io::Write,
    net::TcpStream,
    sync::{Mutex, OnceLock},
};

use amplify_tests::http::{Request, Server, reply};

/// Variables that name the proxy's port and the emulator's.
pub const PORT: &str = "CLOUD_TEST_PROXY";
pub const UPSTREAM: &str = "CLOUD_TEST_UPSTREAM";

static CALLS: Mutex<Vec<String>> = Mutex::new(Vec::new());
static SERVER: OnceLock<Server> = OnceLock::new();

/// Starts it, once a process.
pub fn start() {
    SERVER.get_or_init(|| Server::at(port(PORT), pass));
}

pub fn port(variable: &str) -> u16 {
    std::env::var(variable).expect("the scenario runs in its own process").parse().unwrap()
}

/// Line and body of the calls that mention a text.
pub fn texts(about: &str) -> Vec<String> {
    CALLS.lock().unwrap().iter().filter(|call| call.contains(about)).cloned().collect()
}

/// The calls that mention a text (each scenario has names of its own): `Action` for a stack, `METHOD key` for a bucket.
pub fn calls(about: &str) -> Vec<String> {
    let calls = CALLS.lock().unwrap();
    calls.iter().filter(|call| call.contains(about)).map(|call| call.split('\n').next().unwrap().to_owned()).collect()
}

/// Answers calls in place of the emulator: action, request, and what the emulator answers; `None` leaves that as it is.
type Script = Box<dyn FnMut(&str, &str, &str) -> Option<String> + Send>;

static SCRIPTS: Mutex<BTreeMap<String, Script>> = Mutex::new(BTreeMap::new());

/// Sets what answers the CloudFormation calls that mention a text.
pub fn script(about: &str, script: impl FnMut(&str, &str, &str) -> Option<String> + Send + 'static) {
    SCRIPTS.lock().unwrap().insert(about.to_owned(), Box::new(script));
}

fn pass(mut client: TcpStream) {
    let Some(request) = Request::read(&mut client) else { return };
    note(&request);
    let answer = request.forward(port(UPSTREAM)).unwrap();
    let answer = scripted(&request, &answer).unwrap_or(answer);
    let _ = client.write_all(&answer);
}

fn scripted(request: &Request, answer: &[u8]) -> Option<Vec<u8>> {
    let body = String::from_utf8_lossy(&request.body);
    let action = body.split('&').find_map(|pair| pair.strip_prefix("Action="))?;
    let mut scripts = SCRIPTS.lock().unwrap();
    let (_, script) = scripts.iter_mut().find(|(about, _)| body.contains(about.as_str()))?;
    let text = String::from_utf8_lossy(answer);
    let document = text.find('<').map_or("", |begin| &text[begin..]);
    let own = script(action, &body, document)?;
    Some(reply(200, &[("content-type", "text/xml")], own.as_bytes()))
}

fn note(request: &Request) {
    let body = String::from_utf8_lossy(&request.body);
    let (method, target) = (&request.method, &request.target);
    let action = body.split('&').find_map(|pair| pair.strip_prefix("Action="));
    let name = match action {
        Some(action) => action.to_owned(),
        None => {
            let (path, query) = target.split_once('?').unwrap_or((target, ""));
            let key = path.trim_start_matches('/').split_once('/').map_or("", |(_, key)| key);
            let kind = query.split('&').find(|pair| ["delete", "versions", "list-type=2"].contains(pair));
            format!("{method} {}", kind.unwrap_or(key))
        }
    };
    CALLS.lock().unwrap().push(format!("{name}\n{method} {target}\n{body}"));
}
