//! The registry's cache: the heads of manifests as they were read last, so that a command reads one file instead of many.
//!
//! A text file of one line a plugin, whose fields are separated by tabs: the texts of a manifest have no control characters.
//! A line is taken apart when its plugin is asked for.

use std::{borrow::Cow, path::Path, time::UNIX_EPOCH};

use amplify_plugin_abi::{ABI_VERSION, PROTOCOL, TARGET, check, manifest::PluginKind};

use crate::{Pin, description::Head, manifest_file};

/// Counts changes of the cache's own shape.
const FORMAT: u32 = 3;

/// The last line, without which the file was cut off.
const END: &str = "end\n";

/// What the line of a lock begins with. The others begin with an absolute path.
const LOCK: &str = "lock\t";

/// The events of a plugin that hears of none.
const NONE: &str = "[]";

/// How a manifest is known to be unchanged: seconds, nanoseconds and size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stamp(u64, u32, u64);

impl Stamp {
    /// The stamp of a file; `None` where there is none, or no modification time.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let metadata = fs_err::metadata(path).ok()?;
        let time = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(Self(time.as_secs(), time.subsec_nanos(), metadata.len()))
    }

    fn texts(self) -> [String; 3] {
        [self.0.to_string(), self.1.to_string(), self.2.to_string()]
    }
}

/// Manifests that were read and accepted.
#[derive(Debug, Default)]
pub(crate) struct Cache<'t> {
    /// What tells the state of the lock that the first lines are of, and how many they are.
    lock: Option<(&'t str, usize)>,
    lines: Vec<&'t str>,
    /// The line after the one that was found last. Commands ask in the same order, one after the other.
    next: usize,
    /// The lines of the pinned plugins that are there, wherever they lie, with their own folder in the store.
    pinned: Vec<Cow<'t, str>>,
    /// The lines of the manifests that are there besides, in the order in which they were asked for.
    there: Vec<Cow<'t, str>>,
}

/// One line, taken apart.
pub(crate) struct Known<'t> {
    /// The whole of it.
    line: &'t str,
    path: &'t str,
    stamp: [&'t str; 3],
    kind: &'t str,
    word: &'t str,
    name: &'t str,
    version: &'t str,
    sha256: &'t str,
    library: &'t str,
    events: &'t str,
    summary: &'t str,
}

/// What made a cache decides whether its manifests still count as checked.
fn first_line() -> String {
    format!("amplify plugins {FORMAT} {ABI_VERSION} {PROTOCOL} {TARGET}\n")
}

impl<'t> Cache<'t> {
    /// Understands the text of a cache. One that is damaged or of another version is empty.
    pub(crate) fn parse(text: &'t str) -> Self {
        let body = text.strip_prefix(&*first_line()).and_then(|text| text.strip_suffix(END));
        let mut lines: Vec<&str> = body.into_iter().flat_map(|body| body.split_terminator('\n')).collect();
        let lock = lines.first().and_then(|line| line.strip_prefix(LOCK)?.split_once('\t'));
        let lock = lock.and_then(|(count, state)| Some((state, count.parse().ok()?)));
        if lock.is_some() {
            lines.remove(0);
        }
        Self { lock, lines, ..Self::default() }
    }

    /// The plugins of a lock in this state, if they were remembered.
    pub(crate) fn pins(&self, state: &str) -> Option<Vec<Pin>> {
        let (_, count) = self.lock.filter(|(known, _)| *known == state)?;
        let mut pins: Vec<Pin> =
            self.lines.get(..count)?.iter().map(|line| Known::of(line)?.pin()).collect::<Option<_>>()?;
        pins.sort_by(|a, b| a.name.cmp(&b.name));
        Some(pins)
    }

    /// What is known of a manifest.
    pub(crate) fn get(&mut self, path: &Path) -> Option<Known<'t>> {
        let path = path.to_str()?;
        let is_of = |line: &str| line.strip_prefix(path).is_some_and(|rest| rest.starts_with('\t'));
        let at = match self.lines.get(self.next).is_some_and(|line| is_of(line)) {
            true => self.next,
            false => self.lines.iter().position(|line| is_of(line))?,
        };
        self.next = at + 1;
        Known::of(self.lines.get(at)?)
    }

    /// Notes that a manifest is still there.
    pub(crate) fn keep(&mut self, known: &Known<'t>, pinned: bool) {
        self.put(Cow::Borrowed(known.line), pinned);
    }

    fn put(&mut self, line: Cow<'t, str>, pinned: bool) {
        if pinned { self.pinned.push(line) } else { self.there.push(line) }
    }

    /// Adds a pinned plugin whose build is used from elsewhere.
    pub(crate) fn pin(&mut self, path: &Path, head: &Head) {
        self.insert(path, Stamp::default(), head, true);
    }

    /// Adds a manifest. One whose path is no plain text is read each time.
    pub(crate) fn insert(&mut self, path: &Path, stamp: Stamp, head: &Head, pinned: bool) {
        let Some(path) = path.to_str().filter(|path| !path.contains(char::is_control)) else { return };
        let Ok(events) = serde_json::to_string(&head.events) else { return };
        let [seconds, nanos, size] = stamp.texts();
        let Head { name, kind, version, summary, library, sha256, .. } = head;
        let (label, word) = (kind.label(), kind.word());
        let fields = [path, &seconds, &nanos, &size, label, word, name, version, sha256, library, &events, summary];
        self.put(Cow::Owned(fields.join("\t")), pinned);
    }

    /// Writes the cache in one step, if it has changed. A failure is no error: the next command reads the manifests
    /// themselves.
    ///
    /// `lock` is the state of a lock and the number of its plugins, all of which are there.
    pub(crate) fn write(&mut self, path: &Path, lock: Option<(&str, usize)>) {
        let lock = lock.filter(|(state, count)| !state.contains(char::is_control) && self.pinned.len() == *count);
        self.pinned.sort();
        self.pinned.append(&mut self.there);
        if self.pinned == self.lines && (lock.is_none() || self.lock == lock) {
            return;
        }
        let mut text = first_line();
        if let Some((state, count)) = lock {
            text.push_str(&format!("{LOCK}{count}\t{state}\n"));
        }
        for line in &self.pinned {
            text.push_str(line);
            text.push('\n');
        }
        text.push_str(END);
        if let Some(folder) = path.parent() {
            let _ = fs_err::create_dir_all(folder);
        }
        let _ = manifest_file::replace(path, text.as_bytes());
    }
}

impl<'t> Known<'t> {
    fn of(line: &'t str) -> Option<Self> {
        let mut ends = memchr::memchr_iter(b'\t', line.as_bytes());
        let mut from = 0;
        let mut field = || {
            let end = ends.next()?;
            line.get(std::mem::replace(&mut from, end + 1)..end)
        };
        let (path, stamp) = (field()?, [field()?, field()?, field()?]);
        let (kind, word, name, version) = (field()?, field()?, field()?, field()?);
        let (sha256, library, events) = (field()?, field()?, field()?);
        let summary = line.get(from..)?;
        Some(Known { line, path, stamp, kind, word, name, version, sha256, library, events, summary })
    }

    /// The build as a lock would ask for it.
    fn pin(&self) -> Option<Pin> {
        Some(Pin {
            name: self.name.to_owned(),
            version: self.version.to_owned(),
            kind: PluginKind::labelled(self.kind, self.word)?,
            sha256: Some(self.sha256.to_owned()),
            folder: Path::new(self.path).parent()?.to_owned(),
        })
    }

    /// Whether the manifest's file has this stamp.
    pub(crate) fn is_of(&self, stamp: Stamp) -> bool {
        self.stamp == stamp.texts()
    }

    /// Whether the plugin has a part in the commands of others: it hears of events, or is one of several to choose from.
    pub(crate) fn takes_part(&self) -> bool {
        self.events != NONE || !matches!(self.kind, "category" | "util")
    }

    /// Whether it is the build that a project has locked.
    pub(crate) fn is(&self, pin: &Pin) -> bool {
        self.name == pin.name
            && self.kind == pin.kind.label()
            && self.word == pin.kind.word()
            && self.version == pin.version
            && Some(self.sha256) == pin.sha256.as_deref()
    }

    /// The head. It is checked again, since a cache is a file like any other.
    pub(crate) fn head(&self) -> Option<Head> {
        let sound = check::plugin_name(self.name)
            && check::plugin_name(self.word)
            && check::semver(self.version)
            && check::file_name(self.library);
        Some(Head {
            name: sound.then(|| self.name.to_owned())?,
            kind: PluginKind::labelled(self.kind, self.word)?,
            version: self.version.to_owned(),
            summary: self.summary.to_owned(),
            events: if self.events == NONE { Vec::new() } else { serde_json::from_str(self.events).ok()? },
            library: self.library.to_owned(),
            sha256: self.sha256.to_owned(),
        })
    }
}
