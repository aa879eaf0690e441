//! What may be answered to a question, in words, for the list of missing answers.

use amplify_plugin_abi::question::{Choice, Question, QuestionKind, Validation};

/// What may be answered, in words.
pub fn allowed(question: &Question) -> String {
    match &question.kind {
        QuestionKind::Input { validation, .. } | QuestionKind::Secret { validation, .. } => {
            validation.as_ref().map_or_else(|| "text".to_owned(), text)
        }
        QuestionKind::Confirm { .. } => "yes or no".into(),
        QuestionKind::Select { choices, .. } => format!("one of {}", values(choices)),
        QuestionKind::MultiSelect { choices, min: 0, .. } => format!("any of {}", values(choices)),
        QuestionKind::MultiSelect { choices, min, .. } => format!("at least {min} of {}", values(choices)),
        QuestionKind::Sort { choices } => format!("all of {}, in order", values(choices)),
        QuestionKind::Edit { .. } => "the whole text, or no to leave it as it is".into(),
        _ => "an answer".into(),
    }
}

fn text(validation: &Validation) -> String {
    let rule = if !validation.message.is_empty() {
        Some(validation.message.trim_end_matches('.').to_owned())
    } else {
        validation.pattern.as_ref().map(|pattern| format!("text that matches `{pattern}`"))
    };
    let number = match (validation.from, validation.to) {
        (Some(from), Some(to)) => Some(format!("a whole number from {from} to {to}")),
        (Some(from), None) => Some(format!("a whole number from {from}")),
        (None, Some(to)) => Some(format!("a whole number up to {to}")),
        (None, None) => None,
    };
    rule.or(number).unwrap_or_else(|| match (validation.min_length, validation.max_length) {
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
    fn allowed_values_are_told_in_words() {
        let choices = || vec![Choice::new("a", "The letter A"), Choice::same("b")];
        assert_eq!(allowed(&Question::select("k", "?", choices())), "one of `a`, `b`");
        assert_eq!(allowed(&Question::multi_select("k", "?", choices(), 1)), "at least 1 of `a`, `b`");
        let length = Validation::length(3, 20, "");
        assert_eq!(allowed(&Question::input("k", "?").validation(length)), "3 to 20 characters");
    }
}
