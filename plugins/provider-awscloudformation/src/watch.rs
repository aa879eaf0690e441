//! Follows a stack operation by the events of the stack and of the stacks nested in it, until it ends.

use std::{
    collections::{BTreeMap, HashSet},
    time::{Duration, Instant},
};

use amplify_sdk::{Context, message::Progress};
use aws_sdk_cloudformation::{
    Client,
    primitives::DateTime,
    types::{EventFilter, StackEvent},
};

use crate::{
    error::Error,
    failure::{failed, message},
    record::{Happened, Record},
    stack::{self, STACK, Stack, Verdict, name_of},
    waiting::Waiting,
};

/// Pauses between two looks: short at first and after something happened, longer while nothing does.
const FIRST_PAUSE: Duration = Duration::from_millis(300);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How often the host is asked whether to stop.
const TICK: Duration = Duration::from_millis(100);
/// After so many looks without news the stack itself is asked, in case its last event was missed.
const QUIET: u32 = 5;
/// The most characters that CloudFormation adds to a nested stack's name.
const RANDOM_END: usize = 13;
/// Stacks nested deeper than this are not searched for.
const DEPTH: usize = 5;

/// A running operation.
pub(crate) struct Watch<'w> {
    client: &'w Client,
    root: String,
    token: Option<String>,
    since: Option<DateTime>,
    seen: HashSet<String>,
    nested: BTreeMap<String, Nested>,
    ended: bool,
    waiting: Waiting,
    pub record: Record,
}

struct Nested {
    path: String,
    open: bool,
}

/// How a wait ended.
#[expect(clippy::large_enum_variant, reason = "one lives at a time, and not for long")]
pub(crate) enum Waited {
    /// The operation came to its end; the stack as it is now.
    Ended(Stack),
    /// The user wants to stop.
    Cancelled,
}

impl<'w> Watch<'w> {
    /// Follows the operation that was started with a token.
    pub fn started(client: &'w Client, stack_id: &str, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..Self::attached(client, stack_id) }
    }

    /// Follows whatever is going on.
    pub fn attached(client: &'w Client, stack_id: &str) -> Self {
        Self {
            client,
            root: stack_id.to_owned(),
            token: None,
            since: None,
            seen: HashSet::new(),
            nested: BTreeMap::new(),
            ended: false,
            waiting: Waiting::new(),
            record: Record::default(),
        }
    }

    /// Follows what is about to begin: nothing of what happened until now.
    pub async fn from_now(client: &'w Client, stack_id: &str) -> Result<Self, Error> {
        let reply = client.describe_stack_events().stack_name(stack_id).send().await;
        let events = reply.map_err(failed("DescribeStackEvents"))?.stack_events.unwrap_or_default();
        Ok(Self {
            since: events.first().and_then(|event| event.timestamp().copied()),
            seen: events.iter().filter_map(|event| event.event_id().map(str::to_owned)).collect(),
            ..Self::attached(client, stack_id)
        })
    }

    /// Waits for the end and tells the host what happens. With `heed`, the user's wish to stop ends the wait.
    pub async fn wait(&mut self, context: &mut Context<'_>, heed: bool) -> Result<Waited, Error> {
        let (mut pause, mut quiet) = (FIRST_PAUSE, 0);
        self.waiting.restart(Instant::now());
        loop {
            if heed && !rest(context, pause).await {
                return Ok(Waited::Cancelled);
            } else if !heed {
                tokio::time::sleep(pause).await;
            }
            if self.look(context).await? {
                (pause, quiet) = (FIRST_PAUSE, 0);
                self.waiting.restart(Instant::now());
            } else {
                if let Some(text) = self.waiting.due(Instant::now()) {
                    context.progress(&Progress::Message { text });
                }
                (pause, quiet) = ((pause * 3 / 2).min(LONGEST_PAUSE), quiet + 1);
            }
            if self.ended || quiet >= QUIET {
                // Where the end was seen, everything before it was read.
                let missed = !self.ended;
                quiet = 0;
                let found = stack::find(self.client, &self.root).await?;
                let stack = found.unwrap_or_else(|| Stack::gone(&self.root));
                if Verdict::of(&stack.status) != Verdict::Busy {
                    if missed {
                        self.look(context).await?;
                    }
                    self.search(context).await?;
                    self.explain(context).await?;
                    return Ok(Waited::Ended(stack));
                }
                self.ended = false;
            }
        }
    }

    /// Reads what is new everywhere; whether there was anything.
    async fn look(&mut self, context: &mut Context<'_>) -> Result<bool, Error> {
        let root = self.root.clone();
        let mut fresh: Vec<(DateTime, Happened, StackEvent)> = Vec::new();
        let mut ask = vec![(root.clone(), String::new())];
        ask.extend(
            self.nested.iter().filter(|(_, nested)| nested.open).map(|(id, nested)| (id.clone(), nested.path.clone())),
        );
        while let Some((stack_id, path)) = ask.pop() {
            for event in self.events(&stack_id).await? {
                let Some((time, happened)) = happened(&event, &path) else { continue };
                let own = event.physical_resource_id() == Some(&stack_id);
                if own && stack_id != root {
                    continue;
                }
                if own && ends(&happened.status) {
                    self.ended = true;
                }
                if !own && happened.resource_type == STACK && happened.physical_id.starts_with("arn:") {
                    let open = happened.status.ends_with("_IN_PROGRESS");
                    let known =
                        self.nested.insert(happened.physical_id.clone(), Nested { path: happened.path.clone(), open });
                    // One that ended between two looks is read once more, for its last events.
                    if known.is_none_or(|known| known.open || open)
                        && !ask.iter().any(|(id, _)| *id == happened.physical_id)
                    {
                        ask.push((happened.physical_id.clone(), happened.path.clone()));
                    }
                }
                fresh.push((time, happened, event));
            }
        }
        fresh.sort_by_key(|(time, ..)| *time);
        let (any, now) = (!fresh.is_empty(), Instant::now());
        for (_, happened, event) in fresh {
            self.waiting.heard(&event, &happened, now);
            self.tell(context, happened);
        }
        Ok(any)
    }

    fn tell(&mut self, context: &mut Context<'_>, happened: Happened) {
        context.progress(&Progress::Resource {
            path: happened.path.clone(),
            resource_type: happened.resource_type.clone(),
            status: happened.status.clone(),
            reason: happened.reason.clone(),
        });
        self.record.add(happened);
    }

    /// New events of a stack, oldest first: those of this operation that were not read yet.
    async fn events(&mut self, stack_id: &str) -> Result<Vec<StackEvent>, Error> {
        let is_root = stack_id == self.root;
        let mut fresh = Vec::new();
        let mut pages = self.client.describe_stack_events().stack_name(stack_id).into_paginator().send();
        'pages: while let Some(page) = pages.next().await {
            let page = match page {
                Ok(page) => page,
                Err(error) if message(&error).contains("does not exist") => break,
                Err(error) => return Err(failed("DescribeStackEvents")(error)),
            };
            let mut older = false;
            for event in page.stack_events.unwrap_or_default() {
                let (Some(id), Some(time)) = (event.event_id(), event.timestamp()) else { continue };
                if self.seen.contains(id) {
                    older = true;
                    continue;
                }
                match self.since {
                    Some(since) if *time < since => break 'pages,
                    None if is_root && starts(&event) => {
                        if self.token.is_some() && event.client_request_token() != self.token.as_deref() {
                            // The newest start is an earlier operation's: ours is not visible yet.
                            return Ok(Vec::new());
                        }
                        self.since = Some(*time);
                        fresh.push(event);
                        break 'pages;
                    }
                    _ => fresh.push(event),
                }
            }
            if older {
                break;
            }
        }
        if is_root && self.since.is_none() {
            return Ok(Vec::new());
        }
        self.seen.extend(fresh.iter().filter_map(|event| event.event_id().map(str::to_owned)));
        fresh.reverse();
        Ok(fresh)
    }

    /// Finds nested stacks that failed before an event told their id, by the name that CloudFormation gives them: the
    /// parent's name, the logical id, and a random end.
    async fn search(&mut self, context: &mut Context<'_>) -> Result<(), Error> {
        for _ in 0..DEPTH {
            let known: HashSet<&String> = self.nested.values().map(|nested| &nested.path).collect();
            let failed = self.record.failed_stacks();
            let unknown: Vec<String> = failed
                .into_iter()
                .map(|(path, _)| path)
                .filter(|path| !path.is_empty() && !known.contains(path))
                .collect();
            if unknown.is_empty() || self.since.is_none() {
                return Ok(());
            }
            let found = self.named(&unknown).await?;
            if found.is_empty() {
                return Ok(());
            }
            for (stack_id, path) in found {
                self.nested.insert(stack_id, Nested { path, open: true });
            }
            self.look(context).await?;
        }
        Ok(())
    }

    /// Asks what was found wrong before anything was made: such a failure's own event names no resource.
    async fn explain(&mut self, context: &mut Context<'_>) -> Result<(), Error> {
        let Some(since) = self.since else { return Ok(()) };
        let filter = EventFilter::builder().failed_events(true).build();
        let mut found = Vec::new();
        for (path, stack_id) in self.record.refused_beforehand() {
            let above = self.nested.get(&stack_id).map(|_| path).unwrap_or_default();
            let events = self.client.describe_events().stack_name(&stack_id).filters(filter.clone());
            let reply = events.send().await.map_err(failed("DescribeEvents"))?;
            for event in reply.operation_events() {
                let Some(reason) = event.validation_status_reason() else { continue };
                if event.timestamp().is_some_and(|time| *time < since) {
                    continue;
                }
                let logical_id = event.logical_resource_id().unwrap_or_default();
                found.push(Happened {
                    path: if above.is_empty() { logical_id.to_owned() } else { format!("{above}/{logical_id}") },
                    physical_id: String::new(),
                    resource_type: event.resource_type().unwrap_or_default().to_owned(),
                    status: "VALIDATION_FAILED".to_owned(),
                    reason: Some(reason.to_owned()),
                });
            }
        }
        for happened in found {
            self.tell(context, happened);
        }
        Ok(())
    }

    async fn named(&self, paths: &[String]) -> Result<Vec<(String, String)>, Error> {
        let prefixes: Vec<(String, &String)> = paths
            .iter()
            .filter_map(|path| {
                let (above, logical_id) = path.rsplit_once('/').unwrap_or(("", path));
                let parent = match above {
                    "" => &self.root,
                    above => self.nested.iter().find(|(_, nested)| nested.path == above).map(|(id, _)| id)?,
                };
                Some((format!("{}-{logical_id}-", name_of(parent)), path))
            })
            .collect();
        let mut found: BTreeMap<&String, (DateTime, String)> = BTreeMap::new();
        let mut pages = self.client.list_stacks().into_paginator().send();
        while let Some(page) = pages.next().await {
            for stack in page.map_err(failed("ListStacks"))?.stack_summaries() {
                let (Some(name), Some(id), Some(made)) = (stack.stack_name(), stack.stack_id(), stack.creation_time())
                else {
                    continue;
                };
                for (prefix, path) in &prefixes {
                    let newer = found.get(path).is_none_or(|(other, _)| other < made);
                    // What is nested deeper has a longer end.
                    let end = name.strip_prefix(prefix.as_str()).map(str::len);
                    if end.is_some_and(|end| end <= RANDOM_END) && newer {
                        found.insert(path, (*made, id.to_owned()));
                    }
                }
            }
        }
        Ok(found.into_iter().map(|(path, (_, id))| (id, path.clone())).collect())
    }
}

/// Sleeps; `false` as soon as the user wants to stop.
async fn rest(context: &mut Context<'_>, pause: Duration) -> bool {
    let mut left = pause;
    while !left.is_zero() {
        if context.cancelled() {
            return false;
        }
        let tick = TICK.min(left);
        tokio::time::sleep(tick).await;
        left -= tick;
    }
    !context.cancelled()
}

/// Whether an event of the stack itself begins an operation.
fn starts(event: &StackEvent) -> bool {
    let status = event.resource_status().map(|status| status.as_str()).unwrap_or_default();
    event.stack_id() == event.physical_resource_id()
        && matches!(status, "CREATE_IN_PROGRESS" | "UPDATE_IN_PROGRESS" | "DELETE_IN_PROGRESS" | "IMPORT_IN_PROGRESS")
}

fn ends(status: &str) -> bool {
    status.ends_with("_COMPLETE") || status.ends_with("_FAILED")
}

fn happened(event: &StackEvent, above: &str) -> Option<(DateTime, Happened)> {
    let logical_id = event.logical_resource_id()?;
    let path = if above.is_empty() { logical_id.to_owned() } else { format!("{above}/{logical_id}") };
    let happened = Happened {
        path,
        physical_id: event.physical_resource_id().unwrap_or_default().to_owned(),
        resource_type: event.resource_type().unwrap_or_default().to_owned(),
        status: event.resource_status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
        reason: event.resource_status_reason().filter(|reason| !reason.is_empty()).map(str::to_owned),
    };
    Some((*event.timestamp()?, happened))
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use amplify_sdk::{
        Provider,
        error::PluginError,
        manifest::Manifest,
        provider::{ProviderReply, ProviderRequest},
        testing::Host,
    };
    use aws_sdk_cloudformation::{
        Config,
        config::{
            BehaviorVersion, Credentials, HttpClient, Region, RuntimeComponents,
            http::{HttpRequest, HttpResponse},
        },
    };
    use aws_smithy_runtime_api::client::http::{
        HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
    };

    use super::*;

    const ROOT: &str = "arn:aws:cloudformation:eu-west-1:1:stack/amplify-shop-dev/r";
    const NESTED: &str = "arn:aws:cloudformation:eu-west-1:1:stack/amplify-shop-dev-hello-X/n";

    /// A stack in whose nested stack a custom resource waits, until it has been looked at so often.
    #[derive(Clone, Debug)]
    struct Account {
        looks: Arc<AtomicUsize>,
        enough: usize,
    }

    fn event(stack: &str, id: &str, (physical, kind, status): (&str, &str, &str), number: usize) -> String {
        let properties = r#"{"ServiceToken":"arn:aws:lambda:eu-west-1:1:function:thing-dev"}"#;
        format!(
            "<member><StackId>{stack}</StackId><EventId>{id}-{status}</EventId><LogicalResourceId>{id}</LogicalResourceId>\
             <PhysicalResourceId>{physical}</PhysicalResourceId><ResourceType>{kind}</ResourceType>\
             <ResourceProperties>{properties}</ResourceProperties><ResourceStatus>{status}</ResourceStatus>\
             <ClientRequestToken>token</ClientRequestToken><Timestamp>2100-01-01T00:00:0{number}Z</Timestamp></member>"
        )
    }

    impl Account {
        fn answer(&self, body: &str) -> String {
            let answer = |action: &str, content: &str| {
                format!("<{action}Response><{action}Result>{content}</{action}Result></{action}Response>")
            };
            let nested = body.contains("hello-X");
            let ended = self.looks.load(Ordering::SeqCst) > self.enough;
            let mut events = if nested {
                let thing = |status, number| event(NESTED, "Thing", ("", "Custom::Thing", status), number);
                vec![thing("CREATE_IN_PROGRESS", 3), thing("CREATE_COMPLETE", 4)]
            } else {
                let root = |status, number| event(ROOT, "amplify-shop-dev", (ROOT, STACK, status), number);
                let hello = |status, number| event(ROOT, "hello", (NESTED, STACK, status), number);
                vec![
                    root("UPDATE_IN_PROGRESS", 1),
                    hello("CREATE_IN_PROGRESS", 2),
                    hello("CREATE_COMPLETE", 5),
                    root("UPDATE_COMPLETE", 6),
                ]
            };
            if body.contains("Action=DescribeStackEvents") {
                self.looks.fetch_add(usize::from(!nested), Ordering::SeqCst);
                let begun = if nested { 1 } else { 2 };
                events.truncate(if ended { events.len() } else { begun });
                events.reverse();
                return answer("DescribeStackEvents", &format!("<StackEvents>{}</StackEvents>", events.concat()));
            }
            let status = if ended { "UPDATE_COMPLETE" } else { "UPDATE_IN_PROGRESS" };
            let stack = format!(
                "<StackName>amplify-shop-dev</StackName><StackId>{ROOT}</StackId><StackStatus>{status}</StackStatus>\
                 <CreationTime>2026-01-01T00:00:00Z</CreationTime>"
            );
            answer("DescribeStacks", &format!("<Stacks><member>{stack}</member></Stacks>"))
        }
    }

    impl HttpConnector for Account {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
            let status = 200.try_into().unwrap();
            HttpConnectorFuture::ready(Ok(HttpResponse::new(status, self.answer(&body).into())))
        }
    }

    impl HttpClient for Account {
        fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
            SharedHttpConnector::new(self.clone())
        }
    }

    /// Does nothing but to wait for the account's operation.
    struct Waits(Account, Duration);

    impl Provider for Waits {
        fn manifest(&self) -> Manifest {
            crate::AwsCloudFormation.manifest()
        }

        fn handle(&self, context: &mut Context<'_>, _: ProviderRequest) -> Result<ProviderReply, PluginError> {
            let config = Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new("eu-west-1"))
                .credentials_provider(Credentials::new("AKIA", "s", None, None, "test"))
                .http_client(self.0.clone());
            let client = Client::from_conf(config.build());
            let mut watch = Watch { waiting: Waiting::telling_after(self.1), ..Watch::started(&client, ROOT, "token") };
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let waited = runtime.block_on(watch.wait(context, true)).unwrap();
            assert!(matches!(waited, Waited::Ended(stack) if stack.status == "UPDATE_COMPLETE"));
            Ok(ProviderReply::SecretsKept)
        }
    }

    fn messages(after: Duration) -> Vec<String> {
        let account = Account { looks: Arc::default(), enough: 3 };
        let host = Host::new();
        let outcome = host.provider(&Waits(account, after), ProviderRequest::Inventory(Default::default()));
        let _ = outcome.value();
        let of = |progress: &Progress| match progress {
            Progress::Message { text } => Some(text.clone()),
            _ => None,
        };
        assert!(outcome.progress.len() >= 6, "{:?}", outcome.progress);
        outcome.progress.iter().filter_map(of).collect()
    }

    #[test]
    fn a_quiet_wait_is_told_and_a_lively_one_is_not() {
        let told = messages(Duration::from_millis(400));
        let [told, ..] = told.as_slice() else { panic!("nothing is told") };
        assert!(told.starts_with("Nothing has happened for "), "{told}");
        let thing = "hello/Thing (Custom::Thing) in stack amplify-shop-dev-hello-X: CREATE_IN_PROGRESS for ";
        assert!(told.contains(thing) && told.ends_with("see the log group /aws/lambda/thing-dev"), "{told}");
        assert_eq!(messages(Duration::from_secs(60)), Vec::<String>::new());
    }
}
