//! The API category: GraphQL APIs on AppSync.
//!
//! `graphql` asks the questions, writes the files that the user keeps (schema, parameters, own stacks), and has
//! `amplify-graphql-transformer` make from them what is deployed.

pub mod clock;
pub mod error;
pub mod graphql;
mod managed;
pub mod plugin;

pub use plugin::Api;

amplify_sdk::export_plugin!(category: Api::default());
