//! Schedules: the expression, and the rule in the template that starts the function.

use serde_json::{Value, json};

use crate::template::section;

/// The parameter that holds the expression.
pub const PARAMETER: &str = "CloudWatchRule";

/// Where it is explained how an expression is written.
pub const LEARN_MORE: &str = "https://amzn.to/3akXtJF";

/// How often a function is started. Times are UTC, as the service reads them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// Every so many minutes.
    Minutes(u32),
    /// Every so many hours.
    Hours(u32),
    /// Each day at a time.
    Daily(Time),
    /// Each week on a day (Sunday is 1) at a time.
    Weekly(u8, Time),
    /// Each month on a day at a time.
    Monthly(u8, Time),
    /// Each year in a month (January is 1) on a day at a time.
    Yearly(u8, u8, Time),
    /// An expression as the user wrote it, checked by [`custom`].
    Custom(String),
}

/// A time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
}

impl Time {
    /// Reads `HH:MM`.
    pub fn parse(text: &str) -> Option<Self> {
        let (hour, minute) = text.trim().split_once(':')?;
        let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
        (hour < 24 && minute < 60).then_some(Self { hour, minute })
    }
}

impl Schedule {
    /// The expression that the service understands.
    pub fn expression(&self) -> String {
        let rate = |count: u32, unit: &str| format!("rate({count} {unit}{})", if count == 1 { "" } else { "s" });
        match self {
            Schedule::Minutes(count) => rate(*count, "minute"),
            Schedule::Hours(count) => rate(*count, "hour"),
            Schedule::Daily(time) => format!("cron({} {} * * ? *)", time.minute, time.hour),
            Schedule::Weekly(day, time) => format!("cron({} {} ? * {day} *)", time.minute, time.hour),
            Schedule::Monthly(day, time) => format!("cron({} {} {day} * ? *)", time.minute, time.hour),
            Schedule::Yearly(month, day, time) => format!("cron({} {} {day} {month} ? *)", time.minute, time.hour),
            Schedule::Custom(expression) => expression.clone(),
        }
    }

    /// What to tell the user about days that not every month has.
    pub fn warning(&self) -> Option<String> {
        let missing = |day: u8| format!("Function won't be invoked on months without the {day}{} day", ordinal(day));
        match self {
            Schedule::Monthly(day @ 29..=31, _) => Some(missing(*day)),
            Schedule::Yearly(2, 29, _) => Some("Function will be invoked in leap years only".to_owned()),
            _ => None,
        }
    }
}

fn ordinal(day: u8) -> &'static str {
    match (day % 10, day) {
        (1, 1 | 21 | 31) => "st",
        (2, 2 | 22) => "nd",
        (3, 3 | 23) => "rd",
        _ => "th",
    }
}

/// How many days a month (1 to 12) can have.
pub fn days_of(month: u8) -> u8 {
    match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Puts a schedule into a template, or takes it out.
pub fn apply(template: &mut Value, scheduled: bool) {
    if !scheduled {
        for id in ["CloudWatchEvent", "PermissionForEventsToInvokeLambda"] {
            section(template, "Resources").shift_remove(id);
        }
        section(template, "Outputs").shift_remove("CloudWatchEventRule");
        return;
    }
    section(template, "Parameters")
        .entry(PARAMETER)
        .or_insert_with(|| json!({"Type": "String", "Default": "NONE", "Description": " Schedule Expression"}));
    let resources = section(template, "Resources");
    resources.entry("CloudWatchEvent").or_insert_with(|| {
        json!({
            "Type": "AWS::Events::Rule",
            "Properties": {
                "Description": "Schedule rule for Lambda",
                "ScheduleExpression": {"Ref": PARAMETER},
                "State": "ENABLED",
                "Targets": [{"Arn": {"Fn::GetAtt": ["LambdaFunction", "Arn"]}, "Id": {"Ref": "LambdaFunction"}}]
            }
        })
    });
    resources.entry("PermissionForEventsToInvokeLambda").or_insert_with(|| {
        json!({
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "FunctionName": {"Ref": "LambdaFunction"},
                "Action": "lambda:InvokeFunction",
                "Principal": "events.amazonaws.com",
                "SourceArn": {"Fn::GetAtt": ["CloudWatchEvent", "Arn"]}
            }
        })
    });
    let rule = json!({"Value": {"Ref": "CloudWatchEvent"}});
    section(template, "Outputs").entry("CloudWatchEventRule").or_insert(rule);
}

/// Checks an expression that the user wrote: `rate(5 minutes)`, `cron(0 8 * * ? *)`, or only what stands in `cron(...)`.
///
/// # Errors
/// What is wrong with it, in a few words.
pub fn custom(text: &str) -> Result<String, String> {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')')) {
        return rate(inner).map(|()| text.to_owned());
    }
    let inner = text.strip_prefix("cron(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(text);
    let fields: Vec<&str> = inner.split_whitespace().collect();
    let [minute, hour, day, month, weekday, year] = fields[..] else {
        let wanted = "minutes, hours, day of month, month, day of week, year";
        return Err(format!("it has {} fields instead of 6 ({wanted})", fields.len()));
    };
    field("minutes", minute, 0..=59, &[], "")?;
    field("hours", hour, 0..=23, &[], "")?;
    field("day of month", day, 1..=31, &[], "?LW")?;
    field("month", month, 1..=12, &MONTHS, "")?;
    field("day of week", weekday, 1..=7, &WEEKDAYS, "?L#")?;
    field("year", year, 1970..=2199, &[], "")?;
    if (day == "?") == (weekday == "?") {
        return Err("one of day of month and day of week must be `?`, and the other not".to_owned());
    }
    Ok(format!("cron({})", fields.join(" ")))
}

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

fn rate(inner: &str) -> Result<(), String> {
    let (count, unit) = inner.trim().split_once(' ').ok_or("a rate is a number and a unit")?;
    let count: u32 = count.parse().map_err(|_| format!("`{count}` is not a positive integer"))?;
    match (count, unit.trim()) {
        (0, _) => Err("`0` is not a positive integer".to_owned()),
        (1, "minute" | "hour" | "day") | (2.., "minutes" | "hours" | "days") => Ok(()),
        (1, _) => Err("the unit of 1 is `minute`, `hour` or `day`".to_owned()),
        _ => Err("the unit is `minutes`, `hours` or `days`".to_owned()),
    }
}

fn field(
    name: &str,
    text: &str,
    range: std::ops::RangeInclusive<u32>,
    words: &[&str],
    special: &str,
) -> Result<(), String> {
    let wrong = || format!("`{text}` is not a valid {name}");
    let first = *range.start();
    let number = |part: &str| {
        let value = part.parse().ok().or_else(|| {
            let position = words.iter().position(|word| word.eq_ignore_ascii_case(part))?;
            u32::try_from(position).ok().map(|position| position + first)
        });
        value.filter(|value| range.contains(value)).ok_or_else(wrong)
    };
    if text == "*" || (text == "?" && special.contains('?')) {
        return Ok(());
    }
    for part in text.split(',') {
        if special.contains('L') && matches!(part, "L" | "LW") {
            continue;
        }
        if let Some(day) = part
            .strip_suffix(['L', 'W'])
            .filter(|_| part.ends_with('L') && special.contains("L#") || part.ends_with('W') && special.contains('W'))
        {
            number(day)?;
            continue;
        }
        if let Some((day, nth)) = part.split_once('#').filter(|_| special.contains('#')) {
            number(day)?;
            if !matches!(nth, "1" | "2" | "3" | "4" | "5") {
                return Err(wrong());
            }
            continue;
        }
        let (values, step) = part.split_once('/').map_or((part, None), |(values, step)| (values, Some(step)));
        if step.is_some_and(|step| step.parse::<u32>().map_or(true, |step| step == 0)) {
            return Err(wrong());
        }
        if values == "*" && step.is_some() {
            continue;
        }
        match values.split_once('-') {
            Some((from, to)) => {
                number(from)?;
                number(to)?;
            }
            None => {
                number(values)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEVENTEEN_PAST_SEVEN: Time = Time { hour: 7, minute: 17 };

    #[test]
    fn expressions_are_the_recorded_ones() {
        let cases = [
            (Schedule::Minutes(5), "rate(5 minutes)"),
            (Schedule::Minutes(1), "rate(1 minute)"),
            (Schedule::Hours(1), "rate(1 hour)"),
            (Schedule::Daily(SEVENTEEN_PAST_SEVEN), "cron(17 7 * * ? *)"),
            (Schedule::Weekly(1, SEVENTEEN_PAST_SEVEN), "cron(17 7 ? * 1 *)"),
            (Schedule::Monthly(31, SEVENTEEN_PAST_SEVEN), "cron(17 7 31 * ? *)"),
            (Schedule::Yearly(1, 2, SEVENTEEN_PAST_SEVEN), "cron(17 7 2 1 ? *)"),
        ];
        for (schedule, expression) in cases {
            assert_eq!(schedule.expression(), expression);
            assert_eq!(custom(expression), Ok(expression.to_owned()), "our own expressions pass the check");
        }
    }

    #[test]
    fn good_expressions_pass() {
        for text in [
            "0 10 * * ? *",
            "15 12 ? * MON-FRI *",
            "0/5 8-17 ? * 2#1 2026-2030",
            "0 8 L * ? *",
            "0 8 3W * ? *",
            "0 8 ? JAN,JUL 6L *",
        ] {
            assert_eq!(custom(text), Ok(format!("cron({text})")), "{text}");
        }
        assert_eq!(custom(" rate(2 days) "), Ok("rate(2 days)".to_owned()));
    }

    #[test]
    fn bad_expressions_are_explained() {
        let cases = [
            ("* * * * *", "it has 5 fields instead of 6 (minutes, hours, day of month, month, day of week, year)"),
            ("60 * * * ? *", "`60` is not a valid minutes"),
            ("0 8 * * * *", "one of day of month and day of week must be `?`, and the other not"),
            ("0 8 ? * 8 *", "`8` is not a valid day of week"),
            ("0 8 0 * ? *", "`0` is not a valid day of month"),
            ("0/0 8 * * ? *", "`0/0` is not a valid minutes"),
            ("rate(0 minutes)", "`0` is not a positive integer"),
            ("rate(1 minutes)", "the unit of 1 is `minute`, `hour` or `day`"),
            ("rate(5)", "a rate is a number and a unit"),
        ];
        for (text, message) in cases {
            assert_eq!(custom(text), Err(message.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_schedule_comes_and_goes_without_trace() {
        let facts =
            crate::template::Facts { function_name: "f", role_name: "r", runtime: crate::runtime::Runtime::NodeJs };
        let before = crate::template::new(&facts);
        let mut template = before.clone();
        apply(&mut template, true);
        assert_eq!(
            template["Resources"]["CloudWatchEvent"]["Properties"]["ScheduleExpression"],
            json!({"Ref": PARAMETER})
        );
        assert_eq!(template["Outputs"]["CloudWatchEventRule"], json!({"Value": {"Ref": "CloudWatchEvent"}}));
        apply(&mut template, false);
        assert_eq!(template, before);
    }

    #[test]
    fn days_that_some_months_lack_are_told() {
        assert_eq!(Schedule::Monthly(28, SEVENTEEN_PAST_SEVEN).warning(), None);
        let told = Schedule::Monthly(31, SEVENTEEN_PAST_SEVEN).warning();
        assert_eq!(told.as_deref(), Some("Function won't be invoked on months without the 31st day"));
    }
}
