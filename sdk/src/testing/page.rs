//! A page of documentation with a table of questions, held against what is asked.

use amplify_plugin_abi::question::Question;

/// A row of a table: which questions it is about, and the two cells that may hold their texts.
struct Row {
    keys: Vec<String>,
    text: String,
    here: String,
}

/// What is wrong with the tables of questions of a page in Markdown, in words; empty if nothing is.
///
/// A table begins with `| key |`. Its rows hold keys, the question's text, and what differs. Several keys are separated by
/// commas, and one that begins with a dot takes the place of the last part of the first. `<...>` stands for any part, and a number
/// in brackets for any number. The second cell holds the text, or several separated by ` / `, where `...` stands for anything;
/// a text that the third cell holds is right, too. Every question that was asked must have a row with its text, and every row
/// below `prefix` a question; rows with `*` are about the questions of others.
///
/// ```
/// use amplify_sdk::{question::Question, testing};
///
/// let page = "| key | question | differs |\n| --- | --- | --- |\n| `notes.name` | Name of the note: | |\n";
/// assert!(testing::wrong_on_page(page, "notes.", &[Question::input("notes.name", "Name of the note:")]).is_empty());
/// assert_eq!(testing::wrong_on_page(page, "notes.", &[]).len(), 1);
/// ```
pub fn wrong_on_page(page: &str, prefix: &str, asked: &[Question]) -> Vec<String> {
    let rows = rows(page);
    let mut wrong = Vec::new();
    for question in asked.iter().filter(|question| question.key.starts_with(prefix)) {
        let fitting: Vec<&Row> =
            rows.iter().filter(|row| row.keys.iter().any(|key| fits(key, &question.key))).collect();
        if fitting.is_empty() {
            wrong.push(format!("no row is about `{}`", question.key));
        } else if !fitting.iter().any(|row| row.says(question.text.trim())) {
            wrong.push(format!("no row about `{}` says `{}`", question.key, question.text.trim()));
        }
    }
    for key in rows.iter().flat_map(|row| &row.keys).filter(|key| key.starts_with(prefix) && !key.contains('*')) {
        if !asked.iter().any(|question| fits(key, &question.key)) {
            wrong.push(format!("nobody asks `{key}`"));
        }
    }
    wrong.sort();
    wrong.dedup();
    wrong
}

impl Row {
    fn says(&self, text: &str) -> bool {
        self.here.contains(text) || self.text.split(" / ").any(|pattern| matches(pattern.trim(), text))
    }
}

fn rows(page: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        let Some(cells) = line.strip_prefix("| ") else {
            inside = false;
            continue;
        };
        let cells: Vec<&str> = cells.split(" |").map(str::trim).collect();
        if cells[0] == "key" {
            inside = true;
        } else if inside && cells.len() >= 3 {
            let (text, here) = (cells[1].to_owned(), cells[2].to_owned());
            rows.push(Row { keys: keys(cells[0]), text, here });
        }
    }
    rows
}

/// The keys in a cell, each in backticks.
fn keys(cell: &str) -> Vec<String> {
    let quoted = cell.split('`').skip(1).step_by(2);
    let mut keys: Vec<String> = Vec::new();
    for key in quoted {
        let above = keys.first().and_then(|first| first.rsplit_once('.')).map(|(above, _)| above);
        let full = match (key.starts_with('.'), above) {
            (true, Some(above)) => format!("{above}{key}"),
            _ => key.to_owned(),
        };
        keys.push(full);
    }
    keys
}

fn fits(pattern: &str, key: &str) -> bool {
    let plain = |part: &str| part.split('[').next().unwrap_or_default().to_owned();
    let (pattern, key): (Vec<&str>, Vec<&str>) = (pattern.split('.').collect(), key.split('.').collect());
    pattern.len() == key.len()
        && pattern.iter().zip(&key).all(|(part, given)| part.starts_with('<') || plain(part) == plain(given))
}

/// Whether a text is what the pattern says, with `...` for anything.
fn matches(pattern: &str, text: &str) -> bool {
    let parts: Vec<&str> = pattern.split("...").map(str::trim).collect();
    let Some((first, rest)) = parts.split_first() else { return false };
    let Some(mut left) = text.strip_prefix(first) else { return false };
    for (number, part) in rest.iter().enumerate() {
        let found = if number + 1 == rest.len() { left.ends_with(part).then_some(0) } else { left.find(part) };
        let Some(at) = found else { return false };
        left = left.get(at + part.len()..).unwrap_or_default();
    }
    !rest.is_empty() || left.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
| key | question | here |
| --- | --- | --- |
| `a.name` | Name: | same |
| `a.list[n].x`, `.y` | The x of ... / The y: | same |
| `a.<group>` | (none) | Which ones? |
| `b.*` | others | |

| other | table |
| --- | --- |
| `a.gone` | x |
";

    fn wrong(asked: &[(&str, &str)]) -> Vec<String> {
        let asked: Vec<Question> = asked.iter().map(|(key, text)| Question::input(*key, *text)).collect();
        wrong_on_page(PAGE, "a.", &asked)
    }

    #[test]
    fn what_is_asked_and_what_is_written_are_held_against_each_other() {
        let good = [
            ("a.name", "Name:"),
            ("a.list[0].x", "The x of this one"),
            ("a.list[1].y", "The y:"),
            ("a.Admins", "Which ones?"),
            ("c.other", "of somebody else"),
        ];
        assert_eq!(wrong(&good), [""; 0]);
        assert_eq!(wrong(&good[1..]), ["nobody asks `a.name`"]);
        let more = [&good[..], &[("a.list[0].z", "?")]].concat();
        assert_eq!(wrong(&more), ["no row is about `a.list[0].z`"]);
        let other = [&good[..], &[("a.list[0].x", "The z of this one")]].concat();
        assert_eq!(wrong(&other), ["no row about `a.list[0].x` says `The z of this one`"]);
        let longer = [&good[..], &[("a.name", "Name: and more")]].concat();
        assert_eq!(wrong(&longer).len(), 1);
    }
}
