//! Any text as a template: no panic, and what parses is the same again after printing and parsing.
#![no_main]

use amplify_cfn::{ParseError, Template, limits, locate};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let template = match Template::parse(text, "t") {
        Ok(template) => template,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            let _ = (error.code(), error.hints());
            if let ParseError::Structure { problems, .. } = &error {
                assert!(!problems.is_empty());
                // Lines end with a line feed, a carriage return, or both.
                let lines = text.matches(['\n', '\r']).count() + 1;
                for at in problems.iter().filter_map(|problem| problem.at) {
                    assert!((1..=lines).contains(&at.line) && at.column >= 1, "{at}");
                }
            }
            return;
        }
    };
    let printed = template.document.to_string();
    let again = Template::parse(&printed, "t").expect("a printed template parses");
    assert_eq!(template, again);
    let same = Template::from_value(template.document.clone(), "t").expect("a parsed document is a template");
    assert_eq!(template, same);
    let _ = limits::check(&template, text.len());
    for id in template.resources.keys() {
        let _ = locate(text, &format!("Resources.{id}.Properties"));
    }
});
