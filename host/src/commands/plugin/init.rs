//! `amplify plugin init`: a new plugin, as a crate that builds at once.

use amplify_plugin_abi::{
    check,
    message::LifecycleEvent,
    question::{Choice, Question, Validation},
};
use amplify_plugin_author::{EVENTS, Kind, Scaffold, SdkSource};
use serde_json::{Value, json};

use crate::{
    catalog,
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    error::Error,
    exit::Exit,
    host::Host,
};

/// The command.
pub struct Init;

impl Command for Init {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["plugin", "init"], "Makes a new plugin: a crate that builds at once, with a test, a README and a CI file.")
            .alias("new")
            .asks()
            .argument(Argument::positional("name", "The plugin's name, such as category-queue; also its folder's"))
            .argument(Argument::option("--kind", "kind", "What it is").choices(&["category", "provider", "frontend", "util"]))
            .argument(Argument::option("--word", "word", "The word that addresses it, as in `amplify add <word>`"))
            .argument(Argument::option("--summary", "text", "One line for help and lists"))
            .argument(Argument::option("--event", "event", "A lifecycle event that it hears, such as PostPush").repeated())
            .argument(Argument::option("--sdk-path", "folder", "Build against the SDK in this folder instead of a published one"))
            .details(
                "Makes the folder <name> in the working folder. The SDK is the one that this release of amplify brings along, or \
                 the published one of the same version. Needs Rust 1.85 or newer to build, and nothing to make.",
            )
            .example("amplify plugin init", "Ask for everything")
            .example("amplify plugin init category-queue --yes", "Make a category `queue` with what is usual")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        supply(host, call)?;
        let scaffold = ask(host, sdk(host, call)?)?;
        host.questions.finish(host.output)?;
        let folder = scaffold.write(&host.settings.folder)?;
        let name = &scaffold.name;
        host.output.answer(&format!("Made the {} plugin `{name}` in {}", scaffold.kind.label(), folder.display()))?;
        host.output.info("\nSome next steps:");
        host.output.info(&format!("\"cd {name} && cargo test\" runs its tests"));
        host.output.info("\"amplify plugin verify\" builds it and tries the whole contract");
        host.output.info("\"amplify plugin package\" makes what is published");
        let files: Vec<&str> = scaffold.files().iter().map(|(path, _)| *path).collect();
        host.output.document(&json!({
            "name": name,
            "kind": scaffold.kind.label(),
            "word": scaffold.word,
            "folder": folder,
            "files": files,
        }))?;
        Ok(Exit::Done)
    }
}

/// What was typed answers the questions.
fn supply(host: &Host<'_>, call: &Call) -> Result<(), Error> {
    let events = call.values("event");
    if let Some(unknown) = events.iter().find(|name| event(name).is_none()) {
        let error = Error::usage("unknown-event", format!("there is no event `{unknown}`"));
        let names: Vec<String> = EVENTS.iter().map(|event| format!("{event:?}")).collect();
        return Err(match crate::suggestion::nearest(unknown, names.iter().map(String::as_str)) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint(format!("the events are: {}", names.join(", "))),
        });
    }
    let texts = [("name", call.argument(0)), ("kind", call.value("kind")), ("word", call.value("word"))];
    for (key, text) in texts.into_iter().chain([("summary", call.value("summary"))]) {
        if let Some(text) = text {
            host.questions.supply(&format!("plugin.{key}"), text.into());
        }
    }
    if !events.is_empty() {
        host.questions.supply("plugin.events", events.into());
    }
    Ok(())
}

fn sdk(host: &Host<'_>, call: &Call) -> Result<SdkSource, Error> {
    let Some(path) = call.value("sdk-path") else {
        let beside = host.surroundings.sdk.as_ref().filter(|folder| folder.join("Cargo.toml").is_file());
        return Ok(beside.map_or_else(SdkSource::registry, |folder| SdkSource::Folder(folder.clone())));
    };
    let folder = host.settings.folder.join(path);
    let is_sdk =
        fs_err::read_to_string(folder.join("Cargo.toml")).is_ok_and(|text| text.contains("name = \"amplify-sdk\""));
    if !is_sdk {
        let error = Error::usage("no-sdk", format!("`{}` is not the folder of amplify-sdk", folder.display()));
        return Err(error.hint("name the folder whose Cargo.toml is that of the crate amplify-sdk"));
    }
    Ok(SdkSource::Folder(fs_err::canonicalize(folder)?))
}

fn ask(host: &Host<'_>, sdk: SdkSource) -> Result<Scaffold, Error> {
    let form = Validation::pattern("[a-z][a-z0-9-]{0,63}", "Use lower-case letters, digits and dashes, a letter first");
    let name = host.ask_text(&Question::input("plugin.name", "Name of the plugin:").validation(form))?;
    if !Scaffold::is_crate(&name) {
        let error = Error::usage("plugin-name-taken", format!("a crate cannot have the name `{name}`"));
        return Err(error
            .cause("it means something to Rust, to cargo or to Windows")
            .hint(format!("type `amplify plugin init category-{name}`, or another name")));
    }
    let kinds = Kind::ALL.iter().map(|(kind, text)| Choice::new(kind.label(), *text)).collect();
    let default = Kind::ALL.iter().map(|(kind, _)| kind.label()).find(|label| name.starts_with(&format!("{label}-")));
    let kind = Question::select("plugin.kind", "Kind of plugin:", kinds).default_text(default.unwrap_or("category"));
    let kind = Kind::of(&host.ask_text(&kind)?).unwrap_or(Kind::Category);
    // Only these two are typed as commands.
    let addressed = matches!(kind, Kind::Category | Kind::Util);
    let taken = if addressed { catalog::reserved() } else { Vec::new() };
    // A category is part of logical ids in templates.
    let (form, signs) = match kind {
        Kind::Category => ("[a-z][a-z0-9]{0,63}", "lower-case letters and digits, a letter first"),
        _ => ("[a-z][a-z0-9-]{0,63}", "lower-case letters, digits and dashes, a letter first"),
    };
    let form = Validation::pattern(form, format!("Use {signs}, and no command of amplify's own")).not_taken(taken);
    let word =
        Question::input("plugin.word", "Word that addresses it:").default_text(word_of(&name, kind)).validation(form);
    let word = host.ask_text(&word)?;
    let summary = Question::input("plugin.summary", "One line about it:")
        .default_text(format!("The {} {word}", kind.label()))
        .validation(Validation::pattern(
            "[^\\x00-\\x1f\\x7f]*[^\\x00-\\x1f\\x7f .]",
            "One line of text, no period at its end",
        ));
    let summary = host.ask_text(&summary)?;
    let choices = EVENTS.iter().map(|event| Choice::same(format!("{event:?}"))).collect();
    let events = Question::multi_select("plugin.events", "Events that it hears:", choices, 0);
    let answer = host.questions.ask(&events, host.output)?.value;
    let events = answer.as_array().into_iter().flatten().filter_map(Value::as_str).filter_map(event).collect();
    Ok(Scaffold { name, kind, word, summary, events, sdk })
}

/// The last part of the name, without the kind before it; for a category without dashes.
fn word_of(name: &str, kind: Kind) -> String {
    let word = Kind::ALL.iter().find_map(|(kind, _)| name.strip_prefix(kind.label())?.strip_prefix('-'));
    let word = word.unwrap_or(name).trim_end_matches("-plugin");
    let word = if check::plugin_name(word) { word } else { name };
    if kind == Kind::Category { word.replace('-', "") } else { word.to_owned() }
}

fn event(name: &str) -> Option<LifecycleEvent> {
    EVENTS.into_iter().find(|event| format!("{event:?}") == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_names() {
        for (name, kind, word) in [
            ("category-queue", Kind::Category, "queue"),
            ("queue-plugin", Kind::Category, "queue"),
            ("category-my-queue", Kind::Category, "myqueue"),
            ("category-", Kind::Category, "category"),
            ("category-1", Kind::Category, "category1"),
            ("provider-moon-base", Kind::Provider, "moon-base"),
            ("queue", Kind::Util, "queue"),
        ] {
            assert_eq!(word_of(name, kind), word, "{name}");
        }
    }
}
