//! `amplify completion`: a script that completes commands in a shell.

use clap_complete::Shell;
use serde_json::json;

use crate::{
    command::{Call, Command},
    completion,
    descriptor::{Argument, Descriptor},
    error::Error,
    exit::Exit,
    host::Host,
};

/// The command.
pub struct Completion;

impl Command for Completion {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["completion"], "Prints a script that completes amplify commands in a shell.")
            .details(
                "Put the script where your shell looks for completions. It knows the commands of the plugins that are \
                 installed now; make it again after installing others.",
            )
            .argument(
                Argument::positional("shell", "bash, zsh, fish or powershell")
                    .choices(&["bash", "zsh", "fish", "powershell"])
                    .required(),
            )
            .example("amplify completion bash > ~/.local/share/bash-completion/completions/amplify", "For bash")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let typed = call.argument(0).unwrap_or_default();
        let shell = match typed.to_lowercase().as_str() {
            "bash" => Shell::Bash,
            "zsh" => Shell::Zsh,
            "fish" => Shell::Fish,
            "powershell" | "pwsh" => Shell::PowerShell,
            _ => {
                let error = Error::usage("unknown-shell", format!("there is no completion for the shell `{typed}`"));
                return Err(error.hint("name one of bash, zsh, fish, powershell"));
            }
        };
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut completion::tree(host.catalog), "amplify", &mut script);
        if host.output.json() {
            host.output.document(&json!({ "shell": typed, "script": String::from_utf8_lossy(&script) }))?;
        } else {
            host.output.raw(&script)?;
        }
        Ok(Exit::Done)
    }
}
