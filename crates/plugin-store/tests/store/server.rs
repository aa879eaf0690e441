//! A small web server for a folder, with faults on request; it can be a proxy, too, and speak TLS.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// How archives are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    Well,
    /// The first answers break off after so many bytes.
    BreaksOff {
        after: usize,
        times: usize,
    },
    /// Without ranges: a part is answered with the whole.
    NoRanges,
    /// With ranges that begin elsewhere than asked for.
    WrongRanges,
    /// One byte of each archive is another.
    Flips,
    /// Nothing comes after the head.
    Stalls,
    /// Everything leads elsewhere.
    Leads(&'static str),
    /// 503.
    Refuses,
    /// More bytes than promised.
    TooLong,
    /// No archive comes before so many are asked for at once.
    Together(usize),
}

pub struct Server {
    pub port: u16,
    scheme: &'static str,
    /// `GET /path range` or `CONNECT host`, in order.
    pub seen: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
}

impl Server {
    pub fn start(folder: PathBuf, manner: Manner) -> Self {
        Self::begin(folder, manner, None)
    }

    /// The same with TLS.
    pub fn start_tls(folder: PathBuf, manner: Manner, tls: Arc<ServerConfig>) -> Self {
        Self::begin(folder, manner, Some(tls))
    }

    fn begin(folder: PathBuf, manner: Manner, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (seen, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let scheme = if tls.is_some() { "https" } else { "http" };
        let server = Self { port, scheme, seen: Arc::clone(&seen), stop: Arc::clone(&stop) };
        let site = Arc::new(Site { folder, manner, seen, answered: AtomicUsize::new(0), waiting: AtomicUsize::new(0) });
        thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                let (site, tls) = (Arc::clone(&site), tls.clone());
                thread::spawn(move || {
                    let Ok(stream) = stream else { return };
                    let _ = match tls {
                        None => site.serve(stream),
                        Some(tls) => site.serve_tls(stream, tls),
                    };
                });
            }
        });
        server
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}://127.0.0.1:{}/{path}", self.scheme, self.port)
    }

    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

struct Site {
    folder: PathBuf,
    manner: Manner,
    seen: Arc<Mutex<Vec<String>>>,
    answered: AtomicUsize,
    waiting: AtomicUsize,
}

impl Site {
    fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let head = head(&mut stream)?;
        if let Some(target) = head.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next()) {
            self.seen.lock().unwrap().push(format!("CONNECT {target}"));
            return tunnel(stream, target);
        }
        self.answer(&head, &mut stream)
    }

    fn serve_tls(&self, stream: TcpStream, tls: Arc<ServerConfig>) -> std::io::Result<()> {
        let connection = ServerConnection::new(tls).map_err(std::io::Error::other)?;
        let mut stream = StreamOwned::new(connection, stream);
        let head = head(&mut stream)?;
        self.answer(&head, &mut stream)?;
        stream.conn.send_close_notify();
        stream.flush()
    }

    fn answer(&self, head: &str, stream: &mut impl Write) -> std::io::Result<()> {
        let manner = self.manner;
        let range = head.to_ascii_lowercase();
        let range = range.lines().find_map(|line| line.strip_prefix("range: bytes="));
        let range = range.and_then(|value| value.trim().trim_end_matches('-').parse::<usize>().ok());
        let target = head.split_whitespace().nth(1).unwrap_or_default();
        let path = target.trim_start_matches("http://").trim_start_matches(|other| other != '/');
        let asked = range.map_or_else(String::new, |from| format!(" from {from}"));
        self.seen.lock().unwrap().push(format!("GET {path}{asked}"));
        if manner == Manner::Refuses {
            return stream.write_all(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        }
        if let Manner::Leads(to) = manner {
            let head =
                format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            return stream.write_all(head.as_bytes());
        }
        let Ok(mut bytes) = fs_err::read(self.folder.join(path.trim_start_matches('/'))) else {
            return stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        };
        let archive = path.ends_with(".tar.gz");
        if archive && manner == Manner::Flips {
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
        }
        if archive && manner == Manner::TooLong {
            bytes.extend_from_slice(&[0; 70_000]);
        }
        if let Manner::Together(wanted) = manner
            && archive
        {
            let start = Instant::now();
            self.waiting.fetch_add(1, Ordering::SeqCst);
            while self.waiting.load(Ordering::SeqCst) < wanted && start.elapsed() < Duration::from_secs(20) {
                thread::sleep(Duration::from_millis(5));
            }
        }
        let whole = bytes.len();
        let range = range.filter(|_| manner != Manner::NoRanges);
        let status = match range {
            Some(from) => {
                bytes.drain(..from.min(whole));
                let told = if manner == Manner::WrongRanges { 0 } else { from };
                format!("206 Partial Content\r\ncontent-range: bytes {told}-{}/{whole}", whole - 1)
            }
            None => "200 OK".to_owned(),
        };
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", bytes.len());
        stream.write_all(head.as_bytes())?;
        if archive && manner == Manner::Stalls {
            stream.flush()?;
            thread::sleep(Duration::from_secs(20));
            return Ok(());
        }
        if let Manner::BreaksOff { after, times } = manner
            && archive
            && self.answered.fetch_add(1, Ordering::SeqCst) < times
        {
            bytes.truncate(after);
        }
        stream.write_all(&bytes)?;
        stream.flush()
    }
}

/// A request's head, and not a byte more: what follows a `CONNECT` is for somebody else.
fn head(stream: &mut impl Read) -> std::io::Result<String> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.extend(byte);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// Passes bytes on both ways.
fn tunnel(mut stream: TcpStream, target: &str) -> std::io::Result<()> {
    let Ok(mut there) = TcpStream::connect(target) else {
        return stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n");
    };
    stream.write_all(b"HTTP/1.1 200 Established\r\n\r\n")?;
    let (mut back, mut to) = (there.try_clone()?, stream.try_clone()?);
    let copying = thread::spawn(move || {
        let _ = std::io::copy(&mut back, &mut to);
        let _ = to.shutdown(std::net::Shutdown::Both);
    });
    let _ = std::io::copy(&mut stream, &mut there);
    let _ = there.shutdown(std::net::Shutdown::Both);
    let _ = copying.join();
    Ok(())
}
