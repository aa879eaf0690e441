//! Looks at the emulated account past the provider.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpStream,
};

use aws_config::{BehaviorVersion, Region};
use aws_sdk_s3::{
    primitives::ByteStream,
    types::{BucketLocationConstraint, CreateBucketConfiguration},
};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::proxy;

/// Clients that do not go through the proxy.
pub struct Observer {
    runtime: Runtime,
    pub s3: aws_sdk_s3::Client,
    pub cloudformation: aws_sdk_cloudformation::Client,
    ssm: aws_sdk_ssm::Client,
}

impl Observer {
    pub fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .region(Region::new("eu-west-1"))
            .endpoint_url(format!("http://127.0.0.1:{}", proxy::port(proxy::UPSTREAM)));
        let config = runtime.block_on(loader.load());
        let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
        Self {
            runtime,
            s3: aws_sdk_s3::Client::from_conf(s3),
            cloudformation: aws_sdk_cloudformation::Client::new(&config),
            ssm: aws_sdk_ssm::Client::new(&config),
        }
    }

    /// Completes a call.
    pub fn wait<T>(&self, call: impl Future<Output = T>) -> T {
        self.runtime.block_on(call)
    }

    /// Names of the buckets that begin with a text.
    pub fn buckets(&self, beginning: &str) -> Vec<String> {
        let reply = self.wait(self.s3.list_buckets().send()).unwrap();
        let names = reply.buckets().iter().filter_map(|bucket| bucket.name());
        names.filter(|name| name.starts_with(beginning)).map(str::to_owned).collect()
    }

    pub fn create_bucket(&self, name: &str) {
        let place = CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::EuWest1).build();
        self.wait(self.s3.create_bucket().bucket(name).create_bucket_configuration(place).send()).unwrap();
    }

    pub fn put(&self, bucket: &str, key: &str, text: &str) {
        let body = ByteStream::from(text.as_bytes().to_vec());
        self.wait(self.s3.put_object().bucket(bucket).key(key).body(body).send()).unwrap();
    }

    pub fn get(&self, bucket: &str, key: &str) -> Option<String> {
        self.wait(async {
            let reply = self.s3.get_object().bucket(bucket).key(key).send().await.ok()?;
            String::from_utf8(reply.body.collect().await.ok()?.to_vec()).ok()
        })
    }

    /// Keys of the objects of a bucket.
    pub fn keys(&self, bucket: &str) -> Vec<String> {
        let reply = self.wait(self.s3.list_objects_v2().bucket(bucket).send()).unwrap();
        reply.contents().iter().filter_map(|object| object.key().map(str::to_owned)).collect()
    }

    /// Name and type of the parameters below a folder of the parameter store.
    pub fn parameters(&self, folder: &str) -> Vec<(String, String)> {
        let reply = self.wait(self.ssm.get_parameters_by_path().path(folder).recursive(true).send()).unwrap();
        let parameters = reply.parameters().iter();
        let named = parameters.map(|parameter| Some((parameter.name()?.into(), parameter.r#type()?.as_str().into())));
        named.map(Option::unwrap).collect()
    }

    /// A stack's status; `None` if there is no such stack any more.
    pub fn status(&self, stack: &str) -> Option<String> {
        let reply = self.wait(self.cloudformation.describe_stacks().stack_name(stack).send()).ok()?;
        Some(reply.stacks().first()?.stack_status()?.as_str().to_owned())
    }

    /// A stack's tags.
    pub fn tags(&self, stack: &str) -> BTreeMap<String, String> {
        let reply = self.wait(self.cloudformation.describe_stacks().stack_name(stack).send()).unwrap();
        let tags = reply.stacks()[0].tags().iter();
        tags.map(|tag| (tag.key().unwrap().to_owned(), tag.value().unwrap().to_owned())).collect()
    }

    /// A stack's template.
    pub fn template(&self, stack: &str) -> Value {
        let reply = self.wait(self.cloudformation.get_template().stack_name(stack).send()).unwrap();
        serde_json::from_str(reply.template_body().unwrap()).unwrap()
    }

    /// Names of stacks that exist and begin with a text.
    pub fn stacks(&self, beginning: &str) -> Vec<String> {
        let reply = self.wait(self.cloudformation.describe_stacks().send()).unwrap();
        let names = reply.stacks().iter().filter_map(|stack| stack.stack_name());
        names.filter(|name| name.starts_with(beginning)).map(str::to_owned).collect()
    }

    /// The physical id that the last event of a resource tells.
    pub fn physical_id(&self, stack: &str, logical_id: &str) -> Option<String> {
        let reply = self.wait(self.cloudformation.describe_stack_events().stack_name(stack).send()).ok()?;
        let mut events = reply.stack_events().iter().filter(|event| event.logical_resource_id() == Some(logical_id));
        events.find_map(|event| event.physical_resource_id().filter(|id| !id.is_empty()).map(str::to_owned))
    }

    /// Lets a wait condition go on.
    pub fn signal(&self, handle: &str) {
        let path = handle.split_once("://").unwrap().1.split_once('/').unwrap().1;
        let body = r#"{"Status": "SUCCESS", "UniqueId": "1", "Data": "x", "Reason": "done"}"#;
        let mut stream = TcpStream::connect(("127.0.0.1", proxy::port(proxy::UPSTREAM))).unwrap();
        let head = format!(
            "PUT /{path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        assert!(reply.starts_with("HTTP/1.1 20"), "{reply}");
    }
}
