//! What the libraries' errors are to the user: exit status, code, causes and hints. The only place that knows.

use amplify_plugin_host::{InvokeError, LoadError};

use crate::{error::Error, exit::Exit, interrupt};

impl From<&LoadError> for Error {
    fn from(error: &LoadError) -> Self {
        let mut rendered = Self::of(Exit::Failed, error, error.code(), error.hints());
        rendered.causes = error.causes();
        rendered
    }
}

impl From<LoadError> for Error {
    fn from(error: LoadError) -> Self {
        Self::from(&error)
    }
}

impl From<InvokeError> for Error {
    fn from(error: InvokeError) -> Self {
        if let InvokeError::Plugin { plugin, error } = error {
            return Self::of_plugin(&plugin, *error);
        }
        let mut rendered = Self::of(Exit::Failed, &error, error.code(), error.hints());
        rendered.causes = error.causes();
        rendered
    }
}

impl From<amplify_project::Error> for Error {
    fn from(error: amplify_project::Error) -> Self {
        Self::of(Exit::Failed, &error, error.code(), error.hints())
    }
}

impl From<amplify_plugin_store::Error> for Error {
    fn from(error: amplify_plugin_store::Error) -> Self {
        if matches!(error, amplify_plugin_store::Error::Cancelled) {
            return Self::interrupted();
        }
        let mut rendered = Self::of(Exit::Failed, &error, error.code(), error.hints());
        rendered.causes = error.causes();
        rendered
    }
}

impl From<amplify_planner::Error> for Error {
    fn from(error: amplify_planner::Error) -> Self {
        let mut told = Self::of(Exit::Failed, &error, error.code(), error.hints());
        if let amplify_planner::Error::Cycle { edges } = &error {
            told.message = "resources need each other in a circle".into();
            told.causes = edges.iter().map(ToString::to_string).collect();
        }
        told
    }
}

impl From<amplify_plugin_author::Error> for Error {
    fn from(error: amplify_plugin_author::Error) -> Self {
        if interrupt::requested() {
            return Self::interrupted();
        }
        let mut rendered = Self::failed(error.code(), error.to_string());
        rendered.causes = error.causes();
        rendered.hints = error.hints();
        rendered
    }
}
