//! What an unquoted YAML scalar means to CloudFormation.

use serde_json::{Number, Value};

/// Gives a plain scalar the type that CloudFormation gives it.
///
/// CloudFormation follows YAML 1.1: `yes`, `no`, `on` and `off` are booleans, while a lone `y` or `n` stays text. Dates
/// stay text, as in `Version: 2012-10-17`. A number becomes a number only when it is written in the one way in which
/// it would be printed; `012`, `0x1F`, `1.10` and `1_000` would lose digits or change their meaning, so they stay text.
pub(super) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Value::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Value::Bool(false),
        _ => {}
    }
    number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number)
}

/// The number that prints exactly as `text`.
pub(super) fn number(text: &str) -> Option<Number> {
    if !text.starts_with(|first: char| first.is_ascii_digit() || first == '-') {
        return None;
    }
    let number = if let Ok(number) = text.parse::<i64>() {
        Number::from(number)
    } else if let Ok(number) = text.parse::<u64>() {
        Number::from(number)
    } else {
        Number::from_f64(text.parse().ok()?)?
    };
    (number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn yaml_1_1_booleans() {
        for text in ["true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"] {
            assert_eq!(plain(text), json!(true), "{text}");
        }
        for text in ["false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"] {
            assert_eq!(plain(text), json!(false), "{text}");
        }
        for text in ["y", "n", "Y", "N", "yEs", "truE"] {
            assert_eq!(plain(text), json!(text));
        }
    }

    #[test]
    fn dates_and_odd_numbers_stay_text() {
        for text in
            ["2012-10-17", "012", "0x1F", "0o17", "1.10", "1_000", "+5", ".5", "5.", "1e3", "-0", ".inf", "12:30"]
        {
            assert_eq!(plain(text), json!(text));
        }
    }

    #[test]
    fn plain_numbers() {
        assert_eq!(plain("5"), json!(5));
        assert_eq!(plain("-7"), json!(-7));
        assert_eq!(plain("0.5"), json!(0.5));
        assert_eq!(plain("123456789012"), json!(123_456_789_012_i64));
        assert_eq!(plain("18446744073709551615"), json!(u64::MAX));
        assert_eq!(plain("123456789012345678901234567890"), json!("123456789012345678901234567890"));
    }

    #[test]
    fn nulls() {
        for text in ["", "~", "null", "Null", "NULL"] {
            assert_eq!(plain(text), Value::Null, "{text:?}");
        }
    }
}
