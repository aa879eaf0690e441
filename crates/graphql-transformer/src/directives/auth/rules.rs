//! Rules as they are written, checked against the modes that the API has.

use crate::build::Build;
use crate::diagnostic::Diagnostic;
use crate::input::AuthMode;
use crate::source::Span;
use crate::syntax::{DirectiveUse, ValueNode};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Allow {
    Owner,
    Groups,
    Private,
    Public,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Provider {
    ApiKey,
    Iam,
    Oidc,
    UserPools,
}

impl Provider {
    pub(super) const ALL: [Self; 4] = [Self::ApiKey, Self::Iam, Self::Oidc, Self::UserPools];

    pub(super) fn of(mode: &AuthMode) -> Self {
        match mode {
            AuthMode::ApiKey { .. } => Self::ApiKey,
            AuthMode::Iam => Self::Iam,
            AuthMode::UserPools => Self::UserPools,
            AuthMode::Oidc { .. } => Self::Oidc,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::ApiKey => "apiKey",
            Self::Iam => "iam",
            Self::Oidc => "oidc",
            Self::UserPools => "userPools",
        }
    }
}

/// What a rule can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Create,
    Update,
    Delete,
    Read,
    Get,
    List,
}

/// Where the rules stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum On {
    Object,
    ModelField,
    PlainField,
}

#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) allow: Allow,
    pub(super) provider: Provider,
    /// `owner` unless the rule names another.
    pub(super) owner_field: String,
    pub(super) owner_field_given: bool,
    pub(super) claim: String,
    /// Of a rule for static groups.
    pub(super) groups: Option<Vec<String>>,
    pub(super) groups_field: String,
    pub(super) groups_field_given: bool,
    pub(super) group_claim: String,
    operations: Vec<Operation>,
}

impl Rule {
    pub(super) fn covers(&self, operation: Operation) -> bool {
        self.operations.contains(&operation)
    }

    pub(super) fn is_static(&self) -> bool {
        self.allow == Allow::Groups && self.groups.is_some()
    }

    pub(super) fn is_dynamic(&self) -> bool {
        self.allow == Allow::Groups && self.groups.is_none()
    }
}

/// The rules of a use; `None` when one of them is wrong.
pub(super) fn read(build: &mut Build<'_>, used: &DirectiveUse, on: On) -> Option<Vec<Rule>> {
    let nodes = used.argument("rules").map(ValueNode::items).unwrap_or_default();
    let before = build.findings.len();
    if nodes.is_empty() {
        build.report(
            Diagnostic::error("auth-no-rules", used.span_of("rules"), "the list of rules is empty")
                .suggest("write a rule such as `{allow: owner}`, or remove `@auth`"),
        );
    }
    let rules: Vec<Rule> = nodes.iter().filter_map(|node| rule(build, node, on)).collect();
    (build.findings.len() == before).then_some(rules)
}

fn rule(build: &mut Build<'_>, node: &ValueNode, on: On) -> Option<Rule> {
    let text = |name: &str| node.member(name).and_then(ValueNode::as_text);
    let allow = match node.member("allow").and_then(ValueNode::as_enum)? {
        "owner" => Allow::Owner,
        "groups" => Allow::Groups,
        "private" => Allow::Private,
        _ => Allow::Public,
    };
    let given = node.member("provider").and_then(ValueNode::as_enum);
    let given = given.and_then(|word| Provider::ALL.into_iter().find(|provider| provider.word() == word));
    let provider = given.unwrap_or(if allow == Allow::Public { Provider::ApiKey } else { Provider::UserPools });
    check_provider(build, node, allow, provider);
    check_members(build, node, allow, on);
    let groups = node.member("groups").filter(|groups| !groups.is_null());
    let groups = groups.map(|list| list.items().iter().filter_map(|item| item.as_text().map(str::to_owned)).collect());
    Some(Rule {
        allow,
        provider,
        owner_field: text("ownerField").unwrap_or("owner").to_owned(),
        owner_field_given: text("ownerField").is_some(),
        claim: text("identityClaim").or_else(|| text("identityField")).unwrap_or("cognito:username").to_owned(),
        groups,
        groups_field: text("groupsField").unwrap_or("groups").to_owned(),
        groups_field_given: text("groupsField").is_some(),
        group_claim: text("groupClaim").unwrap_or("cognito:groups").to_owned(),
        operations: operations(node),
    })
}

fn operations(node: &ValueNode) -> Vec<Operation> {
    let all = [Operation::Create, Operation::Update, Operation::Delete];
    let mut found = Vec::new();
    let mut add = |word: Option<&str>| match word {
        Some("create") => found.push(Operation::Create),
        Some("update") => found.push(Operation::Update),
        Some("delete") => found.push(Operation::Delete),
        Some("read") => found.extend([Operation::Read, Operation::Get, Operation::List]),
        Some("get") => found.push(Operation::Get),
        Some("list") => found.push(Operation::List),
        _ => {}
    };
    if let Some(given) = node.member("operations") {
        given.items().iter().for_each(|item| add(item.as_enum()));
        return found;
    }
    match node.member("queries") {
        None => add(Some("read")),
        Some(given) => given.items().iter().for_each(|item| add(item.as_enum())),
    }
    match node.member("mutations") {
        None => found.extend(all),
        Some(given) => given.items().iter().for_each(|item| add(item.as_enum())),
    }
    found
}

fn check_provider(build: &mut Build<'_>, node: &ValueNode, allow: Allow, provider: Provider) {
    let allowed = match allow {
        Allow::Owner | Allow::Groups => [Provider::UserPools, Provider::Oidc],
        Allow::Public => [Provider::ApiKey, Provider::Iam],
        Allow::Private => [Provider::UserPools, Provider::Iam],
    };
    let span = node.member("provider").map_or(node.span, |value| value.span);
    if !allowed.contains(&provider) {
        let word = node.member("allow").and_then(ValueNode::as_enum).unwrap_or_default();
        let message = format!("a rule for `{word}` cannot use the provider `{}`", provider.word());
        let words: Vec<&str> = allowed.iter().map(|provider| provider.word()).collect();
        build.report(Diagnostic::error("auth-provider", span, message).allow(words.join(", ")));
    } else if !build.input.auth.modes().any(|mode| Provider::of(mode) == provider) {
        let message = format!("the rule needs the provider `{}`, which the API does not have", provider.word());
        let modes: Vec<&str> = build.input.auth.modes().map(|mode| Provider::of(mode).word()).collect();
        build.report(
            Diagnostic::error("auth-provider-missing", span, message)
                .allow(modes.join(", "))
                .suggest("add it with `amplify update api`, or use another rule"),
        );
    }
}

fn check_members(build: &mut Build<'_>, node: &ValueNode, allow: Allow, on: On) {
    let span = |name: &str| node.member(name).map(|value| value.span);
    let mut refuse = |at: Option<Span>, message: &str, help: &str| {
        if let Some(at) = at {
            build.report(Diagnostic::error("auth-member", at, message).suggest(help));
        }
    };
    if allow == Allow::Groups {
        refuse(span("identityClaim"), "a rule for groups has no `identityClaim`", "use `groupClaim`");
    }
    if allow == Allow::Owner {
        refuse(span("groupClaim"), "a rule for owners has no `groupClaim`", "use `identityClaim`");
    }
    if node.member("groups").is_some() {
        refuse(span("groupsField"), "`groups` and `groupsField` exclude each other", "write two rules");
    }
    if node.member("identityClaim").is_some() {
        refuse(span("identityField"), "`identityField` is the old name of `identityClaim`", "remove it");
    }
    if on != On::Object {
        for name in ["queries", "mutations"] {
            refuse(span(name), "a rule on a field has no `queries` and no `mutations`", "use `operations`");
        }
    }
    if on == On::PlainField {
        let help = "remove it, or add `@model` to the type";
        refuse(span("operations"), "a rule has `operations` only where the type has a table", help);
    }
    if node.member("operations").is_some() {
        for name in ["queries", "mutations"] {
            refuse(span(name), "`operations` decides alone", "remove the old `queries` and `mutations`");
        }
    }
    for name in ["ownerField", "groupsField"] {
        let Some(value) = node.member(name).filter(|value| !value.is_null()) else { continue };
        let text = value.as_text().unwrap_or_default();
        if text.is_empty() || crate::schema::names::clean(text) != text {
            refuse(Some(value.span), "this is no name of a field", "letters, digits and underscores");
        }
    }
    let texts = ["identityClaim", "identityField", "groupClaim"].into_iter().filter_map(|name| node.member(name));
    let groups = node.member("groups").map(ValueNode::items).unwrap_or_default();
    for value in texts.chain(groups) {
        let text = value.as_text().unwrap_or_default();
        if text.contains(['"', '$', '\\']) || text.chars().any(char::is_control) {
            refuse(Some(value.span), "a mapping template cannot hold this text", "leave out quotes, `$` and `\\`");
        }
    }
}
