//! `amplify plugin`: the plugins.

mod list;

pub use list::List;
