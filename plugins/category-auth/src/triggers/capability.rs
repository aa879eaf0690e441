//! What can be enabled in one word: modules of one or of several triggers.

use super::{Chosen, modules::Trigger};

/// A capability.
pub struct Capability {
    /// The answer.
    pub value: &'static str,
    /// What the user reads.
    pub label: &'static str,
    /// What it consists of.
    modules: &'static [(Trigger, &'static str)],
}

/// All of them, in the order in which they are offered.
pub const ALL: [Capability; 7] = [
    Capability {
        value: "mfaWithCaptcha",
        label: "Add Google reCaptcha Challenge",
        modules: &[
            (Trigger::DefineAuthChallenge, "captcha-define-challenge"),
            (Trigger::CreateAuthChallenge, "captcha-create-challenge"),
            (Trigger::VerifyAuthChallengeResponse, "captcha-verify"),
        ],
    },
    Capability {
        value: "confirmationRedirect",
        label: "Email Verification Link with Redirect",
        modules: &[(Trigger::CustomMessage, "verification-link")],
    },
    Capability {
        value: "addUserToGroup",
        label: "Add User to Group",
        modules: &[(Trigger::PostConfirmation, "add-to-group")],
    },
    Capability {
        value: "emailBlacklist",
        label: "Email Domain Filtering (blacklist)",
        modules: &[(Trigger::PreSignup, "email-filter-blacklist")],
    },
    Capability {
        value: "emailWhitelist",
        label: "Email Domain Filtering (whitelist)",
        modules: &[(Trigger::PreSignup, "email-filter-whitelist")],
    },
    Capability {
        value: "customAuthScaffolding",
        label: "Custom Auth Challenge Flow (basic scaffolding - not for production)",
        modules: &[
            (Trigger::DefineAuthChallenge, "boilerplate-define-challenge"),
            (Trigger::CreateAuthChallenge, "boilerplate-create-challenge"),
            (Trigger::VerifyAuthChallengeResponse, "boilerplate-verify"),
        ],
    },
    Capability {
        value: "alter-claims",
        label: "Override ID Token Claims",
        modules: &[(Trigger::PreTokenGeneration, "alter-claims")],
    },
];

impl Capability {
    /// Whether all that it consists of is chosen.
    pub fn enabled(&self, chosen: &Chosen) -> bool {
        self.modules.iter().all(|(trigger, module)| chosen.has(*trigger, module))
    }

    /// Chooses what it consists of, or takes that back. Modules that are no part of it stay.
    pub fn set(&self, enabled: bool, chosen: &mut Chosen) {
        for (trigger, module) in self.modules {
            if enabled {
                chosen.add(*trigger, module);
            } else {
                chosen.remove(*trigger, module);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capability_comes_and_goes_and_leaves_other_modules() {
        let mut chosen = Chosen::default();
        chosen.add(Trigger::PostConfirmation, "custom");
        let group = ALL.iter().find(|each| each.value == "addUserToGroup").unwrap();
        assert!(!group.enabled(&chosen));
        group.set(true, &mut chosen);
        group.set(true, &mut chosen);
        assert_eq!(chosen.modules(Trigger::PostConfirmation), ["custom", "add-to-group"]);
        assert!(group.enabled(&chosen));
        group.set(false, &mut chosen);
        assert_eq!(chosen.modules(Trigger::PostConfirmation), ["custom"]);
    }

    #[test]
    fn capabilities_consist_of_modules_that_exist() {
        for capability in &ALL {
            for (trigger, module) in capability.modules {
                assert!(trigger.modules().any(|each| each.name == *module), "{module}");
            }
        }
    }
}
