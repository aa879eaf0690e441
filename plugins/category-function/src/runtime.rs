//! The languages that a function can be written in.

/// A language with everything that the rest of the plugin needs to know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runtime {
    /// JavaScript on Node.js.
    NodeJs,
    /// Python 3.
    Python,
}

impl Runtime {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Runtime; 2] = [Runtime::NodeJs, Runtime::Python];

    /// The name in `amplify.state` (`functionRuntime`), and the value of the choice.
    pub fn name(self) -> &'static str {
        match self {
            Runtime::NodeJs => "nodejs",
            Runtime::Python => "python",
        }
    }

    /// What the user reads.
    pub fn label(self) -> &'static str {
        match self {
            Runtime::NodeJs => "NodeJS",
            Runtime::Python => "Python",
        }
    }

    /// The Lambda runtime of new functions.
    pub fn lambda(self) -> &'static str {
        match self {
            Runtime::NodeJs => "nodejs22.x",
            Runtime::Python => "python3.13",
        }
    }

    /// The file that `amplify.state` names for the editor, and that holds the handler.
    pub fn editor_file(self) -> &'static str {
        match self {
            Runtime::NodeJs => "src/index.js",
            Runtime::Python => "src/index.py",
        }
    }

    /// The original's plugin for this language, recorded in `amplify.state`.
    pub fn plugin_id(self) -> &'static str {
        match self {
            Runtime::NodeJs => "amplify-nodejs-function-runtime-provider",
            Runtime::Python => "amplify-python-function-runtime-provider",
        }
    }

    /// Finds a language by the name in `amplify.state`.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|runtime| runtime.name() == name)
    }

    /// Finds a language by a template's `Runtime`, such as `nodejs12.x`.
    pub fn by_lambda(lambda: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|runtime| lambda.starts_with(runtime.name()))
    }
}

/// The text of `amplify.state`: indented by two spaces, without a final newline.
pub fn state_file(runtime: Runtime) -> String {
    format!(
        "{{\n  \"pluginId\": \"{}\",\n  \"functionRuntime\": \"{}\",\n  \"useLegacyBuild\": {},\n  \"defaultEditorFile\": \"{}\"\n}}",
        runtime.plugin_id(),
        runtime.name(),
        runtime == Runtime::NodeJs,
        runtime.editor_file()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_file_is_the_original_one() {
        let expected = r#"{
  "pluginId": "amplify-nodejs-function-runtime-provider",
  "functionRuntime": "nodejs",
  "useLegacyBuild": true,
  "defaultEditorFile": "src/index.js"
}"#;
        assert_eq!(state_file(Runtime::NodeJs), expected);
        assert!(state_file(Runtime::Python).contains(r#""useLegacyBuild": false"#));
    }

    #[test]
    fn runtimes_are_found_by_both_names() {
        assert_eq!(Runtime::by_lambda("nodejs12.x"), Some(Runtime::NodeJs));
        assert_eq!(Runtime::by_lambda("python3.8"), Some(Runtime::Python));
        assert_eq!(Runtime::by_lambda("go1.x"), None);
        assert_eq!(Runtime::by_name("python"), Some(Runtime::Python));
        assert_eq!(Runtime::by_name("java"), None);
    }
}
