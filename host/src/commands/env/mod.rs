//! `amplify env`: the environments of a project.

mod add;
mod bind;
mod checkout;
mod get;
mod import;
mod list;
mod protect;
mod pull;
mod remove;
mod secret;

pub use add::Add;
pub use bind::Bind;
pub use checkout::Checkout;
pub use get::Get;
pub use import::Import;
pub use list::List;
pub use protect::Protect;
pub use pull::Pull;
pub use remove::Remove;
pub use secret::Secret;
