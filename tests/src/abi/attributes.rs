//! What attributes say: documentation, and how serde writes a type.

use quote::ToTokens;
use syn::Attribute;

/// The parts of `#[serde(...)]` that decide how a type is written.
#[derive(Default)]
pub(super) struct Serde {
    pub camel: bool,
    pub lower: bool,
    pub default: bool,
    pub flatten: bool,
    pub untagged: bool,
    pub tag: Option<String>,
    pub content: Option<String>,
}

impl Serde {
    pub fn of(attributes: &[Attribute]) -> Self {
        let mut serde = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
            let parsed = attribute.parse_nested_meta(|meta| {
                let name = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
                let value = match meta.value() {
                    Ok(value) => Some(value.parse::<syn::LitStr>()?.value()),
                    Err(_) => None,
                };
                match (name.as_str(), value) {
                    ("rename_all", Some(style)) => {
                        serde.camel = style == "camelCase";
                        serde.lower = style == "lowercase";
                    }
                    ("default", _) => serde.default = true,
                    ("flatten", _) => serde.flatten = true,
                    ("untagged", _) => serde.untagged = true,
                    ("tag", value) => serde.tag = value,
                    ("content", value) => serde.content = value,
                    _ => {}
                }
                Ok(())
            });
            parsed.expect("serde's attributes are understood");
        }
        serde
    }

    /// The name of a field or a variant in JSON.
    pub fn renamed(&self, name: &str) -> String {
        if self.lower {
            return name.to_lowercase();
        }
        if !self.camel {
            return name.to_owned();
        }
        let mut words = name.split('_');
        let first = words.next().unwrap_or_default();
        let mut start = first.chars();
        let mut renamed: String = start.next().into_iter().flat_map(char::to_lowercase).chain(start).collect();
        for word in words {
            let mut letters = word.chars();
            renamed.extend(letters.next().into_iter().flat_map(char::to_uppercase).chain(letters));
        }
        renamed
    }
}

/// The documentation comment, as Markdown without Rust's links.
pub(super) fn doc(attributes: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        if let syn::Meta::NameValue(meta) = &attribute.meta
            && let syn::Expr::Lit(literal) = &meta.value
            && let syn::Lit::Str(text) = &literal.lit
        {
            lines.push(text.value().trim().to_owned());
        }
    }
    without_links(&lines.join("\n"))
}

/// ``[`crate::message::Request`]`` becomes `` `Request` ``.
fn without_links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("[`") {
        let Some((name, after)) = after.split_once("`]") else { break };
        out.push_str(before);
        let path: Vec<&str> = name.split("::").collect();
        let lower = |word: &&&str| word.starts_with(|first: char| first.is_lowercase());
        let skipped = path.iter().take_while(lower).count().min(path.len() - 1);
        out.push_str(&format!("`{}`", path[skipped..].join("::")));
        rest = match after.strip_prefix('(') {
            Some(target) => target.split_once(')').map_or(after, |(_, after)| after),
            None => after,
        };
    }
    out.push_str(rest);
    out
}

/// Tokens as text, in one form whatever their layout was.
pub(super) fn text_of(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string()
}
