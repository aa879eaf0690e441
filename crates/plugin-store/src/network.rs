//! One blocking HTTP client for everything that is fetched: proxies, certificates, time limits, resumed downloads.

use std::{
    io::{Read, Seek, SeekFrom, Write},
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Duration,
};

use amplify_project::failpoint;
use ureq::{
    Agent, Body, Proxy,
    http::{Response, StatusCode},
    tls::{Certificate, RootCerts, TlsConfig},
};

use crate::{Error, Watch, proxy::Proxies};

/// How often a download that breaks off is taken up again without a byte having arrived in between.
const ATTEMPTS: u32 = 3;

const REDIRECTS: usize = 5;

/// What the user's surroundings say about the network.
#[derive(Clone, Debug)]
pub struct NetworkSettings {
    /// Proxies, and what is reached without.
    pub proxies: Proxies,
    /// A file of certificates to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// A folder of certificates to trust instead of the system's.
    pub ca_folder: Option<PathBuf>,
    /// How long a connection may take.
    pub connect: Duration,
    /// How long nothing may arrive.
    pub idle: Duration,
    /// The product and its version, for servers' logs.
    pub user_agent: String,
}

impl Default for NetworkSettings {
    fn default() -> Self {
        Self {
            proxies: Proxies::default(),
            ca_file: None,
            ca_folder: None,
            connect: Duration::from_secs(15),
            idle: Duration::from_secs(30),
            user_agent: "amplify".into(),
        }
    }
}

/// The client. Nothing is set up before the first request.
#[derive(Debug)]
pub struct Network {
    settings: NetworkSettings,
    tls: OnceLock<Result<TlsConfig, String>>,
}

/// A small file, if the server has it.
pub(crate) enum Found {
    Bytes(Vec<u8>),
    Absent,
}

/// A file that is being downloaded: what it must be in the end, and whose it is.
pub(crate) struct Wanted<'a> {
    pub plugin: &'a str,
    pub size: u64,
}

impl Network {
    /// A client with these settings.
    pub fn new(settings: NetworkSettings) -> Self {
        Self { settings, tls: OnceLock::new() }
    }

    /// A whole file of at most `most` bytes.
    pub(crate) fn get(&self, url: &str, most: u64) -> Result<Found, Error> {
        let response = self.request(url, None)?;
        match response.status() {
            StatusCode::OK => {}
            // A bucket says 403 of a file that is not there to those who may not list it.
            StatusCode::NOT_FOUND | StatusCode::GONE | StatusCode::FORBIDDEN => {
                return Ok(Found::Absent);
            }
            status => return Err(refused(url, status)),
        }
        let mut bytes = Vec::new();
        let mut reader = response.into_body().into_reader().take(most + 1);
        reader.read_to_end(&mut bytes).map_err(|error| broken_off(url, &error))?;
        if bytes.len() as u64 > most {
            return Err(Error::Network {
                url: url.to_owned(),
                reason: format!("it has more than the {most} bytes allowed"),
                connection: false,
            });
        }
        Ok(Found::Bytes(bytes))
    }

    /// Downloads into a file that may hold the beginning already.
    pub(crate) fn download(
        &self,
        url: &str,
        file: &mut fs_err::File,
        wanted: &Wanted<'_>,
        watch: &dyn Watch,
    ) -> Result<(), Error> {
        let path = file.path().to_owned();
        let mut attempts = 0;
        loop {
            let mut have = file.seek(SeekFrom::End(0)).map_err(Error::files("read", &path))?;
            if have > wanted.size {
                file.set_len(0).and_then(|()| file.rewind()).map_err(Error::files("write", &path))?;
                have = 0;
            }
            if have == wanted.size {
                return Ok(());
            }
            let failed = match self.go_on(url, file, have, wanted, watch) {
                Ok(()) => return Ok(()),
                Err(error @ Error::Network { connection: true, .. }) => error,
                Err(error) => return Err(error),
            };
            let now = file.metadata().map_err(Error::files("read", &path))?.len();
            attempts = if now > have { 0 } else { attempts + 1 };
            if attempts >= ATTEMPTS {
                return Err(failed);
            }
            watch.note(&format!("{failed}; trying again from byte {now}"));
            std::thread::sleep(Duration::from_millis(200) * attempts);
        }
    }

    /// Asks for the rest of a file and appends it.
    fn go_on(
        &self,
        url: &str,
        file: &mut fs_err::File,
        have: u64,
        wanted: &Wanted<'_>,
        watch: &dyn Watch,
    ) -> Result<(), Error> {
        let response = self.request(url, (have > 0).then_some(have))?;
        let path = file.path().to_owned();
        let mut have = match response.status() {
            StatusCode::PARTIAL_CONTENT if starts_at(&response, have) => have,
            StatusCode::OK => 0,
            // What is there is no beginning of it.
            StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => {
                file.set_len(0).map_err(Error::files("write", &path))?;
                return self.go_on(url, file, 0, wanted, watch);
            }
            status => return Err(refused(url, status)),
        };
        file.set_len(have).and_then(|()| file.seek(SeekFrom::Start(have))).map_err(Error::files("write", &path))?;
        let mut reader = response.into_body().into_reader();
        let mut buffer = vec![0; 64 * 1024];
        loop {
            if watch.cancelled() {
                return Err(Error::Cancelled);
            }
            let count = match reader.read(&mut buffer) {
                Ok(0) if have < wanted.size => return Err(broken_off(url, &std::io::ErrorKind::UnexpectedEof.into())),
                Ok(0) => return Ok(()),
                Ok(count) => count,
                Err(error) => return Err(broken_off(url, &error)),
            };
            have += count as u64;
            if have > wanted.size {
                file.set_len(0).map_err(Error::files("write", &path))?;
                return Err(Error::WrongBytes {
                    origin: url.to_owned(),
                    promised: format!("{} bytes", wanted.size),
                    found: "more".into(),
                });
            }
            failpoint::hit("store-part-write")
                .and_then(|()| file.write_all(&buffer[..count]))
                .map_err(Error::files("write", &path))?;
            watch.arrived(wanted.plugin, have, wanted.size);
        }
    }

    /// Sends a request, and follows where it leads.
    fn request(&self, url: &str, from: Option<u64>) -> Result<Response<Body>, Error> {
        let mut url = url.to_owned();
        for _ in 0..=REDIRECTS {
            let agent = self.agent(&url)?;
            let mut request = agent.get(&url).header("user-agent", &self.settings.user_agent);
            if let Some(from) = from {
                request = request.header("range", format!("bytes={from}-"));
            }
            let response = request.call().map_err(|error| unreachable(&url, &error))?;
            if !response.status().is_redirection() {
                return Ok(response);
            }
            let next = response.headers().get("location").and_then(|value| value.to_str().ok()).unwrap_or_default();
            let next = absolute(&url, next);
            if url.starts_with("https://") && !next.starts_with("https://") || !next.starts_with("http") {
                let reason = format!("it leads to `{next}`, where anybody could change what arrives");
                return Err(Error::Network { url, reason, connection: false });
            }
            url = next;
        }
        Err(Error::Network { url, reason: "it leads in a circle".into(), connection: false })
    }

    fn agent(&self, url: &str) -> Result<Agent, Error> {
        let settings = &self.settings;
        let proxy = match settings.proxies.of(url) {
            None => None,
            Some(proxy) => Some(Proxy::new(proxy).map_err(|error| Error::Settings {
                reason: format!("the proxy `{}`: {error}", without_password(proxy)),
            })?),
        };
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(proxy)
            .timeout_resolve(Some(settings.connect))
            .timeout_connect(Some(settings.connect))
            .timeout_recv_response(Some(settings.idle))
            .timeout_per_read(Some(settings.idle))
            .timeout_per_write(Some(settings.idle));
        if url.starts_with("https://")
            || settings.proxies.https.as_deref().is_some_and(|url| url.starts_with("https://"))
        {
            let tls = self.tls.get_or_init(|| trust(settings)).clone();
            config = config.tls_config(tls.map_err(|reason| Error::Settings { reason })?);
        }
        Ok(config.build().new_agent())
    }
}

/// The certificates that are trusted: those the user names, else the system's.
fn trust(settings: &NetworkSettings) -> Result<TlsConfig, String> {
    let (file, folder) = (settings.ca_file.as_deref(), settings.ca_folder.as_deref());
    let named = file.is_some() || folder.is_some();
    let found = if named {
        rustls_native_certs::load_certs_from_paths(file, folder)
    } else {
        rustls_native_certs::load_native_certs()
    };
    if found.certs.is_empty() {
        let place = file.or(folder).map_or_else(|| "the system".to_owned(), |path| format!("`{}`", path.display()));
        let why = found.errors.first().map(|error| format!(": {error}")).unwrap_or_default();
        return Err(format!("{place} has no certificate to trust{why}"));
    }
    let certificates: Vec<_> = found.certs.iter().map(|found| Certificate::from_der(found).to_owned()).collect();
    Ok(TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&certificates))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build())
}

fn starts_at(response: &Response<Body>, have: u64) -> bool {
    let range = response.headers().get("content-range").and_then(|value| value.to_str().ok());
    range.is_some_and(|range| range.starts_with(&format!("bytes {have}-")))
}

/// An address that another one leads to.
fn absolute(from: &str, to: &str) -> String {
    if to.contains("://") {
        return to.to_owned();
    }
    let (scheme, rest) = from.split_once("://").unwrap_or(("https", from));
    if let Some(host) = to.strip_prefix("//") {
        return format!("{scheme}://{host}");
    }
    match to.strip_prefix('/') {
        Some(path) => format!("{scheme}://{}/{path}", rest.split('/').next().unwrap_or_default()),
        None => format!("{scheme}://{}/{to}", rest.rsplit_once('/').map_or(rest, |(folder, _)| folder)),
    }
}

fn without_password(proxy: &str) -> String {
    match (proxy.split_once("://"), proxy.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://...@{host}"),
        _ => proxy.to_owned(),
    }
}

fn unreachable(url: &str, error: &ureq::Error) -> Error {
    Error::Network { url: url.to_owned(), reason: error.to_string(), connection: true }
}

fn broken_off(url: &str, error: &std::io::Error) -> Error {
    let reason = match error.kind() {
        std::io::ErrorKind::UnexpectedEof => "the connection was closed too early".to_owned(),
        _ => error.to_string(),
    };
    Error::Network { url: url.to_owned(), reason, connection: true }
}

fn refused(url: &str, status: StatusCode) -> Error {
    let transient = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
    Error::Network { url: url.to_owned(), reason: format!("the server answers {status}"), connection: transient }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_others_lead_to() {
        let from = "https://x.example/a/b.json";
        assert_eq!(absolute(from, "https://y.example/c"), "https://y.example/c");
        assert_eq!(absolute(from, "//y.example/c"), "https://y.example/c");
        assert_eq!(absolute(from, "/c"), "https://x.example/c");
        assert_eq!(absolute(from, "c.json"), "https://x.example/a/c.json");
    }

    #[test]
    fn a_password_is_not_shown() {
        assert_eq!(without_password("http://ann:secret@proxy:80"), "http://...@proxy:80");
        assert_eq!(without_password("http://proxy:80"), "http://proxy:80");
    }
}
