//! A static index: one small file a plugin, one line a version. Any web server, bucket or folder can hold one.

use amplify_plugin_package::Release;
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::{Error, source::Place};

/// The file that makes a folder an index.
pub const MARKER: &str = "amplify-index.json";

/// The form of index that this version writes and reads.
pub const FORMAT: u32 = 1;

/// The largest file of an index that is read, in bytes: some thousand versions.
pub const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// What the marker holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marker {
    /// See [`FORMAT`].
    pub format: u32,
}

/// One version in an index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The release.
    #[serde(flatten)]
    pub release: Release,
    /// Whether it was withdrawn: it is still there for those who have locked it, and offered to nobody else.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub yanked: bool,
}

/// The file of one plugin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Versions {
    /// Its versions, oldest first.
    pub lines: Vec<Line>,
    /// Lines that this version of amplify cannot use, and why.
    pub unread: Vec<String>,
}

impl Versions {
    /// Reads the file of a plugin. A line that cannot be used is passed over: it may be meant for a newer amplify.
    ///
    /// # Errors
    /// It is no text, or a line is about another plugin or says the version of another line.
    pub fn parse(bytes: &[u8], name: &str, index: &str) -> Result<Self, Error> {
        let wrong = |reason: String| Error::Index { index: index.to_owned(), reason };
        let text = std::str::from_utf8(bytes).map_err(|_| wrong("it is no UTF-8".into()))?;
        let mut versions = Self::default();
        for (number, text) in text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
            let number = number + 1;
            match serde_json::from_str::<Line>(text) {
                Err(error) => versions.unread.push(format!("line {number}: {error}")),
                Ok(line) => {
                    let release = &line.release;
                    if release.name != name {
                        return Err(wrong(format!("line {number} is about `{}`", shown(&release.name))));
                    }
                    if versions.find(&release.version).is_some() {
                        return Err(wrong(format!("line {number}: {} occurs twice", release.version)));
                    }
                    match release.faults().first() {
                        Some(fault) => versions.unread.push(format!("line {number}: {fault}")),
                        None => versions.lines.push(line),
                    }
                }
            }
        }
        versions.lines.sort_by(|a, b| a.release.version.cmp(&b.release.version));
        Ok(versions)
    }

    /// The line of a version.
    pub fn find(&self, version: &Version) -> Option<&Line> {
        self.lines.iter().find(|line| line.release.version == *version)
    }

    /// The file's bytes. Lines that could not be read are not among them.
    ///
    /// # Errors
    /// Never for what [`Versions::parse`] accepts.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = Vec::new();
        for line in &self.lines {
            serde_json::to_writer(&mut bytes, line)?;
            bytes.push(b'\n');
        }
        Ok(bytes)
    }
}

/// The file of a plugin in an index.
pub fn file_of(index: &Place, name: &str) -> Place {
    index.join(&["plugins", &format!("{name}.jsonl")])
}

/// The folder of a version's description and archives in an index.
pub fn folder_of(index: &Place, name: &str, version: &Version) -> Place {
    index.join(&["releases", name, &version.to_string()])
}

fn shown(text: &str) -> String {
    text.chars().take(60).flat_map(char::escape_default).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(version: &str) -> String {
        let hash = "a".repeat(64);
        format!(
            "{{\"name\":\"category-queue\",\"version\":\"{version}\",\"protocol\":1,\"kind\":\"category\",\"word\":\"queue\",\
             \"summary\":\"Queues\",\"targets\":{{\"x86_64-unknown-linux-gnu\":{{\"archive\":\
             \"category-queue-{version}-x86_64-unknown-linux-gnu.tar.gz\",\"size\":5,\"sha256\":\"{hash}\",\
             \"librarySha256\":\"{hash}\"}}}}}}"
        )
    }

    fn parse(text: &str) -> Result<Versions, Error> {
        Versions::parse(text.as_bytes(), "category-queue", "the index")
    }

    #[test]
    fn lines_are_read_and_written() {
        let yanked = line("1.10.0").replace("\"protocol\"", "\"yanked\":true,\"protocol\"");
        let versions = parse(&format!("{yanked}\r\n\n{}\n", line("1.9.0"))).unwrap();
        let shown: Vec<_> = versions.lines.iter().map(|line| (line.release.version.to_string(), line.yanked)).collect();
        assert_eq!(shown, [("1.9.0".into(), false), ("1.10.0".into(), true)]);
        let bytes = versions.to_bytes().unwrap();
        assert_eq!(Versions::parse(&bytes, "category-queue", "i").unwrap(), versions);
        assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), 2);
    }

    #[test]
    fn lines_for_a_newer_amplify_are_passed_over() {
        let newer = line("2.0.0").replace("\"category\"", "\"orchestra\"");
        let other = "{\"format\": 9}";
        let versions = parse(&format!("{}\n{newer}\n{other}\nnot json\n", line("1.0.0"))).unwrap();
        assert_eq!(versions.lines.len(), 1);
        assert_eq!(versions.unread.len(), 3, "{:?}", versions.unread);
        assert!(versions.unread[0].starts_with("line 2: "), "{:?}", versions.unread);
    }

    #[test]
    fn a_line_about_another_plugin_spoils_the_file() {
        for bad in
            [line("1.0.0").replace("\"category-queue\"", "\"category-mail\""), format!("{0}\n{0}", line("1.0.0"))]
        {
            assert_eq!(parse(&bad).unwrap_err().code(), "plugin-index-invalid");
        }
        assert!(Versions::parse(b"\xff", "a", "i").is_err());
    }

    #[test]
    fn an_archive_that_lies_elsewhere_is_no_line() {
        let versions = parse(&line("1.0.0").replace("\"archive\":\"category", "\"archive\":\"../category")).unwrap();
        assert!(versions.lines.is_empty() && versions.unread.len() == 1);
    }
}
