//! The process of a function: started in a group of its own, watched, and ended with everything it started.

use std::{
    io::{self, PipeReader, Read},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{Failure, Invocation, Runtime};
use crate::Error;

/// What of a log is kept.
const LOG_LIMIT: usize = 4 * 1024 * 1024;

/// A function to start.
pub(super) struct Job<'j> {
    pub(super) function: &'j str,
    pub(super) runtime: Runtime,
    pub(super) runtime_name: &'j str,
    pub(super) code_dir: &'j Path,
    /// A folder of its own for the bootstrap, the request and the result.
    pub(super) work: &'j Path,
    pub(super) limit: Duration,
    pub(super) variables: Vec<(String, String)>,
    pub(super) request: Value,
}

/// Starts the function and waits for it.
pub(super) fn run(job: &Job<'_>, cancelled: &mut dyn FnMut() -> bool) -> Result<Invocation, Error> {
    let (name, script) = job.runtime.bootstrap();
    let bootstrap = job.work.join(name);
    let request = job.work.join("request.json");
    fs_err::write(&bootstrap, script)?;
    fs_err::write(&request, serde_json::to_vec(&job.request).map_err(io::Error::from)?)?;

    let (reader, writer) = io::pipe()?;
    let mut command = Command::new(job.runtime.program());
    command
        .arg(&bootstrap)
        .arg(&request)
        .current_dir(job.code_dir)
        // It ends itself when this process does, however that ends: then its standard input ends.
        .stdin(Stdio::piped())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .env_remove("AWS_PROFILE")
        .env_remove("AWS_DEFAULT_PROFILE")
        .env_remove("AWS_SESSION_TOKEN")
        .env("PYTHONUNBUFFERED", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONIOENCODING", "utf-8")
        .envs(job.variables.iter().map(|(name, value)| (name, value)));
    own_group(&mut command);
    let begin = Instant::now();
    let child = command.spawn().map_err(|error| launch_error(job, &error))?;
    drop(command);
    let mut process = Process { child };
    let log = thread::spawn(move || collect(reader));

    let end = loop {
        if let Some(status) = process.child.try_wait()? {
            break End::Exited(status);
        }
        if begin.elapsed() >= job.limit {
            break End::TimedOut;
        }
        if cancelled() {
            break End::Cancelled;
        }
        let fast = begin.elapsed() < Duration::from_millis(500);
        thread::sleep(Duration::from_millis(if fast { 2 } else { 10 }));
    };
    let elapsed = begin.elapsed();
    // Also what the function started and left behind; only then does the log end.
    process.end();
    let log = log.join().unwrap_or_default();
    let (outcome, duration) = match end {
        End::Cancelled => return Err(Error::Cancelled),
        End::TimedOut => (Err(timed_out(job.limit)), elapsed),
        End::Exited(status) => read_result(&job.work.join("result.json"), status, elapsed),
    };
    Ok(Invocation { outcome, log, duration })
}

enum End {
    Exited(ExitStatus),
    TimedOut,
    Cancelled,
}

/// A process that does not outlive its owner.
struct Process {
    child: Child,
}

impl Process {
    fn end(&mut self) {
        end_group(&mut self.child);
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(unix)]
fn own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(not(unix))]
fn own_group(_command: &mut Command) {}

#[cfg(unix)]
fn end_group(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    // The group keeps its number as long as a process is in it; an empty one answers with an error.
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

#[cfg(not(unix))]
fn end_group(child: &mut Child) {
    let _ = child.kill();
}

fn launch_error(job: &Job<'_>, error: &io::Error) -> Error {
    if error.kind() == io::ErrorKind::NotFound {
        return Error::MissingProgram { program: job.runtime.program().into(), runtime: job.runtime_name.into() };
    }
    Error::Launch { function: job.function.into(), reason: error.to_string() }
}

fn collect(mut reader: PipeReader) -> String {
    let mut log = Vec::new();
    let mut buffer = vec![0; 16 * 1024];
    let mut lost = false;
    while let Ok(count) = reader.read(&mut buffer) {
        if count == 0 {
            break;
        }
        let room = LOG_LIMIT - log.len();
        lost |= count > room;
        log.extend_from_slice(&buffer[..count.min(room)]);
    }
    let mut log = String::from_utf8_lossy(&log).into_owned();
    if lost {
        log.push_str("\n(the rest of the log is left out)\n");
    }
    log
}

fn timed_out(limit: Duration) -> Failure {
    Failure {
        error_type: "Sandbox.Timedout".into(),
        message: format!("Task timed out after {:.2} seconds", limit.as_secs_f64()),
        trace: Vec::new(),
    }
}

fn read_result(path: &Path, status: ExitStatus, elapsed: Duration) -> (Result<Value, Failure>, Duration) {
    let document = fs_err::read(path).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    let Some(mut document) = document else {
        let message = format!("the process ended without a result: {status}");
        return (Err(Failure { error_type: "Runtime.ExitError".into(), message, trace: Vec::new() }), elapsed);
    };
    let duration = document["duration"]
        .as_f64()
        .map_or(elapsed, |milliseconds| Duration::try_from_secs_f64(milliseconds / 1000.0).unwrap_or(elapsed));
    let Some(error) = document.get("error") else { return (Ok(document["result"].take()), duration) };
    let text = |key: &str| error.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let trace = error.get("trace").and_then(Value::as_array).cloned().unwrap_or_default();
    let trace = trace.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    (Err(Failure { error_type: text("errorType"), message: text("errorMessage"), trace }), duration)
}
