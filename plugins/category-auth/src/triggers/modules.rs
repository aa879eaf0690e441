//! The triggers, and the modules that there are for each.

/// A moment at which a user pool calls a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// Makes a challenge.
    CreateAuthChallenge,
    /// Words a message to a user.
    CustomMessage,
    /// Says which challenge comes next.
    DefineAuthChallenge,
    /// After a user has signed in.
    PostAuthentication,
    /// After a user has confirmed the sign-up.
    PostConfirmation,
    /// Before a user signs in.
    PreAuthentication,
    /// Before a user signs up.
    PreSignup,
    /// Checks the answer of a challenge.
    VerifyAuthChallengeResponse,
    /// Before a token is made.
    PreTokenGeneration,
}

impl Trigger {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 9] = [
        Self::CreateAuthChallenge,
        Self::CustomMessage,
        Self::DefineAuthChallenge,
        Self::PostAuthentication,
        Self::PostConfirmation,
        Self::PreAuthentication,
        Self::PreSignup,
        Self::VerifyAuthChallengeResponse,
        Self::PreTokenGeneration,
    ];

    /// The name in settings and in the names of functions.
    pub fn name(self) -> &'static str {
        match self {
            Self::CreateAuthChallenge => "CreateAuthChallenge",
            Self::CustomMessage => "CustomMessage",
            Self::DefineAuthChallenge => "DefineAuthChallenge",
            Self::PostAuthentication => "PostAuthentication",
            Self::PostConfirmation => "PostConfirmation",
            Self::PreAuthentication => "PreAuthentication",
            Self::PreSignup => "PreSignup",
            Self::VerifyAuthChallengeResponse => "VerifyAuthChallengeResponse",
            Self::PreTokenGeneration => "PreTokenGeneration",
        }
    }

    /// The name of its function, for the pool of a resource.
    pub fn function(self, owner: &str) -> String {
        format!("{owner}{}", self.name())
    }

    /// What the user reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::CreateAuthChallenge => "Create Auth Challenge",
            Self::CustomMessage => "Custom Message",
            Self::DefineAuthChallenge => "Define Auth Challenge",
            Self::PostAuthentication => "Post Authentication",
            Self::PostConfirmation => "Post Confirmation",
            Self::PreAuthentication => "Pre Authentication",
            Self::PreSignup => "Pre Sign-up",
            Self::VerifyAuthChallengeResponse => "Verify Auth Challenge Response",
            Self::PreTokenGeneration => "Pre Token Generation",
        }
    }

    /// The trigger of a name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trigger| trigger.name() == name)
    }

    /// An event as Cognito sends it, to try the function with.
    pub fn event(self) -> &'static str {
        match self {
            Self::CreateAuthChallenge => include_str!("../../triggers/events/CreateAuthChallenge.json"),
            Self::CustomMessage => include_str!("../../triggers/events/CustomMessage.json"),
            Self::DefineAuthChallenge => include_str!("../../triggers/events/DefineAuthChallenge.json"),
            Self::PostAuthentication => include_str!("../../triggers/events/PostAuthentication.json"),
            Self::PostConfirmation => include_str!("../../triggers/events/PostConfirmation.json"),
            Self::PreAuthentication => include_str!("../../triggers/events/PreAuthentication.json"),
            Self::PreSignup => include_str!("../../triggers/events/PreSignup.json"),
            Self::VerifyAuthChallengeResponse => include_str!("../../triggers/events/VerifyAuthChallengeResponse.json"),
            Self::PreTokenGeneration => include_str!("../../triggers/events/PreTokenGeneration.json"),
        }
    }

    /// The modules that can be chosen, a module of one's own aside.
    pub fn modules(self) -> impl Iterator<Item = &'static Module> {
        MODULES.iter().filter(move |module| module.trigger == self)
    }
}

/// The name of a module that its user writes.
pub const CUSTOM: &str = "custom";

/// A module that comes ready-made.
#[derive(Debug)]
pub struct Module {
    /// The trigger that it is for.
    pub trigger: Trigger,
    /// Its name, which is its file's.
    pub name: &'static str,
    /// What the user reads.
    pub label: &'static str,
    /// What it does, for whoever wants to learn more.
    pub about: &'static str,
    /// Its source.
    pub source: &'static str,
    /// What it has to be told.
    pub values: &'static [Asked],
    /// What it may do with the pool.
    pub permission: Option<Permission>,
}

/// A value that a module has to be told.
#[derive(Debug)]
pub struct Asked {
    /// The environment variable that holds it.
    pub name: &'static str,
    /// The question.
    pub text: &'static str,
    /// Whether nobody may see it.
    pub secret: bool,
}

/// What a function may do with a resource of the pool's template.
#[derive(Debug)]
pub struct Permission {
    /// The policy's name, after the function's.
    pub policy: &'static str,
    /// The actions.
    pub actions: &'static [&'static str],
    /// How the resource is written: a tag of CloudFormation, and what it is applied to.
    pub resource: (&'static str, &'static [&'static str]),
}

const fn asked(name: &'static str, text: &'static str, secret: bool) -> Asked {
    Asked { name, text, secret }
}

const fn plain(
    trigger: Trigger,
    name: &'static str,
    label: &'static str,
    about: &'static str,
    source: &'static str,
    values: &'static [Asked],
) -> Module {
    Module { trigger, name, label, about, source, values, permission: None }
}

/// Every module, in the order in which they are offered.
pub const MODULES: [Module; 11] = [
    plain(
        Trigger::CreateAuthChallenge,
        "captcha-create-challenge",
        "MFA w/ Captcha (Creation)",
        "One of three: asks the app for a captcha's answer.",
        include_str!("../../triggers/create-auth-challenge/captcha-create-challenge.js"),
        &[],
    ),
    plain(
        Trigger::CreateAuthChallenge,
        "boilerplate-create-challenge",
        "Custom Auth Challenge Scaffolding (Creation)",
        "One of three, to build on: a challenge with a fixed answer.",
        include_str!("../../triggers/create-auth-challenge/boilerplate-create-challenge.js"),
        &[asked("CHALLENGEANSWER", "Enter the answer to your custom auth challenge", true)],
    ),
    Module {
        trigger: Trigger::CustomMessage,
        name: "verification-link",
        label: "Send Account Confirmation Link w/ Redirect",
        about: "Sends a link to a page in a bucket, which confirms the account and goes on to your address.",
        source: include_str!("../../triggers/custom-message/verification-link.js"),
        values: &[
            asked(
                "REDIRECTURL",
                "Enter the URL that your users will be redirected to upon account confirmation:",
                false,
            ),
            asked("EMAILSUBJECT", "Enter the subject for your custom account confirmation email:", false),
            asked(
                "EMAILMESSAGE",
                "Enter the body text for your custom account confirmation email (this will appear before the link URL):",
                false,
            ),
        ],
        permission: Some(Permission {
            policy: "VerificationPage",
            actions: &["s3:PutObject"],
            resource: ("!Sub", &["${CustomMessageConfirmationBucket.Arn}/*"]),
        }),
    },
    plain(
        Trigger::DefineAuthChallenge,
        "captcha-define-challenge",
        "MFA w/ Captcha (Definition)",
        "One of three: asks for the password first, then for the captcha.",
        include_str!("../../triggers/define-auth-challenge/define.js"),
        &[],
    ),
    plain(
        Trigger::DefineAuthChallenge,
        "boilerplate-define-challenge",
        "Custom Auth Challenge Scaffolding (Definition)",
        "One of three, to build on: asks for the password first, then for the challenge.",
        include_str!("../../triggers/define-auth-challenge/define.js"),
        &[],
    ),
    Module {
        trigger: Trigger::PostConfirmation,
        name: "add-to-group",
        label: "Add User To Group",
        about: "Adds users to a group once they have confirmed their sign-up.",
        source: include_str!("../../triggers/post-confirmation/add-to-group.js"),
        values: &[asked("GROUP", "Enter the name of the group to which users will be added.", false)],
        permission: Some(Permission {
            policy: "AddToGroupCognito",
            actions: &["cognito-idp:AdminAddUserToGroup", "cognito-idp:GetGroup", "cognito-idp:CreateGroup"],
            resource: ("!GetAtt", &["UserPool", "Arn"]),
        }),
    },
    plain(
        Trigger::PreSignup,
        "email-filter-whitelist",
        "Sign-Up email filtering (whitelist)",
        "Lets only addresses of some domains sign up.",
        include_str!("../../triggers/pre-signup/email-filter-whitelist.js"),
        &[asked(
            "DOMAINWHITELIST",
            "Enter a comma-delimited list of allowed email domains (example: 'mydomain.com, myotherdomain.com').",
            false,
        )],
    ),
    plain(
        Trigger::PreSignup,
        "email-filter-blacklist",
        "Sign-Up email filtering (blacklist)",
        "Refuses addresses of some domains.",
        include_str!("../../triggers/pre-signup/email-filter-blacklist.js"),
        &[asked(
            "DOMAINBLACKLIST",
            "Enter a comma-delimited list of disallowed email domains (example: 'mydomain.com, myotherdomain.com').",
            false,
        )],
    ),
    plain(
        Trigger::VerifyAuthChallengeResponse,
        "captcha-verify",
        "MFA w/ Captcha (Verification)",
        "One of three: lets Google check the captcha's answer.",
        include_str!("../../triggers/verify-auth-challenge-response/captcha-verify.js"),
        &[asked("RECAPTCHASECRET", "Enter the Google reCaptcha secret key:", true)],
    ),
    plain(
        Trigger::VerifyAuthChallengeResponse,
        "boilerplate-verify",
        "Custom Auth Challenge Scaffolding (Verification)",
        "One of three, to build on: compares the answer.",
        include_str!("../../triggers/verify-auth-challenge-response/boilerplate-verify.js"),
        &[],
    ),
    plain(
        Trigger::PreTokenGeneration,
        "alter-claims",
        "Override ID Token Claims",
        "Adds claims to ID tokens, replaces them, or leaves them out.",
        include_str!("../../triggers/pre-token-generation/alter-claims.js"),
        &[],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trigger_has_an_event_that_is_its_own() {
        for trigger in Trigger::ALL {
            let event: serde_json::Value = serde_json::from_str(trigger.event()).unwrap();
            let source = event["triggerSource"].as_str().unwrap().to_lowercase();
            let start = trigger.name().to_lowercase();
            let start = start.strip_prefix("pretoken").map_or(start.clone(), |rest| format!("token{rest}"));
            assert!(source.starts_with(&start), "{source}");
            assert_eq!(Trigger::of(trigger.name()), Some(trigger));
        }
    }
}
