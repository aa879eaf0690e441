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
    /// What is said when the text does not fit.
    pub message: String,
}

/// The host's answer to a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// A string, a boolean or an array of strings, as the kind wants it.
    pub value: Value,
    /// Set when nobody answered: the value is a stand-in, the host goes on only to learn which other answers are missing,
    /// and throws the changes away.
    #[serde(default)]
    pub stand_in: bool,
}
