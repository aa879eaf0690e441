//! The functions that a user pool calls while a user signs up or in.
//!
//! Each trigger that is used has one function, made by the category `function`; it runs the modules that were chosen for
//! it, one after another. The pool's template refers to the functions, so the functions must not refer to the pool: what
//! a function may do with the pool is a policy in the pool's own template, on a role whose name is known beforehand.

mod apply;
pub mod ask;
mod capability;
mod files;
mod modules;

pub use apply::{apply, complete};
pub use modules::Trigger;

use serde_json::{Value, json};

use crate::settings::Settings;

/// The setting that says which triggers have which modules.
const SETTING: &str = "triggers";

/// Triggers that are used, in the order in which they were chosen, with the names of their modules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen(Vec<(Trigger, Vec<String>)>);

impl Chosen {
    /// Those of an existing resource. Triggers that nobody here knows are left alone.
    pub fn of(settings: &Settings) -> Self {
        let mut chosen = Self::default();
        for (name, modules) in settings.nested(SETTING).as_object().into_iter().flatten() {
            let Some(trigger) = Trigger::of(name) else { continue };
            for module in modules.as_array().into_iter().flatten().filter_map(Value::as_str) {
                chosen.add(trigger, module);
            }
        }
        chosen
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The triggers with their modules.
    pub fn iter(&self) -> impl Iterator<Item = (Trigger, &[String])> {
        self.0.iter().map(|(trigger, modules)| (*trigger, modules.as_slice()))
    }

    /// The modules of a trigger.
    pub fn modules(&self, trigger: Trigger) -> &[String] {
        self.0.iter().find(|(each, _)| *each == trigger).map_or(&[], |(_, modules)| modules)
    }

    fn add(&mut self, trigger: Trigger, module: &str) {
        match self.0.iter_mut().find(|(each, _)| *each == trigger) {
            Some((_, modules)) if modules.iter().any(|each| each == module) => {}
            Some((_, modules)) => modules.push(module.into()),
            None => self.0.push((trigger, vec![module.into()])),
        }
    }

    fn remove(&mut self, trigger: Trigger, module: &str) {
        for (each, modules) in &mut self.0 {
            if *each == trigger {
                modules.retain(|each| each != module);
            }
        }
        self.0.retain(|(_, modules)| !modules.is_empty());
    }

    /// Whether a module is among them.
    fn has(&self, trigger: Trigger, module: &str) -> bool {
        self.modules(trigger).iter().any(|each| each == module)
    }

    fn document(&self) -> Value {
        self.0.iter().map(|(trigger, modules)| (trigger.name().to_owned(), json!(modules))).collect()
    }

    /// Whether all three triggers of a sign-in with challenges are used.
    pub fn custom_sign_in(&self) -> bool {
        [Trigger::DefineAuthChallenge, Trigger::CreateAuthChallenge, Trigger::VerifyAuthChallengeResponse]
            .into_iter()
            .all(|trigger| !self.modules(trigger).is_empty())
    }
}
