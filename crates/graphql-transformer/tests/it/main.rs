//! Whole compilations: schema in, templates, resolvers and diagnostics out.

mod common;
mod corpus;
mod hostile;
mod model;
