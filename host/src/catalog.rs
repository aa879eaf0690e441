//! All commands there are, built in or of plugins, and the way from typed words to one of them.

use std::{cell::OnceCell, mem::ManuallyDrop};

use amplify_plugin_abi::manifest::{Manifest, PluginKind};
use amplify_plugin_host::{Head, Pins, Registry, SearchPath};

use crate::{
    command::Command,
    commands::{self, PluginCommand},
    descriptor::Descriptor,
    error::Error,
    suggestion,
    surroundings::Surroundings,
    team::{Around, Team},
};

/// Words that stand before a category, and that only plugins answer.
const VERBS: [&str; 2] = ["add", "update"];
/// Words that stand before or after a category, and that the host answers for every category.
const HOST_VERBS: [&str; 2] = ["push", "remove"];

/// Words after a category that the host answers unless the category's plugin does.
const FALLBACK_VERBS: [&str; 1] = ["console"];

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
    team: OnceCell<ManuallyDrop<Result<Option<Team>, Error>>>,
    // It lives as long as the process, whose end frees it at once: text by text takes as long as it took to read.
    registry: OnceCell<ManuallyDrop<Registry>>,
}

impl<'a> Catalog<'a> {
    /// Nothing is read yet.
    pub fn new(surroundings: &'a Surroundings) -> Self {
        Self { surroundings, team: OnceCell::new(), registry: OnceCell::new() }
    }

    /// The plugins found. Those that the project has locked are looked at when they are used.
    pub fn registry(&self) -> &Registry {
        self.registry.get_or_init(|| {
            let around = Around::of(&self.surroundings.folder);
            let cache = self.surroundings.registry_file(around.as_ref().map(|around| &*around.root));
            let state = around.as_ref().and_then(|around| around.state.as_deref());
            let registry = Registry::load_routes(&self.search_path(), state, || self.pins(), cache.as_deref());
            ManuallyDrop::new(registry)
        })
    }

    /// The plugins found, each looked at now.
    pub fn examined(&self) -> Registry {
        let cache = self.surroundings.registry_file(self.team().ok().flatten().map(|team| &*team.root));
        Registry::load_pinned(&self.search_path(), &self.pins().pins, cache.as_deref())
    }

    fn pins(&self) -> Pins {
        // A lock that cannot be read pins nothing, and then no library is opened either.
        let Ok(Some(team)) = self.team() else { return Pins::default() };
        Pins { pins: team.pins(self.surroundings), keep: team.is_quiet() }
    }

    /// The folders that plugins are looked for in.
    pub fn search_path(&self) -> SearchPath {
        SearchPath { folders: self.surroundings.plugin_folders.clone() }
    }

    /// What the project around says of its plugins; none without a project, or if it says nothing.
    ///
    /// # Errors
    /// Its files cannot be understood.
    pub fn team(&self) -> Result<Option<&Team>, Error> {
        match &**self.team.get_or_init(|| ManuallyDrop::new(Team::around(&self.surroundings.folder))) {
            Ok(team) => Ok(team.as_ref()),
            Err(error) => Err(error.clone()),
        }
    }

    /// The manifests of the plugins found.
    pub fn manifests(&self) -> impl Iterator<Item = &Manifest> {
        self.registry().plugins.iter().filter_map(|entry| entry.manifest.whole().ok())
    }

    /// What routing knows of the plugins found.
    pub fn heads(&self) -> impl Iterator<Item = &Head> {
        self.registry().plugins.iter().map(|entry| entry.manifest.head())
    }

    /// The words of the categories that plugins keep, and the heads of these plugins' manifests.
    pub fn categories(&self) -> impl Iterator<Item = (&str, &Head)> {
        self.heads().filter_map(|head| match &head.kind {
            PluginKind::Category { category } => Some((category.as_str(), head)),
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
        let second = words.get(1).copied();
        if let Some((command, taken)) = built_in(words) {
            // `configure storage` is the category's, as `update storage` is.
            if let (1, Some(second)) = (taken, second)
                && !HOST_VERBS.contains(first)
                && let Some((command, before)) =
                    self.by_word(second).and_then(|manifest| plugin_command(manifest, first))
            {
                return Ok(Route::Command { command, taken: 2, before });
            }
            return Ok(Route::Command { command, taken, before: Vec::new() });
        }
        if is_group(first) {
            return match second {
                None | Some("help") => page(),
                Some(_) => Err(self.unknown(words)),
            };
        }
        if let Some(manifest) = self.by_word(first) {
            let Some(second) = second.filter(|word| *word != "help") else { return page() };
            let found = host_verb(manifest, second).or_else(|| plugin_command(manifest, second));
            return match found.or_else(|| fallback_verb(manifest, second)) {
                Some((command, before)) => Ok(Route::Command { command, taken: 2, before }),
                None => Err(self.unknown(words)),
            };
        }
        let Some(second) = second else { return Err(self.unknown(words)) };
        if let Some((command, before)) = self.by_word(second).and_then(|manifest| plugin_command(manifest, first)) {
            return Ok(Route::Command { command, taken: 2, before });
        }
        if (HOST_VERBS.contains(&second) || FALLBACK_VERBS.contains(&second))
            && kept(first)
            && let Some((command, _)) = built_in(&[second])
        {
            return Ok(Route::Command { command, taken: 2, before: vec![(*first).to_owned()] });
        }
        Err(self.unknown(words))
    }

    fn by_word(&self, word: &str) -> Option<&Manifest> {
        self.registry().by_word(word).map(|entry| &*entry.manifest)
    }

    fn unknown(&self, words: &[&str]) -> Error {
        // The word may be that of a plugin which the project has locked, and which is not there.
        let registry = self.registry();
        for word in words.iter().take(2) {
            if let Some(Err(error)) = registry.by_word(word).map(|entry| entry.manifest.whole()) {
                return Error::from(error);
            }
            if let Some(broken) = registry.broken_by_word(word) {
                return Error::from(&broken.error);
            }
        }
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
                names.extend(self.heads().map(|manifest| manifest.kind.word().to_owned()));
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

    /// The missing command may be that of a plugin which cannot be used, or which nobody can know of.
    fn mention_broken(&self, error: Error) -> Error {
        if let Err(unreadable) = self.team() {
            let error = error.cause(format!("the project's plugins are not known: {}", unreadable.message));
            return error.hint("type `amplify plugin list` to see what is wrong, and how to mend it");
        }
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

/// The words that lead to built-in commands, so that no plugin can have them.
pub fn reserved() -> Vec<String> {
    let mut words: Vec<String> = VERBS.iter().chain(&HOST_VERBS).map(|word| (*word).to_owned()).collect();
    for command in commands::built_in() {
        let descriptor = command.descriptor();
        if descriptor.path.len() == 1 {
            words.extend(descriptor.aliases);
        }
        words.extend(descriptor.path.into_iter().next());
    }
    words.sort();
    words.dedup();
    words
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
    for verb in HOST_VERBS.into_iter().chain(FALLBACK_VERBS) {
        let own = manifest.commands.iter().find(|command| command.name == verb);
        let fallback = || fallback_verb(manifest, verb).filter(|_| own.is_none());
        if let Some((command, _)) = host_verb(manifest, verb).or_else(fallback) {
            let mut descriptor = command.descriptor();
            descriptor.path = vec![word.to_owned(), verb.to_owned()];
            // The category stands before the verb here.
            descriptor.arguments.remove(0);
            descriptor.examples.clear();
            descriptor.summary = match own {
                Some(own) => own.summary.clone(),
                None => summary_of(verb, word),
            };
            all.push(descriptor);
        }
    }
    all
}

/// What a verb of the host does in one category, in the words of the original.
fn summary_of(verb: &str, category: &str) -> String {
    if verb == "push" {
        format!("Provisions only {category} cloud resources with the latest local developments")
    } else if verb == "console" {
        format!("Opens the web console for the {category} category")
    } else {
        format!(
            "Removes {category} resource from your local backend. The resource is removed from the cloud on the next push \
             command."
        )
    }
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

fn fallback_verb(manifest: &Manifest, verb: &str) -> Option<(Box<dyn Command>, Vec<String>)> {
    let PluginKind::Category { category } = &manifest.kind else { return None };
    let (command, _) = FALLBACK_VERBS.contains(&verb).then(|| built_in(&[verb]))??;
    Some((command, vec![category.clone()]))
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

#[cfg(test)]
mod tests {
    use amplify_plugin_abi::manifest::{Command as PluginWord, FILE_NAME};
    use tempfile::TempDir;

    use super::*;

    /// A folder with the manifest of a plugin whose library nobody could open.
    fn installed() -> (TempDir, Surroundings) {
        let folder = tempfile::tempdir().unwrap();
        let plugin = folder.path().join("category-photos");
        fs_err::create_dir_all(&plugin).unwrap();
        let mut manifest = Manifest::new("category-photos", PluginKind::category("photos"), "1.0.0", "Photos")
            .command(PluginWord::new("add", "Adds a photo"))
            .command(PluginWord::new("update", "Changes a photo").alias("configure"));
        manifest.library = Some("lib.so".into());
        manifest.sha256 = Some("0".repeat(64));
        fs_err::write(plugin.join("lib.so"), "no library").unwrap();
        fs_err::write(plugin.join(FILE_NAME), serde_json::to_vec(&manifest).unwrap()).unwrap();
        let surroundings =
            Surroundings { plugin_folders: vec![folder.path().to_path_buf()], ..Surroundings::default() };
        (folder, surroundings)
    }

    /// Where words lead: the command's words, how many were taken, and what stood before.
    fn lead(words: &str, kept: bool) -> Result<(String, usize, Vec<String>), Error> {
        let (_folder, surroundings) = installed();
        let words: Vec<&str> = words.split_whitespace().collect();
        match Catalog::new(&surroundings).route(&words, &|_| kept)? {
            Route::Command { command, taken, before } => Ok((command.descriptor().name(), taken, before)),
            Route::Page(path) => Ok((format!("page {}", path.join(" ")), 0, Vec::new())),
        }
    }

    fn leads_to(words: &str, command: &str, taken: usize, before: &[&str]) {
        let before: Vec<String> = before.iter().map(|word| (*word).to_owned()).collect();
        assert_eq!(lead(words, false).unwrap(), (command.to_owned(), taken, before), "{words}");
    }

    #[test]
    fn both_word_orders_lead_to_the_same_command() {
        leads_to("add photos", "photos add", 2, &[]);
        leads_to("photos add", "photos add", 2, &[]);
        leads_to("configure photos", "photos update", 2, &[]);
        leads_to("photos configure summer", "photos update", 2, &[]);
        leads_to("push photos summer", "push", 1, &[]);
        leads_to("photos push summer", "push", 2, &["photos"]);
        leads_to("remove photos", "remove", 1, &[]);
        leads_to("photos remove", "remove", 2, &["photos"]);
        leads_to("photos console", "console", 2, &["photos"]);
        leads_to("console photos", "console", 1, &[]);
    }

    #[test]
    fn built_in_words_lead_to_built_in_commands() {
        leads_to("ls", "status", 1, &[]);
        leads_to("env list", "env list", 2, &[]);
        leads_to("configure", "configure", 1, &[]);
        leads_to("configure project", "configure project", 2, &[]);
        leads_to("mock photos summer", "mock", 1, &[]);
        leads_to("", "page ", 0, &[]);
        leads_to("env", "page env", 0, &[]);
        leads_to("photos", "page photos", 0, &[]);
        leads_to("photos help", "page photos", 0, &[]);
    }

    #[test]
    fn a_category_without_plugin_can_be_removed_and_pushed() {
        assert_eq!(lead("custom push", true).unwrap(), ("push".to_owned(), 2, vec!["custom".to_owned()]));
        assert_eq!(lead("custom push", false).unwrap_err().code.as_ref(), "unknown-command");
        assert_eq!(lead("custom add", true).unwrap_err().code.as_ref(), "unknown-command");
    }

    #[test]
    fn unknown_words_name_the_nearest() {
        for (words, code, near) in [
            ("stauts", "unknown-command", "amplify status"),
            ("phots", "unknown-command", "amplify photos"),
            ("photos ad", "unknown-command", "amplify photos add"),
            ("env lst", "unknown-command", "amplify env list"),
            ("add photo", "unknown-category", "amplify add photos"),
        ] {
            let error = lead(words, false).unwrap_err();
            assert_eq!(error.code.as_ref(), code, "{words}");
            assert!(error.hints[0].contains(&format!("`{near}`")), "{words}: {:?}", error.hints);
        }
        assert_eq!(lead("add", false).unwrap_err().code.as_ref(), "missing-category");
    }

    #[test]
    fn words_of_our_own_are_reserved() {
        let reserved = reserved();
        for word in ["add", "push", "status", "ls", "env", "plugin", "help"] {
            assert!(reserved.iter().any(|known| known == word), "{word}");
        }
        assert!(!reserved.iter().any(|known| known == "photos" || known == "list"));
    }

    #[test]
    fn a_plugins_page_has_the_commands_of_the_host_too() {
        let (_folder, surroundings) = installed();
        let catalog = Catalog::new(&surroundings);
        let page = page_of(catalog.manifests().next().unwrap());
        let names: Vec<String> = page.iter().map(Descriptor::name).collect();
        assert_eq!(names, ["photos add", "photos update", "photos push", "photos remove", "photos console"]);
        assert!(page.iter().all(|descriptor| !descriptor.summary.is_empty()));
    }
}
