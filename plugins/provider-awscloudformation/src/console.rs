//! Links into the web console: an environment, a category, a resource.

use amplify_sdk::{
    JsonMap,
    environment::{ConsoleReply, ConsoleRequest},
};
use serde_json::Value;

use crate::{error::Error, partition, place::Place};

/// What the console calls the backend's part of an app: `backend` in base 64.
const BACKEND: &str = "YmFja2VuZA";

pub(crate) fn run(request: &ConsoleRequest) -> Result<ConsoleReply, Error> {
    let place = Place::from(&request.target);
    let console = Console { place: &place, region: place.recorded("Region")?, meta: &request.meta };
    let url = match (request.category.as_str(), request.resource.as_str()) {
        ("", _) => console.environment()?,
        (category, "") => console.category(category)?,
        (category, resource) => console.resource(category, resource)?,
    };
    Ok(ConsoleReply { url })
}

struct Console<'c> {
    place: &'c Place<'c>,
    region: &'c str,
    meta: &'c JsonMap,
}

impl Console<'_> {
    fn base(&self) -> &'static str {
        partition::console(self.region)
    }

    /// The environment in its app; its root stack, if it has none.
    fn environment(&self) -> Result<String, Error> {
        match self.app("") {
            Some(app) => Ok(app),
            None => self.stack("stackinfo"),
        }
    }

    fn app(&self, part: &str) -> Option<String> {
        let app = self.place.get("AmplifyAppId")?;
        let part = if part.is_empty() { format!("{BACKEND}/{}", self.place.environment) } else { part.to_owned() };
        Some(format!("{}/amplify/home?region={}#/{app}/{part}", self.base(), self.region))
    }

    fn stack(&self, view: &str) -> Result<String, Error> {
        Ok(stack(self.region, self.place.stack()?, view))
    }

    /// The first resource that has a page of its own; what the root stack lists, if none has.
    fn category(&self, category: &str) -> Result<String, Error> {
        let resources = self.meta.get(category).and_then(Value::as_object).filter(|resources| !resources.is_empty());
        let Some(resources) = resources else { return Err(Error::NotDeployed { what: format!("`{category}`") }) };
        match resources.values().find_map(|resource| self.page(resource)) {
            Some(page) => Ok(page),
            None => self.stack("resources"),
        }
    }

    fn resource(&self, category: &str, resource: &str) -> Result<String, Error> {
        let entry = self.meta.get(category).and_then(|resources| resources.get(resource));
        let deployed = entry.filter(|entry| entry.get("output").is_some() || entry.get("lastPushTimeStamp").is_some());
        let Some(entry) = deployed else {
            return Err(Error::NotDeployed { what: format!("`{resource}` of `{category}`") });
        };
        match self.page(entry) {
            Some(page) => Ok(page),
            None => self.stack("resources"),
        }
    }

    /// The page of a resource, if its service has one and it is deployed.
    fn page(&self, entry: &Value) -> Option<String> {
        let output = |key: &str| Some(encoded(entry.get("output")?.get(key)?.as_str()?));
        let region = self.region;
        let path = match entry.get("service")?.as_str()? {
            "Cognito" | "Cognito-UserPool-Groups" => match output("UserPoolId") {
                Some(pool) => format!("cognito/v2/idp/user-pools/{pool}/users?region={region}"),
                None => {
                    let pool = output("IdentityPoolId")?;
                    format!("cognito/v2/identity/identity-pools/{pool}/user-statistics?region={region}")
                }
            },
            "S3" => format!("s3/buckets/{}?region={region}", output("BucketName")?),
            "S3AndCloudFront" => format!("s3/buckets/{}?region={region}", output("HostingBucketName")?),
            "DynamoDB" => format!("dynamodbv2/home?region={region}#table?name={}", output("Name")?),
            "Lambda" => format!("lambda/home?region={region}#/functions/{}", output("Name")?),
            "AppSync" => format!("appsync/home?region={region}#/{}/v1/queries", output("GraphQLAPIIdOutput")?),
            "API Gateway" => {
                let api = output("ApiId")?;
                format!("apigateway/main/apis/{api}/resources?api={api}&region={region}")
            }
            "Pinpoint" => {
                let region = output("Region").unwrap_or_else(|| region.to_owned());
                format!("pinpoint/home?region={region}#/apps/{}/analytics/overview", output("Id")?)
            }
            "Kinesis" => {
                let arn = entry.get("output")?.get("kinesisStreamArn")?.as_str()?;
                let name = encoded(arn.rsplit('/').next()?);
                format!("kinesis/home?region={region}#/streams/details/{name}/monitoring")
            }
            "Lex" => format!("lex/home?region={region}#bot-editor:bot={}", output("BotName")?),
            "amplifyhosting" => return self.app(self.place.environment),
            _ => return None,
        };
        Some(format!("{}/{path}", self.base()))
    }
}

/// The events of a stack, by its ARN.
pub(crate) fn stack_events(id: &str) -> Option<String> {
    let region = id.strip_prefix("arn:")?.split(':').nth(2)?;
    Some(stack(region, id, "events"))
}

fn stack(region: &str, id: &str, view: &str) -> String {
    let (base, id) = (partition::console(region), encoded(id));
    format!("{base}/cloudformation/home?region={region}#/stacks/{view}?stackId={id}")
}

/// A text as a part of an address.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use amplify_sdk::environment::Target;
    use serde_json::json;

    use super::*;

    fn url(region: &str, app: bool, category: &str, resource: &str) -> Result<String, Error> {
        let mut state = json!({
            "Region": region, "StackName": "amplify-shop-dev-1",
            "StackId": format!("arn:aws:cloudformation:{region}:1:stack/amplify-shop-dev-1/x"),
        });
        if app {
            state["AmplifyAppId"] = json!("d1");
        }
        let meta = json!({
            "auth": {
                "groups": { "service": "Cognito-UserPool-Groups", "output": {} },
                "shop1": { "service": "Cognito", "output": { "UserPoolId": "eu-west-1_A", "IdentityPoolId": "eu:1" } },
            },
            "storage": {
                "photos": { "service": "S3", "output": { "BucketName": "b-dev" } },
                "notes": { "service": "DynamoDB", "output": { "Name": "notes-dev" } },
                "later": { "service": "S3" },
            },
            "network": { "vpc": { "service": "VPC", "output": { "Id": "vpc-1" } } },
            "hosting": { "amplifyhosting": { "service": "amplifyhosting", "lastPushTimeStamp": "2020" } },
        });
        let target = Target {
            environment: "dev".into(),
            state: state.as_object().cloned().unwrap_or_default(),
            ..Target::default()
        };
        let meta = meta.as_object().cloned().unwrap_or_default();
        run(&ConsoleRequest { target, category: category.into(), resource: resource.into(), meta })
            .map(|reply| reply.url)
    }

    #[test]
    fn an_environment_is_shown_in_its_app_or_as_its_stack() {
        let app = "https://console.aws.amazon.com/amplify/home?region=eu-west-1#/d1/YmFja2VuZA/dev";
        assert_eq!(url("eu-west-1", true, "", "").unwrap(), app);
        let stack = url("eu-west-1", false, "", "").unwrap();
        assert!(stack.starts_with("https://console.aws.amazon.com/cloudformation/home?region=eu-west-1#/stacks/stackinfo?stackId=arn%3Aaws%3A"), "{stack}");
    }

    #[test]
    fn every_partition_has_its_console() {
        let china = url("cn-north-1", false, "storage", "photos").unwrap();
        assert_eq!(china, "https://console.amazonaws.cn/s3/buckets/b-dev?region=cn-north-1");
        let gov = url("us-gov-west-1", false, "storage", "notes").unwrap();
        assert_eq!(
            gov,
            "https://console.amazonaws-us-gov.com/dynamodbv2/home?region=us-gov-west-1#table?name=notes-dev"
        );
    }

    #[test]
    fn a_category_shows_the_first_page_it_has() {
        let users = "https://console.aws.amazon.com/cognito/v2/idp/user-pools/eu-west-1_A/users?region=eu-west-1";
        assert_eq!(url("eu-west-1", true, "auth", "").unwrap(), users);
        assert!(url("eu-west-1", true, "network", "").unwrap().contains("#/stacks/resources?stackId="));
        assert!(url("eu-west-1", true, "network", "vpc").unwrap().contains("#/stacks/resources?stackId="));
        let hosting = "https://console.aws.amazon.com/amplify/home?region=eu-west-1#/d1/dev";
        assert_eq!(url("eu-west-1", true, "hosting", "amplifyhosting").unwrap(), hosting);
    }

    #[test]
    fn what_is_not_deployed_is_said_to_be() {
        for (category, resource) in [("storage", "later"), ("storage", "nothing"), ("api", ""), ("api", "blog")] {
            assert_eq!(url("eu-west-1", true, category, resource).unwrap_err().code(), "not-deployed");
        }
    }
}
