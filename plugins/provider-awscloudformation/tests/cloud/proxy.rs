//! Stands between the provider and the emulator and notes every call.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Mutex, Once},
    thread,
};

/// Variables that name the proxy's port and the emulator's.
pub const PORT: &str = "CLOUD_TEST_PROXY";
pub const UPSTREAM: &str = "CLOUD_TEST_UPSTREAM";

static CALLS: Mutex<Vec<String>> = Mutex::new(Vec::new());
static START: Once = Once::new();

/// Starts it, once a process.
pub fn start() {
    START.call_once(|| {
        let listener = TcpListener::bind(("127.0.0.1", port(PORT))).unwrap();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                thread::spawn(move || pass(stream));
            }
        });
    });
}

pub fn port(variable: &str) -> u16 {
    std::env::var(variable).expect("the scenario runs in its own process").parse().unwrap()
}

/// The calls that mention a text (each scenario has names of its own): `Action` for a stack, `METHOD key` for a bucket.
pub fn calls(about: &str) -> Vec<String> {
    let calls = CALLS.lock().unwrap();
    calls.iter().filter(|call| call.contains(about)).map(|call| call.split('\n').next().unwrap().to_owned()).collect()
}

/// Handles one request a connection.
fn pass(mut client: TcpStream) {
    let Some((head, mut body)) = head(&mut client) else { return };
    let header = |name: &str| {
        let mut lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
    };
    if header("expect").is_some() {
        let _ = client.write_all(b"HTTP/1.1 100 Continue\r\n\r\n");
    }
    let length: usize = header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut rest = vec![0; length.saturating_sub(body.len())];
    if client.read_exact(&mut rest).is_err() {
        return;
    }
    body.extend(rest);
    note(&head, &body);
    let mut upstream = TcpStream::connect(("127.0.0.1", port(UPSTREAM))).unwrap();
    let kept = head.lines().filter(|line| {
        let name = line.split(':').next().unwrap_or_default();
        !name.eq_ignore_ascii_case("connection") && !name.eq_ignore_ascii_case("expect")
    });
    let kept: Vec<&str> = kept.collect();
    let _ = upstream.write_all(format!("{}\r\nconnection: close\r\n\r\n", kept.join("\r\n")).as_bytes());
    let _ = upstream.write_all(&body);
    let mut reply = Vec::new();
    let _ = upstream.read_to_end(&mut reply);
    let _ = client.write_all(&reply);
}

fn head(client: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let read = client.read(&mut buffer).ok().filter(|read| *read > 0)?;
        bytes.extend(&buffer[..read]);
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            return Some((String::from_utf8_lossy(&bytes[..end]).into_owned(), bytes[end + 4..].to_vec()));
        }
    }
}

fn note(head: &str, body: &[u8]) {
    let body = String::from_utf8_lossy(body);
    let line = head.lines().next().unwrap_or_default();
    let mut words = line.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
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
    CALLS.lock().unwrap().push(format!("{name}\n{line}\n{body}"));
}
