//! A small web server for a folder, with faults on request; it can be a proxy, too.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

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
}

pub struct Server {
    pub port: u16,
    /// `GET /path range` or `CONNECT host`, in order.
    pub seen: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
}

impl Server {
    pub fn start(folder: PathBuf, manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (seen, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let server = Self { port, seen: Arc::clone(&seen), stop: Arc::clone(&stop) };
        let broken = Arc::new(AtomicUsize::new(0));
        thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                let (folder, seen, broken) = (folder.clone(), Arc::clone(&seen), Arc::clone(&broken));
                thread::spawn(move || {
                    if let Ok(stream) = stream {
                        let _ = serve(stream, &folder, manner, &seen, &broken);
                    }
                });
            }
        });
        server
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
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

fn serve(
    stream: TcpStream,
    folder: &std::path::Path,
    manner: Manner,
    seen: &Mutex<Vec<String>>,
    broken: &AtomicUsize,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let (mut range, mut line) = (None, String::new());
    while reader.read_line(&mut line)? > 2 {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("range: bytes=") {
            range = value.trim().trim_end_matches('-').parse::<usize>().ok();
        }
        line.clear();
    }
    let mut words = first.split_whitespace();
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if method == "CONNECT" {
        seen.lock().unwrap().push(format!("CONNECT {target}"));
        return tunnel(stream, reader, target);
    }
    let path = target.trim_start_matches("http://").trim_start_matches(|other| other != '/');
    let asked = range.map_or_else(String::new, |from| format!(" from {from}"));
    seen.lock().unwrap().push(format!("GET {path}{asked}"));
    if manner == Manner::Refuses {
        return stream.write_all(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    }
    if let Manner::Leads(to) = manner {
        let head = format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        return stream.write_all(head.as_bytes());
    }
    let Ok(mut bytes) = fs_err::read(folder.join(path.trim_start_matches('/'))) else {
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
        thread::sleep(Duration::from_secs(20));
        return Ok(());
    }
    if let Manner::BreaksOff { after, times } = manner
        && archive
        && broken.fetch_add(1, Ordering::SeqCst) < times
    {
        bytes.truncate(after);
    }
    stream.write_all(&bytes)?;
    stream.flush()
}

/// Passes bytes on both ways.
fn tunnel(stream: TcpStream, mut reader: BufReader<TcpStream>, target: &str) -> std::io::Result<()> {
    let Ok(mut there) = TcpStream::connect(target) else {
        return (&stream).write_all(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n");
    };
    (&stream).write_all(b"HTTP/1.1 200 Established\r\n\r\n")?;
    let (mut back, mut to) = (there.try_clone()?, stream.try_clone()?);
    let copying = thread::spawn(move || {
        let _ = std::io::copy(&mut back, &mut to);
        let _ = to.shutdown(std::net::Shutdown::Both);
    });
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = reader.read(&mut buffer) {
        there.write_all(&buffer[..count])?;
    }
    let _ = there.shutdown(std::net::Shutdown::Both);
    let _ = copying.join();
    Ok(())
}
