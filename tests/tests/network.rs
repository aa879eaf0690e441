//! The way to the network: proxies, and certificates of one's own.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::{Arc, Mutex},
};

use amplify_tests::{
    Account, Invocation,
    http::{Request, Server},
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

/// Names that no resolver knows: whoever does not go through the proxy gets nowhere.
const CLOUD: &str = "cloud.invalid";
const AMPLIFY: &str = "amplify.invalid";

/// A proxy that ends TLS with certificates of a private authority, and notes where everybody wants to go.
struct Gate {
    server: Server,
    authority: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Gate {
    fn before(account: &Account) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let text = authority.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(authority, key);
        let own = KeyPair::generate().unwrap();
        let names = vec![CLOUD.to_owned(), AMPLIFY.to_owned()];
        let certificate = CertificateParams::new(names).unwrap().signed_by(&own, &issuer).unwrap();
        let own = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let tls = tls.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], own).unwrap();
        let (tls, asked) = (Arc::new(tls), Arc::<Mutex<Vec<String>>>::default());
        let (note, cloud) = (asked.clone(), account.cloud.ministack.port);
        let amplify: u16 = account.cloud.amplify.url().rsplit(':').next().unwrap().trim_matches('/').parse().unwrap();
        let server = Server::start(move |mut stream| {
            let Some(place) = connect(&mut stream) else { return };
            note.lock().unwrap().push(place.clone());
            let upstream = if place.starts_with(AMPLIFY) { amplify } else { cloud };
            let Ok(connection) = ServerConnection::new(tls.clone()) else { return };
            let mut stream = StreamOwned::new(connection, stream);
            let reply = Request::read(&mut stream).and_then(|request| request.forward(upstream));
            let _ = stream.write_all(&reply.unwrap_or_default());
            stream.conn.send_close_notify();
            let _ = stream.flush();
        });
        Self { server, authority: text, asked }
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

/// Where a client wants to be connected to. It is told that it is.
fn connect(stream: &mut TcpStream) -> Option<String> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.extend(byte);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let place = text.strip_prefix("CONNECT ")?.split(' ').next()?.to_owned();
    stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").ok()?;
    Some(place)
}

fn through(account: &Account, gate: &Gate, variable: &str, arguments: &[&str]) -> Invocation {
    let mut invocation = account.command(arguments.iter().copied());
    for name in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_AMPLIFY"] {
        invocation.command.env_remove(name);
    }
    let file = account.sandbox.home().join("authority.pem");
    fs_err::write(&file, &gate.authority).unwrap();
    invocation
        .env("AWS_ENDPOINT_URL", format!("https://{CLOUD}"))
        .env("AWS_ENDPOINT_URL_AMPLIFY", format!("https://{AMPLIFY}"))
        .env(variable, gate.server.url())
        .env("AWS_CA_BUNDLE", file)
        .env("AWS_MAX_ATTEMPTS", "2")
}

#[test]
fn everything_goes_through_a_proxy_with_a_private_authority() {
    let Some(account) = Account::new() else { return };
    let gate = Gate::before(&account);
    let run = |variable: &str, arguments: &[&str]| through(&account, &gate, variable, arguments).run();
    let _ = run("HTTPS_PROXY", &["init", "--yes"]).success();
    let asked = gate.asked();
    assert!(asked.iter().any(|place| place == &format!("{CLOUD}:443")), "{asked:?}");
    assert!(asked.iter().any(|place| place == &format!("{AMPLIFY}:443")), "{asked:?}");
    account.sandbox.add_bucket("photos");
    let _ = run("https_proxy", &["push", "--yes"]).success();
    assert!(gate.asked().len() > 5);
    assert_eq!(account.buckets().len(), 2, "the deployment's and the app's: {:?}", account.buckets());

    // Who is not to be asked through it is asked directly, which leads nowhere here.
    let past = through(&account, &gate, "HTTPS_PROXY", &["push", "--yes", "--force"]).env("NO_PROXY", CLOUD).run();
    let _ = past.ended_with(1).says("got no answer");
    assert_eq!(gate.asked(), Vec::<String>::new());
    let lower =
        through(&account, &gate, "HTTPS_PROXY", &["push", "--yes", "--force"]).env("no_proxy", ".invalid").run();
    let _ = lower.ended_with(1);
    assert_eq!(gate.asked(), Vec::<String>::new());

    // A certificate of somebody unknown is refused, and a bundle that is none is named.
    let mut strange = through(&account, &gate, "HTTPS_PROXY", &["push", "--yes", "--force"]);
    strange.command.env_remove("AWS_CA_BUNDLE");
    let _ = strange.run().ended_with(1).says("certificate");
    let missing = through(&account, &gate, "HTTPS_PROXY", &["push", "--yes", "--force"]);
    let _ = missing.env("AWS_CA_BUNDLE", "/nowhere/ca.pem").run().ended_with(1).says("code: ca-bundle");
    let _ = run("HTTPS_PROXY", &["delete", "--yes", "--force"]).success();
}
