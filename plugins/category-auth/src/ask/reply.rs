//! Forms of question that the flows share.

use amplify_sdk::{prelude::*, question::QuestionKind};
use serde_json::Value;

/// One of several choices; `help` is what "I want to learn more." shows.
pub fn choose(
    context: &mut Context<'_>,
    key: &str,
    text: &str,
    choices: Vec<Choice>,
    default: &str,
    help: Option<&str>,
) -> Result<String, PluginError> {
    let mut question = Question::select(key, text, choices).default_text(default);
    question.help = help.map(Into::into);
    answer_text(context, question)
}

/// Yes or no as a list, as the original asks it where it has something to explain.
pub fn yes_or_no(
    context: &mut Context<'_>,
    key: &str,
    text: &str,
    default: bool,
    help: &str,
) -> Result<bool, PluginError> {
    let choices = vec![Choice::new("yes", "Yes"), Choice::new("no", "No")];
    let default = if default { "yes" } else { "no" };
    Ok(choose(context, key, text, choices, default, Some(help))? == "yes")
}

/// A number in a range, asked as text.
pub fn number(
    context: &mut Context<'_>,
    question: Question,
    range: std::ops::RangeInclusive<u32>,
    message: &str,
) -> Result<u32, PluginError> {
    let wanted = Validation::number(i64::from(*range.start()), i64::from(*range.end()), message);
    let text = answer_text(context, question.validation(wanted))?;
    Ok(text.trim().parse().unwrap_or(*range.start()))
}

/// A text in which Cognito puts the code.
pub fn with_code(context: &mut Context<'_>, key: &str, text: &str, default: &str) -> Result<String, PluginError> {
    let wanted = Validation::pattern(r"(?s).*\{####\}.*", "The message must contain {####}, where the code goes");
    answer_text(context, Question::input(key, text).default_text(default).validation(wanted))
}

/// Any number of choices.
pub fn several(
    context: &mut Context<'_>,
    question: Question,
    preselected: &[String],
) -> Result<Vec<String>, PluginError> {
    let offered: Vec<String> = match &question.kind {
        QuestionKind::MultiSelect { choices, .. } => choices.iter().map(|choice| choice.value.clone()).collect(),
        _ => Vec::new(),
    };
    let preselected: Vec<&String> = preselected.iter().filter(|each| offered.contains(each)).collect();
    match context.ask(question.preselected(preselected))? {
        Value::Array(list) => Ok(list.into_iter().filter_map(|each| each.as_str().map(Into::into)).collect()),
        _ => Ok(Vec::new()),
    }
}

/// The answer to a question that is answered by text.
pub fn answer_text(context: &mut Context<'_>, question: Question) -> Result<String, PluginError> {
    let key = question.key.clone();
    match context.ask(question)? {
        Value::String(text) => Ok(text),
        other => Err(PluginError::usage("wrong-answer", format!("the answer to `{key}` must be text, not {other}"))),
    }
}

/// Shows lines between questions.
pub fn say(context: &mut Context<'_>, lines: &[&str]) {
    for line in lines {
        context.progress(&Progress::Message { text: (*line).into() });
    }
}
