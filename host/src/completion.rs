//! The whole command line as a clap tree, which completion scripts are generated from. Nothing else builds it.

use std::collections::BTreeMap;

use clap::builder::PossibleValuesParser;

use crate::{
    catalog::Catalog,
    commands,
    descriptor::{Argument, Descriptor},
    parse,
};

/// A word, the command it names (if any), and the words that may follow.
#[derive(Default)]
struct Node {
    descriptor: Option<Descriptor>,
    summary: String,
    below: BTreeMap<String, Node>,
}

impl Node {
    fn at(&mut self, path: &[String]) -> &mut Node {
        path.iter().fold(self, |node, word| node.below.entry(word.clone()).or_default())
    }

    fn into_clap(self, name: String) -> clap::Command {
        let mut command = clap::Command::new(name)
            .about(self.summary)
            .disable_help_flag(true)
            .disable_version_flag(true)
            .disable_help_subcommand(true);
        if let Some(descriptor) = &self.descriptor {
            command = command.args(descriptor.all_arguments().map(|argument| with_choices(&argument)));
        }
        for (word, node) in self.below {
            command = command.subcommand(node.into_clap(word));
        }
        command
    }
}

/// The tree of all commands, categories in both word orders.
pub fn tree(catalog: &Catalog<'_>) -> clap::Command {
    let mut root = Node { summary: "Amplify".into(), ..Node::default() };
    let categories: Vec<String> = catalog.categories().map(|(word, _)| word.to_owned()).collect();
    let descriptors = catalog.descriptors();
    let mut topics: Vec<String> = descriptors.iter().flat_map(|descriptor| descriptor.path.clone()).collect();
    topics.sort();
    topics.dedup();
    for mut descriptor in descriptors {
        fill(&mut descriptor, &categories, &topics);
        let words = descriptor.path.clone();
        put(&mut root, &words, &descriptor);
        if let [word, verb] = words.as_slice()
            && catalog.heads().any(|manifest| manifest.kind.word() == word)
        {
            put(&mut root, &[verb.clone(), word.clone()], &descriptor);
        }
    }
    for (word, summary) in commands::GROUPS {
        root.at(&[word.to_owned()]).summary = summary.to_owned();
    }
    for manifest in catalog.manifests() {
        root.at(&[manifest.kind.word().to_owned()]).summary.clone_from(&manifest.summary);
    }
    root.below.retain(|_, node| node.descriptor.is_some() || !node.below.is_empty());
    root.into_clap("amplify".into())
}

fn with_choices(argument: &Argument) -> clap::Arg {
    let arg = parse::argument(argument);
    if argument.choices.is_empty() { arg } else { arg.value_parser(PossibleValuesParser::new(&argument.choices)) }
}

/// Fills in the words that only the catalog knows: the categories, and the commands that help is about.
fn fill(descriptor: &mut Descriptor, categories: &[String], words: &[String]) {
    let is_help = descriptor.path.first().is_some_and(|word| word == "help");
    for argument in &mut descriptor.arguments {
        match argument.name.as_str() {
            "category" => argument.choices = categories.to_vec(),
            "words" if is_help => argument.choices = words.to_vec(),
            _ => {}
        }
    }
}

fn put(root: &mut Node, path: &[String], descriptor: &Descriptor) {
    let node = root.at(path);
    node.summary.clone_from(&descriptor.summary);
    node.descriptor = Some(descriptor.clone());
}
