//! Where in a template's text a key path stands, for messages about a part of it.

use saphyr_parser::{Event, Parser};

use super::{Position, yaml};

/// The position of the key or list element that a path such as `Resources.Table.DependsOn[0]` leads to.
///
/// Short forms count as the long ones (`Fn::Sub`), so that a path found in the parsed template can be looked up. When
/// the path leads into an alias or a merged object, the position of the nearest part that is written there is given.
/// `None` when the text cannot be read or holds nothing of the path.
pub fn locate(text: &str, path: &str) -> Option<Position> {
    locate_all(text, &[path]).pop().flatten()
}

/// As [`locate`], for several paths in one pass over the text.
pub(crate) fn locate_all(text: &str, paths: &[&str]) -> Vec<Option<Position>> {
    let wanted: Vec<Vec<String>> = paths.iter().map(|path| crate::path::split(path)).collect();
    let mut searches: Vec<Search<'_>> =
        wanted.iter().map(|wanted| Search { wanted, frames: Vec::new(), best: None }).collect();
    let text = text.replace('\t', " ");
    for event in Parser::new_from_str(&text) {
        let Ok((event, span)) = event else { break };
        for search in &mut searches {
            search.event(&event, yaml::position(&span));
        }
    }
    searches.into_iter().map(|search| search.best.map(|(_, at)| at)).collect()
}

struct Frame {
    /// How many segments of the path lead to this collection; `None` when it is off the path.
    matched: Option<usize>,
    kind: Kind,
}

enum Kind {
    Sequence { next: usize },
    Mapping { key: Option<Key> },
}

/// The key whose value comes next.
struct Key {
    at: Position,
    /// It is the next segment of the path.
    wanted: bool,
}

struct Search<'a> {
    wanted: &'a [String],
    frames: Vec<Frame>,
    best: Option<(usize, Position)>,
}

impl Search<'_> {
    fn event(&mut self, event: &Event<'_>, at: Position) {
        match event {
            Event::Scalar(text, ..) => self.scalar(text, at),
            // What an alias stands for is not written here.
            Event::Alias(_) => self.scalar("", at),
            Event::SequenceStart(_, tag) | Event::MappingStart(_, tag) => {
                let mut matched = self.enter(at);
                if let (Some(count), Some(tag)) = (matched, tag) {
                    let name = crate::intrinsic::long_name(&tag.suffix);
                    if self.wanted.get(count) == Some(&name) {
                        matched = Some(count + 1);
                    }
                }
                let kind = match event {
                    Event::SequenceStart(..) => Kind::Sequence { next: 0 },
                    _ => Kind::Mapping { key: None },
                };
                self.frames.push(Frame { matched, kind });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.frames.pop();
            }
            _ => {}
        }
    }

    /// Takes a scalar as a key when one is due, else as a value.
    fn scalar(&mut self, text: &str, at: Position) {
        let Some(Frame { matched, kind: Kind::Mapping { key: key @ None } }) = self.frames.last_mut() else {
            self.enter(at);
            return;
        };
        let wanted = matched.and_then(|matched| self.wanted.get(matched)).is_some_and(|wanted| wanted == text);
        *key = Some(Key { at, wanted });
    }

    /// Accounts for a value that starts; gives how far the path leads to it.
    fn enter(&mut self, at: Position) -> Option<usize> {
        let Some(frame) = self.frames.last_mut() else { return Some(0) };
        let next = frame.matched.and_then(|matched| self.wanted.get(matched));
        let (wanted, at) = match &mut frame.kind {
            Kind::Sequence { next: index } => {
                let wanted = next.is_some_and(|next| *next == format!("[{index}]"));
                *index += 1;
                (wanted, at)
            }
            Kind::Mapping { key } => key.take().map(|key| (key.wanted, key.at))?,
        };
        let matched = frame.matched.filter(|_| wanted)? + 1;
        if self.best.is_none_or(|(best, _)| matched > best) {
            self.best = Some((matched, at));
        }
        Some(matched)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_keys_and_elements() {
        let text =
            "Resources:\n  A:\n    DependsOn:\n      - B\n      - C\n    Properties:\n      X: !Join ['-', [a, b]]\n";
        assert_eq!(locate(text, "Resources.A"), Some(Position { line: 2, column: 3 }));
        assert_eq!(locate(text, "Resources.A.DependsOn[1]"), Some(Position { line: 5, column: 9 }));
        assert_eq!(locate(text, "Resources.A.Properties.X.Fn::Join[1][1]"), Some(Position { line: 7, column: 26 }));
    }

    #[test]
    fn finds_keys_in_json_with_tabs() {
        let text = "{\n\t\"Resources\": {\n\t\t\"A\": {\"Type\": 5}}}";
        assert_eq!(locate(text, "Resources.A.Type"), Some(Position { line: 3, column: 9 }));
    }

    #[test]
    fn gives_the_nearest_part_that_exists() {
        assert_eq!(locate("A:\n  B: 1\n", "A.X"), Some(Position { line: 1, column: 1 }));
        assert_eq!(locate("A: 1\n", "X"), None);
    }
}
