//! A service on a temporary store, with a clock that the tests set and functions that they write.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex, OnceLock},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use amplify_local_identity::{Directory, Environment, Message, Resource, Service, Store, TriggerFault};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

pub const POOL: &str = "us-east-1_AbCdEfGhI";
pub const CLIENT: &str = "web4711";
pub const NATIVE: &str = "native4711";
pub const SECRET: &str = "hush";
pub const IDENTITIES: &str = "us-east-1:11111111-2222-4333-a444-555555555555";
pub const PASSWORD: &str = "Passw0rd!";

type Function = Box<dyn Fn(&mut Value) -> Result<(), TriggerFault> + Send>;

/// What the service sees of the world.
pub struct World {
    directory: Arc<Directory>,
    pub now: Mutex<u64>,
    messages: Mutex<Vec<Message>>,
    functions: Mutex<HashMap<String, Function>>,
    events: Mutex<Vec<Value>>,
}

impl Environment for World {
    fn directory(&self) -> Result<Arc<Directory>, String> {
        Ok(self.directory.clone())
    }

    fn invoke(&self, arn: &str, event: &Value) -> Result<Value, TriggerFault> {
        self.events.lock().unwrap().push(event.clone());
        let functions = self.functions.lock().unwrap();
        let Some(function) = functions.get(arn) else {
            return Err(TriggerFault::Unreachable("no such function".into()));
        };
        let mut event = event.clone();
        function(&mut event).map(|()| event)
    }

    fn deliver(&self, message: &Message) {
        self.messages.lock().unwrap().push(message.clone());
    }

    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(*self.now.lock().unwrap())
    }
}

/// A pool that is served.
pub struct Fixture {
    pub folder: tempfile::TempDir,
    pub world: Arc<World>,
    pub service: Service,
}

/// A store whose pool has its key already, because finding primes takes a while.
fn with_key() -> &'static Path {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    FOLDER
        .get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            let world = world(json!({}), json!({}), &[]);
            let service = Service::new(Store::at(folder.path()), world);
            service.public_keys(POOL).unwrap().unwrap();
            folder
        })
        .path()
}

fn world(pool: Value, client: Value, functions: &[&str]) -> Arc<World> {
    let mut pool = pool;
    for trigger in functions {
        pool["LambdaConfig"][*trigger] = format!("arn:aws:lambda:us-east-1:000000000000:function:{trigger}").into();
    }
    let provider = format!("cognito-idp.us-east-1.amazonaws.com/{POOL}");
    let mut web = client;
    web["UserPoolId"] = POOL.into();
    let secret = json!({ "ClientSecret": SECRET });
    let resources = [
        ("AWS::Cognito::UserPool", POOL, pool, json!({})),
        ("AWS::Cognito::UserPoolClient", CLIENT, web, secret.clone()),
        (
            "AWS::Cognito::UserPoolClient",
            NATIVE,
            json!({
                "UserPoolId": POOL, "GenerateSecret": "true",
                "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            }),
            secret,
        ),
        (
            "AWS::Cognito::UserPoolGroup",
            "admins",
            json!({ "UserPoolId": POOL, "GroupName": "Admins", "Precedence": 1, "RoleArn": "arn:role:admins" }),
            json!({}),
        ),
        (
            "AWS::Cognito::UserPoolGroup",
            "editors",
            json!({ "UserPoolId": POOL, "GroupName": "Editors", "Precedence": "2", "RoleArn": "arn:role:editors" }),
            json!({}),
        ),
        (
            "AWS::Cognito::IdentityPool",
            IDENTITIES,
            json!({
                "AllowUnauthenticatedIdentities": "true",
                "CognitoIdentityProviders": [{ "ClientId": CLIENT, "ProviderName": provider }],
            }),
            json!({}),
        ),
        (
            "AWS::Cognito::IdentityPoolRoleAttachment",
            "roles",
            json!({
                "IdentityPoolId": IDENTITIES,
                "Roles": { "authenticated": "arn:role:auth", "unauthenticated": "arn:role:unauth" },
                "RoleMappings": { "Web": {
                    "IdentityProvider": format!("{provider}:{CLIENT}"), "Type": "Token",
                    "AmbiguousRoleResolution": "AuthenticatedRole",
                } },
            }),
            json!({}),
        ),
    ];
    let attributes: Vec<Map<String, Value>> =
        resources.iter().map(|(_, _, _, attributes)| attributes.as_object().unwrap().clone()).collect();
    let resources = resources.iter().zip(&attributes).map(|((resource_type, id, properties, _), attributes)| {
        Resource { resource_type, physical_id: id, properties, attributes }
    });
    Arc::new(World {
        directory: Arc::new(Directory::new("us-east-1", "000000000000", resources)),
        now: Mutex::new(1_700_000_000),
        messages: Mutex::default(),
        functions: Mutex::default(),
        events: Mutex::default(),
    })
}

impl Fixture {
    /// A pool that verifies email addresses, and a client that may sign in in every way.
    pub fn new() -> Self {
        Self::of(json!({ "AutoVerifiedAttributes": ["email"] }), &[])
    }

    /// A pool of these properties, with functions for these triggers.
    pub fn of(pool: Value, triggers: &[&str]) -> Self {
        let flows = [
            "ALLOW_USER_PASSWORD_AUTH",
            "ALLOW_USER_SRP_AUTH",
            "ALLOW_CUSTOM_AUTH",
            "ALLOW_REFRESH_TOKEN_AUTH",
            "ALLOW_ADMIN_USER_PASSWORD_AUTH",
        ];
        Self::with_client(pool, json!({ "ExplicitAuthFlows": flows }), triggers)
    }

    pub fn with_client(pool: Value, client: Value, triggers: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(with_key().join("identities.db"), folder.path().join("identities.db")).unwrap();
        let world = world(pool, client, triggers);
        let service = Service::new(Store::at(folder.path()), world.clone());
        Self { folder, world, service }
    }

    /// The same store in a new process, as it were.
    pub fn restarted(self) -> Self {
        let Self { folder, world, service } = self;
        drop(service);
        let service = Service::new(Store::at(folder.path()), world.clone());
        Self { folder, world, service }
    }

    /// Sets what the function of a trigger does.
    pub fn on(&self, trigger: &str, function: impl Fn(&mut Value) -> Result<(), TriggerFault> + Send + 'static) {
        let arn = format!("arn:aws:lambda:us-east-1:000000000000:function:{trigger}");
        self.world.functions.lock().unwrap().insert(arn, Box::new(function));
    }

    /// The events that functions were called with, by source, and forgets them.
    pub fn events(&self) -> Vec<Value> {
        std::mem::take(&mut *self.world.events.lock().unwrap())
    }

    pub fn sources(&self) -> Vec<String> {
        self.events().iter().map(|event| event["triggerSource"].as_str().unwrap().to_owned()).collect()
    }

    pub fn later(&self, seconds: u64) {
        *self.world.now.lock().unwrap() += seconds;
    }

    /// The message that would have been sent last.
    pub fn message(&self) -> Message {
        self.world.messages.lock().unwrap().last().unwrap().clone()
    }

    pub fn messages(&self) -> usize {
        self.world.messages.lock().unwrap().len()
    }

    pub fn code(&self) -> String {
        self.message().code
    }

    fn call(&self, operation: &str, body: &Value) -> Result<Value, (String, String)> {
        let service = match operation {
            "GetId" | "GetCredentialsForIdentity" => "AWSCognitoIdentityService",
            _ => "AWSCognitoIdentityProviderService",
        };
        let mut body = body.clone();
        if body.get("UserPoolId").is_none() && body.get("ClientId").is_none() && body.get("AccessToken").is_none() {
            body["UserPoolId"] = POOL.into();
        }
        let answer = self.service.call(&format!("{service}.{operation}"), body.to_string().as_bytes(), true);
        answer.map_err(|failure| (failure.name.to_owned(), failure.message))
    }

    /// Calls an operation that works.
    #[track_caller]
    pub fn does(&self, operation: &str, body: Value) -> Value {
        self.call(operation, &body).unwrap_or_else(|failure| panic!("{operation} {body}: {failure:?}"))
    }

    /// Calls an operation that is refused: with which name, and what the message says.
    #[track_caller]
    pub fn refuses(&self, operation: &str, body: Value, name: &str, says: &str) {
        let failure = self.call(operation, &body).expect_err(operation);
        assert!(failure.0 == name && failure.1.contains(says), "{operation} {body}: {failure:?}");
    }

    pub fn sign_up(&self, name: &str, attributes: Value) -> Value {
        self.does(
            "SignUp",
            json!({ "ClientId": CLIENT, "Username": name, "Password": PASSWORD, "UserAttributes": attributes }),
        )
    }

    /// A user who has signed up and confirmed it.
    pub fn confirmed(&self, name: &str) {
        self.sign_up(name, json!([email(&format!("{name}@example.com"))]));
        let code = self.code();
        self.does("ConfirmSignUp", json!({ "ClientId": CLIENT, "Username": name, "ConfirmationCode": code }));
    }

    pub fn password_body(name: &str, password: &str) -> Value {
        json!({
            "ClientId": CLIENT, "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": name, "PASSWORD": password },
        })
    }

    /// Signs in with the password of all.
    #[track_caller]
    pub fn sign_in(&self, name: &str) -> Tokens {
        Tokens::of(&self.does("InitiateAuth", Self::password_body(name, PASSWORD)))
    }

    #[track_caller]
    pub fn respond(&self, challenge: &Value, responses: Value) -> Value {
        self.does("RespondToAuthChallenge", response(challenge, responses))
    }
}

/// An answer to a challenge.
pub fn response(challenge: &Value, responses: Value) -> Value {
    let mut responses = responses;
    responses["USERNAME"] = "ann".into();
    json!({
        "ClientId": CLIENT, "ChallengeName": challenge["ChallengeName"], "Session": challenge["Session"],
        "ChallengeResponses": responses,
    })
}

pub struct Tokens {
    pub access: String,
    pub id: String,
    pub refresh: String,
}

impl Tokens {
    #[track_caller]
    pub fn of(answer: &Value) -> Self {
        let token =
            |key: &str| answer["AuthenticationResult"][key].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
        Self { access: token("AccessToken"), id: token("IdToken"), refresh: token("RefreshToken") }
    }
}

/// The claims of a token.
pub fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

pub fn email(address: &str) -> Value {
    json!({ "Name": "email", "Value": address })
}

pub fn phone(number: &str) -> Value {
    json!({ "Name": "phone_number", "Value": number })
}
