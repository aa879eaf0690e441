//! Any text as the schema of an API, and as the one after it: no panic, findings in their places, templates that are
//! templates, and nothing to refuse where nothing changed.
#![no_main]

use amplify_cfn::Template;
use amplify_graphql_transformer::{AuthConfig, AuthMode, Compilation, Input, Previous, Source, compile};
use libfuzzer_sys::fuzz_target;

/// Stands between the schema that is deployed and the one after it.
const BETWEEN: &str = "\n---\n";

fn input(text: &str, previous: Option<Previous>) -> Input {
    let open_id =
        AuthMode::Oidc { issuer: "https://a.b".into(), client_id: None, iat_ttl: None, auth_ttl: Some(1) };
    let additional = vec![AuthMode::ApiKey { days: 7 }, AuthMode::Iam, open_id];
    Input {
        sources: vec![Source { name: "s".into(), text: text.into() }],
        auth: AuthConfig { default: AuthMode::UserPools, additional },
        now: 1_600_000_000,
        previous,
        ..Input::default()
    }
}

fn check(input: &Input) -> Compilation {
    let compilation = compile(input);
    assert_eq!(compilation.output.is_none(), compilation.errors().next().is_some());
    for found in &compilation.diagnostics {
        assert!(!found.message.is_empty() && !found.message.ends_with('.'), "{found:?}");
        assert!(found.render(&input.sources).contains(found.code));
        if let Some((_, at)) = found.place(&input.sources) {
            assert!(at.line >= 1 && at.column >= 1, "{found:?}");
        }
    }
    if let Some(output) = &compilation.output {
        let root = ("root".to_owned(), output.template.clone());
        for (name, template) in output.stack_values().into_iter().chain([root]) {
            Template::from_value(template, &name).expect("what is compiled is a template");
        }
        assert!(output.files(true).iter().all(|(path, _)| !path.contains("..") && !path.starts_with('/')));
    }
    compilation
}

fuzz_target!(|text: &str| {
    let (first, second) = text.split_once(BETWEEN).unwrap_or((text, text));
    let Some(output) = check(&input(first, None)).output else { return };
    let previous = Previous { stacks: output.stack_values(), root: output.template };
    let after = check(&input(second, Some(previous)));
    if first == second {
        let same = after.output.expect("a schema that compiled compiles again");
        assert!(same.migration.lost_tables.is_empty() && same.migration.index_changes.is_empty());
    }
});
