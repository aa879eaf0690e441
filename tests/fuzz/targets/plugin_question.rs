//! Any question of a plugin with any answer: no panic, and an answer that is accepted is accepted again as it came back.
#![no_main]

use amplify_plugin_abi::{answers, check, question::Question};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

// A line holds the question, the next one the answer.
fuzz_target!(|text: &str| {
    let (question, answer) = text.split_once('\n').unwrap_or((text, "null"));
    let Ok(question) = serde_json::from_str::<Question>(question) else { return };
    let answer = serde_json::from_str::<Value>(answer).unwrap_or_else(|_| Value::from(answer));
    let sound = check::question(&question).is_empty();
    for given in [Some(answer), question.default_answer()].into_iter().flatten() {
        let accepted = check::answer(&question, &given);
        if !sound {
            continue;
        }
        let mut document = Value::Null;
        if answers::set(&mut document, &question.key, given.clone()).is_ok() {
            assert_eq!(answers::get(&document, &question.key), Some(&given));
        }
        match accepted {
            Ok(value) => assert_eq!(check::answer(&question, &value).as_ref(), Ok(&value)),
            Err(why) => assert!(!why.is_empty()),
        }
    }
});
