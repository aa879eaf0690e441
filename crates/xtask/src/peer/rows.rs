//! Rows of the status table, as either program shows them.

use anyhow::{Context, Result};

/// A resource in the table. Rows are compared in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// In lower case: the original capitalises it.
    pub category: String,
    pub name: String,
    pub operation: String,
    pub provider: String,
}

/// Reads the table that the original prints.
pub fn of_original(text: &str) -> Vec<Row> {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix('|')?.strip_suffix('|'))
        .map(|line| line.split('|').map(str::trim).collect::<Vec<_>>())
        .filter(|cells| cells.len() == 4 && cells[0] != "Category" && !cells[0].starts_with('-'))
        .map(|cells| Row {
            category: cells[0].to_lowercase(),
            name: cells[1].to_owned(),
            operation: cells[2].to_owned(),
            provider: cells[3].to_owned(),
        })
        .collect()
}

/// Reads what our `status --json` prints.
pub fn of_ours(text: &str) -> Result<Vec<Row>> {
    let document: serde_json::Value = serde_json::from_str(text)?;
    let resources = document["resources"].as_array().context("`status --json` has resources")?;
    let field = |resource: &serde_json::Value, key: &str| {
        resource[key].as_str().map(str::to_owned).with_context(|| format!("`{key}` of {resource}"))
    };
    resources
        .iter()
        .map(|resource| {
            Ok(Row {
                category: field(resource, "category")?.to_lowercase(),
                name: field(resource, "name")?,
                operation: field(resource, "operation")?,
                provider: field(resource, "provider")?,
            })
        })
        .collect()
}

/// Rows as text, for a message.
pub fn shown(rows: &[Row]) -> String {
    rows.iter()
        .map(|row| format!("  {:<10} {:<24} {:<10} {}\n", row.category, row.name, row.operation, row.provider))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_give_the_same_rows() {
        let table = "Current Environment: dev\n\n\
                     | Category | Resource name | Operation | Provider plugin   |\n\
                     | -------- | ------------- | --------- | ----------------- |\n\
                     | Api      | myrest        | No Change | awscloudformation |\n\
                     Hosting endpoint: http://a|b\n";
        let document = r#"{"env":"dev","resources":[{"category":"api","name":"myrest","service":"API Gateway",
                           "operation":"No Change","provider":"awscloudformation"}]}"#;
        assert_eq!(of_original(table), of_ours(document).unwrap());
        assert_eq!(of_original(table).len(), 1);
    }

    #[test]
    fn a_document_of_another_form_is_an_error() {
        assert!(of_ours("{}").is_err());
        assert!(of_ours(r#"{"resources":[{"name":"x"}]}"#).is_err());
    }
}
