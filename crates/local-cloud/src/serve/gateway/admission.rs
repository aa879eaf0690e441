//! Who may pass: what the description wants of a method's requests, and whether a request has it.

use amplify_local_identity::Service;
use http::{HeaderMap, header::AUTHORIZATION};
use serde_json::{Map, Value};

use super::{
    reply::Own,
    signature::{Signature, parameter},
};
use crate::invoke::{FUNCTIONS_KEY, FUNCTIONS_SECRET};

/// What a method wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Nothing: it is open.
    Nothing,
    /// A signature made with credentials of this environment.
    Signature,
    /// A token of one of these user pools.
    Token(Vec<String>),
}

impl Wanted {
    /// What the description says.
    pub(super) fn of(description: &Value, method: &Value) -> Self {
        let wanted = method["security"].as_array().into_iter().flatten().filter_map(Value::as_object);
        for name in wanted.flat_map(Map::keys) {
            let definition = &description["securityDefinitions"][name];
            match definition["x-amazon-apigateway-authtype"].as_str().unwrap_or_default() {
                "awsSigv4" => return Self::Signature,
                "cognito_user_pools" => {
                    let pools = definition["x-amazon-apigateway-authorizer"]["providerARNs"].as_array();
                    let pools = pools.into_iter().flatten().filter_map(Value::as_str);
                    let id = |arn: &str| arn.rsplit('/').next().unwrap_or(arn).to_owned();
                    return Self::Token(pools.map(id).collect());
                }
                _ => {}
            }
        }
        Self::Nothing
    }
}

/// What a request shows of its sender.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shown {
    authorization: Option<String>,
    pub(super) signature: Option<Signature>,
    /// The token that came with the key.
    session: Option<String>,
}

/// Who was let in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Admitted {
    /// What the token says, where one was wanted.
    pub(super) claims: Option<Value>,
    /// What the credentials are good for, where a signature was wanted and somebody signed in for them.
    pub(super) session: Option<Value>,
}

impl Shown {
    pub(super) fn of(headers: &HeaderMap, query: Option<&str>) -> Self {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let session = header("x-amz-security-token").or_else(|| parameter(query, "X-Amz-Security-Token"));
        let signature = Signature::of(headers, query);
        Self { authorization: header(AUTHORIZATION.as_str()), signature, session }
    }

    /// Lets the request in or not. `signed_here` says whether it bears a signature made with this secret.
    pub(super) fn admit(
        &self,
        wanted: &Wanted,
        people: &Service,
        signed_here: impl FnOnce(&Signature, &str) -> Result<(), Own>,
    ) -> Result<Admitted, Own> {
        match wanted {
            Wanted::Nothing => Ok(Admitted::default()),
            Wanted::Signature => {
                let signature = self.signature.as_ref().ok_or(Own::MissingToken)?;
                let Some(token) = &self.session else {
                    if signature.key != FUNCTIONS_KEY {
                        return Err(Own::InvalidToken);
                    }
                    signed_here(signature, FUNCTIONS_SECRET)?;
                    return Ok(Admitted::default());
                };
                let session = people.session(&signature.key, token).map_err(|refused| {
                    if refused.message.contains("expired") { Own::ExpiredToken } else { Own::InvalidToken }
                })?;
                signed_here(signature, &session.secret)?;
                Ok(Admitted { session: Some(session.says), ..Admitted::default() })
            }
            Wanted::Token(pools) => {
                let token = self.authorization.as_deref().unwrap_or_default().trim();
                let token = token.strip_prefix("Bearer ").unwrap_or(token).trim();
                let claims = pools.iter().find_map(|pool| people.verify(pool, token).ok());
                let claims = claims.ok_or(Own::Unauthorized)?;
                Ok(Admitted { claims: Some(claims), ..Admitted::default() })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_description_says_what_is_wanted() {
        let pool = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_abc";
        let description = json!({ "securityDefinitions": {
            "sigv4": { "x-amazon-apigateway-authtype": "awsSigv4" },
            "pool": { "x-amazon-apigateway-authtype": "cognito_user_pools",
                "x-amazon-apigateway-authorizer": { "providerARNs": [pool] } },
        } });
        let wanted = |method: Value| Wanted::of(&description, &method);
        assert_eq!(wanted(json!({ "security": [{ "sigv4": [] }] })), Wanted::Signature);
        assert_eq!(wanted(json!({ "security": [{ "pool": [] }] })), Wanted::Token(vec!["us-east-1_abc".into()]));
        assert_eq!(wanted(json!({})), Wanted::Nothing);
    }
}
