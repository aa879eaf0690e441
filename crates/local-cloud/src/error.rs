//! Everything that can go wrong in the local cloud, with its stable code and what to do about it.

use std::path::PathBuf;

/// A failure of the local cloud. A failed deployment leaves what was there before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The caller asked to stop; what the deployment had done is undone.
    #[error("interrupted")]
    Cancelled,
    /// DynamoDB refused an operation or cannot be reached.
    #[error("DynamoDB failed to {operation}")]
    Database {
        /// Such as `open the tables`.
        operation: String,
        /// In DynamoDB's or SQLite's words.
        reason: String,
    },
    /// Another process deploys or serves this environment.
    #[error("the environment's data is in use by {holder}")]
    InUse {
        /// Who holds it, such as `a deployment (process 4711)`.
        holder: String,
        /// What is in use.
        path: PathBuf,
    },
    /// A file cannot be read or written; the message names it.
    #[error("the local cloud cannot use its files")]
    Io(#[from] std::io::Error),
    /// The function's process could not be started or watched.
    #[error("the function `{function}` could not be started")]
    Launch {
        /// The function's name.
        function: String,
        /// What the system said.
        reason: String,
    },
    /// The function's code is not where it should be.
    #[error("the function `{function}` has no code at `{path}`")]
    MissingCode {
        /// The function's name.
        function: String,
        /// The folder looked into.
        path: PathBuf,
    },
    /// The interpreter of a runtime is not installed.
    #[error("`{program}`, which the runtime `{runtime}` needs, was not found")]
    MissingProgram {
        /// Such as `node`.
        program: String,
        /// As in the template.
        runtime: String,
    },
    /// The deployed root stack has another name.
    #[error("the environment holds the stack `{found}`, not `{wanted}`")]
    OtherStack {
        /// The stack that is there.
        found: String,
        /// The stack asked for.
        wanted: String,
    },
    /// A port is taken, or may not be used.
    #[error("port {port} for {service} cannot be used")]
    Port {
        /// The port.
        port: u16,
        /// `S3` or `DynamoDB`.
        service: &'static str,
        /// What the system said.
        reason: String,
    },
    /// A resource failed. Everything else the deployment did is undone.
    #[error("`{path}` ({resource_type}) failed")]
    Resource {
        /// Logical ids from the root stack down, joined by `/`.
        path: String,
        /// CloudFormation type.
        resource_type: String,
        /// Why.
        reason: String,
        /// What could not be undone, if anything.
        leftovers: Vec<String>,
    },
    /// The state file is not ours or is damaged.
    #[error("the environment's state `{path}` cannot be read")]
    State {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A stack's template or parameters are wrong.
    #[error("the template of the stack `{stack}` cannot be deployed")]
    Template {
        /// The stack's path, or its name for the root.
        stack: String,
        /// What is wrong, one finding a line.
        findings: Vec<String>,
        /// What to do about it.
        hints: Vec<String>,
    },
    /// A runtime that has no local counterpart.
    #[error("functions of the runtime `{runtime}` cannot run here")]
    UnsupportedRuntime {
        /// As in the template.
        runtime: String,
    },
}

impl Error {
    /// A stable code in kebab case.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Cancelled => "cancelled",
            Error::Database { .. } => "local-database",
            Error::InUse { .. } => "local-in-use",
            Error::Io(_) => "local-files",
            Error::Launch { .. } => "function-launch",
            Error::MissingCode { .. } => "function-code-missing",
            Error::MissingProgram { .. } => "function-runtime-missing",
            Error::OtherStack { .. } => "local-other-stack",
            Error::Port { .. } => "port-in-use",
            Error::Resource { .. } => "resource-failed",
            Error::State { .. } => "local-state",
            Error::Template { .. } => "template-invalid",
            Error::UnsupportedRuntime { .. } => "function-runtime-unsupported",
        }
    }

    /// Why, outermost first: what [`std::fmt::Display`] leaves out.
    pub fn causes(&self) -> Vec<String> {
        match self {
            Error::Database { reason, .. }
            | Error::Launch { reason, .. }
            | Error::Port { reason, .. }
            | Error::State { reason, .. } => vec![reason.clone()],
            Error::Io(error) => vec![error.to_string()],
            Error::Resource { reason, leftovers, .. } => {
                std::iter::once(reason.clone()).chain(leftovers.iter().cloned()).collect()
            }
            Error::Template { findings, .. } => findings.clone(),
            _ => Vec::new(),
        }
    }

    /// What to type or do next.
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            Error::InUse { holder, .. } if holder.contains("mock") => "stop `amplify mock`, then try again",
            Error::InUse { .. } => "wait until it has finished, then try again",
            Error::MissingProgram { program, .. } if program == "node" => "install Node.js, or put `node` on the PATH",
            Error::MissingProgram { .. } => "install Python 3, or put `python3` on the PATH",
            Error::MissingCode { .. } => "check the function's `src` folder and its handler",
            Error::OtherStack { .. } => "run `amplify env list` to see which environment is current",
            Error::Port { .. } => "give another one with `--port`, or none to use free ports",
            Error::State { .. } => {
                "restore the file, or delete the environment's folder under `amplify/mock-data` and run `amplify push`"
            }
            Error::UnsupportedRuntime { .. } => {
                "JavaScript and Python run here; `amplify function build` shows that this one compiles, and an environment in AWS runs it"
            }
            Error::Template { hints, .. } => return hints.clone(),
            _ => return Vec::new(),
        };
        vec![hint.to_owned()]
    }
}
