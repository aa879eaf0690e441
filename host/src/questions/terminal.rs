//! Asks a person, with inquire. Prompts are drawn on stderr.

use amplify_plugin_abi::{
    check,
    question::{Choice, Question, QuestionKind},
};
use inquire::{
    Confirm, InquireError, MultiSelect, Password, PasswordDisplayMode, Select, Text, list_option::ListOption,
    ui::RenderConfig, validator::Validation,
};
use serde_json::Value;

use super::sort;
use crate::{error::Error, output::Output};

/// The choice that shows the question's help.
const LEARN_MORE: &str = "I want to learn more.";
/// Rows of a list shown at once.
const PAGE: usize = 7;

/// Asks until the answer fits. Help is shown on request, and the question is asked again.
///
/// # Errors
/// Ctrl-C or Escape, or a terminal that cannot be read.
pub fn ask(question: &Question, output: &Output) -> Result<Value, Error> {
    let style = output.style_err();
    let look = look(style.on);
    loop {
        match prompt(question, look).map_err(failure)? {
            Reply::Help => output.info(question.help.as_deref().unwrap_or_default()),
            Reply::Answer(value) => match check::answer(question, &value) {
                Ok(value) => return Ok(value),
                Err(wrong) => output.info(&format!("{} {wrong}", style.error(">>"))),
            },
        }
    }
}

/// The signs that people know from the original; the colours, where wanted, are inquire's.
fn look(colour: bool) -> RenderConfig<'static> {
    let mut look = if colour { RenderConfig::default_colored() } else { RenderConfig::empty() };
    look.prompt_prefix.content = "?";
    look.answered_prompt_prefix.content = "?";
    look.highlighted_option_prefix.content = "❯";
    look.error_message.prefix.content = ">>";
    look
}

enum Reply {
    Answer(Value),
    Help,
}

fn prompt(question: &Question, look: RenderConfig<'_>) -> Result<Reply, InquireError> {
    let text = question.text.as_str();
    let wants_help = |typed: &str| typed == "?" && question.help.is_some();
    let hint = question.help.as_ref().map(|_| "? shows help");
    match &question.kind {
        QuestionKind::Input { default, .. } => {
            // The validator must outlive this borrow of the question, so it holds its own copy.
            let owned = question.clone();
            let mut prompt = Text::new(text).with_render_config(look).with_validator(move |typed: &str| {
                Ok(match check::answer(&owned, &Value::from(typed)) {
                    Err(wrong) if !(typed == "?" && owned.help.is_some()) => Validation::Invalid(wrong.into()),
                    _ => Validation::Valid,
                })
            });
            prompt.default = default.as_deref().filter(|default| !default.is_empty());
            prompt.help_message = hint;
            let typed = prompt.prompt()?;
            Ok(if wants_help(&typed) { Reply::Help } else { Reply::Answer(typed.into()) })
        }
        QuestionKind::Secret { kept, .. } => {
            let mut prompt = Password::new(text)
                .with_render_config(look)
                .without_confirmation()
                .with_display_mode(PasswordDisplayMode::Masked);
            prompt.help_message = hint.or(kept.then_some("Enter leaves it as it is"));
            let typed = prompt.prompt()?;
            Ok(if wants_help(&typed) { Reply::Help } else { Reply::Answer(typed.into()) })
        }
        QuestionKind::Confirm { default, .. } => {
            let mut prompt = Confirm::new(text).with_render_config(look);
            prompt.default = *default;
            prompt.help_message = question.help.as_deref();
            prompt.prompt().map(|answer| Reply::Answer(answer.into()))
        }
        QuestionKind::Select { choices, default } => {
            let (labels, learn) = labels(choices, question.help.is_some());
            let start = default.as_ref().and_then(|default| choices.iter().position(|choice| choice.value == *default));
            let picked = Select::new(text, labels)
                .with_render_config(look)
                .with_page_size(PAGE)
                .with_starting_cursor(start.unwrap_or(0))
                .raw_prompt()?;
            Ok(match choices.get(picked.index).filter(|_| Some(picked.index) != learn) {
                Some(choice) => Reply::Answer(choice.value.clone().into()),
                None => Reply::Help,
            })
        }
        QuestionKind::MultiSelect { choices, default, min, min_message } => {
            let labels: Vec<String> = choices.iter().map(|choice| choice.label.clone()).collect();
            let preselected: Vec<usize> =
                (0..choices.len()).filter(|at| default.contains(&choices[*at].value)).collect();
            let (min, message) = (*min, min_message.clone().unwrap_or_else(|| format!("Select at least {min}")));
            let mut prompt = MultiSelect::new(text, labels)
                .with_render_config(look)
                .with_page_size(PAGE)
                .with_default(&preselected)
                .with_validator(move |picked: &[ListOption<&String>]| {
                    let enough = picked.len() >= min;
                    Ok(if enough { Validation::Valid } else { Validation::Invalid(message.clone().into()) })
                });
            if let Some(help) = &question.help {
                prompt.help_message = Some(help);
            }
            let picked = prompt.raw_prompt()?;
            let values: Vec<Value> =
                picked.iter().filter_map(|one| choices.get(one.index)).map(|one| one.value.clone().into()).collect();
            Ok(Reply::Answer(values.into()))
        }
        QuestionKind::Sort { choices } => Ok(Reply::Answer(sort::ask(question, choices)?)),
        _ => Err(InquireError::InvalidConfiguration("a kind of question this version does not know".into())),
    }
}

/// The labels of a list, and the position of the choice that shows help: the plugin's own, or one put at the end.
fn labels(choices: &[Choice], help: bool) -> (Vec<String>, Option<usize>) {
    let mut labels: Vec<String> = choices.iter().map(|choice| choice.label.clone()).collect();
    if !help {
        return (labels, None);
    }
    let own = labels.iter().position(|label| {
        let label = label.trim_end_matches('.').to_lowercase();
        label == "learn more" || label == "i want to learn more"
    });
    if own.is_none() {
        labels.push(LEARN_MORE.to_owned());
    }
    let position = own.unwrap_or(labels.len() - 1);
    (labels, Some(position))
}

fn failure(error: InquireError) -> Error {
    match error {
        InquireError::OperationCanceled | InquireError::OperationInterrupted => Error::interrupted(),
        other => Error::failed("terminal", "cannot ask in this terminal")
            .cause(other)
            .hint("give the answers with `--answers FILE` or `--yes`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_choice_is_added_once() {
        let own = [Choice::same("a"), Choice::new("learn", "I want to learn more.")];
        assert_eq!(labels(&own, true).1, Some(1));
        assert_eq!(labels(&own[..1], true), (vec!["a".into(), LEARN_MORE.into()], Some(1)));
        assert_eq!(labels(&own[..1], false), (vec!["a".into()], None));
    }
}
