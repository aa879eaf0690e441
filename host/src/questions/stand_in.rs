//! Stand-ins for missing answers, so that a command can go on and tell which other answers are missing.

use amplify_plugin_abi::{
    check,
    question::{Choice, Question, QuestionKind, Validation},
};
use serde_json::Value;

/// Texts of the kinds that questions ask for; the first that fits stands in.
const TEXTS: [&str; 9] =
    ["example", "exampleone", "Example1", "1", "/example", "https://example.com/", "example.com", "a@example.com", ""];

/// An answer that the question accepts, if one can be thought of.
pub fn value(question: &Question) -> Option<Value> {
    if let Some(value) = question.default_answer().filter(|value| check::answer(question, value).is_ok()) {
        return Some(value);
    }
    let candidates: Vec<Value> = match &question.kind {
        QuestionKind::Input { .. } | QuestionKind::Secret { .. } => TEXTS.iter().map(|text| (*text).into()).collect(),
        QuestionKind::Confirm { .. } => vec![Value::Bool(false)],
        QuestionKind::Select { choices, .. } => {
            choices.iter().take(1).map(|choice| choice.value.clone().into()).collect()
        }
        QuestionKind::MultiSelect { choices, min, .. } => {
            vec![choices.iter().take(*min).map(|choice| Value::from(choice.value.clone())).collect()]
        }
        _ => Vec::new(),
    };
    candidates.into_iter().find(|value| check::answer(question, value).is_ok())
}

/// What may be answered, in words.
pub fn allowed(question: &Question) -> String {
    match &question.kind {
        QuestionKind::Input { validation, .. } | QuestionKind::Secret { validation } => {
            validation.as_ref().map_or_else(|| "text".to_owned(), text)
        }
        QuestionKind::Confirm { .. } => "yes or no".into(),
        QuestionKind::Select { choices, .. } => format!("one of {}", values(choices)),
        QuestionKind::MultiSelect { choices, min: 0, .. } => format!("any of {}", values(choices)),
        QuestionKind::MultiSelect { choices, min, .. } => format!("at least {min} of {}", values(choices)),
        QuestionKind::Sort { choices } => format!("all of {}, in order", values(choices)),
        _ => "an answer".into(),
    }
}

fn text(validation: &Validation) -> String {
    let rule = if !validation.message.is_empty() {
        Some(validation.message.trim_end_matches('.').to_owned())
    } else {
        validation.pattern.as_ref().map(|pattern| format!("text that matches `{pattern}`"))
    };
    rule.unwrap_or_else(|| match (validation.min_length, validation.max_length) {
        (Some(min), Some(max)) => format!("{min} to {max} characters"),
        (Some(min), None) => format!("at least {min} characters"),
        (None, Some(max)) => format!("at most {max} characters"),
        (None, None) => "text".into(),
    })
}

fn values(choices: &[Choice]) -> String {
    choices.iter().map(|choice| format!("`{}`", choice.value)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stand_in_fits_its_question() {
        let choices = || vec![Choice::same("a"), Choice::same("b")];
        let path = Validation::pattern("/[a-z]+", "a path");
        let never = Validation::pattern("[0-9]{40}", "forty digits");
        assert_eq!(value(&Question::input("k", "?").validation(path)), Some("/example".into()));
        assert_eq!(value(&Question::input("k", "?").validation(never)), None);
        assert_eq!(value(&Question::select("k", "?", choices())), Some("a".into()));
        assert_eq!(value(&Question::multi_select("k", "?", choices(), 1)), Some(vec!["a"].into()));
        assert_eq!(value(&Question::sort("k", "?", choices())), Some(vec!["a", "b"].into()));
    }

    #[test]
    fn allowed_values_are_told_in_words() {
        let choices = || vec![Choice::new("a", "The letter A"), Choice::same("b")];
        assert_eq!(allowed(&Question::select("k", "?", choices())), "one of `a`, `b`");
        assert_eq!(allowed(&Question::multi_select("k", "?", choices(), 1)), "at least 1 of `a`, `b`");
        let length = Validation::length(3, 20, "");
        assert_eq!(allowed(&Question::input("k", "?").validation(length)), "3 to 20 characters");
    }
}
