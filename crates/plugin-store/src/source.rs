//! Where plugins come from: a folder, an archive, a release description, or an index of many.

use std::{
    fmt,
    path::{Component, Path, PathBuf},
};

use amplify_plugin_abi::manifest::FILE_NAME;

use crate::{Error, index::MARKER};

/// A source, as a lock records it: `index+https://plugins.example.com`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// What is there.
    pub kind: Kind,
    /// Where.
    pub place: Place,
}

/// What a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// One plugin as it was built: a manifest and its library, for one target.
    Folder,
    /// One archive, for one target unless its release description lies beside it.
    Archive,
    /// A release description with its archives beside it.
    Release,
    /// Many plugins in many versions.
    Index,
}

/// A folder, a file or an address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// `https://...` or `http://...`, without a slash at its end.
    Url(String),
    /// With forward slashes; a relative one counts from the project's root.
    Path(String),
}

const KINDS: [(Kind, &str); 4] =
    [(Kind::Folder, "folder"), (Kind::Archive, "archive"), (Kind::Release, "release"), (Kind::Index, "index")];

impl Source {
    /// Understands what a lock records.
    ///
    /// # Errors
    /// It is of no known form.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let wrong = |reason: &str| Error::Source { text: text.to_owned(), reason: reason.into() };
        let (kind, place) = text.split_once('+').ok_or_else(|| wrong("it does not begin with a kind and `+`"))?;
        let (kind, _) = KINDS.iter().find(|(_, word)| *word == kind).ok_or_else(|| wrong("its kind is not known"))?;
        Ok(Self { kind: *kind, place: Place::parse(place)? })
    }

    /// Finds out what lies at a place that `plugins.toml` names.
    ///
    /// # Errors
    /// There is nothing, or nothing that a plugin can come from.
    pub fn detect(text: &str, root: &Path) -> Result<Self, Error> {
        let place = Place::parse(text)?;
        let kind = match &place {
            Place::Url(url) => by_name(url).unwrap_or(Kind::Index),
            Place::Path(path) => {
                let wrong = |reason: String| Error::Source { text: text.to_owned(), reason };
                let on_disk = root.join(path);
                let metadata = fs_err::metadata(&on_disk)
                    .map_err(|error| wrong(format!("`{}`: {}", on_disk.display(), error.kind())))?;
                if metadata.is_file() {
                    by_name(path).ok_or_else(|| {
                        wrong("the file is neither a `.tar.gz` archive nor a `.json` description".into())
                    })?
                } else if on_disk.join(FILE_NAME).exists() {
                    Kind::Folder
                } else if on_disk.join(MARKER).exists() {
                    Kind::Index
                } else {
                    let near = near(&on_disk, path).map(|near| format!(", but {near}")).unwrap_or_default();
                    return Err(wrong(format!("the folder has neither `{FILE_NAME}` nor `{MARKER}`{near}")));
                }
            }
        };
        Ok(Self { kind, place })
    }

    /// Whether it has archives; a folder has files.
    pub fn has_archives(&self) -> bool {
        self.kind != Kind::Folder
    }
}

/// What somebody who named a folder has probably meant.
fn near(folder: &Path, typed: &str) -> Option<String> {
    let names = |folder: &Path| -> Vec<String> {
        let entries = fs_err::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    };
    let here = names(folder);
    let described = |name: &&String| {
        let stem = name.strip_suffix(".json");
        stem.is_some_and(|stem| here.iter().any(|other| other.starts_with(stem) && other.ends_with(".tar.gz")))
    };
    let typed = typed.trim_end_matches('/');
    if let Some(release) = here.iter().filter(described).max() {
        return Some(format!("the release description `{typed}/{release}`"));
    }
    let built = names(&folder.join("target/plugins"));
    built
        .iter()
        .find(|name| !name.starts_with('.'))
        .map(|name| format!("the built plugin `{typed}/target/plugins/{name}`"))
}

fn by_name(name: &str) -> Option<Kind> {
    if name.ends_with(".tar.gz") {
        Some(Kind::Archive)
    } else if name.ends_with(".json") {
        Some(Kind::Release)
    } else {
        None
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = KINDS.iter().find(|(kind, _)| *kind == self.kind).map_or("", |(_, word)| word);
        write!(f, "{word}+{}", self.place)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(text) | Self::Path(text) => f.write_str(text),
        }
    }
}

impl Place {
    fn parse(text: &str) -> Result<Self, Error> {
        let wrong = |reason: &str| Error::Source { text: text.to_owned(), reason: reason.into() };
        let text = text.trim();
        if text.is_empty() || text.chars().any(char::is_control) {
            return Err(wrong("it is no text on one line"));
        }
        match text.split_once("://") {
            Some(("https" | "http", rest)) if rest.contains(['?', '#']) => {
                Err(wrong("an address has no `?` and no `#` here"))
            }
            Some(("https" | "http", rest)) if !rest.is_empty() && !rest.contains(char::is_whitespace) => {
                Ok(Self::Url(text.trim_end_matches('/').to_owned()))
            }
            Some((scheme, _)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                Err(wrong("addresses begin with `https://`, or `http://`"))
            }
            _ => {
                let trimmed = text.trim_end_matches('/');
                Ok(Self::Path((if trimmed.is_empty() { text } else { trimmed }).to_owned()))
            }
        }
    }

    /// A file or folder below it. Each part is one name.
    #[must_use]
    pub fn join(&self, parts: &[&str]) -> Self {
        let rest = parts.join("/");
        match self {
            Self::Url(url) => Self::Url(format!("{url}/{rest}")),
            Self::Path(path) => Self::Path(format!("{}/{rest}", path.trim_end_matches('/'))),
        }
    }

    /// The folder that holds it.
    #[must_use]
    pub fn parent(&self) -> Self {
        match self {
            Self::Url(url) => Self::Url(url.rsplit_once('/').map_or(url.as_str(), |(parent, _)| parent).to_owned()),
            Self::Path(path) => Self::Path(match path.rsplit_once('/') {
                Some(("", _)) => "/".to_owned(),
                Some((parent, _)) => parent.to_owned(),
                None => ".".to_owned(),
            }),
        }
    }

    /// Whether anybody on the way can change what arrives from there.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Url(url) if url.starts_with("http://"))
    }
}

/// How a place that was typed in `folder` is written in the project at `root`: addresses and absolute paths as they are,
/// relative paths from the root, with forward slashes.
pub fn written(typed: &str, folder: &Path, root: &Path) -> String {
    if typed.contains("://") || Path::new(typed).is_absolute() {
        return typed.to_owned();
    }
    let (target, root) = (plain(&folder.join(typed)), plain(root));
    let shared = target.iter().zip(&root).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), root.len() - shared);
    let parts: Vec<String> = up.chain(target[shared..].iter().cloned()).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

/// The parts of a path without `.` and `..`.
fn plain(path: &Path) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for component in path.components() {
        match component {
            Component::ParentDir => drop(parts.pop()),
            Component::Normal(part) => parts.push(part.to_string_lossy().into_owned()),
            Component::Prefix(prefix) => parts.push(prefix.as_os_str().to_string_lossy().into_owned()),
            Component::RootDir | Component::CurDir => {}
        }
    }
    parts
}

/// A path of a source on this machine's disk.
pub(crate) fn on_disk(path: &str, root: &Path) -> PathBuf {
    root.join(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_s_form_is_read_back() {
        for text in [
            "index+https://plugins.example.com/amplify",
            "folder+../queue",
            "archive+C:/x/a.tar.gz",
            "release+https://x.example/a-1.0.0.json",
            "index+/srv/index",
        ] {
            assert_eq!(Source::parse(text).unwrap().to_string(), text);
        }
        for bad in
            ["", "https://x", "git+https://x", "index+", "index+ftp://x", "index+https://", "index+https://x/?a=b"]
        {
            assert_eq!(Source::parse(bad).unwrap_err().code(), "plugin-source-invalid", "{bad}");
        }
    }

    #[test]
    fn addresses_are_told_by_their_ends() {
        let kind = |text: &str| Source::detect(text, Path::new("/")).unwrap().kind;
        assert_eq!(kind("https://x.example/a/category-queue-1.0.0-t.tar.gz"), Kind::Archive);
        assert_eq!(kind("https://x.example/a/category-queue-1.0.0.json"), Kind::Release);
        assert_eq!(kind("https://x.example/plugins/"), Kind::Index);
    }

    #[test]
    fn folders_are_told_by_what_they_hold() {
        let root = tempfile::tempdir().unwrap();
        for (folder, file) in [("plugin", FILE_NAME), ("index", MARKER), ("other", "README.md")] {
            fs_err::create_dir_all(root.path().join(folder)).unwrap();
            fs_err::write(root.path().join(folder).join(file), "{}").unwrap();
        }
        assert_eq!(Source::detect("plugin", root.path()).unwrap().kind, Kind::Folder);
        assert_eq!(Source::detect("index/", root.path()).unwrap().to_string(), "index+index");
        for bad in ["other", "missing", "other/README.md"] {
            assert!(Source::detect(bad, root.path()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_folder_that_is_no_source_names_the_one_in_it() {
        let root = tempfile::tempdir().unwrap();
        for file in ["dist/a-1.0.0.json", "dist/a-1.0.0-x.tar.gz", "dist/z.json", "crate/target/plugins/a/x", "other/x"]
        {
            let path = root.path().join(file);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, "").unwrap();
        }
        let reason = |text: &str| Source::detect(text, root.path()).unwrap_err().causes().remove(0);
        assert!(reason("dist/").ends_with(", but the release description `dist/a-1.0.0.json`"), "{}", reason("dist/"));
        assert!(reason("crate").ends_with(", but the built plugin `crate/target/plugins/a`"), "{}", reason("crate"));
        assert!(reason("other").ends_with("`amplify-index.json`"), "{}", reason("other"));
    }

    #[test]
    fn what_is_typed_is_written_from_the_root() {
        let at = |typed: &str, folder: &str| written(typed, Path::new(folder), Path::new("/home/ann/app"));
        assert_eq!(at("../queue", "/home/ann/app"), "../queue");
        assert_eq!(at("../../queue/", "/home/ann/app/src"), "../queue");
        assert_eq!(at("tools/x", "/home/ann/app"), "tools/x");
        assert_eq!(at(".", "/home/ann/app"), ".");
        assert_eq!(at("x.tar.gz", "/tmp"), "../../../tmp/x.tar.gz");
        assert_eq!(at("/srv/index", "/tmp"), "/srv/index");
        assert_eq!(at("https://x.example", "/tmp"), "https://x.example");
    }

    #[test]
    fn neighbours() {
        let url = Place::Url("https://x.example/a/b.json".into());
        assert_eq!(url.parent().to_string(), "https://x.example/a");
        assert_eq!(url.parent().join(&["c", "d"]).to_string(), "https://x.example/a/c/d");
        assert_eq!(Place::Path("b.json".into()).parent().to_string(), ".");
        assert_eq!(Place::Path("/b.json".into()).parent().join(&["c"]).to_string(), "/c");
        assert!(Place::Url("http://x".into()).is_open() && !url.is_open());
    }
}
