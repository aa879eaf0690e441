//! Stand-ins for answers that nobody gave.

use serde_json::Value;

use super::answer;
use crate::question::{Question, QuestionKind};

/// Texts of the kinds that questions ask for; the first that fits stands in. The longest is as long as a key.
const TEXTS: [&str; 12] = [
    "example",
    "exampleone",
    "Example1",
    "1",
    "10",
    "/example",
    "https://example.com/",
    "example.com",
    "a@example.com",
    "",
    "123456",
    "example0example0example0example0example0",
];

/// An answer that the question accepts, if one can be thought of: its default, or the first that fits.
///
/// A host goes on with it only to learn which other answers are missing; a test, to run a command at all.
pub fn stand_in(question: &Question) -> Option<Value> {
    if let Some(value) = question.default_answer().filter(|value| answer(question, value).is_ok()) {
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
    candidates.into_iter().find(|value| answer(question, value).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question::{Choice, Validation};

    #[test]
    fn a_stand_in_fits_its_question() {
        let choices = || vec![Choice::same("a"), Choice::same("b")];
        let path = Validation::pattern("/[a-z]+", "a path");
        let never = Validation::pattern("[0-9]{40}", "forty digits");
        assert_eq!(stand_in(&Question::input("k", "?").validation(path)), Some("/example".into()));
        assert_eq!(stand_in(&Question::input("k", "?").validation(never)), None);
        assert_eq!(stand_in(&Question::select("k", "?", choices())), Some("a".into()));
        assert_eq!(stand_in(&Question::multi_select("k", "?", choices(), 1)), Some(vec!["a"].into()));
        assert_eq!(stand_in(&Question::sort("k", "?", choices())), Some(vec!["a", "b"].into()));
    }
}
