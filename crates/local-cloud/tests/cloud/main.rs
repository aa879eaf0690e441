//! Deploys, serves and runs functions in temporary folders.

mod buckets;
mod corpus;
mod deploying;
mod fixture;
mod functions;
mod killed;
mod nested;
mod rollback;
mod tables;
