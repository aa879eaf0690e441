//! The source files that a new function begins with.

use crate::{
    names::variable,
    runtime::{Runtime, class_name},
    table::Table,
};

/// What a new function is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Starter {
    /// Creates, reads, updates and deletes the items of a table.
    Crud,
    /// Answers any event.
    HelloWorld,
    /// Is started by the stream of a table.
    DynamoDbTrigger,
    /// Is started by a Kinesis stream.
    KinesisTrigger,
    /// Answers requests with an Express app.
    ServerlessExpress,
    /// Is started by changes in a bucket.
    S3Trigger,
}

/// What the files of a new function are made of.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// The resource's name.
    pub resource: &'a str,
    /// The function's name, without `-<env>`.
    pub function_name: &'a str,
    /// Its language.
    pub runtime: Runtime,
    /// Where an API has it, such as `/items`.
    pub path: &'a str,
    /// The table that it keeps.
    pub table: Option<&'a Table>,
}

impl Starter {
    /// All of them.
    pub const ALL: [Starter; 6] = [
        Starter::Crud,
        Starter::HelloWorld,
        Starter::DynamoDbTrigger,
        Starter::KinesisTrigger,
        Starter::ServerlessExpress,
        Starter::S3Trigger,
    ];

    /// The name that a caller of `create` gives.
    pub fn name(self) -> &'static str {
        match self {
            Starter::Crud => "crud",
            Starter::HelloWorld => "hello-world",
            Starter::DynamoDbTrigger => "dynamodb-trigger",
            Starter::KinesisTrigger => "kinesis-trigger",
            Starter::ServerlessExpress => "serverless-express",
            Starter::S3Trigger => "s3-trigger",
        }
    }

    /// Finds a starter by its name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|starter| starter.name() == name)
    }

    /// Whether there is one in this language.
    pub fn is_for(self, runtime: Runtime) -> bool {
        match runtime {
            Runtime::NodeJs => true,
            Runtime::Python => self != Starter::ServerlessExpress,
            Runtime::DotNet | Runtime::Go | Runtime::Java => self == Starter::HelloWorld,
        }
    }

    /// The file that the editor opens and that `amplify.state` names.
    pub fn editor_file(self, runtime: Runtime, function_name: &str) -> String {
        match runtime {
            Runtime::DotNet => format!("src/{}.cs", class_name(function_name)),
            Runtime::Go => "src/main.go".into(),
            Runtime::Java => "src/main/java/example/LambdaRequestHandler.java".into(),
            Runtime::NodeJs if matches!(self, Starter::Crud | Starter::ServerlessExpress) => "src/app.js".into(),
            Runtime::NodeJs => "src/index.js".into(),
            Runtime::Python => "src/index.py".into(),
        }
    }

    /// Path below the resource's folder, and text, of every file. The one for the editor comes first.
    pub fn files(self, facts: &Facts<'_>) -> Vec<(String, String)> {
        let editor = self.editor_file(facts.runtime, facts.function_name);
        let mut files: Vec<(String, &str)> = match facts.runtime {
            Runtime::NodeJs => match self {
                Starter::Crud => vec![
                    (editor, include_str!("../starters/nodejs/crud/app.js")),
                    ("src/index.js".into(), include_str!("../starters/nodejs/crud/index.js")),
                ],
                Starter::ServerlessExpress => vec![
                    (editor, include_str!("../starters/nodejs/serverless-express/app.js")),
                    ("src/index.js".into(), include_str!("../starters/nodejs/serverless-express/index.js")),
                ],
                Starter::HelloWorld => vec![(editor, include_str!("../starters/nodejs/hello-world/index.js"))],
                Starter::S3Trigger => vec![(editor, include_str!("../starters/nodejs/s3-trigger/index.js"))],
                Starter::DynamoDbTrigger => {
                    vec![(editor, include_str!("../starters/nodejs/dynamodb-trigger/index.js"))]
                }
                Starter::KinesisTrigger => vec![(editor, include_str!("../starters/nodejs/kinesis-trigger/index.js"))],
            },
            Runtime::Python => vec![(
                editor,
                match self {
                    Starter::Crud => include_str!("../starters/python/crud/index.py"),
                    Starter::S3Trigger => include_str!("../starters/python/s3-trigger/index.py"),
                    Starter::DynamoDbTrigger => include_str!("../starters/python/dynamodb-trigger/index.py"),
                    Starter::KinesisTrigger => include_str!("../starters/python/kinesis-trigger/index.py"),
                    Starter::HelloWorld | Starter::ServerlessExpress => {
                        include_str!("../starters/python/hello-world/index.py")
                    }
                },
            )],
            Runtime::Go => vec![
                (editor, include_str!("../starters/go/main.go")),
                ("src/lambda.go".into(), include_str!("../starters/go/lambda.go")),
                ("src/go.mod".into(), include_str!("../starters/go/go.mod")),
            ],
            Runtime::Java => vec![
                (editor, include_str!("../starters/java/LambdaRequestHandler.java")),
                ("build.gradle".into(), include_str!("../starters/java/build.gradle")),
                ("settings.gradle".into(), include_str!("../starters/java/settings.gradle")),
            ],
            Runtime::DotNet => vec![
                (editor, include_str!("../starters/dotnet/FunctionHandler.cs")),
                (format!("src/{}.csproj", facts.resource), include_str!("../starters/dotnet/Function.csproj")),
            ],
        };
        match (facts.runtime, self) {
            (Runtime::NodeJs, Starter::Crud) => {
                files.push(("src/package.json".into(), include_str!("../starters/nodejs/crud/package.json")));
            }
            (Runtime::NodeJs, Starter::ServerlessExpress) => {
                let package = include_str!("../starters/nodejs/serverless-express/package.json");
                files.push(("src/package.json".into(), package));
            }
            (Runtime::NodeJs, _) => {
                files.push(("src/package.json".into(), include_str!("../starters/nodejs/package.json")));
            }
            (Runtime::Python, _) => files.push(("Pipfile".into(), include_str!("../starters/python/Pipfile"))),
            _ => {}
        }
        files.push(("src/event.json".into(), self.event()));
        files.into_iter().map(|(path, text)| (path, fill(text, facts))).collect()
    }

    /// An event to try the function with.
    fn event(self) -> &'static str {
        match self {
            Starter::HelloWorld => include_str!("../starters/event-hello.json"),
            Starter::Crud | Starter::ServerlessExpress => include_str!("../starters/event-request.json"),
            Starter::S3Trigger => include_str!("../starters/event-s3.json"),
            Starter::DynamoDbTrigger => include_str!("../starters/event-dynamodb.json"),
            Starter::KinesisTrigger => include_str!("../starters/event-kinesis.json"),
        }
    }
}

/// A path as Express writes it, which has braces for something else: `/book/{isbn}` is `/book/:isbn` there.
fn express_path(path: &str) -> String {
    let step = |step: &str| match step.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        Some(name) => match name.strip_suffix('+') {
            Some(name) => format!("*{name}"),
            None => format!(":{name}"),
        },
        None => step.to_owned(),
    };
    path.split('/').map(step).collect::<Vec<_>>().join("/")
}

/// Puts the facts where a starter has words for them.
fn fill(text: &str, facts: &Facts<'_>) -> String {
    // npm and Go want lower-case names.
    let mut text = text
        .replace("FUNCTION", &facts.resource.to_lowercase())
        .replace("EXPRESS_PATH", &express_path(facts.path))
        .replace("API_PATH", facts.path);
    if facts.runtime == Runtime::DotNet {
        text = text
            .replace("ASSEMBLY", facts.resource)
            .replace("NAMESPACE", &class_name(facts.resource))
            .replace("CLASS", &class_name(facts.function_name));
    }
    let Some(table) = facts.table else { return text };
    let (partition, kind) = &table.partition_key;
    let sort = table.sort_key.as_ref();
    let object = sort.map_or("null".into(), |(name, kind)| format!("{{ name: \"{name}\", type: \"{kind}\" }}"));
    let tuple = sort.map_or("None".into(), |(name, kind)| format!("(\"{name}\", \"{kind}\")"));
    text.replace("PARTITION_KEY_NAME", partition)
        .replace("PARTITION_KEY_TYPE", kind)
        .replace("SORT_KEY_OBJECT", &object)
        .replace("SORT_KEY_TUPLE", &tuple)
        .replace("TABLE_VARIABLE", &variable("storage", &table.resource, "Name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts<'a>(runtime: Runtime, table: &'a Table) -> Facts<'a> {
        Facts { resource: "sendMail", function_name: "send-mail", runtime, path: "/items", table: Some(table) }
    }

    fn table() -> Table {
        Table {
            resource: "orders".into(),
            partition_key: ("id".into(), "S".into()),
            sort_key: Some(("at".into(), "N".into())),
        }
    }

    #[test]
    fn paths_are_written_as_express_writes_them() {
        for (path, express) in
            [("/items", "/items"), ("/book/{isbn}/pages", "/book/:isbn/pages"), ("/files/{key+}", "/files/*key")]
        {
            assert_eq!(express_path(path), express);
        }
    }

    #[test]
    fn every_starter_has_its_files_filled_in() {
        let table = table();
        for starter in Starter::ALL {
            for runtime in Runtime::ALL.into_iter().filter(|runtime| starter.is_for(*runtime)) {
                let files = starter.files(&facts(runtime, &table));
                assert_eq!(files[0].0, starter.editor_file(runtime, "send-mail"));
                let event = files.iter().find(|(path, _)| *path == "src/event.json").unwrap();
                serde_json::from_str::<serde_json::Value>(&event.1).unwrap();
                for (path, text) in &files {
                    for word in [
                        "FUNCTION",
                        "API_PATH",
                        "EXPRESS_PATH",
                        "KEY_NAME",
                        "KEY_TYPE",
                        "KEY_OBJECT",
                        "KEY_TUPLE",
                        "TABLE_VARIABLE",
                        "ASSEMBLY",
                        "NAMESPACE",
                        "CLASS",
                    ] {
                        assert!(!text.contains(word), "{starter:?} {runtime:?} {path}: {word}");
                    }
                }
            }
            assert_eq!(Starter::by_name(starter.name()), Some(starter));
        }
    }

    #[test]
    fn the_package_is_named_after_the_function_in_lower_case() {
        let files = Starter::HelloWorld.files(&facts(Runtime::NodeJs, &table()));
        let package: serde_json::Value = serde_json::from_str(&files[1].1).unwrap();
        assert_eq!(package["name"], "sendmail");
    }

    #[test]
    fn a_table_function_knows_its_keys_and_where_its_name_is() {
        let (table, mut plain) = (table(), table());
        plain.sort_key = None;
        let app = &Starter::Crud.files(&facts(Runtime::NodeJs, &table))[0].1;
        assert!(app.contains("process.env.STORAGE_ORDERS_NAME"), "{app}");
        assert!(app.contains(r#"SORT_KEY = { name: "at", type: "N" };"#), "{app}");
        assert!(Starter::Crud.files(&facts(Runtime::NodeJs, &plain))[0].1.contains("SORT_KEY = null;"));
        assert!(Starter::Crud.files(&facts(Runtime::Python, &table))[0].1.contains(r#"SORT_KEY = ("at", "N")"#));
        assert!(Starter::Crud.files(&facts(Runtime::Python, &plain))[0].1.contains("SORT_KEY = None"));
    }
}
