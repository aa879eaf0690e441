//! The built-in commands, one to a file, and the stand-in for those of plugins.

mod categories;
mod completion;
mod configure;
mod console;
mod delete;
mod env;
mod git;
mod help;
mod init;
mod mock;
mod plan;
mod plugin;
mod plugin_command;
mod pull;
mod push;
mod recover;
mod remove;
mod sample;
mod status;
mod version;

pub use plugin_command::PluginCommand;

use crate::command::Command;

/// All built-in commands, in the order of the main help page.
pub fn built_in() -> Vec<Box<dyn Command>> {
    vec![
        Box::new(init::Init),
        Box::new(configure::Machine),
        Box::new(configure::Project),
        Box::new(push::Push),
        Box::new(pull::Pull),
        Box::new(plan::Plan),
        Box::new(status::Status),
        Box::new(console::Console),
        Box::new(recover::Recover),
        Box::new(delete::Delete),
        Box::new(remove::Remove),
        Box::new(mock::Mock),
        Box::new(env::Add),
        Box::new(env::Checkout),
        Box::new(env::List),
        Box::new(env::Get),
        Box::new(env::Secret),
        Box::new(env::Pull),
        Box::new(env::Import),
        Box::new(env::Remove),
        Box::new(env::Protect),
        Box::new(env::Bind),
        Box::new(git::Setup),
        Box::new(git::MergeFile),
        Box::new(categories::Categories),
        Box::new(plugin::Add),
        Box::new(plugin::Remove),
        Box::new(plugin::Install),
        Box::new(plugin::Update),
        Box::new(plugin::Outdated),
        Box::new(plugin::List),
        Box::new(plugin::Scan),
        Box::new(plugin::Configure),
        Box::new(plugin::Publish),
        Box::new(plugin::Init),
        Box::new(plugin::Build),
        Box::new(plugin::Verify),
        Box::new(plugin::Package),
        Box::new(completion::Completion),
        Box::new(help::Help),
        Box::new(version::Version),
    ]
}

/// Words that group commands, with what the main help page says of them.
pub const GROUPS: [(&str, &str); 3] = [
    ("env", "Displays and manages environment related information for your Amplify project."),
    ("git", "Merges the files that the program writes by key, where branches of git changed the same."),
    ("plugin", "Adds, locks, installs and lists the plugins of a project, and makes and publishes new ones."),
];

/// Rows of the main help page for the commands that every category has.
pub const CATEGORY_ROWS: [(&str, &str); 5] = [
    ("<category> add", "Adds a resource for an Amplify category in your local backend"),
    ("<category> update", "Update resource for an Amplify category in your local backend."),
    ("<category> push", "Provisions all cloud resources in a category with the latest local developments."),
    ("<category> remove", "Removes a resource for an Amplify category in your local backend."),
    ("<category>", "Displays subcommands of the specified Amplify category."),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_of_commands_is_in_order() {
        let mut words = BTreeSet::new();
        for command in built_in() {
            let descriptor = command.descriptor();
            let name = descriptor.name();
            assert!(!descriptor.summary.trim().is_empty(), "`{name}` has no summary");
            let (last, head) = descriptor.path.split_last().unwrap();
            for word in std::iter::once(last).chain(&descriptor.aliases) {
                let path = [head, std::slice::from_ref(word)].concat().join(" ");
                assert!(words.insert(path.clone()), "`{path}` occurs twice");
                assert!(word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "`{path}` is badly named");
            }
            if let [group, _] = descriptor.path.as_slice() {
                assert!(GROUPS.iter().any(|(word, _)| word == group) || words.contains(group), "`{group}` is no group");
            }
            let mut names = BTreeSet::new();
            let mut letters = BTreeSet::new();
            let mut optional = false;
            for argument in descriptor.all_arguments() {
                assert!(!argument.summary.trim().is_empty(), "`{}` of `{name}` has no summary", argument.name);
                for key in std::iter::once(argument.key()).chain(argument.aliases.iter().map(String::as_str)) {
                    assert!(names.insert(key.to_owned()), "`{key}` occurs twice in `{name}`");
                }
                assert!(
                    argument.short.is_none_or(|letter| letters.insert(letter)),
                    "a letter occurs twice in `{name}`"
                );
                if !argument.is_option() {
                    assert!(!(optional && argument.required), "`{name}` needs an argument after an optional one");
                    optional |= !argument.required;
                }
            }
            for example in &descriptor.examples {
                assert!(example.command.starts_with("amplify "), "an example of `{name}` is no amplify command");
            }
        }
    }
}
