//! The one way to the network: proxies and certificates as the environment and the profile name them.

use std::path::Path;

use aws_config::profile::Profile;
use aws_sdk_s3::config::SharedHttpClient;
use aws_smithy_http_client::{
    Builder, Connector,
    proxy::ProxyConfig,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::HttpRequest,
    runtime_components::RuntimeComponents,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

use crate::{access_error::AccessError, machine::Machine};

/// A client for all services and for whatever credentials are fetched from.
pub(crate) fn client(machine: &Machine, profile: Option<&Profile>) -> Result<SharedHttpClient, AccessError> {
    let named = machine.variable("AWS_CA_BUNDLE");
    let named = named.or_else(|| profile.and_then(|profile| profile.get("ca_bundle")).map(str::to_owned));
    let trusted = match named {
        Some(bundle) => TrustStore::default().with_pem_certificate(certificates(&machine.path(&bundle))?),
        None => TrustStore::default(),
    };
    let tls = TlsContext::builder().with_trust_store(trusted).build();
    let tls = tls.map_err(|error| AccessError::CaBundle { file: String::new(), cause: error.to_string() })?;
    Ok(SharedHttpClient::new(Ways {
        proxied: way(ProxyConfig::from_env(), tls.clone()),
        direct: way(ProxyConfig::disabled(), tls),
    }))
}

/// The certificates of a bundle, as text. They are trusted beside the system's.
fn certificates(file: &Path) -> Result<String, AccessError> {
    let failed = |cause: String| AccessError::CaBundle { file: file.display().to_string(), cause };
    let bytes = fs_err::read(file).map_err(|error| failed(error.to_string()))?;
    let (mut store, mut text) = (RootCertStore::empty(), String::new());
    for certificate in CertificateDer::pem_slice_iter(&bytes) {
        let certificate = certificate.map_err(|error| failed(error.to_string()))?;
        // A bundle of the system may hold some that are too old to be understood.
        if store.add(certificate.clone()).is_ok() {
            let encoded = STANDARD.encode(&certificate);
            text.push_str(&format!("-----BEGIN CERTIFICATE-----\n{encoded}\n-----END CERTIFICATE-----\n"));
        }
    }
    if store.is_empty() { Err(failed("it holds no certificate".into())) } else { Ok(text) }
}

fn way(proxy: ProxyConfig, tls: TlsContext) -> SharedHttpClient {
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut builder = Connector::builder().proxy_config(proxy.clone());
        if let Some(settings) = settings {
            builder = builder.connector_settings(settings.clone());
        }
        if let Some(sleep) = components.and_then(|components| components.sleep_impl()) {
            builder = builder.sleep_impl(sleep);
        }
        builder.tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls.clone()).build()
    })
}

/// Through the proxies that the variables name, or past them: what answers on this machine, or hands out the credentials of a
/// container or an instance, is never behind one.
#[derive(Debug)]
struct Ways {
    proxied: SharedHttpClient,
    direct: SharedHttpClient,
}

impl HttpClient for Ways {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Fork {
            proxied: self.proxied.http_connector(settings, components),
            direct: self.direct.http_connector(settings, components),
        })
    }
}

#[derive(Debug)]
struct Fork {
    proxied: SharedHttpConnector,
    direct: SharedHttpConnector,
}

impl HttpConnector for Fork {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if is_here(request.uri()) { self.direct.call(request) } else { self.proxied.call(request) }
    }
}

/// Whether an address is loopback or link-local.
fn is_here(uri: &str) -> bool {
    use std::net::{IpAddr, Ipv4Addr};
    let authority = uri.split_once("://").map_or(uri, |(_, rest)| rest).split(['/', '?']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    match host.parse() {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_link_local(),
        Ok(IpAddr::V6(address)) => {
            // The second is where an instance answers.
            address.is_loopback()
                || address.to_ipv4_mapped().is_some_and(|address: Ipv4Addr| address.is_loopback())
                || host.eq_ignore_ascii_case("fd00:ec2::254")
        }
        Err(_) => host.eq_ignore_ascii_case("localhost") || host.to_ascii_lowercase().ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_here_needs_no_proxy() {
        for here in [
            "http://127.0.0.1:4566/",
            "http://localhost:4566",
            "https://bucket.localhost/key",
            "http://[::1]:80/x",
            "http://169.254.169.254/latest",
            "http://[fd00:ec2::254]/latest",
        ] {
            assert!(is_here(here), "{here}");
        }
        for elsewhere in [
            "https://s3.eu-west-1.amazonaws.com/127.0.0.1",
            "http://10.0.0.1/",
            "https://localhost.example.com/",
            "https://example.com/?u=http://localhost",
        ] {
            assert!(!is_here(elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn a_bundle_must_hold_certificates() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        let cause = |file: &Path| {
            let machine = Machine::with(&[("AWS_CA_BUNDLE", file.to_str().unwrap())]);
            let error = client(&machine, None).err().unwrap();
            assert_eq!(error.code(), "ca-bundle");
            amplify_sdk::error::PluginError::from(error).causes.join(" ")
        };
        assert!(cause(&file).contains("ca.pem"));
        fs_err::write(&file, "no certificate").unwrap();
        assert_eq!(cause(&file), "it holds no certificate");
        fs_err::write(&file, "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n").unwrap();
        assert!(!cause(&file).is_empty());
        assert!(client(&Machine::with(&[]), None).is_ok());
    }
}
