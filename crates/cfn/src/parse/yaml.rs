//! YAML text to a value: short forms become the long ones, anchors and merge keys are resolved.

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};
use serde_json::{Map, Value};

use super::alias::{self, AliasError, Anchors};
use super::tag::{self, TagError};
use super::{Format, MAXIMUM_DEPTH, ParseError, Position, scalar};

pub(super) fn parse(text: &str, template: &str) -> Result<Value, ParseError> {
    let mut builder = Builder { template, frames: Vec::new(), anchors: Anchors::default(), root: None };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| ParseError::Syntax {
            template: template.to_owned(),
            format: Format::Yaml,
            at: Position { line: error.marker().line(), column: error.marker().col() + 1 },
            detail: error.info().to_owned(),
        })?;
        builder.event(event, position(&span))?;
    }
    match builder.root {
        None | Some(Value::Null) => Err(ParseError::Empty { template: template.to_owned() }),
        Some(root) => {
            super::check_depth(&root, template)?;
            Ok(root)
        }
    }
}

pub(super) fn position(span: &Span) -> Position {
    Position { line: span.start.line(), column: span.start.col() + 1 }
}

/// A collection that is not complete yet.
struct Frame {
    anchor: usize,
    tag: Option<Tag>,
    at: Position,
    content: Content,
}

enum Content {
    Sequence(Vec<Value>),
    Mapping { members: Map<String, Value>, merge: Option<Value>, key: Option<Key> },
}

/// The key whose value comes next.
enum Key {
    Name(String),
    Merge,
}

struct Builder<'a> {
    template: &'a str,
    frames: Vec<Frame>,
    anchors: Anchors,
    root: Option<Value>,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, at: Position) -> Result<(), ParseError> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                if self.expects_key() {
                    self.anchors.remember(anchor, &Value::String(text.to_string()));
                    let merge = text == "<<" && style == ScalarStyle::Plain && tag.is_none();
                    return self.key(if merge { Key::Merge } else { Key::Name(text.into_owned()) }, at);
                }
                let value = match tag.as_deref() {
                    Some(tag) => tag::scalar(tag, &text).map_err(|error| self.tag_error(tag, error, at))?,
                    None if style == ScalarStyle::Plain => scalar::plain(&text),
                    None => Value::String(text.into_owned()),
                };
                self.anchors.remember(anchor, &value);
                self.complete(value, at)
            }
            Event::SequenceStart(anchor, tag) => self.open(anchor, tag.as_deref(), Content::Sequence(Vec::new()), at),
            Event::MappingStart(anchor, tag) => {
                let content = Content::Mapping { members: Map::new(), merge: None, key: None };
                self.open(anchor, tag.as_deref(), content, at)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(anchor) => {
                let room = MAXIMUM_DEPTH.saturating_sub(self.frames.len());
                let value = self.anchors.resolve(anchor, room).map_err(|error| self.alias_error(&error, at))?;
                match value {
                    Value::String(text) if self.expects_key() => self.key(Key::Name(text), at),
                    value => self.complete(value, at),
                }
            }
            Event::DocumentStart(_) if self.root.is_some() => {
                Err(self.syntax(at, "a template is one document, and a second one starts here"))
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {
                Ok(())
            }
        }
    }

    fn expects_key(&self) -> bool {
        matches!(self.frames.last(), Some(Frame { content: Content::Mapping { key: None, .. }, .. }))
    }

    fn key(&mut self, next: Key, at: Position) -> Result<(), ParseError> {
        let Some(Frame { content: Content::Mapping { members, merge, key }, .. }) = self.frames.last_mut() else {
            return Ok(());
        };
        let repeated = match &next {
            Key::Name(name) => members.contains_key(name).then(|| name.clone()),
            Key::Merge => merge.is_some().then(|| "<<".to_owned()),
        };
        *key = Some(next);
        match repeated {
            Some(key) => Err(ParseError::DuplicateKey { template: self.template.to_owned(), at, key }),
            None => Ok(()),
        }
    }

    fn open(&mut self, anchor: usize, tag: Option<&Tag>, content: Content, at: Position) -> Result<(), ParseError> {
        if self.expects_key() {
            return Err(self.syntax(at, "a key must be text, not a list or an object"));
        }
        if self.frames.len() >= MAXIMUM_DEPTH {
            return Err(self.too_deep(at));
        }
        self.frames.push(Frame { anchor, tag: tag.cloned(), at, content });
        Ok(())
    }

    fn close(&mut self) -> Result<(), ParseError> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        let mut value = match frame.content {
            Content::Sequence(items) => Value::Array(items),
            Content::Mapping { mut members, merge, .. } => {
                if let Some(source) = merge {
                    self.merge(&mut members, source, frame.at)?;
                }
                Value::Object(members)
            }
        };
        if let Some(tag) = &frame.tag {
            value = tag::collection(tag, value).map_err(|error| self.tag_error(tag, error, frame.at))?;
        }
        self.anchors.remember(frame.anchor, &value);
        self.complete(value, frame.at)
    }

    /// Adds the members of `<<` that the mapping does not have itself; of several sources the earlier wins.
    fn merge(&self, members: &mut Map<String, Value>, source: Value, at: Position) -> Result<(), ParseError> {
        let sources = match source {
            Value::Array(sources) => sources,
            source => vec![source],
        };
        for source in sources {
            let Value::Object(source) = source else {
                return Err(self.syntax(at, "the value of `<<` must be an object or a list of objects"));
            };
            for (key, value) in source {
                members.entry(key).or_insert(value);
            }
        }
        Ok(())
    }

    /// Hands a complete value to the collection that it stands in.
    fn complete(&mut self, value: Value, at: Position) -> Result<(), ParseError> {
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(value);
            return Ok(());
        };
        match &mut frame.content {
            Content::Sequence(items) => items.push(value),
            Content::Mapping { members, merge, key } => match key.take() {
                Some(Key::Name(name)) => {
                    members.insert(name, value);
                }
                Some(Key::Merge) => *merge = Some(value),
                None => return Err(self.syntax(at, "a key must be text, not a list or an object")),
            },
        }
        Ok(())
    }

    fn syntax(&self, at: Position, detail: &str) -> ParseError {
        ParseError::Syntax { template: self.template.to_owned(), format: Format::Yaml, at, detail: detail.to_owned() }
    }

    fn too_deep(&self, at: Position) -> ParseError {
        ParseError::TooDeep { template: self.template.to_owned(), at: Some(at), maximum: MAXIMUM_DEPTH }
    }

    fn alias_error(&self, error: &AliasError, at: Position) -> ParseError {
        match error {
            AliasError::Recursive => self.syntax(at, "an alias stands inside the value that it repeats"),
            AliasError::TooDeep => self.too_deep(at),
            AliasError::TooMany => {
                ParseError::AliasExpansion { template: self.template.to_owned(), at, maximum: alias::MAXIMUM }
            }
        }
    }

    fn tag_error(&self, tag: &Tag, error: TagError, at: Position) -> ParseError {
        match error {
            TagError::Misfit(detail) => self.syntax(at, &detail),
            TagError::Unknown(nearest) => {
                ParseError::UnknownTag { template: self.template.to_owned(), at, tag: tag::written(tag), nearest }
            }
        }
    }
}
