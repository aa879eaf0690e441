//! The recorded layout: one line a field, so that a change shows as what it is.

use syn::Item;

use super::{attributes::text_of, parsed, shapes};

/// What a change of the boundary means for the plugins that there are.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing has changed.
    Same,
    /// Something was added where older plugins and hosts do without it.
    AppendOnly(Vec<String>),
    /// Older plugins, or older hosts, no longer understand it.
    Breaking(Vec<String>),
}

/// The boundary as it is now.
///
/// # Panics
/// If the sources cannot be read.
pub fn record() -> String {
    let mut lines = Vec::new();
    for item in parsed("module").items {
        let Item::Struct(item) = item else { continue };
        for (position, field) in item.fields.iter().enumerate() {
            let name = field.ident.as_ref().map_or_else(|| "0".to_owned(), ToString::to_string);
            lines.push(format!("table {} {position} {name}: {}", item.ident, text_of(&field.ty)));
        }
    }
    for shape in shapes() {
        let what = if shape.choice.is_some() { "choice" } else { "document" };
        for member in &shape.members {
            let optional = if member.optional { " (may be missing)" } else { "" };
            let kind = if member.kind.is_empty() { "-" } else { &member.kind };
            lines.push(format!("{what} {} {}: {kind}{optional}", shape.name, member.name));
            for field in &member.fields {
                let optional = if field.optional { " (may be missing)" } else { "" };
                lines
                    .push(format!("document {}::{} {}: {}{optional}", shape.name, member.name, field.name, field.kind));
            }
        }
    }
    lines.join("\n") + "\n"
}

/// Compares the record with what is there now.
pub fn compare(recorded: &str, now: &str) -> Verdict {
    let old: Vec<&str> = recorded.lines().collect();
    let new: Vec<&str> = now.lines().collect();
    let mut breaking: Vec<String> =
        old.iter().filter(|line| !new.contains(line)).map(|line| format!("gone or changed: {line}")).collect();
    let mut added = Vec::new();
    for line in new.iter().filter(|line| !old.contains(line)) {
        let owner = owner(line);
        let known = old.iter().any(|old| self::owner(old) == owner);
        let fine = match line.split(' ').next() {
            // The tables grow at their end alone, and never in place: their positions are in the record.
            Some("table") => old.iter().filter(|old| self::owner(old) == owner).all(|old| place(old) < place(line)),
            Some("document") => !known || line.ends_with("(may be missing)"),
            // Readers refuse a variant that they do not know, or leave it out: it is sent to those only who asked for it.
            _ => true,
        };
        if fine {
            added.push(format!("added: {line}"))
        } else {
            breaking.push(format!("added where older sides need it: {line}"))
        }
    }
    match (breaking.is_empty(), added.is_empty()) {
        (true, true) => Verdict::Same,
        (true, false) => Verdict::AppendOnly(added),
        (false, _) => Verdict::Breaking(breaking),
    }
}

/// The kind of line and the type it belongs to.
fn owner(line: &str) -> (&str, &str) {
    let mut words = line.split(' ');
    (words.next().unwrap_or_default(), words.next().unwrap_or_default())
}

/// The position of a table's field.
fn place(line: &str) -> usize {
    line.split(' ').nth(2).and_then(|word| word.parse().ok()).unwrap_or_default()
}
