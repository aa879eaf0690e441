//! Questions as data. The host asks them in the terminal, or answers them from flags, files or defaults.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// Stable key: words joined by dots, list positions in brackets, such as `storage.columns[0].name`.
    ///
    /// The key is the path of the answer in an answers document, and the `key` of `--answer key=value`.
    pub key: String,
    /// What the user reads.
    pub text: String,
    /// What kind of answer is wanted.
    #[serde(flatten)]
    pub kind: QuestionKind,
    /// A longer explanation, shown on request (`?`) and where the choice "I want to learn more." is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// What `--yes` and `--headless` take, where that is not what Enter takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unattended: Option<Value>,
}

/// The kinds of question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[non_exhaustive]
pub enum QuestionKind {
    /// A line of text.
    #[serde(rename_all = "camelCase")]
    Input {
        /// Taken when the user presses Enter, and with `--yes`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        default: Option<String>,
        /// What the text must be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        validation: Option<Validation>,
    },
    /// A line of text that is not shown.
    #[serde(rename_all = "camelCase")]
    Secret {
        /// What the text must be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        validation: Option<Validation>,
        /// Whether the secret is set already. An empty answer, which `--yes` gives, then leaves it as it is.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        kept: bool,
    },
    /// Yes or no.
    #[serde(rename_all = "camelCase")]
    Confirm {
        /// Taken when the user presses Enter, and with `--yes`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        default: Option<bool>,
        /// The key of a list, where the question is "add another?".
        ///
        /// From an answers document it is answered by the length of that list: yes while items remain. The question's own
        /// key must then be `<list>[<position just filled>].another`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        more_of: Option<String>,
    },
    /// One of several choices.
    #[serde(rename_all = "camelCase")]
    Select {
        /// The choices, in order.
        choices: Vec<Choice>,
        /// Value of the preselected choice.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        default: Option<String>,
    },
    /// Any number of choices.
    #[serde(rename_all = "camelCase")]
    MultiSelect {
        /// The choices, in order.
        choices: Vec<Choice>,
        /// Values of the preselected choices; also the answer with `--yes`.
        #[serde(default)]
        default: Vec<String>,
        /// How many must be chosen at least.
        #[serde(default)]
        min: usize,
        /// What is said when fewer are chosen, such as `Select at least one option`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min_message: Option<String>,
    },
    /// All choices, put into an order by the user.
    Sort {
        /// The choices in their present order.
        choices: Vec<Choice>,
    },
    /// A text of several lines that the user may change in an editor; the question's text offers it.
    Edit {
        /// Name of the file that the editor shows, such as `schema.graphql`.
        name: String,
        /// The text before; also the answer of whoever does not want to change it, and with `--yes`.
        content: String,
    },
}

/// A choice of a question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What the answer holds.
    pub value: String,
    /// What the user reads.
    pub label: String,
}

/// What an answer in text form must be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Validation {
    /// A regular expression that the whole text must match, without look-around.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Smallest number of characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_length: Option<usize>,
    /// Largest number of characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// Texts that are taken already, compared without regard to case.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub taken: Vec<String>,
    /// A regular expression that no part of the text may match, for what a pattern without look-around cannot say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excludes: Option<String>,
    /// The text is a whole number, and this is the smallest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<i64>,
    /// The text is a whole number, and this is the largest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<i64>,
    /// What is said when the text does not fit.
    pub message: String,
}

/// The host's answer to a question.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// A string, a boolean or an array of strings, as the kind wants it.
    pub value: Value,
    /// Set when nobody answered: the value is a stand-in, the host goes on only to learn which other answers are missing,
    /// and throws the changes away.
    #[serde(default)]
    pub stand_in: bool,
    /// Set when somebody has typed it just now, who can be asked again.
    #[serde(default)]
    pub typed: bool,
}

impl Question {
    /// A question of any kind.
    pub fn of(key: impl Into<String>, text: impl Into<String>, kind: QuestionKind) -> Self {
        Self { key: key.into(), text: text.into(), kind, help: None, unattended: None }
    }

    /// A line of text.
    pub fn input(key: impl Into<String>, text: impl Into<String>) -> Self {
        Self::of(key, text, QuestionKind::Input { default: None, validation: None })
    }

    /// A line of text that is not shown.
    pub fn secret(key: impl Into<String>, text: impl Into<String>) -> Self {
        Self::of(key, text, QuestionKind::Secret { validation: None, kept: false })
    }

    /// Yes or no.
    pub fn confirm(key: impl Into<String>, text: impl Into<String>, default: bool) -> Self {
        Self::of(key, text, QuestionKind::Confirm { default: Some(default), more_of: None })
    }

    /// Whether item `filled` of a list is followed by another one.
    pub fn another(list: &str, filled: usize, text: impl Into<String>, default: bool) -> Self {
        let kind = QuestionKind::Confirm { default: Some(default), more_of: Some(list.into()) };
        Self::of(format!("{list}[{filled}].another"), text, kind)
    }

    /// One of several choices.
    pub fn select(key: impl Into<String>, text: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self::of(key, text, QuestionKind::Select { choices, default: None })
    }

    /// At least `min` of several choices.
    pub fn multi_select(key: impl Into<String>, text: impl Into<String>, choices: Vec<Choice>, min: usize) -> Self {
        let kind = QuestionKind::MultiSelect { choices, default: Vec::new(), min, min_message: None };
        Self::of(key, text, kind)
    }

    /// All choices, put into an order by the user.
    pub fn sort(key: impl Into<String>, text: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self::of(key, text, QuestionKind::Sort { choices })
    }

    /// A text of several lines that the user may change in an editor.
    pub fn edit(
        key: impl Into<String>,
        text: impl Into<String>,
        name: impl Into<String>,
        content: impl Into<String>,
    ) -> Self {
        Self::of(key, text, QuestionKind::Edit { name: name.into(), content: content.into() })
    }

    /// Sets the default of an input or of a select (there: the value of a choice). Other kinds stay as they are.
    #[must_use]
    pub fn default_text(mut self, value: impl Into<String>) -> Self {
        if let QuestionKind::Input { default, .. } | QuestionKind::Select { default, .. } = &mut self.kind {
            *default = Some(value.into());
        }
        self
    }

    /// Sets the values preselected in a multi-select. Other kinds stay as they are.
    #[must_use]
    pub fn preselected<T: Into<String>>(mut self, values: impl IntoIterator<Item = T>) -> Self {
        if let QuestionKind::MultiSelect { default, .. } = &mut self.kind {
            *default = values.into_iter().map(Into::into).collect();
        }
        self
    }

    /// Sets what is said when fewer than the minimum of a multi-select are chosen. Other kinds stay as they are.
    #[must_use]
    pub fn min_message(mut self, message: impl Into<String>) -> Self {
        if let QuestionKind::MultiSelect { min_message, .. } = &mut self.kind {
            *min_message = Some(message.into());
        }
        self
    }

    /// Sets what the text of an input or a secret must be. Other kinds stay as they are.
    #[must_use]
    pub fn validation(mut self, wanted: Validation) -> Self {
        if let QuestionKind::Input { validation, .. } | QuestionKind::Secret { validation, .. } = &mut self.kind {
            *validation = Some(wanted);
        }
        self
    }

    /// Says that a secret is set already: an empty answer leaves it as it is. Other kinds stay as they are.
    #[must_use]
    pub fn kept(mut self, is_set: bool) -> Self {
        if let QuestionKind::Secret { kept, .. } = &mut self.kind {
            *kept = is_set;
        }
        self
    }

    /// Adds a longer explanation.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Sets what `--yes` and `--headless` take, where that is not what Enter takes.
    #[must_use]
    pub fn unattended(mut self, answer: impl Into<Value>) -> Self {
        self.unattended = Some(answer.into());
        self
    }

    /// The answer that is taken with `--yes`, if there is one. It is not checked against the validation.
    ///
    /// A list ends where nobody asks for more, whatever is preselected for a person: else "another?" would never end.
    pub fn default_answer(&self) -> Option<Value> {
        if let Some(answer) = &self.unattended {
            return Some(answer.clone());
        }
        match &self.kind {
            QuestionKind::Input { default, .. } | QuestionKind::Select { default, .. } => {
                default.clone().map(Value::String)
            }
            QuestionKind::Secret { kept, .. } => kept.then(|| Value::from("")),
            QuestionKind::Confirm { more_of: Some(_), .. } => Some(Value::Bool(false)),
            QuestionKind::Confirm { default, .. } => default.map(Value::Bool),
            QuestionKind::MultiSelect { default, min, .. } => {
                (default.len() >= *min).then(|| Value::from(default.clone()))
            }
            QuestionKind::Sort { choices } => {
                Some(choices.iter().map(|choice| Value::from(choice.value.clone())).collect())
            }
            QuestionKind::Edit { content, .. } => Some(Value::String(content.clone())),
        }
    }
}

impl Choice {
    /// A choice whose answer differs from what the user reads.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }

    /// A choice whose answer is what the user reads.
    pub fn same(value: impl Into<String>) -> Self {
        let value = value.into();
        Self { label: value.clone(), value }
    }
}

impl Validation {
    /// The whole text must match a regular expression (without look-around).
    pub fn pattern(pattern: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pattern: Some(pattern.into()), message: message.into(), ..Self::default() }
    }

    /// The text must have so many characters, both ends included.
    pub fn length(min: usize, max: usize, message: impl Into<String>) -> Self {
        Self { min_length: Some(min), max_length: Some(max), message: message.into(), ..Self::default() }
    }

    /// The text must be a whole number from `from` to `to`, both included.
    pub fn number(from: i64, to: i64, message: impl Into<String>) -> Self {
        Self { from: Some(from), to: Some(to), message: message.into(), ..Self::default() }
    }

    /// No part of the text may match a regular expression.
    #[must_use]
    pub fn excluding(mut self, pattern: impl Into<String>) -> Self {
        self.excludes = Some(pattern.into());
        self
    }

    /// The text must not be one of these, compared without regard to case.
    #[must_use]
    pub fn not_taken<T: Into<String>>(mut self, taken: impl IntoIterator<Item = T>) -> Self {
        self.taken.extend(taken.into_iter().map(Into::into));
        self
    }
}

impl Answer {
    /// An answer that was given beforehand.
    pub fn given(value: impl Into<Value>) -> Self {
        Self { value: value.into(), stand_in: false, typed: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_ends_where_nobody_asks_for_more() {
        assert_eq!(Question::another("c", 0, "Another?", true).default_answer(), Some(false.into()));
        assert_eq!(Question::confirm("c", "Any?", true).default_answer(), Some(true.into()));
    }

    #[test]
    fn a_secret_that_is_set_can_be_left_as_it_is() {
        let wanted = Validation::length(1, 8, "1 to 8 characters");
        let question = |kept: bool| Question::secret("s", "Secret?").validation(wanted.clone()).kept(kept);
        assert_eq!(question(false).default_answer(), None);
        assert_eq!(question(true).default_answer(), Some("".into()));
        let empty = Value::from("");
        assert!(crate::check::answer(&question(false), &empty).is_err());
        assert_eq!(crate::check::answer(&question(true), &empty), Ok(empty));
        assert!(crate::check::answer(&question(true), &"far too long".into()).is_err());
    }

    #[test]
    fn nobody_may_answer_otherwise_than_enter() {
        let question = Question::confirm("c", "Any?", true).unattended(false);
        assert_eq!(question.default_answer(), Some(false.into()));
        let text = serde_json::to_string(&question).unwrap();
        assert_eq!(serde_json::from_str::<Question>(&text).unwrap(), question);
        assert!(!serde_json::to_string(&Question::confirm("c", "Any?", true)).unwrap().contains("unattended"));
    }
}
