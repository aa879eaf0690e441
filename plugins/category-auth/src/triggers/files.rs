//! The files of a trigger's function.

use amplify_sdk::JsonMap;

use super::modules::{MODULES, Trigger};

/// Files that `verification-link` puts into its bucket.
const PAGE: [(&str, &str); 3] = [
    ("src/page/index.html", include_str!("../../triggers/custom-message/page/index.html")),
    ("src/page/style.css", include_str!("../../triggers/custom-message/page/style.css")),
    ("src/page/verify.js", include_str!("../../triggers/custom-message/page/verify.js")),
];

/// Path and text of the files for these modules.
pub fn of(trigger: Trigger, function: &str, modules: &[String]) -> JsonMap {
    let mut files = JsonMap::new();
    let mut put = |path: String, text: &str| {
        files.insert(path, text.into());
    };
    put("src/index.js".into(), include_str!("../../triggers/index.js"));
    // npm wants lower-case names.
    put(
        "src/package.json".into(),
        &include_str!("../../triggers/package.json").replace("FUNCTION", &function.to_lowercase()),
    );
    put("src/event.json".into(), trigger.event());
    for module in modules {
        let source = MODULES.iter().find(|each| each.trigger == trigger && each.name == module);
        let source = source.map_or(include_str!("../../triggers/custom.js"), |module| module.source);
        put(path(module), source);
        if has_page(module) {
            for (path, text) in PAGE {
                put(path.into(), text);
            }
        }
    }
    files
}

/// The files that go with modules that are no longer chosen. What the user wrote from the beginning stays.
pub fn gone(modules: &[&String]) -> Vec<String> {
    let mut files = Vec::new();
    for module in modules.iter().filter(|module| MODULES.iter().any(|each| each.name == module.as_str())) {
        files.push(path(module));
        if has_page(module) {
            files.extend(PAGE.map(|(path, _)| path.to_owned()));
        }
    }
    files
}

fn has_page(module: &str) -> bool {
    module == "verification-link"
}

/// Where a module lies.
pub fn path(module: &str) -> String {
    format!("src/{module}.js")
}
