//! Who may pass: what the description wants of a method's requests, and whether a request has it.

use amplify_local_identity::Service;
use http::{HeaderMap, header::AUTHORIZATION};
use serde_json::{Map, Value};

use super::{reply::Own, route::decode};

/// The key that functions on this machine are given. It belongs to whoever runs the services.
const FUNCTIONS_KEY: &str = "local";

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
    /// The id of the key that it is signed with.
    pub(super) access_key: Option<String>,
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
        let in_query = |name: &str| {
            let pairs = query.unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
            pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| decode(value, true))
        };
        let authorization = header(AUTHORIZATION.as_str());
        let signed = authorization.as_deref().and_then(|text| text.strip_prefix("AWS4-HMAC-SHA256 "));
        let part = |name: &str| {
            let parts = signed.into_iter().flat_map(|text| text.split(',')).map(str::trim);
            parts
                .filter_map(|part| part.split_once('='))
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.to_owned())
        };
        // Each form is whole or none: where, by which key, and the signature.
        let credential = match (part("Credential"), part("Signature")) {
            (Some(credential), Some(_)) => Some(credential),
            _ => in_query("X-Amz-Signature").and_then(|_| in_query("X-Amz-Credential")),
        };
        let access_key = credential.and_then(|scope| match scope.split('/').collect::<Vec<_>>().as_slice() {
            [key, _date, _region, "execute-api", "aws4_request"] => Some((*key).to_owned()),
            _ => None,
        });
        let session = header("x-amz-security-token").or_else(|| in_query("X-Amz-Security-Token"));
        Self { authorization, access_key, session }
    }

    /// Lets the request in or not. Signatures are not computed again; the key must be one that this environment gave out,
    /// and must not have run out.
    pub(super) fn admit(&self, wanted: &Wanted, people: &Service) -> Result<Admitted, Own> {
        match wanted {
            Wanted::Nothing => Ok(Admitted::default()),
            Wanted::Signature => {
                let key = self.access_key.as_deref().ok_or(Own::MissingToken)?;
                if key == FUNCTIONS_KEY {
                    return Ok(Admitted::default());
                }
                let session = self.session.as_deref().ok_or(Own::InvalidToken)?;
                match people.session(key, session) {
                    Ok(session) => Ok(Admitted { session: Some(session), ..Admitted::default() }),
                    Err(refused) if refused.message.contains("expired") => Err(Own::ExpiredToken),
                    Err(_) => Err(Own::InvalidToken),
                }
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

    #[test]
    fn a_key_is_read_from_a_whole_signature_for_apis() {
        let key = |authorization: &'static str, query: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, authorization.parse().unwrap());
            Shown::of(&headers, Some(query)).access_key
        };
        let scope = "AWS4-HMAC-SHA256 Credential=KEY/20200530/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=0";
        assert_eq!(key(scope, "").as_deref(), Some("KEY"));
        let query = "a=1&X-Amz-Credential=KEY%2F20200530%2Fus-east-1%2Fexecute-api%2Faws4_request&X-Amz-Signature=0";
        assert_eq!(key("", query).as_deref(), Some("KEY"));
        for (authorization, query) in [
            ("Bearer x", ""),
            ("AWS4-HMAC-SHA256 Credential=KEY/20200530/us-east-1/execute-api/aws4_request", ""),
            ("AWS4-HMAC-SHA256 Credential=KEY/20200530/us-east-1/s3/aws4_request, Signature=0", ""),
            ("AWS4-HMAC-SHA256 Credential=KEY, Signature=0", ""),
            ("", "X-Amz-Signature=0"),
        ] {
            assert_eq!(key(authorization, query), None, "{authorization} {query}");
        }
    }
}
