//! Who may assume the two roles of an environment: users of its identity pool, once there is one.
//!
//! The role's trust policy names the pool, and the pool's stack is given the roles' ARNs, which would be a circle. The
//! original CLI breaks it with a Lambda function of its own that rewrites both trust policies during the deployment
//! (`UpdateRolesWithIDPFunction` and two more resources). Here the pool's stack is given ARNs made of the roles' names, so
//! that the roles may refer to the pool directly, and no code runs at all. The roles exist before the pool does: every
//! environment begins with them.
//!
//! An environment that the original deployed keeps its three resources as they were recorded, so that taking it over
//! changes nothing.

use amplify_cfn::Partition;
use serde_json::{Value, json};

use crate::{Environment, NestedStack, recorded::Recorded, references::references, root};

/// The original CLI's resources for the same purpose.
pub(crate) const ORIGINAL: [&str; 3] =
    ["UpdateRolesWithIDPFunction", "UpdateRolesWithIDPFunctionOutputs", "UpdateRolesWithIDPFunctionRole"];

const PROVIDER: &str = "cognito-identity.amazonaws.com";
const OUTPUT: &str = "IdentityPoolId";

/// How the roles of an environment get their trust policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// By their own template.
    Template,
    /// By the resources that the original CLI left.
    Original,
}

impl Trust {
    /// The way of an environment.
    pub fn of(recorded: Option<&Recorded>) -> Self {
        match recorded.is_some_and(|recorded| recorded.resource(ORIGINAL[0]).is_some()) {
            true => Trust::Original,
            false => Trust::Template,
        }
    }

    /// Completes a root template whose nested stacks are in place.
    ///
    /// `stacks` must be those of the template.
    pub fn complete(self, template: &mut Value, stacks: &[NestedStack], recorded: Option<&Recorded>) {
        let Some(pool) = identity_pool(stacks) else { return };
        let Some(resources) = root::resources_mut(template) else { return };
        match self {
            Trust::Original => {
                for id in ORIGINAL {
                    let Some(resource) = recorded.and_then(|recorded| recorded.resource(id)) else { continue };
                    // One that refers to an identity pool of another name would not deploy.
                    let whole = references(resource)
                        .iter()
                        .all(|reference| reference.output().is_none() || resources.contains_key(&reference.target));
                    if whole {
                        resources.insert(id.to_owned(), resource.clone());
                    }
                }
            }
            Trust::Template => {
                for (role, users) in [("AuthRole", "authenticated"), ("UnauthRole", "unauthenticated")] {
                    if let Some(document) = resources
                        .get_mut(role)
                        .and_then(|role| role.pointer_mut("/Properties/AssumeRolePolicyDocument"))
                    {
                        *document = trusting(&pool.logical_id, users);
                    }
                }
            }
        }
    }

    /// Gives the identity pool's stack, and those that it needs, ARNs that do not wait for the roles.
    pub fn break_circle(self, stacks: &mut [NestedStack], environment: &Environment) {
        if self == Trust::Original || identity_pool(stacks).is_none() {
            return;
        }
        let partition = Partition::of(&environment.region).name();
        for stack in stacks {
            for value in stack.parameters.values_mut() {
                for role in ["AuthRole", "UnauthRole"] {
                    let by_list = json!({ "Fn::GetAtt": [role, "Arn"] });
                    if *value == by_list || *value == json!({ "Fn::GetAtt": format!("{role}.Arn") }) {
                        *value = json!({ "Fn::Sub": format!("arn:{partition}:iam::${{AWS::AccountId}}:role/${{{role}Name}}") });
                    }
                }
            }
        }
    }
}

/// The stack whose identity pool the roles belong to.
fn identity_pool(stacks: &[NestedStack]) -> Option<&NestedStack> {
    stacks.iter().find(|stack| {
        stack.category == "auth"
            && stack.resource != "userPoolGroups"
            && stack.parameters.contains_key("identityPoolName")
            && stack.template.parse().is_ok_and(|template| template.outputs.contains_key(OUTPUT))
    })
}

fn trusting(pool: &str, users: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "",
            "Effect": "Allow",
            "Principal": { "Federated": PROVIDER },
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": { format!("{PROVIDER}:aud"): { "Fn::GetAtt": [pool, format!("Outputs.{OUTPUT}")] } },
                "ForAnyValue:StringLike": { format!("{PROVIDER}:amr"): users }
            }
        }]
    })
}
