//! Trouble that a command lives through: throttling, services that answer 503 for a while, and slow answers.

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use amplify_tests::{Cloud, Fault, FaultProxy, Refusal, free_port, tool};

use super::{
    scene::{Scene, Stage},
    spoilt,
};

#[test]
fn bursts_of_refusals_and_slow_answers_are_lived_through() {
    let Some(cloud) = Cloud::start() else { return };
    let proxy = FaultProxy::start(&cloud);
    let mut stage = Stage::new(Scene::Update, &cloud, &proxy);
    for fault in [
        Fault::Refused(Refusal::Throttled, 4),
        Fault::Refused(Refusal::Unavailable, 3),
        Fault::Slow(Duration::from_secs(2)),
    ] {
        // At the first call, while files are sent, and while the stack is watched.
        for call in [1, 6, 14] {
            stage.set();
            let (output, calls) = spoilt(&stage, call, fault);
            assert!(calls.len() > call, "{fault:?} at call {call} of {}\n{output}", calls.len());
            stage.check(&output.success(), true);
        }
    }
}

/// microburst, a proxy that answers as AWS throttles; gone when dropped.
struct Microburst {
    process: Child,
    port: u16,
}

impl Microburst {
    fn start(upstream: u16, rules: &str, folder: &std::path::Path) -> Self {
        let (port, config) = (free_port(), folder.join("microburst.yml"));
        fs_err::write(&config, rules).unwrap();
        let process = Command::new(tool("microburst").unwrap())
            .args(["--port", &port.to_string(), "--upstream", &format!("http://127.0.0.1:{upstream}"), "--config"])
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let begun = std::time::Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(60), "microburst does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { process, port }
    }
}

impl Drop for Microburst {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn throttling_at_random_is_lived_through() {
    let Some(cloud) = Cloud::start() else { return };
    let proxy = FaultProxy::start(&cloud);
    let folder = tempfile::tempdir().unwrap();
    // A throttled call is tried twelve times. With two in five refused, a push of sixty calls fails by chance once in a thousand times.
    let rules = "rules:\n\
                 - {service: cloudformation, probability: 0.4, error: {code: Throttling}}\n\
                 - {service: s3, probability: 0.4, error: {code: SlowDown, status: 503}}\n\
                 - {service: sts, probability: 0.4, error: {code: Throttling}}\n";
    let throttling = Microburst::start(cloud.ministack.port, rules, folder.path());
    let mut stage = Stage::new(Scene::Update, &cloud, &proxy);
    for _ in 0..4 {
        stage.set();
        let url = format!("http://127.0.0.1:{}", throttling.port);
        let output = stage.command().env("AWS_ENDPOINT_URL", url).run();
        stage.check(&output.success(), true);
    }
}
