//! Columns of a table, and which of them can be keys.

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// Text.
    String,
    /// A number.
    Number,
    /// Bytes.
    Binary,
    /// True or false.
    Boolean,
    /// A list of values.
    List,
    /// Values by name.
    Map,
    /// Nothing.
    Null,
    /// Texts, each once.
    StringSet,
    /// Numbers, each once.
    NumberSet,
    /// Bytes, each once.
    BinarySet,
}

impl ColumnType {
    /// All types, in the order of the choices.
    pub const ALL: [ColumnType; 10] = [
        ColumnType::String,
        ColumnType::Number,
        ColumnType::Binary,
        ColumnType::Boolean,
        ColumnType::List,
        ColumnType::Map,
        ColumnType::Null,
        ColumnType::StringSet,
        ColumnType::NumberSet,
        ColumnType::BinarySet,
    ];

    /// The word in the question.
    pub fn word(self) -> &'static str {
        match self {
            ColumnType::String => "string",
            ColumnType::Number => "number",
            ColumnType::Binary => "binary",
            ColumnType::Boolean => "boolean",
            ColumnType::List => "list",
            ColumnType::Map => "map",
            ColumnType::Null => "null",
            ColumnType::StringSet => "string set",
            ColumnType::NumberSet => "number set",
            ColumnType::BinarySet => "binary set",
        }
    }

    /// DynamoDB's own code.
    pub fn code(self) -> &'static str {
        match self {
            ColumnType::String => "S",
            ColumnType::Number => "N",
            ColumnType::Binary => "B",
            ColumnType::Boolean => "BOOL",
            ColumnType::List => "L",
            ColumnType::Map => "M",
            ColumnType::Null => "NULL",
            ColumnType::StringSet => "SS",
            ColumnType::NumberSet => "NS",
            ColumnType::BinarySet => "BS",
        }
    }

    /// The type of a word of the question.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The type of one of DynamoDB's codes.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Whether a column of this type can be a key. Only such columns are declared in a template.
    pub fn can_be_key(self) -> bool {
        matches!(self, ColumnType::String | ColumnType::Number | ColumnType::Binary)
    }
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: ColumnType,
}

/// The names of the columns that can be keys.
pub fn keys(columns: &[Column]) -> impl Iterator<Item = &str> {
    columns.iter().filter(|column| column.kind.can_be_key()).map(|column| column.name.as_str())
}

/// The code of a column's type; `S` for a column that is not there.
pub fn code(columns: &[Column], name: &str) -> &'static str {
    columns.iter().find(|column| column.name == name).map_or(ColumnType::String, |column| column.kind).code()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_codes_find_their_type() {
        for kind in ColumnType::ALL {
            assert_eq!(ColumnType::from_word(kind.word()), Some(kind));
            assert_eq!(ColumnType::from_code(kind.code()), Some(kind));
        }
        assert_eq!(ColumnType::from_word("text"), None);
    }

    #[test]
    fn only_three_types_can_be_keys() {
        let columns: Vec<Column> =
            ColumnType::ALL.into_iter().map(|kind| Column { name: kind.word().into(), kind }).collect();
        assert_eq!(keys(&columns).collect::<Vec<_>>(), ["string", "number", "binary"]);
    }
}
