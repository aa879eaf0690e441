//! The reference of every message, for authors.

use super::{Choice, MODULES, Member, Shape, module_doc, shapes};

/// The page.
///
/// # Panics
/// If the sources cannot be read.
pub fn reference() -> String {
    let shapes = shapes();
    let mut page = String::from(
        "# Message reference\n\nEvery document that crosses the boundary between `amplify` and a plugin. They are JSON; the Rust types of \
         the same names are in\n`amplify_sdk`. A reader passes over keys that it does not know, and does without those marked *may be \
         missing*.\n\nThis page is made from the sources of `amplify-plugin-abi`, and a test compares them.\n",
    );
    for module in MODULES {
        page.push_str(&format!("\n## {}\n\n{}\n", title(module), module_doc(module)));
        for shape in shapes.iter().filter(|shape| shape.module == module) {
            page.push_str(&section(shape));
        }
    }
    page
}

fn title(module: &str) -> String {
    let mut letters = module.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

fn section(shape: &Shape) -> String {
    let mut text = format!("\n### {}\n\n{}\n", shape.name, shape.doc);
    match &shape.choice {
        None => text.push_str(&table(&shape.members)),
        Some(choice) => {
            text.push_str(&format!("\n{}\n", told(choice)));
            text.push_str("\n| variant | content | meaning |\n| --- | --- | --- |\n");
            for member in &shape.members {
                let content = match (&member.kind, member.fields.is_empty()) {
                    (kind, true) if kind.is_empty() => "nothing".to_owned(),
                    (kind, true) => link(kind),
                    (_, false) => "see below".to_owned(),
                };
                text.push_str(&format!("| `{}` | {content} | {} |\n", member.name, line(&member.doc)));
            }
            for member in shape.members.iter().filter(|member| !member.fields.is_empty()) {
                text.push_str(&format!("\nFields of `{}`:\n{}", member.name, table(&member.fields)));
            }
        }
    }
    text
}

fn told(choice: &Choice) -> String {
    match choice {
        Choice::Text => "Written as one of these texts:".to_owned(),
        Choice::Key => "Written as an object whose only key is the variant, with its content:".to_owned(),
        Choice::Untagged => "Written as the content of one of these, whichever fits:".to_owned(),
        Choice::Tagged(tag, None) => {
            format!("Written as an object whose key `{tag}` names the variant, with its content beside it:")
        }
        Choice::Tagged(tag, Some(content)) => {
            format!(
                "Written as an object whose key `{tag}` names the variant, and whose key `{content}` holds its content:"
            )
        }
    }
}

fn table(members: &[Member]) -> String {
    let mut text = "\n| key | value | | meaning |\n| --- | --- | --- | --- |\n".to_owned();
    for member in members {
        let optional = if member.optional { "may be missing" } else { "" };
        text.push_str(&format!(
            "| `{}` | {} | {optional} | {} |\n",
            member.name,
            link(&member.kind),
            line(&member.doc)
        ));
    }
    text
}

fn line(doc: &str) -> String {
    doc.replace('\n', " ").replace('|', "\\|")
}

/// A type's name as a link to its section.
fn link(kind: &str) -> String {
    match kind.split('`').collect::<Vec<_>>().as_slice() {
        [before, name, after] => format!("{before}[`{name}`](#{}){after}", name.to_lowercase()),
        _ => kind.to_owned(),
    }
}
