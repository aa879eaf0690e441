//! Asks when a function is to be started.

use amplify_sdk::prelude::*;

use crate::schedule::{LEARN_MORE, Schedule, Time, custom, days_of};

/// The key below which the answers lie.
pub const KEY: &str = "function.schedule";

const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// Asks for the interval and what belongs to it.
///
/// # Errors
/// As [`Context::ask`], and answers that are no date or no expression.
pub fn ask(context: &mut Context<'_>) -> Result<Schedule, PluginError> {
    let choices = [
        ("minutes", "Minutes"),
        ("hourly", "Hourly"),
        ("daily", "Daily"),
        ("weekly", "Weekly"),
        ("monthly", "Monthly"),
        ("yearly", "Yearly"),
        ("custom", "Custom AWS cron expression"),
    ];
    let choices: Vec<Choice> = choices.into_iter().map(|(value, label)| Choice::new(value, label)).collect();
    let text = "At which interval should the function be invoked:";
    let interval = context.select(&format!("{KEY}.interval"), text, choices, Some("daily"))?;
    let schedule = match interval.as_str() {
        "minutes" => Schedule::Minutes(rate(context, "Enter the rate in minutes:")?),
        "hourly" => Schedule::Hours(rate(context, "Enter the rate in hours:")?),
        "daily" => Schedule::Daily(time(context)?),
        "weekly" => Schedule::Weekly(weekday(context)?, time(context)?),
        "monthly" => Schedule::Monthly(day(context)?, time(context)?),
        "yearly" => {
            let (month, day) = date(context)?;
            Schedule::Yearly(month, day, time(context)?)
        }
        _ => Schedule::Custom(expression(context)?),
    };
    if let Some(warning) = schedule.warning() {
        context.log(LogLevel::Warning, warning);
    }
    Ok(schedule)
}

fn rate(context: &mut Context<'_>, text: &str) -> Result<u32, PluginError> {
    let key = format!("{KEY}.rate");
    let wanted = Validation::pattern("[1-9][0-9]{0,6}", "Value needs to be a positive integer");
    let answer = context.input(&key, text, Some("5".to_owned()), Some(wanted))?;
    answer.parse().map_err(|_| wrong(&key, "Value needs to be a positive integer"))
}

fn time(context: &mut Context<'_>) -> Result<Time, PluginError> {
    let key = format!("{KEY}.time");
    let wanted = Validation::pattern("([01]?[0-9]|2[0-3]):[0-5][0-9]", "Write the time as HH:MM, from 00:00 to 23:59");
    let answer = context.input(&key, "Start time in UTC (HH:MM):", Some("00:00".to_owned()), Some(wanted))?;
    Time::parse(&answer).ok_or_else(|| wrong(&key, "Write the time as HH:MM"))
}

fn weekday(context: &mut Context<'_>) -> Result<u8, PluginError> {
    let choices = (1..).zip(WEEKDAYS).map(|(number, name)| Choice::new(number.to_string(), name)).collect();
    let key = format!("{KEY}.weekday");
    let answer = context.select(&key, "Select the day to invoke the function:", choices, Some("1"))?;
    answer.parse().map_err(|_| wrong(&key, "Choose a day of the week"))
}

fn day(context: &mut Context<'_>) -> Result<u8, PluginError> {
    let key = format!("{KEY}.day");
    let wanted = Validation::pattern("[1-9]|[12][0-9]|3[01]", "Write a day of the month, from 1 to 31");
    let text = "Day of the month on which to invoke the function:";
    let answer = context.input(&key, text, Some("1".to_owned()), Some(wanted))?;
    answer.parse().map_err(|_| wrong(&key, "Write a day of the month"))
}

fn date(context: &mut Context<'_>) -> Result<(u8, u8), PluginError> {
    let key = format!("{KEY}.date");
    let message = "Write the date as mm/dd, such as 01/31";
    let wanted = Validation::pattern("(0?[1-9]|1[0-2]) ?/ ?(0?[1-9]|[12][0-9]|3[01])", message);
    let text = "Month and day on which to invoke the function (mm/dd):";
    context.input_read(&key, text, Some("01/01".to_owned()), Some(wanted), |answer| {
        let parts = answer.split_once('/').and_then(|(month, day)| {
            let (month, day) = (month.trim().parse().ok()?, day.trim().parse().ok()?);
            (day <= days_of(month)).then_some((month, day))
        });
        parts.ok_or_else(|| wrong(&key, &format!("`{answer}` is no date of any year")))
    })
}

fn expression(context: &mut Context<'_>) -> Result<String, PluginError> {
    let key = format!("{KEY}.expression");
    let message = format!("Enter a valid Schedule Expression (Learn more: {LEARN_MORE})");
    let wanted = Validation::pattern(r".*\S.*", message);
    let text = format!("Custom Schedule expression(Learn more: {LEARN_MORE})");
    context.input_read(&key, &text, None, Some(wanted), |answer| {
        custom(answer).map_err(|why| wrong(&key, &format!("`{answer}` is not a schedule expression: {why}")))
    })
}

fn wrong(key: &str, what: &str) -> PluginError {
    PluginError::usage("wrong-answer", what).hint(format!("answer `{key}` again"))
}
