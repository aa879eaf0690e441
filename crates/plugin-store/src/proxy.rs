//! Which addresses are reached through a proxy, as curl and the AWS SDKs decide it.

/// Proxies for the two schemes, and the hosts that are reached without.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies {
    /// The proxy for `http://` addresses.
    pub http: Option<String>,
    /// The proxy for `https://` addresses.
    pub https: Option<String>,
    /// Hosts reached directly, separated by commas.
    pub no_proxy: Option<String>,
}

impl Proxies {
    /// The proxy for an address; none if it is reached directly.
    pub fn of(&self, url: &str) -> Option<&str> {
        let (scheme, rest) = url.split_once("://")?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let authority = authority.rsplit('@').next().unwrap_or_default();
        let (host, port) = split_port(authority);
        if self.no_proxy.as_deref().is_some_and(|list| list.split(',').any(|entry| matches(entry.trim(), host, port))) {
            return None;
        }
        match scheme {
            "https" => self.https.as_deref(),
            _ => self.http.as_deref(),
        }
    }
}

/// A host and its port; an IPv6 address stands in brackets.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    if let Some((host, rest)) = authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return (host, rest.strip_prefix(':'));
    }
    match authority.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') => (host, Some(port)),
        _ => (authority, None),
    }
}

/// `*`, a host, or a domain with all below it (with or without a leading dot or `*.`); with a port, that port only.
fn matches(entry: &str, host: &str, port: Option<&str>) -> bool {
    if entry == "*" {
        return true;
    }
    let (entry, wanted_port) = split_port(entry);
    if wanted_port.is_some() && wanted_port != port {
        return false;
    }
    let entry = entry.trim_start_matches("*").trim_start_matches('.').to_ascii_lowercase();
    let host = host.to_ascii_lowercase();
    !entry.is_empty() && (host == entry || host.strip_suffix(&entry).is_some_and(|rest| rest.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_chooses_and_exceptions_win() {
        let proxies = Proxies {
            http: Some("http://plain".into()),
            https: Some("http://secure".into()),
            no_proxy: Some("localhost, .corp.example,*.lab.example,exact.example:8443,10.0.0.1,::1".into()),
        };
        assert_eq!(proxies.of("http://x.example/a"), Some("http://plain"));
        assert_eq!(proxies.of("https://x.example:444/a"), Some("http://secure"));
        for direct in [
            "http://localhost:80/",
            "https://plugins.corp.example",
            "https://CORP.example/a@b",
            "https://a.lab.example",
            "https://user:word@exact.example:8443/",
            "http://10.0.0.1:9/",
            "http://[::1]:9/",
        ] {
            assert_eq!(proxies.of(direct), None, "{direct}");
        }
        for through in
            ["https://exact.example/", "https://notcorp.example", "http://10.0.0.10/", "http://localhost.evil"]
        {
            assert!(proxies.of(through).is_some(), "{through}");
        }
        let all = Proxies { no_proxy: Some("*".into()), ..proxies };
        assert_eq!(all.of("https://x.example"), None);
    }
}
