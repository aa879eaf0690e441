//! The stages of a run: route the words, parse the options, resolve the settings, act, and end with a status.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
};

use amplify_plugin_abi::manifest::Needs;

use crate::{
    catalog::{Catalog, Route},
    command::Call,
    departure,
    error::Error,
    exit::Exit,
    help,
    host::Host,
    interrupt,
    output::{Manner, Output},
    panic, parse, suggestion,
    surroundings::Surroundings,
    words,
};

/// The version of the program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Runs the program.
pub fn run() -> ExitCode {
    panic::keep_quiet();
    caught(|| guarded(std::env::args_os().skip(1).map(|word| word.into_string()).collect())).into()
}

fn caught(act: impl FnOnce() -> Exit) -> Exit {
    catch_unwind(AssertUnwindSafe(act)).unwrap_or_else(|_| panic::report())
}

fn guarded(arguments: Result<Vec<String>, std::ffi::OsString>) -> Exit {
    let arguments = match arguments {
        Ok(arguments) => arguments,
        Err(word) => {
            let error =
                Error::usage("not-text", format!("the argument `{}` is not valid text", word.to_string_lossy()));
            return end(&Output::new(Manner::default()), Err(error));
        }
    };
    // The cheapest way out comes first: nothing around is looked at.
    if let [only] = arguments.as_slice()
        && matches!(only.as_str(), "--version" | "-v" | "-V")
    {
        let output = Output::new(Manner::default());
        return end(&output, output.answer(VERSION).map(|()| Exit::Done));
    }
    let surroundings = match Surroundings::read() {
        Ok(surroundings) => surroundings,
        Err(error) => {
            let error = Error::failed("no-folder", "the working folder cannot be read").cause(error);
            return end(&Output::new(Manner::default()), Err(error.hint("change to a folder that exists")));
        }
    };
    let output = Output::new(surroundings.manner(&arguments));
    #[cfg(feature = "failpoints")]
    if let Some(plan) = surroundings.failpoint.as_deref() {
        match plan.parse() {
            Ok(plan) => amplify_project::failpoint::arm(plan),
            Err(wrong) => return end(&output, Err(Error::usage("failpoint", wrong))),
        }
    }
    end(&output, act(&surroundings, &output, &arguments))
}

fn act(surroundings: &Surroundings, output: &Output, arguments: &[String]) -> Result<Exit, Error> {
    let catalog = Catalog::new(surroundings);
    let leading = words::leading(arguments);
    let named: Vec<&str> = leading.iter().map(|position| arguments[*position].as_str()).collect();
    if named.is_empty()
        && let Some(unknown) = arguments.iter().find(|word| word.starts_with('-') && !words::is_common(word))
    {
        let error = Error::usage("unknown-option", format!("`amplify` has no option `{unknown}`"));
        return Err(match suggestion::nearest(unknown, words::COMMON) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint("type `amplify help` for all commands"),
        });
    }
    match catalog.route(&named, &|category| crate::open::keeps(&surroundings.folder, category))? {
        Route::Page(path) => help::print(&catalog, output, &path),
        Route::Command { command, taken, before } => {
            let rest = words::without(arguments, &leading[..taken]);
            let descriptor = command.descriptor();
            // `mock help`, as `storage help`.
            let is_help = descriptor.path.first().is_some_and(|word| word == "help");
            if words::asks_help(&rest) || (!is_help && rest.first().is_some_and(|word| word == "help")) {
                return help::print_command(output, &descriptor);
            }
            let rest: Vec<String> = before.into_iter().chain(rest).collect();
            let call: Call = parse::call(&descriptor, &rest)?;
            interrupt::listen();
            departure::watch(output.manner());
            let host = Host::new(surroundings, &catalog, output, &call);
            if descriptor.needs == Needs::Project {
                host.check_locked()?;
            }
            command.run(&host, &call)
        }
    }
}

fn end(output: &Output, result: Result<Exit, Error>) -> Exit {
    output.end_live();
    match result {
        Ok(exit) => exit,
        Err(error) => {
            // Nobody reads on: there is nobody to tell.
            if error.exit != Exit::ClosedPipe {
                output.error(&error);
            }
            error.exit
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_our_fault() {
        assert_eq!(caught(|| panic!("boom")), Exit::Internal);
        assert_eq!(caught(|| Exit::Done), Exit::Done);
    }
}
