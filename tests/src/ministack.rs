//! An emulator of AWS on a free port, for as long as a test needs it.

use std::{
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::tool;

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
        Some(Self::of(&tool("python")?))
    }

    /// Starts it with the Python that has it.
    ///
    /// # Panics
    /// If it does not listen within a minute.
    pub fn of(python: &Path) -> Self {
        let (port, folder) = (free_port(), tempfile::tempdir().expect("a temporary folder can be made"));
        let process = Command::new(python)
            .args(["-c", include_str!("ministack.py")])
            .env("GATEWAY_PORT", port.to_string())
            .env("BIND_HOST", "127.0.0.1")
            .env("TMPDIR", folder.path())
            .env("LOG_LEVEL", "ERROR")
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("ministack starts");
        let cloud = Self { port, process, _folder: folder };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(60), "ministack does not listen");
            thread::sleep(Duration::from_millis(50));
        }
        cloud
    }
}

impl Drop for Ministack {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A port of loopback that nobody listens at.
///
/// # Panics
/// If there is none.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it is bound").port()
}
