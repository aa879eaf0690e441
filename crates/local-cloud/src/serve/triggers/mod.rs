//! What starts functions by itself: changes in buckets and tables, and schedules.

mod objects;
mod records;
mod schedule;

pub(super) use objects::{Change, Changes, notify};
pub(super) use records::{begin, follow};
pub(super) use schedule::{keep_time, rules};
