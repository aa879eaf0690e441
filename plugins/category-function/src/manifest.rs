//! What the plugin offers.

use amplify_sdk::prelude::*;

use crate::{documents::CATEGORY, methods};

/// The manifest.
pub fn manifest() -> Manifest {
    let mut manifest = Manifest::new(
        "category-function",
        PluginKind::Category { category: CATEGORY.into() },
        env!("CARGO_PKG_VERSION"),
        "Lambda functions in JavaScript, Python, Go, Java and C#",
    );
    manifest = manifest.service("Lambda", "Lambda function (serverless function)");
    manifest.commands = vec![
        Command {
            name: "add".into(),
            summary: "Takes you through a CLI flow to add a function resource to your local backend".into(),
            details:
                "Policies that the questions do not offer go into the function's `custom-policies.json`, as a list \
                      of `{\"Action\": [...], \"Resource\": [...]}`."
                    .into(),
            examples: vec![example("amplify add function", "Ask for everything")],
            ..Command::default()
        },
        Command {
            name: "update".into(),
            summary: "Takes you through a CLI flow to update an existing function resource".into(),
            details: "Changes access to other resources, the schedule and the environment variables.".into(),
            arguments: vec![argument("name", "The function to update")],
            examples: vec![example("amplify update function", "Choose the function from a list")],
            ..Command::default()
        },
        Command {
            name: "build".into(),
            summary: "Builds all the functions in the project".into(),
            details: "Installs production dependencies where package.json, Pipfile, requirements.txt or a lock file \
                      changed, runs the script `amplify:<resource>` of the project's package.json, and packs \
                      `dist/latest-build.zip`. The archive is the same for the same files, on every machine. It leaves \
                      out `.git`, `.DS_Store`, `.npmrc`, `.yarnrc`, `__pycache__`, `*.pyc`, and below `node_modules` `.bin`, `.cache` and \
                      the package manager's own notes."
                .into(),
            arguments: vec![argument("name", "Only this function")],
            examples: vec![example("amplify function build", "Build every function")],
            ..Command::default()
        },
    ];
    manifest.methods =
        methods::ALL.map(|(name, summary)| Method { name: name.into(), summary: summary.into() }).to_vec();
    manifest
}

fn argument(name: &str, summary: &str) -> Argument {
    Argument { name: name.into(), summary: summary.into(), ..Argument::default() }
}

fn example(command: &str, summary: &str) -> amplify_sdk::manifest::Example {
    amplify_sdk::manifest::Example { command: command.into(), summary: summary.into() }
}
