//! Points in time as the project's files spell them.

use jiff::{Timestamp, tz::TimeZone};

/// ISO 8601 in UTC with milliseconds: `2020-05-30T19:04:47.123Z`.
pub fn iso(time: Timestamp) -> String {
    TimeZone::UTC.to_datetime(time).strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

pub(crate) fn now() -> String {
    iso(Timestamp::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn always_three_digits_of_milliseconds() {
        let at = |ms| iso(Timestamp::from_millisecond(ms).unwrap());
        assert_eq!(at(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(at(1_590_865_487_120), "2020-05-30T19:04:47.120Z");
    }
}
