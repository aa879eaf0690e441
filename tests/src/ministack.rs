//! An emulator of AWS on a free port, for as long as a test needs it.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{FUNCTIONS, client_library, free_port, http::Request, tool};

/// A running emulator; gone when dropped.
pub struct Ministack {
    /// The port it listens at, on loopback.
    pub port: u16,
    process: Child,
    _folder: TempDir,
}

impl Ministack {
    /// Starts it; `None` (and a line saying so) where it is not installed.
    ///
    /// # Panics
    /// If it does not listen within a minute.
    pub fn start() -> Option<Self> {
        // Lambda's runtimes bring the AWS SDK; here it lies where the packages of functions and of clients do.
        let functions = std::env::var_os(FUNCTIONS).map(|folder| Path::new(&folder).join("node_modules"));
        let libraries: Vec<_> = functions.into_iter().chain(client_library()).collect();
        Some(Self::of(&tool("python")?, &libraries))
    }

    /// Starts it with the Python that has it. Its functions find their packages in these folders, what Lambda's runtimes bring
    /// among them: a function that answers CloudFormation is waited for, for an hour, if it cannot be loaded.
    ///
    /// # Panics
    /// If it does not listen within a minute.
    pub fn of(python: &Path, libraries: &[PathBuf]) -> Self {
        let begun = Instant::now();
        loop {
            let mut cloud = Self::begin(python, libraries);
            loop {
                if cloud.answers() {
                    return cloud;
                }
                // Somebody else took the port in between: another one is tried.
                if cloud.process.try_wait().expect("ministack can be waited for").is_some() {
                    break;
                }
                assert!(begun.elapsed() < Duration::from_secs(60), "ministack does not listen");
                thread::sleep(Duration::from_millis(50));
            }
        }
    }

    fn begin(python: &Path, libraries: &[PathBuf]) -> Self {
        let (port, folder) = (free_port(), tempfile::tempdir().expect("a temporary folder can be made"));
        let mut command = Command::new(python);
        if let (false, Ok(path)) = (libraries.is_empty(), std::env::join_paths(libraries)) {
            command.env("NODE_PATH", path);
        }
        let process = command
            .args(["-c", include_str!("ministack.py")])
            .env("GATEWAY_PORT", port.to_string())
            .env("BIND_HOST", "127.0.0.1")
            .env("TMPDIR", folder.path())
            // Its functions are told where their services are.
            .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}"))
            .env("LOG_LEVEL", "ERROR")
            .current_dir(folder.path())
            // It ends when this closes, so it outlives nobody who is killed.
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("ministack starts");
        Self { port, process, _folder: folder }
    }

    /// Whether it is ministack that answers at the port.
    fn answers(&self) -> bool {
        let (method, target) = ("GET".to_owned(), "/_ministack/health".to_owned());
        let headers = vec![("host".to_owned(), "localhost".to_owned())];
        let health = Request { method, target, headers, body: Vec::new() };
        health.forward(self.port).is_some_and(|reply| reply.starts_with(b"HTTP/1.1 200"))
    }
}

impl Drop for Ministack {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
