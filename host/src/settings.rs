//! Flags, environment and files merged into one value. Commands see this, never the sources.

use std::path::PathBuf;

use crate::{
    command::Call,
    questions::{Mode, Sources},
    surroundings::Surroundings,
};

/// What holds for one run of a command, whatever the command.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who answers questions.
    pub mode: Mode,
    /// Where answers were given beforehand.
    pub sources: Sources,
    /// Plugins must be exactly those that the project has locked.
    pub locked: bool,
    /// Every library is hashed again before it is opened.
    pub paranoid: bool,
    /// The environment that must be the current one.
    pub environment: Option<String>,
    /// Where the project is searched from.
    pub folder: PathBuf,
}

impl Settings {
    /// Merges what was typed with what is around.
    pub fn resolve(surroundings: &Surroundings, call: &Call) -> Self {
        let sources = Sources {
            file: call.value("answers").map(|file| surroundings.folder.join(file)),
            pairs: call.values("answer").into_iter().map(str::to_owned).collect(),
            headless: call.flag("headless"),
        };
        Self {
            mode: mode(surroundings, call),
            sources,
            locked: call.flag("locked") || surroundings.ci,
            paranoid: call.flag("paranoid"),
            environment: call.value("env").map(str::to_owned),
            folder: surroundings.folder.clone(),
        }
    }
}

/// A person is asked only where one can read the question, answer it, and did not ask for a script's manners.
fn mode(surroundings: &Surroundings, call: &Call) -> Mode {
    if call.flag("yes") {
        Mode::Defaults
    } else if call.flag("json")
        || call.flag("headless")
        || !surroundings.stdin_terminal
        || !surroundings.stderr_terminal
    {
        Mode::Nobody
    } else {
        Mode::Terminal
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn resolve(terminal: bool, options: serde_json::Value) -> Settings {
        let surroundings = Surroundings {
            folder: "/app".into(),
            stdin_terminal: terminal,
            stderr_terminal: terminal,
            ..Surroundings::default()
        };
        let call = Call { options: options.as_object().unwrap().clone(), ..Call::default() };
        Settings::resolve(&surroundings, &call)
    }

    #[test]
    fn who_answers() {
        assert_eq!(resolve(true, json!({})).mode, Mode::Terminal);
        assert_eq!(resolve(false, json!({})).mode, Mode::Nobody);
        assert_eq!(resolve(true, json!({"json": true})).mode, Mode::Nobody);
        assert_eq!(resolve(true, json!({"yes": true})).mode, Mode::Defaults);
    }

    #[test]
    fn answers_files_lie_relative_to_the_working_folder() {
        let settings = resolve(false, json!({"answers": "a.json", "answer": ["k=v"]}));
        assert_eq!(settings.sources.file, Some(PathBuf::from("/app/a.json")));
        assert_eq!(settings.sources.pairs, ["k=v"]);
    }

    #[test]
    fn build_machines_take_what_is_locked() {
        let settings = |ci: bool, options: serde_json::Value| {
            let surroundings = Surroundings { ci, ..Surroundings::default() };
            let call = Call { options: options.as_object().unwrap().clone(), ..Call::default() };
            Settings::resolve(&surroundings, &call)
        };
        assert!(settings(true, json!({})).locked && settings(false, json!({"locked": true})).locked);
        assert!(!settings(false, json!({})).locked);
        assert!(settings(false, json!({"paranoid": true})).paranoid);
    }

    #[test]
    fn the_environment_to_expect_is_taken_over() {
        assert_eq!(resolve(false, json!({"env": "dev"})).environment.as_deref(), Some("dev"));
    }
}
