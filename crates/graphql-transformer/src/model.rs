//! A type with a table: its keys, and the operations that exist for it.

use indexmap::IndexMap;

use crate::source::Span;

/// The type of a key attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyType {
    Text,
    Number,
}

impl KeyType {
    /// `S` or `N`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Text => "S",
            Self::Number => "N",
        }
    }

    /// `None` for what cannot be a key.
    pub(crate) fn of_scalar(base: &str) -> Option<Self> {
        match base {
            "String" | "ID" => Some(Self::Text),
            "Int" | "Float" => Some(Self::Number),
            _ => None,
        }
    }
}

/// An attribute that is part of a key.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyPart {
    pub attribute: String,
    pub ty: KeyType,
}

/// A primary key or that of an index.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    pub hash: KeyPart,
    pub range: Option<KeyPart>,
    /// The fields it is made from; more than two make a composite range attribute.
    pub fields: Vec<String>,
}

impl Key {
    /// The range attribute of several fields: `status#createdAt`.
    pub fn composite(&self) -> Option<&str> {
        (self.fields.len() > 2).then(|| self.range.as_ref().map(|part| part.attribute.as_str())).flatten()
    }
}

/// A secondary index.
#[derive(Debug, Clone, PartialEq)]
pub struct Index {
    pub name: String,
    /// Shares the table's hash attribute.
    pub local: bool,
    pub key: Key,
}

/// A table as its template describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub key: Key,
    pub indexes: Vec<Index>,
}

impl Table {
    /// A table with the usual key, `id`.
    pub fn with_id() -> Self {
        let hash = KeyPart { attribute: "id".to_owned(), ty: KeyType::Text };
        Self { key: Key { hash, range: None, fields: vec!["id".to_owned()] }, indexes: Vec::new() }
    }

    /// Every key attribute once.
    pub fn attributes(&self) -> IndexMap<&str, KeyType> {
        let keys = std::iter::once(&self.key).chain(self.indexes.iter().map(|index| &index.key));
        let parts = keys.flat_map(|key| std::iter::once(&key.hash).chain(&key.range));
        let mut attributes = IndexMap::new();
        for part in parts {
            attributes.entry(part.attribute.as_str()).or_insert(part.ty);
        }
        attributes
    }
}

/// What changes an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Change {
    Create,
    Update,
    Delete,
}

impl Change {
    pub(crate) const ALL: [Self; 3] = [Self::Create, Self::Update, Self::Delete];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// Who may subscribe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Off,
    /// Anyone who may use the API.
    Public,
    /// Those whom `@auth` lets read.
    On,
}

/// A query made by a secondary key.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyQuery {
    pub field: String,
    pub resolver: String,
}

/// A type with `@model`.
#[derive(Debug, Clone)]
pub struct Model {
    pub name: String,
    /// Where the type is named.
    pub span: Span,
    pub table: Table,
    /// Name of the query, when it exists.
    pub get: Option<String>,
    /// Name of the query, when it exists.
    pub list: Option<String>,
    /// Names of the mutations that exist.
    pub mutations: Vec<(Change, String)>,
    /// Subscription → the mutations it listens to.
    pub subscriptions: IndexMap<String, Vec<Change>>,
    pub level: Level,
    pub key_queries: Vec<KeyQuery>,
    /// Name of the query, when `@searchable` makes one.
    pub search: Option<String>,
}

impl Model {
    /// Name of a mutation, when it exists.
    pub fn mutation(&self, change: Change) -> Option<&str> {
        self.mutations.iter().find(|(kind, _)| *kind == change).map(|(_, name)| name.as_str())
    }
}
