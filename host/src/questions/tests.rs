//! Who answers, and what is said when nobody does.

use amplify_plugin_abi::question::{Choice, Question};
use serde_json::json;

use super::*;
use crate::{exit::Exit, output::Manner};

fn questions(mode: Mode, pairs: &[&str]) -> Questions {
    let pairs = pairs.iter().map(|pair| (*pair).to_owned()).collect();
    Questions::new(mode, Sources { pairs, ..Sources::default() }, Editor::default())
}

fn output() -> Output {
    Output::new(Manner { quiet: true, ..Manner::default() })
}

fn service() -> Question {
    Question::select("storage.service", "Which?", vec![Choice::same("S3"), Choice::same("DynamoDB")])
}

#[test]
fn a_given_answer_is_checked_and_taken() {
    let answer = questions(Mode::Nobody, &["storage.service=DynamoDB"]).ask(&service(), &output()).unwrap();
    assert_eq!(answer, Answer::given("DynamoDB"));
    let error = questions(Mode::Nobody, &["storage.service=SQL"]).ask(&service(), &output()).unwrap_err();
    assert_eq!((error.exit, &*error.code), (Exit::Usage, "wrong-answer"));
    assert!(error.message.contains("`SQL`") && error.causes[0].contains("`DynamoDB`"));
}

#[test]
fn yes_takes_defaults_and_misses_the_rest() {
    let questions = questions(Mode::Defaults, &[]);
    let name = Question::input("storage.name", "Name?").default_text("photos");
    assert_eq!(questions.ask(&name, &output()).unwrap().value, json!("photos"));
    assert!(!questions.collecting());
    assert!(questions.ask(&service(), &output()).unwrap().stand_in);
    let error = questions.finish(&output()).unwrap_err();
    assert_eq!(error.missing.len(), 1);
    assert_eq!(error.missing[0].key, "storage.service");
}

#[test]
fn nobody_answers_so_all_are_listed() {
    let questions = questions(Mode::Nobody, &["storage.nmae=photos"]);
    questions.ask(&service(), &output()).unwrap();
    questions.ask(&Question::input("storage.name", "Name?").default_text("x"), &output()).unwrap();
    let later: Result<(), Error> = questions.outcome(Err(Error::failed("x", "a consequence")));
    let error = later.unwrap_err();
    assert_eq!(error.exit, Exit::Usage);
    let keys: Vec<&str> = error.missing.iter().map(|missing| missing.key.as_str()).collect();
    assert_eq!(keys, ["storage.service", "storage.name"]);
    assert_eq!(error.missing[0].to_string(), "`storage.service`: Which? (one of `S3`, `DynamoDB`)");
    assert_eq!(error.missing[1].default.as_deref(), Some("`x`"));
    assert!(error.hints.iter().any(|hint| hint.contains("did you mean `storage.name`")), "{:?}", error.hints);
}

#[test]
fn a_repeated_question_ends_the_collection() {
    let questions = questions(Mode::Nobody, &[]);
    questions.ask(&service(), &output()).unwrap();
    let error = questions.ask(&service(), &output()).unwrap_err();
    assert_eq!((&*error.code, error.missing.len()), ("missing-answers", 1));
}

#[test]
fn the_same_answer_to_a_repeated_question_is_an_error() {
    let given = questions(Mode::Terminal, &["storage.service=S3"]);
    given.ask(&service(), &output()).unwrap();
    assert_eq!(&*given.ask(&service(), &output()).unwrap_err().code, "answer-repeated");
    let defaults = questions(Mode::Defaults, &[]);
    let confirm = Question::confirm("storage.ok", "OK?", true);
    defaults.ask(&confirm, &output()).unwrap();
    assert_eq!(&*defaults.ask(&confirm, &output()).unwrap_err().code, "answer-repeated");
}

#[test]
fn one_key_stands_for_a_chain_of_questions() {
    let any = Question::confirm("function.access", "Any access?", true);
    let what = Question::multi_select("function.access", "To what?", vec![Choice::same("storage")], 0);
    let given = questions(Mode::Nobody, &["function.access.storage.photos=read"]);
    assert_eq!(given.ask(&any, &output()).unwrap().value, json!(true));
    assert_eq!(given.ask(&what, &output()).unwrap().value, json!(["storage"]));
    let defaults = questions(Mode::Defaults, &[]);
    assert_eq!(defaults.ask(&any, &output()).unwrap().value, json!(true));
    assert_eq!(defaults.ask(&what, &output()).unwrap().value, json!([]));
    let nobody = questions(Mode::Nobody, &[]);
    nobody.ask(&any, &output()).unwrap();
    nobody.ask(&what, &output()).unwrap();
    assert_eq!(nobody.finish(&output()).unwrap_err().missing.len(), 1);
}

#[test]
fn supplied_answers_come_second() {
    let questions = questions(Mode::Nobody, &["init.name=mine"]);
    questions.supply("init.name", json!("theirs"));
    questions.supply("init.env", json!("dev"));
    assert_eq!(questions.ask(&Question::input("init.name", "?"), &output()).unwrap().value, json!("mine"));
    assert_eq!(questions.ask(&Question::input("init.env", "?"), &output()).unwrap().value, json!("dev"));
    questions.finish(&output()).unwrap();
}

#[test]
fn a_badly_formed_question_is_the_plugins_fault() {
    let error = questions(Mode::Nobody, &[]).ask(&Question::select("k", "?", Vec::new()), &output()).unwrap_err();
    assert_eq!((error.exit, &*error.code), (Exit::Failed, "bad-question"));
}
