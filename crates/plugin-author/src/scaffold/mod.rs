//! A new plugin: a crate that builds at once, wherever its folder lies.

mod parts;

use std::path::{Path, PathBuf};

use amplify_sdk::message::LifecycleEvent;

use crate::Error;

/// What a new plugin is to be.
#[derive(Clone, Debug)]
pub struct Scaffold {
    /// The plugin's name, which is also the crate's and the folder's: `[a-z][a-z0-9-]*`.
    pub name: String,
    /// What kind of plugin it is.
    pub kind: Kind,
    /// The word that addresses it.
    pub word: String,
    /// One line for `plugin list` and help.
    pub summary: String,
    /// The events it hears.
    pub events: Vec<LifecycleEvent>,
    /// Where its SDK comes from.
    pub sdk: SdkSource,
}

/// The four kinds of plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Keeps resources of one category.
    Category,
    /// Deploys to a cloud.
    Provider,
    /// Knows an app framework.
    Frontend,
    /// Adds commands of its own.
    Util,
}

/// Where a crate's `amplify-sdk` comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SdkSource {
    /// From the registry, by version.
    Registry(String),
    /// From a folder, such as the one that a release of amplify brings along.
    Folder(PathBuf),
}

impl SdkSource {
    /// The version that belongs to this program, from the registry.
    pub fn registry() -> Self {
        Self::Registry(env!("CARGO_PKG_VERSION").to_owned())
    }
}

/// Every lifecycle event, in the order of a project's life.
pub const EVENTS: [LifecycleEvent; 18] = [
    LifecycleEvent::PreInit,
    LifecycleEvent::PostInit,
    LifecycleEvent::PreAdd,
    LifecycleEvent::PostAdd,
    LifecycleEvent::PreUpdate,
    LifecycleEvent::PostUpdate,
    LifecycleEvent::PreRemove,
    LifecycleEvent::PostRemove,
    LifecycleEvent::PrePush,
    LifecycleEvent::PostPush,
    LifecycleEvent::PrePull,
    LifecycleEvent::PostPull,
    LifecycleEvent::PreDelete,
    LifecycleEvent::PostDelete,
    LifecycleEvent::PreEnvAdd,
    LifecycleEvent::PostEnvAdd,
    LifecycleEvent::PreEnvCheckout,
    LifecycleEvent::PostEnvCheckout,
];

impl Kind {
    /// All of them, with what they are for.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Category, "Category: resources of one kind, added with `amplify add <word>`"),
        (Self::Util, "Util: commands of its own, and handlers of events"),
        (Self::Provider, "Provider: deploys to a cloud"),
        (Self::Frontend, "Frontend: an app framework's settings and configuration files"),
    ];

    /// `category`, `provider`, `frontend` or `util`.
    pub fn label(self) -> &'static str {
        match self {
            Self::Category => "category",
            Self::Provider => "provider",
            Self::Frontend => "frontend",
            Self::Util => "util",
        }
    }

    /// The kind of a label.
    pub fn of(label: &str) -> Option<Self> {
        Self::ALL.into_iter().map(|(kind, _)| kind).find(|kind| kind.label() == label)
    }
}

/// Rust's own words and crates, what the crate itself depends on by path, and names that Windows gives no file.
const NO_CRATES: &str = "\
    abstract alloc amplify-plugin-abi amplify-sdk as async aux await become box break con const \
    continue core crate do dyn else enum extern false final fn for gen if impl in let loop macro match \
    mod move mut nul override priv prn proc-macro pub ref return self static std struct super test \
    trait true try type typeof unsafe unsized use virtual where while yield";

impl Scaffold {
    /// Whether a plugin's name can be that of a crate, whose tests say `use <name>::Plugin`.
    pub fn is_crate(name: &str) -> bool {
        NO_CRATES.split(' ').all(|taken| taken != name)
    }

    /// The files of the crate, by path.
    pub fn files(&self) -> Vec<(&'static str, String)> {
        let mut files: Vec<(&str, &str)> = vec![
            ("Cargo.toml", include_str!("../../templates/Cargo.toml.txt")),
            ("README.md", include_str!("../../templates/README.md.txt")),
            (".gitignore", include_str!("../../templates/gitignore.txt")),
            (".github/workflows/plugin.yml", include_str!("../../templates/workflow.yml.txt")),
        ];
        let (source, test) = match self.kind {
            Kind::Category => {
                (include_str!("../../templates/category.rs.txt"), include_str!("../../templates/category_test.rs.txt"))
            }
            Kind::Provider => {
                (include_str!("../../templates/provider.rs.txt"), include_str!("../../templates/provider_test.rs.txt"))
            }
            Kind::Frontend => {
                (include_str!("../../templates/frontend.rs.txt"), include_str!("../../templates/frontend_test.rs.txt"))
            }
            Kind::Util => {
                (include_str!("../../templates/util.rs.txt"), include_str!("../../templates/util_test.rs.txt"))
            }
        };
        files.push(("src/lib.rs", source));
        files.push(("tests/plugin.rs", test));
        if self.kind == Kind::Category {
            files.push(("src/template.json", include_str!("../../templates/template.json.txt")));
        }
        files.into_iter().map(|(path, text)| (path, parts::fill(self, text))).collect()
    }

    /// Writes the crate into a folder of its name below `parent`, whole or not at all, and returns that folder.
    ///
    /// # Errors
    /// There is such a folder already, and it is not empty; or it cannot be written.
    pub fn write(&self, parent: &Path) -> Result<PathBuf, Error> {
        let folder = parent.join(&self.name);
        // A link that leads nowhere is taken, too.
        if folder.symlink_metadata().is_ok() {
            let empty = folder.is_dir() && !folder.is_symlink() && fs_err::read_dir(&folder)?.next().is_none();
            if !empty {
                return Err(Error::FolderTaken { folder });
            }
            fs_err::remove_dir(&folder)?;
        }
        let staging = tempfile::Builder::new().prefix(".new-").tempdir_in(parent)?;
        let made = staging.path().join("plugin");
        for (path, text) in self.files() {
            let path = made.join(path);
            fs_err::create_dir_all(path.parent().unwrap_or(&made))?;
            fs_err::write(path, text)?;
        }
        fs_err::rename(&made, &folder)?;
        Ok(folder)
    }
}

#[cfg(test)]
mod tests {
    use amplify_sdk::{check, question::Question, question::Validation};

    use super::*;

    #[test]
    fn the_name_that_a_new_category_proposes_is_one_that_it_takes() {
        for word in ["q", "queue", "averylongwordforacategory"] {
            let scaffold = Scaffold {
                name: format!("category-{word}"),
                kind: Kind::Category,
                word: word.into(),
                summary: "Queues".into(),
                events: Vec::new(),
                sdk: SdkSource::registry(),
            };
            let files = scaffold.files();
            let (_, source) = files.iter().find(|(path, _)| *path == "src/lib.rs").unwrap();
            let after = |words: &str| source.split_once(words).unwrap().1.split('"').next().unwrap().to_owned();
            let form = Validation::pattern(after("Validation::pattern(\""), "?");
            let proposed = after("\"Name:\", Some(\"");
            let question = Question::input("k", "?").validation(form);
            assert!(proposed.starts_with('q') || proposed.starts_with('a'), "{proposed}");
            assert_eq!(check::answer(&question, &proposed.clone().into()), Ok(proposed.into()));
        }
    }

    #[test]
    fn names_that_rust_has_are_no_crates() {
        for name in ["fn", "self", "core", "test", "amplify-sdk"] {
            assert!(!Scaffold::is_crate(name), "{name}");
        }
        assert!(Scaffold::is_crate("category-fn") && Scaffold::is_crate("tests"));
    }
}
