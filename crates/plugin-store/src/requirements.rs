//! `amplify/plugins.toml`: what a team asks for. Edited by hand and by commands, so comments and layout are kept.

use std::{collections::BTreeMap, ops::Range};

use amplify_plugin_abi::check::plugin_name;
use semver::VersionReq;
use toml_edit::{DocumentMut, ImDocument, InlineTable, Item, Key, Table, TableLike, Value};

use crate::Error;

/// The file, below the project's root.
pub const REQUIREMENTS: &str = "amplify/plugins.toml";

const NEW: &str =
    "# The plugins that this project asks for, beyond those that come with amplify. Keep it in git.\n\n[plugins]\n";

/// What a project asks for.
#[derive(Clone, Debug, Default)]
pub struct Requirements {
    written: Written,
    plugins: BTreeMap<String, Wanted>,
    index: Option<String>,
    key: Option<String>,
    unknown: Vec<String>,
    windows_lines: bool,
}

/// The file as it is written. Only whoever edits it needs more than its text.
#[derive(Clone, Debug)]
enum Written {
    Text(String),
    Document(DocumentMut),
}

impl Default for Written {
    fn default() -> Self {
        Self::Document(DocumentMut::default())
    }
}

impl Written {
    fn document(&mut self) -> &mut DocumentMut {
        if let Self::Text(text) = self {
            *self = Self::Document(text.parse().unwrap_or_default());
        }
        match self {
            Self::Document(document) => document,
            Self::Text(_) => unreachable!("it was replaced just above"),
        }
    }
}

/// What is asked for of one plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The versions that will do.
    pub requirement: VersionReq,
    /// Where it comes from, as it is written; none means the project's index.
    pub from: Option<String>,
    /// The minisign key that its releases are signed with.
    pub key: Option<String>,
}

impl Wanted {
    /// Any version from the project's index.
    pub fn any() -> Self {
        Self { requirement: VersionReq::STAR, from: None, key: None }
    }
}

impl Requirements {
    /// An empty file, with a word on what it is for.
    pub fn new() -> Self {
        Self { written: Written::Text(NEW.to_owned()), ..Self::default() }
    }

    /// Reads the file's text.
    ///
    /// # Errors
    /// It is no TOML, or an entry has the wrong form; the reason names its place.
    pub fn parse(text: &str) -> Result<Self, Error> {
        // Every command that opens a plugin reads this file, and a reader of all of TOML takes a while for a long one.
        match simple(text) {
            Some(read) => Ok(read),
            None => Self::parse_any(text),
        }
    }

    /// Reads a file in whatever layout.
    fn parse_any(text: &str) -> Result<Self, Error> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if let Some(number) = text.lines().position(|line| line.starts_with("<<<<<<<") || line.starts_with(">>>>>>>")) {
            let reason = format!("line {}: a merge was not finished", number + 1);
            return Err(Error::Requirements { file: REQUIREMENTS, reason, conflict: true });
        }
        let document = ImDocument::parse(text).map_err(|error| invalid(error.to_string()))?;
        let mut read = Self { windows_lines: text.contains("\r\n"), ..Self::default() };
        let lines = Lines(text);
        for (key, item) in document.iter() {
            match key {
                "index" => read.index = Some(lines.string(item, "index")?),
                "key" => read.key = Some(lines.string(item, "key")?),
                "plugins" => {
                    let no_table = || lines.invalid(item.span(), "`plugins` is no table");
                    let table = item.as_table_like().ok_or_else(no_table)?;
                    for (name, item) in table.iter() {
                        if !plugin_name(name) {
                            let place = table.get_key_value(name).and_then(|(key, _)| Key::span(key));
                            return Err(lines.invalid(place, &format!("`{name}` is no name of a plugin")));
                        }
                        read.plugins.insert(name.to_owned(), lines.wanted(name, item, &mut read.unknown)?);
                    }
                }
                other => read.unknown.push(other.to_owned()),
            }
        }
        read.written = Written::Document(document.into_mut());
        Ok(read)
    }

    /// The plugins, by name.
    pub fn plugins(&self) -> &BTreeMap<String, Wanted> {
        &self.plugins
    }

    /// Where plugins without a source of their own come from, as it is written.
    pub fn index(&self) -> Option<&str> {
        self.index.as_deref()
    }

    /// The key of that index.
    pub fn index_key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Keys that mean nothing to this version; they are kept.
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// Where a plugin comes from: its own source, else the project's index.
    pub fn source_of<'a>(&'a self, wanted: &'a Wanted) -> Option<&'a str> {
        wanted.from.as_deref().or(self.index())
    }

    /// The key that a plugin's releases must be signed with: its own, else that of the index it comes from.
    pub fn key_of<'a>(&'a self, wanted: &'a Wanted) -> Option<&'a str> {
        let of_index = self.key.as_deref().filter(|_| wanted.from.is_none());
        wanted.key.as_deref().or(of_index)
    }

    /// Asks for a plugin, or for other versions of it.
    pub fn set(&mut self, name: &str, wanted: &Wanted) {
        let short = wanted.from.is_none() && wanted.key.is_none();
        let table = plugins_table(self.written.document());
        let new = !table.contains_key(name);
        let sorted = table.iter().map(|(name, _)| name).is_sorted();
        let place = table.entry(name).or_insert(Item::None);
        match place.as_table_like_mut() {
            // What else stands there is kept.
            Some(table) => fill(table, wanted),
            None if short => replace(place, Value::from(wanted.requirement.to_string())),
            None => {
                let mut entry = InlineTable::new();
                fill(&mut entry, wanted);
                entry.fmt();
                replace(place, Value::InlineTable(entry));
            }
        }
        // Two people who add different plugins meet less often if these do not all come last.
        if new && sorted {
            table.sort_values();
        }
        self.plugins.insert(name.to_owned(), wanted.clone());
    }

    /// No longer asks for a plugin; `false` if it was not asked for.
    pub fn remove(&mut self, name: &str) -> bool {
        if self.plugins.remove(name).is_none() {
            return false;
        }
        plugins_table(self.written.document()).remove(name);
        true
    }

    /// Sets or forgets the index that plugins without a source come from, and its key.
    pub fn set_index(&mut self, index: Option<&str>, key: Option<&str>) {
        for (name, value) in [("index", index), ("key", key)] {
            match value {
                Some(value) => replace(self.written.document().entry(name).or_insert(Item::None), Value::from(value)),
                None => drop(self.written.document().remove(name)),
            }
        }
        (self.index, self.key) = (index.map(str::to_owned), key.map(str::to_owned));
    }
}

/// The file's text.
impl std::fmt::Display for Requirements {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = match &self.written {
            Written::Text(text) => return f.write_str(text),
            Written::Document(document) => document.to_string(),
        };
        if self.windows_lines {
            f.write_str(&text.replace("\r\n", "\n").replace('\n', "\r\n"))
        } else {
            f.write_str(&text)
        }
    }
}

/// Reads a file of comments, plain texts and plain names, one a line. Of any other it says nothing.
fn simple(text: &str) -> Option<Requirements> {
    // A document puts an end to a last line that has none, which is not the text any more.
    if !text.is_empty() && !text.ends_with('\n') {
        return None;
    }
    let mut read = Requirements { written: Written::Text(text.to_owned()), ..Requirements::default() };
    let (mut in_plugins, mut plugins) = (false, Vec::new());
    for line in text.split('\n') {
        if line.chars().any(char::is_control) {
            return None;
        }
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line == "[plugins]" {
            if std::mem::replace(&mut in_plugins, true) {
                return None;
            }
            continue;
        }
        let (name, value) = line.split_once(" = ")?;
        let value = value.strip_prefix('"')?.strip_suffix('"')?;
        if value.trim().is_empty() || value.contains(['"', '\\']) {
            return None;
        }
        if !in_plugins {
            let place = match name {
                "index" => &mut read.index,
                "key" => &mut read.key,
                _ => return None,
            };
            if place.replace(value.to_owned()).is_some() {
                return None;
            }
            continue;
        }
        let bare = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if !bare || !plugin_name(name) {
            return None;
        }
        let wanted = Wanted { requirement: VersionReq::parse(value).ok()?, ..Wanted::any() };
        plugins.push((name.to_owned(), wanted));
    }
    let count = plugins.len();
    read.plugins = plugins.into_iter().collect();
    // A name that occurs twice is for the other reader to tell.
    (read.plugins.len() == count).then_some(read)
}

fn plugins_table(document: &mut DocumentMut) -> &mut dyn TableLike {
    let place = document.entry("plugins").or_insert(Item::Table(Table::new()));
    if !place.is_table_like() {
        *place = Item::Table(Table::new());
    }
    // It was made one just now, if it was none.
    #[expect(clippy::expect_used, reason = "see above")]
    place.as_table_like_mut().expect("it is a table")
}

/// Puts a value in a place, and keeps the spaces and comments around the old one.
fn replace(place: &mut Item, mut value: Value) {
    if let Some(old) = place.as_value() {
        *value.decor_mut() = old.decor().clone();
    }
    *place = Item::Value(value);
}

fn fill(table: &mut dyn TableLike, wanted: &Wanted) {
    let version = wanted.requirement.to_string();
    for (key, value) in [("version", Some(&version)), ("from", wanted.from.as_ref()), ("key", wanted.key.as_ref())] {
        match value {
            Some(value) => {
                let value = Value::from(value.as_str());
                match table.get_mut(key) {
                    Some(place) => replace(place, value),
                    None => drop(table.insert(key, Item::Value(value))),
                }
            }
            None => drop(table.remove(key)),
        }
    }
}

/// The text that is read, so that whatever is wrong is told with its line.
struct Lines<'t>(&'t str);

impl Lines<'_> {
    fn wanted(&self, name: &str, item: &Item, unknown: &mut Vec<String>) -> Result<Wanted, Error> {
        if let Some(text) = item.as_str() {
            return Ok(Wanted { requirement: self.requirement(name, text, item)?, ..Wanted::any() });
        }
        let form = format!("`{name}` is neither a version, such as \"^1\", nor a table such as {{ version = \"^1\" }}");
        let table = item.as_table_like().ok_or_else(|| self.invalid(item.span(), &form))?;
        let mut read = Wanted::any();
        for (key, item) in table.iter() {
            let place = format!("plugins.{name}.{key}");
            match key {
                "version" => read.requirement = self.requirement(name, &self.string(item, &place)?, item)?,
                "from" => read.from = Some(self.string(item, &place)?),
                "key" => read.key = Some(self.string(item, &place)?),
                _ => unknown.push(place),
            }
        }
        Ok(read)
    }

    fn requirement(&self, name: &str, text: &str, item: &Item) -> Result<VersionReq, Error> {
        let wrong = |error| self.invalid(item.span(), &format!("the version `{text}` of `{name}`: {error}"));
        VersionReq::parse(text).map_err(wrong)
    }

    fn string(&self, item: &Item, place: &str) -> Result<String, Error> {
        match item.as_str() {
            Some(text) if !text.trim().is_empty() && !text.chars().any(char::is_control) => Ok(text.to_owned()),
            _ => Err(self.invalid(item.span(), &format!("`{place}` is no text on one line"))),
        }
    }

    fn invalid(&self, place: Option<Range<usize>>, reason: &str) -> Error {
        let before = place.and_then(|place| self.0.get(..place.start));
        invalid(match before {
            Some(before) => format!("line {}: {reason}", before.matches('\n').count() + 1),
            None => reason.to_owned(),
        })
    }
}

fn invalid(reason: String) -> Error {
    Error::Requirements { file: REQUIREMENTS, reason: reason.trim_end().to_owned(), conflict: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# ours
index = 'https://plugins.example.com' # the company's

[plugins]
# queues
category-queue = \"^1.2\"   # pinned by Ann
category-mail = { version = \"2\", from = \"../mail\", note = \"kept\" }
future = { version = \"*\", key = \"RW\" }
";

    fn wanted(requirement: &str, from: Option<&str>) -> Wanted {
        Wanted { requirement: requirement.parse().unwrap(), from: from.map(str::to_owned), key: None }
    }

    #[test]
    fn both_forms_of_an_entry_are_read() {
        let read = Requirements::parse(TEXT).unwrap();
        assert_eq!(read.plugins()["category-queue"], wanted("^1.2", None));
        assert_eq!(read.plugins()["category-mail"], wanted("2", Some("../mail")));
        assert_eq!(read.source_of(&read.plugins()["category-queue"]), Some("https://plugins.example.com"));
        assert_eq!(read.source_of(&read.plugins()["category-mail"]), Some("../mail"));
        assert_eq!(read.unknown(), ["plugins.category-mail.note"]);
        assert_eq!(read.to_string(), TEXT);
    }

    /// The short way of reading says the same as the long one, or nothing.
    #[test]
    fn both_ways_of_reading_agree() {
        assert!(simple(TEXT).is_none() && simple(NEW).is_some());
        let text = "# ours ö\nindex = \"https://plugins.example.com\"\nkey = \"RW\"\n\n[plugins]\n# one\na-b = \"^1\"\nc = \"*\"\n";
        let (mut agreed, mut left) = (0, 0);
        for at in text.char_indices().map(|(at, _)| at) {
            for other in
                ["", "\"", "\\", "\n", "\r", " ", "0", "a", "]", "#", "\u{7f}", "\u{a0}", "é", "=", "'", "[plugins]\n"]
            {
                for end in [at, at + 1] {
                    let altered = format!("{}{other}{}", &text[..at], text.get(end..).unwrap_or_default());
                    let Some(read) = simple(&altered) else {
                        left += 1;
                        continue;
                    };
                    let whole = Requirements::parse_any(&altered).unwrap();
                    assert_eq!(read.plugins(), whole.plugins(), "{altered}");
                    assert_eq!((read.index(), read.index_key()), (whole.index(), whole.index_key()), "{altered}");
                    assert_eq!((read.to_string(), read.unknown()), (whole.to_string(), whole.unknown()), "{altered}");
                    let (mut read, mut whole) = (read, whole);
                    for edited in [&mut read, &mut whole] {
                        edited.set("new", &wanted("2", Some("../x")));
                        edited.set_index(None, None);
                    }
                    assert_eq!(read.to_string(), whole.to_string(), "{altered}");
                    agreed += 1;
                }
            }
        }
        assert!(agreed > 100 && left > 100, "{agreed} {left}");
    }

    #[test]
    fn a_key_of_the_index_holds_for_what_comes_from_it() {
        let text = format!("key = \"RWindex\"\n{TEXT}");
        let read = Requirements::parse(&text).unwrap();
        let key = |name: &str| read.key_of(&read.plugins()[name]).map(str::to_owned);
        assert_eq!(key("category-queue").as_deref(), Some("RWindex"));
        assert_eq!(key("category-mail"), None);
        assert_eq!(key("future").as_deref(), Some("RW"));
    }

    #[test]
    fn an_edit_changes_its_own_words_only() {
        let mut edited = Requirements::parse(TEXT).unwrap();
        edited.set("category-queue", &wanted("^2", None));
        edited.set("category-mail", &wanted("3", Some("../mail")));
        let text = TEXT.replace("\"^1.2\"", "\"^2\"").replace("version = \"2\"", "version = \"^3\"");
        assert_eq!(edited.to_string(), text);
        edited.set("category-new", &wanted("1", Some("https://x.example/a")));
        let line = "category-new = { version = \"^1\", from = \"https://x.example/a\" }\n";
        assert_eq!(edited.to_string(), format!("{text}{line}"));
        assert!(edited.remove("category-new") && !edited.remove("category-new"));
        assert_eq!(edited.to_string(), text);
        edited.set_index(Some("https://other.example"), None);
        let text = text.replace("'https://plugins.example.com' #", "\"https://other.example\" #");
        assert_eq!(edited.to_string(), text);
    }

    #[test]
    fn a_new_plugin_keeps_the_order_of_a_sorted_list() {
        let text = "index = \"i\"\n\n[plugins]\n# first\na = \"^1\" # one\n# last\nz = \"^2\"\n\n[other]\nb = 1\n";
        let mut edited = Requirements::parse(text).unwrap();
        edited.set("m", &wanted("^3", None));
        assert_eq!(edited.to_string(), text.replace("# last", "m = \"^3\"\n# last"));
        edited.set("a", &wanted("^4", None));
        assert!(edited.remove("m"));
        assert_eq!(edited.to_string(), text.replace("\"^1\"", "\"^4\""));
        // Who has an order of their own keeps it.
        let mut own = Requirements::parse("[plugins]\nz = \"^1\"\na = \"^1\"\n").unwrap();
        own.set("m", &wanted("^3", None));
        assert_eq!(own.to_string(), "[plugins]\nz = \"^1\"\na = \"^1\"\nm = \"^3\"\n");
    }

    #[test]
    fn a_new_file_says_what_it_is_for() {
        let mut new = Requirements::new();
        new.set("category-queue", &wanted("^1", None));
        assert_eq!(new.to_string(), format!("{NEW}category-queue = \"^1\"\n"));
        let mut empty = Requirements::parse("").unwrap();
        empty.set_index(Some("https://x.example"), Some("RW"));
        assert_eq!(empty.to_string(), "index = \"https://x.example\"\nkey = \"RW\"\n");
    }

    #[test]
    fn line_ends_of_windows_are_kept() {
        let mut edited = Requirements::parse(&TEXT.replace('\n', "\r\n")).unwrap();
        edited.set("category-queue", &wanted("^2", None));
        assert_eq!(edited.to_string(), TEXT.replace("\"^1.2\"", "\"^2\"").replace('\n', "\r\n"));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        for (text, says) in [
            ("plugins = 1", "line 1: `plugins` is no table"),
            ("[plugins]\ncategory-queue = 1", "line 2: `category-queue`"),
            ("# ours\n\n[plugins]\ncategory-queue = \"one\"", "line 4: the version `one`"),
            ("[plugins]\r\n\r\n\"../up\" = \"1\"", "line 3: `../up`"),
            ("[plugins]\nb = \"1\"\na = { from = 3 }", "line 3: `plugins.a.from`"),
            ("[plugins.a]\nversion = \"1\"\nkey = \"\"", "line 3: `plugins.a.key`"),
            ("index = \"i\"\nkey = 5", "line 2: `key`"),
            ("[plugins]\n<<<<<<< HEAD\na = \"1\"\n=======\n>>>>>>> other\n", "line 2: a merge was not finished"),
            ("index = [", "line 1"),
            ("[plugins]\na = \"1\"\na = \"2\"", "duplicate key"),
        ] {
            let error = Requirements::parse(text).unwrap_err();
            assert_eq!(error.code(), "plugins-toml-invalid");
            assert!(error.causes()[0].contains(says), "{text}: {:?}", error.causes());
        }
    }
}
