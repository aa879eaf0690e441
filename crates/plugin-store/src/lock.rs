//! `amplify/plugins.lock`: the exact plugins of a project, with the hashes of every target.
//!
//! One block a plugin, sorted by name, one line a target: two people who change different plugins seldom meet in a merge.

use std::{borrow::Cow, collections::BTreeMap};

use amplify_plugin_abi::{check::plugin_name, manifest::PluginKind};
use amplify_plugin_package::{Glibc, Release};
use semver::Version;
use serde::Deserialize;

use crate::Error;

/// The file, below the project's root.
pub const LOCK: &str = "amplify/plugins.lock";

/// How many targets a release has commonly.
const TARGETS: usize = 8;

/// Counts breaking changes of the file's form.
const FORMAT: u32 = 1;

const HEADER: &str = "\
# The exact plugins of this project. `amplify plugin` writes it; keep it in git and leave it alone.
# To mend it, type `amplify plugin install`.
format = 1
";

/// What a project has locked, by the plugins' names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// The plugins.
    pub plugins: BTreeMap<String, Locked>,
}

/// One plugin, exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// Its version.
    pub version: Version,
    /// The message protocol it speaks.
    pub protocol: u32,
    /// Its kind, and the word that addresses it.
    pub kind: PluginKind,
    /// Where it comes from, as [`crate::Source`] writes itself.
    pub source: String,
    /// Its builds, by target triple: all of the release, whatever machine wrote the lock.
    pub targets: BTreeMap<String, LockedTarget>,
}

/// One build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedTarget {
    /// SHA-256 of the archive; a folder has none.
    pub archive: Option<String>,
    /// SHA-256 of the library.
    pub library: String,
    /// The glibc that the library needs at least.
    pub libc: Option<Glibc>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    #[serde(default)]
    plugin: Vec<Block<'static>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Block<'t> {
    name: Cow<'t, str>,
    version: Version,
    protocol: u32,
    kind: Cow<'t, str>,
    word: Cow<'t, str>,
    source: Cow<'t, str>,
    targets: Vec<Line<'t>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'t> {
    target: Cow<'t, str>,
    archive: Option<Cow<'t, str>>,
    library: Cow<'t, str>,
    libc: Option<Glibc>,
}

impl Locked {
    /// A release, and where it was found. `archives` tells whether the source has archives.
    pub fn of(release: &Release, source: &str, archives: bool) -> Option<Self> {
        let target = |target: &amplify_plugin_package::ReleaseTarget| LockedTarget {
            archive: archives.then(|| target.sha256.clone()),
            library: target.library_sha256.clone(),
            libc: target.libc,
        };
        Some(Self {
            version: release.version.clone(),
            protocol: release.protocol,
            kind: release.plugin_kind()?,
            source: source.to_owned(),
            targets: release.targets.iter().map(|(triple, build)| (triple.clone(), target(build))).collect(),
        })
    }
}

impl Lock {
    /// Reads the file's text.
    ///
    /// # Errors
    /// It is not what [`Lock`]'s `Display` writes, as after a merge that was not finished.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::parse_kept(text, |_| true)
    }

    /// Reads what one machine needs: the builds for other targets are checked as well, and left out. This is no lock to be
    /// written again.
    ///
    /// # Errors
    /// Those of [`Lock::parse`].
    pub fn parse_for(text: &str, target: &str) -> Result<Self, Error> {
        Self::parse_kept(text, |other| other == target)
    }

    fn parse_kept(text: &str, keep: impl Fn(&str) -> bool) -> Result<Self, Error> {
        // Every command in a project reads its lock, and a reader of all of TOML takes a while for a long one.
        if let Some(lock) = written(text, &keep) {
            return Ok(lock);
        }
        let mut lock = Self::parse_any(text)?;
        lock.plugins.values_mut().for_each(|locked| locked.targets.retain(|target, _| keep(target)));
        Ok(lock)
    }

    /// Reads a lock in whatever layout.
    fn parse_any(text: &str) -> Result<Self, Error> {
        if let Some(number) = text.lines().position(|line| line.starts_with("<<<<<<<") || line.starts_with(">>>>>>>")) {
            return Err(Error::Lock {
                file: LOCK,
                reason: format!("line {}: a merge was not finished", number + 1),
                conflict: true,
            });
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let invalid =
            |reason: String| Error::Lock { file: LOCK, reason: reason.trim_end().to_owned(), conflict: false };
        // A newer form may have other keys, so its number is looked at alone.
        let file = toml_edit::de::from_str::<File>(text).map_err(|error| match format_of(text) {
            Some(newer) if newer > FORMAT => Error::NewerLock { file: LOCK, form: newer, known: FORMAT },
            _ => invalid(error.to_string()),
        })?;
        if file.format > FORMAT {
            return Err(Error::NewerLock { file: LOCK, form: file.format, known: FORMAT });
        }
        if file.format != FORMAT {
            return Err(invalid(format!("it has the form {}, and there is none before {FORMAT}", file.format)));
        }
        let mut lock = Self::default();
        for block in file.plugin {
            let name = block.name.clone().into_owned();
            let locked = block.check(&|_| true).map_err(|fault| invalid(format!("`{name}`: {fault}")))?;
            if lock.plugins.insert(name.clone(), locked).is_some() {
                let reason = format!("`{name}` has two blocks");
                return Err(Error::Lock { file: LOCK, reason, conflict: true });
            }
        }
        Ok(lock)
    }
}

/// Reads a lock that is as `Display` writes it, with no more than plain texts in it. Of any other it says nothing.
fn written(text: &str, keep: &impl Fn(&str) -> bool) -> Option<Lock> {
    let mut lines = lines(text.strip_prefix(HEADER)?);
    let mut plugins = Vec::new();
    while let Some(line) = lines.next() {
        if !line.is_empty() || lines.next()? != "[[plugin]]" {
            return None;
        }
        let mut line = |before: &str| lines.next()?.strip_prefix(before);
        let mut block = Block {
            name: plain(line("name = ")?)?.into(),
            version: plain(line("version = ")?)?.parse().ok()?,
            protocol: number(line("protocol = ")?)?,
            kind: plain(line("kind = ")?)?.into(),
            word: plain(line("word = ")?)?.into(),
            source: plain(line("source = ")?)?.into(),
            targets: Vec::with_capacity(TARGETS),
        };
        line("targets = [")?.is_empty().then_some(())?;
        loop {
            match lines.next()? {
                "]" => break,
                line => block.targets.push(build(line)?),
            }
        }
        plugins.push((block.name.clone().into_owned(), block.check(keep).ok()?));
    }
    // They are sorted, and a map of all is made quicker than one by one.
    let (count, plugins) = (plugins.len(), BTreeMap::from_iter(plugins));
    (plugins.len() == count).then_some(Lock { plugins })
}

/// The line of one build. What its texts may hold is left to [`Block::check`].
fn build(line: &str) -> Option<Line<'_>> {
    let mut rest = line;
    let mut value = |before: &str| {
        let (text, after) = split(rest.strip_prefix(before)?, b'"')?;
        rest = after;
        Some(text)
    };
    let target = value("  { target = \"")?.into();
    let archive = value(", archive = \"").map(Cow::from);
    let library = value(", library = \"")?.into();
    let libc = value(", libc = \"").map(str::parse).transpose().ok()?;
    (rest == " },").then_some(Line { target, archive, library, libc })
}

/// The lines of a text. The ends are found many bytes at a time, since a lock of many plugins has thousands of lines.
fn lines(mut text: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let (line, rest) = split(text, b'\n').or_else(|| (!text.is_empty()).then_some((text, "")))?;
        text = rest;
        Some(line)
    })
}

/// What is before and after the first of an ASCII character.
fn split(text: &str, at: u8) -> Option<(&str, &str)> {
    let position = memchr::memchr(at, text.as_bytes())?;
    Some((text.get(..position)?, text.get(position + 1..)?))
}

/// A text in quotes that stands for itself.
fn plain(quoted: &str) -> Option<&str> {
    let text = quoted.strip_prefix('"')?.strip_suffix('"')?;
    text.bytes().all(|byte| !matches!(byte, b'"' | b'\\' | ..=0x1f | 0x7f)).then_some(text)
}

/// A number as it is written: digits, with no zero before others.
fn number(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    (digits && (text == "0" || !text.starts_with('0'))).then(|| text.parse().ok())?
}

fn format_of(text: &str) -> Option<u32> {
    let document: toml_edit::DocumentMut = text.parse().ok()?;
    document.get("format")?.as_integer()?.try_into().ok()
}

impl Block<'_> {
    /// Checks all of it, and keeps the builds for some targets.
    fn check(self, keep: &impl Fn(&str) -> bool) -> Result<Locked, String> {
        if !plugin_name(&self.name) || !plugin_name(&self.word) {
            return Err("its name or its word is of no plugin".into());
        }
        if self.source.is_empty() || self.source.chars().any(char::is_control) {
            return Err("its source is no text on one line".into());
        }
        let Some(kind) = PluginKind::labelled(&self.kind, &*self.word) else {
            return Err(format!("`{}` is no kind of plugin", self.kind));
        };
        if self.targets.is_empty() {
            return Err("it has no target".into());
        }
        let mut targets = BTreeMap::new();
        for (at, line) in self.targets.iter().enumerate() {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
            if line.target.is_empty() || line.target.contains("..") || !line.target.bytes().all(plain) {
                return Err(format!("`{}` is no target", line.target));
            }
            if !is_sha256(&line.library) || !line.archive.as_deref().is_none_or(is_sha256) {
                return Err(format!("a hash of `{}` is not 64 lower-case hex digits", line.target));
            }
            if self.targets[..at].iter().any(|other| other.target == line.target) {
                return Err(format!("`{}` occurs twice", line.target));
            }
            if keep(&line.target) {
                let (archive, library) = (line.archive.as_deref().map(str::to_owned), line.library.to_string());
                targets.insert(line.target.to_string(), LockedTarget { archive, library, libc: line.libc });
            }
        }
        let Self { version, protocol, source, .. } = self;
        Ok(Locked { version, protocol, kind, source: source.into_owned(), targets })
    }
}

fn is_sha256(text: &str) -> bool {
    // Without an early end, the processor compares many bytes at once.
    let digits = text.bytes().fold(true, |all, byte| all & matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    text.len() == 64 && digits
}

/// The file's text: the same lock makes the same bytes.
impl std::fmt::Display for Lock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let quoted = |text: &str| toml_edit::Value::from(text).to_string();
        f.write_str(HEADER)?;
        for (name, locked) in &self.plugins {
            let Locked { version, protocol, kind, source, targets } = locked;
            write!(f, "\n[[plugin]]\nname = {}\nversion = {}\n", quoted(name), quoted(&version.to_string()))?;
            write!(f, "protocol = {protocol}\nkind = {}\nword = {}\n", quoted(kind.label()), quoted(kind.word()))?;
            write!(f, "source = {}\ntargets = [\n", quoted(source))?;
            for (target, build) in targets {
                write!(f, "  {{ target = {}", quoted(target))?;
                if let Some(archive) = &build.archive {
                    write!(f, ", archive = {}", quoted(archive))?;
                }
                write!(f, ", library = {}", quoted(&build.library))?;
                if let Some(libc) = build.libc {
                    write!(f, ", libc = {}", quoted(&libc.to_string()))?;
                }
                f.write_str(" },\n")?;
            }
            f.write_str("]\n")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locked(version: &str) -> Locked {
        let target = |digit: &str| LockedTarget {
            archive: Some(digit.repeat(64)),
            library: "f".repeat(64),
            libc: Some("2.17".parse().unwrap()),
        };
        Locked {
            version: version.parse().unwrap(),
            protocol: 1,
            kind: PluginKind::category("queue"),
            source: "index+https://plugins.example.com/\"quoted\"".into(),
            targets: [("x86_64-unknown-linux-gnu", "1"), ("aarch64-apple-darwin", "2")]
                .map(|(triple, digit)| (triple.to_owned(), target(digit)))
                .into(),
        }
    }

    fn lock() -> Lock {
        let plugins = ["category-queue", "category-mail"].map(|name| (name.to_owned(), locked("1.2.0-beta.1+5")));
        Lock { plugins: plugins.into() }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = lock().to_string();
        assert_eq!(Lock::parse(&text).unwrap(), lock());
        assert_eq!(Lock::parse(&text.replace('\n', "\r\n")).unwrap(), lock());
        assert_eq!(Lock::parse(&Lock::default().to_string()).unwrap(), Lock::default());
        let (mail, queue) = (text.find("category-mail").unwrap(), text.find("category-queue").unwrap());
        assert!(mail < queue, "sorted by name");
        assert_eq!(text.lines().filter(|line| line.contains("target = ")).count(), 4, "a line for each target");
    }

    /// In both ways of reading.
    #[test]
    fn the_builds_for_other_machines_are_checked_and_left_out() {
        let mut plain = lock();
        plain.plugins.values_mut().for_each(|locked| locked.source = "index+https://plugins.example.com".into());
        for whole in [lock(), plain] {
            let text = whole.to_string();
            let target = "x86_64-unknown-linux-gnu";
            let ours = Lock::parse_for(&text, target).unwrap();
            assert_eq!(ours.plugins.len(), whole.plugins.len());
            for (name, locked) in &ours.plugins {
                let own =
                    whole.plugins[name].targets.get_key_value(target).map(|(key, build)| (key.clone(), build.clone()));
                assert_eq!(*locked, Locked { targets: own.into_iter().collect(), ..whole.plugins[name].clone() });
            }
            assert!(Lock::parse_for(&text, "none").unwrap().plugins.values().all(|locked| locked.targets.is_empty()));
            let others = whole.plugins["category-mail"].targets.keys().filter(|key| *key != target).collect::<Vec<_>>();
            assert!(!others.is_empty());
            for other in others {
                let line = text.lines().find(|line| line.contains(other.as_str())).unwrap();
                for wrong in [
                    line.replacen(other.as_str(), target, 1),
                    line.replace(&"f".repeat(64), "f"),
                    "<<<<<<< ours".into(),
                ] {
                    let text = text.replacen(line, &wrong, 1);
                    assert_eq!(Lock::parse_for(&text, target).unwrap_err().code(), "plugins-lock-invalid", "{wrong}");
                }
            }
        }
    }

    /// The short way of reading says the same as the long one, or nothing.
    #[test]
    fn both_ways_of_reading_agree() {
        let all = |_: &str| true;
        assert_eq!(written(&lock().to_string(), &all), None, "its sources have quotes in them");
        let mut lock = lock();
        lock.plugins.values_mut().for_each(|locked| locked.source = "index+https://plugins.example.com/ö".into());
        let text = lock.to_string();
        assert_eq!(written(&text, &all), Some(lock.clone()));
        assert_eq!(Lock::parse_any(&text).unwrap(), lock);
        assert_eq!(written(&Lock::default().to_string(), &all), Some(Lock::default()));
        let (mut agreed, mut left) = (0, 0);
        for at in text.char_indices().map(|(at, _)| at).step_by(7) {
            for other in ["", "\"", "\\", "\n", "\r", ",", " ", "0", "a", "}", "]", "#", "\u{7f}", "é", "+"] {
                for end in [at, at + 1] {
                    let altered = format!("{}{other}{}", &text[..at], text.get(end..).unwrap_or_default());
                    match written(&altered, &all) {
                        Some(lock) => {
                            assert_eq!(Lock::parse_any(&altered).unwrap(), lock, "{altered}");
                            agreed += 1;
                        }
                        None => left += 1,
                    }
                }
            }
        }
        assert!(agreed > 100 && left > 100, "{agreed} {left}");
    }

    #[test]
    fn two_people_who_change_different_plugins_change_different_lines() {
        let base = lock();
        let mut other = base.clone();
        other.plugins.insert("category-mail".into(), locked("2.0.0"));
        let (base, other) = (base.to_string(), other.to_string());
        let changed: Vec<&str> = other.lines().filter(|line| !base.lines().any(|old| old == *line)).collect();
        assert_eq!(changed, ["version = \"2.0.0\""]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let good = lock().to_string();
        let twice = format!("{good}{}", &good[good.find("\n[[plugin]]").unwrap()..]);
        let conflict = good.replacen("version", "<<<<<<< HEAD\nversion", 1);
        for (text, says, mends) in [
            (conflict, "a merge was not finished", "<<<<<<<"),
            (twice, "has two blocks", "keep one block"),
            (good.replace("format = 1", "format = 2"), "the form 2", "update amplify"),
            (good.replace("format = 1", "format = 2\nnews = true"), "the form 2", "update amplify"),
            (good.replace("format = 1", "format = 0"), "the form 0", "git"),
            (good.replace("format = 1", "format = 1\nnews = true"), "news", "git"),
            (good.replace("category-queue", "../up"), "no plugin", "git"),
            (good.replace("\"category\"", "\"cat\""), "no kind", "git"),
            (good.replace(&"1".repeat(64), "abc"), "64", "git"),
            (good.replace("x86_64-unknown-linux-gnu", "../../x"), "no target", "git"),
            (good.replace("1.2.0-beta.1+5", "one"), "one", "git"),
            (String::new(), "format", "git"),
        ] {
            let error = Lock::parse(&text).unwrap_err();
            assert_eq!(error.code(), "plugins-lock-invalid");
            assert!(error.causes()[0].contains(says), "{says}: {:?}", error.causes());
            assert!(error.hints()[0].contains(mends), "{mends}: {:?}", error.hints());
            // A newer lock is sound: nobody is to delete it.
            assert!(
                mends == "git" || !error.hints().iter().any(|hint| hint.contains("delete it")),
                "{:?}",
                error.hints()
            );
        }
    }
}
