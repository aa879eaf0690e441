//! Which types of a schema have a table, without compiling it.

use crate::{source::Source, syntax};

/// The names of the types with `@model`, in order. What cannot be read is passed over: compiling says what is wrong with it.
///
/// ```
/// use amplify_graphql_transformer::{Source, models};
///
/// let text = "type Post @model { id: ID! } type Draft { id: ID! } extend type Draft @model".to_owned();
/// assert_eq!(models(&[Source { name: "schema.graphql".to_owned(), text }]), ["Post", "Draft"]);
/// ```
pub fn models(sources: &[Source]) -> Vec<String> {
    let (mut parsed, mut findings) = (syntax::Parsed::default(), Vec::new());
    for (index, source) in sources.iter().enumerate() {
        syntax::parse(index, &source.text, &mut parsed, &mut findings);
    }
    let mut names: Vec<String> = Vec::new();
    for definition in parsed.definitions.iter().chain(&parsed.extensions) {
        let is_model = definition.directives.iter().any(|directive| directive.name.text == "model");
        if is_model && !names.contains(&definition.name.text) {
            names.push(definition.name.text.clone());
        }
    }
    names
}
