//! Runs a tool: output captured, stopped with everything it started when the user stops.

use std::{
    collections::VecDeque,
    ffi::OsStr,
    io::{self, BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use amplify_sdk::prelude::*;

/// How many of the last lines of a failed tool are shown.
const TAIL: usize = 20;

/// How long a tool may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(2);

const TICK: Duration = Duration::from_millis(50);

/// How a tool did not succeed.
#[derive(Debug)]
pub enum Failure {
    /// It is not installed.
    Missing,
    /// It said no; the last lines of what it said.
    Failed {
        /// Exit status, in words.
        status: String,
        /// Its last lines.
        lines: Vec<String>,
    },
    /// It could not be started or watched, or the user stopped.
    Other(Box<PluginError>),
}

impl Failure {
    /// The error for the user. `task` completes "could not ...", `hint` says how to get a missing tool.
    pub fn into_error(self, program: &str, task: &str, hint: &str) -> PluginError {
        match self {
            Failure::Missing => {
                PluginError::new("tool-missing", format!("could not {task}: `{program}` was not found")).hint(hint)
            }
            Failure::Failed { status, lines } => {
                let error = PluginError::new("tool-failed", format!("could not {task}: `{program}` failed ({status})"));
                if lines.is_empty() { error } else { error.cause(lines.join("\n")) }
            }
            Failure::Other(error) => *error,
        }
    }
}

/// Runs `program` in `folder` and waits for it.
///
/// # Errors
/// See [`Failure`].
pub fn run(
    context: &mut Context<'_>,
    program: &str,
    arguments: &[impl AsRef<OsStr>],
    folder: &Path,
) -> Result<(), Failure> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) if error.kind() == io::ErrorKind::NotFound && folder.is_dir() => return Err(Failure::Missing),
        Err(error) => {
            let error = PluginError::new("tool-start", format!("cannot start `{program}`")).cause(error);
            return Err(Failure::Other(Box::new(error)));
        }
    };
    let lines = read_lines(&mut child);
    let mut tail = VecDeque::new();
    let mut ended: Option<(std::process::ExitStatus, Instant)> = None;
    loop {
        match lines.recv_timeout(TICK) {
            Ok(line) => {
                context.log(LogLevel::Debug, format!("{program}: {line}"));
                if tail.len() == TAIL {
                    tail.pop_front();
                }
                tail.push_back(line);
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) if ended.is_some() => break,
            Err(mpsc::RecvTimeoutError::Disconnected) => thread::sleep(TICK),
        }
        if let Err(stop) = context.check_cancelled() {
            end(&mut child);
            return Err(Failure::Other(Box::new(stop)));
        }
        match ended {
            // Something that the tool left running may hold its output open for ever.
            Some((_, since)) if since.elapsed() > GRACE => break,
            Some(_) => {}
            None => match child.try_wait() {
                Ok(Some(status)) => ended = Some((status, Instant::now())),
                Ok(None) => {}
                Err(error) => {
                    end(&mut child);
                    let error = PluginError::new("tool-wait", format!("lost sight of `{program}`")).cause(error);
                    return Err(Failure::Other(Box::new(error)));
                }
            },
        }
    }
    match ended {
        Some((status, _)) if status.success() => Ok(()),
        Some((status, _)) => Err(Failure::Failed { status: status.to_string(), lines: tail.into() }),
        None => Err(Failure::Other(Box::new(PluginError::new("tool-wait", format!("lost sight of `{program}`"))))),
    }
}

fn read_lines(child: &mut Child) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    let streams: [Option<Box<dyn Read + Send>>; 2] = [
        child.stdout.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
        child.stderr.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
    ];
    for stream in streams.into_iter().flatten() {
        let sender = sender.clone();
        thread::spawn(move || {
            let mut reader = BufReader::new(stream);
            let mut line = Vec::new();
            while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
                let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                line.clear();
                if !text.is_empty() && sender.send(text).is_err() {
                    break;
                }
            }
        });
    }
    receiver
}

/// Ends the tool and what it started: asked first, then made to.
fn end(child: &mut Child) {
    signal(child, false);
    let since = Instant::now();
    while since.elapsed() < GRACE {
        if !matches!(child.try_wait(), Ok(None)) {
            break;
        }
        thread::sleep(TICK);
    }
    signal(child, true);
    // Nothing more can be done if even that fails; the user wants to stop.
    let _ = child.wait();
}

#[cfg(unix)]
fn signal(child: &Child, force: bool) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let signal = if force { Signal::KILL } else { Signal::TERM };
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // A group that is gone already is what was wanted.
        let _ = kill_process_group(group, signal);
    }
}

#[cfg(not(unix))]
fn signal(child: &mut Child, force: bool) {
    if force {
        let id = child.id().to_string();
        let _ = Command::new("taskkill")
            .args(["/T", "/F", "/PID", &id])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        let _ = child.kill();
    }
}
