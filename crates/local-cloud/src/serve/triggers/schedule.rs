//! Rules that start functions by the clock.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use serde_json::{Value, json};
use time::{Date, OffsetDateTime};

use super::{
    super::runner::{self, Runner},
    objects::iso,
};
use crate::{
    identity::Identity,
    state::{ResourceState, State},
};

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// How often the clock is looked at.
const TICK: Duration = Duration::from_secs(1);

/// The rules that are on, with what they say.
pub(in crate::serve) fn rules(state: &State) -> Vec<(&ResourceState, &str)> {
    let on =
        |each: &&ResourceState| each.resource_type == "AWS::Events::Rule" && each.properties["State"] != "DISABLED";
    let all = runner::resources(state).into_iter().filter(on);
    all.filter_map(|rule| Some((rule, rule.properties["ScheduleExpression"].as_str()?))).collect()
}

/// Starts what is due, until the services stop. A rate counts from when the services began.
pub(in crate::serve) async fn keep_time(runner: Runner) {
    let end = runner.ended();
    tokio::pin!(end);
    let mut minute = now().unix_timestamp() / 60;
    // When each rate is due next.
    let mut due: BTreeMap<String, i64> = BTreeMap::new();
    loop {
        tokio::select! {
            () = &mut end => return,
            () = tokio::time::sleep(TICK) => {}
        }
        let at = now();
        let new_minute = at.unix_timestamp() / 60 != minute;
        minute = at.unix_timestamp() / 60;
        let Some(state) = runner.state() else { continue };
        for (rule, expression) in rules(&state) {
            let is_due = match rate(expression) {
                Some(seconds) => {
                    let next = due
                        .entry(format!("{} {expression}", rule.physical_id))
                        .or_insert_with(|| at.unix_timestamp() + seconds);
                    let is_due = at.unix_timestamp() >= *next;
                    if is_due {
                        *next += seconds;
                    }
                    is_due
                }
                None => new_minute && cron(expression, at),
            };
            if is_due {
                fire(&runner, &state, rule, at).await;
            }
        }
    }
}

async fn fire(runner: &Runner, state: &State, rule: &ResourceState, at: OffsetDateTime) {
    for target in rule.properties["Targets"].as_array().into_iter().flatten() {
        let arn = target["Arn"].as_str().unwrap_or_default();
        let fixed = target["Input"].as_str().and_then(|text| serde_json::from_str(text).ok());
        let id = Identity::of(&rule.physical_id, arn, 0).uuid(&at.unix_timestamp().to_string());
        let event: Value = fixed.unwrap_or_else(|| {
            json!({
                "version": "0",
                "id": id,
                "detail-type": "Scheduled Event",
                "source": "aws.events",
                "account": state.account_id,
                "time": format!("{}Z", iso(at).split('.').next().unwrap_or_default()),
                "region": state.region,
                "resources": [rule.attributes.get("Arn")],
                "detail": {},
            })
        });
        runner.report(format!("schedule {}", rule.physical_id));
        let outcome = match runner::target(state, arn) {
            Ok(target) => runner.run(target, event).await.map(drop),
            Err(refusal) => Err(refusal),
        };
        if let Err(refusal) = outcome {
            runner.report(format!("  {arn}: {}", refusal.reason()));
        }
    }
}

fn now() -> OffsetDateTime {
    SystemTime::now().into()
}

/// Seconds of `rate(5 minutes)`.
fn rate(expression: &str) -> Option<i64> {
    let inside = expression.trim().strip_prefix("rate(")?.strip_suffix(')')?;
    let (count, unit) = inside.trim().split_once(' ')?;
    let unit = match unit.trim().trim_end_matches('s') {
        "minute" => 60,
        "hour" => 3600,
        "day" => 86_400,
        _ => return None,
    };
    let count: i64 = count.parse().ok()?;
    (count > 0).then_some(count * unit)
}

/// Whether `cron(minutes hours day-of-month month day-of-week year)` names this minute, in UTC.
fn cron(expression: &str, at: OffsetDateTime) -> bool {
    let Some(inside) = expression.trim().strip_prefix("cron(").and_then(|rest| rest.strip_suffix(')')) else {
        return false;
    };
    let fields: Vec<&str> = inside.split_whitespace().collect();
    let [minutes, hours, days, months, weekdays, years] = fields.as_slice() else { return false };
    let weekday = i32::from(at.weekday().number_days_from_sunday()) + 1;
    field(minutes, i32::from(at.minute()), 0, 59, &[])
        && field(hours, i32::from(at.hour()), 0, 23, &[])
        && days.split(',').any(|item| day(item, at.date()))
        && field(months, i32::from(u8::from(at.month())), 1, 12, &MONTHS)
        && weekdays.split(',').any(|item| day_of_week(item, at.date(), weekday, &WEEKDAYS))
        && field(years, at.year(), 1970, 2199, &[])
}

/// Whether a list of values, ranges and steps has a value.
fn field(text: &str, value: i32, low: i32, high: i32, names: &[&str]) -> bool {
    let number = |text: &str| match names.iter().position(|name| name.eq_ignore_ascii_case(text)) {
        Some(position) => i32::try_from(position).ok().map(|position| position + low),
        None => text.parse::<i32>().ok(),
    };
    text.split(',').any(|item| {
        let (range, step) =
            item.split_once('/').map_or((item, None), |(range, step)| (range, step.parse::<i32>().ok()));
        let bounds = match range.split_once('-') {
            _ if range == "*" || range == "?" => Some((low, high)),
            Some((first, last)) => number(first).zip(number(last)),
            // `5/15` goes on to the end, `5` is one value.
            None => number(range).map(|first| (first, if step.is_some() { high } else { first })),
        };
        let step = step.unwrap_or(1);
        bounds.is_some_and(|(first, last)| value >= first && value <= last && step > 0 && (value - first) % step == 0)
    })
}

fn day(item: &str, date: Date) -> bool {
    let (day, last) = (i32::from(date.day()), i32::from(date.month().length(date.year())));
    let weekday = |date: Date| date.weekday().number_days_from_monday() < 5;
    match item {
        "L" => day == last,
        _ => match item.strip_suffix('W') {
            Some(nearest) => {
                let wanted = if nearest == "L" { Some(last) } else { nearest.parse().ok() };
                let of = |day: i32| u8::try_from(day).ok().and_then(|day| date.replace_day(day).ok());
                // The nearest day of the week's first five, without leaving the month.
                let nearest = wanted.and_then(|wanted| {
                    [0, -1, 1, -2, 2].into_iter().filter_map(|step| of(wanted + step)).find(|date| weekday(*date))
                });
                nearest == Some(date)
            }
            None => field(item, day, 1, 31, &[]),
        },
    }
}

fn day_of_week(item: &str, date: Date, weekday: i32, names: &[&str]) -> bool {
    if let Some((of, which)) = item.split_once('#') {
        let nth = (i32::from(date.day()) - 1) / 7 + 1;
        return field(of, weekday, 1, 7, names) && which.parse() == Ok(nth);
    }
    match item.strip_suffix('L') {
        Some("") => weekday == 7,
        Some(of) => field(of, weekday, 1, 7, names) && date.day() + 7 > date.month().length(date.year()),
        None => field(item, weekday, 1, 7, names),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_seconds() {
        assert_eq!(rate("rate(1 minute)"), Some(60));
        assert_eq!(rate("rate(12 hours)"), Some(43_200));
        assert_eq!(rate("rate(2 days)"), Some(172_800));
        for wrong in ["rate(0 minutes)", "rate(x hours)", "cron(0 0 * * ? *)", "rate(1 week)"] {
            assert_eq!(rate(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn cron_names_minutes_in_utc() {
        // Monday the 2nd of March 2020, 10:15.
        let at = OffsetDateTime::from_unix_timestamp(1_583_144_100).unwrap();
        for due in [
            "cron(15 10 * * ? *)",
            "cron(0/15 8-12 ? * MON-FRI *)",
            "cron(15 10 2 3 ? 2020)",
            "cron(15 10 ? MAR 2 *)",
            "cron(*/5 * 1,2 * ? 2019-2021)",
            "cron(15 10 ? * 2#1 *)",
            "cron(15 10 1W * ? *)",
        ] {
            assert!(cron(due, at), "{due}");
        }
        for not in [
            "cron(16 10 * * ? *)",
            "cron(15 10 ? * SUN *)",
            "cron(15 10 L * ? *)",
            "cron(15 10 ? * 2#2 *)",
            "cron(15 10 ? * 2L *)",
            "cron(15 10 * * ? 2021)",
            "cron(15 10)",
            "rate(1 minute)",
        ] {
            assert!(!cron(not, at), "{not}");
        }
        // Tuesday the 31st of March 2020, midnight.
        let last = OffsetDateTime::from_unix_timestamp(1_585_612_800).unwrap();
        assert!(
            cron("cron(0 0 L * ? *)", last) && cron("cron(0 0 ? * TUEL *)", last) && cron("cron(0 0 LW * ? *)", last)
        );
    }
}
