//! All commands there are, built in or of plugins, and the way from typed words to one of them.

use std::cell::OnceCell;

use amplify_plugin_abi::manifest::{Manifest, PluginKind};
use amplify_plugin_host::{Registry, SearchPath};

use crate::{
    command::Command,
    commands::{self, PluginCommand},
    descriptor::Descriptor,
    error::Error,
    suggestion,
    surroundings::Surroundings,
};

/// Words that stand before a category, and that only plugins answer.
const VERBS: [&str; 2] = ["add", "update"];
/// Words that stand before or after a category, and that the host answers for every category.
const HOST_VERBS: [&str; 2] = ["push", "remove"];

/// Where the words of a command line lead.
pub enum Route {
    /// To a command.
    Command {
        /// It.
        command: Box<dyn Command>,
        /// How many of the words name it.
        taken: usize,
        /// Arguments that stood before its name, such as the category of `storage push`.
        before: Vec<String>,
    },
    /// To the help page of a word that groups commands; no words at all lead to the main page.
    Page(Vec<String>),
}

/// All commands. The plugins' are read from their registry when first needed, and no library is opened.
pub struct Catalog<'a> {
    surroundings: &'a Surroundings,
    registry: OnceCell<Registry>,
}

impl<'a> Catalog<'a> {
    /// Nothing is read yet.
    pub fn new(surroundings: &'a Surroundings) -> Self {
        Self { surroundings, registry: OnceCell::new() }
    }

    /// The plugins found.
    pub fn registry(&self) -> &Registry {
        self.registry.get_or_init(|| {
            let search = SearchPath { folders: self.surroundings.plugin_folders.clone() };
            Registry::load(&search, self.surroundings.registry_file().as_deref())
        })
    }

    /// The manifests of the plugins found.
    pub fn manifests(&self) -> impl Iterator<Item = &Manifest> {
        self.registry().plugins.iter().map(|entry| &entry.manifest)
    }

    /// The words of the categories that plugins keep.
    pub fn categories(&self) -> impl Iterator<Item = (&str, &Manifest)> {
        self.manifests().filter_map(|manifest| match &manifest.kind {
            PluginKind::Category { category } => Some((category.as_str(), manifest)),
            _ => None,
        })
    }

    /// Everything that help and completion know: built-in commands, then each plugin's.
    pub fn descriptors(&self) -> Vec<Descriptor> {
        let mut all: Vec<Descriptor> = commands::built_in().iter().map(|command| command.descriptor()).collect();
        for manifest in self.manifests() {
            all.extend(page_of(manifest));
        }
        all
    }

    /// Follows words to a command or a page. `kept` tells whether the project has resources of a category, for those
    /// that no plugin keeps.
    ///
    /// # Errors
    /// No such command; the nearest is named.
    pub fn route(&self, words: &[&str], kept: &dyn Fn(&str) -> bool) -> Result<Route, Error> {
        let Some(first) = words.first() else { return Ok(Route::Page(Vec::new())) };
        let page = || Ok(Route::Page(vec![(*first).to_owned()]));
        if let Some((command, taken)) = built_in(words) {
            return Ok(Route::Command { command, taken, before: Vec::new() });
        }
        let second = words.get(1).copied();
        if is_group(first) {
            return match second {
                None | Some("help") => page(),
                Some(_) => Err(self.unknown(words)),
            };
        }
        if let Some(manifest) = self.by_word(first) {
            let Some(second) = second.filter(|word| *word != "help") else { return page() };
            return match host_verb(manifest, second).or_else(|| plugin_command(manifest, second)) {
                Some((command, before)) => Ok(Route::Command { command, taken: 2, before }),
                None => Err(self.unknown(words)),
            };
        }
        let Some(second) = second else { return Err(self.unknown(words)) };
        if let Some((command, before)) = self.by_word(second).and_then(|manifest| plugin_command(manifest, first)) {
            return Ok(Route::Command { command, taken: 2, before });
        }
        if HOST_VERBS.contains(&second)
            && kept(first)
            && let Some((command, _)) = built_in(&[second])
        {
            return Ok(Route::Command { command, taken: 2, before: vec![(*first).to_owned()] });
        }
        Err(self.unknown(words))
    }

    fn by_word(&self, word: &str) -> Option<&Manifest> {
        self.registry().by_word(word).map(|entry| &entry.manifest)
    }

    fn unknown(&self, words: &[&str]) -> Error {
        let first = words.first().copied().unwrap_or_default();
        let second = words.get(1).copied().filter(|word| !word.starts_with('-'));
        let categories: Vec<&str> = self.categories().map(|(word, _)| word).collect();
        let list = if categories.is_empty() { "none is installed".to_owned() } else { categories.join(", ") };
        if VERBS.contains(&first) {
            let Some(second) = second else {
                let error = Error::usage("missing-category", format!("`amplify {first}` needs a category"));
                return error.hint(format!("type `amplify {first} <category>`, with one of: {list}"));
            };
            let error = Error::usage("unknown-category", format!("there is no category `{second}` to {first}"));
            let error = match suggestion::nearest(second, categories.iter().copied()) {
                Some(near) => error.hint(format!("did you mean `amplify {first} {near}`?")),
                None => error.hint(format!("the categories are: {list}")),
            };
            return self.mention_broken(error);
        }
        let known = is_group(first) || self.by_word(first).is_some();
        let (typed, near) = match second.filter(|_| known) {
            Some(second) => {
                let names = self.below(first);
                let near = suggestion::nearest(second, names.iter().map(String::as_str));
                (format!("{first} {second}"), near.map(|near| format!("{first} {near}")))
            }
            None => {
                let mut names: Vec<String> = commands::built_in()
                    .iter()
                    .filter_map(|command| command.descriptor().path.into_iter().next())
                    .chain(VERBS.map(str::to_owned))
                    .collect();
                names.extend(self.manifests().map(|manifest| manifest.kind.word().to_owned()));
                (first.to_owned(), suggestion::nearest(first, names.iter().map(String::as_str)).map(str::to_owned))
            }
        };
        let error = Error::usage("unknown-command", format!("there is no command `amplify {typed}`"));
        let error = match near {
            Some(near) => error.hint(format!("did you mean `amplify {near}`?")),
            None if known => error.hint(format!("type `amplify help {first}` for its commands")),
            None => error.hint("type `amplify help` for all commands"),
        };
        self.mention_broken(error)
    }

    /// The missing command may be that of a plugin which cannot be used.
    fn mention_broken(&self, error: Error) -> Error {
        match self.registry().broken.len() {
            0 => error,
            1 => error.hint("one plugin cannot be used; type `amplify plugin list` to see why"),
            count => error.hint(format!("{count} plugins cannot be used; type `amplify plugin list` to see why")),
        }
    }

    /// The words that may follow a word.
    fn below(&self, word: &str) -> Vec<String> {
        self.descriptors()
            .into_iter()
            .filter(|descriptor| descriptor.path.len() > 1 && descriptor.path[0] == word)
            .flat_map(|descriptor| {
                let last = descriptor.path.last().cloned();
                last.into_iter().chain(descriptor.aliases)
            })
            .collect()
    }
}

/// Descriptors of all commands under a plugin's word, the host's own included.
pub fn page_of(manifest: &Manifest) -> Vec<Descriptor> {
    let word = manifest.kind.word();
    let mut all: Vec<Descriptor> = manifest
        .commands
        .iter()
        .filter(|command| host_verb(manifest, &command.name).is_none())
        .map(|command| Descriptor::of_plugin(word, command))
        .collect();
    for verb in HOST_VERBS {
        if let Some((command, _)) = host_verb(manifest, verb) {
            let own = manifest.commands.iter().find(|command| command.name == verb);
            let mut descriptor = command.descriptor();
            descriptor.path = vec![word.to_owned(), verb.to_owned()];
            // The category stands before the verb here.
            descriptor.arguments.remove(0);
            descriptor.examples.clear();
            if let Some(own) = own {
                descriptor.summary.clone_from(&own.summary);
            }
            all.push(descriptor);
        }
    }
    all
}

fn built_in(words: &[&str]) -> Option<(Box<dyn Command>, usize)> {
    let mut best: Option<(Box<dyn Command>, usize)> = None;
    for command in commands::built_in() {
        let descriptor = command.descriptor();
        let length = descriptor.path.len();
        let Some((last, head)) = descriptor.path.split_last() else { continue };
        let fits = words.len() >= length
            && head.iter().zip(words).all(|(path, word)| path == word)
            && (last == words[length - 1] || descriptor.aliases.iter().any(|alias| alias == words[length - 1]));
        if fits && best.as_ref().is_none_or(|(_, taken)| *taken < length) {
            best = Some((command, length));
        }
    }
    best
}

/// Whether a word only groups built-in commands, as `env` does.
fn is_group(word: &str) -> bool {
    commands::built_in().iter().any(|command| {
        let path = command.descriptor().path;
        path.len() > 1 && path[0] == word
    })
}

fn host_verb(manifest: &Manifest, verb: &str) -> Option<(Box<dyn Command>, Vec<String>)> {
    let PluginKind::Category { category } = &manifest.kind else { return None };
    if !HOST_VERBS.contains(&verb) {
        return None;
    }
    built_in(&[verb]).map(|(command, _)| (command, vec![category.clone()]))
}

fn plugin_command(manifest: &Manifest, name: &str) -> Option<(Box<dyn Command>, Vec<String>)> {
    let command = manifest
        .commands
        .iter()
        .find(|command| command.name == name || command.aliases.iter().any(|alias| alias == name))?;
    let command = PluginCommand {
        plugin: manifest.name.clone(),
        word: manifest.kind.word().to_owned(),
        command: command.clone(),
    };
    Some((Box::new(command), Vec::new()))
}
