//! As much of HTTP as a stand-in needs: one request a connection, on loopback, and what AWS signs of it.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

/// A listening server; it listens no more when dropped.
pub struct Server {
    /// The port, on loopback.
    pub port: u16,
    ended: Arc<AtomicBool>,
}

impl Server {
    /// Listens at a free port.
    ///
    /// # Panics
    /// If there is none.
    pub fn start(answer: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        Self::at(0, answer)
    }

    /// Listens at this port; 0 means any that is free.
    ///
    /// # Panics
    /// If it is taken.
    pub fn at(port: u16, answer: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let ended = Arc::new(AtomicBool::new(false));
        let (flag, answer) = (ended.clone(), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if flag.load(Ordering::SeqCst) {
                    return;
                }
                let answer = answer.clone();
                thread::spawn(move || answer(stream));
            }
        });
        Self { port, ended }
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // It looks at the flag when somebody comes.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

/// A request, read whole.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET`, `PUT`, ...
    pub method: String,
    /// Path and query.
    pub target: String,
    /// As they came.
    pub headers: Vec<(String, String)>,
    /// As long as `content-length` says.
    pub body: Vec<u8>,
}

impl Request {
    /// Reads it; `None` if the other side goes away before its end.
    pub fn read(stream: &mut (impl Read + Write)) -> Option<Self> {
        let (head, mut body) = head(stream)?;
        let mut lines = head.lines();
        let mut words = lines.next()?.split(' ');
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned())))
            .collect();
        let mut request = Self { method, target, headers, body: Vec::new() };
        if request.header("expect").is_some() {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
        }
        let length: usize = request.header("content-length").map_or(Some(0), |length| length.parse().ok())?;
        let mut rest = vec![0; length.saturating_sub(body.len())];
        stream.read_exact(&mut rest).ok()?;
        body.extend(rest);
        request.body = body;
        Some(request)
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Who signed it, for where: the parts of the signature's scope.
    pub fn scope(&self) -> Option<Scope<'_>> {
        let (_, credential) = self.header("authorization")?.split_once("Credential=")?;
        let mut parts = credential.split(',').next()?.split('/');
        let key = parts.next()?;
        let (_date, region, service) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Scope { key, region, service })
    }

    /// Sends it on and returns the raw reply; `None` if there is none.
    pub fn forward(&self, port: u16) -> Option<Vec<u8>> {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        let kept = |name: &str| !["connection", "expect"].iter().any(|left_out| name.eq_ignore_ascii_case(left_out));
        for (name, value) in self.headers.iter().filter(|(name, _)| kept(name)) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("connection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).ok()?;
        stream.write_all(&self.body).ok()?;
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).ok()?;
        (!reply.is_empty()).then_some(reply)
    }
}

/// What a signature is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope<'r> {
    /// The access key's id; emulators take twelve digits as the account.
    pub key: &'r str,
    /// Such as `eu-west-1`.
    pub region: &'r str,
    /// Such as `cloudformation`.
    pub service: &'r str,
}

/// A reply that closes the connection.
pub fn reply(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status} -\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    let mut bytes = text.into_bytes();
    bytes.extend(body);
    bytes
}

/// The text that a path's segment stands for.
pub fn decoded(segment: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), segment.bytes());
    while let Some(byte) = rest.next() {
        let code = (byte == b'%').then(|| {
            let digits = [rest.next().unwrap_or(b'0'), rest.next().unwrap_or(b'0')];
            u8::from_str_radix(&String::from_utf8_lossy(&digits), 16).unwrap_or(b'?')
        });
        bytes.push(code.unwrap_or(byte));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn head(stream: &mut impl Read) -> Option<(String, Vec<u8>)> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let read = stream.read(&mut buffer).ok().filter(|read| *read > 0)?;
        bytes.extend(&buffer[..read]);
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            return Some((String::from_utf8_lossy(&bytes[..end]).into_owned(), bytes[end + 4..].to_vec()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_tells_account_region_and_service() {
        let value = "AWS4-HMAC-SHA256 Credential=111122223333/20260101/eu-west-1/amplify/aws4_request, Signature=0";
        let request = Request {
            method: "GET".into(),
            target: "/".into(),
            headers: vec![("Authorization".into(), value.into())],
            body: Vec::new(),
        };
        let scope = Scope { key: "111122223333", region: "eu-west-1", service: "amplify" };
        assert_eq!(request.scope(), Some(scope));
    }

    #[test]
    fn segments_are_decoded() {
        assert_eq!(decoded("arn%3Aaws%2fx"), "arn:aws/x");
        assert_eq!(decoded("feature%2Fa"), "feature/a");
    }
}
