//! Downloads over HTTPS: a private authority, a proxy that they are tunnelled through, and what is not trusted.

use std::{path::PathBuf, sync::Arc};

use amplify_plugin_store::{Error, Locked, Network, NetworkSettings, Proxies};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

use crate::{
    downloads::{archive_requests, quick},
    fixture::World,
    server::{Manner, Server},
};

/// A private authority: its own certificate as text, and a server's settings with one that it has issued.
fn authority(name: &str) -> (String, Arc<ServerConfig>) {
    let key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let text = authority.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(authority, key);
    let own = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&own, &issuer).unwrap();
    let own = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let tls = tls.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], own).unwrap();
    (text, Arc::new(tls))
}

/// A world with an index behind a server that speaks TLS, and the file of the authority.
struct Encrypted {
    world: World,
    server: Server,
    authority: PathBuf,
}

impl Encrypted {
    fn new(manner: Manner) -> Self {
        Self::named("127.0.0.1", manner)
    }

    fn named(name: &str, manner: Manner) -> Self {
        let world = World::new();
        world.publish(&["1.0.0"]);
        let (text, tls) = authority(name);
        let authority = world.path("authority.pem");
        fs_err::write(&authority, text).unwrap();
        let server = Server::start_tls(world.path("index"), manner, tls);
        Self { world, server, authority }
    }

    fn trusting(&self, proxies: Proxies) -> NetworkSettings {
        NetworkSettings { ca_file: Some(self.authority.clone()), ..quick(proxies) }
    }

    /// Locks what the server offers.
    fn lock(&mut self, settings: NetworkSettings) -> Result<Locked, Error> {
        self.world.network = Network::new(settings);
        self.world.lock("*", &self.server.url(""))
    }

    fn refused(&mut self, settings: NetworkSettings, says: &str) {
        let error = self.lock(settings).unwrap_err();
        assert_eq!(error.code(), "plugin-download-failed", "{error}");
        assert!(error.causes().iter().any(|cause| cause.contains(says)), "`{says}`: {:?}", error.causes());
        self.world.assert_nothing_installed();
    }
}

#[test]
fn a_private_authority_is_trusted_where_it_is_named_through_a_proxy_too() {
    let mut site = Encrypted::new(Manner::BreaksOff { after: 100_000, times: 1 });
    let proxy = Server::start(site.world.path("nowhere"), Manner::Well);
    let through = |no_proxy: Option<&str>| Proxies {
        http: Some("http://127.0.0.1:9".into()),
        https: Some(proxy.url("")),
        no_proxy: no_proxy.map(str::to_owned),
    };
    let locked = site.lock(site.trusting(through(None))).unwrap();
    assert!(site.world.install(&locked).unwrap());
    site.world.assert_installed(&locked);
    // It broke off once, and went on inside a new tunnel.
    let requests = archive_requests(&site.server);
    assert!(requests.len() == 2 && requests[1].ends_with(" from 100000"), "{requests:?}");
    let tunnels = proxy.seen();
    let wanted = format!("CONNECT 127.0.0.1:{}", site.server.port);
    assert!(tunnels.len() == site.server.seen().len() && tunnels.iter().all(|line| *line == wanted), "{tunnels:?}");

    // Past the proxy, with the authority in a folder as OpenSSL keeps them.
    let folder = site.world.path("authorities");
    fs_err::create_dir_all(&folder).unwrap();
    fs_err::copy(&site.authority, folder.join("0123abcd.0")).unwrap();
    let by_folder =
        NetworkSettings { ca_file: None, ca_folder: Some(folder), ..site.trusting(through(Some("127.0.0.1"))) };
    assert_eq!(site.lock(by_folder).unwrap(), locked);
    assert_eq!(proxy.seen().len(), tunnels.len());
}

#[test]
fn who_is_not_known_is_not_believed() {
    let mut site = Encrypted::new(Manner::Well);
    site.refused(quick(Proxies::default()), "certificate");
    let other = site.world.path("other.pem");
    fs_err::write(&other, authority("127.0.0.1").0).unwrap();
    let settings = NetworkSettings { ca_file: Some(other), ..site.trusting(Proxies::default()) };
    site.refused(settings, "certificate");
    // A proxy that cannot be reached is no reason to go without one.
    let gone = Proxies { https: Some("http://127.0.0.1:9".into()), ..Proxies::default() };
    let error = site.lock(site.trusting(gone)).unwrap_err();
    assert_eq!(error.code(), "plugin-download-failed", "{error}");
    let requests: Vec<String> = site.server.seen();
    assert!(requests.is_empty(), "{requests:?}");

    let mut elsewhere = Encrypted::named("plugins.invalid", Manner::Well);
    let settings = elsewhere.trusting(Proxies::default());
    elsewhere.refused(settings, "certificate");
}

#[test]
fn an_encrypted_address_leads_to_no_open_one() {
    let mut site = Encrypted::new(Manner::Leads("http://127.0.0.1:9/open"));
    let settings = site.trusting(Proxies::default());
    site.refused(settings, "anybody could change");
}
