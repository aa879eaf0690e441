//! Environments: choosing a provider, making one, switching between them, and the app's configuration files.

pub mod backup;
pub mod branch;
pub mod bring;
pub mod carry;
pub mod data_backup;
pub mod frontend;
pub mod make;
pub mod protected;
pub mod provider;
pub mod remote;
pub mod secrets;
pub mod served;
pub mod setup;
pub mod switch;
pub mod target;
pub mod values;
