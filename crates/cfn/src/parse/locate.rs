//! Where in a template's text a key path stands, for messages about a part of it.

use saphyr_parser::{Event, Parser};

use super::{Position, yaml};

/// The position of the key or list element that a path such as `Resources.Table.DependsOn[0]` leads to.
///
/// Short forms count as the long ones (`Fn::Sub`), so that a path found in the parsed template can be looked up. When
/// the path leads into an alias or a merged object, the position of the nearest part that is written there is given.
/// `None` when the text cannot be read or holds nothing of the path.
pub fn locate(text: &str, path: &str) -> Option<Position> {
    let wanted: Vec<String> = crate::path::split(path);
    let text = text.replace('\t', " ");
    let mut search = Search { wanted: &wanted, frames: Vec::new(), best: None };
    for event in Parser::new_from_str(&text) {
        let Ok((event, span)) = event else { break };
        search.event(&event, yaml::position(&span));
    }
    search.best.map(|(_, at)| at)
}

struct Frame {
    /// How many segments of the path lead to this collection; `None` when it is off the path.
    matched: Option<usize>,
    kind: Kind,
}

enum Kind {
    Sequence { next: usize },
    Mapping { key: Option<(String, Position)> },
}

struct Search<'a> {
    wanted: &'a [String],
    frames: Vec<Frame>,
    best: Option<(usize, Position)>,
}

impl Search<'_> {
    fn event(&mut self, event: &Event<'_>, at: Position) {
        match event {
            Event::Scalar(text, ..) => {
                if let Some(Frame { kind: Kind::Mapping { key: key @ None }, .. }) = self.frames.last_mut() {
                    *key = Some((text.to_string(), at));
                    return;
                }
                self.enter(at);
            }
            Event::Alias(_) => {
                if let Some(Frame { kind: Kind::Mapping { key: key @ None }, .. }) = self.frames.last_mut() {
                    *key = Some((String::new(), at));
                    return;
                }
                self.enter(at);
            }
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

    /// Accounts for a value that starts; gives how far the path leads to it.
    fn enter(&mut self, at: Position) -> Option<usize> {
        let Some(frame) = self.frames.last_mut() else { return Some(0) };
        let (name, at) = match &mut frame.kind {
            Kind::Sequence { next } => {
                let name = format!("[{next}]");
                *next += 1;
                (name, at)
            }
            Kind::Mapping { key } => key.take()?,
        };
        let matched = frame.matched?;
        if self.wanted.get(matched) != Some(&name) {
            return None;
        }
        let matched = matched + 1;
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
