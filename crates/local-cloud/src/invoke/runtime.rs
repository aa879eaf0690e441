//! The runtimes that have a local counterpart.

use crate::Error;

/// A runtime that functions can be run with here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runtime {
    /// `nodejs12.x` and all other versions: the installed `node`.
    Node,
    /// `python3.8` and all other versions: the installed `python3`.
    Python,
}

impl Runtime {
    /// Reads the name that a template gives.
    ///
    /// # Errors
    /// [`Error::UnsupportedRuntime`].
    pub fn parse(name: &str) -> Result<Self, Error> {
        if name.starts_with("nodejs") {
            Ok(Runtime::Node)
        } else if name.starts_with("python3") {
            Ok(Runtime::Python)
        } else {
            Err(Error::UnsupportedRuntime { runtime: name.to_owned() })
        }
    }

    /// The program that runs it.
    pub fn program(self) -> &'static str {
        match self {
            Runtime::Node => "node",
            Runtime::Python => "python3",
        }
    }

    /// File name and text of the script that calls the handler.
    pub(super) fn bootstrap(self) -> (&'static str, &'static str) {
        match self {
            Runtime::Node => ("bootstrap.cjs", include_str!("bootstrap.cjs")),
            Runtime::Python => ("bootstrap.py", include_str!("bootstrap.py")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_map_to_what_is_installed() {
        assert_eq!(Runtime::parse("nodejs12.x").unwrap(), Runtime::Node);
        assert_eq!(Runtime::parse("python3.8").unwrap(), Runtime::Python);
        for other in ["go1.x", "java11", "dotnetcore3.1", "python2.7", ""] {
            assert_eq!(Runtime::parse(other).unwrap_err().code(), "function-runtime-unsupported", "{other}");
        }
    }
}
