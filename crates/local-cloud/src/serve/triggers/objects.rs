//! Changes in buckets, as S3 tells functions of them.

use std::time::SystemTime;

use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::sync::mpsc;

use super::super::runner::{self, Runner};
use crate::state::State;

/// Where changes are told.
#[derive(Clone)]
pub(in crate::serve) struct Changes(Option<mpsc::UnboundedSender<Change>>);

/// An object that was written or deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::serve) struct Change {
    pub(in crate::serve) bucket: String,
    pub(in crate::serve) key: String,
    /// Such as `ObjectCreated:Put`.
    pub(in crate::serve) event: &'static str,
    pub(in crate::serve) size: u64,
    /// Without quotes.
    pub(in crate::serve) etag: String,
}

impl Changes {
    /// Tells nobody.
    pub(in crate::serve) fn unheard() -> Self {
        Self(None)
    }

    /// Tells the receiver.
    pub(in crate::serve) fn channel() -> (Self, mpsc::UnboundedReceiver<Change>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self(Some(sender)), receiver)
    }

    pub(in crate::serve) fn tell(&self, change: Change) {
        if let Some(sender) = &self.0 {
            // Nobody listens any more when the services stop.
            let _ = sender.send(change);
        }
    }
}

/// Starts functions for changes, one change after the other, until the services stop.
pub(in crate::serve) async fn notify(runner: Runner, mut changes: mpsc::UnboundedReceiver<Change>) {
    let end = runner.ended();
    tokio::pin!(end);
    let mut count = 0_u64;
    loop {
        let change = tokio::select! {
            () = &mut end => return,
            change = changes.recv() => match change {
                Some(change) => change,
                None => return,
            },
        };
        let Some(state) = runner.state() else { continue };
        for (id, arn) in wanted(&state, &change) {
            count += 1;
            runner.report(format!("s3:{} {}/{}", change.event, change.bucket, change.key));
            let event = document(&state, &change, &id, count);
            let outcome = match runner::target(&state, &arn) {
                Ok(target) => runner.run(target, event).await.map(drop),
                Err(refusal) => Err(refusal),
            };
            if let Err(refusal) = outcome {
                runner.report(format!("  {arn}: {}", refusal.reason()));
            }
        }
    }
}

/// Id and function of each notification that is wanted of a change.
fn wanted(state: &State, change: &Change) -> Vec<(String, String)> {
    let buckets = runner::resources(state)
        .into_iter()
        .filter(|each| each.resource_type == "AWS::S3::Bucket" && each.physical_id == change.bucket);
    let configurations = buckets
        .flat_map(|bucket| bucket.properties["NotificationConfiguration"]["LambdaConfigurations"].as_array())
        .flatten();
    let fits = |configuration: &&Value| {
        let event = configuration["Event"].as_str().unwrap_or_default();
        let event = event.strip_prefix("s3:").unwrap_or(event);
        let same =
            event == change.event || event.strip_suffix('*').is_some_and(|start| change.event.starts_with(start));
        same && filter(&configuration["Filter"]["S3Key"]["Rules"], &change.key)
    };
    configurations
        .filter(fits)
        .enumerate()
        .filter_map(|(index, each)| Some((format!("notification-{index}"), each["Function"].as_str()?.to_owned())))
        .collect()
}

fn filter(rules: &Value, key: &str) -> bool {
    rules.as_array().into_iter().flatten().all(|rule| {
        let value = rule["Value"].as_str().unwrap_or_default();
        match rule["Name"].as_str().unwrap_or_default().to_ascii_lowercase().as_str() {
            "prefix" => key.starts_with(value),
            "suffix" => key.ends_with(value),
            _ => true,
        }
    })
}

fn document(state: &State, change: &Change, configuration: &str, count: u64) -> Value {
    let now = OffsetDateTime::from(SystemTime::now());
    let mut object = json!({ "key": encoded(&change.key), "sequencer": format!("{:016X}", sequencer(now, count)) });
    if change.event.starts_with("ObjectCreated") {
        object["size"] = change.size.into();
        object["eTag"] = change.etag.as_str().into();
    }
    let person = json!({ "principalId": "AWS:LOCAL" });
    json!({ "Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": state.region,
        "eventTime": iso(now),
        "eventName": change.event,
        "userIdentity": person,
        "requestParameters": { "sourceIPAddress": "127.0.0.1" },
        "responseElements": { "x-amz-request-id": format!("{count:016X}"), "x-amz-id-2": "local" },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": configuration,
            "bucket": {
                "name": change.bucket,
                "ownerIdentity": { "principalId": "LOCAL" },
                "arn": format!("arn:aws:s3:::{}", change.bucket),
            },
            "object": object,
        },
    }] })
}

fn sequencer(now: OffsetDateTime, count: u64) -> u64 {
    u64::try_from(now.unix_timestamp_nanos() / 1_000_000).unwrap_or_default().wrapping_shl(16) | (count & 0xffff)
}

/// Such as `2020-05-01T12:34:56.789Z`.
pub(super) fn iso(at: OffsetDateTime) -> String {
    format!(
        "{}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        at.millisecond()
    )
}

/// A key as it stands in events: like a form's value, but slashes stay.
fn encoded(key: &str) -> String {
    let mut text = String::new();
    for byte in key.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' | b'/' => text.push(char::from(byte)),
            b' ' => text.push('+'),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_filtered_by_both_ends() {
        let rules = json!([{ "Name": "prefix", "Value": "public/" }, { "Name": "Suffix", "Value": ".png" }]);
        assert!(filter(&rules, "public/a.png"));
        assert!(!filter(&rules, "public/a.jpg"));
        assert!(!filter(&rules, "private/a.png"));
        assert!(filter(&Value::Null, "anything"));
    }

    #[test]
    fn keys_stand_in_events_as_s3_writes_them() {
        assert_eq!(encoded("public/my photo+ü.png"), "public/my+photo%2B%C3%BC.png");
    }

    #[test]
    fn the_time_is_written_as_s3_writes_it() {
        let at = OffsetDateTime::from_unix_timestamp_nanos(1_588_336_496_789_000_000).unwrap();
        assert_eq!(iso(at), "2020-05-01T12:34:56.789Z");
    }
}
