//! The schema that compilations are measured with.

use std::fmt::Write as _;

/// Models with owners and groups, an index with a query, and connections in both forms.
pub fn schema(models: usize) -> String {
    (0..models).fold(String::new(), |mut text, number| {
        let next = (number + 1) % models;
        let _ = writeln!(
            text,
            r#"type M{number} @model @auth(rules: [{{allow: owner}}, {{allow: groups, groups: ["Admin"]}}])
  @key(name: "byParent", fields: ["parentID", "title"], queryField: "m{number}ByParent") {{
  id: ID!
  title: String!
  parentID: ID!
  size: Int
  children: [M{next}] @connection(keyName: "byParent", fields: ["id"])
  friend: M{next} @connection
}}"#
        );
        text
    })
}
