//! The whole command line as a clap tree, which completion scripts are generated from. Nothing else builds it.

use std::collections::BTreeMap;

use crate::{catalog::Catalog, commands, descriptor::Descriptor, parse};

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
            command = command.args(descriptor.all_arguments().map(|argument| parse::argument(&argument)));
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
    for descriptor in catalog.descriptors() {
        let words = descriptor.path.clone();
        put(&mut root, &words, &descriptor);
        if let [word, verb] = words.as_slice()
            && catalog.manifests().any(|manifest| manifest.kind.word() == word)
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

fn put(root: &mut Node, path: &[String], descriptor: &Descriptor) {
    let node = root.at(path);
    node.summary.clone_from(&descriptor.summary);
    node.descriptor = Some(descriptor.clone());
}
