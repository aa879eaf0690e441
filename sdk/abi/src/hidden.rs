//! How values that may be secret are shown to people who look for a fault: not at all.

use std::fmt;

use crate::{
    JsonMap,
    environment::{ConfigureRequest, DiscoverRequest},
    message::HeadlessRequest,
    provider::InitializeRequest,
    question::Answer,
};

/// The keys of a map, without their values.
struct Keys<'m>(&'m JsonMap);

impl fmt::Debug for Keys<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.keys().map(|key| (key, Hidden))).finish()
    }
}

/// A value.
struct Hidden;

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

impl fmt::Debug for InitializeRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InitializeRequest")
            .field("project_name", &self.project_name)
            .field("environment", &self.environment)
            .field("stack_name", &self.stack_name)
            .field("template", &self.template)
            .field("parameters", &self.parameters)
            .field("data_dir", &self.data_dir)
            .field("options", &Keys(&self.options))
            .field("tags", &self.tags)
            .field("sibling", &self.sibling)
            .finish()
    }
}

impl fmt::Debug for DiscoverRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("DiscoverRequest");
        shown.field("options", &Keys(&self.options)).field("app_id", &self.app_id).finish()
    }
}

impl fmt::Debug for ConfigureRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigureRequest")
            .field("target", &self.target)
            .field("options", &Keys(&self.options))
            .field("home", &self.home)
            .field("no_browser", &self.no_browser)
            .finish()
    }
}

impl fmt::Debug for HeadlessRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeadlessRequest")
            .field("command", &self.command)
            .field("payload", &Hidden)
            .field("project", &self.project)
            .finish()
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("value", &Hidden)
            .field("stand_in", &self.stand_in)
            .field("typed", &self.typed)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{environment, message, provider, question::Answer};

    #[test]
    fn no_message_shows_what_may_be_a_secret() {
        let map = || json!({ "secretAccessKey": "marker-hush" }).as_object().cloned().unwrap_or_default();
        let shown = [
            format!("{:?}", provider::InitializeRequest { options: map(), ..Default::default() }),
            format!("{:?}", environment::ConfigureRequest { options: map(), ..Default::default() }),
            format!("{:?}", environment::DiscoverRequest { options: map(), ..Default::default() }),
            format!("{:?}", message::HeadlessRequest { payload: map().into(), ..Default::default() }),
            format!("{:?}", Answer::given("marker-hush")),
            format!("{:?}", environment::NamedSecret { name: "a/b/c".into(), value: "marker-hush".into() }),
        ];
        for text in shown {
            assert!(!text.contains("marker-hush"), "{text}");
        }
        let request = provider::InitializeRequest { options: map(), ..Default::default() };
        assert!(format!("{request:?}").contains("secretAccessKey"), "what was given is told");
    }
}
