//! Downloads over a network that behaves, and over others.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use amplify_plugin_abi::TARGET;
use amplify_plugin_store::{
    Error, Job, Locked, Machine, Network, NetworkSettings, Proxies, Silent, Watch, install_all,
};

use crate::{
    fixture::World,
    server::{Manner, Server},
};

/// A world with an index behind a server.
fn served(manner: Manner) -> (World, Server, Locked) {
    let mut world = World::new();
    world.publish(&["1.0.0"]);
    world.network = Network::new(quick(Proxies::default()));
    let well = Server::start(world.path("index"), Manner::Well);
    let mut locked = world.lock("*", &well.url("")).unwrap();
    let server = Server::start(world.path("index"), manner);
    locked.source = format!("index+{}", server.url("").trim_end_matches('/'));
    (world, server, locked)
}

pub fn quick(proxies: Proxies) -> NetworkSettings {
    let (connect, idle) = (Duration::from_secs(2), Duration::from_millis(700));
    NetworkSettings { proxies, connect, idle, ..NetworkSettings::default() }
}

pub fn archive_requests(server: &Server) -> Vec<String> {
    server.seen().into_iter().filter(|line| line.contains(".tar.gz")).collect()
}

#[test]
fn a_download_arrives_whole_and_tells_how_far_it_is() {
    let (world, server, locked) = served(Manner::Well);
    let heard = Heard::default();
    let jobs = [Job { name: "category-queue", locked: &locked, offer: None, key: None }];
    let installed = install_all(&world.store(), &world.finder(), &jobs, &Machine::this(), &heard).unwrap();
    assert_eq!(installed, ["category-queue"]);
    world.assert_installed(&locked);
    let steps = heard.steps.lock().unwrap();
    assert!(steps.len() > 1 && steps.is_sorted(), "{steps:?}");
    assert_eq!(archive_requests(&server).len(), 1);
    assert!(archive_requests(&server)[0].contains(TARGET), "no other target is fetched");
}

#[derive(Default)]
struct Heard {
    steps: Mutex<Vec<u64>>,
    stop_after: Option<u64>,
    stopped: AtomicBool,
}

impl Watch for Heard {
    fn arrived(&self, _plugin: &str, bytes: u64, of: u64) {
        assert!(bytes <= of);
        self.steps.lock().unwrap().push(bytes);
        if self.stop_after.is_some_and(|limit| bytes >= limit) {
            self.stopped.store(true, Ordering::SeqCst);
        }
    }

    fn note(&self, _text: &str) {}

    fn cancelled(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }
}

#[test]
fn a_download_that_breaks_off_goes_on_where_it_was() {
    let (world, server, locked) = served(Manner::BreaksOff { after: 100_000, times: 2 });
    assert!(world.install(&locked).unwrap());
    world.assert_installed(&locked);
    let requests = archive_requests(&server);
    assert_eq!(requests.len(), 3, "{requests:?}");
    assert!(requests[1].ends_with(" from 100000") && requests[2].ends_with(" from 200000"), "{requests:?}");
}

#[test]
fn a_cancelled_install_is_taken_up_by_the_next_one() {
    let (world, server, locked) = served(Manner::Well);
    let heard = Heard { stop_after: Some(100_000), ..Heard::default() };
    let jobs = [Job { name: "category-queue", locked: &locked, offer: None, key: None }];
    let error = install_all(&world.store(), &world.finder(), &jobs, &Machine::this(), &heard).unwrap_err();
    assert!(matches!(error, Error::Cancelled), "{error}");
    world.assert_nothing_installed();
    assert_eq!(world.unfinished().len(), 1, "the beginning of the download: {:?}", world.unfinished());
    assert!(world.install(&locked).unwrap());
    world.assert_installed(&locked);
    assert!(archive_requests(&server)[1].contains(" from "), "{:?}", server.seen());
    assert!(world.unfinished().is_empty());
}

#[test]
fn servers_without_ranges_and_with_wrong_ones_are_coped_with() {
    for manner in [Manner::NoRanges, Manner::WrongRanges] {
        let (world, server, locked) = served(manner);
        let part = world.path("home/store/.unfinished");
        fs_err::create_dir_all(&part).unwrap();
        let archive = locked.targets[TARGET].archive.clone().unwrap();
        fs_err::write(part.join(format!("{archive}.part")), vec![9; 50_000]).unwrap();
        assert!(world.install(&locked).unwrap(), "{manner:?}");
        world.assert_installed(&locked);
        assert!(archive_requests(&server)[0].ends_with(" from 50000"), "{:?}", server.seen());
    }
}

#[test]
fn a_wrong_beginning_is_thrown_away_with_the_first_wrong_hash() {
    let (world, _server, locked) = served(Manner::Well);
    let part = world.path("home/store/.unfinished");
    fs_err::create_dir_all(&part).unwrap();
    let archive = locked.targets[TARGET].archive.clone().unwrap();
    fs_err::write(part.join(format!("{archive}.part")), vec![9; 50_000]).unwrap();
    assert_eq!(world.install(&locked).unwrap_err().code(), "plugin-hash-mismatch");
    world.assert_nothing_installed();
    assert!(world.install(&locked).unwrap(), "the next one begins anew");
}

#[test]
fn what_is_not_what_was_promised_is_never_unpacked() {
    for (manner, code) in [
        (Manner::Flips, "plugin-hash-mismatch"),
        (Manner::TooLong, "plugin-hash-mismatch"),
        (Manner::Stalls, "plugin-download-failed"),
        (Manner::Refuses, "plugin-download-failed"),
        (Manner::Leads("/again"), "plugin-download-failed"),
        (Manner::Leads("file:///etc/passwd"), "plugin-download-failed"),
        (Manner::Leads("http://127.0.0.1:9/closed"), "plugin-download-failed"),
    ] {
        let (world, _server, locked) = served(manner);
        let start = Instant::now();
        let error = world.install(&locked).unwrap_err();
        assert_eq!(error.code(), code, "{manner:?}: {error} {:?}", error.causes());
        assert!(start.elapsed() < Duration::from_secs(15), "{manner:?} took {:?}", start.elapsed());
        assert!(!error.hints().is_empty());
        world.assert_nothing_installed();
    }
}

#[test]
fn a_proxy_is_used_for_all_and_only_what_it_is_for() {
    let (mut world, server, locked) = served(Manner::Well);
    let proxy = Server::start(world.path("nowhere"), Manner::Well);
    let at = |list: Option<&str>| Proxies {
        http: Some(proxy.url("")),
        https: Some("http://127.0.0.1:9".into()),
        no_proxy: list.map(str::to_owned),
    };
    world.network = Network::new(quick(at(Some("127.0.0.1"))));
    assert!(world.offer_is_the_locked_one(&locked).is_ok());
    assert!(proxy.seen().is_empty(), "{:?}", proxy.seen());
    let direct = server.seen().len();
    world.network = Network::new(quick(at(None)));
    assert!(world.install(&locked).unwrap());
    world.assert_installed(&locked);
    assert_eq!(proxy.seen().len(), server.seen().len() - direct, "nothing went past the proxy: {:?}", proxy.seen());
    world.network = Network::new(quick(Proxies { http: Some("http://127.0.0.1:9".into()), ..Proxies::default() }));
    let error = world.offer_is_the_locked_one(&locked).unwrap_err();
    assert!(error.hints()[0].contains("HTTPS_PROXY"), "{:?}", error.hints());
}

#[test]
fn certificates_that_do_not_exist_are_named() {
    let mut world = World::new();
    world.network =
        Network::new(NetworkSettings { ca_file: Some("/nowhere/ca.pem".into()), ..quick(Proxies::default()) });
    let error = world.lock("*", "https://127.0.0.1:9/index").unwrap_err();
    assert_eq!(error.code(), "network-settings");
    assert!(error.causes()[0].contains("/nowhere/ca.pem"), "{:?}", error.causes());
}

#[test]
fn two_installs_at_once_fetch_once_and_both_succeed() {
    let (world, server, locked) = served(Manner::Well);
    let (world, locked) = (&world, &locked);
    let new: usize = std::thread::scope(|scope| {
        let running: Vec<_> =
            (0..4).map(|_| scope.spawn(move || usize::from(world.install(locked).unwrap()))).collect();
        running.into_iter().map(|install| install.join().unwrap()).sum()
    });
    assert_eq!(new, 1);
    world.assert_installed(locked);
    assert_eq!(archive_requests(&server).len(), 1, "{:?}", server.seen());
    assert!(world.unfinished().is_empty(), "{:?}", world.unfinished());
    let jobs: Vec<Job<'_>> = (0..8).map(|_| Job { name: "category-queue", locked, offer: None, key: None }).collect();
    assert!(install_all(&world.store(), &world.finder(), &jobs, &Machine::this(), &Silent).unwrap().is_empty());
}

#[test]
fn several_are_fetched_at_once() {
    let mut world = World::new();
    let versions = ["1.0.0", "1.1.0", "1.2.0", "1.3.0"];
    world.publish(&versions);
    world.network = Network::new(NetworkSettings { idle: Duration::from_secs(10), ..quick(Proxies::default()) });
    // One after the other they would wait for one another in vain.
    let server = Server::start(world.path("index"), Manner::Together(versions.len()));
    let locked: Vec<Locked> =
        versions.iter().map(|version| world.lock(&format!("={version}"), &server.url("")).unwrap()).collect();
    let start = Instant::now();
    let jobs: Vec<Job<'_>> =
        locked.iter().map(|locked| Job { name: "category-queue", locked, offer: None, key: None }).collect();
    let installed = install_all(&world.store(), &world.finder(), &jobs, &Machine::this(), &Silent).unwrap();
    assert_eq!(installed.len(), versions.len());
    assert!(start.elapsed() < Duration::from_secs(9), "{:?}", start.elapsed());
    locked.iter().for_each(|locked| world.assert_installed(locked));
}

#[test]
fn when_one_fails_the_others_are_stopped_and_what_is_there_is_whole() {
    let (world, _server, good) = served(Manner::Well);
    let mut bad = good.clone();
    bad.source = "index+http://127.0.0.1:9".into();
    bad.version = "2.0.0".parse().unwrap();
    let jobs: Vec<Job<'_>> =
        [&bad, &good].map(|locked| Job { name: "category-queue", locked, offer: None, key: None }).into();
    let error = install_all(&world.store(), &world.finder(), &jobs, &Machine::this(), &Silent).unwrap_err();
    assert_eq!(
        error.code(),
        "plugin-download-failed",
        "the failure is told, not that the other one was stopped: {error}"
    );
    if !world.place(&good).exists() {
        world.assert_nothing_installed();
    }
    let _ = world.install(&good).unwrap();
    world.assert_installed(&good);
}
