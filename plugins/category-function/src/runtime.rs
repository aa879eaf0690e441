//! The languages that a function can be written in.

/// A language with everything that the rest of the plugin needs to know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runtime {
    /// C# on .NET.
    DotNet,
    /// Go, as a program of its own.
    Go,
    /// Java, built by Gradle.
    Java,
    /// JavaScript on Node.js.
    NodeJs,
    /// Python 3.
    Python,
}

impl Runtime {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Runtime; 5] = [Runtime::DotNet, Runtime::Go, Runtime::Java, Runtime::NodeJs, Runtime::Python];

    /// The value of the choice.
    pub fn name(self) -> &'static str {
        match self {
            Runtime::DotNet => "dotnet",
            Runtime::Go => "go",
            Runtime::Java => "java",
            Runtime::NodeJs => "nodejs",
            Runtime::Python => "python",
        }
    }

    /// The name in `amplify.state` (`functionRuntime`).
    pub fn state_name(self) -> &'static str {
        match self {
            Runtime::DotNet => "dotnet10",
            _ => self.name(),
        }
    }

    /// What the user reads.
    pub fn label(self) -> &'static str {
        match self {
            Runtime::DotNet => ".NET 10",
            Runtime::Go => "Go",
            Runtime::Java => "Java",
            Runtime::NodeJs => "NodeJS",
            Runtime::Python => "Python",
        }
    }

    /// The Lambda runtime of new functions.
    pub fn lambda(self) -> &'static str {
        match self {
            Runtime::DotNet => "dotnet10",
            // Lambda has no runtime for Go any more: a program that speaks to it takes its place.
            Runtime::Go => "provided.al2023",
            Runtime::Java => "java21",
            Runtime::NodeJs => "nodejs22.x",
            Runtime::Python => "python3.13",
        }
    }

    /// The handler of new functions.
    pub fn handler(self, resource: &str, function_name: &str) -> String {
        match self {
            Runtime::DotNet => {
                let (space, class) = (class_name(resource), class_name(function_name));
                format!("{resource}::{space}.{class}::LambdaHandler")
            }
            Runtime::Go => "bootstrap".to_owned(),
            Runtime::Java => "example.LambdaRequestHandler::handleRequest".to_owned(),
            Runtime::NodeJs | Runtime::Python => "index.handler".to_owned(),
        }
    }

    /// Whether the local cloud runs it.
    pub fn runs_here(self) -> bool {
        matches!(self, Runtime::NodeJs | Runtime::Python)
    }

    /// The original's plugin for this language, recorded in `amplify.state`.
    pub fn plugin_id(self) -> String {
        format!("amplify-{}-function-runtime-provider", self.name())
    }

    /// Finds a language by the value of its choice, or by the name in `amplify.state` (`go1.x`, `dotnetcore3.1`).
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|runtime| runtime.name() == name)
            .or_else(|| Self::by_lambda(name).filter(|runtime| matches!(runtime, Runtime::Go | Runtime::DotNet)))
    }

    /// Finds a language by a template's `Runtime`, such as `nodejs12.x`.
    pub fn by_lambda(lambda: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|runtime| lambda.starts_with(runtime.name()))
    }
}

/// Names that C# takes for something else: its keywords, and the types that a new function uses.
const TAKEN: &str = "abstract as base bool break byte case catch char checked class const continue decimal default delegate \
    do double else enum event explicit extern false finally fixed float for foreach goto if implicit in int interface internal \
    is lock long namespace new null object operator out override params private protected public readonly record ref return \
    sbyte sealed short sizeof stackalloc static string struct switch this throw true try typeof uint ulong unchecked unsafe \
    ushort using var virtual void volatile while Console Encoding MemoryStream Stream StreamReader System";

/// The C# name of a function's class or namespace: its name without what such a name cannot have.
pub fn class_name(name: &str) -> String {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let good = letters.starts_with(|first: char| first.is_ascii_alphabetic())
        && !TAKEN.split(' ').any(|taken| taken == letters);
    if good { letters } else { format!("Function{letters}") }
}

/// The text of `amplify.state`: indented by two spaces, without a final newline. `editor_file` is what the editor opens.
pub fn state_file(runtime: Runtime, editor_file: &str) -> String {
    format!(
        "{{\n  \"pluginId\": \"{}\",\n  \"functionRuntime\": \"{}\",\n  \"useLegacyBuild\": {},\n  \"defaultEditorFile\": \"{editor_file}\"\n}}",
        runtime.plugin_id(),
        runtime.state_name(),
        runtime == Runtime::NodeJs,
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
        assert_eq!(state_file(Runtime::NodeJs, "src/index.js"), expected);
        assert!(state_file(Runtime::Python, "src/index.py").contains(r#""useLegacyBuild": false"#));
    }

    #[test]
    fn runtimes_are_found_by_both_names() {
        assert_eq!(Runtime::by_lambda("nodejs12.x"), Some(Runtime::NodeJs));
        assert_eq!(Runtime::by_lambda("python3.8"), Some(Runtime::Python));
        assert_eq!(Runtime::by_lambda("go1.x"), Some(Runtime::Go));
        assert_eq!(Runtime::by_lambda("ruby3.3"), None);
        assert_eq!(Runtime::by_name("python"), Some(Runtime::Python));
        assert_eq!(Runtime::by_name("dotnetcore3.1"), Some(Runtime::DotNet));
        assert_eq!(Runtime::by_name("python3.8"), None);
        for runtime in Runtime::ALL {
            assert_eq!(Runtime::by_name(runtime.state_name()), Some(runtime));
        }
    }

    #[test]
    fn a_class_is_named_after_its_function() {
        assert_eq!(class_name("send-mail"), "sendmail");
        assert_eq!(class_name("2mails"), "Function2mails");
        assert_eq!(class_name("event"), "Functionevent");
        assert_eq!(Runtime::DotNet.handler("2mails", "event"), "2mails::Function2mails.Functionevent::LambdaHandler");
        assert_eq!(Runtime::DotNet.handler("mail", "send-mail"), "mail::mail.sendmail::LambdaHandler");
    }
}
