//! Mapping templates: the texts that the service runs for each field.

pub(crate) mod auth;
pub(crate) mod connection;
pub(crate) mod key;
pub(crate) mod model;

/// The response of whatever answers with the result as it is.
pub(crate) const RESULT: &str = "$util.toJson($ctx.result)\n";

/// Where the answer of a search begins, behind what was found.
pub(crate) const SEARCH_ANSWER: &str = "## [Start] Answer with what was found. **";

/// Puts values in place of `{{name}}`; a value that stands alone on an indented line keeps that indentation.
pub(crate) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() + 256);
    for line in template.lines() {
        let trimmed = line.trim_start();
        let alone = trimmed.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
        if let Some((_, value)) = alone.and_then(|name| values.iter().find(|(key, _)| *key == name)) {
            let indent = &line[..line.len() - trimmed.len()];
            for inner in value.lines() {
                out.push_str(if inner.is_empty() { "" } else { indent });
                out.push_str(inner);
                out.push('\n');
            }
            continue;
        }
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("{{") {
            out.push_str(before);
            let found = after.split_once("}}").and_then(|(name, after)| {
                let (_, value) = values.iter().find(|(key, _)| *key == name)?;
                Some((*value, after))
            });
            let (value, after) = found.unwrap_or(("{{", after));
            out.push_str(value);
            rest = after;
        }
        out.push_str(rest);
        out.push('\n');
    }
    // Thousands of these are kept until the end, most with half of their room unused.
    out.shrink_to_fit();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_keeps_the_indentation_of_its_place() {
        assert_eq!(fill("a\n  {{b}}\nx {{c}} y\n", &[("b", "1\n\n2"), ("c", "z")]), "a\n  1\n\n  2\nx z y\n");
        assert_eq!(fill("{{b}}{{c}} {{d}} {{\n", &[("b", "{{c}}"), ("c", "z")]), "{{c}}z {{d}} {{\n");
    }
}
