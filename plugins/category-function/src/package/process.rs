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

/// How many of the last lines of a failed tool are shown by default, of its output and of its errors each.
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
    run_with(context, program, arguments, &[], folder, TAIL)
}

/// The same with further environment variables, and with so many last lines shown.
///
/// # Errors
/// See [`Failure`].
pub fn run_with(
    context: &mut Context<'_>,
    program: &str,
    arguments: &[impl AsRef<OsStr>],
    variables: &[(&str, &str)],
    folder: &Path,
    shown: usize,
) -> Result<(), Failure> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1").envs(variables.iter().copied());
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
    let mut tails: [VecDeque<String>; 2] = Default::default();
    let mut ended: Option<(std::process::ExitStatus, Instant)> = None;
    loop {
        match lines.recv_timeout(TICK) {
            Ok((stream, line)) => {
                context.log(LogLevel::Debug, format!("{program}: {line}"));
                let tail = &mut tails[stream];
                if tail.len() == shown {
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
        Some((status, _)) => {
            Err(Failure::Failed { status: status.to_string(), lines: tails.into_iter().flatten().collect() })
        }
        None => Err(Failure::Other(Box::new(PluginError::new("tool-wait", format!("lost sight of `{program}`"))))),
    }
}

/// The lines of output (0) and errors (1) as they come.
fn read_lines(child: &mut Child) -> mpsc::Receiver<(usize, String)> {
    let (sender, receiver) = mpsc::channel();
    let streams: [Option<Box<dyn Read + Send>>; 2] = [
        child.stdout.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
        child.stderr.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
    ];
    for (number, stream) in streams.into_iter().enumerate() {
        let Some(stream) = stream else { continue };
        let sender = sender.clone();
        thread::spawn(move || {
            let mut reader = BufReader::new(stream);
            let mut line = Vec::new();
            while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
                let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                line.clear();
                if !text.is_empty() && sender.send((number, text)).is_err() {
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::package::silent::Silent;

    fn shell(script: &str, silent: &mut Silent) -> Result<(), Failure> {
        run(&mut Context::new(silent, ProjectView::default()), "sh", &["-c", script], Path::new("/"))
    }

    #[test]
    fn a_missing_tool_is_named_with_a_way_to_get_it() {
        let mut silent = Silent::default();
        let mut context = Context::new(&mut silent, ProjectView::default());
        let failure = run(&mut context, "no-such-tool", &["x"], Path::new("/")).unwrap_err();
        let error = failure.into_error("no-such-tool", "pack", "install it");
        assert_eq!(error.code, "tool-missing");
        assert_eq!(error.message, "could not pack: `no-such-tool` was not found");
        assert_eq!(error.hints, ["install it"]);
    }

    #[test]
    fn the_last_lines_of_a_failure_are_kept() {
        let script = "i=0; while [ $i -lt 50 ]; do echo line $i; i=$((i+1)); done; echo at last >&2; exit 3";
        let error = shell(script, &mut Silent::default()).unwrap_err().into_error("sh", "try", "");
        assert_eq!(error.message, "could not try: `sh` failed (exit status: 3)");
        let lines: Vec<&str> = error.causes[0].lines().collect();
        assert_eq!(lines.len(), TAIL + 1);
        assert!(lines.contains(&"line 49") && lines.contains(&"at last") && !lines.contains(&"line 0"), "{lines:?}");
    }

    #[test]
    fn what_is_left_running_does_not_hold_the_tool_up() {
        let started = Instant::now();
        shell("sleep 30 & exit 0", &mut Silent::default()).unwrap();
        assert!(started.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn a_tool_that_will_not_stop_is_made_to() {
        let started = Instant::now();
        let mut silent = Silent { stop_after: Some(5), ..Silent::default() };
        let failure = shell("trap '' TERM; while true; do sleep 1; done", &mut silent).unwrap_err();
        assert_eq!(failure.into_error("sh", "try", "").code, "cancelled");
        assert!(started.elapsed() < Duration::from_secs(20));
    }
}
