//! The commands of the category.

pub mod add;
pub mod build;
pub mod update;
