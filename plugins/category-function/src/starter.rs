//! The source files that a new function begins with.

use crate::runtime::Runtime;

/// What a new function is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Starter {
    /// Answers any event.
    HelloWorld,
    /// Is started by changes in a bucket.
    S3Trigger,
    /// Is started by changes in a table.
    DynamoDbTrigger,
}

impl Starter {
    /// All of them.
    pub const ALL: [Starter; 3] = [Starter::HelloWorld, Starter::S3Trigger, Starter::DynamoDbTrigger];

    /// The name that a caller of `create` gives.
    pub fn name(self) -> &'static str {
        match self {
            Starter::HelloWorld => "hello-world",
            Starter::S3Trigger => "s3-trigger",
            Starter::DynamoDbTrigger => "dynamodb-trigger",
        }
    }

    /// Finds a starter by its name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|starter| starter.name() == name)
    }

    /// The text of the file that holds the handler.
    fn handler(self, runtime: Runtime) -> &'static str {
        match (runtime, self) {
            (Runtime::NodeJs, Starter::HelloWorld) => include_str!("../starters/nodejs/hello-world/index.js"),
            (Runtime::NodeJs, Starter::S3Trigger) => include_str!("../starters/nodejs/s3-trigger/index.js"),
            (Runtime::NodeJs, Starter::DynamoDbTrigger) => include_str!("../starters/nodejs/dynamodb-trigger/index.js"),
            (Runtime::Python, Starter::HelloWorld) => include_str!("../starters/python/hello-world/index.py"),
            (Runtime::Python, Starter::S3Trigger) => include_str!("../starters/python/s3-trigger/index.py"),
            (Runtime::Python, Starter::DynamoDbTrigger) => include_str!("../starters/python/dynamodb-trigger/index.py"),
        }
    }

    /// An event to try the function with.
    fn event(self) -> &'static str {
        match self {
            Starter::HelloWorld => include_str!("../starters/event-hello.json"),
            Starter::S3Trigger => include_str!("../starters/event-s3.json"),
            Starter::DynamoDbTrigger => include_str!("../starters/event-dynamodb.json"),
        }
    }

    /// Path below the resource's folder, and text, of every file.
    pub fn files(self, runtime: Runtime, resource: &str) -> Vec<(&'static str, String)> {
        let mut files = vec![(runtime.editor_file(), self.handler(runtime).to_owned())];
        match runtime {
            Runtime::NodeJs => {
                // npm wants lower-case names.
                let package = include_str!("../starters/nodejs/package.json");
                files.push(("src/package.json", package.replace("FUNCTION", &resource.to_lowercase())));
            }
            Runtime::Python => files.push(("Pipfile", include_str!("../starters/python/Pipfile").to_owned())),
        }
        files.push(("src/event.json", self.event().to_owned()));
        files
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_starter_has_a_handler_and_an_event() {
        for starter in Starter::ALL {
            for runtime in Runtime::ALL {
                let files = starter.files(runtime, "Hello");
                assert_eq!(files[0].0, runtime.editor_file());
                assert!(files[0].1.contains("handler"), "{starter:?} {runtime:?}");
                let event = files.iter().find(|(path, _)| *path == "src/event.json").unwrap();
                serde_json::from_str::<serde_json::Value>(&event.1).unwrap();
            }
            assert_eq!(Starter::by_name(starter.name()), Some(starter));
        }
    }

    #[test]
    fn the_package_is_named_after_the_function_in_lower_case() {
        let files = Starter::HelloWorld.files(Runtime::NodeJs, "sendMail");
        let package: serde_json::Value = serde_json::from_str(&files[1].1).unwrap();
        assert_eq!(package["name"], "sendmail");
    }
}
