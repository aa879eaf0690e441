//! `amplify mock` of a whole environment, until it is ended.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, ChildStdout, Command},
    thread::JoinHandle,
};

use crate::{Invocation, free_port};

/// A server that runs.
pub struct Served {
    /// The first of its ports, which follow each other.
    pub port: u16,
    /// What it said before it began to wait.
    pub said: String,
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: JoinHandle<String>,
}

impl Served {
    /// Starts `command` on free ports, and waits until it serves.
    ///
    /// # Panics
    /// If it ends before.
    pub fn start(mut command: Invocation) -> Self {
        let port = free_port();
        command.command.args(["--port", &port.to_string()]);
        let mut child = command.start();
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let pipe = child.stderr.take().expect("it is piped");
        let stderr = std::thread::spawn(move || rest(pipe));
        let mut said = String::new();
        while !said.contains("Press Ctrl-C to stop") {
            if stdout.read_line(&mut said).expect("it prints text") == 0 {
                let errors = stderr.join().expect("a pipe is read to its end");
                panic!("nothing is served on port {port}: {said}\n{errors}");
            }
        }
        Self { port, said, child, stdout, stderr }
    }

    /// Ends it by a signal, such as `-INT`. It is to end in good order, and gives all that it said.
    ///
    /// # Panics
    /// If it ends otherwise.
    pub fn end(mut self, signal: &str) -> String {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "it can be sent {signal}");
        self.said.push_str(&rest(self.stdout));
        let status = self.child.wait().expect("the program ends");
        let errors = self.stderr.join().expect("a pipe is read to its end");
        assert_eq!(status.code(), Some(0), "{signal}: {}\n{errors}", self.said);
        self.said
    }
}

/// All that a pipe still gives.
fn rest(mut pipe: impl Read) -> String {
    let mut bytes = Vec::new();
    let _ = pipe.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}
