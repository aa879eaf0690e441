//! Names of what is made from a model; apps and overrides know them, so they never change.

/// The text with its first letter in upper case.
pub(crate) fn upper(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// Letters, digits and underscores, not starting with a digit.
pub(crate) fn clean(text: &str) -> String {
    let start = text.trim_start_matches(|letter: char| !(letter == '_' || letter.is_ascii_alphabetic()));
    start.chars().filter(|letter| *letter == '_' || letter.is_ascii_alphanumeric()).collect()
}

/// `["Comment", "post", "id"]` → `commentPostId`.
pub(crate) fn camel<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = String::new();
    for part in parts {
        out.push_str(&if out.is_empty() { lower(part) } else { upper(part) });
    }
    out
}

pub(crate) fn get_query(model: &str) -> String {
    clean(&format!("get{}", upper(model)))
}

pub(crate) fn list_query(model: &str) -> String {
    clean(&format!("list{}s", upper(model)))
}

/// `word` is `create`, `update` or `delete`.
pub(crate) fn mutation(word: &str, model: &str) -> String {
    clean(&format!("{word}{}", upper(model)))
}

/// `CreateTodoInput`.
pub(crate) fn mutation_input(word: &str, model: &str) -> String {
    clean(&format!("{}{}Input", upper(word), upper(model)))
}

/// `onCreateTodo`.
pub(crate) fn subscription(word: &str, model: &str) -> String {
    clean(&format!("on{}{}", upper(word), upper(model)))
}

/// The input type for an object without `@model`.
pub(crate) fn plain_input(object: &str) -> String {
    clean(&format!("{}Input", upper(object)))
}

pub(crate) fn connection(model: &str) -> String {
    clean(&format!("Model{model}Connection"))
}

pub(crate) fn filter_input(model: &str) -> String {
    clean(&format!("Model{model}FilterInput"))
}

pub(crate) fn condition_input(model: &str) -> String {
    clean(&format!("Model{model}ConditionInput"))
}

/// `ModelStringKeyConditionInput`.
pub(crate) fn key_condition(scalar: &str) -> String {
    format!("Model{scalar}KeyConditionInput")
}

/// `key` is the name of the key, or nothing for the primary one.
pub(crate) fn composite_condition(model: &str, key: Option<&str>) -> String {
    clean(&format!("Model{model}{}CompositeKeyConditionInput", upper(key.unwrap_or("Primary"))))
}

/// `key` is the name of the key, or nothing for the primary one.
pub(crate) fn composite_input(model: &str, key: Option<&str>) -> String {
    clean(&format!("Model{model}{}CompositeKeyInput", upper(key.unwrap_or("Primary"))))
}

/// Logical id of the resolver of a model's operation; `word` is `Get`, `List`, `Create`, `Update`, `Delete`, `Search`.
pub(crate) fn operation_resolver(word: &str, model: &str) -> String {
    resource_id(&format!("{word}{model}Resolver"))
}

/// Logical id of the resolver of any other field.
pub(crate) fn field_resolver(type_name: &str, field: &str) -> String {
    resource_id(&format!("{type_name}{field}Resolver"))
}

pub(crate) fn table(model: &str) -> String {
    resource_id(&format!("{model}Table"))
}

pub(crate) fn data_source(model: &str) -> String {
    resource_id(&format!("{model}DataSource"))
}

pub(crate) fn role(model: &str) -> String {
    resource_id(&format!("{model}IAMRole"))
}

/// Logical ids hold letters and digits only.
pub(crate) fn resource_id(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_type_exactly() {
        assert_eq!(list_query("story"), "listStorys");
        assert_eq!(connection("bus"), "ModelbusConnection");
        assert_eq!(camel(["Comment", "post", "id"]), "commentPostId");
        assert_eq!(camel(["status", "createdAt"]), "statusCreatedAt");
        assert_eq!(composite_condition("Order", None), "ModelOrderPrimaryCompositeKeyConditionInput");
        assert_eq!(composite_input("Order", Some("byStatus")), "ModelOrderByStatusCompositeKeyInput");
        assert_eq!(clean("1a-b"), "ab");
    }
}
