//! Users of an environment on this machine: user pools and identity pools, as Cognito's API has them.
//!
//! A [`Service`] answers the calls of the two JSON protocols. What is deployed it learns from an [`Environment`], which also
//! runs the functions of triggers and is handed the messages that Cognito would send. Users, groups made by calls, sign-ins and
//! signing keys lie in one SQLite file; every call changes it in transactions of its own, and none is open while a function
//! runs, because functions call back.

mod attributes;
mod call;
mod clock;
mod codes;
mod directory;
mod failure;
mod input;
mod keys;
mod message;
mod operations;
mod password;
mod random;
mod service;
mod session;
mod srp;
mod store;
mod token;
mod totp;
mod trigger;
mod user;

pub use directory::{Directory, Resource};
pub use failure::Failure;
pub use message::{Medium, Message};
pub use service::{Answer, Environment, Service};
pub use session::Session;
pub use store::{Store, StoreError};
pub use trigger::TriggerFault;
