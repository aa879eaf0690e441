//! What a command costs: time on the clock, time on the processor, and memory.

use std::{
    fs::File,
    io::{Read, Seek},
    os::unix::process::CommandExt,
    process::{Command, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

/// How long a command may last. One that asks something, or waits for what will not come, would last for ever.
pub const LIMIT: Duration = Duration::from_secs(300);

/// What a command costs.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// From its start to its end.
    pub time: Duration,
    /// What it and its children used of processors.
    pub processor: Duration,
    /// The largest resident set, in bytes.
    pub memory: u64,
}

/// The median time of so many runs after a first one that does not count, and the other figures of one run.
pub fn median(command: &dyn Fn() -> Command, runs: usize) -> Result<Cost> {
    time(command())?;
    let mut times = (0..runs.max(1)).map(|_| time(command())).collect::<Result<Vec<_>>>()?;
    times.sort();
    Ok(Cost { time: times[times.len() / 2], ..once(&command())? })
}

/// The least time on the processor of so many runs after a first one that does not count. Other work on the machine only adds
/// to it, and adds less to it than to the time on the clock.
pub fn least_processor(command: &dyn Fn() -> Command, runs: usize) -> Result<Duration> {
    once(&command())?;
    let times = (0..runs.max(1)).map(|_| once(&command()).map(|cost| cost.processor)).collect::<Result<Vec<_>>>()?;
    times.into_iter().min().context("nothing was measured")
}

/// The costs with the middle time.
pub fn middle(mut costs: Vec<Cost>) -> Result<Cost> {
    costs.sort_by_key(|cost| cost.time);
    costs.get(costs.len() / 2).copied().context("nothing was measured")
}

/// All figures of one run, by way of a copy of this program that measures its child: the system keeps the figures for all
/// children of a process together. The copy sees to it that nothing of it lasts longer than [`LIMIT`], or than this program.
pub fn once(command: &Command) -> Result<Cost> {
    let mut own = Command::new(std::env::current_exe()?);
    own.arg("measure").arg("--").arg(command.get_program()).args(command.get_args());
    own.env_clear();
    for (key, value) in command.get_envs() {
        if let Some(value) = value {
            own.env(key, value);
        }
    }
    if let Some(folder) = command.get_current_dir() {
        own.current_dir(folder);
    }
    let mut own = own.stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0).spawn()?;
    // Open until the copy has ended; the system closes it if this program does not live to see that.
    let stdin = own.stdin.take();
    let printed = String::from_utf8(own.wait_with_output()?.stdout)?;
    drop(stdin);
    let figures: Vec<u64> = printed.split_whitespace().filter_map(|figure| figure.parse().ok()).collect();
    let [memory, processor, time, 0] = figures.as_slice() else { bail!("`{command:?}` failed: {printed}") };
    Ok(Cost { time: Duration::from_micros(*time), processor: Duration::from_micros(*processor), memory: *memory })
}

/// Runs a program and prints its largest resident set in bytes, its time on processors and on the clock in microseconds, and
/// its exit status. What it printed itself is shown if it fails.
///
/// Its process group, which is to be its own, is killed after [`LIMIT`] and when its standard input closes.
pub fn measure(words: &[String]) -> Result<()> {
    let [program, arguments @ ..] = words else { bail!("no program to measure") };
    let printed = tempfile::tempfile()?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(printed.try_clone()?).stderr(printed.try_clone()?);
    let start = Instant::now();
    let mut child = command.spawn().with_context(|| format!("cannot start `{program}`"))?;
    end_in_time(words.join(" "), printed.try_clone()?);
    let status = child.wait()?;
    let time = start.elapsed().as_micros();
    if !status.success() {
        eprintln!("{}", whole(printed)?);
    }
    let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_CHILDREN)?;
    let used = [usage.user_time(), usage.system_time()];
    let used: i64 = used.iter().map(|time| time.tv_sec() * 1_000_000 + time.tv_usec()).sum();
    println!("{} {used} {time} {}", usage.max_rss() * 1024, status.code().unwrap_or(-1));
    Ok(())
}

/// Kills this process and all in its group after [`LIMIT`], with what was printed, or as soon as standard input closes.
fn end_in_time(what: String, printed: File) {
    let (closed, wait) = mpsc::channel::<()>();
    thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        drop(closed);
    });
    thread::spawn(move || {
        if wait.recv_timeout(LIMIT) == Err(RecvTimeoutError::Timeout) {
            let printed = whole(printed).unwrap_or_default();
            eprintln!("{printed}\n`{what}` did not end within {} s; this is what it printed", LIMIT.as_secs());
        }
        let _ = nix::sys::signal::killpg(nix::unistd::getpgrp(), nix::sys::signal::Signal::SIGKILL);
    });
}

/// All that was written to a file.
fn whole(mut file: File) -> Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn time(mut command: Command) -> Result<Duration> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status()?;
    let took = start.elapsed();
    if !status.success() {
        bail!("`{command:?}` ended with {status}");
    }
    Ok(took)
}

/// A time as the tables show it.
pub fn shown(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1e3;
    if milliseconds < 100.0 { format!("{milliseconds:.1} ms") } else { format!("{:.2} s", time.as_secs_f64()) }
}

/// Bytes as the tables show them.
pub fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
