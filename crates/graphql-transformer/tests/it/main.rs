//! Whole compilations: schema in, templates, resolvers and diagnostics out.

mod common;
mod connection;
mod corpus;
mod hostile;
mod key;
mod model;
