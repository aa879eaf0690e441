//! What secrets look like. A pattern is here only if hardly anything else looks so: a guard that cries wolf is switched off.

use std::sync::OnceLock;

use regex_lite::Regex;

/// A kind of secret.
struct Pattern {
    /// What it is, for the user.
    kind: &'static str,
    /// A text that every line with one holds, since that is found fastest.
    needle: &'static str,
    /// The form.
    form: &'static str,
}

const fn pattern(kind: &'static str, needle: &'static str, form: &'static str) -> Pattern {
    Pattern { kind, needle, form }
}

const PATTERNS: &[Pattern] = &[
    pattern("a private key", "PRIVATE KEY", r"-----BEGIN ([A-Z]+ )?PRIVATE KEY( BLOCK)?-----"),
    pattern("a GitHub token", "gh", r"\bgh[pousr]_[A-Za-z0-9]{36}\b"),
    pattern("a GitHub token", "github_pat_", r"\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b"),
    pattern("a GitLab token", "glpat-", r"\bglpat-[A-Za-z0-9_-]{20}\b"),
    pattern("an npm token", "npm_", r"\bnpm_[A-Za-z0-9]{36}\b"),
    pattern("a Slack token", "xox", r"\bxox[abeoprs]-[0-9]{8,}-[0-9A-Za-z-]{16,}"),
    pattern(
        "a Slack webhook",
        "hooks.slack.com",
        r"hooks\.slack\.com/services/T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/[A-Za-z0-9]{20,}",
    ),
    pattern("a Stripe secret key", "_live_", r"\b[sr]k_live_[0-9A-Za-z]{20,}\b"),
    pattern("a SendGrid key", "SG.", r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b"),
    pattern("a Google client secret", "GOCSPX-", r"\bGOCSPX-[A-Za-z0-9_-]{28}"),
    pattern("a Firebase server key", ":APA91b", r"\bAAAA[A-Za-z0-9_-]{7}:APA91b[A-Za-z0-9_-]{100,}"),
    pattern("an Amazon client secret", "amzn1.oa2-cs", r"\bamzn1\.oa2-cs\.v1\.[0-9a-f]{64}\b"),
    pattern("a Facebook access token", "EAACEdEose0cBA", r"\bEAACEdEose0cBA[0-9A-Za-z]{20,}"),
    pattern(
        "a Facebook app secret",
        "acebook",
        r#"(?i)facebook[a-z_]*secret[a-z_]*\\?["']?\s*[:=]\s*\\?["']?[0-9a-f]{32}\b"#,
    ),
    pattern(
        "the client secret of an identity provider",
        "client_secret",
        r#"\bclient_secret\\?["']?\s*[:=]\s*\\?["'][A-Za-z0-9_./+=~-]{12,}\\?["']"#,
    ),
    pattern(
        "an AWS secret access key",
        "ecret",
        r#"(?i)\b(aws_?)?secret_?access_?key\\?["']?\s*[:=]\s*\\?["']?[A-Za-z0-9/+=]{40}(?:[^A-Za-z0-9/+=]|$)"#,
    ),
];

/// The id of an AWS access key, which is no secret alone.
const KEY_ID: &str = r"\b(AKIA|ASIA)[A-Z2-7]{16}\b";
/// What an AWS secret access key looks like.
const KEY: &str = r"(?:^|[^A-Za-z0-9/+=])([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)";
/// How many lines may lie between the two.
const NEAR: usize = 4;

/// Lines, from 1, that hold a secret, and what it is.
pub(super) fn find(text: &str) -> Vec<(usize, &'static str)> {
    let forms = forms();
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for (pattern, form) in PATTERNS.iter().zip(&forms.patterns) {
            let is_there =
                line.contains(pattern.needle) && form.find_iter(line).any(|hit| !is_placeholder(hit.as_str()));
            if is_there && found.last() != Some(&(index + 1, pattern.kind)) {
                found.push((index + 1, pattern.kind));
            }
        }
    }
    found.extend(key_pairs(text, forms));
    found.sort_unstable();
    found.dedup_by_key(|(line, _)| *line);
    found
}

/// An access key's id with a text near it that can only be its secret.
fn key_pairs(text: &str, forms: &Forms) -> Vec<(usize, &'static str)> {
    if !text.contains("AKIA") && !text.contains("ASIA") {
        return Vec::new();
    }
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let is_id = forms.key_id.find_iter(line).any(|hit| !is_placeholder(hit.as_str()));
        if !is_id {
            continue;
        }
        let near = index.saturating_sub(NEAR)..(index + NEAR + 1).min(lines.len());
        for other in near {
            let secret = forms.key.captures(lines[other]).and_then(|hit| hit.get(1));
            if secret.is_some_and(|secret| is_random(secret.as_str()) && !is_placeholder(secret.as_str())) {
                found.push((other + 1, "an AWS secret access key"));
            }
        }
    }
    found
}

/// Documentation and templates hold things that look like secrets and are none.
fn is_placeholder(text: &str) -> bool {
    let lower = text.to_lowercase();
    let repeated = text.chars().rev().take(8).collect::<std::collections::HashSet<_>>().len() == 1;
    repeated || ["example", "xxxx", "placeholder", "your_", "your-", "changeme"].iter().any(|word| lower.contains(word))
}

/// A hash in hexadecimal has the length of a key, but no letters of both cases.
fn is_random(text: &str) -> bool {
    let has = |test: fn(&char) -> bool| text.chars().any(|part| test(&part));
    has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase) && has(char::is_ascii_digit)
}

struct Forms {
    patterns: Vec<Regex>,
    key_id: Regex,
    key: Regex,
}

#[expect(clippy::expect_used, reason = "a test compiles them all")]
fn forms() -> &'static Forms {
    static FORMS: OnceLock<Forms> = OnceLock::new();
    FORMS.get_or_init(|| {
        let compiled = |form: &str| Regex::new(form).expect("the table holds regular expressions");
        Forms {
            patterns: PATTERNS.iter().map(|pattern| compiled(pattern.form)).collect(),
            key_id: compiled(KEY_ID),
            key: compiled(KEY),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of each, put together here so that no file of this repository holds one.
    fn samples() -> Vec<(String, &'static str)> {
        let run = |part: &str, length: usize| part.chars().cycle().take(length).collect::<String>();
        let letters = |length| run("a1B2c3D4", length);
        let hex = |length| run("0f1e2d3c", length);
        vec![
            (format!("-----BEGIN {} KEY-----", "RSA PRIVATE"), "a private key"),
            (format!("-----BEGIN {} KEY-----", "PRIVATE"), "a private key"),
            (format!("gho_{}", letters(36)), "a GitHub token"),
            (format!("token: github_pat_{}_{}", letters(22), letters(59)), "a GitHub token"),
            (format!("glpat-{}", letters(20)), "a GitLab token"),
            (format!("//registry/:_authToken=npm_{}", letters(36)), "an npm token"),
            (format!("xoxb-{}-{}", run("1234567890", 12), letters(24)), "a Slack token"),
            (format!("https://hooks.slack.com/services/T{0}/B{0}/{1}", run("A1B2", 8), letters(24)), "a Slack webhook"),
            (format!("'sk_{}_{}'", "live", letters(24)), "a Stripe secret key"),
            (format!("SG.{}.{}", letters(22), letters(43)), "a SendGrid key"),
            (format!("GOCSPX-{}", letters(28)), "a Google client secret"),
            (format!("AAAA{}:APA91b{}", letters(7), letters(134)), "a Firebase server key"),
            (format!("amzn1.oa2-cs.v1.{}", hex(64)), "an Amazon client secret"),
            (format!("EAACEdEose0cBA{}", letters(40)), "a Facebook access token"),
            (format!("\"facebookAppSecretUserPool\": \"{}\"", hex(32)), "a Facebook app secret"),
            (
                format!(
                    r#""hostedUIProviderCreds": "[{{\"client_id\":\"1\",\"client_secret\":\"{}\"}}]""#,
                    letters(24)
                ),
                "the client secret of an identity provider",
            ),
            (format!("aws_secret_access_key = {}", letters(40)), "an AWS secret access key"),
            (format!("\"secretAccessKey\": \"{}\"", letters(40)), "an AWS secret access key"),
        ]
    }

    #[test]
    fn each_kind_is_found() {
        for (text, kind) in samples() {
            assert_eq!(find(&format!("first\n{text}\nlast")), [(2, kind)], "{text}");
        }
        let kinds: std::collections::BTreeSet<&str> = samples().into_iter().map(|(_, kind)| kind).collect();
        let known: std::collections::BTreeSet<&str> = PATTERNS.iter().map(|pattern| pattern.kind).collect();
        assert_eq!(kinds, known, "every pattern has a sample");
    }

    #[test]
    fn a_key_pair_is_found_by_its_id() {
        let id = format!("AKIA{}", "ABCD2345".repeat(2));
        let secret = "aB3/".repeat(10);
        assert_eq!(find(&format!("id: '{id}',\nother\nkey: '{secret}'")), [(3, "an AWS secret access key")]);
        assert!(find(&format!("id: '{id}'")).is_empty(), "the id alone is no secret");
        assert!(find(&format!("id: '{id}'\nsha1: {}", "0f1e2d3c".repeat(5))).is_empty(), "a hash is no key");
        assert!(find(&format!("key: '{secret}'")).is_empty(), "without an id it could be anything");
    }

    #[test]
    fn what_only_looks_like_one_is_let_be() {
        for text in [
            "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "\"client_secret\": { \"Ref\": \"googleClientSecret\" }",
            "\"client_secret\\\":\\\"\" + event.clientSecret",
            "const secretAccessKey = process.env.AWS_SECRET_ACCESS_KEY;",
            "pk_live_isPublishable00000000000",
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "-----BEGIN PUBLIC KEY-----",
            "\"facebookAppId\": \"0123456789abcdef\"",
            "\"StackId\": \"arn:aws:cloudformation:us-east-1:123456789012:stack/a/0f1e2d3c-0000-1111-2222-333344445555\"",
            "\"lastPushDirHash\": \"wJalrXUtnFEMIK7MDENGbPxRfiCY1234567890a=\"",
        ] {
            assert_eq!(find(text), [], "{text}");
        }
    }
}
