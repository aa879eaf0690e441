//! Writes a document: changed parts as the original's serialiser lays them out, the rest as it was.

use serde_json::{Map, Value};

use super::{
    Indent,
    source::{self, Node, Parts},
};

/// The text of a new file: no line break at the end.
pub(super) fn new(value: &Value, style: Indent) -> String {
    let mut writer = Writer { out: String::new(), style, line_end: "\n" };
    writer.value(value, None, 0);
    writer.out
}

/// The text of a file that was read as `text` and now says `value`.
pub(super) fn changed(value: &Value, text: &str, style: Indent) -> String {
    let json = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Ok(old) = serde_json::from_str::<Value>(json) else { return new(value, style) };
    if same(&old, value) {
        return text.to_owned();
    }
    let Some((before, node, after)) = source::scan(json) else { return new(value, style) };
    let line_end = if json.contains("\r\n") { "\r\n" } else { "\n" };
    let mut writer = Writer { out: String::with_capacity(text.len() + 1024), style, line_end };
    writer.out.push_str(&text[..text.len() - json.len()]);
    writer.out.push_str(before);
    writer.value(value, Some((&old, &node)), 0);
    writer.out.push_str(after);
    writer.out
}

/// Equality that minds the order of keys, which `serde_json`'s own does not.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|((ka, va), (kb, vb))| ka == kb && same(va, vb))
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        _ => a == b,
    }
}

struct Writer {
    out: String,
    style: Indent,
    line_end: &'static str,
}

type Old<'o> = Option<(&'o Value, &'o Node<'o>)>;

impl Writer {
    fn value(&mut self, value: &Value, old: Old<'_>, depth: usize) {
        if let Some((before, node)) = old
            && same(before, value)
        {
            self.out.push_str(node.text);
            return;
        }
        match value {
            Value::Object(map) => self.object(map, old, depth),
            Value::Array(items) => self.array(items, old, depth),
            scalar => self.out.push_str(&scalar.to_string()),
        }
    }

    fn object(&mut self, map: &Map<String, Value>, old: Old<'_>, depth: usize) {
        if map.is_empty() {
            self.out.push_str("{}");
            return;
        }
        self.out.push('{');
        for (index, (key, value)) in map.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            self.line(depth + 1);
            self.out.push_str(&Value::String(key.clone()).to_string());
            self.out.push_str(if self.style == Indent::Compact { ":" } else { ": " });
            let before = old.and_then(|(before, node)| match &node.parts {
                Parts::Object(members) => Some((before.get(key)?, members.get(key)?)),
                _ => None,
            });
            self.value(value, before, depth + 1);
        }
        self.line(depth);
        self.out.push('}');
    }

    fn array(&mut self, items: &[Value], old: Old<'_>, depth: usize) {
        if items.is_empty() {
            self.out.push_str("[]");
            return;
        }
        self.out.push('[');
        for (index, value) in items.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            self.line(depth + 1);
            let before = old.and_then(|(before, node)| match &node.parts {
                Parts::Array(nodes) => Some((before.get(index)?, nodes.get(index)?)),
                _ => None,
            });
            self.value(value, before, depth + 1);
        }
        self.line(depth);
        self.out.push(']');
    }

    fn line(&mut self, depth: usize) {
        match self.style {
            Indent::Compact => {}
            Indent::Tabs => {
                self.out.push_str(self.line_end);
                self.out.extend(std::iter::repeat_n('\t', depth));
            }
            Indent::Spaces(width) => {
                self.out.push_str(self.line_end);
                self.out.extend(std::iter::repeat_n(' ', depth * usize::from(width)));
            }
        }
    }
}
