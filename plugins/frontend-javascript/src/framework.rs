//! The frameworks that are told apart, and what each means for folders and commands.

use amplify_sdk::JsonMap;
use serde_json::Value;

/// A framework.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Framework {
    Angular,
    Ember,
    Ionic,
    React,
    ReactNative,
    Vue,
    /// Another one, or none.
    None,
}

impl Framework {
    /// All of them, in the order of the choices.
    pub const ALL: [Framework; 7] = [
        Framework::Angular,
        Framework::Ember,
        Framework::Ionic,
        Framework::React,
        Framework::ReactNative,
        Framework::Vue,
        Framework::None,
    ];

    /// Its name in `project-config.json`.
    pub fn name(self) -> &'static str {
        match self {
            Framework::Angular => "angular",
            Framework::Ember => "ember",
            Framework::Ionic => "ionic",
            Framework::React => "react",
            Framework::ReactNative => "react-native",
            Framework::Vue => "vue",
            Framework::None => "none",
        }
    }

    /// The framework of a name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|framework| framework.name().eq_ignore_ascii_case(name))
    }

    /// Source folder, distribution folder, build command and start command of an app made by the framework's own tool.
    pub fn defaults(self) -> [&'static str; 4] {
        let (build, start) = ("npm run-script build", "npm run-script start");
        match self {
            Framework::Angular => ["src", "dist", build, "ng serve"],
            Framework::Ember => ["/", "dist", "npm run-script build -- -e production", start],
            Framework::Ionic => ["src", "www", build, "ionic serve"],
            Framework::React => ["src", "build", build, start],
            Framework::ReactNative => ["/", "/", build, start],
            Framework::Vue => ["src", "dist", build, "npm run-script serve"],
            Framework::None => ["src", "dist", build, start],
        }
    }

    /// The framework of an app, from its `package.json`.
    pub fn guess(package: &Value) -> Self {
        let section = |name: &str| package.get(name).and_then(Value::as_object);
        let depends = |on: &str| section("dependencies").is_some_and(|list: &JsonMap| list.contains_key(on));
        // Ember's own generator lists everything under the development dependencies.
        let ember = ["dependencies", "devDependencies"]
            .into_iter()
            .filter_map(section)
            .any(|list| ["ember-source", "ember-cli"].iter().any(|name| list.contains_key(*name)));
        if depends("react") {
            if depends("react-native") { Framework::ReactNative } else { Framework::React }
        } else if depends("@angular/core") {
            let ionic = depends("ionic-angular") || depends("@ionic/angular");
            if ionic { Framework::Ionic } else { Framework::Angular }
        } else if depends("vue") {
            Framework::Vue
        } else if ember {
            Framework::Ember
        } else {
            Framework::None
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn guess(dependencies: &[&str]) -> Framework {
        let list: JsonMap = dependencies.iter().map(|name| ((*name).to_string(), json!("1.0.0"))).collect();
        Framework::guess(&json!({ "dependencies": list }))
    }

    #[test]
    fn dependencies_give_the_framework_away() {
        assert_eq!(guess(&["react", "react-dom"]), Framework::React);
        assert_eq!(guess(&["react", "react-native"]), Framework::ReactNative);
        assert_eq!(guess(&["react-native"]), Framework::None);
        assert_eq!(guess(&["@angular/core"]), Framework::Angular);
        assert_eq!(guess(&["@angular/core", "ionic-angular"]), Framework::Ionic);
        assert_eq!(guess(&["@angular/core", "@ionic/angular"]), Framework::Ionic);
        assert_eq!(guess(&["vue"]), Framework::Vue);
        assert_eq!(guess(&["express"]), Framework::None);
    }

    #[test]
    fn ember_is_a_development_dependency() {
        assert_eq!(Framework::guess(&json!({ "devDependencies": { "ember-source": "3" } })), Framework::Ember);
        assert_eq!(Framework::guess(&json!({ "devDependencies": { "react": "16" } })), Framework::None);
    }

    #[test]
    fn odd_documents_give_nothing_away() {
        for package in [json!(null), json!([]), json!({ "dependencies": ["react"] })] {
            assert_eq!(Framework::guess(&package), Framework::None);
        }
    }

    #[test]
    fn names_find_their_framework() {
        for framework in Framework::ALL {
            assert_eq!(Framework::from_name(&framework.name().to_uppercase()), Some(framework));
        }
        assert_eq!(Framework::from_name("svelte"), None);
    }
}
