//! What a stack operation waits for, told when nothing has happened for a while.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant, SystemTime},
};

use aws_sdk_cloudformation::types::StackEvent;
use serde_json::Value;

use crate::{
    console,
    record::Happened,
    stack::{STACK, name_of},
};

/// So long nothing has to happen before it is told for the first time; every pause after that is twice as long.
const FIRST: Duration = Duration::from_secs(60);
/// No pause is longer.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// So many resources are named at once.
const NAMED: usize = 5;

/// What is in progress, and since when nothing has happened.
pub(crate) struct Waiting {
    first: Duration,
    pause: Duration,
    /// When something happened last.
    news: Instant,
    /// When something happened or was told last.
    told: Instant,
    /// By path.
    pending: BTreeMap<String, Pending>,
}

/// A resource that is being made, changed or deleted.
struct Pending {
    resource_type: String,
    status: String,
    stack_id: String,
    seen: Instant,
    /// How long it had been so when it was seen.
    before: Duration,
    /// The function that a custom resource is made by.
    function: Option<String>,
    /// Whether it is the stack that everything else is in.
    root: bool,
}

impl Waiting {
    pub fn new() -> Self {
        Self::telling_after(FIRST)
    }

    /// One that tells after another time for the first time.
    pub fn telling_after(first: Duration) -> Self {
        let now = Instant::now();
        Self { first, pause: first, news: now, told: now, pending: BTreeMap::new() }
    }

    /// The wait begins, or something has happened.
    pub fn restart(&mut self, now: Instant) {
        (self.pause, self.news, self.told) = (self.first, now, now);
    }

    /// Takes note of an event.
    pub fn heard(&mut self, event: &StackEvent, happened: &Happened, now: Instant) {
        let path = &happened.path;
        if !happened.status.ends_with("_IN_PROGRESS") {
            self.pending.remove(path);
            if happened.resource_type == STACK {
                let inside = format!("{path}/");
                self.pending.retain(|other, _| !other.starts_with(&inside));
            }
            return;
        }
        let time = event.timestamp().and_then(|time| SystemTime::try_from(*time).ok());
        let pending = Pending {
            resource_type: happened.resource_type.clone(),
            status: happened.status.clone(),
            stack_id: event.stack_id().unwrap_or_default().to_owned(),
            seen: now,
            // The account's clock may be ahead of this one.
            before: time.and_then(|time| SystemTime::now().duration_since(time).ok()).unwrap_or_default(),
            function: event.resource_properties().and_then(function),
            root: event.stack_id() == event.physical_resource_id(),
        };
        match self.pending.get_mut(path) {
            // Such an event comes twice: when the work begins, and when the resource has its id.
            Some(known) if known.status == pending.status => {
                known.function = pending.function.or_else(|| known.function.take());
            }
            _ => drop(self.pending.insert(path.clone(), pending)),
        }
    }

    /// What is to be told, if it is time.
    pub fn due(&mut self, now: Instant) -> Option<String> {
        if now.duration_since(self.told) < self.pause {
            return None;
        }
        self.told = now;
        self.pause = (self.pause * 2).min(LONGEST);
        let innermost = self.innermost();
        if innermost.is_empty() {
            return None;
        }
        let mut text = format!("Nothing has happened for {}. In progress:", length(now.duration_since(self.news)));
        for (path, pending) in innermost.iter().take(NAMED) {
            let Pending { resource_type, status, stack_id, .. } = pending;
            let long = length(pending.before + now.duration_since(pending.seen));
            let place = if pending.root { String::new() } else { format!(" in stack {}", name_of(stack_id)) };
            text.push_str(&format!("\n  {path} ({resource_type}){place}: {status} for {long}"));
            if is_custom(resource_type) {
                text.push_str(&format!(
                    "\n    it waits for the answer of its function, an hour unless the template says otherwise; see {}",
                    pending.place_to_look()
                ));
            }
        }
        if innermost.len() > NAMED {
            text.push_str(&format!("\n  and {} more", innermost.len() - NAMED));
        }
        Some(text)
    }

    /// What has nothing in progress below it.
    fn innermost(&self) -> Vec<(&String, &Pending)> {
        let all = || self.pending.iter();
        let inside = |path: &str, other: &str| other.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
        all()
            .filter(|(path, pending)| match pending.root {
                true => self.pending.len() == 1,
                false => !all().any(|(other, _)| inside(path, other)),
            })
            .collect()
    }
}

impl Pending {
    fn place_to_look(&self) -> String {
        match &self.function {
            Some(function) => format!("the log group /aws/lambda/{function}"),
            None => console::stack_events(&self.stack_id).unwrap_or_else(|| "the stack's events in the console".into()),
        }
    }
}

fn is_custom(resource_type: &str) -> bool {
    resource_type.starts_with("Custom::") || resource_type == "AWS::CloudFormation::CustomResource"
}

/// The name of the function in a custom resource's properties. One that is made through a topic names none.
fn function(properties: &str) -> Option<String> {
    let properties: Value = serde_json::from_str(properties).ok()?;
    let arn: Vec<&str> = properties["ServiceToken"].as_str()?.split(':').collect();
    match arn.as_slice() {
        ["arn", _, "lambda", _, _, "function", name, ..] => Some((*name).to_owned()),
        _ => None,
    }
}

/// A time as it is said.
fn length(time: Duration) -> String {
    let (seconds, minutes) = (time.as_secs(), time.as_secs() / 60);
    match minutes {
        0 => format!("{seconds} s"),
        1..60 => format!("{minutes} min"),
        _ => format!("{} h {} min", minutes / 60, minutes % 60),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudformation::{primitives::DateTime, types::ResourceStatus};

    use super::*;

    const ROOT: &str = "arn:aws:cloudformation:eu-west-1:1:stack/amplify-shop-dev/r";
    const NESTED: &str = "arn:aws:cloudformation:eu-west-1:1:stack/amplify-shop-dev-hello-X/n";

    /// Tells of a resource, as an event of now.
    fn hear(waiting: &mut Waiting, path: &str, (kind, status): (&str, &str), properties: &str, now: Instant) {
        let root = path == "amplify-shop-dev";
        let physical_id = if root { ROOT.to_owned() } else { format!("{path}-id") };
        let event = StackEvent::builder()
            .stack_id(if path.contains('/') { NESTED } else { ROOT })
            .physical_resource_id(&physical_id)
            .resource_properties(properties)
            .timestamp(DateTime::from(SystemTime::now()))
            .resource_status(ResourceStatus::from(status))
            .build();
        let happened = Happened {
            path: path.into(),
            physical_id,
            resource_type: kind.into(),
            status: status.into(),
            reason: None,
        };
        waiting.heard(&event, &happened, now);
    }

    #[test]
    fn it_is_told_after_a_quiet_minute_and_then_ever_more_rarely() {
        let begin = Instant::now();
        let mut waiting = Waiting::new();
        waiting.restart(begin);
        hear(&mut waiting, "Topic", ("AWS::SNS::Topic", "CREATE_IN_PROGRESS"), "{}", begin);
        let told = |waiting: &mut Waiting, from: u64, to: u64| -> Vec<u64> {
            let told = |second: &u64| waiting.due(begin + Duration::from_secs(*second)).is_some();
            (from..=to).filter(told).map(|second| second / 60).collect()
        };
        assert_eq!(told(&mut waiting, 0, 3_600), [1, 3, 7, 15, 30, 45, 60]);
        // Something happens, and all begins anew.
        waiting.restart(begin + Duration::from_secs(3_600));
        assert_eq!(told(&mut waiting, 3_600, 3_840), [61, 63]);
    }

    #[test]
    fn what_is_innermost_is_named_with_its_stack_and_time() {
        let begin = Instant::now();
        let mut waiting = Waiting::new();
        waiting.restart(begin);
        let after = |seconds: u64| begin + Duration::from_secs(seconds);
        let mut hear = |path: &str, kind: &str, status: &str, at: u64| {
            hear(&mut waiting, path, (kind, status), "{}", after(at));
        };
        hear("amplify-shop-dev", STACK, "UPDATE_IN_PROGRESS", 0);
        hear("hello", STACK, "UPDATE_IN_PROGRESS", 1);
        hear("hello/Role", "AWS::IAM::Role", "CREATE_IN_PROGRESS", 2);
        hear("hello/Role", "AWS::IAM::Role", "CREATE_COMPLETE", 3);
        hear("hello/Fn", "AWS::Lambda::Function", "CREATE_IN_PROGRESS", 4);
        hear("hello/Fn", "AWS::Lambda::Function", "CREATE_IN_PROGRESS", 50);
        hear("hellos", STACK, "CREATE_IN_PROGRESS", 60);
        waiting.restart(after(60));
        assert_eq!(
            waiting.due(after(125)).unwrap(),
            "Nothing has happened for 1 min. In progress:\n  \
             hello/Fn (AWS::Lambda::Function) in stack amplify-shop-dev-hello-X: CREATE_IN_PROGRESS for 2 min\n  \
             hellos (AWS::CloudFormation::Stack) in stack amplify-shop-dev: CREATE_IN_PROGRESS for 1 min"
        );
    }

    #[test]
    fn a_nested_stack_that_ended_takes_what_is_in_it_along() {
        let begin = Instant::now();
        let mut waiting = Waiting::new();
        waiting.restart(begin);
        let mut hear = |path: &str, kind: &str, status: &str| hear(&mut waiting, path, (kind, status), "{}", begin);
        hear("amplify-shop-dev", STACK, "UPDATE_IN_PROGRESS");
        hear("hello", STACK, "UPDATE_IN_PROGRESS");
        hear("hello/Fn", "AWS::Lambda::Function", "UPDATE_IN_PROGRESS");
        hear("hello", STACK, "UPDATE_COMPLETE");
        hear("amplify-shop-dev", STACK, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
        let text = waiting.due(begin + Duration::from_secs(3_725)).unwrap();
        assert_eq!(
            text,
            "Nothing has happened for 1 h 2 min. In progress:\n  \
             amplify-shop-dev (AWS::CloudFormation::Stack): UPDATE_COMPLETE_CLEANUP_IN_PROGRESS for 1 h 2 min"
        );
        hear_end(&mut waiting, begin);
        assert_eq!(waiting.due(begin + Duration::from_secs(9_000)), None, "nothing is in progress");
    }

    fn hear_end(waiting: &mut Waiting, now: Instant) {
        hear(waiting, "amplify-shop-dev", (STACK, "UPDATE_COMPLETE"), "{}", now);
    }

    #[test]
    fn a_custom_resource_is_said_to_wait_for_its_function() {
        let begin = Instant::now();
        let line = |kind: &str, properties: &str| {
            let mut waiting = Waiting::new();
            waiting.restart(begin);
            hear(&mut waiting, "hello/Thing", (kind, "CREATE_IN_PROGRESS"), properties, begin);
            // The second event tells less.
            hear(&mut waiting, "hello/Thing", (kind, "CREATE_IN_PROGRESS"), "", begin);
            let text = waiting.due(begin + FIRST).unwrap();
            text.lines().nth(2).map(|line| line.rsplit_once("; see ").unwrap().1.to_owned())
        };
        let token = |arn: &str| format!(r#"{{"ServiceToken": "{arn}", "Other": [1]}}"#);
        let function = "arn:aws:lambda:eu-west-1:1:function:thing-dev";
        for kind in ["Custom::Thing", "AWS::CloudFormation::CustomResource"] {
            let expected = Some("the log group /aws/lambda/thing-dev".to_owned());
            assert_eq!(line(kind, &token(function)), expected, "{kind}");
            assert_eq!(line(kind, &token(&format!("{function}:live"))), expected, "{kind}");
        }
        let console =
            "https://console.aws.amazon.com/cloudformation/home?region=eu-west-1#/stacks/events?stackId=arn%3A";
        for properties in ["", "{\"cut\": ", &token("arn:aws:sns:eu-west-1:1:topic")] {
            let place = line("Custom::Thing", properties).unwrap();
            assert!(place.starts_with(console) && place.ends_with("hello-X%2Fn"), "{place}");
        }
        assert_eq!(line("AWS::SNS::Topic", "{}"), None);
    }

    #[test]
    fn a_long_list_is_cut() {
        let begin = Instant::now();
        let mut waiting = Waiting::new();
        waiting.restart(begin);
        for number in 0..8 {
            let kind = ("AWS::SNS::Topic", "DELETE_IN_PROGRESS");
            hear(&mut waiting, &format!("Topic{number}"), kind, "{}", begin);
        }
        let text = waiting.due(begin + FIRST).unwrap();
        assert_eq!((text.lines().count(), text.lines().last()), (7, Some("  and 3 more")));
    }
}
