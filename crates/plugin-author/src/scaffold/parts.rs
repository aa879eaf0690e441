//! What differs between one new plugin and another.

use super::{Scaffold, SdkSource};

/// Fills in the places of a template: `{{name}}` and the like.
pub(super) fn fill(scaffold: &Scaffold, template: &str) -> String {
    // JSON's quoted texts are also TOML's and Rust's, as far as a summary of one line goes.
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let sdk = match &scaffold.sdk {
        SdkSource::Registry(version) => quoted(version),
        SdkSource::Folder(folder) => format!("{{ path = {} }}", quoted(&folder.to_string_lossy())),
    };
    let places = [
        ("{{name}}", scaffold.name.clone()),
        ("{{crate}}", scaffold.name.replace('-', "_")),
        ("{{word}}", scaffold.word.clone()),
        ("{{resource}}", resource(&scaffold.word)),
        ("{{kind}}", scaffold.kind.label().to_owned()),
        ("{{summary}}", scaffold.summary.clone()),
        ("{{quoted summary}}", quoted(&scaffold.summary)),
        ("{{sdk}}", sdk),
        ("{{events}}", events(scaffold)),
        ("{{event handler}}", handler(scaffold)),
        ("{{event test}}", test(scaffold)),
    ];
    places.iter().fold(template.to_owned(), |text, (place, value)| text.replace(place, value))
}

/// A name for a first resource, as the template of a category wants it.
fn resource(word: &str) -> String {
    let beginning: String = word.chars().take(19).collect();
    format!("{beginning}1")
}

/// The lines of the manifest that subscribe to events.
fn events(scaffold: &Scaffold) -> String {
    scaffold.events.iter().map(|event| format!("\n            .event(LifecycleEvent::{event:?})")).collect()
}

/// The method that hears them.
fn handler(scaffold: &Scaffold) -> String {
    if scaffold.events.is_empty() {
        return String::new();
    }
    "\n\n    fn event(&self, _: &mut Context<'_>, request: &EventRequest) -> Result<Changes, PluginError> {\n        \
     Ok(Changes::new().message(format!(\"{}: heard {:?}\", env!(\"CARGO_PKG_NAME\"), request.event)))\n    }"
        .to_owned()
}

fn test(scaffold: &Scaffold) -> String {
    let Some(first) = scaffold.events.first() else { return String::new() };
    format!(
        "\n#[test]\nfn it_hears_events() {{\n    let heard = Host::new().event(&Plugin, \
         amplify_sdk::message::LifecycleEvent::{first:?}, amplify_sdk::Value::Null);\n    \
         assert!(heard.changes().messages[0].contains(\"{first:?}\"));\n}}\n"
    )
}
