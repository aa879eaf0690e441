//! Reads the options of one command with clap, from its descriptor. Only the routed command's parser is ever built.

use clap::{
    Arg, ArgAction,
    error::{ContextKind, ContextValue, ErrorKind},
};
use serde_json::Value;

use crate::{
    command::Call,
    descriptor::{Argument, Descriptor},
    error::Error,
};

/// The clap argument for one of ours.
pub fn argument(argument: &Argument) -> Arg {
    let arg = Arg::new(argument.key().to_owned()).help(argument.summary.clone()).required(argument.required);
    if !argument.is_option() {
        let action = if argument.repeated { ArgAction::Append } else { ArgAction::Set };
        return if argument.repeated { arg.action(action).num_args(0..) } else { arg.action(action) };
    }
    let mut arg = arg.long(argument.key().to_owned()).aliases(argument.aliases.clone());
    if let Some(letter) = argument.short {
        arg = arg.short(letter);
    }
    match (&argument.value, argument.repeated) {
        (None, _) => arg.action(ArgAction::SetTrue).overrides_with(argument.key().to_owned()),
        (Some(value), false) => arg.value_name(value.clone()).action(ArgAction::Set),
        (Some(value), true) => arg.value_name(value.clone()).action(ArgAction::Append),
    }
}

/// Reads what follows the words of a command.
///
/// # Errors
/// Unknown, missing or doubled arguments.
pub fn call(descriptor: &Descriptor, rest: &[String]) -> Result<Call, Error> {
    let mut parser = clap::Command::new(descriptor.name())
        .no_binary_name(true)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true);
    let arguments: Vec<Argument> = descriptor.all_arguments().collect();
    for one in &arguments {
        parser = parser.arg(argument(one));
    }
    let matches = parser.try_get_matches_from(rest).map_err(|error| usage(descriptor, &error))?;
    let mut call = Call::default();
    for one in &arguments {
        let key = one.key();
        if one.is_option() && one.value.is_none() {
            if matches.get_flag(key) {
                call.options.insert(key.to_owned(), Value::Bool(true));
            }
            continue;
        }
        let values: Vec<String> = matches.get_many::<String>(key).into_iter().flatten().cloned().collect();
        if !one.is_option() {
            call.arguments.extend(values);
        } else if one.repeated && !values.is_empty() {
            call.options.insert(key.to_owned(), values.into());
        } else if let Some(value) = values.into_iter().next() {
            call.options.insert(key.to_owned(), Value::String(value));
        }
    }
    Ok(call)
}

/// clap's finding in our words.
fn usage(descriptor: &Descriptor, error: &clap::Error) -> Error {
    let context = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join("`, `")),
        _ => None,
    };
    // clap shows values with the option (`--env <name>`); the option's name alone is what the user typed.
    let invalid = context(ContextKind::InvalidArg);
    let invalid = invalid.as_deref().map_or("?", |text| text.split(" <").next().unwrap_or(text)).to_owned();
    let name = descriptor.name();
    let found = match error.kind() {
        ErrorKind::UnknownArgument if invalid.starts_with('-') => {
            Error::usage("unknown-option", format!("`amplify {name}` has no option `{invalid}`"))
        }
        ErrorKind::UnknownArgument => {
            Error::usage("unexpected-argument", format!("`amplify {name}` does not take `{invalid}`"))
        }
        ErrorKind::MissingRequiredArgument => {
            Error::usage("missing-argument", format!("`amplify {name}` needs `{invalid}`"))
        }
        ErrorKind::ArgumentConflict => {
            Error::usage("doubled-option", format!("`{invalid}` may be given once only to `amplify {name}`"))
        }
        ErrorKind::InvalidValue | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            Error::usage("missing-value", format!("`{invalid}` needs a value"))
        }
        ErrorKind::TooManyValues => Error::usage("unexpected-value", format!("`{invalid}` takes no value")),
        _ => {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            Error::usage("usage", first.trim_start_matches("error: ").to_owned())
        }
    };
    let found = match context(ContextKind::SuggestedArg) {
        Some(near) => found.hint(format!("did you mean `{near}`?")),
        None => found,
    };
    found.hint(format!("type `amplify help {name}` for what it takes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn descriptor() -> Descriptor {
        Descriptor::new(&["push"], "Deploys")
            .needs_project()
            .asks()
            .argument(Argument::positional("category", ""))
            .argument(Argument::flag("--force", ""))
            .argument(Argument::option("--allow-replace", "name", "").repeated())
            .argument(Argument::option("--providers", "json", "").short('p').aliases(&["provider"]))
    }

    fn parse(line: &str) -> Result<Call, Error> {
        let rest: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        call(&descriptor(), &rest)
    }

    #[test]
    fn options_and_arguments_are_read() {
        let call =
            parse("storage --force -y --allow-replace a --allow-replace=b --provider local --answer k=v").unwrap();
        assert_eq!(call.argument(0), Some("storage"));
        assert!(call.flag("force") && call.flag("yes") && !call.flag("json"));
        assert_eq!(call.values("allow-replace"), ["a", "b"]);
        assert_eq!(call.values("answer"), ["k=v"]);
        assert_eq!(call.value("providers"), Some("local"));
    }

    #[test]
    fn a_flag_may_be_doubled() {
        assert!(parse("--yes --yes").unwrap().flag("yes"));
    }

    #[test]
    fn each_mistake_has_its_code() {
        let code = |line: &str| parse(line).unwrap_err().code.into_string();
        assert_eq!(code("--forse"), "unknown-option");
        assert_eq!(code("a b"), "unexpected-argument");
        assert_eq!(code("--env"), "missing-value");
        assert_eq!(code("--env a --env b"), "doubled-option");
        assert_eq!(code("--force=1"), "unexpected-value");
        assert!(parse("--forse").unwrap_err().hints[0].contains("--force"));
    }
}
