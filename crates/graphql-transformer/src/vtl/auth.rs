//! Checks in front of requests and responses: who asks, and what a rule lets them do.

use std::fmt::Write as _;

/// Stands for an identity that is not there, and equals nobody's.
const NOBODY: &str = "___xamznone____";

/// A rule for owners, as templates need it.
pub(crate) struct Owner<'r> {
    pub(crate) field: &'r str,
    pub(crate) claim: &'r str,
    /// The field holds several owners.
    pub(crate) list: bool,
}

/// A rule for groups, as templates need it.
pub(crate) struct Groups<'r> {
    pub(crate) claim: &'r str,
    pub(crate) kind: GroupKind<'r>,
}

/// Where the groups come from.
pub(crate) enum GroupKind<'r> {
    Static(&'r [String]),
    /// A field, and whether it holds several groups.
    Dynamic(&'r str, bool),
}

/// The rules of one operation.
pub(crate) struct Checks<'r> {
    pub(crate) owners: Vec<Owner<'r>>,
    pub(crate) groups: Vec<Groups<'r>>,
    pub(crate) user_pools: bool,
    pub(crate) oidc: bool,
    /// User pools are the API's default mode.
    pub(crate) pools_are_default: bool,
    /// In front of variables and placeholders of a rule on a field: `secret_`.
    pub(crate) prefix: String,
}

fn indented(text: &str) -> String {
    text.lines().fold(String::new(), |mut out, line| {
        let _ = writeln!(out, "{}{line}", if line.is_empty() { "" } else { "  " });
        out
    })
}

/// `block` inside `#if( condition )`.
pub(crate) fn when(condition: &str, block: &str) -> String {
    format!("#if( {condition} )\n{}#end\n", indented(block))
}

fn identity(claim: &str) -> String {
    if matches!(claim, "username" | "cognito:username") {
        return format!(
            "$util.defaultIfNull($ctx.identity.claims.get(\"username\"), \
             $util.defaultIfNull($ctx.identity.claims.get(\"cognito:username\"), \"{NOBODY}\"))"
        );
    }
    format!("$util.defaultIfNull($ctx.identity.claims.get(\"{claim}\"), \"{NOBODY}\")")
}

fn user_groups(claim: &str) -> String {
    let mut text = format!("#set( $userGroups = $util.defaultIfNull($ctx.identity.claims.get(\"{claim}\"), []) )\n");
    if claim != "cognito:groups" {
        text.push_str(
            "#if( $util.isString($userGroups) )\n  #if( $util.isList($util.parseJson($userGroups)) )\n    \
             #set( $userGroups = $util.parseJson($userGroups) )\n  #else\n    \
             #set( $userGroups = [$userGroups] )\n  #end\n#end\n",
        );
    }
    text
}

impl Checks<'_> {
    /// Wraps a block so that it runs for users of the checked modes only.
    fn for_users(&self, block: &str) -> String {
        let mut text = String::from("## [Start] Find out how the caller signed in. **\n");
        let known = |name: &str| format!("!$util.isNull($ctx.identity.{name})");
        if self.user_pools {
            let mut parts = vec!["!$authMode".to_owned(), "!$util.isNull($ctx.identity)".to_owned()];
            parts.extend(["sub", "issuer", "username", "claims", "sourceIp"].map(known));
            if self.pools_are_default {
                parts.push(known("defaultAuthStrategy"));
            }
            text.push_str(&when(&parts.join(" && "), "#set( $authMode = \"userPools\" )"));
        }
        if self.oidc {
            let mut parts = vec!["!$authMode".to_owned(), "!$util.isNull($ctx.identity)".to_owned()];
            parts.extend(["sub", "issuer", "claims"].map(known));
            parts.extend(["username", "sourceIp"].map(|name| format!("$util.isNull($ctx.identity.{name})")));
            text.push_str(&when(&parts.join(" && "), "#set( $authMode = \"oidc\" )"));
        }
        text.push_str("## [End] Find out how the caller signed in. **\n");
        let modes: Vec<&str> = [(self.user_pools, "userPools"), (self.oidc, "oidc")]
            .iter()
            .filter(|(wanted, _)| *wanted)
            .map(|(_, mode)| *mode)
            .collect();
        let tests: Vec<String> = modes.iter().map(|mode| format!("$authMode == \"{mode}\"")).collect();
        format!("{text}{}", when(&tests.join(" || "), block))
    }

    fn static_flag(&self) -> String {
        format!("${}isStaticGroupAuthorized", self.prefix)
    }

    /// Sets the static flag when the user is in a group that a rule names.
    fn static_groups(&self) -> String {
        let flag = self.static_flag();
        let mut text = format!("#set( {flag} = false )\n");
        for rule in &self.groups {
            let GroupKind::Static(groups) = &rule.kind else { continue };
            let list: Vec<String> = groups.iter().map(|group| format!("\"{group}\"")).collect();
            let list = list.join(", ");
            let _ = write!(
                text,
                "## Authorization rule: {{ allow: groups, groups: [{list}], groupClaim: \"{}\" }} **\n{}\
                 #set( $allowedGroups = [{list}] )\n#foreach( $userGroup in $userGroups )\n  \
                 #if( $allowedGroups.contains($userGroup) )\n    #set( {flag} = true )\n  #end\n#end\n",
                rule.claim,
                user_groups(rule.claim)
            );
        }
        text
    }

    /// Sets `group` and `owner` when the item under `path` lets the user in.
    fn of_item(&self, path: &str, group: &str, owner: &str) -> String {
        let mut text = format!("#set( {group} = false )\n#set( {owner} = false )\n");
        for rule in &self.groups {
            let GroupKind::Dynamic(field, _) = rule.kind else { continue };
            let _ = write!(
                text,
                "## Authorization rule: {{ allow: groups, groupsField: \"{field}\", groupClaim: \"{}\" }} **\n\
                 #set( $allowedGroups = $util.defaultIfNull({path}.{field}, []) )\n{}\
                 #foreach( $userGroup in $userGroups )\n  \
                 #if( $util.isList($allowedGroups) && $allowedGroups.contains($userGroup) )\n    \
                 #set( {group} = true )\n  #end\n  \
                 #if( $util.isString($allowedGroups) && $allowedGroups == $userGroup )\n    \
                 #set( {group} = true )\n  #end\n#end\n",
                rule.claim,
                user_groups(rule.claim)
            );
        }
        for (index, rule) in self.owners.iter().enumerate() {
            let _ = write!(
                text,
                "## Authorization rule: {{ allow: owner, ownerField: \"{field}\", identityClaim: \"{claim}\" }} **\n\
                 #set( $allowedOwners{index} = $util.defaultIfNull({path}.{field}, []) )\n\
                 #set( $identityValue = {identity} )\n\
                 #if( $util.isList($allowedOwners{index}) && $allowedOwners{index}.contains($identityValue) )\n  \
                 #set( {owner} = true )\n#end\n\
                 #if( $util.isString($allowedOwners{index}) && $allowedOwners{index} == $identityValue )\n  \
                 #set( {owner} = true )\n#end\n",
                field = rule.field,
                claim = rule.claim,
                identity = identity(rule.claim)
            );
        }
        text
    }

    fn refuse(&self) -> String {
        let flags = format!("{} || $isDynamicGroupAuthorized || $isOwnerAuthorized", self.static_flag());
        when(&format!("!( {flags} )"), "$util.unauthorized()")
    }

    /// Refuses an item, found under `path`, that no rule lets the user have.
    pub(crate) fn single(&self, path: &str) -> String {
        let item = self.of_item(path, "$isDynamicGroupAuthorized", "$isOwnerAuthorized");
        self.for_users(&format!("{}{item}{}", self.static_groups(), self.refuse()))
    }

    /// Leaves out the items that no rule lets the user have.
    pub(crate) fn many(&self) -> String {
        self.keep("$ctx.result.items")
    }

    /// The same for what a search found.
    pub(crate) fn found(&self) -> String {
        self.keep("$es_items")
    }

    fn keep(&self, list: &str) -> String {
        let item = self.of_item("$item", "$isLocalDynamicGroupAuthorized", "$isLocalOwnerAuthorized");
        let keep = when("$isLocalDynamicGroupAuthorized || $isLocalOwnerAuthorized", "$util.qr($items.add($item))");
        let filter = format!(
            "#set( $items = [] )\n#foreach( $item in {list} )\n{}#end\n#set( {list} = $items )\n",
            indented(&format!("{item}{keep}"))
        );
        let filter = when(&format!("!{}", self.static_flag()), &filter);
        self.for_users(&format!("{}{filter}", self.static_groups()))
    }

    /// Refuses to create an item for others; an owner who is not given becomes the user.
    pub(crate) fn create(&self) -> String {
        let path = "$ctx.args.input";
        let item = self.of_item(path, "$isDynamicGroupAuthorized", "$isOwnerAuthorized");
        let mut fill = String::new();
        for rule in &self.owners {
            let value = if rule.list { "[$identityValue]" } else { "$identityValue" };
            let block = format!(
                "#set( $identityValue = {} )\n$util.qr({path}.put(\"{field}\", {value}))\n#set( $isOwnerAuthorized = true )\n",
                identity(rule.claim),
                field = rule.field
            );
            fill.push_str(&when(&format!("!{path}.containsKey(\"{}\")", rule.field), &block));
        }
        self.for_users(&format!("{}{item}{fill}{}", self.static_groups(), self.refuse()))
    }

    /// Makes an update or a delete depend on what is stored.
    pub(crate) fn condition(&self) -> String {
        let prefix = &self.prefix;
        let mut lists = String::from(
            "#set( $groupAuthExpressions = [] )\n#set( $groupAuthExpressionNames = {} )\n\
             #set( $groupAuthExpressionValues = {} )\n#set( $ownerAuthExpressions = [] )\n\
             #set( $ownerAuthExpressionNames = {} )\n#set( $ownerAuthExpressionValues = {} )\n",
        );
        let test = |list: bool, name: &str, value: &str| {
            if list { format!("contains({name}, {value})") } else { format!("{name} = {value}") }
        };
        for (index, rule) in self.groups.iter().enumerate() {
            let GroupKind::Dynamic(field, list) = rule.kind else { continue };
            let name = format!("#{prefix}groupsAttribute{index}");
            let value = format!(":{prefix}group{index}$velocityCount");
            let _ = write!(
                lists,
                "## Authorization rule: {{ allow: groups, groupsField: \"{field}\", groupClaim: \"{}\" }} **\n{}\
                 #foreach( $userGroup in $userGroups )\n  \
                 $util.qr($groupAuthExpressions.add(\"{}\"))\n  \
                 $util.qr($groupAuthExpressionNames.put(\"{name}\", \"{field}\"))\n  \
                 $util.qr($groupAuthExpressionValues.put(\"{value}\", $util.dynamodb.toDynamoDB($userGroup)))\n#end\n",
                rule.claim,
                user_groups(rule.claim),
                test(list, &name, &value)
            );
        }
        for (index, rule) in self.owners.iter().enumerate() {
            let (name, value) = (format!("#{prefix}owner{index}"), format!(":{prefix}identity{index}"));
            let _ = write!(
                lists,
                "## Authorization rule: {{ allow: owner, ownerField: \"{field}\", identityClaim: \"{}\" }} **\n\
                 $util.qr($ownerAuthExpressions.add(\"{}\"))\n\
                 $util.qr($ownerAuthExpressionNames.put(\"{name}\", \"{field}\"))\n\
                 $util.qr($ownerAuthExpressionValues.put(\"{value}\", $util.dynamodb.toDynamoDB({})))\n",
                rule.claim,
                test(rule.list, &name, &value),
                identity(rule.claim),
                field = rule.field
            );
        }
        let collect = include_str!("auth_condition.vtl");
        let open = when(&format!("!{}", self.static_flag()), &format!("{lists}{collect}"));
        let reset = "#set( $totalAuthExpression = \"\" )\n";
        let refuse =
            when(&format!("!( {} || $totalAuthExpression != \"\" )", self.static_flag()), "$util.unauthorized()");
        self.for_users(&format!("{}{reset}{open}{refuse}", self.static_groups()))
    }

    /// Refuses a subscription to what belongs to others; the owner is an argument.
    pub(crate) fn subscription(&self) -> String {
        let item = self.of_item("$ctx.args", "$isDynamicGroupAuthorized", "$isOwnerAuthorized");
        self.for_users(&format!("{}{item}{}", self.static_groups(), self.refuse()))
    }

    /// Refuses whoever is in no group that a rule names, whatever the mode.
    pub(crate) fn static_only(&self) -> String {
        format!("{}{}", self.static_groups(), when(&format!("!{}", self.static_flag()), "$util.unauthorized()"))
    }
}

/// Hides a protected field in what a mutation answers, and so in what subscribers get.
pub(crate) fn hidden_in_mutations(mutation: &str, rest: &str) -> String {
    format!("#if( $ctx.source.operation == \"{mutation}\" )\n  $util.toJson(null)\n#else\n{}#end\n", indented(rest))
}

/// Marks a mutation's result for [`hidden_in_mutations`].
pub(crate) fn mark_mutation(mutation: &str) -> String {
    format!("$util.qr($ctx.result.put(\"operation\", \"{mutation}\"))\n")
}
