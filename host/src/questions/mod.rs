//! Questions as data: answered from documents, by defaults, or by a person in the terminal.

mod allowed;
mod document;
mod editor;
mod sort;
mod terminal;

use std::{
    cell::{OnceCell, RefCell},
    collections::{BTreeMap, HashSet},
    mem::{Discriminant, discriminant},
};

use amplify_plugin_abi::{
    answers, check,
    question::{Answer, Question, QuestionKind},
};
use serde_json::{Value, json};

pub use document::Sources;
use document::{Given, load};
pub use editor::Editor;

use crate::{error::Error, interrupt, output::Output};

/// Who answers what the documents leave open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A person in the terminal.
    Terminal,
    /// The defaults (`--yes`).
    Defaults,
    /// Nobody: unanswered questions are collected, and the command fails.
    Nobody,
}

/// A question that nobody answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Its key.
    pub key: String,
    /// Its text.
    pub text: String,
    /// What may be answered, in words.
    pub allowed: String,
    /// What `--yes` would answer.
    pub default: Option<String>,
}

impl Missing {
    /// As it stands in the error document of `--json`.
    pub fn document(&self) -> Value {
        json!({ "key": self.key, "text": self.text, "allowed": self.allowed, "default": self.default })
    }
}

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}`: {} ({}", self.key, self.text.trim().trim_end_matches(':'), self.allowed)?;
        if let Some(default) = &self.default {
            write!(f, "; default {default}")?;
        }
        f.write_str(")")
    }
}

/// Answers the questions of one command, its plugins' included.
pub struct Questions {
    mode: Mode,
    sources: Sources,
    editor: Editor,
    /// Read when first needed: a command that finds no project does not wait for standard input.
    given: OnceCell<Given>,
    supplied: RefCell<Value>,
    /// The keys, and whether an answer may be a list or an object.
    asked: RefCell<BTreeMap<String, bool>>,
    /// One key may stand for a chain of questions, each of another kind: "any access?", then "to what?".
    answered: RefCell<HashSet<(String, Discriminant<QuestionKind>)>>,
    missing: RefCell<Vec<Missing>>,
}

impl Questions {
    /// Answers from the sources, and then as the mode says.
    pub fn new(mode: Mode, sources: Sources, editor: Editor) -> Self {
        Self {
            mode,
            sources,
            editor,
            given: OnceCell::new(),
            supplied: RefCell::new(Value::Null),
            asked: RefCell::default(),
            answered: RefCell::default(),
            missing: RefCell::default(),
        }
    }

    fn given(&self) -> Result<&Given, Error> {
        if let Some(given) = self.given.get() {
            return Ok(given);
        }
        let given = load(&self.sources, || {
            // Whoever is to write it may never do so: Ctrl-C ends the wait.
            let _waiting = interrupt::prompting();
            std::io::read_to_string(std::io::stdin())
        })?;
        Ok(self.given.get_or_init(|| given))
    }

    fn find(&self, question: &Question) -> Result<Option<Value>, Error> {
        let given = answers::find(&self.given()?.document, question);
        Ok(given.or_else(|| answers::find(&self.supplied.borrow(), question)))
    }

    /// Whether a question was left open, and the command goes on only to learn which others will be.
    pub fn collecting(&self) -> bool {
        !self.missing.borrow().is_empty()
    }

    /// Adds answers that come second to those given by the user, such as those of `--amplify`.
    pub fn supply(&self, key: &str, value: Value) {
        let mut supplied = self.supplied.borrow_mut();
        if answers::get(&supplied, key).is_none() {
            // A malformed key answers no question, so nothing is lost with it.
            let _ = answers::set(&mut supplied, key, value);
        }
    }

    /// The whole document of the answers given beforehand.
    ///
    /// # Errors
    /// Unreadable or malformed answers.
    pub fn document(&self) -> Result<Value, Error> {
        Ok(self.given()?.document.clone())
    }

    /// The payload of `--headless` that is meant for the plugin, if there is one.
    ///
    /// # Errors
    /// Unreadable or malformed answers.
    pub fn payload(&self) -> Result<Option<Value>, Error> {
        Ok(self.given()?.payload.clone())
    }

    /// Answers one question.
    ///
    /// # Errors
    /// A wrong answer, nobody to give one, or Ctrl-C.
    pub fn ask(&self, question: &Question, output: &Output) -> Result<Answer, Error> {
        if let Some(wrong) = check::question(question).into_iter().next() {
            let message = format!("the question `{}` is not well formed", question.key);
            return Err(Error::failed("bad-question", message).cause(wrong));
        }
        self.note(question);
        let again = !self.answered.borrow_mut().insert((question.key.clone(), discriminant(&question.kind)));
        if let Some(value) = self.find(question)? {
            if again {
                return Err(self.asked_again(question));
            }
            return match check::answer(question, &value) {
                Ok(value) => Ok(Answer::given(value)),
                Err(wrong) => Err(wrong_answer(question, &value, &wrong)),
            };
        }
        let default = question.default_answer().filter(|value| check::answer(question, value).is_ok());
        // Without a terminal there is nobody to edit, and a text that stays as it is needs no answer.
        let stays = self.mode == Mode::Nobody && matches!(question.kind, QuestionKind::Edit { .. });
        let defaults = stays || self.mode == Mode::Defaults || self.given()?.payload.is_some();
        match (self.mode, default) {
            (_, Some(value)) if defaults && !again => Ok(Answer::given(value)),
            (_, Some(_)) if defaults => Err(self.asked_again(question)),
            (Mode::Terminal, _) if interrupt::requested() => Err(Error::interrupted()),
            (Mode::Terminal, _) => {
                output.end_live();
                let _prompting = interrupt::prompting();
                let value = match &question.kind {
                    QuestionKind::Edit { name, content } => self.editor.edit(question, name, content, output)?.into(),
                    _ => terminal::ask(question, output)?,
                };
                Ok(Answer { typed: true, ..Answer::given(value) })
            }
            (_, default) => self.stand_in(question, default, again),
        }
    }

    fn note(&self, question: &Question) {
        let whole = !matches!(question.kind, QuestionKind::Confirm { .. });
        *self.asked.borrow_mut().entry(question.key.clone()).or_default() |= whole;
    }

    /// Checks what was answered beforehand to a question that comes later.
    ///
    /// # Errors
    /// A wrong answer.
    pub fn expect(&self, question: &Question) -> Result<(), Error> {
        self.note(question);
        match self.find(question)? {
            Some(value) => {
                check::answer(question, &value).map(drop).map_err(|wrong| wrong_answer(question, &value, &wrong))
            }
            None => Ok(()),
        }
    }

    /// Answers a yes-or-no question that need not be asked: by what was given, by a person at a terminal, else with no.
    ///
    /// # Errors
    /// As [`Questions::ask`].
    pub fn offer(&self, question: &Question, output: &Output) -> Result<bool, Error> {
        let answer = match self.find(question)? {
            Some(given) => given,
            None if self.mode == Mode::Terminal && self.payload()?.is_none() => self.ask(question, output)?.value,
            None => Value::Bool(false),
        };
        Ok(check::answer(question, &answer).is_ok_and(|answer| answer == Value::Bool(true)))
    }

    fn stand_in(&self, question: &Question, default: Option<Value>, again: bool) -> Result<Answer, Error> {
        let listed = self.missing.borrow().iter().any(|missing| missing.key == question.key);
        if !again && !listed {
            self.missing.borrow_mut().push(Missing {
                key: question.key.clone(),
                text: question.text.clone(),
                allowed: allowed::allowed(question),
                default: default.as_ref().map(shown),
            });
        }
        match check::stand_in(question).filter(|_| !again) {
            Some(value) => Ok(Answer { stand_in: true, ..Answer::given(value) }),
            None => Err(self.missing_answers()),
        }
    }

    /// The question comes again although the answer stays the same, so it would come for ever.
    fn asked_again(&self, question: &Question) -> Error {
        let message = format!("the answer to `{}` leads back to the same question", question.key);
        Error::usage("answer-repeated", message).hint("give another answer, or run the command in a terminal")
    }

    /// Ends the questions: the error that lists what is missing, if anything is, and warnings about answers not used.
    ///
    /// # Errors
    /// Answers are missing.
    pub fn finish(&self, output: &Output) -> Result<(), Error> {
        if self.collecting() {
            return Err(self.missing_answers());
        }
        self.given()?;
        for warning in self.unused() {
            output.warning(&warning);
        }
        Ok(())
    }

    /// The outcome of a command that asked questions: while collecting, any failure is a consequence of the stand-ins.
    pub fn outcome<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        match result {
            Err(error) if self.collecting() && error.exit != crate::exit::Exit::Interrupted => {
                Err(self.missing_answers())
            }
            other => other,
        }
    }

    fn missing_answers(&self) -> Error {
        let missing = self.missing.borrow().clone();
        let count = match missing.len() {
            1 => "1 answer is missing".to_owned(),
            count => format!("{count} answers are missing"),
        };
        let reason = match self.mode {
            Mode::Defaults => "and `--yes` has no default for it",
            _ => "and there is no terminal to ask in",
        };
        let mut error = Error::usage("missing-answers", format!("{count}, {reason}"));
        let example = missing.first().map_or("key", |first| &first.key).to_owned();
        error =
            error.hint(format!("give them with `--answer {example}=...`, or all in one file with `--answers FILE`"));
        if self.mode == Mode::Nobody && missing.iter().any(|one| one.default.is_some()) {
            error = error.hint("`--yes` takes the defaults");
        }
        for unused in self.unused() {
            error = error.hint(unused);
        }
        Error { missing: missing.into(), ..error }
    }

    /// What was given, but no question asked for: most likely a mistyped key.
    fn unused(&self) -> Vec<String> {
        let asked = self.asked.borrow();
        let unused =
            self.given.get().map(|given| given.unused(asked.iter().map(|(key, whole)| (key.as_str(), *whole))));
        unused
            .into_iter()
            .flatten()
            .map(|key| {
                let near = crate::suggestion::nearest(&key, asked.keys().map(String::as_str));
                let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                format!("no question asked for the answer `{key}`{near}")
            })
            .collect()
    }
}

fn wrong_answer(question: &Question, value: &Value, wrong: &str) -> Error {
    let given = match &question.kind {
        QuestionKind::Secret { .. } => String::new(),
        _ => format!(" {}", shortened(&shown(value))),
    };
    Error::usage("wrong-answer", format!("the answer{given} to `{}` does not fit", question.key))
        .cause(wrong)
        .hint(format!("the question is: {}", question.text.trim()))
}

/// A wrong answer may be as long as it likes; what is wrong with it stands behind it.
fn shortened(shown: &str) -> String {
    const MOST: usize = 80;
    match shown.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...`", &shown[..end]),
        None => shown.to_owned(),
    }
}

/// A value in an error or a list.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("`{text}`"),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        other => format!("`{other}`"),
    }
}

#[cfg(test)]
mod tests;
