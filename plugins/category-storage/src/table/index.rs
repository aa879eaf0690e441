//! Global secondary indexes, and which columns are offered for the next one.

use super::column::{Column, keys};

/// A global secondary index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Its partition key.
    pub partition_key: String,
    /// Its sort key.
    pub sort_key: Option<String>,
}

/// The columns that a table's keys use up.
#[derive(Clone, Copy, Debug)]
pub struct Keys<'a> {
    /// All columns.
    pub columns: &'a [Column],
    /// The table's partition key.
    pub partition_key: &'a str,
}

impl<'a> Keys<'a> {
    /// Columns that no index has as its partition key yet. While there are any, another index makes sense.
    pub fn unused(&self, indexes: &[Index]) -> Vec<&'a str> {
        keys(self.columns)
            .filter(|name| *name != self.partition_key && !indexes.iter().any(|index| index.partition_key == **name))
            .collect()
    }

    /// What is offered as the partition key of the next index: unused columns first, then the others.
    pub fn partition_choices(&self, indexes: &[Index]) -> Vec<&'a str> {
        let mut choices = self.unused(indexes);
        let others: Vec<&str> =
            keys(self.columns).filter(|name| *name != self.partition_key && !choices.contains(name)).collect();
        choices.extend(others);
        choices
    }

    /// What is offered as the sort key beside the partition key `chosen`: unused columns first, then the others.
    pub fn sort_choices(&self, indexes: &[Index], chosen: &str) -> Vec<&'a str> {
        let mut choices: Vec<&str> = self.unused(indexes).into_iter().filter(|name| *name != chosen).collect();
        let others: Vec<&str> = keys(self.columns).filter(|name| *name != chosen && !choices.contains(name)).collect();
        choices.extend(others);
        choices
    }
}

#[cfg(test)]
mod tests {
    use super::{super::column::ColumnType, *};

    fn columns(names: &[&str]) -> Vec<Column> {
        names.iter().map(|name| Column { name: (*name).into(), kind: ColumnType::String }).collect()
    }

    fn index(partition_key: &str) -> Index {
        Index { name: format!("by-{partition_key}"), partition_key: partition_key.into(), sort_key: None }
    }

    #[test]
    fn a_table_of_one_column_has_nothing_to_index() {
        let columns = columns(&["id"]);
        let keys = Keys { columns: &columns, partition_key: "id" };
        assert!(keys.partition_choices(&[]).is_empty());
    }

    #[test]
    fn unused_columns_come_first() {
        let columns = columns(&["id", "name", "at"]);
        let keys = Keys { columns: &columns, partition_key: "id" };
        assert_eq!(keys.partition_choices(&[]), ["name", "at"]);
        assert_eq!(keys.partition_choices(&[index("name")]), ["at", "name"]);
        assert_eq!(keys.sort_choices(&[], "name"), ["at", "id"]);
    }

    #[test]
    fn an_index_can_turn_the_keys_of_its_table_around() {
        let columns = columns(&["id", "name"]);
        let keys = Keys { columns: &columns, partition_key: "id" };
        assert_eq!(keys.sort_choices(&[], "name"), ["id"]);
        assert!(keys.unused(&[index("name")]).is_empty());
    }
}
