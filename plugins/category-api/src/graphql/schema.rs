//! Where the schema of a new API comes from: the user's own file, or one to start from.

use amplify_sdk::prelude::*;

use super::{files::SCHEMA_FILE, say};
use crate::error::ApiError;

/// The schema of a new API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Its text.
    pub text: String,
    /// It was edited on the way, so errors in it can be mended on the way too.
    pub edited: bool,
}

impl Chosen {
    fn given(text: String) -> Self {
        Self { text, edited: false }
    }
}

/// A schema to start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guided {
    /// One type.
    SingleObject,
    /// Types that belong to one another.
    OneToMany,
    /// Types with rules about who may do what.
    Authorization,
}

impl Guided {
    /// All of them, in the order of the question.
    pub const ALL: [Self; 3] = [Self::SingleObject, Self::OneToMany, Self::Authorization];

    fn value(self) -> &'static str {
        match self {
            Self::SingleObject => "single-object",
            Self::OneToMany => "one-to-many",
            Self::Authorization => "authorization",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::SingleObject => "Single object with fields (e.g., “Todo” with ID, name, description)",
            Self::OneToMany => "One-to-many relationship (e.g., “Blogs” with “Posts” and “Comments”)",
            Self::Authorization => {
                "Objects with fine-grained access control (e.g., a project management app with owner-based authorization)"
            }
        }
    }

    /// The schema.
    pub fn text(self) -> &'static str {
        match self {
            Self::SingleObject => include_str!("guided/single-object.graphql"),
            Self::OneToMany => include_str!("guided/one-to-many.graphql"),
            Self::Authorization => include_str!("guided/authorization.graphql"),
        }
    }
}

/// Asks for the schema of a new API. `users` says whether users of a pool may call it.
///
/// # Errors
/// An answer that is missing, or a file that cannot be read.
pub fn ask(context: &mut Context<'_>, users: bool) -> Result<Chosen, PluginError> {
    if context.confirm("api.schema", "Do you have an annotated GraphQL schema?", false)? {
        return ask_file(context).map(Chosen::given);
    }
    if !context.confirm("api.guided", "Do you want a guided schema creation?", true)? {
        let wanted =
            Validation::pattern("[A-Za-z_][A-Za-z0-9_]*", "The name of a type has letters, digits and _ only.");
        let name = context.input("api.typeName", "Provide a custom type name", Some("MyType".into()), Some(wanted))?;
        say(context, "Creating a base schema for you...");
        return Ok(Chosen::given(base(&name)));
    }
    let offered = Guided::ALL.into_iter().filter(|guided| users || *guided != Guided::Authorization);
    let choices = offered.map(|guided| Choice::new(guided.value(), guided.label())).collect();
    let first = Some(Guided::SingleObject.value());
    let chosen = context.select("api.guided.kind", "What best describes your project:", choices, first)?;
    let guided = Guided::ALL.into_iter().find(|guided| guided.value() == chosen);
    let before = guided.unwrap_or(Guided::SingleObject).text();
    let text = context.edit("api.guided.edit", "Do you want to edit the schema now?", SCHEMA_FILE, before)?;
    Ok(Chosen { edited: text != before, text })
}

/// Shows what is wrong with an edited schema and offers it to be edited again; `None` where it stays as it is.
///
/// # Errors
/// The user stopped.
pub fn mend(context: &mut Context<'_>, text: &str, wrong: &PluginError) -> Result<Option<String>, PluginError> {
    say(context, "Failed compiling GraphQL schema:");
    for finding in &wrong.causes {
        say(context, finding);
    }
    let question = "Correct the errors in schema.graphql and press Enter to re-compile.";
    let mended = context.edit("api.guided.correct", question, SCHEMA_FILE, text)?;
    Ok((mended != text).then_some(mended))
}

/// Asks for a schema file and reads it. Where a payload holds the schema itself, the answer is its text.
///
/// # Errors
/// As [`ask`].
pub fn ask_file(context: &mut Context<'_>) -> Result<String, PluginError> {
    let question = Question::input("api.schema.file", "Provide your schema file path:")
        .help("A path relative to the project's folder, or an absolute one. A text with braces is taken as the schema itself.");
    let answer = context.ask(question)?;
    let path = answer.as_str().unwrap_or_default().trim();
    if path.contains('{') {
        return Ok(answer.as_str().unwrap_or_default().to_owned());
    }
    read(context, path).map_err(|reason| ApiError::SchemaFile { path: path.to_owned(), reason }.into())
}

fn read(context: &mut Context<'_>, path: &str) -> Result<String, String> {
    let inside = path.trim_start_matches("./");
    match context.read_text(inside) {
        Ok(Some(text)) => return Ok(text),
        Err(error) if error.code == "not-text" => return Err(error.message),
        // A path outside the project is the user's to give; the host reads none for plugins.
        Ok(None) | Err(_) => {}
    }
    let place = std::path::Path::new(&context.project().root).join(path);
    fs_err::read_to_string(place).map_err(|error| error.to_string())
}

/// A type with a few fields.
fn base(name: &str) -> String {
    include_str!("guided/base.graphql").replace("MyType", name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_schema_has_the_name_asked_for() {
        assert!(base("Car").starts_with("type Car @model {\n  id: ID!\n"), "{}", base("Car"));
    }
}
