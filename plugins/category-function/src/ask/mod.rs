//! The questions, in the words of the original.

pub mod access;
pub mod environment;
pub mod schedule;
pub mod template;
