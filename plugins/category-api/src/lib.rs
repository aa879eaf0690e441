//! The API category: GraphQL APIs on AppSync, and REST APIs on API Gateway.
//!
//! `graphql` asks the questions, writes the files that the user keeps (schema, parameters, own stacks), and has
//! `amplify-graphql-transformer` make from them what is deployed. `rest` asks for paths and writes the template itself.

pub mod clock;
pub mod error;
pub mod graphql;
mod managed;
pub mod plugin;
pub mod rest;

pub use plugin::Api;

amplify_sdk::export_plugin!(category: Api::default());
