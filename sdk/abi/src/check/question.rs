//! Valid answers and well-formed questions.

use regex_lite::Regex;
use serde_json::Value;

use crate::{
    answers,
    question::{Choice, Question, QuestionKind, Validation},
};

/// Checks an answer and brings it into the form that the plugin receives: text, a boolean, or a list of choices.
///
/// What a document or a command line may say more loosely is accepted: `"yes"` for a confirmation, a number for text, a
/// choice by its label, and several choices as one text with commas. Several choices come back in the order in which the
/// question lists them (for a sort: in the order given).
///
/// ```
/// use amplify_plugin_abi::{check, question::Question};
///
/// let question = Question::confirm("storage.guests", "Should guests have access?", false);
/// assert_eq!(check::answer(&question, &"yes".into()), Ok(true.into()));
/// assert!(check::answer(&question, &"perhaps".into()).is_err());
/// ```
///
/// # Errors
/// One sentence without a final period that says what the answer must be.
pub fn answer(question: &Question, value: &Value) -> Result<Value, String> {
    match &question.kind {
        QuestionKind::Input { validation, .. } | QuestionKind::Secret { validation, .. } => {
            let text = text(value).ok_or_else(|| "must be text".to_owned())?;
            let stays = text.is_empty() && matches!(question.kind, QuestionKind::Secret { kept: true, .. });
            if let Some(validation) = validation.as_ref().filter(|_| !stays) {
                validate(validation, &text)?;
            }
            Ok(Value::String(text))
        }
        QuestionKind::Confirm { .. } => confirmed(value).map(Value::Bool).ok_or_else(|| "must be yes or no".to_owned()),
        QuestionKind::Select { choices, .. } => {
            let given = text(value).ok_or_else(|| one_of(choices))?;
            chosen(choices, &given).map(|choice| Value::from(choice.value.clone())).ok_or_else(|| one_of(choices))
        }
        QuestionKind::MultiSelect { choices, min, min_message, .. } => {
            let picked = several(choices, value)?;
            if picked.len() < *min {
                let fallback = || format!("at least {min} must be chosen");
                return Err(min_message.clone().filter(|text| !text.is_empty()).unwrap_or_else(fallback));
            }
            let in_order = choices.iter().filter(|choice| picked.contains(&choice.value.as_str()));
            Ok(in_order.map(|choice| Value::from(choice.value.clone())).collect())
        }
        QuestionKind::Sort { choices } => {
            let picked = several(choices, value)?;
            if picked.len() != choices.len() {
                return Err(format!("must hold all of {}", values(choices)));
            }
            Ok(picked.into_iter().map(Value::from).collect())
        }
        // A document says the new text, or that it stays as it is.
        QuestionKind::Edit { content, .. } => match (confirmed(value), value) {
            (Some(false), _) => Ok(Value::String(content.clone())),
            (None, Value::String(text)) => Ok(Value::String(text.clone())),
            _ => Err("must be the text, or no".to_owned()),
        },
    }
}

/// Checks that a question is well formed: a key, a text, choices that differ, defaults that are choices, a pattern that
/// compiles. Returns what is wrong.
pub fn question(question: &Question) -> Vec<String> {
    let mut wrong = Vec::new();
    if answers::steps(&question.key).is_none() {
        wrong.push(format!("its key `{}` is not words joined by dots", question.key));
    }
    if question.text.trim().is_empty() {
        wrong.push("it has no text".to_owned());
    }
    match &question.kind {
        QuestionKind::Input { validation, .. } | QuestionKind::Secret { validation, .. } => {
            if let Some(Err(error)) = validation.as_ref().and_then(|wanted| wanted.pattern.as_deref()).map(whole) {
                wrong.push(format!("its pattern is no regular expression: {error}"));
            }
            let excludes = validation.as_ref().and_then(|wanted| wanted.excludes.as_deref());
            if let Some(Err(error)) = excludes.map(Regex::new) {
                wrong.push(format!("what it excludes is no regular expression: {error}"));
            }
        }
        QuestionKind::Confirm { more_of, .. } => {
            if let Some(list) = more_of {
                let position = question.key.strip_prefix(list.as_str()).and_then(|rest| rest.strip_prefix('['));
                let position = position.and_then(|rest| rest.strip_suffix("].another"));
                if position.is_none_or(|digits| digits.parse::<usize>().is_err()) {
                    wrong.push(format!("its key must be `{list}[<position>].another`"));
                }
            }
        }
        QuestionKind::Select { choices, default } => {
            check_choices(choices, default.as_slice(), &mut wrong);
        }
        QuestionKind::MultiSelect { choices, default, min, .. } => {
            check_choices(choices, default, &mut wrong);
            if *min > choices.len() {
                wrong.push(format!("it wants {min} of {} choices", choices.len()));
            }
        }
        QuestionKind::Sort { choices } => check_choices(choices, &[], &mut wrong),
        QuestionKind::Edit { name, .. } => {
            if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', ':']) {
                wrong.push(format!("`{name}` is no name of a file"));
            }
        }
    }
    wrong
}

fn check_choices(choices: &[Choice], defaults: &[String], wrong: &mut Vec<String>) {
    if choices.is_empty() {
        wrong.push("it has no choices".to_owned());
    }
    for (position, choice) in choices.iter().enumerate() {
        if choices[..position].iter().any(|earlier| earlier.value == choice.value) {
            wrong.push(format!("two of its choices have the value `{}`", choice.value));
        }
    }
    for default in defaults {
        if !choices.iter().any(|choice| choice.value == *default) {
            wrong.push(format!("its default `{default}` is not one of its choices"));
        }
    }
}

/// A pattern is matched against the whole text, whether or not it is anchored.
fn whole(pattern: &str) -> Result<Regex, regex_lite::Error> {
    Regex::new(&format!("^(?:{pattern})$"))
}

fn validate(wanted: &Validation, text: &str) -> Result<(), String> {
    let refuse = |fallback: String| if wanted.message.is_empty() { fallback } else { wanted.message.clone() };
    if let Some(pattern) = &wanted.pattern {
        let regex =
            whole(pattern).map_err(|error| format!("the question's pattern is no regular expression: {error}"))?;
        if !regex.is_match(text) {
            return Err(refuse(format!("must match `{pattern}`")));
        }
    }
    if let Some(excluded) = &wanted.excludes {
        let regex = Regex::new(excluded)
            .map_err(|error| format!("what the question excludes is no regular expression: {error}"))?;
        if let Some(found) = regex.find(text) {
            return Err(refuse(format!("must not contain `{}`", found.as_str())));
        }
    }
    if wanted.from.is_some() || wanted.to.is_some() {
        let (from, to) = (wanted.from.unwrap_or(i64::MIN), wanted.to.unwrap_or(i64::MAX));
        if !text.trim().parse::<i64>().is_ok_and(|number| (from..=to).contains(&number)) {
            return Err(refuse(format!("must be a whole number from {from} to {to}")));
        }
    }
    let length = text.chars().count();
    if let Some(min) = wanted.min_length.filter(|min| length < *min) {
        return Err(refuse(format!("must have at least {min} characters")));
    }
    if let Some(max) = wanted.max_length.filter(|max| length > *max) {
        return Err(refuse(format!("must have at most {max} characters")));
    }
    if wanted.taken.iter().any(|taken| taken.to_lowercase() == text.to_lowercase()) {
        return Err(format!("`{text}` is taken already"));
    }
    Ok(())
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(answer) => Some(answer.to_string()),
        _ => None,
    }
}

fn confirmed(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(answer) => Some(*answer),
        Value::String(text) => match text.trim().to_lowercase().as_str() {
            "true" | "yes" | "y" => Some(true),
            "false" | "no" | "n" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// Values win over labels, so that a label that is another choice's value does not hide it.
fn chosen<'a>(choices: &'a [Choice], given: &str) -> Option<&'a Choice> {
    choices.iter().find(|choice| choice.value == given).or_else(|| choices.iter().find(|choice| choice.label == given))
}

fn several<'a>(choices: &'a [Choice], value: &Value) -> Result<Vec<&'a str>, String> {
    let given: Vec<String> = match value {
        Value::Array(list) => list
            .iter()
            .map(text)
            .collect::<Option<_>>()
            .ok_or_else(|| format!("must be a list of {}", values(choices)))?,
        Value::String(line) if line.trim().is_empty() => Vec::new(),
        Value::String(line) if chosen(choices, line).is_some() => vec![line.clone()],
        Value::String(line) => line.split(',').map(|part| part.trim().to_owned()).collect(),
        _ => return Err(format!("must be a list of {}", values(choices))),
    };
    let mut picked = Vec::new();
    for part in given {
        let choice = chosen(choices, &part).ok_or_else(|| format!("`{part}` is not {}", one_of_values(choices)))?;
        if picked.contains(&choice.value.as_str()) {
            return Err(format!("`{part}` is given twice"));
        }
        picked.push(choice.value.as_str());
    }
    Ok(picked)
}

fn values(choices: &[Choice]) -> String {
    choices.iter().map(|choice| format!("`{}`", choice.value)).collect::<Vec<_>>().join(", ")
}

fn one_of_values(choices: &[Choice]) -> String {
    format!("one of {}", values(choices))
}

fn one_of(choices: &[Choice]) -> String {
    format!("must be {}", one_of_values(choices))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn colours() -> Vec<Choice> {
        vec![Choice::new("r", "Red"), Choice::new("g", "Green"), Choice::new("b", "Blue")]
    }

    #[test]
    fn text_is_validated_as_a_whole() {
        let wanted = Validation::pattern("[a-z]+|[0-9]+", "letters or digits").not_taken(["Photos"]);
        let name = Question::input("name", "Name?").validation(wanted);
        assert_eq!(answer(&name, &json!("abc")), Ok(json!("abc")));
        assert_eq!(answer(&name, &json!(12)), Ok(json!("12")), "a number stands for its digits");
        assert_eq!(answer(&name, &json!("abc1")), Err("letters or digits".into()), "anchored at both ends");
        assert_eq!(answer(&name, &json!("abc\n")), Err("letters or digits".into()));
        assert_eq!(answer(&name, &json!("photos")), Err("`photos` is taken already".into()), "in any case");
        assert_eq!(answer(&name, &json!(["abc"])), Err("must be text".into()));
        assert!(answer(&name, &Value::Null).is_err());
    }

    #[test]
    fn what_is_excluded_and_numbers() {
        let wanted = Validation::pattern("[a-z]+", "letters, and no `aws`").excluding("aws|cognito");
        let name = Question::input("name", "Name?").validation(wanted);
        assert_eq!(answer(&name, &json!("shop")), Ok(json!("shop")));
        assert_eq!(answer(&name, &json!("awsome")), Err("letters, and no `aws`".into()));
        let days = Question::input("days", "Days?").validation(Validation::number(1, 30, ""));
        assert_eq!(answer(&days, &json!(30)), Ok(json!("30")));
        for wrong in ["0", "31", "ten", "", "1.5"] {
            let refused = Err("must be a whole number from 1 to 30".into());
            assert_eq!(answer(&days, &json!(wrong)), refused, "{wrong}");
        }
        let never = Question::input("k", "?").validation(Validation::default().excluding("("));
        assert!(question(&never)[0].contains("no regular expression"));
    }

    #[test]
    fn lengths_count_characters() {
        let secret = Question::secret("key", "Key?").validation(Validation::length(3, 4, ""));
        assert_eq!(answer(&secret, &json!("äöü")), Ok(json!("äöü")));
        assert_eq!(answer(&secret, &json!("äö")), Err("must have at least 3 characters".into()));
        assert_eq!(answer(&secret, &json!("abcde")), Err("must have at most 4 characters".into()));
    }

    #[test]
    fn choices_by_value_or_label() {
        let one = Question::select("colour", "Colour?", colours());
        assert_eq!(answer(&one, &json!("g")), Ok(json!("g")));
        assert_eq!(answer(&one, &json!("Blue")), Ok(json!("b")));
        assert_eq!(answer(&one, &json!("pink")), Err("must be one of `r`, `g`, `b`".into()));

        let some = Question::multi_select("colours", "Colours?", colours(), 1);
        assert_eq!(answer(&some, &json!(["b", "r"])), Ok(json!(["r", "b"])), "in the order of the question");
        assert_eq!(answer(&some, &json!("b, Red")), Ok(json!(["r", "b"])));
        assert_eq!(answer(&some, &json!(["b", "Blue"])), Err("`Blue` is given twice".into()));
        assert_eq!(answer(&some, &json!([])), Err("at least 1 must be chosen".into()));
        assert_eq!(answer(&some, &json!([1])), Err("`1` is not one of `r`, `g`, `b`".into()));
    }

    #[test]
    fn a_sort_wants_every_choice() {
        let sort = Question::sort("order", "Order?", colours());
        assert_eq!(answer(&sort, &json!(["b", "g", "r"])), Ok(json!(["b", "g", "r"])));
        assert!(answer(&sort, &json!(["b", "g"])).is_err());
    }

    #[test]
    fn a_text_is_given_or_stays() {
        let edit = Question::edit("schema", "Edit it?", "a.graphql", "type A");
        assert_eq!(answer(&edit, &json!("type B")), Ok(json!("type B")));
        assert_eq!(answer(&edit, &json!("no")), Ok(json!("type A")));
        assert_eq!(answer(&edit, &json!(false)), Ok(json!("type A")));
        assert!(answer(&edit, &json!(true)).is_err() && answer(&edit, &json!(["a"])).is_err());
        assert!(question(&edit).is_empty());
        assert_eq!(question(&Question::edit("schema", "Edit it?", "../a", "")).len(), 1);
    }

    #[test]
    fn malformed_questions_are_named() {
        let broken = Question::select("a b", " ", vec![Choice::same("x"), Choice::same("x")]).default_text("y");
        assert_eq!(question(&broken).len(), 4, "{:?}", question(&broken));
        let pattern = Question::input("a", "A?").validation(Validation::pattern("(", ""));
        assert!(question(&pattern)[0].starts_with("its pattern is no regular expression"));
        assert_eq!(question(&Question::another("list", 3, "More?", true)), Vec::<String>::new());
        assert_eq!(question(&Question::multi_select("a", "A?", colours(), 4)).len(), 1);
    }
}
