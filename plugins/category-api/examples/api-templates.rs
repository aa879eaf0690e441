//! Prints every kind of template that is compiled from a schema, and those of REST APIs, as a JSON array of `{name, template}`, for checks by other
//! tools.

use std::io::Write;

use amplify_graphql_transformer::{AuthConfig, AuthMode, Input, Source, compile};
use amplify_sdk::project::ProjectView;
use category_api::{
    graphql::{Guided, custom_stack},
    rest,
};
use serde_json::{Value, json};

/// Everything that leads to a resource of its own.
const EVERYTHING: &str = include_str!("everything.graphql");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let open_id = AuthMode::Oidc {
        issuer: "https://id.example.com".into(),
        client_id: Some("app".into()),
        iat_ttl: Some(60_000),
        auth_ttl: Some(60_000),
    };
    let all = vec![AuthMode::UserPools, AuthMode::Iam, open_id];
    let mut templates: Vec<Value> = Vec::new();
    for (name, schema, default, additional) in [
        ("single-object", Guided::SingleObject.text(), AuthMode::ApiKey { days: 7 }, Vec::new()),
        ("one-to-many", Guided::OneToMany.text(), AuthMode::Iam, Vec::new()),
        ("authorization", Guided::Authorization.text(), AuthMode::UserPools, Vec::new()),
        ("everything", EVERYTHING, AuthMode::ApiKey { days: 365 }, all),
    ] {
        let mut input = Input {
            sources: vec![Source { name: "schema.graphql".into(), text: schema.into() }],
            configuration: Some(json!({ "Version": 5, "ElasticsearchWarning": true })),
            auth: AuthConfig { default, additional },
            now: 1_600_000_000,
            ..Input::default()
        };
        input.overrides.stacks.insert("CustomResources.json".into(), custom_stack().to_string());
        let compilation = compile(&input);
        let problems: String = compilation.errors().map(|found| found.render(&input.sources)).collect();
        let output = compilation.output.ok_or(problems)?;
        templates.push(json!({ "name": name, "template": output.template }));
        for (stack, template) in output.stacks {
            templates.push(json!({ "name": format!("{name}-{stack}"), "template": template.value() }));
        }
    }
    templates.extend(rest_templates()?);
    let mut output = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut output, &templates)?;
    output.write_all(b"\n")?;
    Ok(())
}

/// An open API, and one with every kind of access.
fn rest_templates() -> Result<Vec<Value>, serde_json::Error> {
    let everything = ["/POST", "/GET", "/PUT", "/PATCH", "/DELETE"];
    let open = json!([{ "name": "/items", "lambdaFunction": "hello", "privacy": { "open": true } }]);
    let restricted = json!([
        { "name": "/items", "lambdaFunction": "hello", "privacy": { "private": true, "auth": everything } },
        { "name": "/book/{isbn}", "lambdaFunction": "other",
          "privacy": { "protected": true, "auth": ["/GET"], "unauth": ["/GET"], "userPoolGroups": { "Admins": everything } } },
        { "name": "/my-staff", "lambdaFunction": "other", "privacy": { "userPoolGroups": { "Admins": ["/GET"] } } },
    ]);
    let mut templates = Vec::new();
    for (name, paths) in [("rest-open", open), ("rest-restricted", restricted)] {
        let mut params = rest::Params::new("shop");
        params.paths = serde_json::from_value(paths)?;
        params.settle(&ProjectView::default(), Some("users"));
        templates.push(json!({ "name": name, "template": rest::template(&params) }));
    }
    Ok(templates)
}
