//! `@auth`: strategies, providers, operations, fields, subscriptions, policies.

use amplify_graphql_transformer::{AuthMode, Output};

use crate::common::{codes, codes_of, definition, output, output_of, with_modes};

const KEY: AuthMode = AuthMode::ApiKey { days: 7 };

fn with(schema: &str, default: AuthMode, additional: &[AuthMode]) -> Output {
    output_of(&with_modes(schema, default, additional))
}

/// The directives at the end of a line of the schema that starts with `start`.
fn directives<'o>(output: &'o Output, start: &str) -> &'o str {
    let line = output.schema.lines().find(|line| line.trim_start().starts_with(start));
    let line = line.unwrap_or_else(|| panic!("no line `{start}` in\n{}", output.schema));
    line.find(" @aws_").map_or("", |at| line[at + 1..].trim_end_matches(" {"))
}

#[test]
fn owners_are_filled_in_compared_and_filtered() {
    let output = output("type Todo @model @auth(rules: [{allow: owner}]) { id: ID! text: String }");
    assert!(definition(&output, "Todo").contains("owner: String"));
    assert!(definition(&output, "Subscription").contains("onCreateTodo(owner: String!): Todo"));
    assert!(!definition(&output, "ModelTodoConditionInput").contains("owner"));
    insta::assert_snapshot!(output.resolvers["Query.getTodo.res.vtl"], @r#"
    ## [Start] Find out how the caller signed in. **
    #if( !$authMode && !$util.isNull($ctx.identity) && !$util.isNull($ctx.identity.sub) && !$util.isNull($ctx.identity.issuer) && !$util.isNull($ctx.identity.username) && !$util.isNull($ctx.identity.claims) && !$util.isNull($ctx.identity.sourceIp) && !$util.isNull($ctx.identity.defaultAuthStrategy) )
      #set( $authMode = "userPools" )
    #end
    ## [End] Find out how the caller signed in. **
    #if( $authMode == "userPools" )
      #set( $isStaticGroupAuthorized = false )
      #set( $isDynamicGroupAuthorized = false )
      #set( $isOwnerAuthorized = false )
      ## Authorization rule: { allow: owner, ownerField: "owner", identityClaim: "cognito:username" } **
      #set( $allowedOwners0 = $util.defaultIfNull($ctx.result.owner, []) )
      #set( $identityValue = $util.defaultIfNull($ctx.identity.claims.get("username"), $util.defaultIfNull($ctx.identity.claims.get("cognito:username"), "___xamznone____")) )
      #if( $util.isList($allowedOwners0) && $allowedOwners0.contains($identityValue) )
        #set( $isOwnerAuthorized = true )
      #end
      #if( $util.isString($allowedOwners0) && $allowedOwners0 == $identityValue )
        #set( $isOwnerAuthorized = true )
      #end
      #if( !( $isStaticGroupAuthorized || $isDynamicGroupAuthorized || $isOwnerAuthorized ) )
        $util.unauthorized()
      #end
    #end

    $util.toJson($ctx.result)
    "#);
    let create = &output.resolvers["Mutation.createTodo.req.vtl"];
    assert!(create.contains(r#"$ctx.args.input.put("owner", $identityValue)"#), "{create}");
    let update = &output.resolvers["Mutation.updateTodo.req.vtl"];
    assert!(update.contains(r##"$ownerAuthExpressions.add("#owner0 = :identity0")"##), "{update}");
    assert!(output.resolvers["Query.listTodos.res.vtl"].contains("$items.add($item)"));
    assert!(output.resolvers["Subscription.onDeleteTodo.res.vtl"].contains("$ctx.args.owner"));
}

#[test]
fn several_owners_and_groups_of_a_field_are_searched() {
    let output = output(
        r#"type Todo @model @auth(rules: [{allow: owner, ownerField: "editors", identityClaim: "email"}, {allow: groups, groupsField: "teams", groupClaim: "my_groups"}]) {
          id: ID! editors: [String] teams: [String]
        }"#,
    );
    let update = &output.resolvers["Mutation.updateTodo.req.vtl"];
    assert!(update.contains("contains(#owner0, :identity0)"), "{update}");
    assert!(update.contains("contains(#groupsAttribute0, :group0$velocityCount)"), "{update}");
    assert!(update.contains(r#"claims.get("email")"#) && update.contains("$util.parseJson($userGroups)"));
    assert!(output.resolvers["Mutation.createTodo.req.vtl"].contains("[$identityValue]"));
    assert!(!definition(&output, "Todo").contains("owner:"));
    assert!(definition(&output, "Subscription").contains("onCreateTodo(editors: String!): Todo"));
}

#[test]
fn operations_without_a_rule_stay_open() {
    let output = output(
        r#"type Todo @model @auth(rules: [{allow: groups, groups: ["Admin"], operations: [delete]}]) { id: ID! }"#,
    );
    assert!(output.resolvers["Mutation.deleteTodo.req.vtl"].contains(r#"#set( $allowedGroups = ["Admin"] )"#));
    assert!(!output.resolvers["Mutation.createTodo.req.vtl"].contains("unauthorized"));
    assert!(!output.resolvers.contains_key("Subscription.onCreateTodo.res.vtl"));
    assert!(output.resolvers.contains_key("Subscription.onDeleteTodo.res.vtl"));
}

#[test]
fn everyone_who_signs_in_needs_no_template() {
    let output = output("type Todo @model @auth(rules: [{allow: private}, {allow: owner}]) { id: ID! }");
    assert!(!output.resolvers["Query.getTodo.res.vtl"].contains("unauthorized"));
    assert!(!definition(&output, "Todo").contains("owner"));
}

#[test]
fn groups_of_a_field_leave_subscriptions_open() {
    let output = output("type Todo @model @auth(rules: [{allow: groups}]) { id: ID! groups: [String] }");
    assert!(output.resolvers["Query.getTodo.res.vtl"].contains("$ctx.result.groups"));
    assert!(!output.resolvers.keys().any(|name| name.starts_with("Subscription.")));
}

#[test]
fn providers_become_directives() {
    let pools = AuthMode::UserPools;
    let owner = "type T @model @auth(rules: [{allow: owner}]) { id: ID! n: N } type N { a: Int }";
    let output = with(owner, pools.clone(), &[KEY, AuthMode::Iam]);
    assert_eq!(output.schema.matches(" @aws_").count(), 3, "only the subscriptions' own");

    let output = with(owner, KEY, std::slice::from_ref(&pools));
    for line in ["type T ", "type N ", "type ModelTConnection", "getT(", "createT(", "onCreateT("] {
        assert!(directives(&output, line).contains("@aws_cognito_user_pools"), "{line}");
    }

    let rules =
        "type T @model @auth(rules: [{allow: owner}, {allow: private, provider: iam, operations: [read]}]) { id: ID! }";
    let output = with(rules, pools.clone(), &[AuthMode::Iam]);
    assert_eq!(directives(&output, "type T "), "@aws_iam @aws_cognito_user_pools");
    assert_eq!(directives(&output, "getT("), "@aws_iam @aws_cognito_user_pools");
    assert_eq!(directives(&output, "createT("), "");

    let rules = "type T @model @auth(rules: [{allow: owner}, {allow: public, operations: [read]}]) { id: ID! }";
    let output = with(rules, KEY, &[pools]);
    assert_eq!(directives(&output, "type T "), "@aws_cognito_user_pools @aws_api_key");
    assert_eq!(directives(&output, "updateT("), "@aws_cognito_user_pools");
}

#[test]
fn connections_follow_the_target() {
    let output = with(
        "type Post @model @auth(rules: [{allow: public}]) { id: ID! } type Comment @model { id: ID! post: Post @connection }",
        AuthMode::UserPools,
        &[KEY],
    );
    assert_eq!(directives(&output, "post: Post"), "@aws_api_key");
    assert_eq!(directives(&output, "type Comment"), "");
    let output = crate::common::output(
        "type Post @model @auth(rules: [{allow: owner}]) { id: ID! } type Blog @model { id: ID! posts: [Post] @connection one: Post @connection }",
    );
    assert!(output.resolvers["Blog.posts.res.vtl"].contains("$items.add($item)"));
    assert!(output.resolvers["Blog.one.res.vtl"].contains("$ctx.result.owner"));
}

#[test]
fn roles_get_policies_for_iam() {
    let output = with(
        "type T @model @auth(rules: [{allow: public, provider: iam, operations: [read]}]) { id: ID! }",
        AuthMode::UserPools,
        &[AuthMode::Iam],
    );
    let resources = &output.template["Resources"];
    let granted = |policy: &str| {
        let list = &resources[policy]["Properties"]["PolicyDocument"]["Statement"][0]["Resource"];
        let entries = list.as_array().unwrap().iter().map(|entry| {
            let values = &entry["Fn::Sub"][1];
            format!("{}/{}", values["typeName"].as_str().unwrap(), values["fieldName"].as_str().unwrap_or("*"))
        });
        entries.collect::<Vec<_>>()
    };
    let all = granted("AuthRolePolicy01");
    assert_eq!(all, granted("UnauthRolePolicy01"));
    assert!(all.contains(&"T/*".to_owned()) && all.contains(&"Query/getT".to_owned()), "{all:?}");
    assert!(!all.iter().any(|entry| entry.starts_with("Mutation/")), "{all:?}");
    assert_eq!(output.parameters["authRoleName"]["Ref"], "AuthRoleName");
}

#[test]
fn a_field_is_protected_by_itself() {
    let output =
        output(r#"type T @model { id: ID! secret: String @auth(rules: [{allow: groups, groups: ["Admin"]}]) }"#);
    assert!(output.stacks["T"].value()["Resources"].get("TsecretResolver").is_some());
    insta::assert_snapshot!(output.resolvers["T.secret.res.vtl"], @r#"
    #if( $ctx.source.operation == "Mutation" )
      $util.toJson(null)
    #else
      $util.toJson($ctx.source.secret)
    #end
    "#);
    assert!(output.resolvers["T.secret.req.vtl"].contains("$isStaticGroupAuthorized"));
    assert!(output.resolvers["Mutation.createT.res.vtl"].contains(r#"$ctx.result.put("operation", "Mutation")"#));
    let update = &output.resolvers["Mutation.updateT.req.vtl"];
    assert!(update.contains("$secret_isStaticGroupAuthorized"), "{update}");
    assert!(update.contains(r#"containsKey("secret") && $util.isNull($ctx.args.input.secret)"#), "{update}");
}

#[test]
fn a_field_without_a_table_checks_named_groups() {
    let output = output(r#"type Query { report: String @auth(rules: [{allow: groups, groups: ["Admin"]}]) }"#);
    assert!(output.resolvers["Query.report.req.vtl"].contains("$util.unauthorized()"));
    assert!(output.resolvers["Query.report.req.vtl"].contains(r#""payload": {}"#));
    assert!(output.template["Resources"].get("QueryreportResolver").is_some());
}

#[test]
fn mistakes_are_named() {
    let with = |rules: &str| codes(&format!("type T @model @auth(rules: [{rules}]) {{ id: ID! }}"));
    assert_eq!(with("{allow: owner, provider: apiKey}"), ["auth-provider 1:54"]);
    assert_eq!(with("{allow: public}"), ["auth-provider-missing 1:29"]);
    assert_eq!(with(""), ["auth-no-rules 1:28"]);
    assert_eq!(with(r#"{allow: groups, identityClaim: "a"}"#), ["auth-member 1:60"]);
    assert_eq!(with(r#"{allow: groups, groups: ["a"], groupsField: "g"}"#), ["auth-member 1:73"]);
    assert_eq!(with(r#"{allow: groups, groups: ["a$b"]}"#), ["auth-member 1:54"]);
    assert_eq!(with("{allow: everyone}"), ["argument-value 1:37"]);
    assert_eq!(codes("type T @auth(rules: [{allow: owner}]) { id: ID! }"), ["needs-model 1:8"]);
    assert_eq!(
        codes("type T @model { id: ID! s: String! @auth(rules: [{allow: owner}]) }"),
        ["auth-required-field 1:28"]
    );
    let iam = with_modes("type T @model @auth(rules: [{allow: private, provider: iam}]) { id: ID! }", KEY, &[]);
    assert_eq!(codes_of(&iam), ["auth-provider-missing 1:56"]);
}

#[test]
fn what_rules_leave_open_is_said() {
    let one = |schema: &str| codes(schema);
    let groups = "type T @model @auth(rules: [{allow: groups}]) { id: ID! groups: [String] }";
    assert_eq!(one(groups), ["auth-subscriptions-open 1:15"]);
    assert_eq!(one(&groups.replace("@model", "@model(subscriptions: null)")), Vec::<String>::new());
    assert_eq!(one(&groups.replace("{allow: groups}", "{allow: groups}, {allow: owner}")), Vec::<String>::new());

    let both = "type T @model @auth(rules: [{allow: owner}, {allow: private}]) { id: ID! }";
    assert_eq!(one(both), ["auth-without-effect 1:15"]);
    // Everyone may read, and only owners change: as it is written.
    assert_eq!(one(&both.replace("private", "private, operations: [read]")), Vec::<String>::new());

    let hidden = "type T @model(subscriptions: null) @auth(rules: [{allow: owner}]) { id: ID! }";
    assert_eq!(one(hidden), ["auth-owner-hidden 1:36"]);
    assert_eq!(one(&hidden.replace("id: ID!", "id: ID! owner: String")), Vec::<String>::new());
}

#[test]
fn a_rule_on_a_field_takes_no_operation_from_the_default_provider() {
    let output = with(
        "type T @model @auth(rules: [{allow: private}]) { id: ID! s: String @auth(rules: [{allow: private, provider: iam, operations: [create, update]}]) }",
        AuthMode::UserPools,
        &[AuthMode::Iam],
    );
    assert_eq!(directives(&output, "s: String"), "@aws_iam");
    for line in ["createT(", "updateT("] {
        assert_eq!(directives(&output, line), "@aws_iam @aws_cognito_user_pools", "{line}");
    }
    assert_eq!(directives(&output, "deleteT("), "");
}

#[test]
fn a_member_of_a_named_group_changes_what_others_own() {
    let output =
        output(r#"type T @model @auth(rules: [{allow: owner}, {allow: groups, groups: ["Admin"]}]) { id: ID! }"#);
    let update = &output.resolvers["Mutation.updateT.req.vtl"];
    let (open, owner) = (update.find("#if( !$isStaticGroupAuthorized )"), update.find("$ownerAuthExpressions.add"));
    assert!(open.is_some() && open < owner, "{update}");
}

#[test]
fn every_kind_of_rule_works_with_open_id() {
    let oidc =
        AuthMode::Oidc { issuer: "https://id.example.com".into(), client_id: None, iat_ttl: None, auth_ttl: None };
    let output = with(
        r#"type T @model @auth(rules: [
          {allow: owner, provider: oidc, identityClaim: "sub"}, {allow: groups, groups: ["Admin"], provider: oidc, groupClaim: "roles"},
          {allow: groups, groupsField: "team", provider: oidc}, {allow: public, provider: iam, operations: [read]}
        ]) { id: ID! team: String }"#,
        AuthMode::UserPools,
        &[oidc, AuthMode::Iam],
    );
    assert_eq!(directives(&output, "type T "), "@aws_iam @aws_oidc");
    assert_eq!(directives(&output, "createT("), "@aws_oidc");
    assert_eq!(directives(&output, "getT("), "@aws_iam @aws_oidc");
    let get = &output.resolvers["Query.getT.res.vtl"];
    assert!(get.contains(r#"#set( $authMode = "oidc" )"#) && get.contains(r#"$authMode == "oidc""#), "{get}");
    assert!(!get.contains(r#""userPools""#), "{get}");
    assert!(get.contains(r#"claims.get("sub")"#) && get.contains(r#"claims.get("roles")"#), "{get}");
    let update = &output.resolvers["Mutation.updateT.req.vtl"];
    assert!(update.contains("#groupsAttribute1 = :group1$velocityCount"), "{update}");
    assert!(output.resolvers["Subscription.onCreateT.res.vtl"].contains("$isStaticGroupAuthorized"));
    let api = &output.template["Resources"]["GraphQLAPI"]["Properties"]["AdditionalAuthenticationProviders"];
    assert_eq!(api[0]["OpenIDConnectConfig"]["Issuer"], "https://id.example.com");
}

#[test]
fn a_subscription_is_on_public_or_off() {
    let with = |level: &str| {
        output(&format!(
            "type T @model(subscriptions: {{level: {level}}}) @auth(rules: [{{allow: owner}}]) {{ id: ID! owner: String }}"
        ))
    };
    let on = with("on");
    assert!(on.resolvers["Subscription.onCreateT.res.vtl"].contains("unauthorized"));
    assert!(definition(&on, "Subscription").contains("onCreateT(owner: String!): T"));
    let public = with("public");
    assert!(!public.resolvers["Subscription.onCreateT.res.vtl"].contains("unauthorized"));
    assert!(definition(&public, "Subscription").contains("onCreateT: T"));
    assert!(!with("off").schema.contains("type Subscription"));
}
