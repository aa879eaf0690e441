//! A command as data: routing, parsing, help and completion all read this, for built-in and plugin commands alike.

use amplify_plugin_abi::manifest::{self, Example, Needs};

/// What a command is called, what it takes, and what it is for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Descriptor {
    /// The words that name it, such as `env add`.
    pub path: Vec<String>,
    /// Other words for the last of them.
    pub aliases: Vec<String>,
    /// One line.
    pub summary: String,
    /// Paragraphs for its own page; may be empty.
    pub details: String,
    /// Positional arguments and options of its own.
    pub arguments: Vec<Argument>,
    /// Command lines with a word on what they do.
    pub examples: Vec<Example>,
    /// What must exist before it makes sense.
    pub needs: Needs,
    /// Whether it asks questions, and so takes `--yes`, `--answers`, `--answer` and `--headless`.
    pub asks: bool,
}

/// A positional argument or an option.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Argument {
    /// `name` for a positional argument, `--name` for an option.
    pub name: String,
    /// One dash and a letter, for an option that has one.
    pub short: Option<char>,
    /// Other names of the option, without dashes; not shown.
    pub aliases: Vec<String>,
    /// What stands for the value in help; none for an option without value.
    pub value: Option<String>,
    /// Whether the command refuses to run without it.
    pub required: bool,
    /// Whether it may be given several times.
    pub repeated: bool,
    /// The values that completion offers; others may be right, too.
    pub choices: Vec<String>,
    /// One line.
    pub summary: String,
}

impl Argument {
    /// An option without a value.
    pub fn flag(name: &str, summary: &str) -> Self {
        Self { name: name.into(), summary: summary.into(), ..Self::default() }
    }

    /// An option with a value.
    pub fn option(name: &str, value: &str, summary: &str) -> Self {
        Self { value: Some(value.into()), ..Self::flag(name, summary) }
    }

    /// A positional argument.
    pub fn positional(name: &str, summary: &str) -> Self {
        Self::flag(name, summary)
    }

    /// May be given several times.
    #[must_use]
    pub fn repeated(mut self) -> Self {
        self.repeated = true;
        self
    }

    /// Completion offers these values.
    #[must_use]
    pub fn choices(mut self, values: &[&str]) -> Self {
        self.choices = values.iter().map(|value| (*value).to_owned()).collect();
        self
    }

    /// Must be given.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Has a short form.
    #[must_use]
    pub fn short(mut self, letter: char) -> Self {
        self.short = Some(letter);
        self
    }

    /// Is also known by other names.
    #[must_use]
    pub fn aliases(mut self, aliases: &[&str]) -> Self {
        self.aliases = aliases.iter().map(|alias| (*alias).to_owned()).collect();
        self
    }

    /// Whether it is an option rather than a positional argument.
    pub fn is_option(&self) -> bool {
        self.name.starts_with('-')
    }

    /// The name without dashes.
    pub fn key(&self) -> &str {
        self.name.trim_start_matches('-')
    }

    /// How help shows it, such as `-y, --yes` or `--env <name>` or `[name]...`.
    pub fn shown(&self) -> String {
        if !self.is_option() {
            let dots = if self.repeated { "..." } else { "" };
            return if self.required { format!("<{}>{dots}", self.name) } else { format!("[{}]{dots}", self.name) };
        }
        let short = self.short.map_or_else(String::new, |letter| format!("-{letter}, "));
        let value = self.value.as_ref().map_or_else(String::new, |value| format!(" <{value}>"));
        format!("{short}{}{value}", self.name)
    }
}

impl Descriptor {
    /// A command that needs nothing and asks nothing.
    pub fn new(path: &[&str], summary: &str) -> Self {
        Self {
            path: path.iter().map(|word| (*word).to_owned()).collect(),
            summary: summary.into(),
            needs: Needs::Nothing,
            ..Self::default()
        }
    }

    /// Needs a project with a current environment.
    #[must_use]
    pub fn needs_project(mut self) -> Self {
        self.needs = Needs::Project;
        self
    }

    /// Asks questions.
    #[must_use]
    pub fn asks(mut self) -> Self {
        self.asks = true;
        self
    }

    /// Adds an argument.
    #[must_use]
    pub fn argument(mut self, argument: Argument) -> Self {
        self.arguments.push(argument);
        self
    }

    /// Sets the paragraphs of its page.
    #[must_use]
    pub fn details(mut self, details: &str) -> Self {
        self.details = details.into();
        self
    }

    /// Adds an example.
    #[must_use]
    pub fn example(mut self, command: &str, summary: &str) -> Self {
        self.examples.push(Example { command: command.into(), summary: summary.into() });
        self
    }

    /// Adds another word for it.
    #[must_use]
    pub fn alias(mut self, alias: &str) -> Self {
        self.aliases.push(alias.into());
        self
    }

    /// A plugin's command.
    pub fn of_plugin(word: &str, command: &manifest::Command) -> Self {
        let own = command.arguments.iter().map(|argument| Argument {
            name: argument.name.clone(),
            value: argument.takes_value.then(|| "value".to_owned()),
            required: argument.required,
            summary: argument.summary.clone(),
            ..Argument::default()
        });
        let mut descriptor = Self {
            path: vec![word.to_owned(), command.name.clone()],
            aliases: command.aliases.clone(),
            summary: command.summary.clone(),
            details: command.details.clone(),
            arguments: Vec::new(),
            examples: command.examples.clone(),
            needs: command.needs,
            asks: true,
        };
        // The host's own options mean the same everywhere, so a plugin cannot redefine them.
        let common: Vec<Argument> = descriptor.common();
        descriptor.arguments =
            own.filter(|argument| common.iter().all(|other| other.key() != argument.key())).collect();
        descriptor
    }

    /// The options that it shares with other commands.
    pub fn common(&self) -> Vec<Argument> {
        let mut options = Vec::new();
        if self.asks {
            options.push(Argument::flag("--yes", "Take the default answer of every question").short('y'));
            options.push(Argument::option("--answers", "file", "Take answers from a JSON document"));
            options.push(
                Argument::option("--answer", "key=value", "Answer one question; may be given several times").repeated(),
            );
            options.push(Argument::flag("--headless", "Take answers, or a headless payload, from standard input"));
        }
        if self.needs == Needs::Project {
            options.push(Argument::option("--env", "name", "Stop unless this is the current environment"));
        }
        if self.asks || self.needs == Needs::Project {
            options.push(Argument::flag("--locked", "Stop unless the plugins are exactly those of `plugins.lock`"));
            options.push(Argument::flag("--paranoid", "Hash every plugin again before it is opened"));
        }
        options.push(Argument::flag("--json", "Print JSON instead of text"));
        options.push(Argument::flag("--quiet", "Print the answer, warnings and errors only").short('q'));
        options.push(Argument::flag("--debug", "Print the log as well"));
        options.push(Argument::flag("--help", "Show help for the command").short('h'));
        options
    }

    /// Everything that may follow the command's words.
    pub fn all_arguments(&self) -> impl Iterator<Item = Argument> {
        self.arguments.clone().into_iter().chain(self.common())
    }

    /// The words as typed.
    pub fn name(&self) -> String {
        self.path.join(" ")
    }

    /// The usage line.
    pub fn usage(&self) -> String {
        let mut usage = format!("amplify {}", self.name());
        for argument in self.arguments.iter().filter(|argument| !argument.is_option()) {
            usage.push(' ');
            usage.push_str(&argument.shown());
        }
        usage + " [options]"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_cannot_redefine_an_option_of_the_host() {
        let argument = |name: &str| manifest::Argument { name: name.into(), ..Default::default() };
        let command = manifest::Command {
            name: "add".into(),
            arguments: vec![argument("--json"), argument("--fast"), argument("name")],
            ..Default::default()
        };
        let descriptor = Descriptor::of_plugin("storage", &command);
        let names: Vec<&str> = descriptor.arguments.iter().map(|argument| argument.name.as_str()).collect();
        assert_eq!(names, ["--fast", "name"]);
        assert_eq!(descriptor.usage(), "amplify storage add [name] [options]");
    }

    #[test]
    fn options_are_shown_with_short_form_and_value() {
        assert_eq!(Argument::flag("--yes", "").short('y').shown(), "-y, --yes");
        assert_eq!(Argument::option("--env", "name", "").shown(), "--env <name>");
        assert_eq!(Argument::positional("word", "").repeated().shown(), "[word]...");
    }
}
