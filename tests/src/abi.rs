//! What crosses the plugin boundary, read from the sources of `amplify-plugin-abi`: the fields of the two tables, and the
//! shapes of the documents.

mod attributes;
mod record;
mod reference;

use attributes::{Serde, doc, text_of};
pub use record::{Verdict, compare, record};
pub use reference::reference;
use syn::{Fields, Item, Type};

use crate::workspace;

/// The modules, in the order of the reference. `check` and `answers` are functions, not documents.
const MODULES: [&str; 9] =
    ["manifest", "message", "project", "question", "change", "error", "provider", "environment", "frontend"];

/// A type that crosses the boundary.
pub struct Shape {
    /// The module it lives in.
    pub module: &'static str,
    /// Its name.
    pub name: String,
    /// What is said of it.
    pub doc: String,
    /// Its fields, or its variants.
    pub members: Vec<Member>,
    /// For an enum: how a variant is told.
    pub choice: Option<Choice>,
}

/// How the variants of an enum are written.
#[derive(Clone, PartialEq, Eq)]
pub enum Choice {
    /// As a text.
    Text,
    /// As an object with one key, the variant's name.
    Key,
    /// As whichever shape fits.
    Untagged,
    /// As an object with a key that names the variant; its content beside it or under a second key.
    Tagged(String, Option<String>),
}

/// A field or a variant.
pub struct Member {
    /// As it is written in JSON.
    pub name: String,
    /// What is said of it.
    pub doc: String,
    /// Its type in words; of a variant, its content.
    pub kind: String,
    /// Whether a reader does without it.
    pub optional: bool,
    /// Fields of a variant.
    pub fields: Vec<Member>,
}

/// Every type of every document.
///
/// # Panics
/// If the sources cannot be read.
pub fn shapes() -> Vec<Shape> {
    MODULES.iter().flat_map(|module| in_module(module)).collect()
}

/// What a module says of itself.
fn module_doc(module: &str) -> String {
    let file = parsed(module);
    doc(&file.attrs)
}

fn parsed(module: &str) -> syn::File {
    let path = workspace().join("sdk/abi/src").join(format!("{module}.rs"));
    syn::parse_file(&fs_err::read_to_string(path).expect("the source is readable")).expect("the source is Rust")
}

fn in_module(module: &'static str) -> Vec<Shape> {
    let mut found = Vec::new();
    for item in parsed(module).items {
        match item {
            Item::Struct(item) if is_document(&item.attrs) => {
                let serde = Serde::of(&item.attrs);
                found.push(Shape {
                    module,
                    name: item.ident.to_string(),
                    doc: doc(&item.attrs),
                    members: fields(&item.fields, &serde),
                    choice: None,
                });
            }
            Item::Enum(item) if is_document(&item.attrs) => {
                let serde = Serde::of(&item.attrs);
                let units = item.variants.iter().all(|variant| matches!(variant.fields, Fields::Unit));
                let choice = match &serde.tag {
                    Some(tag) => Choice::Tagged(tag.clone(), serde.content.clone()),
                    None if serde.untagged => Choice::Untagged,
                    None if units => Choice::Text,
                    None => Choice::Key,
                };
                let members = item.variants.iter().map(|variant| {
                    let own = Serde::of(&variant.attrs);
                    let kind = match &variant.fields {
                        Fields::Unnamed(content) => content.unnamed.first().map(|field| words(&field.ty)),
                        _ => None,
                    };
                    let named = matches!(variant.fields, Fields::Named(_));
                    Member {
                        name: serde.renamed(&variant.ident.to_string()),
                        doc: doc(&variant.attrs),
                        kind: kind.unwrap_or_default(),
                        optional: false,
                        fields: if named { fields(&variant.fields, &own) } else { Vec::new() },
                    }
                });
                found.push(Shape {
                    module,
                    name: item.ident.to_string(),
                    doc: doc(&item.attrs),
                    members: members.collect(),
                    choice: Some(choice),
                });
            }
            _ => {}
        }
    }
    found
}

fn is_document(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident("derive") && text_of(attribute).contains("Serialize"))
}

fn fields(fields: &Fields, container: &Serde) -> Vec<Member> {
    let of = |field: &syn::Field| {
        let serde = Serde::of(&field.attrs);
        let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
        Member {
            name: if serde.flatten { "…".to_owned() } else { container.renamed(&name) },
            doc: doc(&field.attrs),
            kind: words(&field.ty),
            optional: serde.default || container.default || is_option(&field.ty),
            fields: Vec::new(),
        }
    };
    fields.iter().map(of).collect()
}

fn is_option(of: &Type) -> bool {
    matches!(of, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Option"))
}

/// A type as a reader of JSON thinks of it.
fn words(of: &Type) -> String {
    let Type::Path(path) = of else { return text_of(of) };
    let Some(last) = path.path.segments.last() else { return String::new() };
    let inner: Vec<&Type> = match &last.arguments {
        syn::PathArguments::AngleBracketed(arguments) => arguments
            .args
            .iter()
            .filter_map(|argument| match argument {
                syn::GenericArgument::Type(inner) => Some(inner),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    match (last.ident.to_string().as_str(), inner.as_slice()) {
        ("String" | "str", _) => "text".into(),
        ("bool", _) => "true or false".into(),
        ("u8" | "u16" | "u32" | "u64" | "usize" | "i64" | "f64", _) => "number".into(),
        ("Value", _) => "any JSON".into(),
        ("JsonMap", _) => "object".into(),
        ("Option", [inner]) => format!("{} or null", words(inner)),
        ("Box", [inner]) => words(inner),
        ("Vec", [inner]) => format!("list of {}", words(inner)),
        ("BTreeMap", [_, value]) => format!("object of {}", words(value)),
        (name, _) => format!("`{name}`"),
    }
}
