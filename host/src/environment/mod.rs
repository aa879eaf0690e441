//! Environments: choosing a provider, making one, switching between them, and the app's configuration files.

pub mod frontend;
pub mod make;
pub mod provider;
pub mod secrets;
pub mod switch;
pub mod target;
